//! Warnings of the last hour, grouped by reason and kind of object.

use std::collections::{BTreeSet, HashMap};

use crate::events::spread::Spread;
use crate::meta::Word;
use crate::rows::EventRow;

/// Warnings of one reason about objects of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningGroup {
    /// `FailedScheduling`.
    pub reason: Word,
    /// `Pod`.
    pub object_kind: Word,
    /// How often in the last hour, as far as the events' own counts tell.
    pub count: u64,
    /// When last, Unix ms.
    pub last_ms: i64,
    /// Namespaces of the objects, sorted.
    pub namespaces: Vec<String>,
    /// The latest of them.
    pub example: EventRow,
}

const HOUR_MS: i64 = 3_600_000;

/// Groups of what was seen in the hour before `now_ms`, the most frequent first.
pub fn warnings<'a>(
    events: impl IntoIterator<Item = &'a EventRow>,
    now_ms: i64,
) -> Vec<WarningGroup> {
    struct Group<'a> {
        count: u64,
        last_ms: i64,
        namespaces: BTreeSet<&'a str>,
        example: &'a EventRow,
    }
    let mut groups: HashMap<(&str, &str), Group<'a>> = HashMap::new();
    let from_ms = now_ms - HOUR_MS;
    for event in events {
        let Some(last_ms) = event.last_ms.filter(|last| *last >= from_ms) else {
            continue;
        };
        if event.kind != "Warning" {
            continue;
        }
        let group = groups
            .entry((&event.reason, &event.object_kind))
            .or_insert_with(|| Group {
                count: 0,
                last_ms,
                namespaces: BTreeSet::new(),
                example: event,
            });
        group.count += Spread::of(event, now_ms).since(from_ms);
        if last_ms > group.last_ms {
            (group.last_ms, group.example) = (last_ms, event);
        }
        group.namespaces.insert(&event.object_namespace);
    }
    let mut groups: Vec<WarningGroup> = groups
        .into_values()
        .map(|group| WarningGroup {
            reason: group.example.reason.clone(),
            object_kind: group.example.object_kind.clone(),
            count: group.count,
            last_ms: group.last_ms,
            namespaces: group.namespaces.into_iter().map(str::to_owned).collect(),
            example: group.example.clone(),
        })
        .collect();
    groups.sort_by(|a, b| {
        (b.count, b.last_ms)
            .cmp(&(a.count, a.last_ms))
            .then_with(|| a.reason.cmp(&b.reason))
    });
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grouped_by_reason_and_kind() {
        let now = 10 * HOUR_MS;
        let event =
            |kind: &'static str, reason: &'static str, about: &str, first, last, count| EventRow {
                kind: kind.into(),
                reason: reason.into(),
                object_kind: "Pod".into(),
                object_namespace: about.into(),
                first_ms: Some(first),
                last_ms: Some(last),
                count,
                message: format!("{last}").into(),
                ..EventRow::default()
            };
        let events = [
            event("Warning", "BackOff", "shop", now - 60_000, now - 30_000, 3),
            event("Warning", "BackOff", "bank", now - 60_000, now - 10_000, 1),
            event("Warning", "Failed", "shop", now - 5_000, now - 5_000, 1),
            event("Normal", "Pulled", "shop", now, now, 9),
            event(
                "Warning",
                "Old",
                "shop",
                now - 2 * HOUR_MS,
                now - HOUR_MS - 1,
                9,
            ),
            // Ten hours with 600 occurrences: a tenth of them in this hour.
            event("Warning", "Long", "shop", 0, now, 600),
        ];
        let told: Vec<String> = warnings(&events, now)
            .iter()
            .map(|g| {
                format!(
                    "{} {} {} {}",
                    g.reason,
                    g.count,
                    g.namespaces.join("+"),
                    g.example.message
                )
            })
            .collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("Long 6"), "{told:?}");
        assert_eq!(told[1], format!("BackOff 4 bank+shop {}", now - 10_000));
        assert_eq!(told[2], format!("Failed 1 shop {}", now - 5_000));
    }
}
