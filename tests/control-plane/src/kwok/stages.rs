//! The lives of simulated nodes and pods.
//!
//! A stage is chosen by the state it finds an object in, and writes the next state; kwok has none of its own. The selectors
//! are made so that at most one fits.

use serde_json::{Value, json};

use super::{API, templates};
use crate::behaviour;

/// Capacity, versions and the like are the creator's to choose: a Node may be created with a status.
pub(super) fn of_nodes() -> Vec<Value> {
    let stage = |name, ready, delay| {
        Stage {
            kind: "Node",
            name,
            when: vec![ready],
            delay,
            next: json!({"statusTemplate": templates::NODE_CONDITIONS}),
        }
        .document()
    };
    vec![
        stage("node-ready", When::IsNot(READY, &["True"]), None),
        // The lease is renewed apart from this; conditions are only refreshed now and then.
        stage(
            "node-heartbeat",
            When::Is(READY, &["True"]),
            Some(("", 300_000)),
        ),
    ]
}

/// See [`behaviour`] for what each does.
pub(super) fn of_pods() -> Vec<Value> {
    let mut stages = starting();
    stages.extend(crashing_and_flapping());
    stages.extend(ending());
    stages
}

/// Those of a pod that is not being deleted.
fn living(name: &str, mut when: Vec<When<'_>>, delay: Delay, next: Value) -> Value {
    when.push(When::Lacks(DELETED));
    Stage {
        kind: "Pod",
        name,
        when,
        delay: Some(delay),
        next,
    }
    .document()
}

fn starting() -> Vec<Value> {
    let start = (behaviour::START_DELAY, 0);
    let pending = || When::Is(PHASE, &["Pending"]);
    let starts = || {
        When::IsNot(
            BEHAVES,
            &[
                behaviour::MANUAL,
                behaviour::NEVER_READY,
                behaviour::IMAGE_PULL_BACK_OFF,
            ],
        )
    };
    // Whose readiness is their own affair.
    let others = [
        behaviour::MANUAL,
        behaviour::NEVER_READY,
        behaviour::FLAPPING,
        behaviour::CRASH_LOOP,
        behaviour::COMPLETES,
        behaviour::FAILS,
    ];
    let ready_later = vec![
        When::Is(PHASE, &["Running"]),
        When::Is(READY, &["False"]),
        When::IsNot(BEHAVES, &others),
        When::IsNot(OWNER, &["Job"]),
        When::Exists(READY_DELAY),
    ];
    let pull = vec![
        pending(),
        When::Is(BEHAVES, &[behaviour::IMAGE_PULL_BACK_OFF]),
        When::Lacks(WAITING),
    ];
    vec![
        living(
            "start-ready",
            vec![pending(), starts(), When::Lacks(READY_DELAY)],
            start,
            templates::started(true),
        ),
        living(
            "start-ready-later",
            vec![pending(), starts(), When::Exists(READY_DELAY)],
            start,
            templates::started(false),
        ),
        living(
            "ready-later",
            ready_later,
            (behaviour::READY_DELAY, 0),
            templates::readiness(true),
        ),
        living(
            "start-never-ready",
            vec![pending(), When::Is(BEHAVES, &[behaviour::NEVER_READY])],
            start,
            templates::started(false),
        ),
        living(
            "image-pull-back-off",
            pull,
            start,
            templates::image_cannot_be_pulled(),
        ),
    ]
}

fn crashing_and_flapping() -> Vec<Value> {
    let runs_for = (behaviour::RUNS_FOR, 5_000);
    let running = || When::Is(PHASE, &["Running"]);
    let crashes = || When::Is(BEHAVES, &[behaviour::CRASH_LOOP]);
    let flaps = || When::Is(BEHAVES, &[behaviour::FLAPPING]);
    vec![
        living(
            "crash",
            vec![running(), crashes(), When::Lacks(WAITING)],
            runs_for,
            templates::crash(true),
        ),
        living(
            "restart",
            vec![crashes(), When::Is(WAITING, &["CrashLoopBackOff"])],
            (behaviour::BACK_OFF, 10_000),
            templates::crash(false),
        ),
        living(
            "flap-down",
            vec![running(), flaps(), When::Is(READY, &["True"])],
            runs_for,
            templates::readiness(false),
        ),
        living(
            "flap-up",
            vec![running(), flaps(), When::Is(READY, &["False"])],
            runs_for,
            templates::readiness(true),
        ),
    ]
}

fn ending() -> Vec<Value> {
    let runs_for = (behaviour::RUNS_FOR, 5_000);
    let running = || When::Is(PHASE, &["Running"]);
    let is = |behaves| When::Is(BEHAVES, behaves);
    let completed = || templates::ended("Succeeded", 0, "Completed");
    let of_job = vec![running(), When::Lacks(BEHAVES), When::Is(OWNER, &["Job"])];
    let deleted = vec![When::Exists(DELETED), When::Lacks(STAYS_TERMINATING)];
    let gone = json!({"delete": true});
    vec![
        living(
            "complete",
            vec![running(), is(&[behaviour::COMPLETES])],
            runs_for,
            completed(),
        ),
        living("job-complete", of_job, runs_for, completed()),
        living(
            "fail",
            vec![running(), is(&[behaviour::FAILS])],
            runs_for,
            templates::ended("Failed", 1, "Error"),
        ),
        Stage {
            kind: "Pod",
            name: "delete",
            when: deleted,
            delay: None,
            next: gone,
        }
        .document(),
    ]
}

/// Annotation that holds the delay (none if empty), and the delay in milliseconds without it.
type Delay = (&'static str, u32);

/// A condition on the object in front of a stage.
enum When<'a> {
    Is(&'a str, &'a [&'a str]),
    IsNot(&'a str, &'a [&'a str]),
    Exists(&'a str),
    Lacks(&'a str),
}

struct Stage<'a> {
    kind: &'a str,
    name: &'a str,
    when: Vec<When<'a>>,
    delay: Option<Delay>,
    next: Value,
}

impl Stage<'_> {
    fn document(&self) -> Value {
        let expressions: Vec<Value> = self
            .when
            .iter()
            .map(|when| match when {
                When::Is(key, values) => json!({"key": key, "operator": "In", "values": values}),
                When::IsNot(key, values) => {
                    json!({"key": key, "operator": "NotIn", "values": values})
                }
                When::Exists(key) => json!({"key": key, "operator": "Exists"}),
                When::Lacks(key) => json!({"key": key, "operator": "DoesNotExist"}),
            })
            .collect();
        let mut spec = json!({
            "resourceRef": {"apiGroup": "v1", "kind": self.kind},
            "selector": {"matchExpressions": expressions},
            "next": self.next,
        });
        if let Some((annotation, milliseconds)) = self.delay {
            spec["delay"] = json!({"durationMilliseconds": milliseconds});
            if !annotation.is_empty() {
                spec["delay"]["durationFrom"] =
                    json!({"expressionFrom": format!(".metadata.annotations[\"{annotation}\"]")});
            }
        }
        json!({"apiVersion": API, "kind": "Stage", "metadata": {"name": self.name}, "spec": spec})
    }
}

const READY: &str = ".status.conditions.[] | select( .type == \"Ready\" ) | .status";
const PHASE: &str = ".status.phase";
const DELETED: &str = ".metadata.deletionTimestamp";
const WAITING: &str = ".status.containerStatuses.[].state.waiting.reason";
const OWNER: &str = ".metadata.ownerReferences.[].kind";
// Annotations of `behaviour`, as paths.
const BEHAVES: &str = ".metadata.annotations[\"scalescope.test/pod\"]";
const READY_DELAY: &str = ".metadata.annotations[\"scalescope.test/ready-delay\"]";
const STAYS_TERMINATING: &str = ".metadata.annotations[\"scalescope.test/stays-terminating\"]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_the_annotations() {
        for (path, annotation) in [
            (BEHAVES, behaviour::POD),
            (READY_DELAY, behaviour::READY_DELAY),
            (STAYS_TERMINATING, behaviour::STAYS_TERMINATING),
        ] {
            assert_eq!(path, format!(".metadata.annotations[\"{annotation}\"]"));
        }
    }
}
