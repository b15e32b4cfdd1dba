//! Events as client-go's recorder makes them of what controllers tell.
//!
//! Follows client-go 0.36 `tools/record/events_cache.go`: what is told again is counted, and who tells too much about one object is
//! not heard. Similar events with different messages are not combined.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::write;
use crate::World;
use crate::writes::seconds;

/// How long an event is kept after it was last written (kube-apiserver, flag `event-ttl`).
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// So many events about one object are written in a row,
const BURST: f64 = 25.0;
/// and then one every so many seconds.
const REFILL: f64 = 300.0;

/// Whether something is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Normal,
    Warning,
}

/// What is told.
#[derive(Clone, Debug)]
pub(crate) struct Told<'a> {
    /// `deployment-controller`
    pub(crate) by: &'a str,
    /// The node of a kubelet; empty for others.
    pub(crate) host: &'a str,
    pub(crate) tone: Tone,
    pub(crate) reason: &'a str,
    pub(crate) message: String,
    /// `spec.containers{web}`; empty for the object as a whole.
    pub(crate) field: String,
}

impl<'a> Told<'a> {
    /// Something ordinary.
    pub(crate) fn normal(by: &'a str, reason: &'a str, message: impl Into<String>) -> Self {
        Self {
            by,
            host: "",
            tone: Tone::Normal,
            reason,
            message: message.into(),
            field: String::new(),
        }
    }

    /// Something that went wrong.
    pub(crate) fn warning(by: &'a str, reason: &'a str, message: impl Into<String>) -> Self {
        Self {
            tone: Tone::Warning,
            ..Self::normal(by, reason, message)
        }
    }
}

#[derive(Clone, Debug)]
struct Known {
    path: String,
    count: u32,
    first: Timestamp,
    last: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Patience {
    left: f64,
    at: Timestamp,
}

/// What was told lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    known: BTreeMap<String, Known>,
    patience: BTreeMap<String, Patience>,
    number: u32,
}

impl Recorder {
    /// Writes an event about an object, or counts it; `is_quiet` only remembers it.
    pub(crate) fn tell(
        &mut self,
        world: &mut World,
        about: &Value,
        told: &Told<'_>,
        is_quiet: bool,
    ) {
        let now = world.now();
        let who = format!("{} {} {}", told.by, told.host, about.uid());
        let what = format!("{who} {} {} {}", told.field, told.reason, told.message);
        let is_alive = |known: &&mut Known| now.duration_since(known.last) < KEPT;
        let number = &mut self.number;
        let known = if let Some(known) = self.known.get_mut(&what).filter(is_alive) {
            known.count += 1;
            known.last = now;
            known.clone()
        } else {
            *number = number.wrapping_add(1);
            let known = Known {
                path: path(about, now, *number),
                count: 1,
                first: now,
                last: now,
            };
            self.known.insert(what, known.clone());
            known
        };
        if self.is_heard(who, now) && !is_quiet {
            write(world, about, told, &known);
        }
    }

    /// Forgets and deletes what is too old; when the next one will be.
    pub(crate) fn expire(&mut self, world: &mut World) -> Option<Timestamp> {
        let now = world.now();
        self.known
            .retain(|_, known| now.duration_since(known.last) < KEPT);
        self.patience
            .retain(|_, patience| now.duration_since(patience.at).as_secs_f64() < REFILL * BURST);
        let mut next: Option<Timestamp> = None;
        for event in write::list(world, "events", "") {
            let Some(at) = last_told(&event).and_then(|at| at.checked_add(KEPT).ok()) else {
                continue;
            };
            if at <= now {
                let _ = write::delete(world, "events", &event.path(), "etcd");
            } else {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        // Looked after once a minute, like leases.
        next.map(|at| {
            let soonest = now
                .saturating_add(SignedDuration::from_mins(1))
                .unwrap_or(now);
            at.max(soonest)
        })
    }

    /// A bucket for each teller and object.
    fn is_heard(&mut self, who: String, now: Timestamp) -> bool {
        let patience = self.patience.entry(who).or_insert(Patience {
            left: BURST,
            at: now,
        });
        let passed = now.duration_since(patience.at).as_secs_f64();
        patience.left = (patience.left + passed / REFILL).min(BURST);
        patience.at = now;
        if patience.left < 1.0 {
            return false;
        }
        patience.left -= 1.0;
        true
    }
}

/// When an event was last told.
fn last_told(event: &Value) -> Option<Timestamp> {
    [
        &event["series"]["lastObservedTime"],
        &event["lastTimestamp"],
        &event["eventTime"],
        &event["metadata"]["creationTimestamp"],
    ]
    .into_iter()
    .find_map(Scalar::time)
}

fn path(about: &Value, now: Timestamp, number: u32) -> String {
    let namespace = match about.namespace() {
        "" => "default",
        namespace => namespace,
    };
    let nanos = now.as_nanosecond() + i128::from(number);
    format!("{namespace}/{}.{nanos:x}", about.name())
}

fn write(world: &mut World, about: &Value, told: &Told<'_>, known: &Known) {
    if let Some(before) = write::get(world, "events", &known.path) {
        let mut event = Value::clone(&before);
        event["count"] = json!(known.count);
        event["lastTimestamp"] = json!(seconds(known.last));
        let _ = write::update(world, "events", event, told.by);
        return;
    }
    let (namespace, name) = super::fields::split(&known.path);
    let mut involved = json!({
        "apiVersion": about["apiVersion"], "kind": about["kind"], "name": about.name(),
        "uid": about.uid(), "resourceVersion": about["metadata"]["resourceVersion"],
    });
    if !about.namespace().is_empty() {
        involved["namespace"] = json!(about.namespace());
    }
    if !told.field.is_empty() {
        involved["fieldPath"] = json!(told.field);
    }
    let mut source = json!({"component": told.by});
    if !told.host.is_empty() {
        source["host"] = json!(told.host);
    }
    let event = json!({
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": involved, "reason": told.reason, "message": told.message, "source": source,
        "firstTimestamp": seconds(known.first), "lastTimestamp": seconds(known.last), "count": known.count,
        "type": match told.tone { Tone::Normal => "Normal", Tone::Warning => "Warning" },
        "eventTime": null, "reportingComponent": told.by, "reportingInstance": told.host,
    });
    let _ = write::create(world, "events", event, told.by);
}
