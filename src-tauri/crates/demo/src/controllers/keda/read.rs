//! What KEDA reads: the target, what triggers' sources say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scaling::keda::situation::TargetState;
use scaling::keda::triggers::{
    Place, PrometheusAnswer, Source, Trigger, TriggerInput, TriggerSpec, WorkloadPod,
};
use scaling::keda::{ScaledObject, Situation, produced_hpa};
use serde_json::Value;

use super::{HPAS, write};
use crate::World;
use crate::controllers::fields::{Fields, Scalar};

/// Resource and path of the target; None for a kind that is not scaled here.
pub(super) fn target(object: &Value) -> Option<(&'static str, String)> {
    let target = &object["spec"]["scaleTargetRef"];
    let resource = match target["kind"].text() {
        "" | "Deployment" => "deployments.apps",
        "StatefulSet" => "statefulsets.apps",
        _ => return None,
    };
    let path = format!("{}/{}", object.namespace(), target["name"].text());
    Some((resource, path))
}

/// All that a poll depends on, now; None for an object that is not one.
pub(super) fn situation(
    world: &World,
    object: &Value,
    seen: &[TriggerInput],
    last_poll: Option<Timestamp>,
) -> Option<Situation> {
    let scaled_object: ScaledObject = serde_json::from_value(object.clone()).ok()?;
    let namespace = object.namespace();
    let hpa = write::get(
        world,
        HPAS,
        &format!("{namespace}/{}", produced_hpa::hpa_name(&scaled_object)),
    );
    let conditions = |hpa: &Value| serde_json::from_value(hpa["status"]["conditions"].clone()).ok();
    Some(Situation {
        now: world.now(),
        target: target_state(world, object),
        triggers: inputs(
            world,
            &scaled_object.spec.triggers,
            namespace,
            scaled_object.modifiers().is_some(),
            seen,
        ),
        hpa_conditions: hpa.as_deref().and_then(conditions),
        last_poll,
        scaled_object,
    })
}

fn target_state(world: &World, object: &Value) -> TargetState {
    let found = target(object).and_then(|(resource, path)| write::get(world, resource, &path));
    let Some(found) = found else {
        let reference = &object["spec"]["scaleTargetRef"];
        let kind = match reference["kind"].text() {
            "" => "Deployment",
            kind => kind,
        };
        let error = format!("{kind} \"{}\" not found", reference["name"].text());
        return TargetState {
            read_error: Some(error.clone()),
            scale_read_error: Some(error),
            ..TargetState::at(0)
        };
    };
    let replicas = found["spec"]["replicas"].as_i64().unwrap_or(1);
    let ready = found["status"]["readyReplicas"].number();
    TargetState {
        ready_pods: i32::try_from(ready).ok(),
        ..TargetState::at(i32::try_from(replicas).unwrap_or(i32::MAX))
    }
}

/// What each trigger's source says, beside what was seen of it before.
pub(super) fn inputs(
    world: &World,
    triggers: &[TriggerSpec],
    namespace: &str,
    as_metric_source: bool,
    seen: &[TriggerInput],
) -> Vec<TriggerInput> {
    let each = triggers.iter().enumerate().map(|(index, spec)| {
        let place = Place {
            index,
            namespace,
            as_metric_source,
        };
        let source = match Trigger::build(spec, place) {
            Ok(Trigger::Workload(workload)) => {
                let pods = write::list(world, "pods", namespace);
                let selected = pods
                    .iter()
                    .filter(|pod| workload.pod_selector.selects(&labels(pod)));
                Source::Pods {
                    pods: selected
                        .map(|pod| WorkloadPod {
                            phase: pod["status"]["phase"].text().to_owned(),
                            node_name: pod["spec"]["nodeName"].text().to_owned(),
                        })
                        .collect(),
                }
            }
            Ok(Trigger::Prometheus(prometheus)) => Source::Prometheus {
                answer: match world.load.query(&prometheus.query, world.now()) {
                    Some(value) => PrometheusAnswer::Value {
                        text: value.to_string(),
                    },
                    None => PrometheusAnswer::Empty,
                },
            },
            Ok(Trigger::Cron(_) | Trigger::Resource(_)) | Err(_) => Source::Silent,
            Ok(Trigger::External { kind }) => Source::Failed {
                error: format!("the demo cluster has no source for {kind}"),
            },
        };
        TriggerInput {
            source,
            ..seen.get(index).cloned().unwrap_or_default()
        }
    });
    each.collect()
}

/// The kinds of an object's triggers and the names of their authentications, with commas, each where it comes first
/// (`scaletriggers_types.go:CombinedTriggersAndAuthenticationsTypes`).
pub(super) fn kinds(object: &Value) -> (String, String) {
    let triggers = object["spec"]["triggers"].items();
    let kinds = triggers.iter().map(|trigger| trigger["type"].text());
    let names = triggers
        .iter()
        .filter_map(|trigger| trigger["authenticationRef"]["name"].as_str());
    (once_each(kinds), once_each(names))
}

fn once_each<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all.join(",")
}

fn labels(pod: &Value) -> BTreeMap<String, String> {
    let labels = pod["metadata"]["labels"].as_object().into_iter().flatten();
    labels
        .map(|(name, value)| (name.clone(), value.text().to_owned()))
        .collect()
}
