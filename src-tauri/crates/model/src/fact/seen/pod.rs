//! A pod as the controllers look at it.

use jiff::Timestamp;
use scaling::hpa::amount::Amount;
use scaling::hpa::situation::{Amounts, Container, Phase, Pod, Ready};
use scaling::hpa::status::ConditionStatus;
use serde_json::Value;
use smol_str::SmolStr;

use super::object::{text, time};
use crate::fact::PodState;
use crate::row::ObjectRow;

/// A pod, with kubectl's word for its state from its row.
pub(super) fn pod(object: &Value, row: &ObjectRow) -> PodState {
    let (meta, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let condition = |kind: &str| {
        let mut all = status["conditions"].as_array().into_iter().flatten();
        all.find(|one| one["type"] == kind)
    };
    let scheduled = condition("PodScheduled");
    let holds = |one: &&Value| one["status"] == "True";
    let waits = |one: &&Value| one["reason"] == "Unschedulable";
    PodState {
        pod: Pod {
            name: text(&meta["name"]).into(),
            labels: pairs(&meta["labels"])
                .map(|(key, value)| (SmolStr::from(key), SmolStr::from(value)))
                .collect(),
            phase: match status["phase"].as_str() {
                None | Some("") => Phase::Pending,
                Some(phase) => Phase::from(phase.to_owned()),
            },
            deletion_timestamp: time(&meta["deletionTimestamp"]),
            start_time: time(&status["startTime"]),
            ready: condition("Ready").map(|ready| Ready {
                status: ConditionStatus::from(text(&ready["status"])),
                last_transition_time: time(&ready["lastTransitionTime"]),
            }),
            containers: containers(&spec["containers"]),
            init_containers: containers(&spec["initContainers"]),
            requests: amounts(&spec["resources"]["requests"]),
            overhead: amounts(&spec["overhead"]),
        },
        uid: text(&meta["uid"]),
        node: text(&spec["nodeName"]),
        created: time(&meta["creationTimestamp"]),
        scheduled: scheduled
            .filter(holds)
            .and_then(|one| time(&one["lastTransitionTime"])),
        started: started(status),
        state: match row {
            ObjectRow::Pod(row) => row.status.to_string(),
            _ => String::new(),
        },
        unschedulable: scheduled
            .filter(waits)
            .map(|one| text(&one["message"]))
            .unwrap_or_default(),
    }
}

/// When the last of its containers started; `None` while one has not.
fn started(status: &Value) -> Option<Timestamp> {
    let all = status["containerStatuses"].as_array()?;
    let each = all.iter().map(|one| {
        let state = &one["state"];
        time(&state["running"]["startedAt"]).or_else(|| time(&state["terminated"]["startedAt"]))
    });
    each.collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn containers(list: &Value) -> Vec<Container> {
    let all = list.as_array().into_iter().flatten();
    all.map(|one| Container {
        name: text(&one["name"]).into(),
        requests: amounts(&one["resources"]["requests"]),
        restart_always: one["restartPolicy"] == "Always",
    })
    .collect()
}

/// Amounts by resource; the API writes each as text, or as a number.
pub(super) fn amounts(list: &Value) -> Amounts {
    let all = list.as_object().into_iter().flatten();
    all.map(|(resource, amount)| (SmolStr::from(resource), self::amount(amount)))
        .collect()
}

pub(super) fn amount(value: &Value) -> Amount {
    match value.as_str() {
        Some(text) => Amount::parse(text),
        None => Amount::parse(&value.to_string()),
    }
}

fn pairs(map: &Value) -> impl Iterator<Item = (&str, &str)> {
    let all = map.as_object().into_iter().flatten();
    all.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}
