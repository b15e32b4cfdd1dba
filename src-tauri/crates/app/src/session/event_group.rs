//! The objects of one group of events.

use model::events::objects::objects;
use model::{EventRow, Kind, ObjectRow};
use table::{Cell, RowId};
use wire::{EventGroup, EventGroupAsk, EventGroupObject, WireError};

use super::derived::{Derived, DerivedRow, place_of};
use super::{Session, gone};

/// Objects told at most; how many there are is told.
const MOST: usize = 500;

impl Session {
    /// The group that a row of the table of grouped events stands for.
    ///
    /// # Errors
    /// When its last event is gone, or the table is closed.
    pub(crate) fn event_group(&mut self, ask: &EventGroupAsk) -> Result<EventGroup, WireError> {
        let now = self.now_ms();
        let wall = self.wall_ms();
        self.derived.rebuild(&mut self.collections, wall, now);
        let Some((namespace, name)) = place_of(&ask.key) else {
            return Err(gone("This group of events"));
        };
        let found = self.derived.table(Derived::EventGroups).rows();
        let Some((_, DerivedRow::EventGroup(row))) = found.find(namespace, name) else {
            return Err(gone("This group of events"));
        };
        let row = row.clone();
        let indexes = self.derived.events_of(namespace, name);
        let events = self.collections.values().find(|c| c.is_of(Kind::Events));
        let event = |index: usize| -> Option<&EventRow> {
            let id = RowId(u32::try_from(index).ok()?);
            match events?.table.rows().get(id)? {
                ObjectRow::Event(event) => Some(&**event),
                _ => None,
            }
        };
        let objects = objects(indexes.into_iter().filter_map(event));
        let since = |ms: Option<i64>| match ms {
            Some(ms) => model::duration::human(now.saturating_sub(ms)),
            None => String::new(),
        };
        let tone = if row.kind == "Warning" {
            table::Tone::Warn
        } else {
            table::Tone::Plain
        };
        Ok(EventGroup {
            kind: Cell::toned(row.kind.to_string(), tone),
            reason: row.reason.to_string(),
            object: row.object_kind.to_string(),
            name: row.object.to_string(),
            namespace: row.namespace.to_string(),
            message: row.message.to_string(),
            events: row.events,
            // A count of occurrences, which no cluster brings over 2^53.
            count: row.count.to_string(),
            first: since(row.first_ms),
            last: since(row.last_ms),
            total: u32::try_from(objects.len()).unwrap_or(u32::MAX),
            objects: objects
                .iter()
                .take(MOST)
                .map(|one| EventGroupObject {
                    object: self.kinds.reference(
                        &one.latest.object_api,
                        &one.latest.object_kind,
                        &one.latest.object_namespace,
                        &one.latest.object_name,
                    ),
                    count: one.count.to_string(),
                    last: since(one.latest.last_ms),
                    message: one.latest.message.to_string(),
                })
                .collect(),
        })
    }
}
