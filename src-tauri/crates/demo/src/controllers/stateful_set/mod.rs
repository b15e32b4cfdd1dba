//! StatefulSets: pods with ordinals, that come, change, leave one after the other.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/statefulset/stateful_set_control.go:updateStatefulSet`.

mod claims;
mod pods;
mod status;

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::events::Told;
use super::fields::{Fields, Scalar};
use super::index::controlled;
use super::replica_set::available_at;
use super::{Controllers, claim, namespaces, revisions, write};
use crate::World;
use crate::status::Status;
use pods::{Made, Ordinals};

const NAME: &str = "statefulset-controller";
const RESOURCE: &str = "statefulsets.apps";
/// When what was refused is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(15);

/// What is known at one look.
struct Look<'a> {
    set: &'a Value,
    ordinals: Ordinals,
    /// The revisions that the set has, and comes to have.
    current: &'a Value,
    update: &'a Value,
    is_ordered: bool,
    min_ready: i64,
}

/// Whether the look is over: something must come first.
enum Step {
    Goes,
    Ends,
    /// It was refused.
    Fails,
}

/// Brings the set's pods one step on, then tells the status; when to look again by time alone.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let set = write::get(world, RESOURCE, path)?;
    let is_member = |pod: &Value| pods::ordinal(&set, pod).is_some();
    if claim::claim(hub, world, &set, "pods", is_member) || revisions::claim(hub, world, &set) {
        return Some(world.now());
    }
    let history = revisions::all(hub, world, &set);
    let (update, collisions) = revisions::present(world, &set, &history);
    let update = update?;
    let named = set["status"]["currentRevision"].text();
    let current = history.iter().find(|one| one.name() == named);
    let current = current.cloned().unwrap_or_else(|| Arc::clone(&update));
    let mut pods = controlled(&hub.index, world, &set, "pods");
    pods.retain(|pod| pods::ordinal(&set, pod).is_some());
    let look = Look {
        set: &set,
        ordinals: Ordinals::of(&set),
        current: &current,
        update: &update,
        is_ordered: set["spec"]["podManagementPolicy"] != "Parallel",
        min_ready: set["spec"]["minReadySeconds"].number(),
    };
    let is_refused = !set.is_deleted() && matches!(act(hub, world, &look, &pods), Step::Fails);
    status::write(world, &look, &pods, collisions);
    let live = [current.name(), update.name()];
    revisions::clean_up(world, &set, &history, |one| {
        let is_used = |pod: &Arc<Value>| pod.label(revisions::HASH) == one.name();
        live.contains(&one.name()) || pods.iter().any(is_used)
    });
    let now = world.now();
    let times = pods
        .iter()
        .filter_map(|pod| available_at(pod, look.min_ready));
    let next = times.filter(|at| *at > now).min();
    let again = now.checked_add(AGAIN).ok().filter(|_| is_refused);
    next.into_iter().chain(again).min()
}

fn act(hub: &mut Controllers, world: &mut World, look: &Look<'_>, pods: &[Arc<Value>]) -> Step {
    let (replicas, mut condemned) = look.ordinals.parted(look.set, pods);
    condemned.sort_by_key(|pod| Reverse(pods::ordinal(look.set, pod)));
    let mut fails = false;
    for (ordinal, replica) in &replicas {
        let replica = replica.as_deref();
        match tend(hub, world, look, *ordinal, replica) {
            Step::Goes => {}
            step if look.is_ordered => return step,
            Step::Ends => {}
            Step::Fails => fails = true,
        }
    }
    if fails {
        return Step::Fails;
    }
    if replicas.iter().any(|(_, replica)| replica.is_none()) {
        // Without an order they were all made; the next look has them.
        return Step::Ends;
    }
    for pod in &condemned {
        claims::retain(world, look.set, look.ordinals, pod);
    }
    let unavailable = |pod: &&Arc<Value>| look.is_unavailable(pod, world.now());
    let all = replicas.iter().filter_map(|(_, pod)| pod.as_ref());
    let first_unavailable = all.chain(condemned.iter().rev()).find(unavailable);
    let first_unavailable = first_unavailable.map(|pod| pod.path());
    for pod in &condemned {
        let is_first = first_unavailable.as_deref() == Some(&pod.path());
        if pod.is_deleted() && !look.is_ordered {
            continue;
        }
        if pod.is_deleted() || look.is_ordered && look.waits_for(pod, world.now()) && !is_first {
            return Step::Ends;
        }
        delete(hub, world, look.set, pod);
        if look.is_ordered {
            return Step::Ends;
        }
    }
    if look.set["spec"]["updateStrategy"]["type"] == "OnDelete" {
        return Step::Ends;
    }
    roll(hub, world, look, &replicas);
    Step::Ends
}

/// Makes, or makes anew, the pod of one ordinal (`processReplica`).
fn tend(
    hub: &mut Controllers,
    world: &mut World,
    look: &Look<'_>,
    ordinal: i64,
    replica: Option<&Value>,
) -> Step {
    let Some(pod) = replica else {
        return match create(hub, world, look, ordinal) {
            Ok(()) => Step::Ends,
            Err(_) => Step::Fails,
        };
    };
    if matches!(pod["status"]["phase"].text(), "Failed" | "Succeeded") {
        if !pod.is_deleted() {
            delete(hub, world, look.set, pod);
        }
        return Step::Ends;
    }
    if pod["status"]["phase"] == "Pending"
        && claims::create(hub, world, look.set, ordinal, pod.name()).is_err()
    {
        return Step::Fails;
    }
    if look.is_ordered && (pod.is_deleted() || look.waits_for(pod, world.now())) {
        return Step::Ends;
    }
    claims::retain(world, look.set, look.ordinals, pod);
    Step::Goes
}

/// Replaces the pod with the highest ordinal that is not of the update's revision, once those above it are available.
fn roll(hub: &mut Controllers, world: &mut World, look: &Look<'_>, replicas: &[Made]) {
    let partition = look.set["spec"]["updateStrategy"]["rollingUpdate"]["partition"].number();
    let partition = usize::try_from(partition).unwrap_or(0);
    for (_, replica) in replicas.iter().skip(partition).rev() {
        let Some(pod) = replica else {
            return;
        };
        if pod.label(revisions::HASH) != look.update.name() && !pod.is_deleted() {
            return delete(hub, world, look.set, pod);
        }
        if look.is_unavailable(pod, world.now()) {
            return;
        }
    }
}

impl Look<'_> {
    /// Whether the order has to wait until a pod runs and is available.
    fn waits_for(&self, pod: &Value, now: Timestamp) -> bool {
        available_at(pod, self.min_ready).is_none_or(|at| at > now)
    }

    fn is_unavailable(&self, pod: &Value, now: Timestamp) -> bool {
        pod.is_deleted() || self.waits_for(pod, now)
    }
}

/// The claims of a pod, then the pod (`stateful_pod_control.go:CreateStatefulPod`).
fn create(
    hub: &mut Controllers,
    world: &mut World,
    look: &Look<'_>,
    ordinal: i64,
) -> Result<(), Status> {
    let pod = pods::new(look, ordinal);
    let name = pod.name().to_owned();
    let made = claims::create(hub, world, look.set, ordinal, &name)
        .and_then(|()| write::create(world, "pods", pod, write::CONTROLLER_MANAGER));
    let set_name = look.set.name();
    let told = match &made {
        Ok(pod) => {
            claims::retain(world, look.set, look.ordinals, pod);
            let message = format!("Create Pod {name} in StatefulSet {set_name} successful");
            Told::normal(NAME, "SuccessfulCreate", message)
        }
        Err(error) if error.reason == "AlreadyExists" || namespaces::is_terminating(error) => {
            return made.map(drop);
        }
        Err(error) => {
            let message =
                format!("Create Pod {name} in StatefulSet {set_name} failed error: {error}");
            Told::warning(NAME, "FailedCreate", message)
        }
    };
    hub.tell(world, look.set, &told);
    made.map(drop)
}

fn delete(hub: &mut Controllers, world: &mut World, set: &Value, pod: &Value) {
    if write::delete(world, "pods", &pod.path(), write::CONTROLLER_MANAGER).is_ok() {
        let (name, set_name) = (pod.name(), set.name());
        let message = format!("Delete Pod {name} in StatefulSet {set_name} successful");
        let told = Told::normal(NAME, "SuccessfulDelete", message);
        hub.tell(world, set, &told);
    }
}
