//! What the HPA controller reads: the target's scale, pods, what they use.

use std::sync::Arc;

use scaling::hpa::amount::Amount;
use scaling::hpa::situation::{
    Amounts, Answer, Container, ContainerUsage, Metrics, Phase, Pod, PodUsage, Ready, Scale, Span,
};
use scaling::hpa::status::ConditionStatus;
use scaling::quantity::{Format, Quantity};
use serde_json::Value;
use smol_str::SmolStr;

use crate::World;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::{selector, write};
use crate::load::Sharing;

/// Resource and path of the target; None for a kind that has no scale here.
pub(super) fn target(object: &Value) -> Option<(&'static str, String)> {
    let target = &object["spec"]["scaleTargetRef"];
    let resource = match target["kind"].text() {
        "Deployment" => "deployments.apps",
        "StatefulSet" => "statefulsets.apps",
        "ReplicaSet" => "replicasets.apps",
        _ => return None,
    };
    let path = format!("{}/{}", object.namespace(), target["name"].text());
    Some((resource, path))
}

/// The target's scale subresource, or the API's error.
pub(super) fn scale(world: &World, object: &Value) -> Answer<Scale> {
    let reference = &object["spec"]["scaleTargetRef"];
    let kind = reference["kind"].text();
    let Some((resource, path)) = target(object) else {
        return Answer::failed(format!("no matches for kind \"{kind}\" in group \"\""));
    };
    let Some(target) = write::get(world, resource, &path) else {
        return Answer::failed(format!(
            "{resource} \"{}\" not found",
            reference["name"].text()
        ));
    };
    let count = |value: &Value| value.as_i64().and_then(|count| i32::try_from(count).ok());
    Answer::observed(Scale {
        spec_replicas: count(&target["spec"]["replicas"]).unwrap_or(1),
        status_replicas: count(&target["status"]["replicas"]).unwrap_or(0),
        selector: selector::in_words(&target["spec"]["selector"]),
    })
}

/// The pods that the target selects, of which alone a pass hears.
pub(super) fn pods(world: &World, object: &Value) -> Vec<Pod> {
    selected(world, object)
        .iter()
        .map(|pod| self::pod(pod))
        .collect()
}

/// Pods of the target's labels; a pass itself looks at the rest of the selector.
fn selected(world: &World, object: &Value) -> Vec<Arc<Value>> {
    let found = target(object).and_then(|(resource, path)| write::get(world, resource, &path));
    let Some(target) = found else {
        return Vec::new();
    };
    let labels = target["spec"]["selector"]["matchLabels"].as_object();
    let mut pods = write::list(world, "pods", object.namespace());
    pods.retain(|pod| {
        let wanted = labels.into_iter().flatten();
        wanted
            .into_iter()
            .all(|(name, value)| pod.label(name) == value.text())
    });
    pods
}

fn pod(pod: &Value) -> Pod {
    let labels = pod["metadata"]["labels"].as_object().into_iter().flatten();
    let containers = |field: &str| {
        let all = pod["spec"][field].items().iter();
        let each = all.map(|one| Container {
            name: one["name"].text().into(),
            requests: amounts(&one["resources"]["requests"]),
            restart_always: one["restartPolicy"] == "Always",
        });
        each.collect()
    };
    let phase = match pod["status"]["phase"].text() {
        "" => "Pending",
        phase => phase,
    };
    Pod {
        name: pod.name().into(),
        labels: labels
            .map(|(name, value)| (SmolStr::from(name), SmolStr::from(value.text())))
            .collect(),
        phase: Phase::from(phase.to_owned()),
        deletion_timestamp: pod["metadata"]["deletionTimestamp"].time(),
        start_time: pod["status"]["startTime"].time(),
        ready: pod.condition("Ready").map(|ready| Ready {
            status: ConditionStatus::from(ready["status"].text().to_owned()),
            last_transition_time: ready["lastTransitionTime"].time(),
        }),
        containers: containers("containers"),
        init_containers: containers("initContainers"),
        requests: amounts(&pod["spec"]["resources"]["requests"]),
        overhead: amounts(&pod["spec"]["overhead"]),
    }
}

fn amounts(list: &Value) -> Amounts {
    let list = list.as_object().into_iter().flatten();
    list.map(|(resource, amount)| (SmolStr::from(resource), Amount::parse(amount.text())))
        .collect()
}

/// What the metrics APIs answer about the target's pods.
pub(super) fn metrics(world: &World, object: &Value) -> Metrics {
    let specs = object["spec"]["metrics"].items();
    let asks = specs
        .iter()
        .any(|metric| matches!(metric["type"].text(), "Resource" | "ContainerResource"));
    if target(object).is_none() || !(asks || specs.is_empty()) {
        return Metrics::default();
    }
    let selected = selected(world, object);
    let sharing = world.load.sharing(&world.store, object.namespace());
    let usages: Vec<PodUsage> = selected
        .iter()
        .filter_map(|pod| usage(world, &sharing, pod))
        .collect();
    Metrics {
        resource: Some(if usages.is_empty() {
            Answer::failed("no metrics returned from resource metrics API")
        } else {
            Answer::observed(usages)
        }),
        ..Metrics::default()
    }
}

/// A pod's use goes to its first container.
fn usage(world: &World, sharing: &Sharing, pod: &Arc<Value>) -> Option<PodUsage> {
    let used = world.load.usage(sharing, pod, world.now())?;
    let quantity = |nano: i128, format| Amount::from(Quantity::from_nano(nano, format));
    let containers = pod["spec"]["containers"].items().iter().enumerate();
    let containers = containers.map(|(index, container)| {
        let (cpu, memory) = if index == 0 {
            (used.cpu, used.memory)
        } else {
            (0, 0)
        };
        let cpu = quantity(i128::from(cpu), Format::DecimalSi);
        let memory = quantity(i128::from(memory) * 1_000_000_000, Format::BinarySi);
        ContainerUsage {
            name: container["name"].text().into(),
            usage: [
                (SmolStr::from("cpu"), cpu),
                (SmolStr::from("memory"), memory),
            ]
            .into_iter()
            .collect(),
        }
    });
    Some(PodUsage {
        name: pod.name().into(),
        timestamp: used.at,
        window: Span::from(used.window),
        containers: containers.collect(),
    })
}
