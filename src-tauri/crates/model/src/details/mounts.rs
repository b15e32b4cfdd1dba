//! Where a container finds its volumes.

use serde_json::Value;

use super::look::Look;
use super::read::{line, list};
use super::shape::{Fact, FactValue};
use super::volumes;

/// Each mount and block device, by path, with the volume behind it.
pub(super) fn of(look: &Look<'_>, container: &Value) -> Vec<Fact> {
    let mounts = list(&container["volumeMounts"]).map(|mount| (mount, "mountPath"));
    let devices = list(&container["volumeDevices"]).map(|device| (device, "devicePath"));
    mounts
        .chain(devices)
        .map(|(mount, path)| Fact {
            label: line(&mount[path]),
            values: vec![value(look, mount)],
        })
        .collect()
}

fn value(look: &Look<'_>, mount: &Value) -> FactValue {
    let name = line(&mount["name"]);
    let mut notes = vec![format!("volume {name}")];
    if mount["readOnly"] == true {
        notes.push("read-only".to_owned());
    }
    for (member, word) in [("subPath", "path"), ("subPathExpr", "path")] {
        let path = line(&mount[member]);
        if !path.is_empty() {
            notes.push(format!("{word} {path}"));
        }
    }
    let propagation = line(&mount["mountPropagation"]);
    if !matches!(&*propagation, "" | "None") {
        notes.push(propagation);
    }
    let volume = list(&look.pod_spec()["volumes"]).find(|v| v["name"] == mount["name"]);
    let source = match volume {
        Some(volume) => volumes::source(look, volume),
        None => claim_template(look, &name),
    };
    FactValue {
        note: notes.join(", "),
        ..source
    }
}

/// Volumes of a `StatefulSet` may come from its claim templates.
fn claim_template(look: &Look<'_>, name: &str) -> FactValue {
    let mut templates = list(&look.spec()["volumeClaimTemplates"]);
    let text = if templates.any(|template| template["metadata"]["name"] == name) {
        "a claim of its own"
    } else {
        "unknown volume"
    };
    super::read::words(text)
}
