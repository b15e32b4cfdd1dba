//! Watches: what changes, event after event.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::options::Options;
use super::path::Target;
use super::render::Rendering;
use crate::World;
use crate::status::Status;
use crate::store::{Change, What};

/// A watch under way.
#[derive(Debug)]
pub struct Watch {
    key: String,
    prefix: String,
    options: Options,
    rendering: Rendering,
    /// What is known to have been sent.
    revision: u64,
    first: VecDeque<Event>,
    headed: bool,
    ended: bool,
}

/// One event, yet to be written down.
#[derive(Clone, Debug)]
pub enum Event {
    /// `ADDED`.
    Added(Arc<Value>),
    /// `MODIFIED`.
    Modified(Arc<Value>),
    /// `DELETED`, or selected no more.
    Deleted(Arc<Value>),
    /// Nothing else changed up to this revision; whether the first state was told whole by it.
    Bookmark(u64, bool),
    /// It is over, for this reason.
    Error(Status),
}

impl Watch {
    pub(crate) fn new(
        world: &World,
        target: &Target,
        options: Options,
        rendering: Rendering,
    ) -> Result<Self, Status> {
        let now = world.store.revision();
        let asked = options.revision.filter(|revision| *revision > 0);
        let whole = options.initial_events.unwrap_or_else(|| asked.is_none());
        if options.initial_events == Some(true)
            && let Some(asked) = asked
            && asked > now
        {
            return Err(Status::too_large(asked, now));
        }
        let mut watch = Self {
            key: target.resource.key(),
            prefix: target.prefix(),
            revision: if whole { now } else { asked.unwrap_or(now) },
            options,
            rendering,
            first: VecDeque::new(),
            headed: false,
            ended: false,
        };
        if whole {
            let all = world.store.list(&watch.key, &watch.prefix, None);
            let wanted = all.filter(|(_, object)| watch.options.matches(object));
            watch.first = wanted
                .map(|(_, object)| Event::Added(Arc::clone(object)))
                .collect();
            if watch.options.initial_events == Some(true) && watch.options.bookmarks {
                watch.first.push_back(Event::Bookmark(now, true));
            }
        }
        Ok(watch)
    }

    /// How long it is to last, in seconds, where that was said.
    pub fn timeout(&self) -> Option<u32> {
        self.options.timeout
    }

    /// Whether bookmarks are wanted.
    pub fn wants_bookmarks(&self) -> bool {
        self.options.bookmarks
    }

    /// Whether an error ended it.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// What happened since the last call.
    pub fn gather(&mut self, world: &World) -> Vec<Event> {
        let mut events: Vec<Event> = self.first.drain(..).collect();
        let Some(changes) = world.store.since(self.revision) else {
            events.push(self.expire(world.store.compacted()));
            return events;
        };
        events.extend(changes.filter_map(|change| self.event(change)));
        self.revision = self.revision.max(world.store.revision());
        events
    }

    /// It ends, as what followed its revision is forgotten up to another.
    pub fn expire(&mut self, compacted: u64) -> Event {
        self.ended = true;
        Event::Error(Status::expired(&format!(
            "too old resource version: {} ({compacted})",
            self.revision,
        )))
    }

    /// A bookmark of what was gathered.
    pub fn bookmark(&self) -> Event {
        Event::Bookmark(self.revision, false)
    }

    /// Lines of JSON.
    pub fn encode(&mut self, events: &[Event], now: Timestamp) -> Vec<u8> {
        let mut lines = Vec::new();
        for event in events {
            let (word, object) = match event {
                Event::Added(object) => ("ADDED", self.shown(object, now)),
                Event::Modified(object) => ("MODIFIED", self.shown(object, now)),
                Event::Deleted(object) => ("DELETED", self.shown(object, now)),
                Event::Bookmark(revision, ends_initial) => {
                    let object = self.rendering.bookmark(*revision, *ends_initial);
                    ("BOOKMARK", self.shown(&object, now))
                }
                Event::Error(status) => ("ERROR", status.to_json()),
            };
            lines.extend_from_slice(
                json!({"type": word, "object": object})
                    .to_string()
                    .as_bytes(),
            );
            lines.push(b'\n');
        }
        lines
    }

    fn shown(&mut self, object: &Value, now: Timestamp) -> Value {
        let first = !std::mem::replace(&mut self.headed, true);
        self.rendering.event(object, first, now)
    }

    /// What a change means to who selects (apiserver, `cacheWatcher.convertToWatchEvent`).
    fn event(&self, change: &Change) -> Option<Event> {
        if *change.key.resource != *self.key || !change.key.path.starts_with(&self.prefix) {
            return None;
        }
        let was = change
            .before
            .as_ref()
            .filter(|before| self.options.matches(before));
        let is = change.what != What::Deleted && self.options.matches(&change.object);
        match (was, is) {
            (None, false) => None,
            (None, true) => Some(Event::Added(Arc::clone(&change.object))),
            (Some(_), true) => Some(Event::Modified(Arc::clone(&change.object))),
            (Some(before), false) => {
                let mut last = Value::clone(before);
                last["metadata"]["resourceVersion"] = json!(change.revision.to_string());
                Some(Event::Deleted(Arc::new(last)))
            }
        }
    }
}
