//! The nodes' agents: a pod with a node is pulled, started, probed, restarted, stopped.
//!
//! Follows Kubernetes 1.36.3 `pkg/kubelet`; what containers do is decided by [`crate::programs`].

mod container;
mod run;
mod status;

pub(crate) use run::Runs;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::events::{Told, Tone};
use super::fields::{Fields, Scalar};
use super::index::is_over;
use super::{Controllers, write};
use crate::World;
use crate::programs::Program;
use run::Run;

const NAME: &str = "kubelet";

/// What a container does that is told in an event.
struct Said {
    tone: Tone,
    reason: &'static str,
    message: String,
    field: String,
}

/// Brings one pod's containers up to the present; when the next of them changes.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let Some(pod) = write::get(world, "pods", path) else {
        hub.runs.forget(path);
        return None;
    };
    let node = pod["spec"]["nodeName"].text().to_owned();
    if node.is_empty() || !hub.touches(&pod) {
        return None;
    }
    if pod.is_deleted() && is_over(&pod) {
        hub.runs.forget(path);
        write::finish(world, path);
        return None;
    }
    let now = world.now();
    let mut run = hub.runs.take(path, pod.uid());
    let run = run.get_or_insert_with(|| Run::new(world, &mut hub.runs, &pod, &node));
    let mut said = Vec::new();
    if pod.is_deleted() && run.stops_at.is_none() {
        run.stop(&pod, now, &world.programs, &mut said);
    }
    let next = run.advance(world, &pod, &mut said);
    for said in said {
        let told = Told {
            by: NAME,
            host: &node,
            tone: said.tone,
            reason: said.reason,
            message: said.message,
            field: said.field,
        };
        hub.tell(world, &pod, &told);
    }
    let has_stopped = run.stops_at.is_some_and(|at| at <= now);
    let is_held = !pod["metadata"]["finalizers"].items().is_empty();
    if has_stopped && !is_held {
        hub.runs.forget(path);
        write::finish(world, path);
        return None;
    }
    if has_stopped {
        run.end(now);
    }
    let address = write::get(world, "nodes", &node).map(|node| address_of(&node));
    let changed = status::render(&pod, run, &address.unwrap_or_default(), now);
    let _ = write::status(world, "pods", changed, write::KUBELET);
    if has_stopped {
        // Who holds it sees its end first.
        hub.runs.forget(path);
        write::finish(world, path);
        return None;
    }
    hub.runs.put(path, run.clone());
    next
}

fn address_of(node: &Value) -> String {
    let mut addresses = node["status"]["addresses"].items().iter();
    let internal = addresses.find(|address| address["type"] == "InternalIP");
    internal.map_or_else(String::new, |address| address["address"].text().to_owned())
}

/// How long a pod's programs take to stop, within its grace period.
fn stop_time(pod: &Value, programs: &[Program]) -> SignedDuration {
    let grace = pod["metadata"]["deletionGracePeriodSeconds"]
        .as_i64()
        .or_else(|| pod["spec"]["terminationGracePeriodSeconds"].as_i64())
        .unwrap_or(30);
    let longest = programs.iter().map(|program| i64::from(program.stops_in));
    SignedDuration::from_secs(longest.max().unwrap_or(0).min(grace))
}
