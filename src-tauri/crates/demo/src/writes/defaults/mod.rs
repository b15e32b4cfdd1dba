//! What a field is where nobody says it (kubernetes, `pkg/apis/*/v*/defaults.go`).

mod pod;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::set;
use crate::kinds::Resource;

/// Fills in what `object` of the kind leaves out.
pub(super) fn fill(resource: &Resource, object: &mut Value) {
    if object.get("spec").is_none() {
        // What has no spec gets none by being looked into.
        fill_plain(resource, object);
        return;
    }
    match (&*resource.group, &*resource.kind) {
        ("", "Pod") => pod::fill(&mut object["spec"]),
        ("", "Service") => service(&mut object["spec"]),
        ("", "ReplicationController") => replication_controller(object),
        ("", "Namespace") => {
            let name = object["metadata"]["name"].clone();
            let labels = &mut object["metadata"]["labels"];
            put(labels, "kubernetes.io/metadata.name", name);
        }
        ("", "LimitRange") => each(&mut object["spec"], "limits", limits),
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "PersistentVolume") => {
            let spec = &mut object["spec"];
            put(spec, "persistentVolumeReclaimPolicy", json!("Retain"));
            put(spec, "volumeMode", json!("Filesystem"));
            if spec["hostPath"].is_object() {
                put(&mut spec["hostPath"], "type", json!(""));
            }
        }
        ("apps", "DaemonSet") => {
            let annotations = &mut object["metadata"]["annotations"];
            put(
                annotations,
                "deprecated.daemonset.template.generation",
                json!("1"),
            );
            workload("DaemonSet", &mut object["spec"]);
        }
        ("apps", _) => workload(&resource.kind, &mut object["spec"]),
        ("batch", "Job") => job(&mut object["spec"]),
        ("batch", "CronJob") => {
            let spec = &mut object["spec"];
            put(spec, "concurrencyPolicy", json!("Allow"));
            put(spec, "suspend", json!(false));
            put(spec, "successfulJobsHistoryLimit", json!(3));
            put(spec, "failedJobsHistoryLimit", json!(1));
            pod::fill_template(&mut spec["jobTemplate"]["spec"]);
        }
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(&mut object["spec"]),
        ("apiextensions.k8s.io", _) => definition(&mut object["spec"]),
        ("networking.k8s.io", "NetworkPolicy") => policy(&mut object["spec"]),
        _ => {}
    }
}

/// Of kinds without a spec.
fn fill_plain(resource: &Resource, object: &mut Value) {
    match (&*resource.group, &*resource.kind) {
        ("", "Secret") => {
            put(object, "type", json!("Opaque"));
            let Some(Value::Object(texts)) = object
                .as_object_mut()
                .and_then(|fields| fields.remove("stringData"))
            else {
                return;
            };
            for (key, text) in texts {
                let bytes = STANDARD.encode(text.as_str().unwrap_or_default());
                object["data"][key] = json!(bytes);
            }
        }
        ("", "Endpoints") => each(object, "subsets", |subset| {
            each(subset, "ports", |port| put(port, "protocol", json!("TCP")));
        }),
        ("discovery.k8s.io", "EndpointSlice") => each(object, "ports", |port| {
            put(port, "name", json!(""));
            put(port, "protocol", json!("TCP"));
        }),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            const GROUP: &str = "rbac.authorization.k8s.io";
            if object["roleRef"]["apiGroup"] == "" {
                object["roleRef"]["apiGroup"] = json!(GROUP);
            }
            put(&mut object["roleRef"], "apiGroup", json!(GROUP));
            each(object, "subjects", |subject| {
                if subject["kind"] == "User" || subject["kind"] == "Group" {
                    put(subject, "apiGroup", json!(GROUP));
                }
            });
        }
        ("storage.k8s.io", "StorageClass") => {
            put(object, "reclaimPolicy", json!("Delete"));
            put(object, "volumeBindingMode", json!("Immediate"));
        }
        ("scheduling.k8s.io", "PriorityClass") => {
            put(object, "preemptionPolicy", json!("PreemptLowerPriority"));
        }
        _ => {}
    }
}

fn workload(kind: &str, spec: &mut Value) {
    if kind == "ControllerRevision" || !spec.is_object() {
        return;
    }
    pod::fill_template(spec);
    if kind != "DaemonSet" {
        put(spec, "replicas", json!(1));
    }
    if kind != "ReplicaSet" {
        put(spec, "revisionHistoryLimit", json!(10));
    }
    match kind {
        "Deployment" => {
            put(spec, "progressDeadlineSeconds", json!(600));
            rolling(
                &mut spec["strategy"],
                &[("maxUnavailable", json!("25%")), ("maxSurge", json!("25%"))],
            );
        }
        "StatefulSet" => {
            put(spec, "podManagementPolicy", json!("OrderedReady"));
            let retention = &mut spec["persistentVolumeClaimRetentionPolicy"];
            put(retention, "whenDeleted", json!("Retain"));
            put(retention, "whenScaled", json!("Retain"));
            rolling(&mut spec["updateStrategy"], &[("partition", json!(0))]);
            each(spec, "volumeClaimTemplates", |template| {
                put(template, "apiVersion", json!("v1"));
                put(template, "kind", json!("PersistentVolumeClaim"));
                claim(template);
            });
        }
        "DaemonSet" => rolling(
            &mut spec["updateStrategy"],
            &[("maxUnavailable", json!(1)), ("maxSurge", json!(0))],
        ),
        _ => {}
    }
}

/// A strategy that rolls unless it says otherwise, with these parameters.
fn rolling(strategy: &mut Value, parameters: &[(&str, Value)]) {
    put(strategy, "type", json!("RollingUpdate"));
    if strategy["type"] == "RollingUpdate" {
        for (name, value) in parameters {
            put(&mut strategy["rollingUpdate"], name, value.clone());
        }
    }
}

fn replication_controller(object: &mut Value) {
    let labels = object["spec"]["template"]["metadata"]["labels"].clone();
    if labels.is_object() {
        put(&mut object["spec"], "selector", labels.clone());
        put(&mut object["metadata"], "labels", labels);
    }
    put(&mut object["spec"], "replicas", json!(1));
    pod::fill_template(&mut object["spec"]);
}

fn job(spec: &mut Value) {
    if spec["completions"].is_null() && spec["parallelism"].is_null() {
        put(spec, "completions", json!(1));
    }
    put(spec, "parallelism", json!(1));
    put(spec, "completionMode", json!("NonIndexed"));
    put(spec, "suspend", json!(false));
    put(spec, "manualSelector", json!(false));
    let (limit, replacement) = if spec["podFailurePolicy"].is_null() {
        (6, "TerminatingOrFailed")
    } else {
        (6, "Failed")
    };
    if spec["backoffLimitPerIndex"].is_null() {
        put(spec, "backoffLimit", json!(limit));
    } else {
        put(spec, "backoffLimit", json!(i32::MAX));
    }
    put(spec, "podReplacementPolicy", json!(replacement));
    pod::fill_template(spec);
}

fn service(spec: &mut Value) {
    put(spec, "sessionAffinity", json!("None"));
    put(spec, "type", json!("ClusterIP"));
    each(spec, "ports", |port| {
        put(port, "protocol", json!("TCP"));
        if port["targetPort"].is_null() || port["targetPort"] == 0 || port["targetPort"] == "" {
            port["targetPort"] = port["port"].clone();
        }
    });
    let kind = spec["type"].as_str().unwrap_or_default().to_owned();
    if matches!(&*kind, "NodePort" | "LoadBalancer") {
        put(spec, "externalTrafficPolicy", json!("Cluster"));
    }
    if kind != "ExternalName" {
        put(spec, "internalTrafficPolicy", json!("Cluster"));
    }
    if kind == "LoadBalancer" {
        put(spec, "allocateLoadBalancerNodePorts", json!(true));
    }
}

fn claim(object: &mut Value) {
    put(&mut object["spec"], "volumeMode", json!("Filesystem"));
    put(&mut object["status"], "phase", json!("Pending"));
}

/// `default` begins with `max`, `defaultRequest` with `default`, then with `min` (`SetDefaults_LimitRangeItem`).
fn limits(item: &mut Value) {
    if item["type"] != "Container" {
        return;
    }
    for (from, to) in [
        ("max", "default"),
        ("default", "defaultRequest"),
        ("min", "defaultRequest"),
    ] {
        let values = item[from].as_object().cloned().unwrap_or_default();
        for (name, value) in values {
            put(&mut item[to], &name, value);
        }
    }
}

fn autoscaler(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    put(spec, "minReplicas", json!(1));
    if spec["metrics"].as_array().is_none_or(Vec::is_empty) {
        spec["metrics"] = json!([{
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
        }]);
    }
    if spec["behavior"].is_object() {
        let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
        let pods = json!({"type": "Pods", "value": 4, "periodSeconds": 15});
        let up = &mut spec["behavior"]["scaleUp"];
        put(up, "stabilizationWindowSeconds", json!(0));
        put(up, "selectPolicy", json!("Max"));
        put(up, "policies", json!([pods, percent]));
        let down = &mut spec["behavior"]["scaleDown"];
        put(down, "selectPolicy", json!("Max"));
        put(down, "policies", json!([percent]));
    }
}

/// (apiextensions, `SetDefaults_CustomResourceDefinitionSpec`)
fn definition(spec: &mut Value) {
    let names = &mut spec["names"];
    let kind = names["kind"].as_str().unwrap_or_default().to_owned();
    if !kind.is_empty() {
        put(names, "singular", json!(kind.to_lowercase()));
        put(names, "listKind", json!(format!("{kind}List")));
    }
    put(&mut spec["conversion"], "strategy", json!("None"));
}

fn policy(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    for (rules, peers) in [("ingress", "ports"), ("egress", "ports")] {
        each(spec, rules, |rule| {
            each(rule, peers, |port| put(port, "protocol", json!("TCP")));
        });
    }
    let kinds = if spec["egress"].as_array().is_none_or(Vec::is_empty) {
        json!(["Ingress"])
    } else {
        json!(["Ingress", "Egress"])
    };
    put(spec, "policyTypes", kinds);
}

/// Sets a field that is not there.
fn put(object: &mut Value, field: &str, value: Value) {
    if object.is_null() {
        *object = Value::Object(Map::new());
    }
    if object.is_object() && object[field].is_null() {
        set(object, field, value);
    }
}

fn each(object: &mut Value, list: &str, change: impl FnMut(&mut Value)) {
    if let Some(items) = object.get_mut(list).and_then(Value::as_array_mut) {
        items.iter_mut().for_each(change);
    }
}
