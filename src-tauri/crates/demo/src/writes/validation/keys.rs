//! What `ConfigMap`s and Secrets may not hold (kubernetes, `core/validation`, `ValidateConfigMap`, `ValidateSecret`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::place::Place;
use super::{Problems, names, text};

/// Bytes that an object may hold.
const MOST: usize = 1024 * 1024;

pub(super) fn config(object: &Value, problems: &mut Problems) {
    let data = Place::root("data");
    let mut size = 0;
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        size += text(value).len();
        self::key(data.key(key), key, problems);
        if object["binaryData"].get(key).is_some() {
            let why = "duplicate of key present in binaryData";
            problems.invalid(data.key(key), &Value::from(&**key), why);
        }
    }
    let binary = Place::root("binaryData");
    for (key, value) in object["binaryData"].as_object().into_iter().flatten() {
        size += text(value).len() / 4 * 3;
        self::key(binary.key(key), key, problems);
    }
    if size > MOST {
        problems.too_long("", MOST);
    }
}

fn key(place: Place<'_>, key: &str, problems: &mut Problems) {
    if !names::is_config_key(key) {
        problems.invalid(place, &Value::from(key), names::CONFIG_KEY);
    }
}

pub(super) fn secret(object: &Value, problems: &mut Problems) {
    let data = Place::root("data");
    let mut size = 0;
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        size += text(value).len() / 4 * 3;
        self::key(data.key(key), key, problems);
    }
    if size > MOST {
        problems.too_long("data", MOST);
    }
    let missing = |key: &str| object["data"].get(key).is_none();
    match text(&object["type"]) {
        "kubernetes.io/service-account-token" => {
            let annotations = &object["metadata"]["annotations"];
            let name = "kubernetes.io/service-account.name";
            if text(&annotations[name]).is_empty() {
                let metadata = Place::root("metadata");
                let annotations = metadata.field("annotations");
                problems.required(annotations.key(name), "");
            }
        }
        "kubernetes.io/dockerconfigjson" => configuration(".dockerconfigjson", object, problems),
        "kubernetes.io/dockercfg" => configuration(".dockercfg", object, problems),
        "kubernetes.io/basic-auth" if missing("username") && missing("password") => {
            problems.required(data.key("username"), "");
            problems.required(data.key("password"), "");
        }
        "kubernetes.io/ssh-auth" if missing("ssh-privatekey") => {
            problems.required(data.key("ssh-privatekey"), "");
        }
        "kubernetes.io/tls" => {
            for key in ["tls.crt", "tls.key"] {
                if missing(key) {
                    problems.required(data.key(key), "");
                }
            }
        }
        _ => {}
    }
}

fn configuration(key: &str, object: &Value, problems: &mut Problems) {
    let data = Place::root("data");
    let Some(value) = object["data"].get(key) else {
        problems.required(data.key(key), "");
        return;
    };
    let bytes = STANDARD.decode(text(value)).unwrap_or_default();
    if let Err(error) = serde_json::from_slice::<serde_json::Map<String, Value>>(&bytes) {
        let first = String::from_utf8_lossy(&bytes).chars().next();
        let why = match first {
            Some(first) if error.is_syntax() => {
                format!("invalid character '{first}' looking for beginning of value")
            }
            _ => "unexpected end of JSON input".to_owned(),
        };
        problems.invalid(
            data.key(key),
            &Value::from("<secret contents redacted>"),
            &why,
        );
    }
}
