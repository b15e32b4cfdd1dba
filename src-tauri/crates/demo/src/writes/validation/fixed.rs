//! What may not change once it is there (`Validate…Update` in kubernetes, `pkg/apis/*/validation`; apimachinery, `ValidateObjectMetaUpdate`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, pod, selector, service, storage};
use crate::kinds::Resource;

const SPEC: Place<'_> = Place::root("spec");
const IMMUTABLE: &str = "field is immutable";

/// `metadata`. Upstream looks twice: for all kinds alike, then for the kind.
pub(super) fn metadata(before: &Value, after: &Value, problems: &mut Problems) {
    let (old, new) = (&before["metadata"], &after["metadata"]);
    let marked = !old["deletionTimestamp"].is_null();
    let kept = items(old, "finalizers");
    let added: Vec<String> = items(new, "finalizers")
        .iter()
        .filter(|own| !kept.contains(own))
        .map(Value::to_string)
        .collect();
    if marked && !added.is_empty() {
        problems.forbidden(
            "metadata.finalizers",
            &format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.join(", ")
            ),
        );
    }
}

pub(super) fn check(resource: &Resource, before: &Value, after: &Value, problems: &mut Problems) {
    let (old, new) = (&before["spec"], &after["spec"]);
    let fields = |names: &[&'static str], problems: &mut Problems| {
        for name in names {
            if old[*name] != new[*name] {
                let told = match *name {
                    "selector" => selector::quoted(&new[*name]),
                    _ => new[*name].to_string(),
                };
                problems.quoted(SPEC.field(name), &told, IMMUTABLE);
            }
        }
    };
    match &*resource.kind {
        "Pod" => pod::update(before, after, problems),
        "Deployment" | "ReplicaSet" | "DaemonSet" => fields(&["selector"], problems),
        "StatefulSet" => stateful(old, new, problems),
        "Job" => {
            // An indexed Job may be resized (`validateCompletions`).
            if old["completionMode"] != "Indexed" {
                fields(&["completions"], problems);
            }
            fields(&["selector"], problems);
            job_template(old, new, problems);
            fields(
                &[
                    "completionMode",
                    "podFailurePolicy",
                    "backoffLimitPerIndex",
                    "managedBy",
                    "successPolicy",
                ],
                problems,
            );
        }
        "PersistentVolumeClaim" => storage::update(before, after, problems),
        "Service" => service::update(before, after, problems),
        "ConfigMap" | "Secret" => held(&resource.kind, before, after, problems),
        "StorageClass" => {
            for name in [
                "parameters",
                "provisioner",
                "reclaimPolicy",
                "volumeBindingMode",
            ] {
                if before[name] != after[name] {
                    problems.invalid(name, &after[name], IMMUTABLE);
                }
            }
        }
        "PriorityClass" => {
            for name in ["value", "preemptionPolicy"] {
                if before[name] != after[name] {
                    problems.forbidden(name, "may not be changed in an update.");
                }
            }
        }
        "RoleBinding" | "ClusterRoleBinding" if before["roleRef"] != after["roleRef"] => {
            let role = &after["roleRef"];
            let told = format!(
                "{{\"APIGroup\":{},\"Kind\":{},\"Name\":{}}}",
                role["apiGroup"], role["kind"], role["name"]
            );
            problems.quoted("roleRef", &told, "cannot change roleRef");
        }
        _ => {}
    }
}

fn stateful(old: &Value, new: &Value, problems: &mut Problems) {
    const FREE: [&str; 7] = [
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    let fixed = |spec: &Value| {
        let mut fields = spec.as_object().cloned().unwrap_or_default();
        fields.retain(|name, value| !FREE.contains(&&**name) && !value.is_null());
        fields
    };
    if fixed(old) != fixed(new) {
        let names: Vec<String> = FREE.iter().map(|name| format!("'{name}'")).collect();
        let (last, first) = names
            .split_last()
            .map_or((String::new(), Vec::new()), |(last, first)| {
                (last.clone(), first.to_vec())
            });
        problems.forbidden(
            SPEC,
            &format!(
                "updates to statefulset spec for fields other than {} and {last} are forbidden",
                first.join(", ")
            ),
        );
    }
}

/// A Job's pods stay as they are, but where they go and what they ask for while it is suspended and has not begun
/// (`validatePodTemplateUpdate`). The template is told as JSON, not in upstream's Go fields.
fn job_template(old: &Value, new: &Value, problems: &mut Problems) {
    const FREE: [&str; 4] = ["nodeSelector", "tolerations", "affinity", "schedulingGates"];
    let (was, is) = (&old["template"], &new["template"]);
    if was == is {
        return;
    }
    let suspended = old["suspend"] == true;
    let fixed = |template: &Value| {
        let mut template = template.clone();
        if suspended {
            for field in FREE {
                crate::writes::set(&mut template["spec"], field, Value::Null);
            }
            for list in ["containers", "initContainers"] {
                let all = template["spec"][list].as_array_mut();
                for container in all.into_iter().flatten() {
                    crate::writes::set(container, "resources", Value::Null);
                }
            }
            crate::writes::set(&mut template["metadata"], "labels", Value::Null);
            crate::writes::set(&mut template["metadata"], "annotations", Value::Null);
        }
        template
    };
    if fixed(was) != fixed(is) {
        problems.invalid(SPEC.field("template"), is, IMMUTABLE);
    }
}

/// A `ConfigMap` or Secret that is marked immutable, and a Secret's type.
fn held(kind: &str, before: &Value, after: &Value, problems: &mut Problems) {
    const HELD: &str = "field is immutable when `immutable` is set";
    if kind == "Secret" && before["type"] != after["type"] {
        problems.invalid("type", &after["type"], IMMUTABLE);
    }
    if before["immutable"] != true {
        return;
    }
    if after["immutable"] != true {
        problems.forbidden("immutable", HELD);
    }
    for field in ["data", "binaryData"] {
        if before[field] != after[field] {
            problems.forbidden(field, HELD);
        }
    }
}
