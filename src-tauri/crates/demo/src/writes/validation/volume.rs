//! Volumes of pods, where containers mount them (kubernetes, `core/validation`, `ValidateVolumes`, `ValidateVolumeMounts`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, names, text};

const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// `account` is the pod's service account, which tokens are for.
pub(super) fn check(place: Place<'_>, all: &[Value], account: &Value, problems: &mut Problems) {
    for (index, volume) in all.iter().enumerate() {
        let at = place.at(index);
        sources(at, volume, account, problems);
        let name = text(&volume["name"]);
        if name.is_empty() {
            problems.required(at.field("name"), "");
        } else if let Some(why) = names::label(name) {
            problems.invalid(at.field("name"), &volume["name"], &why);
        }
        if all[..index]
            .iter()
            .any(|other| other["name"] == volume["name"])
        {
            problems.duplicate(at.field("name"), &volume["name"]);
        }
    }
}

fn sources(place: Place<'_>, volume: &Value, account: &Value, problems: &mut Problems) {
    const KNOWN: [&str; 9] = [
        "emptyDir",
        "hostPath",
        "secret",
        "nfs",
        "persistentVolumeClaim",
        "configMap",
        "downwardAPI",
        "projected",
        "csi",
    ];
    let fields = volume.as_object().map_or(0, serde_json::Map::len);
    let mut given = 0;
    for kind in KNOWN {
        if !volume[kind].is_object() {
            continue;
        }
        given += 1;
        if given > 1 {
            let why = "may not specify more than 1 volume type";
            problems.forbidden(place.field(kind), why);
        } else {
            source(place.field(kind), kind, &volume[kind], account, problems);
        }
    }
    if given == 0 && fields < 2 {
        problems.required(place, "must specify a volume type");
    }
}

fn source(place: Place<'_>, kind: &str, own: &Value, account: &Value, problems: &mut Problems) {
    let named = |field: &'static str, problems: &mut Problems| {
        if text(&own[field]).is_empty() {
            problems.required(place.field(field), "");
        }
    };
    match kind {
        "hostPath" => named("path", problems),
        "persistentVolumeClaim" => named("claimName", problems),
        "secret" => {
            named("secretName", problems);
            files(place, own, problems);
        }
        "configMap" => {
            named("name", problems);
            files(place, own, problems);
        }
        "projected" => {
            mode(place.field("defaultMode"), &own["defaultMode"], problems);
            for (index, part) in items(own, "sources").iter().enumerate() {
                let sources = place.field("sources");
                projected(sources.at(index), part, account, problems);
            }
        }
        _ => {}
    }
}

fn projected(place: Place<'_>, part: &Value, account: &Value, problems: &mut Problems) {
    for kind in ["secret", "configMap"] {
        if part[kind].is_object() {
            let at = place.field(kind);
            if text(&part[kind]["name"]).is_empty() {
                problems.required(at.field("name"), "");
            }
            files(at, &part[kind], problems);
        }
    }
    let token = &part["serviceAccountToken"];
    if token.is_object() && text(account).is_empty() {
        let why = "must not be specified when serviceAccountName is not set";
        problems.forbidden(place.field("serviceAccountToken"), why);
    }
}

fn files(place: Place<'_>, own: &Value, problems: &mut Problems) {
    mode(place.field("defaultMode"), &own["defaultMode"], problems);
    let all = place.field("items");
    for (index, item) in items(own, "items").iter().enumerate() {
        let at = all.at(index);
        for field in ["key", "path"] {
            if text(&item[field]).is_empty() {
                problems.required(at.field(field), "");
            }
        }
        descending(at.field("path"), &item["path"], problems);
        mode(at.field("mode"), &item["mode"], problems);
    }
}

fn mode(place: Place<'_>, value: &Value, problems: &mut Problems) {
    if value
        .as_i64()
        .is_some_and(|mode| !(0..=0o777).contains(&mode))
    {
        problems.invalid(place, value, MODE);
    }
}

/// A path that stays below where it begins (`validateLocalDescendingPath`).
fn descending(place: Place<'_>, path: &Value, problems: &mut Problems) {
    let text = text(path);
    if text.starts_with('/') {
        problems.invalid(place, path, "must be a relative path");
    }
    if text.split('/').any(|part| part == "..") {
        problems.invalid(place, path, "must not contain '..'");
    }
}

/// `volumeMounts` of a container.
pub(super) fn mounts(
    place: Place<'_>,
    container: &Value,
    volumes: &[Value],
    problems: &mut Problems,
) {
    let all = items(container, "volumeMounts");
    for (index, mount) in all.iter().enumerate() {
        let at = place.at(index);
        if text(&mount["name"]).is_empty() {
            problems.required(at.field("name"), "");
        }
        if volumes.iter().all(|volume| volume["name"] != mount["name"]) {
            problems.not_found(at.field("name"), &mount["name"]);
        }
        if text(&mount["mountPath"]).is_empty() {
            problems.required(at.field("mountPath"), "");
        }
        let mut before = all[..index].iter();
        if before.any(|other| other["mountPath"] == mount["mountPath"]) {
            problems.invalid(at.field("mountPath"), &mount["mountPath"], "must be unique");
        }
        // Upstream names the list here, not its element.
        descending(place.field("subPath"), &mount["subPath"], problems);
    }
}
