//! Environment variables of a container, as its node's agent makes them (`pkg/kubelet/kubelet_pods.go:makeEnvironmentVariables`).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::place::{View, text};

/// Names with values, in the order in which they were set.
pub(super) type Variables = Vec<(String, String)>;

/// Where the API is found from inside.
const API: [(&str, &str); 7] = [
    ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
    ("KUBERNETES_SERVICE_PORT", "443"),
    ("KUBERNETES_SERVICE_PORT_HTTPS", "443"),
    ("KUBERNETES_PORT", "tcp://10.96.0.1:443"),
    ("KUBERNETES_PORT_443_TCP_ADDR", "10.96.0.1"),
    ("KUBERNETES_PORT_443_TCP_PORT", "443"),
    ("KUBERNETES_PORT_443_TCP_PROTO", "tcp"),
];

pub(super) fn of(view: &View<'_>) -> Variables {
    let mut all = Variables::new();
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    set(&mut all, "PATH", path);
    set(&mut all, "HOSTNAME", view.hostname());
    for (name, value) in API {
        set(&mut all, name, value);
    }
    let spec = view.spec();
    for from in spec["envFrom"].as_array().into_iter().flatten() {
        let prefix = text(&from["prefix"]);
        for (kind, reference) in [("configmaps", "configMapRef"), ("secrets", "secretRef")] {
            for (key, value) in data(view, kind, text(&from[reference]["name"])) {
                set(
                    &mut all,
                    &format!("{prefix}{key}"),
                    &String::from_utf8_lossy(&value),
                );
            }
        }
    }
    for own in spec["env"].as_array().into_iter().flatten() {
        let value = match &own["valueFrom"] {
            Value::Null => Some(expanded(text(&own["value"]), &all)),
            from => referred(view, from),
        };
        if let Some(value) = value {
            set(&mut all, text(&own["name"]), &value);
        }
    }
    let home = if view.user() == 0 { "/root" } else { "/" };
    set(&mut all, "HOME", home);
    all
}

/// Sets a variable.
pub(super) fn set(all: &mut Variables, name: &str, value: &str) {
    match all.iter_mut().find(|(own, _)| own == name) {
        Some((_, own)) => value.clone_into(own),
        None => all.push((name.to_owned(), value.to_owned())),
    }
}

/// The value of a variable; empty without it.
pub(super) fn get<'a>(all: &'a Variables, name: &str) -> &'a str {
    let found = all.iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// What `valueFrom` refers to, where that is there.
fn referred(view: &View<'_>, from: &Value) -> Option<String> {
    if let Some(path) = from["fieldRef"]["fieldPath"].as_str() {
        return field(&view.pod, path);
    }
    for (kind, reference) in [
        ("configmaps", "configMapKeyRef"),
        ("secrets", "secretKeyRef"),
    ] {
        let from = &from[reference];
        if let Some(key) = from["key"].as_str() {
            let data = data(view, kind, text(&from["name"]));
            return data
                .get(key)
                .map(|value| String::from_utf8_lossy(value).into_owned());
        }
    }
    None
}

/// A field of the pod that the downward API gives (`pkg/fieldpath/fieldpath.go:ExtractFieldPathAsString`).
pub(super) fn field(pod: &Value, path: &str) -> Option<String> {
    if let Some((list, key)) = path.split_once("['") {
        let key = key.strip_suffix("']")?;
        let list = list.strip_prefix("metadata.")?;
        return Some(text(&pod["metadata"][list][key]).to_owned());
    }
    if let Some(list @ ("labels" | "annotations")) = path.strip_prefix("metadata.") {
        let all = pod["metadata"][list].as_object().into_iter().flatten();
        let lines: Vec<String> = all
            .map(|(key, value)| format!("{key}={:?}", text(value)))
            .collect();
        return Some(lines.join("\n"));
    }
    let found = path.split('.').fold(pod, |value, part| &value[part]);
    found.as_str().map(str::to_owned)
}

/// Keys and values of a `ConfigMap` or Secret in the pod's namespace; none without it.
pub(super) fn data(view: &View<'_>, kind: &str, name: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let Some(object) = view.world.get(kind, &view.place.namespace, name) else {
        return all;
    };
    let fields = |name: &str| object[name].as_object().into_iter().flatten();
    if kind == "configmaps" {
        for (key, value) in fields("data") {
            all.insert(key.clone(), text(value).as_bytes().to_vec());
        }
    }
    let coded = if kind == "secrets" {
        "data"
    } else {
        "binaryData"
    };
    for (key, value) in fields(coded) {
        all.insert(
            key.clone(),
            STANDARD.decode(text(value)).unwrap_or_default(),
        );
    }
    all
}

/// `$(NAME)` by the value of that name, `$$` by `$` (`third_party/forked/golang/expansion/expand.go:Expand`).
fn expanded(text: &str, known: &Variables) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        let name = after
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'));
        if let Some((name, after)) = name {
            match known.iter().find(|(own, _)| own == name) {
                Some((_, value)) => done.push_str(value),
                None => done.extend(["$(", name, ")"]),
            }
            rest = after;
        } else {
            done.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    done.push_str(rest);
    done
}
