//! What services may not say (kubernetes, `core/validation`, `ValidateService`).

use std::net::IpAddr;

use serde_json::{Value, json};

use super::place::Place;
use super::{Problems, items, metadata, names, ordered, text};

const SPEC: Place<'_> = Place::root("spec");

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    let ports = items(spec, "ports");
    let headless = spec["clusterIP"] == "None";
    let kind = text(&spec["type"]);
    if ports.is_empty() && !headless && kind != "ExternalName" {
        problems.required(SPEC.field("ports"), "");
    }
    let addresses = SPEC.field("clusterIPs");
    match kind {
        "LoadBalancer" | "NodePort" if headless => {
            let why = format!("may not be set to 'None' for {kind} services");
            problems.invalid(addresses.at(0), &json!("None"), &why);
        }
        "ExternalName" => {
            let name = text(&spec["externalName"]).trim_end_matches('.');
            if name.is_empty() {
                problems.required(SPEC.field("externalName"), "");
            } else if let Some(why) = names::subdomain(name) {
                problems.invalid(SPEC.field("externalName"), &json!(name), &why);
            }
        }
        _ => {}
    }
    let at = SPEC.field("ports");
    for (index, own) in ports.iter().enumerate() {
        port(at.at(index), own, ports, index, problems);
    }
    metadata::labels(SPEC.field("selector"), &spec["selector"], problems);
    problems.one_of(
        SPEC.field("sessionAffinity"),
        &spec["sessionAffinity"],
        &["ClientIP", "None"],
    );
    families(spec, problems);
    problems.one_of(
        SPEC.field("type"),
        &spec["type"],
        &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
    );
    for (index, own) in ports.iter().enumerate() {
        if kind == "ClusterIP" && own["nodePort"].as_i64().unwrap_or(0) != 0 {
            let why = "may not be used when `type` is 'ClusterIP'";
            problems.forbidden(at.at(index).field("nodePort"), why);
        }
    }
    for (index, own) in ports.iter().enumerate() {
        let same =
            |other: &&Value| other["port"] == own["port"] && other["protocol"] == own["protocol"];
        if ports[..index].iter().any(|other| same(&other)) {
            let key = json!({
                "Name": "", "Protocol": own["protocol"], "AppProtocol": 0, "Port": own["port"],
                "TargetPort": 0, "NodePort": 0,
            });
            let fields = [
                "Name",
                "Protocol",
                "AppProtocol",
                "Port",
                "TargetPort",
                "NodePort",
            ];
            let told =
                ordered(&key, &fields).replacen("\"AppProtocol\":0", "\"AppProtocol\":null", 1);
            problems.duplicate_as(at.at(index), &told);
        }
    }
}

fn port(place: Place<'_>, own: &Value, all: &[Value], index: usize, problems: &mut Problems) {
    let name = text(&own["name"]);
    if name.is_empty() {
        if all.len() > 1 {
            problems.required(place.field("name"), "");
        }
    } else {
        if let Some(why) = names::label(name) {
            problems.invalid(place.field("name"), &own["name"], &why);
        }
        if all[..index].iter().any(|other| other["name"] == *name) {
            problems.duplicate(place.field("name"), &own["name"]);
        }
    }
    problems.port(place.field("port"), &own["port"]);
    problems.one_of(
        place.field("protocol"),
        &own["protocol"],
        &["SCTP", "TCP", "UDP"],
    );
    problems.port_or_name(place.field("targetPort"), &own["targetPort"]);
}

/// (`ValidateServiceClusterIPsRelatedFields`)
fn families(spec: &Value, problems: &mut Problems) {
    let address = text(&spec["clusterIP"]);
    if !matches!(address, "" | "None") && address.parse::<IpAddr>().is_err() {
        let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        let addresses = SPEC.field("clusterIPs");
        problems.invalid(addresses.at(0), &spec["clusterIP"], why);
    }
}

/// What may not change of a service (`ValidateUpdate…`, `validateServiceClusterIPsUpdate` by `patchAllocatedValues`).
pub(super) fn update(before: &Value, after: &Value, problems: &mut Problems) {
    let (old, new) = (&before["spec"], &after["spec"]);
    let with_address = |spec: &Value| text(&spec["type"]) != "ExternalName";
    if !with_address(old) || !with_address(new) || text(&old["clusterIP"]).is_empty() {
        return;
    }
    if old["clusterIP"] != new["clusterIP"] {
        let addresses = SPEC.field("clusterIPs");
        let told = json!([new["clusterIP"]]);
        problems.invalid(addresses.at(0), &told, "may not change once set");
    }
}
