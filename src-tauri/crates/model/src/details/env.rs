//! The environment of a container; what comes from a Secret is only named.

use serde_json::Value;

use super::look::Look;
use super::read::{line, lines, list, scalar, words};
use super::shape::{Fact, FactValue, SecretKey};
use crate::yaml::MASK;

/// What is taken whole, then each variable.
pub(super) fn of(look: &Look<'_>, container: &Value) -> Vec<Fact> {
    let whole = list(&container["envFrom"]).map(|from| whole(look, from));
    let single = list(&container["env"]).map(|variable| Fact {
        label: line(&variable["name"]),
        values: vec![value(look, variable)],
    });
    whole.chain(single).collect()
}

/// All keys of a `ConfigMap` or Secret.
fn whole(look: &Look<'_>, from: &Value) -> Fact {
    let (kind, reference) = if from["secretRef"].is_object() {
        ("Secret", &from["secretRef"])
    } else {
        ("ConfigMap", &from["configMapRef"])
    };
    let name = line(&reference["name"]);
    let prefix = line(&from["prefix"]);
    let mut notes = Vec::new();
    if !prefix.is_empty() {
        notes.push(format!("with prefix {prefix}"));
    }
    if reference["optional"] == true {
        notes.push("optional".to_owned());
    }
    Fact {
        label: "all keys of".to_owned(),
        values: vec![FactValue {
            link: Some(look.near("v1", kind, &name)),
            note: notes.join(", "),
            ..words(format!("{kind} {name}"))
        }],
    }
}

fn value(look: &Look<'_>, variable: &Value) -> FactValue {
    let from = &variable["valueFrom"];
    let optional = |reference: &Value| {
        if reference["optional"] == true {
            ", optional"
        } else {
            ""
        }
    };
    let map = &from["configMapKeyRef"];
    if map.is_object() {
        let name = line(&map["name"]);
        return FactValue {
            link: Some(look.near("v1", "ConfigMap", &name)),
            note: format!("key {}{}", line(&map["key"]), optional(map)),
            ..words(format!("ConfigMap {name}"))
        };
    }
    let secret = &from["secretKeyRef"];
    if secret.is_object() {
        let name = line(&secret["name"]);
        let key = line(&secret["key"]);
        return FactValue {
            link: Some(look.near("v1", "Secret", &name)),
            note: format!("key {key} of Secret {name}{}", optional(secret)),
            secret: Some(SecretKey { secret: name, key }),
            ..words(MASK)
        };
    }
    let field = &from["fieldRef"];
    if field.is_object() {
        return FactValue {
            note: "field of the pod".to_owned(),
            ..words(line(&field["fieldPath"]))
        };
    }
    let resource = &from["resourceFieldRef"];
    if resource.is_object() {
        let container = line(&resource["containerName"]);
        let divisor = scalar(&resource["divisor"]);
        let mut note = "of the container".to_owned();
        if !container.is_empty() {
            note = format!("of {container}");
        }
        if !matches!(&*divisor, "" | "0" | "1") {
            note = format!("{note}, in units of {divisor}");
        }
        return FactValue {
            note,
            ..words(line(&resource["resource"]))
        };
    }
    let file = &from["fileKeyRef"];
    if file.is_object() {
        let path = line(&file["path"]);
        let volume = line(&file["volumeName"]);
        return FactValue {
            note: format!("key {} of {path} in volume {volume}", line(&file["key"])),
            ..words("file")
        };
    }
    words(lines(&variable["value"]))
}
