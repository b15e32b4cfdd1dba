//! Nodes that are away, short of something, or closed.

use table::Tone;

use super::super::look::Look;
use super::super::read::{line, lines, list};
use super::super::shape::Verdict;
use super::{sentence, verdict};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    for condition in list(&look.status()["conditions"]) {
        let kind = line(&condition["type"]);
        let status = line(&condition["status"]);
        let since = look.ago(&condition["lastTransitionTime"]);
        let since = if since.is_empty() {
            since
        } else {
            format!(" since {since}")
        };
        let message = sentence(&lines(&condition["message"]));
        let (tone, headline) = match (&*kind, &*status) {
            ("Ready", "False") => (Tone::Bad, "Not ready".to_owned()),
            // The node lifecycle controller writes Unknown when kubelet is silent.
            ("Ready", "Unknown") => (Tone::Bad, "Its kubelet is silent".to_owned()),
            ("MemoryPressure", "True") => (Tone::Bad, "Short of memory: it evicts pods".to_owned()),
            ("DiskPressure", "True") => (Tone::Bad, "Short of disk: it evicts pods".to_owned()),
            ("PIDPressure", "True") => (Tone::Bad, "Short of process ids".to_owned()),
            ("NetworkUnavailable", "True") => (Tone::Bad, "Its network is not set up".to_owned()),
            (
                "Ready" | "MemoryPressure" | "DiskPressure" | "PIDPressure" | "NetworkUnavailable",
                _,
            ) => continue,
            // What a node problem detector adds is trouble when it is True.
            (_, "True") => (
                Tone::Warn,
                format!("{kind}: {}", line(&condition["reason"])),
            ),
            _ => continue,
        };
        found.push(verdict(tone, format!("{headline}{since}"), message));
    }
    if look.spec()["unschedulable"] == true {
        found.push(verdict(
            Tone::Plain,
            "Cordoned",
            "No new pods come here until it is uncordoned.",
        ));
    }
}
