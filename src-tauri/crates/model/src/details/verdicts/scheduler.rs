//! Why no node takes a pod, summed up from the scheduler's message (`FitError.Error` in pkg/scheduler/framework/types.go).

use super::super::look::Look;
use super::super::shape::{ObjectLink, Verdict};
use super::{caused, sentence, verdict};
use table::Tone;

pub(super) fn unschedulable(look: &Look<'_>, message: &str) -> Verdict {
    let claim = claim_of(message);
    let cause: Option<ObjectLink> =
        claim.map(|name| look.near("v1", "PersistentVolumeClaim", name));
    caused(
        cause,
        verdict(Tone::Bad, "No node takes it", summed_up(message)),
    )
}

/// `0/3 nodes: 2 lack memory, 1 has an untolerated taint (gpu=yes).` Words that are not known stay the scheduler's.
pub(super) fn summed_up(message: &str) -> String {
    let Some((nodes, rest)) = message.split_once(" nodes are available: ") else {
        return sentence(message);
    };
    let (reasons, preemption) = match rest.split_once("preemption: ") {
        Some((reasons, preemption)) => (reasons, Some(preemption)),
        None => (rest, None),
    };
    // Plugins add sentences of their own behind: `no new claims to deallocate`.
    let reasons = reasons.split(". ").next().unwrap_or_default().trim();
    let reasons = reasons.trim_end_matches(['.', ',']);
    let parts: Vec<String> = split(reasons).into_iter().map(reason).collect();
    let mut told = format!("{nodes} nodes: {}.", parts.join(", "));
    if let Some(preemption) = preemption
        && preemption.contains("No preemption victims found")
    {
        told.push_str(" No pod of lower priority could make room.");
    }
    told
}

/// Splits at commas outside braces: taints have commas inside.
fn split(reasons: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0usize, 0usize);
    for (at, c) in reasons.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(reasons[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(reasons[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn reason(part: &str) -> String {
    let (count, text) = match part.split_once(' ') {
        Some((number, text)) if number.parse::<u32>().is_ok() => (number, text),
        _ => return without_count(part),
    };
    let one = count == "1";
    let pick = |single: &str, many: &str| {
        if one {
            single.to_owned()
        } else {
            many.to_owned()
        }
    };
    if let Some(resource) = text.strip_prefix("Insufficient ") {
        return format!("{count} {} {resource}", pick("lacks", "lack"));
    }
    let has = pick("has", "have");
    let text = text.strip_prefix("node(s) ").unwrap_or(text);
    if let Some(taint) = text.strip_prefix("had untolerated taint") {
        // Newer schedulers write `(s)` for several taints on one node.
        let taint = taint.trim_start_matches("(s)").trim();
        let taint = taint.trim_start_matches('{').trim_end_matches('}');
        let taint = taint.replace(": ", "=");
        return format!(
            "{count} {has} an untolerated taint ({})",
            taint.trim_end_matches('=')
        );
    }
    if text.starts_with("were unschedulable") {
        return format!("{count} {} cordoned", pick("is", "are"));
    }
    if text.starts_with("didn't match Pod's node affinity")
        || text.starts_with("didn't match node selector")
    {
        return format!(
            "{count} {} not match its node selector or affinity",
            pick("does", "do")
        );
    }
    if text.starts_with("didn't satisfy existing pods anti-affinity") {
        return format!(
            "{count} {} pods that want to be away from it",
            pick("holds", "hold")
        );
    }
    if text.starts_with("didn't match pod anti-affinity") {
        return format!(
            "{count} {} pods it must be away from",
            pick("holds", "hold")
        );
    }
    if text.starts_with("didn't match pod affinity") {
        return format!("{count} {} the pods it must be near", pick("lacks", "lack"));
    }
    if text.starts_with("didn't match pod topology spread") {
        return format!("{count} would break its topology spread");
    }
    if text.starts_with("didn't have free ports") {
        return format!("{count} {} its host port taken", pick("has", "have"));
    }
    if text.starts_with("had volume node affinity conflict")
        || text.starts_with("had no available volume zone")
    {
        return format!("{count} cannot reach its volume");
    }
    if text.starts_with("exceed max volume count") {
        return format!("{count} {has} no room for more volumes");
    }
    if text.starts_with("didn't find available persistent volumes to bind") {
        return format!("{count} {has} no volume that fits its claim");
    }
    if text == "Too many pods" {
        return format!("{count} {} full of pods", pick("is", "are"));
    }
    format!("{count} {text}")
}

/// Reasons about the pod itself, not about nodes.
fn without_count(part: &str) -> String {
    if part.starts_with("pod has unbound immediate PersistentVolumeClaims") {
        return "a PersistentVolumeClaim it uses is not bound".to_owned();
    }
    match claim_of(part) {
        Some(name) if part.contains("not found") => {
            format!("its PersistentVolumeClaim {name} does not exist")
        }
        _ => part.to_owned(),
    }
}

/// The claim that a message names: `persistentvolumeclaim "data" not found`.
fn claim_of(message: &str) -> Option<&str> {
    let rest = message.split("persistentvolumeclaim \"").nth(1)?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::summed_up;

    #[test]
    fn reasons_are_summed_up() {
        for (message, words) in [
            (
                "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 2 Insufficient memory. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
                "0/3 nodes: 1 has an untolerated taint (gpu=yes), 2 lack memory. No pod of lower priority could make room.",
            ),
            (
                "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
                "0/1 nodes: 1 has an untolerated taint (node.kubernetes.io/not-ready).",
            ),
            (
                "0/5 nodes are available: 1 Too many pods, 2 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable, 1 node(s) had volume node affinity conflict, 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible",
                "0/5 nodes: 1 is full of pods, 2 do not match its node selector or affinity, 1 is cordoned, 1 cannot reach its volume, 1 lacks cpu.",
            ),
            (
                "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
                "0/2 nodes: a PersistentVolumeClaim it uses is not bound.",
            ),
            (
                "0/2 nodes are available: persistentvolumeclaim \"data\" not found.",
                "0/2 nodes: its PersistentVolumeClaim data does not exist.",
            ),
            (
                "no nodes available to schedule pods",
                "no nodes available to schedule pods.",
            ),
            ("", ""),
        ] {
            assert_eq!(summed_up(message), words);
        }
    }
}
