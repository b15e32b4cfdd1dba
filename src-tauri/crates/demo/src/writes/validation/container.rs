//! What containers may not say (kubernetes, `core/validation`, `validateContainerCommon`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, environment, items, names, probe, resources, text, volume};

/// All containers of one list. `volumes` are those of the pod.
pub(super) fn check(place: Place<'_>, all: &[Value], volumes: &[Value], problems: &mut Problems) {
    for (index, container) in all.iter().enumerate() {
        let at = place.at(index);
        common(at, container, volumes, problems);
        let name = &container["name"];
        if !text(name).is_empty() && all[..index].iter().any(|other| other["name"] == *name) {
            problems.duplicate(at.field("name"), name);
        }
        probe::check(at, container, problems);
    }
}

fn common(place: Place<'_>, container: &Value, volumes: &[Value], problems: &mut Problems) {
    let name = text(&container["name"]);
    if name.is_empty() {
        problems.required(place.field("name"), "");
    } else if let Some(why) = names::label(name) {
        problems.invalid(place.field("name"), &container["name"], &why);
    }
    let image = text(&container["image"]);
    if image.is_empty() {
        problems.required(place.field("image"), "");
    } else if image.trim() != image {
        let why = "must not have leading or trailing whitespace";
        problems.invalid(place.field("image"), &container["image"], why);
    }
    problems.one_of(
        place.field("terminationMessagePolicy"),
        &container["terminationMessagePolicy"],
        &["FallbackToLogsOnError", "File"],
    );
    ports(place.field("ports"), items(container, "ports"), problems);
    environment::check(place, container, problems);
    volume::mounts(place.field("volumeMounts"), container, volumes, problems);
    problems.one_of(
        place.field("imagePullPolicy"),
        &container["imagePullPolicy"],
        &["Always", "IfNotPresent", "Never"],
    );
    resources::check(place.field("resources"), &container["resources"], problems);
}

fn ports(place: Place<'_>, all: &[Value], problems: &mut Problems) {
    for (index, port) in all.iter().enumerate() {
        let at = place.at(index);
        if let Some(name) = port["name"].as_str() {
            let wrong = names::port(name);
            for why in &wrong {
                problems.invalid(at.field("name"), &port["name"], why);
            }
            let mut others = all[..index].iter();
            if wrong.is_empty() && others.any(|other| other["name"] == *name) {
                problems.duplicate(at.field("name"), &port["name"]);
            }
        }
        if port["containerPort"].as_i64().unwrap_or(0) == 0 {
            problems.required(at.field("containerPort"), "");
        } else {
            problems.port(at.field("containerPort"), &port["containerPort"]);
        }
        if !port["hostPort"].is_null() {
            problems.port(at.field("hostPort"), &port["hostPort"]);
        }
        problems.one_of(
            at.field("protocol"),
            &port["protocol"],
            &["SCTP", "TCP", "UDP"],
        );
    }
}
