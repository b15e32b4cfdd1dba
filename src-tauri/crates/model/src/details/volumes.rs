//! Volumes of a pod, by what is behind them.

use serde_json::Value;

use super::look::Look;
use super::read::{line, link, list, scalar, words};
use super::shape::{Fact, FactValue, ObjectLink};

/// One fact a volume.
pub(super) fn all(look: &Look<'_>) -> Vec<Fact> {
    let each = list(&look.pod_spec()["volumes"]).map(|volume| {
        let values = match list(&volume["projected"]["sources"]).count() {
            0 => vec![source(look, volume)],
            _ => list(&volume["projected"]["sources"])
                .map(|part| projected(look, part))
                .collect(),
        };
        Fact {
            label: line(&volume["name"]),
            values,
        }
    });
    each.collect()
}

/// What one volume holds, as a link where it is an object.
pub(super) fn source(look: &Look<'_>, volume: &Value) -> FactValue {
    let named = |member: &str, key: &str, api_version: &str, kind: &str| {
        let of = &volume[member];
        let name = line(&of[key]);
        of.is_object().then(|| FactValue {
            link: Some(look.near(api_version, kind, &name)),
            note: notes(of),
            ..words(format!("{kind} {name}"))
        })
    };
    let found = named("configMap", "name", "v1", "ConfigMap")
        .or_else(|| named("secret", "secretName", "v1", "Secret"))
        .or_else(|| {
            named(
                "persistentVolumeClaim",
                "claimName",
                "v1",
                "PersistentVolumeClaim",
            )
        });
    if let Some(found) = found {
        return found;
    }
    let text = |text: String, note: String| FactValue {
        note,
        ..words(text)
    };
    let of = |member: &str| Some(&volume[member]).filter(|of| of.is_object());
    if let Some(empty) = of("emptyDir") {
        let mut notes = vec![line(&empty["medium"])];
        let size = scalar(&empty["sizeLimit"]);
        if !size.is_empty() {
            notes.push(format!("at most {size}"));
        }
        notes.retain(|note| !note.is_empty());
        let note = notes.join(", ");
        return text("emptyDir".to_owned(), note);
    }
    if let Some(host) = of("hostPath") {
        return text(
            format!("host path {}", line(&host["path"])),
            line(&host["type"]),
        );
    }
    if let Some(ephemeral) = of("ephemeral") {
        let claim = format!("{}-{}", look.name, line(&volume["name"]));
        let class = line(&ephemeral["volumeClaimTemplate"]["spec"]["storageClassName"]);
        return FactValue {
            link: (look.kind == "Pod").then(|| look.near("v1", "PersistentVolumeClaim", &claim)),
            note: class,
            ..words(format!("claim {claim}, gone with the pod"))
        };
    }
    if let Some(csi) = of("csi") {
        return FactValue {
            link: Some(csi_driver(&line(&csi["driver"]))),
            note: notes(csi),
            ..words(format!("CSI driver {}", line(&csi["driver"])))
        };
    }
    if let Some(nfs) = of("nfs") {
        let place = format!("nfs {}:{}", line(&nfs["server"]), line(&nfs["path"]));
        return text(place, notes(nfs));
    }
    if let Some(image) = of("image") {
        return text(
            format!("image {}", line(&image["reference"])),
            String::new(),
        );
    }
    if of("downwardAPI").is_some() {
        return words("fields of the pod");
    }
    if let Some(parts) = of("projected") {
        return words(format!(
            "projected from {}",
            super::read::count(list(&parts["sources"]).count(), "source")
        ));
    }
    let other = super::read::members(volume).map(|(key, _)| key);
    words(
        other
            .filter(|key| key != "name")
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// A link to the driver of a volume.
pub(super) fn csi_driver(name: &str) -> ObjectLink {
    link("storage.k8s.io/v1", "CSIDriver", None, name)
}

fn notes(of: &Value) -> String {
    let mut notes = Vec::new();
    if of["optional"] == true {
        notes.push("optional".to_owned());
    }
    if of["readOnly"] == true {
        notes.push("read-only".to_owned());
    }
    let items: Vec<String> = list(&of["items"]).map(|i| line(&i["key"])).collect();
    if !items.is_empty() {
        notes.push(format!("only {}", items.join(", ")));
    }
    notes.join(", ")
}

fn projected(look: &Look<'_>, part: &Value) -> FactValue {
    for (member, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        let of = &part[member];
        if of.is_object() {
            let name = line(&of["name"]);
            return FactValue {
                link: Some(look.near("v1", kind, &name)),
                note: notes(of),
                ..words(format!("{kind} {name}"))
            };
        }
    }
    let token = &part["serviceAccountToken"];
    if token.is_object() {
        let seconds = scalar(&token["expirationSeconds"]);
        return FactValue {
            note: format!("valid {seconds}s"),
            ..words("token of the service account")
        };
    }
    if part["downwardAPI"].is_object() {
        return words("fields of the pod");
    }
    let other: Vec<String> = super::read::members(part).map(|(key, _)| key).collect();
    words(other.join(", "))
}
