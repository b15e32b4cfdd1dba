//! Defaults of what pods are made of.

use serde_json::{Value, json};

use super::{each, put};

/// Of a pod's own spec (`SetDefaults_Pod`).
pub(super) fn fill(spec: &mut Value) {
    fill_spec(spec);
    if !spec.is_object() {
        return;
    }
    put(spec, "enableServiceLinks", json!(true));
    for list in ["containers", "initContainers"] {
        each(spec, list, |container| {
            let limits = container["resources"]["limits"].as_object().cloned();
            for (name, limit) in limits.unwrap_or_default() {
                put(&mut container["resources"]["requests"], &name, limit);
            }
        });
    }
}

/// Of the template of `spec`.
pub(super) fn fill_template(spec: &mut Value) {
    if let Some(inside) = spec
        .get_mut("template")
        .and_then(|template| template.get_mut("spec"))
    {
        fill_spec(inside);
    }
}

fn fill_spec(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    put(spec, "dnsPolicy", json!("ClusterFirst"));
    put(spec, "restartPolicy", json!("Always"));
    put(spec, "securityContext", json!({}));
    put(spec, "terminationGracePeriodSeconds", json!(30));
    put(spec, "schedulerName", json!("default-scheduler"));
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        each(spec, list, container);
    }
    each(spec, "volumes", volume);
}

fn container(container: &mut Value) {
    let policy = if is_latest(container["image"].as_str().unwrap_or_default()) {
        "Always"
    } else {
        "IfNotPresent"
    };
    put(container, "imagePullPolicy", json!(policy));
    put(
        container,
        "terminationMessagePath",
        json!("/dev/termination-log"),
    );
    put(container, "terminationMessagePolicy", json!("File"));
    put(container, "resources", json!({}));
    each(container, "ports", |port| {
        put(port, "protocol", json!("TCP"));
    });
    each(container, "env", |variable| {
        field_version(&mut variable["valueFrom"]);
        if variable["valueFrom"].is_null()
            && let Some(fields) = variable.as_object_mut()
        {
            fields.remove("valueFrom");
        }
    });
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(name).filter(|probe| probe.is_object()) {
            put(probe, "timeoutSeconds", json!(1));
            put(probe, "periodSeconds", json!(10));
            put(probe, "successThreshold", json!(1));
            put(probe, "failureThreshold", json!(3));
            http(probe);
        }
    }
    for name in ["postStart", "preStop"] {
        if let Some(action) = container
            .get_mut("lifecycle")
            .and_then(|lifecycle| lifecycle.get_mut(name))
        {
            http(action);
        }
    }
}

fn http(action: &mut Value) {
    if let Some(get) = action.get_mut("httpGet").filter(|get| get.is_object()) {
        put(get, "path", json!("/"));
        put(get, "scheme", json!("HTTP"));
    }
}

/// Whether the tag of an image may come to mean another one.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn field_version(source: &mut Value) {
    if let Some(reference) = source.get_mut("fieldRef").filter(|one| one.is_object()) {
        put(reference, "apiVersion", json!("v1"));
    }
}

fn volume(volume: &mut Value) {
    let is_bare = volume
        .as_object()
        .is_some_and(|fields| fields.keys().all(|name| name == "name"));
    if is_bare {
        put(volume, "emptyDir", json!({}));
    }
    for source in ["configMap", "secret", "projected", "downwardAPI"] {
        if let Some(source) = volume.get_mut(source).filter(|one| one.is_object()) {
            put(source, "defaultMode", json!(420));
            each(source, "items", field_version);
            each(source, "sources", |part| {
                if let Some(token) = part.get_mut("serviceAccountToken") {
                    put(token, "expirationSeconds", json!(3600));
                }
                if let Some(downward) = part.get_mut("downwardAPI") {
                    each(downward, "items", field_version);
                }
            });
        }
    }
    if let Some(path) = volume.get_mut("hostPath").filter(|one| one.is_object()) {
        put(path, "type", json!(""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_may_move() {
        for (image, latest) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("host:5000/nginx", true),
            ("nginx:1.29", false),
            ("nginx@sha256:00", false),
        ] {
            assert_eq!(is_latest(image), latest, "{image}");
        }
    }

    #[test]
    fn requests_follow_limits_in_pods_alone() {
        let spec = json!({"containers": [{"image": "a", "resources": {"limits": {"cpu": "1"}}}]});
        let mut own = spec.clone();
        fill(&mut own);
        assert_eq!(own["containers"][0]["resources"]["requests"]["cpu"], "1");
        let mut template = json!({"template": {"spec": spec}});
        fill_template(&mut template);
        let resources = &template["template"]["spec"]["containers"][0]["resources"];
        assert_eq!(*resources, json!({"limits": {"cpu": "1"}}));
    }
}
