//! Definitions and aggregated services that the API does not serve.

use table::Tone;

use super::super::look::Look;
use super::super::read::{line, lines, link};
use super::super::shape::Verdict;
use super::{caused, sentence, verdict};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let told = |kind: &str, bad: &str| {
        let condition = look.condition(kind)?;
        (condition["status"] == bad).then(|| sentence(&lines(&condition["message"])))
    };
    if look.kind == "APIService" {
        if let Some(message) = told("Available", "False") {
            let service = &look.spec()["service"];
            let behind = service.is_object().then(|| {
                link(
                    "v1",
                    "Service",
                    Some(&line(&service["namespace"])),
                    &line(&service["name"]),
                )
            });
            found.push(caused(
                behind,
                verdict(Tone::Bad, "Its API does not answer", message),
            ));
        }
        return;
    }
    if let Some(message) = told("NamesAccepted", "False") {
        found.push(verdict(Tone::Bad, "Its names are taken", message));
    }
    if let Some(message) = told("Established", "False") {
        found.push(verdict(Tone::Bad, "Its kind is not served", message));
    }
    if let Some(message) = told("NonStructuralSchema", "True") {
        found.push(verdict(Tone::Warn, "Its schema is not structural", message));
    }
    if let Some(message) = told("KubernetesAPIApprovalPolicyConformant", "False") {
        found.push(verdict(Tone::Warn, "It claims a protected group", message));
    }
    if let Some(message) = told("Terminating", "True") {
        found.push(verdict(
            Tone::Warn,
            "Its objects are being deleted",
            message,
        ));
    }
}
