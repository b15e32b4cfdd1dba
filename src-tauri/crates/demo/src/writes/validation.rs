//! What an object may not say (kubernetes, `pkg/apis/*/validation`; apimachinery, `api/validation`).

mod affinity;
mod autoscaler;
mod container;
mod custom;
mod definition;
mod environment;
mod fixed;
mod job;
mod keys;
mod limits;
mod metadata;
pub(in crate::writes) mod names;
mod network;
mod place;
mod pod;
mod probe;
mod problems;
mod resources;
mod rights;
mod schema;
mod selector;
mod service;
mod storage;
mod volume;
mod workload;

use serde_json::Value;

use self::place::Place;
use self::problems::Problems;
use super::Part;
use super::names::invalid;
use crate::kinds::Resource;
use crate::status::Status;

/// 422 for an object that says what it may not, seen what it said `before`.
pub(super) fn check(
    resource: &Resource,
    part: Part,
    before: Option<&Value>,
    object: &Value,
) -> Result<(), Status> {
    let mut problems = Problems::default();
    if before.is_none_or(|before| before["metadata"] != object["metadata"]) {
        let built_in = resource.custom.is_none();
        metadata::check(built_in, &object["metadata"], &mut problems);
    }
    if let Some(before) = before {
        fixed::metadata(before, object, &mut problems);
    }
    if let Some(shape) = resource.shape() {
        custom::check(shape, before, object, &mut problems);
    } else if before.is_none_or(|before| !says_the_same(before, object)) {
        built_in(resource, before, object, &mut problems);
        if let Some(before) = before
            && !matches!(part, Part::EphemeralContainers | Part::Resize)
        {
            fixed::check(resource, before, object, &mut problems);
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(invalid(
        resource,
        super::name_of(object),
        &problems.causes(),
    ))
}

/// 422 for a status that says what it may not.
pub(super) fn check_status(resource: &Resource, object: &Value) -> Result<(), Status> {
    let mut problems = Problems::default();
    if matches!(&*resource.kind, "Deployment" | "ReplicaSet") {
        workload::status(&resource.kind, &object["status"], &mut problems);
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(invalid(
        resource,
        super::name_of(object),
        &problems.causes(),
    ))
}

/// Whether all but `metadata` and `status` is as it was: then it is as right as it was.
fn says_the_same(before: &Value, after: &Value) -> bool {
    let counted = |name: &str| !matches!(name, "metadata" | "status");
    let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
        return false;
    };
    let same = |(name, value): (&String, &Value)| {
        !counted(name) || before.get(name).unwrap_or(&Value::Null) == value
    };
    new.iter().all(same)
        && old
            .keys()
            .all(|name| !counted(name) || new.contains_key(name))
}

fn built_in(resource: &Resource, before: Option<&Value>, object: &Value, problems: &mut Problems) {
    let spec = &object["spec"];
    match (&*resource.group, &*resource.kind) {
        ("", "Pod") => pod::check(Place::root("spec"), spec, problems),
        ("", "Service") => service::check(spec, problems),
        ("", "ConfigMap") => keys::config(object, problems),
        ("", "Secret") => keys::secret(object, problems),
        ("", "PersistentVolumeClaim") => storage::claim(Place::root("spec"), spec, problems),
        ("", "PersistentVolume") => storage::volume(spec, problems),
        ("", "LimitRange") => limits::ranges(spec, problems),
        ("", "ResourceQuota") => limits::quota(spec, problems),
        ("", "Event") => {
            let named = &object["involvedObject"]["namespace"];
            if !named.is_null() && *named != object["metadata"]["namespace"] {
                let why = "does not match event.namespace";
                problems.invalid("involvedObject.namespace", named, why);
            }
        }
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") => {
            workload::check(&resource.kind, object, problems);
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            definition::check(before, object, problems);
        }
        ("batch", "Job") => job::check(object, problems),
        ("batch", "CronJob") => job::cron(object, problems),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler::check(spec, problems),
        ("networking.k8s.io", "Ingress") => network::ingress(spec, problems),
        ("networking.k8s.io", "NetworkPolicy") => network::policy(spec, problems),
        ("policy", "PodDisruptionBudget") => limits::budget(spec, problems),
        ("rbac.authorization.k8s.io", "Role") => rights::role(true, object, problems),
        ("rbac.authorization.k8s.io", "ClusterRole") => rights::role(false, object, problems),
        ("rbac.authorization.k8s.io", "RoleBinding") => rights::binding(true, object, problems),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding") => {
            rights::binding(false, object, problems);
        }
        _ => {}
    }
}

/// A text; empty if it is none.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An object as JSON, with its fields in the order of upstream's Go type.
fn ordered(object: &Value, fields: &[&str]) -> String {
    let known = fields
        .iter()
        .filter_map(|name| Some((name, object.get(name)?)));
    let told: Vec<String> = known
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    format!("{{{}}}", told.join(","))
}

/// Elements of a list; none if there is none.
fn items<'a>(object: &'a Value, list: &str) -> &'a [Value] {
    object[list]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}
