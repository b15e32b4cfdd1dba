//! `ScaledObjects`: polled, paused, and their HPAs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scaling::hpa::spec::Spec;
use scaling::keda::condition::Event;
use scaling::keda::decision::Path as LoopPath;
use scaling::keda::scaled_object::{GroupVersionKindResource, ScaledObjectStatus};
use scaling::keda::situation::{Situation, TargetState};
use scaling::keda::triggers::TriggerInput;
use scaling::keda::{Decision, ScaledObject, decide, poll, produced_hpa};
use serde::Deserialize;

use super::{differ, sorted};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoopLine {
    scaled_object: ScaledObject,
    polls: Vec<LoopPoll>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoopPoll {
    now: Timestamp,
    target: TargetState,
    triggers: Vec<TriggerInput>,
    hpa_conditions: Option<Vec<scaling::hpa::status::Condition>>,
    answer: LoopAnswer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoopAnswer {
    replicas: i32,
    status: ScaledObjectStatus,
    events: Option<Vec<Event>>,
}

/// Polls of a `ScaledObject` one after the other: each goes on from our own status.
pub fn polls(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: LoopLine = serde_json::from_str(text)?;
    let mut object = line.scaled_object;
    let mut found = Vec::new();
    for (number, step) in line.polls.into_iter().enumerate() {
        let situation = Situation {
            now: step.now,
            scaled_object: object.clone(),
            target: step.target,
            triggers: step.triggers,
            hpa_conditions: step.hpa_conditions,
            last_poll: None,
        };
        let decision = poll(&situation);
        let mut here = Vec::new();
        compare(&mut here, &situation, &decision, &step.answer);
        if !here.is_empty() {
            found.push(format!("poll {number} at {}", step.now));
            found.extend(here);
            found.push(format!(
                "  path {:?} rules {:?}",
                decision.path, decision.rules
            ));
            break;
        }
        object.status = step.answer.status;
    }
    Ok(found)
}

fn compare(
    found: &mut Vec<String>,
    situation: &Situation,
    decision: &Decision,
    answer: &LoopAnswer,
) {
    let target = &situation.target;
    let ours = if decision.is_written {
        decision.replicas.value
    } else {
        target.live_replicas.unwrap_or(target.replicas.value)
    };
    differ(found, "replicas", &ours, &answer.replicas);
    let mut status = decision.status.clone();
    let without_formula = situation
        .scaled_object
        .modifiers()
        .is_some_and(|modifiers| modifiers.formula.is_empty());
    let active = decision
        .activity
        .as_ref()
        .map_or(&[][..], |activity| &activity.active_metrics[..]);
    let any_one = without_formula && active.len() > 1;
    if any_one {
        // Upstream names the first that it comes upon.
        let named: Vec<_> = answer
            .status
            .triggers_activity
            .iter()
            .filter(|(_, one)| one.is_active)
            .collect();
        if named.len() > 1 || !named.iter().all(|(name, _)| active.contains(name)) {
            found.push(format!("active {named:?}, of {active:?}"));
        }
        status
            .triggers_activity
            .clone_from(&answer.status.triggers_activity);
    }
    differ(found, "status", &status, &answer.status);
    let theirs = answer.events.clone().unwrap_or_default();
    differ(
        found,
        "events",
        &sorted(&decision.events, any_one),
        &sorted(&theirs, any_one),
    );
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PauseLine {
    scaled_object: ScaledObject,
    target: TargetState,
    answer: LoopAnswer,
}

/// A paused `ScaledObject` that is reconciled.
pub fn pause(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: PauseLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let (decision, _) = decide(&Situation {
        now: Timestamp::UNIX_EPOCH,
        scaled_object: line.scaled_object,
        target: line.target.clone(),
        triggers: Vec::new(),
        hpa_conditions: None,
        last_poll: None,
    });
    if !matches!(decision.path, LoopPath::Paused { .. }) {
        found.push(format!("path {:?}", decision.path));
    }
    let left = line
        .target
        .live_replicas
        .unwrap_or(line.target.replicas.value);
    let ours = if decision.is_written {
        decision.replicas.value
    } else {
        left
    };
    differ(&mut found, "replicas", &ours, &line.answer.replicas);
    differ(&mut found, "status", &decision.status, &line.answer.status);
    let theirs = line.answer.events.unwrap_or_default();
    differ(
        &mut found,
        "events",
        &sorted(&decision.events, false),
        &sorted(&theirs, false),
    );
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HpaLine {
    scaled_object: ScaledObject,
    refused: Option<String>,
    hpa: Option<Produced>,
    status: ScaledObjectStatus,
}

#[derive(Deserialize)]
struct Produced {
    metadata: ProducedMetadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct ProducedMetadata {
    name: String,
    namespace: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// The HPA of a `ScaledObject`.
pub fn hpa(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: HpaLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let target = GroupVersionKindResource {
        group: "apps".into(),
        version: "v1".into(),
        kind: "Deployment".into(),
        resource: "deployments".into(),
    };
    let (ours, theirs) = match (
        produced_hpa::produce(&line.scaled_object, &target, &[]),
        line.hpa,
    ) {
        (Ok(ours), Some(theirs)) => (ours, theirs),
        (Err(_), None) => return Ok(found),
        (Ok(_), None) => {
            found.push(format!("upstream makes none: {:?}", line.refused));
            return Ok(found);
        }
        (Err(error), Some(_)) => {
            found.push(format!("none is made: {error:?}"));
            return Ok(found);
        }
    };
    differ(&mut found, "name", &ours.name, &theirs.metadata.name);
    differ(
        &mut found,
        "namespace",
        &ours.namespace,
        &theirs.metadata.namespace,
    );
    differ(&mut found, "labels", &ours.labels, &theirs.metadata.labels);
    differ(
        &mut found,
        "annotations",
        &ours.annotations,
        &theirs.metadata.annotations,
    );
    differ(&mut found, "spec", &ours.spec, &theirs.spec);
    let status = &line.status;
    differ(
        &mut found,
        "external names",
        &ours.external_metric_names,
        &status.external_metric_names,
    );
    differ(
        &mut found,
        "resource names",
        &ours.resource_metric_names,
        &status.resource_metric_names,
    );
    differ(&mut found, "health", &ours.health, &status.health);
    let composite = ours.composite_scaler_name.unwrap_or_default();
    differ(
        &mut found,
        "composite",
        &composite,
        &status.composite_scaler_name,
    );
    Ok(found)
}
