//! Horizontal autoscalers that do not scale.

use table::Tone;

use super::super::look::Look;
use super::super::read::{line, lines};
use super::super::shape::Verdict;
use super::{caused, sentence, verdict};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let target = &look.spec()["scaleTargetRef"];
    let target = look.near(
        &line(&target["apiVersion"]),
        &line(&target["kind"]),
        &line(&target["name"]),
    );
    for (kind, headline) in [
        ("AbleToScale", "It cannot scale its target"),
        ("ScalingActive", "It does not scale"),
    ] {
        let Some(condition) = look.condition(kind).filter(|c| c["status"] == "False") else {
            continue;
        };
        let message = sentence(&lines(&condition["message"]));
        let (tone, headline) = match &*line(&condition["reason"]) {
            // The target stands at zero: switched off on purpose.
            "ScalingDisabled" => (
                Tone::Plain,
                "Scaling is off: its target has 0 replicas".to_owned(),
            ),
            "FailedGetScale" => (Tone::Bad, "Its target cannot be read".to_owned()),
            "" => (Tone::Bad, headline.to_owned()),
            reason => (Tone::Bad, format!("{headline}: {reason}")),
        };
        found.push(caused(
            Some(target.clone()),
            verdict(tone, headline, message),
        ));
    }
    let capped = look
        .condition("ScalingLimited")
        .filter(|c| c["status"] == "True");
    if let Some(capped) = capped.filter(|c| c["reason"] == "TooManyReplicas") {
        found.push(verdict(
            Tone::Warn,
            "At its maximum",
            sentence(&lines(&capped["message"])),
        ));
    }
}
