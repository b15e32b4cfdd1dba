//! Conditions of kinds that no rule knows, by the names that controllers agree on.

use table::Tone;

use super::super::look::Look;
use super::super::read::{line, lines, list};
use super::super::shape::Verdict;
use super::{sentence, verdict};

/// Should be True.
const GOOD: [&str; 14] = [
    "Ready",
    "Available",
    "Healthy",
    "Synced",
    "Reconciled",
    "Accepted",
    "Programmed",
    "ResolvedRefs",
    "Established",
    "Initialized",
    "Succeeded",
    "Valid",
    "InSync",
    "Bound",
];
/// Should not be True.
const BAD: [&str; 8] = [
    "Failed",
    "Stalled",
    "Degraded",
    "Error",
    "Conflicted",
    "Unavailable",
    "Fallback",
    "InvalidRequest",
];

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    for condition in list(&look.status()["conditions"]) {
        let kind = line(&condition["type"]);
        let wrong = match &*line(&condition["status"]) {
            "False" => GOOD.contains(&&*kind),
            "True" => BAD.contains(&&*kind),
            _ => false,
        };
        if !wrong {
            continue;
        }
        let no = if condition["status"] == "False" {
            "Not "
        } else {
            ""
        };
        let reason = line(&condition["reason"]);
        let reason = if reason.is_empty() {
            reason
        } else {
            format!(": {reason}")
        };
        let tone = if BAD.contains(&&*kind) {
            Tone::Bad
        } else {
            Tone::Warn
        };
        found.push(verdict(
            tone,
            format!("{no}{kind}{reason}"),
            sentence(&lines(&condition["message"])),
        ));
    }
}
