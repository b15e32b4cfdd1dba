//! Rows of what leads to pods over the network.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::settings::listed;
use super::words::{age, int, items, labels, name, selector_or_none, some_of, text, text_or};
use super::{Column, Made, Printer};

const AGE: Column = ("Age", "string", 0);
const NAME: Column = ("Name", "string", 0);

pub(crate) fn printer(key: &str) -> Option<Printer> {
    let (columns, cells): Made = match key {
        "services" => (
            &[
                NAME,
                ("Type", "string", 0),
                ("Cluster-IP", "string", 0),
                ("External-IP", "string", 0),
                ("Port(s)", "string", 0),
                AGE,
                ("Selector", "string", 1),
            ],
            service,
        ),
        "ingresses.networking.k8s.io" => (
            &[
                NAME,
                ("Class", "string", 0),
                ("Hosts", "string", 0),
                ("Address", "string", 0),
                ("Ports", "string", 0),
                AGE,
            ],
            ingress,
        ),
        "endpoints" => (&[NAME, ("Endpoints", "string", 0), AGE], endpoints),
        "endpointslices.discovery.k8s.io" => (
            &[
                NAME,
                ("AddressType", "string", 0),
                ("Ports", "string", 0),
                ("Endpoints", "string", 0),
                AGE,
            ],
            endpoint_slice,
        ),
        "networkpolicies.networking.k8s.io" => (
            &[NAME, ("Pod-Selector", "string", 0), AGE],
            |object, now| {
                let selector = selector_or_none(&object["spec"]["podSelector"]);
                vec![name(object), selector, age(object, now)]
            },
        ),
        _ => return None,
    };
    Some(Printer { columns, cells })
}

/// Addresses of a load balancer, each once, in order.
fn balanced(status: &Value) -> Vec<String> {
    let own = items(&status["loadBalancer"]["ingress"]).iter();
    let mut all: Vec<String> = own
        .filter_map(|own| own["ip"].as_str().or(own["hostname"].as_str()))
        .map(str::to_owned)
        .collect();
    all.sort();
    all.dedup();
    all
}

fn service(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = &object["spec"];
    let kind = spec["type"].as_str().unwrap_or_default();
    let own = listed(&spec["externalIPs"]);
    let external = match kind {
        "ExternalName" => spec["externalName"].as_str().unwrap_or_default().to_owned(),
        "LoadBalancer" => {
            let mut all = balanced(&object["status"]);
            all.extend(own.iter().map(|ip| (*ip).to_owned()));
            if all.is_empty() {
                "<pending>".to_owned()
            } else {
                all.join(",")
            }
        }
        "ClusterIP" | "NodePort" if own.is_empty() => "<none>".to_owned(),
        "ClusterIP" | "NodePort" => own.join(","),
        _ => "<unknown>".to_owned(),
    };
    let ports: Vec<String> = items(&spec["ports"])
        .iter()
        .map(|port| {
            let protocol = port["protocol"].as_str().unwrap_or_default();
            match int(&port["nodePort"]) {
                0 => format!("{}/{protocol}", int(&port["port"])),
                node => format!("{}:{node}/{protocol}", int(&port["port"])),
            }
        })
        .collect();
    let ports = if ports.is_empty() {
        "<none>".to_owned()
    } else {
        ports.join(",")
    };
    vec![
        name(object),
        json!(kind),
        text_or(&spec["clusterIPs"][0], "<none>"),
        json!(external),
        json!(ports),
        age(object, now),
        labels(&spec["selector"]),
    ]
}

fn ingress(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = &object["spec"];
    let rules = items(&spec["rules"]);
    let hosts = rules.iter().filter_map(|rule| rule["host"].as_str());
    let hosts: Vec<&str> = hosts.filter(|host| !host.is_empty()).collect();
    let hosts = match hosts.len() {
        0 => "*".to_owned(),
        1..=3 => hosts.join(","),
        _ => format!("{} + {} more...", hosts[..3].join(","), rules.len() - 3),
    };
    let ports = if items(&spec["tls"]).is_empty() {
        "80"
    } else {
        "80, 443"
    };
    vec![
        name(object),
        text_or(&spec["ingressClassName"], "<none>"),
        json!(hosts),
        json!(balanced(&object["status"]).join(",")),
        json!(ports),
        age(object, now),
    ]
}

fn endpoints(object: &Value, now: Timestamp) -> Vec<Value> {
    let mut all = Vec::new();
    for subset in items(&object["subsets"]) {
        let ips = items(&subset["addresses"]).iter();
        let ips: Vec<&str> = ips.filter_map(|own| own["ip"].as_str()).collect();
        let ports = items(&subset["ports"]);
        if ports.is_empty() {
            all.extend(ips.iter().map(|ip| (*ip).to_owned()));
        }
        for port in ports {
            all.extend(ips.iter().map(|ip| format!("{ip}:{}", int(&port["port"]))));
        }
    }
    vec![
        name(object),
        json!(some_of(&all, 3, "<none>")),
        age(object, now),
    ]
}

fn endpoint_slice(object: &Value, now: Timestamp) -> Vec<Value> {
    let ports: Vec<String> = items(&object["ports"])
        .iter()
        .map(|port| {
            let named = || port["name"].as_str().map(str::to_owned);
            let port = port["port"].as_i64().map(|port| port.to_string());
            port.or_else(named).unwrap_or_else(|| "*".to_owned())
        })
        .collect();
    let addresses: Vec<String> = items(&object["endpoints"])
        .iter()
        .flat_map(|own| listed(&own["addresses"]))
        .map(str::to_owned)
        .collect();
    vec![
        name(object),
        text(&object["addressType"]),
        json!(some_of(&ports, 3, "<unset>")),
        json!(some_of(&addresses, 3, "<unset>")),
        age(object, now),
    ]
}
