//! Quotas: those that are spent, and what they keep from being made.

use table::Tone;

use super::super::facts::is_spent;
use super::super::look::Look;
use super::super::read::{members, scalar};
use super::super::shape::{ObjectLink, Verdict};
use super::verdict;

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    if look.kind == "PodDisruptionBudget" {
        return budget(look, found);
    }
    let status = look.status();
    let spent: Vec<String> = members(&status["hard"])
        .filter(|(name, hard)| is_spent(&status["used"][name], hard) && scalar(hard) != "0")
        .map(|(name, hard)| {
            format!(
                "{name} {} of {}",
                scalar(&status["used"][&name]),
                scalar(hard)
            )
        })
        .collect();
    if !spent.is_empty() {
        found.push(verdict(
            Tone::Warn,
            "Spent",
            format!("Nothing more may be made of {}.", spent.join(", ")),
        ));
    }
}

fn budget(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let status = look.status();
    let count = |member: &str| status[member].as_i64().unwrap_or(0);
    if status["disruptionsAllowed"] == 0 && count("expectedPods") > 0 {
        found.push(verdict(
            Tone::Warn,
            "No pod of it may be evicted now",
            format!(
                "{} of {} pods are healthy and {} must be. Drains wait until there are more.",
                count("currentHealthy"),
                count("expectedPods"),
                count("desiredHealthy")
            ),
        ));
    }
}

/// The quota that refused to let something be made, with the words of its refusal.
/// (`resourcequota` admission: `exceeded quota: compute, requested: pods=1, used: pods=4, limited: pods=4`.)
pub(super) fn refused(look: &Look<'_>, message: &str) -> Option<(ObjectLink, String)> {
    let rest = message.split("exceeded quota: ").nth(1)?;
    let (name, amounts) = rest.split_once(", ")?;
    let cause = look.near("v1", "ResourceQuota", name);
    Some((cause, format!("Quota {name}: {amounts}.")))
}
