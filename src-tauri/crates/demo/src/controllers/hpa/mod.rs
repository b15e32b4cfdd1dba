//! The HPA controller: `scaling` decides, here its decisions are carried out.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/podautoscaler/horizontal.go` where it reads and writes.

mod read;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::decision::EventKind;
use scaling::hpa::situation::{Config, Memory, PassPhase, Passes, Situation, Writes};
use scaling::{Certainty, hpa};
use serde_json::{Value, json};

use super::events::{Told, Tone};
use super::fields::Fields;
use super::{Controllers, keda, write};
use crate::World;

const NAME: &str = "horizontal-pod-autoscaler";
const RESOURCE: &str = "horizontalpodautoscalers.autoscaling";
/// Between two passes, and before the first (flag `horizontal-pod-autoscaler-sync-period`).
const PERIOD: SignedDuration = SignedDuration::from_secs(15);

/// What the controller keeps of one autoscaler between passes.
#[derive(Clone, Debug)]
struct Kept {
    uid: String,
    due: Timestamp,
    memory: Memory,
    selector: Option<String>,
}

/// The controller with what it keeps of all autoscalers, by path.
#[derive(Clone, Debug)]
pub(crate) struct Autoscalers {
    kept: BTreeMap<String, Kept>,
    /// Its flags.
    config: Config,
    period: SignedDuration,
}

impl Autoscalers {
    pub(crate) fn new(period: SignedDuration, config: Config) -> Self {
        Self {
            kept: BTreeMap::new(),
            config,
            period,
        }
    }
}

impl Default for Autoscalers {
    fn default() -> Self {
        Self::new(PERIOD, Config::default())
    }
}

/// One pass over one autoscaler if it is time for one; when the next is.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let Some(object) = write::get(world, RESOURCE, path) else {
        hub.autoscalers.kept.remove(path);
        return None;
    };
    let now = world.now();
    let uid = object.uid();
    let later = now.checked_add(hub.autoscalers.period).ok()?;
    let known = hub
        .autoscalers
        .kept
        .get(path)
        .filter(|kept| kept.uid == uid);
    let Some(kept) = known.cloned() else {
        let first = Kept {
            uid: uid.to_owned(),
            due: later,
            memory: Memory::default(),
            selector: None,
        };
        hub.autoscalers.kept.insert(path.to_owned(), first);
        return Some(later);
    };
    if kept.due > now {
        return Some(kept.due);
    }
    let mut kept = kept;
    pass(hub, world, &object, &mut kept);
    kept.due = later;
    hub.autoscalers.kept.insert(path.to_owned(), kept);
    Some(later)
}

fn pass(hub: &mut Controllers, world: &mut World, object: &Value, kept: &mut Kept) {
    let mut situation = situation(hub, world, object, kept);
    keda::serve(hub, world, object, &mut situation);
    if let hpa::situation::Answered::Value(scale) = &situation.scale.result {
        kept.selector = Some(scale.selector.clone());
    }
    let decision = hpa::pass(&situation);
    if let Some(replicas) = decision
        .replicas
        .filter(|_| decision.rescale && decision.rescale_error.is_none())
    {
        resize(world, object, replicas);
    }
    for event in &decision.events {
        let told = Told {
            tone: match event.kind {
                EventKind::Warning => Tone::Warning,
                EventKind::Normal | EventKind::Other(_) => Tone::Normal,
            },
            ..Told::normal(NAME, &event.reason, event.message.as_str())
        };
        hub.tell(world, object, &told);
    }
    if decision.status_written {
        let mut changed = object.clone();
        changed["status"] = json!(decision.status);
        let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    }
    kept.memory = decision.memory;
}

/// Writes the target's size.
fn resize(world: &mut World, object: &Value, replicas: i32) {
    let Some((resource, path)) = read::target(object) else {
        return;
    };
    let Some(target) = write::get(world, resource, &path) else {
        return;
    };
    let mut changed = Value::clone(&target);
    changed["spec"]["replicas"] = json!(replicas);
    let _ = write::update(world, resource, changed, write::CONTROLLER_MANAGER);
}

fn situation(hub: &Controllers, world: &World, object: &Value, kept: &Kept) -> Situation {
    let namespace = object.namespace();
    let path = object.path();
    let others = hub.autoscalers.kept.iter();
    let others =
        others.filter(|(other, _)| **other != path && super::fields::split(other).0 == namespace);
    Situation {
        now: world.now(),
        namespace: namespace.to_owned(),
        name: object.name().to_owned(),
        spec: serde_json::from_value(object["spec"].clone()).unwrap_or_default(),
        status: serde_json::from_value(object["status"].clone()).unwrap_or_default(),
        scale: read::scale(world, object),
        pods: read::pods(world, object),
        pods_certainty: Certainty::Observed,
        metrics: read::metrics(world, object),
        other_autoscalers: others
            .map(|(other, kept)| hpa::situation::OtherAutoscaler {
                name: super::fields::split(other).1.to_owned(),
                selector: kept.selector.clone(),
            })
            .collect(),
        memory: kept.memory.clone(),
        config: hub.autoscalers.config.clone(),
        passes: Passes {
            phase: PassPhase::Now,
            ..Passes::default()
        },
        writes: Writes::default(),
    }
}
