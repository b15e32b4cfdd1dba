//! Triggers: built from their metadata, asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scaling::Certainty;
use scaling::keda::scaled_object::{Advanced, ScalingModifiers};
use scaling::keda::situation::{Situation, TargetState};
use scaling::keda::triggers::{Outcome, Place, Source, Trigger, TriggerInput, TriggerSpec};
use scaling::keda::{ScaledObject, poll};
use scaling::quantity::Quantity;
use serde::Deserialize;

use super::differ;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CronLine {
    now: Timestamp,
    metadata: BTreeMap<String, String>,
    refused: bool,
    failed: bool,
    metric: String,
    active: bool,
    value: f64,
    next_start: Option<Timestamp>,
    next_end: Option<Timestamp>,
}

/// A cron trigger at a moment.
pub fn cron(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: CronLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let spec = TriggerSpec {
        kind: "cron".into(),
        metadata: line.metadata,
        ..TriggerSpec::default()
    };
    let place = Place {
        index: 3,
        namespace: "shop",
        as_metric_source: false,
    };
    let built = Trigger::build(&spec, place);
    differ(&mut found, "refused", &built.is_err(), &line.refused);
    let (Ok(Trigger::Cron(cron)), false) = (built, line.refused) else {
        return Ok(found);
    };
    differ(&mut found, "metric", &cron.metric, &line.metric);
    let window = cron.window(line.now);
    differ(&mut found, "failed", &window.is_none(), &line.failed);
    let (Some(window), false) = (window, line.failed) else {
        return Ok(found);
    };
    differ(
        &mut found,
        "next start",
        &window.next_start,
        &line.next_start,
    );
    differ(&mut found, "next end", &window.next_end, &line.next_end);
    differ(&mut found, "active", &window.is_active, &line.active);
    let value = if window.is_active {
        cron.desired_replicas.max(0)
    } else {
        0
    };
    #[allow(clippy::cast_precision_loss)]
    differ(&mut found, "value", &(value as f64), &line.value);
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScalerLine {
    trigger: TriggerSpec,
    as_source: bool,
    source: Option<Source>,
    refused: Option<String>,
    failed: Option<String>,
    metric: String,
    target: String,
    kind: String,
    value: String,
    number: f64,
    active: bool,
    #[serde(default)]
    selects: Vec<Selected>,
}

#[derive(Deserialize)]
struct Selected {
    labels: BTreeMap<String, String>,
    selected: bool,
}

/// Go prints a quantity as it was written, the API server in its one form.
fn canonical(text: &str) -> String {
    Quantity::parse(text).map_or_else(|| text.to_owned(), |quantity| quantity.to_string())
}

/// One trigger that is built from its metadata, and asked.
pub fn scaler(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let mut value: serde_json::Value = serde_json::from_str(text)?;
    if value["source"]["kind"] == "" {
        value["source"] = serde_json::Value::Null;
    }
    let line: ScalerLine = serde_json::from_value(value)?;
    let mut found = Vec::new();
    let place = Place {
        index: 2,
        namespace: "my.shop",
        as_metric_source: line.as_source,
    };
    let trigger = match Trigger::build(&line.trigger, place) {
        Ok(trigger) => trigger,
        Err(bad) => {
            if line.refused.is_none() {
                found.push(format!("refused: {bad:?}"));
            }
            return Ok(found);
        }
    };
    if let Some(refused) = &line.refused {
        found.push(format!("upstream refuses: {refused}"));
        return Ok(found);
    }
    if let Trigger::Workload(workload) = &trigger {
        for pod in &line.selects {
            let ours = workload.pod_selector.selects(&pod.labels);
            let what = format!("{:?} selected", pod.labels);
            differ(&mut found, &what, &ours, &pod.selected);
        }
    }
    let spec = trigger.metric_spec().unwrap_or_default();
    let (metric, target) = match (&spec.external, &spec.resource, &spec.container_resource) {
        (Some(external), _, _) => (external.metric.name.clone(), external.target.clone()),
        (None, Some(resource), _) => (resource.name.clone(), resource.target.clone()),
        (None, None, Some(container)) => (container.container.clone(), container.target.clone()),
        (None, None, None) => (String::new(), scaling::hpa::spec::Target::default()),
    };
    let written = target
        .average_value
        .as_ref()
        .or(target.value.as_ref())
        .map(ToString::to_string)
        .or(target
            .average_utilization
            .map(|per_cent| per_cent.to_string()));
    differ(&mut found, "metric", &metric, &line.metric);
    differ(
        &mut found,
        "target",
        &canonical(&written.unwrap_or_default()),
        &canonical(&line.target),
    );
    differ(
        &mut found,
        "kind",
        &target.kind.as_str(),
        &line.kind.as_str(),
    );
    let decision = poll(&asked(&line));
    let Some(reading) = decision
        .activity
        .as_ref()
        .and_then(|activity| activity.triggers.get(2)?.metrics.first())
        .map(|metric| &metric.reading)
    else {
        return Ok(found);
    };
    if matches!(reading.certainty, Certainty::Unknown { .. }) {
        found.push(format!("unknown: {:?}", reading.certainty));
    }
    match (&reading.outcome, &line.failed) {
        (Outcome::Failed { .. }, Some(_)) => {}
        (Outcome::Failed { error }, None) => found.push(format!("failed: {error}")),
        (Outcome::Value(value), Some(error)) => {
            found.push(format!("upstream fails: {error}, not {value:?}"));
        }
        (Outcome::Value(value), None) => {
            differ(
                &mut found,
                "value",
                &value.amount.quantity(),
                &canonical(&line.value),
            );
            differ(&mut found, "number", &value.amount.as_f64(), &line.number);
            differ(&mut found, "active", &value.is_active, &line.active);
        }
    }
    Ok(found)
}

/// A poll of an object that has the trigger at its place.
fn asked(line: &ScalerLine) -> Situation {
    Situation {
        now: Timestamp::UNIX_EPOCH,
        scaled_object: {
            let mut object = ScaledObject::default();
            // The name of the metric has the trigger's position in it.
            object.metadata.namespace = "my.shop".into();
            let other = TriggerSpec {
                kind: "other".into(),
                ..TriggerSpec::default()
            };
            let needs_value = TriggerSpec {
                name: "it".into(),
                ..line.trigger.clone()
            };
            object.spec.triggers = vec![other.clone(), other, needs_value];
            if line.as_source {
                object.spec.advanced = Some(Advanced {
                    scaling_modifiers: ScalingModifiers {
                        formula: "it".into(),
                        target: "1".into(),
                        ..Default::default()
                    },
                    ..Default::default()
                });
            }
            object
        },
        target: TargetState::at(1),
        triggers: vec![
            TriggerInput::default(),
            TriggerInput::default(),
            TriggerInput {
                source: line.source.clone().unwrap_or_default(),
                ..TriggerInput::default()
            },
        ],
        hpa_conditions: None,
        last_poll: None,
    }
}
