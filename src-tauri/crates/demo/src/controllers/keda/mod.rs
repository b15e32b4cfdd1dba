//! KEDA's operator for a `ScaledObject`: `scaling` decides, here its decisions are carried out.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledobject_controller.go` and `pkg/scaling/scale_handler.go` where they read and write.

mod finalizer;
mod read;
mod reconcile;
pub(crate) mod scaled_job;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use scaling::keda::condition::Event;
use scaling::keda::triggers::TriggerInput;
use scaling::keda::{Decision, Situation, pause, serving};
use scaling::{hpa, keda};
use serde_json::{Value, json};

use super::events::{Told, Tone};
use super::fields::Fields;
use super::{Controllers, write};
use crate::World;

const NAME: &str = "keda-operator";
const RESOURCE: &str = "scaledobjects.keda.sh";
const HPAS: &str = "horizontalpodautoscalers.autoscaling";

/// What the operator keeps of one ScaledObject.
#[derive(Clone, Debug)]
struct Kept {
    uid: String,
    /// What it was last reconciled as.
    reconciled: Value,
    /// The next poll; None while there is no loop.
    due: Option<Timestamp>,
    last_poll: Option<Timestamp>,
    /// What polls and the HPA's queries saw, trigger by trigger.
    seen: Vec<TriggerInput>,
}

/// What it keeps of all, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScaledObjects(BTreeMap<String, Kept>);

/// Reconciles one ScaledObject if it changed, and polls it if it is time; when the next poll is.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let object = write::get(world, RESOURCE, path);
    let Some(object) = object.filter(|object| {
        if object.is_deleted() {
            finalizer::release(hub, world, RESOURCE, object);
        }
        !object.is_deleted()
    }) else {
        hub.scaled_objects.0.remove(path);
        return None;
    };
    let object = finalizer::hold(world, RESOURCE, object);
    let now = world.now();
    let asked = reconcile::asked(&object);
    let known = hub.scaled_objects.0.get(path).cloned();
    let known = known.filter(|kept| kept.uid == object.uid());
    let mut kept = known.unwrap_or_else(|| Kept {
        uid: object.uid().to_owned(),
        reconciled: Value::Null,
        due: None,
        last_poll: None,
        seen: Vec::new(),
    });
    if kept.reconciled != asked || reconcile::lacks_hpa(world, &object, kept.due) {
        let has_loop = reconcile::reconcile(hub, world, &object, &kept.seen);
        kept.reconciled = asked;
        kept.due = has_loop.then_some(now);
    }
    if kept.due.is_some_and(|due| due <= now) {
        kept.due = poll(hub, world, path, &mut kept);
    }
    let next = kept.due;
    hub.scaled_objects.0.insert(path.to_owned(), kept);
    next
}

/// One round of the scale loop; when the next is.
fn poll(
    hub: &mut Controllers,
    world: &mut World,
    path: &str,
    kept: &mut Kept,
) -> Option<Timestamp> {
    let object = write::get(world, RESOURCE, path)?;
    let situation = read::situation(world, &object, &kept.seen, kept.last_poll)?;
    let decision = keda::poll(&situation);
    carry_out(hub, world, &object, &decision);
    let interval = i64::from(situation.scaled_object.polling_interval().max(1));
    let after = situation.after(&decision);
    kept.seen = after.triggers;
    kept.last_poll = Some(decision.at);
    decision
        .at
        .checked_add(SignedDuration::from_secs(interval))
        .ok()
}

/// Writes size, events, status.
fn carry_out(hub: &mut Controllers, world: &mut World, object: &Value, decision: &Decision) {
    if decision.is_written
        && let Some((resource, path)) = read::target(object)
        && let Some(target) = write::get(world, resource, &path)
    {
        let mut changed = Value::clone(&target);
        changed["spec"]["replicas"] = json!(decision.replicas.value);
        let _ = write::update(world, resource, changed, NAME);
    }
    for event in &decision.events {
        tell(hub, world, object, event);
    }
    set_status(world, object, &json!(decision.status));
}

fn tell(hub: &mut Controllers, world: &mut World, object: &Value, event: &Event) {
    let told = Told {
        tone: match event.kind.as_str() {
            "Warning" => Tone::Warning,
            _ => Tone::Normal,
        },
        ..Told::normal(NAME, &event.reason, event.message.as_str())
    };
    hub.tell(world, object, &told);
}

fn set_status(world: &mut World, object: &Value, status: &Value) {
    let Some(latest) = write::get(world, RESOURCE, &object.path()) else {
        return;
    };
    if latest["status"] == *status {
        return;
    }
    let mut changed = Value::clone(&latest);
    changed["status"] = status.clone();
    let _ = write::status(world, RESOURCE, changed, NAME);
}

/// Answers the external metrics that an HPA asks for, if it is one that the operator made (KEDA's metrics server).
pub(crate) fn serve(
    hub: &mut Controllers,
    world: &mut World,
    autoscaler: &Value,
    asking: &mut hpa::situation::Situation,
) {
    let Some(owner) = autoscaler
        .controller()
        .filter(|owner| owner["kind"] == "ScaledObject")
    else {
        return;
    };
    let name = owner["name"].as_str().unwrap_or_default();
    let path = format!("{}/{name}", autoscaler.namespace());
    let Some(object) = write::get(world, RESOURCE, &path) else {
        return;
    };
    let Some(kept) = hub.scaled_objects.0.get_mut(&path) else {
        return;
    };
    let Some(mut situation) = read::situation(world, &object, &kept.seen, kept.last_poll) else {
        return;
    };
    let Some(queried) = serving::serve(&situation, asking) else {
        return;
    };
    queried.remember(&mut situation);
    kept.seen = situation.triggers;
    set_status(world, &object, &json!(situation.scaled_object.status));
    for external in &asking.metrics.external {
        let hpa::situation::Answered::Value(values) = &external.answer.result else {
            continue;
        };
        if let Some(value) = values.first() {
            let labels = [(keda::produced_hpa::OWNER_LABEL.to_owned(), name.to_owned())];
            let key = (object.namespace().to_owned(), external.metric.name.clone());
            let measured = (value.milli(), BTreeMap::from(labels));
            world.measured.external.insert(key, measured);
        }
    }
}

fn is_paused(situation: &Situation) -> bool {
    pause::pause(&situation.scaled_object).is_some()
}
