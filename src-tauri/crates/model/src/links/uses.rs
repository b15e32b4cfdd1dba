//! What each kind refers to: by name, by selector, through its pod template.

use serde_json::Value;

use super::routes::{self, reference};
use super::{Ident, Reference, Relation, Selector, array, name, pod_spec};

/// What an object of a kind refers to by name. One line a kind.
pub(super) fn references(group: &str, kind: &str, object: &Value, at: &str) -> Vec<Reference> {
    let spec = &object["spec"];
    match (group, kind) {
        ("", "Pod") => {
            let pod = object["metadata"]["name"].as_str().unwrap_or("");
            pod_spec::references(spec, at, pod)
        }
        ("networking.k8s.io", "Ingress") => routes::ingress(object, at),
        (routes::GATEWAY, "Gateway") => routes::gateway(object, at),
        (routes::GATEWAY, route) if route.ends_with("Route") => routes::route(object, at),
        ("discovery.k8s.io", "EndpointSlice") => array(&object["endpoints"])
            .filter_map(|endpoint| target(Relation::Selects, "", &endpoint["targetRef"], at))
            .collect(),
        ("autoscaling", "HorizontalPodAutoscaler") => {
            scales(&spec["scaleTargetRef"], at).into_iter().collect()
        }
        ("keda.sh", "ScaledObject") => {
            let triggers = array(&spec["triggers"]).map(|t| &t["authenticationRef"]);
            let logins = triggers.filter_map(|login| {
                let kind = login["kind"].as_str().unwrap_or("TriggerAuthentication");
                let at = if kind.starts_with("Cluster") { "" } else { at };
                reference(Relation::Uses, "keda.sh", kind, at, &login["name"])
            });
            scales(&spec["scaleTargetRef"], at)
                .into_iter()
                .chain(logins)
                .collect()
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
            scales(&spec["targetRef"], at).into_iter().collect()
        }
        ("", "PersistentVolumeClaim") => {
            let volume = reference(
                Relation::Binds,
                "",
                "PersistentVolume",
                "",
                &spec["volumeName"],
            );
            let class = class(&spec["storageClassName"]);
            volume.into_iter().chain(class).collect()
        }
        ("", "PersistentVolume") => class(&spec["storageClassName"]).into_iter().collect(),
        ("", "ServiceAccount") => {
            let secrets = array(&object["secrets"]).chain(array(&object["imagePullSecrets"]));
            secrets
                .filter_map(|secret| reference(Relation::Uses, "", "Secret", at, &secret["name"]))
                .collect()
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => binding(object, at),
        ("apiregistration.k8s.io", "APIService") => {
            let service = &spec["service"];
            let at = service["namespace"].as_str().unwrap_or("");
            reference(Relation::Routes, "", "Service", at, &service["name"])
                .into_iter()
                .collect()
        }
        ("storage.k8s.io", "VolumeAttachment") => {
            let volume = &spec["source"]["persistentVolumeName"];
            let node = reference(Relation::RunsOn, "", "Node", "", &spec["nodeName"]);
            let volume = reference(Relation::Binds, "", "PersistentVolume", "", volume);
            volume.into_iter().chain(node).collect()
        }
        ("apps", "StatefulSet") => {
            let made = from_template(group, kind, object, at);
            let service = reference(Relation::Uses, "", "Service", at, &spec["serviceName"]);
            made.into_iter().chain(service).collect()
        }
        ("", "Endpoints") => array(&object["subsets"])
            .flat_map(|subset| {
                array(&subset["addresses"]).chain(array(&subset["notReadyAddresses"]))
            })
            .filter_map(|address| target(Relation::Selects, "", &address["targetRef"], at))
            .collect(),
        _ => from_template(group, kind, object, at),
    }
}

/// The Gateways that let a route in, as the route asks; the relation goes from them to it.
pub(super) fn admitted_by(group: &str, object: &Value, at: &str) -> Vec<Ident> {
    match group {
        routes::GATEWAY => routes::parents(object, at),
        _ => Vec::new(),
    }
}

/// What a workload's pods will refer to.
fn from_template(group: &str, kind: &str, object: &Value, at: &str) -> Vec<Reference> {
    template(group, kind, object)
        .map(|template| pod_spec::references(&template["spec"], at, ""))
        .unwrap_or_default()
}

/// The pod template of a workload, also of custom ones that call it as the built-in do.
pub(super) fn template<'a>(group: &str, kind: &str, object: &'a Value) -> Option<&'a Value> {
    let spec = &object["spec"];
    let template = match (group, kind) {
        ("batch", "CronJob") => &spec["jobTemplate"]["spec"]["template"],
        ("keda.sh", "ScaledJob") => &spec["jobTargetRef"]["template"],
        _ => &spec["template"],
    };
    (template["spec"]["containers"].is_array()).then_some(template)
}

/// Which pods an object selects.
pub(super) fn selects(group: &str, kind: &str, object: &Value) -> Option<(Relation, Selector)> {
    let spec = &object["spec"];
    match (group, kind) {
        ("", "Service") => Some((Relation::Selects, Selector::of_map(&spec["selector"])?)),
        ("policy", "PodDisruptionBudget") => {
            Some((Relation::Protects, Selector::of_object(&spec["selector"])?))
        }
        ("networking.k8s.io", "NetworkPolicy") => {
            // An empty one selects every pod of the namespace.
            let selector = Selector::of_object(&spec["podSelector"]).unwrap_or_default();
            Some((Relation::Restricts, selector))
        }
        _ => None,
    }
}

fn scales(target: &Value, at: &str) -> Option<Reference> {
    let kind = target["kind"].as_str().unwrap_or("Deployment");
    let group = match target["apiVersion"].as_str() {
        Some(version) => version.split_once('/').map_or("", |(group, _)| group),
        None => "apps",
    };
    reference(Relation::Scales, group, kind, at, &target["name"])
}

/// A reference of the core API (`ObjectReference`).
fn target(relation: Relation, group: &str, target: &Value, at: &str) -> Option<Reference> {
    let at = target["namespace"].as_str().unwrap_or(at);
    reference(
        relation,
        group,
        target["kind"].as_str()?,
        at,
        &target["name"],
    )
}

fn class(value: &Value) -> Option<Reference> {
    reference(Relation::Binds, "storage.k8s.io", "StorageClass", "", value)
}

/// The role that is given, and the accounts it is given to.
fn binding(object: &Value, at: &str) -> Vec<Reference> {
    let rbac = "rbac.authorization.k8s.io";
    let role = &object["roleRef"];
    let kind = role["kind"].as_str().unwrap_or("Role");
    let role_at = if kind == "ClusterRole" { "" } else { at };
    let accounts = array(&object["subjects"])
        .filter(|subject| subject["kind"] == "ServiceAccount")
        .filter_map(|subject| {
            let at = name(&subject["namespace"]).unwrap_or_else(|| at.to_owned());
            reference(Relation::Binds, "", "ServiceAccount", &at, &subject["name"])
        });
    reference(Relation::Uses, rbac, kind, role_at, &role["name"])
        .into_iter()
        .chain(accounts)
        .collect()
}
