//! The objects that the events of a group are about.

use std::collections::HashMap;

use crate::rows::EventRow;

/// One object with what its events say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupObject<'a> {
    /// Its latest event.
    pub latest: &'a EventRow,
    /// Occurrences that its events count.
    pub count: u64,
}

/// Each object once, the one seen last first.
pub fn objects<'a>(events: impl IntoIterator<Item = &'a EventRow>) -> Vec<GroupObject<'a>> {
    let mut known: HashMap<(&str, &str, &str, &str), GroupObject<'a>> = HashMap::new();
    for event in events {
        let key = (
            &*event.object_api,
            &*event.object_kind,
            &*event.object_namespace,
            &*event.object_name,
        );
        let count = u64::try_from(event.count.max(1)).unwrap_or(1);
        let object = known.entry(key).or_insert(GroupObject {
            latest: event,
            count: 0,
        });
        object.count += count;
        if event.last_ms > object.latest.last_ms {
            object.latest = event;
        }
    }
    let mut objects: Vec<GroupObject<'a>> = known.into_values().collect();
    objects.sort_by(|a, b| {
        let last = b.latest.last_ms.cmp(&a.latest.last_ms);
        last.then_with(|| a.latest.object_name.cmp(&b.latest.object_name))
    });
    objects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_is_told_once() {
        let event = |name: &str, message: &str, count: i32, last_ms: i64| EventRow {
            object_kind: "Pod".into(),
            object_name: name.into(),
            message: message.into(),
            count,
            last_ms: Some(last_ms),
            ..EventRow::default()
        };
        let events = [
            event("web-1", "old", 3, 10),
            event("web-2", "only", 0, 20),
            event("web-1", "new", 2, 30),
        ];
        let told: Vec<_> = objects(&events)
            .into_iter()
            .map(|o| (&*o.latest.object_name, &*o.latest.message, o.count))
            .collect();
        assert_eq!(told, [("web-1", "new", 5), ("web-2", "only", 1)]);
    }
}
