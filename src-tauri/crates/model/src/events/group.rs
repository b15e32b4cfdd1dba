//! Events grouped by what they have in common, kept up to date one event at a time.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::pattern;
use super::row::EventGroupRow;
use super::spread::Spread;
use crate::meta::Word;
use crate::rows::EventRow;

/// Minutes that rates are kept for.
pub const MINUTES: usize = 60;
pub(crate) const SPAN: i64 = 60;
const MINUTE_MS: i64 = 60_000;

/// Occurrences in each of the last [`MINUTES`], the present one last.
pub type Rate = [u32; MINUTES];

/// What the events of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    namespace: Box<str>,
    kind: Word,
    reason: Word,
    object_kind: Word,
    name: Box<str>,
    message: Box<str>,
}

impl Key {
    fn of(event: &EventRow) -> Self {
        Self {
            namespace: event.meta.namespace.clone(),
            kind: event.kind.clone(),
            reason: event.reason.clone(),
            object_kind: event.object_kind.clone(),
            name: pattern::name(&event.object_name).into(),
            message: pattern::message(&event.message, &event.object_name).into(),
        }
    }
}

/// What one event adds to its group.
#[derive(Clone, Copy, Debug)]
struct Entry {
    group: u32,
    spread: Spread,
    count: u32,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
}

#[derive(Clone, Debug)]
struct Group {
    key: Key,
    events: u32,
    count: u64,
    rate: Rate,
    first_ms: Option<i64>,
    /// Time of the latest event and its index.
    last: (Option<i64>, usize),
    /// Its first and last must be found again.
    worn: bool,
}

/// A group that is to be shown otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    /// New, or different.
    Put(Box<EventGroupRow>),
    /// Its last event is gone: namespace and name of its row.
    Gone(Box<str>, Box<str>),
}

/// All groups of one table of events. Events are known by their index in it.
#[derive(Debug, Default)]
pub struct EventGroups {
    entries: Vec<Option<Entry>>,
    ids: HashMap<Key, u32>,
    groups: Vec<Option<Group>>,
    free: Vec<u32>,
    changed: BTreeSet<u32>,
    gone: Vec<Key>,
    /// The first minute of all rates, since 1970.
    base: i64,
}

impl EventGroups {
    /// The event at `index` is now this, or gone. Costs nothing that grows with the number of events.
    pub fn put(&mut self, index: usize, event: Option<&EventRow>, now_ms: i64) {
        self.advance(now_ms);
        if let Some(old) = self.entries.get_mut(index).and_then(Option::take) {
            self.take_out(index, old);
        }
        let Some(event) = event else {
            return;
        };
        if index >= self.entries.len() {
            self.entries.resize(index + 1, None);
        }
        let group = self.group(Key::of(event));
        let entry = Entry {
            group,
            spread: Spread::of(event, now_ms),
            count: u32::try_from(event.count.max(1)).unwrap_or(1),
            first_ms: event.first_ms,
            last_ms: event.last_ms,
        };
        self.entries[index] = Some(entry);
        self.add(index, entry);
    }

    /// Time goes on: rates move by whole minutes.
    pub fn advance(&mut self, now_ms: i64) {
        let base = now_ms.div_euclid(MINUTE_MS) - (SPAN - 1);
        let by = usize::try_from(base - self.base).unwrap_or(0).min(MINUTES);
        if by == 0 {
            return;
        }
        self.base = base;
        let shift = |rate: &mut Rate| {
            rate.copy_within(by.., 0);
            rate[MINUTES - by..].fill(0);
        };
        for (id, group) in self.groups.iter_mut().enumerate() {
            let Some(group) = group else { continue };
            if group.rate.iter().any(|n| *n > 0) {
                shift(&mut group.rate);
                self.changed.extend(u32::try_from(id));
            }
        }
    }

    /// Forgets everything, as before the first event.
    pub fn clear(&mut self) {
        let base = self.base;
        let gone = self.ids.drain().map(|(key, _)| key).collect();
        *self = Self {
            gone,
            base,
            ..Self::default()
        };
    }

    /// The events of the group whose row has this namespace and name, by their index.
    pub fn events_of(&self, namespace: &str, name: &str) -> Vec<usize> {
        let ids = self.ids.iter();
        let found = ids
            .filter(|(key, _)| &*key.namespace == namespace && &*row_name(key) == name)
            .map(|(_, id)| *id)
            .next();
        let each = self.entries.iter().enumerate();
        each.filter(|(_, entry)| {
            found.is_some() && entry.as_ref().map(|entry| entry.group) == found
        })
        .map(|(index, _)| index)
        .collect()
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// What changed since it was last asked. `event` gives the event at an index.
    pub fn take_changed<'a>(
        &mut self,
        event: impl Fn(usize) -> Option<&'a EventRow>,
    ) -> Vec<Changed> {
        self.mend();
        let gone = std::mem::take(&mut self.gone);
        let gone = gone
            .into_iter()
            .filter(|key| !self.ids.contains_key(key))
            .map(|key| Changed::Gone(key.namespace.clone(), row_name(&key)));
        let mut changes: Vec<Changed> = gone.collect();
        for id in std::mem::take(&mut self.changed) {
            let Some(Some(group)) = self.groups.get(id as usize) else {
                continue;
            };
            let latest = event(group.last.1);
            changes.push(Changed::Put(Box::new(EventGroupRow {
                namespace: group.key.namespace.clone(),
                name: row_name(&group.key),
                kind: group.key.kind.clone(),
                reason: group.key.reason.clone(),
                object_kind: group.key.object_kind.clone(),
                object: group.key.name.clone(),
                latest_api: latest.map(|e| e.object_api.clone()).unwrap_or_default(),
                latest_namespace: latest
                    .map(|e| e.object_namespace.clone())
                    .unwrap_or_default(),
                latest_name: latest.map(|e| e.object_name.clone()).unwrap_or_default(),
                message: latest.map(|e| e.message.clone()).unwrap_or_default(),
                events: group.events,
                count: group.count,
                rate: group.rate,
                first_ms: group.first_ms,
                last_ms: group.last.0,
            })));
        }
        changes
    }

    fn group(&mut self, key: Key) -> u32 {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let group = Group {
            key: key.clone(),
            events: 0,
            count: 0,
            rate: [0; MINUTES],
            first_ms: None,
            last: (None, 0),
            worn: false,
        };
        let id = self.free.pop().unwrap_or_else(|| {
            self.groups.push(None);
            u32::try_from(self.groups.len() - 1).expect("a cluster has fewer events than 2^32")
        });
        self.groups[id as usize] = Some(group);
        self.ids.insert(key, id);
        id
    }

    fn add(&mut self, index: usize, entry: Entry) {
        let Some(Some(group)) = self.groups.get_mut(entry.group as usize) else {
            return;
        };
        group.events += 1;
        group.count += u64::from(entry.count);
        group.first_ms = match (group.first_ms, entry.first_ms) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if group.events == 1 || entry.last_ms >= group.last.0 {
            group.last = (entry.last_ms, index);
        }
        each_minute(entry.spread, self.base, |at, n| {
            group.rate[at] = group.rate[at].saturating_add(n);
        });
        self.changed.insert(entry.group);
    }

    fn take_out(&mut self, index: usize, entry: Entry) {
        let Some(Some(group)) = self.groups.get_mut(entry.group as usize) else {
            return;
        };
        each_minute(entry.spread, self.base, |at, n| {
            group.rate[at] = group.rate[at].saturating_sub(n);
        });
        group.events -= 1;
        group.count -= u64::from(entry.count);
        if group.events == 0 {
            self.changed.remove(&entry.group);
            self.free.push(entry.group);
            if let Some(group) = self.groups[entry.group as usize].take() {
                self.ids.remove(&group.key);
                self.gone.push(group.key);
            }
            return;
        }
        group.worn |= group.last.1 == index || group.first_ms == entry.first_ms;
        self.changed.insert(entry.group);
    }

    /// Finds the first and last times anew of groups that lost theirs, in one go over all events.
    fn mend(&mut self) {
        let worn = |group: &Option<Group>| group.as_ref().is_some_and(|group| group.worn);
        if !self.groups.iter().any(worn) {
            return;
        }
        for group in self.groups.iter_mut().flatten().filter(|group| group.worn) {
            (group.first_ms, group.last) = (None, (None, usize::MAX));
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let Some(entry) = entry else { continue };
            let Some(Some(group)) = self.groups.get_mut(entry.group as usize) else {
                continue;
            };
            if !group.worn {
                continue;
            }
            group.first_ms = match (group.first_ms, entry.first_ms) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if group.last.1 == usize::MAX || entry.last_ms > group.last.0 {
                group.last = (entry.last_ms, index);
            }
        }
        for group in self.groups.iter_mut().flatten() {
            group.worn = false;
        }
    }
}

/// Each minute of a rate that begins at `base`, with the occurrences in it.
fn each_minute(spread: Spread, base: i64, mut with: impl FnMut(usize, u32)) {
    for (minute, n) in spread.minutes(base, base + SPAN) {
        let at = usize::try_from(minute - base).unwrap_or(0);
        with(at, u32::try_from(n).unwrap_or(u32::MAX));
    }
}

/// Unique among the groups of a namespace.
fn row_name(key: &Key) -> Box<str> {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
    format!(
        "{}/{} {} {hash:016x}",
        key.object_kind, key.name, key.reason
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(name: &str, reason: &str, message: &str, last_minute: i64, count: i32) -> EventRow {
        EventRow {
            kind: if reason == "BackOff" {
                "Warning".into()
            } else {
                "Normal".into()
            },
            reason: reason.to_owned().into(),
            message: message.into(),
            object_kind: "Pod".into(),
            object_name: name.into(),
            first_ms: Some((last_minute - 3) * MINUTE_MS),
            last_ms: Some(last_minute * MINUTE_MS),
            count,
            ..EventRow::default()
        }
    }

    const NOW: i64 = 1000 * MINUTE_MS;

    #[test]
    fn pods_of_one_workload_are_one_group() {
        let events = [
            event(
                "web-7d4b9c6f5-x2x4z",
                "BackOff",
                "Back-off 10s restarting web-7d4b9c6f5-x2x4z",
                990,
                4,
            ),
            event(
                "web-7d4b9c6f5-kk8xz",
                "BackOff",
                "Back-off 20s restarting web-7d4b9c6f5-kk8xz",
                999,
                8,
            ),
            event("api-0", "Pulled", "Pulled image", 1000, 1),
        ];
        let mut groups = EventGroups::default();
        for (index, event) in events.iter().enumerate() {
            groups.put(index, Some(event), NOW);
        }
        let rows = groups.take_changed(|index| events.get(index));
        let told: Vec<(String, u32, u64, i64)> = rows
            .iter()
            .map(|change| match change {
                Changed::Put(row) => (
                    format!("{}/{}", row.object_kind, row.object),
                    row.events,
                    row.count,
                    row.last_ms.unwrap_or(0) / MINUTE_MS,
                ),
                Changed::Gone(..) => unreachable!("nothing went"),
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Pod/web-*".to_owned(), 2, 12, 999),
                ("Pod/api-*".to_owned(), 1, 1, 1000)
            ]
        );

        // The latest of the group goes: the earlier one is its last.
        groups.put(1, None, NOW);
        groups.put(2, None, NOW + 2 * MINUTE_MS);
        let changes = groups.take_changed(|index| events.get(index));
        assert!(
            matches!(&changes[0], Changed::Gone(_, name) if name.starts_with("Pod/api-* Pulled "))
        );
        assert!(
            matches!(&changes[1], Changed::Put(row) if row.count == 4 && row.last_ms == Some(990 * MINUTE_MS) && row.latest_name.ends_with("x2x4z"))
        );
        assert_eq!(groups.len(), 1);
    }

    #[test]
    fn rates_leave_with_the_hour() {
        let one = event("a", "BackOff", "m", 1000, 6);
        let mut groups = EventGroups::default();
        groups.put(0, Some(&one), NOW);
        for (minutes, left) in [(0, 6), (56, 6), (57, 5), (60, 0), (200, 0)] {
            groups.advance(NOW + minutes * MINUTE_MS);
            let rows = groups.take_changed(|_| Some(&one));
            let sums: Vec<u64> = rows
                .iter()
                .map(|change| match change {
                    Changed::Put(row) => row.in_hour(),
                    Changed::Gone(..) => unreachable!("nothing went"),
                })
                .collect();
            assert!(sums.iter().all(|sum| *sum == left), "{minutes}: {sums:?}");
        }
        groups.put(0, None, NOW + 200 * MINUTE_MS);
        assert!(groups.is_empty());
    }

    proptest! {
        /// Whatever comes and goes, what is kept step by step equals what is made at once.
        #[test]
        fn steps_equal_a_fresh_start(steps in prop::collection::vec((0usize..12, prop::option::of((0usize..4, 900i64..1010, 1i32..50))), 1..60)) {
            let names = ["web-7d4b9c6f5-x2x4z", "web-7d4b9c6f5-kk8xz", "api-0", "api-1"];
            let mut now: Vec<Option<EventRow>> = vec![None; 12];
            let mut groups = EventGroups::default();
            for (index, step) in steps {
                now[index] = step.map(|(which, minute, count)| event(names[which], if which % 2 == 0 { "BackOff" } else { "Pulled" }, "m", minute, count));
                groups.put(index, now[index].as_ref(), NOW);
            }
            let mut fresh = EventGroups::default();
            for (index, event) in now.iter().enumerate().filter(|(_, e)| e.is_some()) {
                fresh.put(index, event.as_ref(), NOW);
            }
            let told = |groups: &mut EventGroups| {
                let changes = groups.take_changed(|index| now[index].as_ref());
                let mut rows: Vec<String> = changes
                    .into_iter()
                    .filter_map(|change| match change {
                        Changed::Put(mut row) => {
                            // Of several latest events either may stand for the group.
                            row.latest_name = Box::default();
                            Some(format!("{row:?}"))
                        }
                        Changed::Gone(..) => None,
                    })
                    .collect();
                rows.sort();
                rows
            };
            prop_assert_eq!(told(&mut groups), told(&mut fresh));
        }
    }
}
