//! What people and their tools changed: specs, pauses, and sizes set beside the autoscaler; in words.

use jiff::{SignedDuration, Timestamp};
use replay::{Change, Edit, Past, Pause};
use scaling::Certainty;
use scaling::findings::workload::Author;
use scaling::words::Clock;
use wire::{Flag, FlagTone};

/// Letters of a value that are shown: some are whole queries.
const VALUE: usize = 60;
/// An instant is explained with what was edited so shortly before it: the next pass takes it into account.
const SHORTLY: SignedDuration = SignedDuration::from_secs(60);

/// Something that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) at: Timestamp,
    /// `maxReplicas → 8`
    pub(super) label: String,
    /// `Edited by kubectl-edit: maxReplicas 5 → 8.`
    pub(super) text: String,
}

impl Said {
    pub(super) fn flag(self, clock: impl Fn(i64) -> String) -> Flag {
        let at_ms = self.at.as_millisecond();
        Flag {
            at_ms,
            label: self.label,
            text: self.text,
            tone: FlagTone::Edited,
            at: clock(at_ms),
        }
    }
}

/// What was changed in a span, in order of time.
pub(super) fn said(past: &Past, from: Timestamp, to: Timestamp) -> Vec<Said> {
    let mut said: Vec<Said> = past.edits(from, to).iter().map(of_edit).collect();
    said.extend(sizes(past, from, to));
    said.sort_by_key(|one| one.at);
    said
}

/// What was changed up to an instant that it may explain: `14:03:05 Edited by …`.
pub(super) fn shortly_before(past: &Past, at: Timestamp, clock: &Clock) -> Vec<String> {
    let from = at.saturating_sub(SHORTLY).unwrap_or(at);
    let said = said(past, from, at).into_iter();
    said.map(|one| format!("{} {}", clock.time(one.at), one.text))
        .collect()
}

/// Sizes that somebody set beside the autoscaler.
fn sizes(past: &Past, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Said> {
    past.steps(from, to).into_iter().filter_map(|step| {
        let manager = match step.by {
            Some(Author::Other { manager }) => manager,
            Some(Author::HpaController | Author::Keda) | None => return None,
        };
        let before = step.from.map(|count| count.to_string());
        let before = before.unwrap_or_else(|| "?".to_owned());
        Some(Said {
            at: step.at,
            label: format!("→ {}, {manager}", step.to),
            text: format!("{manager} set spec.replicas {before} → {}.", step.to),
        })
    })
}

fn of_edit(edit: &Edit) -> Said {
    let mut labels = edit.changes.iter().map(label);
    let first = labels.next().unwrap_or_default();
    let label = match labels.len() {
        0 => first,
        others => format!("{first} +{others}"),
    };
    let phrases: Vec<String> = edit.changes.iter().map(phrase).collect();
    let by = match &*edit.by {
        "" => String::new(),
        manager => format!(" by {manager}"),
    };
    let doubt = match &edit.certainty {
        Certainty::Observed | Certainty::Derived => String::new(),
        Certainty::Estimated { guess: why } | Certainty::Unknown { why } => {
            format!(" When is not known exactly: {why}.")
        }
    };
    Said {
        at: edit.at,
        label,
        text: format!("Edited{by}: {}.{doubt}", phrases.join("; ")),
    }
}

/// In few letters, for the time axis.
fn label(change: &Change) -> String {
    match change {
        Change::Value { field, to, .. } if to.is_empty() => format!("no {field}"),
        Change::Value { field, to, .. } => format!("{field} → {}", shortened(to)),
        Change::Added { what, .. } => format!("+ {what}"),
        Change::Removed { what } => format!("− {what}"),
        Change::Paused(Pause::Whole) => "paused".to_owned(),
        Change::Paused(Pause::At(size)) => format!("paused at {size}"),
        Change::Paused(Pause::In) => "scale-in paused".to_owned(),
        Change::Paused(Pause::Out) => "scale-out paused".to_owned(),
        Change::Resumed(Pause::Whole | Pause::At(_)) => "resumed".to_owned(),
        Change::Resumed(Pause::In) => "scale-in resumed".to_owned(),
        Change::Resumed(Pause::Out) => "scale-out resumed".to_owned(),
    }
}

fn phrase(change: &Change) -> String {
    let shown = |value: &str| match value {
        "" => "not set".to_owned(),
        value => shortened(value),
    };
    match change {
        Change::Value { field, from, to } => format!("{field} {} → {}", shown(from), shown(to)),
        Change::Added { what, value } if value.is_empty() => format!("{what} added"),
        Change::Added { what, value } => format!("{what} added, target {}", shortened(value)),
        Change::Removed { what } => format!("{what} removed"),
        Change::Paused(Pause::Whole) => "paused".to_owned(),
        Change::Paused(Pause::At(size)) => format!("paused at {size} replicas"),
        Change::Paused(Pause::In) => "scaling in paused".to_owned(),
        Change::Paused(Pause::Out) => "scaling out paused".to_owned(),
        Change::Resumed(Pause::Whole) => "resumed".to_owned(),
        Change::Resumed(Pause::At(size)) => format!("resumed from the pause at {size} replicas"),
        Change::Resumed(Pause::In) => "scaling in resumed".to_owned(),
        Change::Resumed(Pause::Out) => "scaling out resumed".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= VALUE {
        return text.to_owned();
    }
    let start: String = text.chars().take(VALUE - 1).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::ObjectRow;
    use model::fact::{Subject, SubjectKind, decode_seen};
    use replay::Settings;
    use scaling::hpa::situation::Version;
    use serde_json::{Value, json};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn past(kind: SubjectKind) -> Past {
        let subject = Subject {
            kind,
            namespace: "shop".to_owned(),
            name: "cart".to_owned(),
        };
        Past::new(subject, Settings::of(Version::V1_36))
    }

    fn see(past: &mut Past, second: i64, (group, kind): (&str, &str), object: &Value) {
        let json = object.to_string();
        match decode_seen(group, kind, json.as_bytes()).unwrap() {
            ObjectRow::Seen(seen) => past.add(seen.fact(at(second))),
            other => panic!("{other:?}"),
        }
    }

    fn all(past: &Past) -> Vec<(i64, String, String)> {
        let said = said(past, at(0), at(1_000)).into_iter();
        said.map(|one| (one.at.as_second(), one.label, one.text))
            .collect()
    }

    #[test]
    fn who_sets_a_size_beside_the_autoscaler_is_told() {
        let mut past = past(SubjectKind::Hpa);
        for (second, replicas, manager) in [
            (1, 2, "kube-controller-manager"),
            (60, 4, "kubectl-edit"),
            (120, 3, "kube-controller-manager"),
        ] {
            let object = json!({"metadata": {"name": "cart", "uid": "d", "managedFields": [
                    {"manager": manager, "subresource": if manager == "kubectl-edit" { "" } else { "scale" },
                     "time": "1970-01-01T00:00:01Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]},
                "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "cart"}}}});
            see(&mut past, second, ("apps", "Deployment"), &object);
        }
        assert_eq!(
            all(&past),
            [(
                60,
                "→ 4, kubectl-edit".to_owned(),
                "kubectl-edit set spec.replicas 2 → 4.".to_owned()
            )]
        );
    }

    #[test]
    fn an_edit_of_the_spec_is_told_with_who_made_it() {
        let mut past = past(SubjectKind::Hpa);
        for (second, max, percent, manager) in [
            (1, 5, 50, "helm"),
            (9, 8, 50, "kubectl-edit"),
            (99, 8, 70, "kubectl-edit"),
        ] {
            let object = json!({"metadata": {"name": "cart", "uid": "h", "managedFields": [
                    {"manager": manager, "time": at(second).to_string(), "fieldsV1": {"f:spec": {}}}]},
                "spec": {"scaleTargetRef": {"name": "cart"}, "maxReplicas": max, "metrics": [{"type": "Resource", "resource":
                    {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}}]}});
            let hpa = ("autoscaling", "HorizontalPodAutoscaler");
            see(&mut past, second, hpa, &object);
        }
        assert_eq!(
            all(&past),
            [
                (
                    9,
                    "maxReplicas → 8".to_owned(),
                    "Edited by kubectl-edit: maxReplicas 5 → 8.".to_owned()
                ),
                (
                    99,
                    "cpu target → 70 %".to_owned(),
                    "Edited by kubectl-edit: cpu target 50 % → 70 %.".to_owned()
                ),
            ]
        );
        let clock = Clock::new(jiff::tz::TimeZone::UTC, at(0));
        assert_eq!(
            shortly_before(&past, at(60), &clock),
            ["00:00:09 Edited by kubectl-edit: maxReplicas 5 → 8."]
        );
        assert!(shortly_before(&past, at(80), &clock).is_empty());
        assert!(shortly_before(&past, at(8), &clock).is_empty());
    }

    #[test]
    fn several_changes_are_one_edit() {
        let mut past = past(SubjectKind::ScaledObject);
        let object = |annotations: Value, triggers: Value| {
            json!({"metadata": {"name": "cart", "annotations": annotations},
                "spec": {"scaleTargetRef": {"name": "cart"}, "triggers": triggers}})
        };
        let kind = ("keda.sh", "ScaledObject");
        let prometheus = json!({"type": "prometheus", "metadata": {"threshold": "10"}});
        let cron = json!({"type": "cron", "metadata": {}});
        see(&mut past, 1, kind, &object(json!({}), json!([prometheus])));
        let paused = json!({"autoscaling.keda.sh/paused-replicas": "3"});
        see(&mut past, 9, kind, &object(paused, json!([cron])));
        assert_eq!(
            all(&past),
            [(
                9,
                "paused at 3 +2".to_owned(),
                "Edited: paused at 3 replicas; trigger cron added; trigger prometheus removed."
                    .to_owned()
            )]
        );
    }
}
