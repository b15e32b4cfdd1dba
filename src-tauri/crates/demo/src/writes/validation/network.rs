//! What Ingresses and `NetworkPolicy` objects may not say (kubernetes, `networking/validation`).

use std::net::IpAddr;

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, names, selector, text};

const SPEC: Place<'_> = Place::root("spec");

pub(super) fn ingress(spec: &Value, problems: &mut Problems) {
    if items(spec, "rules").is_empty() && spec["defaultBackend"].is_null() {
        let why = "either `defaultBackend` or `rules` must be specified";
        problems.invalid(SPEC, &spec["rules"], why);
    }
    if spec["defaultBackend"].is_object() {
        backend(
            SPEC.field("defaultBackend"),
            &spec["defaultBackend"],
            problems,
        );
    }
    let rules = SPEC.field("rules");
    for (index, rule) in items(spec, "rules").iter().enumerate() {
        self::rule(rules.at(index), rule, problems);
    }
    let class = text(&spec["ingressClassName"]);
    if !class.is_empty()
        && let Some(why) = names::subdomain(class)
    {
        let at = SPEC.field("ingressClassName");
        problems.invalid(at, &spec["ingressClassName"], &why);
    }
}

fn rule(place: Place<'_>, rule: &Value, problems: &mut Problems) {
    let host = text(&rule["host"]);
    if !host.is_empty() {
        let at = place.field("host");
        if host.parse::<IpAddr>().is_ok() {
            let why = "must be a DNS name, not an IP address";
            problems.invalid(at, &rule["host"], why);
        }
        let name = host.strip_prefix("*.").unwrap_or(host);
        if let Some(why) = names::subdomain(name) {
            problems.invalid(at, &rule["host"], &why);
        }
    }
    if !rule["http"].is_object() {
        return;
    }
    let http = place.field("http");
    let (at, paths) = (http.field("paths"), items(&rule["http"], "paths"));
    if paths.is_empty() {
        problems.required(at, "");
    }
    for (index, path) in paths.iter().enumerate() {
        self::path(at.at(index), path, problems);
    }
}

fn path(place: Place<'_>, path: &Value, problems: &mut Problems) {
    let at = place.field("path");
    match text(&path["pathType"]) {
        "" => problems.required(place.field("pathType"), "pathType must be specified"),
        "Exact" | "Prefix" => {
            let own = text(&path["path"]);
            if !own.starts_with('/') {
                problems.invalid(at, &Value::from(own), "must be an absolute path");
            }
            for part in ["//", "/./", "/../", "%2f", "%2F"] {
                if own.contains(part) {
                    let why = format!("must not contain '{part}'");
                    problems.invalid(at, &path["path"], &why);
                }
            }
        }
        "ImplementationSpecific" => {}
        _ => problems.one_of(
            place.field("pathType"),
            &path["pathType"],
            &["Exact", "ImplementationSpecific", "Prefix"],
        ),
    }
    backend(place.field("backend"), &path["backend"], problems);
}

fn backend(place: Place<'_>, backend: &Value, problems: &mut Problems) {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    if resource.is_object() && service.is_object() {
        let why = "cannot set both resource and service backends";
        problems.invalid(place, &Value::from(""), why);
    } else if service.is_object() {
        let at = place.field("service");
        let name = text(&service["name"]);
        if name.is_empty() {
            problems.required(at.field("name"), "");
        } else if let Some(why) = names::service(name) {
            problems.invalid(at.field("name"), &service["name"], &why);
        }
        let (port, number) = (&service["port"], &service["port"]["number"]);
        let named = !text(&port["name"]).is_empty();
        let numbered = number.as_i64().unwrap_or(0) != 0;
        if named && numbered {
            let why = "cannot set both port name & port number";
            problems.invalid(place, &Value::from(""), why);
        } else if numbered {
            let at = at.field("port");
            problems.port(at.field("number"), number);
        } else if !named {
            problems.required(place, "port name or number is required");
        }
    } else if !resource.is_object() {
        let why = "resource or service backend is required";
        problems.invalid(place, &Value::from(""), why);
    }
}

pub(super) fn policy(spec: &Value, problems: &mut Problems) {
    selector::check(SPEC.field("podSelector"), &spec["podSelector"], problems);
    for (field, peers) in [("ingress", "from"), ("egress", "to")] {
        let rules = SPEC.field(field);
        for (index, rule) in items(spec, field).iter().enumerate() {
            let at = rules.at(index);
            for (index, port) in items(rule, "ports").iter().enumerate() {
                let at = at.field("ports");
                let at = at.at(index);
                problems.one_of(
                    at.field("protocol"),
                    &port["protocol"],
                    &["SCTP", "TCP", "UDP"],
                );
                if !port["port"].is_null() {
                    problems.port_or_name(at.field("port"), &port["port"]);
                }
            }
            for (index, peer) in items(rule, peers).iter().enumerate() {
                let at = at.field(peers);
                self::peer(at.at(index), peer, problems);
            }
        }
    }
    let kinds = SPEC.field("policyTypes");
    for (index, kind) in items(spec, "policyTypes").iter().enumerate() {
        problems.one_of(kinds.at(index), kind, &["Ingress", "Egress"]);
    }
}

fn peer(place: Place<'_>, peer: &Value, problems: &mut Problems) {
    let mut given = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if peer[field].is_object() {
            given += 1;
            selector::check(place.field(field), &peer[field], problems);
        }
    }
    let block = &peer["ipBlock"];
    if block.is_object() {
        let at = place.field("ipBlock");
        let cidr = text(&block["cidr"]);
        let right = cidr.split_once('/').is_some_and(|(address, bits)| {
            address.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 128)
        });
        if cidr.is_empty() {
            problems.required(at.field("cidr"), "");
        } else if !right {
            let why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
            problems.invalid(at.field("cidr"), &block["cidr"], why);
        }
        if given > 0 {
            let why = "may not specify both ipBlock and another peer";
            problems.forbidden(place, why);
        }
    } else if given == 0 {
        problems.required(place, "must specify a peer");
    }
}
