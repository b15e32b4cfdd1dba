//! Probes of containers (kubernetes, `core/validation`, `validateProbe`, `validateHandler`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, text};

const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

pub(super) fn check(place: Place<'_>, container: &Value, problems: &mut Problems) {
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = &container[field];
        if !probe.is_object() {
            continue;
        }
        let at = place.field(field);
        self::probe(at, probe, problems);
        let once = probe["successThreshold"].as_i64().unwrap_or(1);
        if field != "readinessProbe" && once != 1 {
            let why = "must be 1";
            problems.invalid(
                at.field("successThreshold"),
                &probe["successThreshold"],
                why,
            );
        }
        if field == "readinessProbe" && !probe["terminationGracePeriodSeconds"].is_null() {
            let place = at.field("terminationGracePeriodSeconds");
            let value = &probe["terminationGracePeriodSeconds"];
            problems.invalid(place, value, "must not be set for readinessProbes");
        }
    }
}

fn probe(place: Place<'_>, probe: &Value, problems: &mut Problems) {
    let mut given = 0;
    for field in HANDLERS {
        if !probe[field].is_object() {
            continue;
        }
        given += 1;
        if given > 1 {
            let why = "may not specify more than 1 handler type";
            problems.forbidden(place.field(field), why);
        } else {
            handler(place.field(field), field, &probe[field], problems);
        }
    }
    if given == 0 {
        problems.required(place, "must specify a handler type");
    }
    for field in [
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ] {
        problems.not_below_zero(place.field(field), &probe[field]);
    }
    let grace = &probe["terminationGracePeriodSeconds"];
    if grace.as_i64().is_some_and(|seconds| seconds <= 0) {
        let place = place.field("terminationGracePeriodSeconds");
        problems.invalid(place, grace, "must be greater than 0");
    }
}

fn handler(place: Place<'_>, kind: &str, own: &Value, problems: &mut Problems) {
    match kind {
        "exec" if items(own, "command").is_empty() => {
            problems.required(place.field("command"), "");
        }
        "httpGet" => {
            if text(&own["path"]).is_empty() {
                problems.required(place.field("path"), "");
            }
            problems.port_or_name(place.field("port"), &own["port"]);
            problems.one_of(place.field("scheme"), &own["scheme"], &["HTTP", "HTTPS"]);
        }
        "tcpSocket" => problems.port_or_name(place.field("port"), &own["port"]),
        "grpc" => problems.port(place.field("port"), &own["port"]),
        _ => {}
    }
}
