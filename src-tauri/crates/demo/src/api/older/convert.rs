//! `HorizontalPodAutoscalers` of autoscaling/v1: what v2 has more stands in annotations (`pkg/apis/autoscaling/v1/conversion.go`).

use serde_json::{Map, Value, json};

/// Where v1 keeps what it has no fields for.
const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
/// Utilization that a v1 object without any metric stands for (`pkg/apis/autoscaling/annotations.go:DefaultCPUUtilization`).
const DEFAULT: i64 = 80;

pub(super) const V1: &str = "autoscaling/v1";
const V2: &str = "autoscaling/v2";

/// A field of a metric: where v2 has it, how v1 calls it.
type Field = (&'static [&'static str], &'static str);

/// Fields of each type of metric: what is wanted, then what is measured.
const TYPES: [(&str, &str, &[Field], &[Field]); 5] = [
    (
        "Resource",
        "resource",
        &[
            (&["name"], "name"),
            (
                &["target", "averageUtilization"],
                "targetAverageUtilization",
            ),
            (&["target", "averageValue"], "targetAverageValue"),
        ],
        &[
            (&["name"], "name"),
            (
                &["current", "averageUtilization"],
                "currentAverageUtilization",
            ),
            (&["current", "averageValue"], "currentAverageValue"),
        ],
    ),
    (
        "ContainerResource",
        "containerResource",
        &[
            (&["name"], "name"),
            (&["container"], "container"),
            (
                &["target", "averageUtilization"],
                "targetAverageUtilization",
            ),
            (&["target", "averageValue"], "targetAverageValue"),
        ],
        &[
            (&["name"], "name"),
            (&["container"], "container"),
            (
                &["current", "averageUtilization"],
                "currentAverageUtilization",
            ),
            (&["current", "averageValue"], "currentAverageValue"),
        ],
    ),
    (
        "Pods",
        "pods",
        &[
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "selector"),
            (&["target", "averageValue"], "targetAverageValue"),
        ],
        &[
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "selector"),
            (&["current", "averageValue"], "currentAverageValue"),
        ],
    ),
    (
        "Object",
        "object",
        &[
            (&["describedObject"], "target"),
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "selector"),
            (&["target", "value"], "targetValue"),
            (&["target", "averageValue"], "averageValue"),
        ],
        &[
            (&["describedObject"], "target"),
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "selector"),
            (&["current", "value"], "currentValue"),
            (&["current", "averageValue"], "averageValue"),
        ],
    ),
    (
        "External",
        "external",
        &[
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "metricSelector"),
            (&["target", "value"], "targetValue"),
            (&["target", "averageValue"], "targetAverageValue"),
        ],
        &[
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "metricSelector"),
            (&["current", "value"], "currentValue"),
            (&["current", "averageValue"], "currentAverageValue"),
        ],
    ),
];

/// What v1 shows of an object that is kept as v2.
pub(in crate::api) fn shown(kept: &Value) -> Value {
    let mut object = kept.clone();
    object["apiVersion"] = json!(V1);
    let spec = take(&mut object, "spec");
    let status = take(&mut object, "status");
    let metrics = items(&spec["metrics"]);
    let others = metrics.iter().filter(|metric| !is_cpu(metric));
    let others: Vec<Value> = others.map(|metric| metric_to_v1(metric, false)).collect();
    let current = items(&status["currentMetrics"]);
    let current: Vec<Value> = current
        .iter()
        .map(|metric| metric_to_v1(metric, true))
        .collect();
    for name in [METRICS, CURRENT, CONDITIONS, BEHAVIOR] {
        note(&mut object, name, None);
    }
    note(
        &mut object,
        METRICS,
        (!others.is_empty()).then(|| json!(others)),
    );
    note(
        &mut object,
        CURRENT,
        (!current.is_empty()).then(|| json!(current)),
    );
    let behavior = Some(&spec["behavior"]).filter(|behavior| behavior.is_object());
    note(
        &mut object,
        BEHAVIOR,
        behavior.map(|behavior| renamed(behavior, char::to_ascii_uppercase)),
    );
    let conditions = Some(&status["conditions"]).filter(|all| !items(all).is_empty());
    note(&mut object, CONDITIONS, conditions.cloned());

    let mut own = fields(&spec, &["scaleTargetRef", "minReplicas", "maxReplicas"]);
    if let Some(cpu) = metrics.iter().find(|metric| is_cpu(metric)) {
        own["targetCPUUtilizationPercentage"] =
            cpu["resource"]["target"]["averageUtilization"].clone();
    }
    object["spec"] = own;
    let mut told = fields(&status, &["observedGeneration", "lastScaleTime"]);
    for count in ["currentReplicas", "desiredReplicas"] {
        told[count] = json!(status[count].as_i64().unwrap_or(0));
    }
    let measured = items(&status["currentMetrics"]).iter();
    let measured = measured.filter(|metric| metric["resource"]["name"] == "cpu");
    if let Some(percent) = measured
        .filter_map(|metric| metric["resource"]["current"]["averageUtilization"].as_i64())
        .next_back()
    {
        told["currentCPUUtilizationPercentage"] = json!(percent);
    }
    object["status"] = told;
    object
}

/// What is kept of an object that was written as v1.
pub(super) fn kept(written: &Value) -> Value {
    let mut object = written.clone();
    if object["apiVersion"] == V1 {
        object["apiVersion"] = json!(V2);
    }
    let noted = |name: &str| {
        let text = written["metadata"]["annotations"][name].as_str()?;
        serde_json::from_str::<Value>(text).ok()
    };
    for name in [METRICS, CURRENT, CONDITIONS, BEHAVIOR] {
        note(&mut object, name, None);
    }
    let spec = take(&mut object, "spec");
    let mut own = fields(&spec, &["scaleTargetRef", "minReplicas", "maxReplicas"]);
    let others = noted(METRICS).unwrap_or_default();
    let mut metrics: Vec<Value> = items(&others)
        .iter()
        .map(|metric| metric_to_v2(metric, false))
        .collect();
    let percent = spec["targetCPUUtilizationPercentage"].as_i64();
    if let Some(percent) = percent.or(metrics.is_empty().then_some(DEFAULT)) {
        metrics.push(json!({"type": "Resource", "resource": {
            "name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent},
        }}));
    }
    own["metrics"] = json!(metrics);
    if let Some(behavior) = noted(BEHAVIOR) {
        own["behavior"] = renamed(&behavior, char::to_ascii_lowercase);
    }
    object["spec"] = own;
    let status = take(&mut object, "status");
    if !status.is_object() {
        return object;
    }
    let counts = [
        "observedGeneration",
        "lastScaleTime",
        "currentReplicas",
        "desiredReplicas",
    ];
    let mut told = fields(&status, &counts);
    if let Some(current) = noted(CURRENT) {
        let all = items(&current)
            .iter()
            .map(|metric| metric_to_v2(metric, true));
        told["currentMetrics"] = all.collect();
    } else if let Some(percent) = status["currentCPUUtilizationPercentage"].as_i64() {
        told["currentMetrics"] = json!([{"type": "Resource", "resource": {
            "name": "cpu", "current": {"averageUtilization": percent},
        }}]);
    }
    if let Some(conditions) = noted(CONDITIONS) {
        told["conditions"] = conditions;
    }
    object["status"] = told;
    object
}

/// What v1 has a field for.
fn is_cpu(metric: &Value) -> bool {
    metric["type"] == "Resource"
        && metric["resource"]["name"] == "cpu"
        && metric["resource"]["target"]["averageUtilization"].is_i64()
}

fn metric_to_v1(metric: &Value, measured: bool) -> Value {
    let mut done = json!({"type": metric["type"]});
    for (_, member, wanted, current) in TYPES {
        let from = &metric[member];
        if !from.is_object() {
            continue;
        }
        let mut source = json!({});
        for (path, name) in if measured { current } else { wanted } {
            let value = path.iter().fold(from, |value, part| &value[part]);
            if !value.is_null() {
                source[*name] = value.clone();
            }
        }
        done[member] = source;
    }
    done
}

fn metric_to_v2(metric: &Value, measured: bool) -> Value {
    let mut done = json!({"type": metric["type"]});
    for (_, member, wanted, current) in TYPES {
        let from = &metric[member];
        if !from.is_object() {
            continue;
        }
        let mut source = json!({});
        for (path, name) in if measured { current } else { wanted } {
            let value = &from[*name];
            if !value.is_null() {
                let place = path
                    .iter()
                    .fold(&mut source, |place, part| &mut place[*part]);
                *place = value.clone();
            }
        }
        if !measured {
            let target = &source["target"];
            let kind = match member {
                "resource" | "containerResource" if !target["averageUtilization"].is_null() => {
                    "Utilization"
                }
                "object" if target["averageValue"].is_null() => "Value",
                "external" if !target["value"].is_null() => "Value",
                _ => "AverageValue",
            };
            source["target"]["type"] = json!(kind);
        }
        done[member] = source;
    }
    done
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn take(object: &mut Value, field: &str) -> Value {
    let fields = object.as_object_mut();
    fields
        .and_then(|fields| fields.remove(field))
        .unwrap_or_default()
}

/// Those fields that are there.
fn fields(of: &Value, names: &[&str]) -> Value {
    let found = names.iter().filter(|name| !of[**name].is_null());
    let found = found.map(|name| ((*name).to_owned(), of[*name].clone()));
    Value::Object(found.collect())
}

/// Sets an annotation to JSON, or takes it away.
fn note(object: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object["metadata"]["annotations"][name] = json!(value.to_string());
        return;
    }
    let Some(Value::Object(metadata)) = object.get_mut("metadata") else {
        return;
    };
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.remove(name);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}

/// All names with their first letter changed: the annotation holds Go's own names.
fn renamed(value: &Value, change: fn(&char) -> char) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| {
                let mut letters = name.chars();
                let first: String = letters.next().iter().map(change).collect();
                (first + letters.as_str(), renamed(value, change))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(all) => all.iter().map(|value| renamed(value, change)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn autoscaler() -> Value {
        json!({
            "apiVersion": V2, "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "a", "annotations": {"own": "kept"}},
            "spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": "a"}, "minReplicas": 2, "maxReplicas": 5,
                "metrics": [
                    {"type": "External", "external": {"metric": {"name": "m", "selector": {"matchLabels": {"a": "b"}}}, "target": {"type": "AverageValue", "averageValue": "7"}}},
                    {"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "s"}, "metric": {"name": "r"}, "target": {"type": "Value", "value": "3"}}},
                    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}},
                ],
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 30, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}},
            },
            "status": {
                "currentReplicas": 2, "desiredReplicas": 3,
                "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 90, "averageValue": "9m"}}}],
                "conditions": [{"type": "AbleToScale", "status": "True"}],
            },
        })
    }

    #[test]
    fn nothing_is_lost_on_the_way_there_and_back() {
        let object = autoscaler();
        let old = shown(&object);
        assert_eq!(old["spec"]["targetCPUUtilizationPercentage"], 60);
        assert_eq!(old["spec"]["metrics"], Value::Null);
        assert_eq!(old["status"]["currentCPUUtilizationPercentage"], 90);
        let behavior = old["metadata"]["annotations"][BEHAVIOR].as_str();
        assert!(behavior.is_some_and(|text| text.contains("\"StabilizationWindowSeconds\":30")));
        assert_eq!(kept(&old), object);
    }

    #[test]
    fn without_any_metric_cpu_is_meant() {
        let old = json!({"apiVersion": V1, "metadata": {"name": "a"}, "spec": {"maxReplicas": 3}});
        let new = kept(&old);
        let target = &new["spec"]["metrics"][0]["resource"]["target"];
        assert_eq!(target["averageUtilization"], DEFAULT);
        assert_eq!(new["metadata"], json!({"name": "a"}));
        assert_eq!(shown(&new)["metadata"], json!({"name": "a"}));
    }
}
