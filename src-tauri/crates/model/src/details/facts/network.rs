//! Services, their endpoints, and ingresses.

use serde_json::Value;

use super::super::look::Look;
use super::super::read::{equals, joined, line, link, list, scalar, words};
use super::super::shape::{FactValue, Section};
use super::Known;
use super::build::{Facts, grid, kinded, named};
use table::Tone;

pub(super) fn service(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    facts.field("Type", &spec["type"]);
    facts.each("Cluster IP", list(&spec["clusterIPs"]).map(scalar));
    facts.field("Cluster IP", &spec["clusterIP"]);
    facts.field("External Name", &spec["externalName"]);
    facts.each("External IPs", list(&spec["externalIPs"]).map(scalar));
    facts.each(
        "Load Balancer",
        list(&status["loadBalancer"]["ingress"]).map(address),
    );
    facts.field("Load Balancer Class", &spec["loadBalancerClass"]);
    facts.each(
        "Load Balancer Sources",
        list(&spec["loadBalancerSourceRanges"]).map(scalar),
    );
    facts.text("Selector", equals(&spec["selector"]));
    if let Some((ready, all)) = look.around.endpoints {
        let tone = if ready == 0 { Tone::Warn } else { Tone::Plain };
        facts.toned("Endpoints", format!("{ready} of {all} ready"), tone);
    }
    facts.field("Session Affinity", &spec["sessionAffinity"]);
    facts.field("External Traffic", &spec["externalTrafficPolicy"]);
    facts.field("Internal Traffic", &spec["internalTrafficPolicy"]);
    facts.field("Traffic Distribution", &spec["trafficDistribution"]);
    facts.text("IP Families", joined(&spec["ipFamilies"], ", "));
    if spec["publishNotReadyAddresses"] == true {
        facts.text("Publishes Not Ready", "yes");
    }
    grid(
        more,
        "Ports",
        &["Name", "Port", "Target", "Node port"],
        list(&spec["ports"]).map(|port| {
            vec![
                words(line(&port["name"])),
                words(format!(
                    "{}/{}",
                    scalar(&port["port"]),
                    line(&port["protocol"])
                )),
                words(scalar(&port["targetPort"])),
                words(scalar(&port["nodePort"])),
            ]
        }),
    );
    Known::Yes
}

/// Where a load balancer is reached.
fn address(ingress: &Value) -> String {
    match line(&ingress["ip"]) {
        ip if ip.is_empty() => line(&ingress["hostname"]),
        ip => ip,
    }
}

pub(super) fn ingress(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let spec = look.spec();
    let class = line(&spec["ingressClassName"]);
    if class.is_empty() {
        let old = &look.meta()["annotations"]["kubernetes.io/ingress.class"];
        facts.field("Class", old);
    } else {
        facts.link(
            "Class",
            link("networking.k8s.io/v1", "IngressClass", None, &class),
        );
    }
    facts.each(
        "Address",
        list(&look.status()["loadBalancer"]["ingress"]).map(address),
    );
    facts.values("Default Backend", [backend(look, &spec["defaultBackend"])]);
    let tls = list(&spec["tls"]).map(|tls| FactValue {
        note: joined(&tls["hosts"], ", "),
        ..named(look.near("v1", "Secret", &line(&tls["secretName"])))
    });
    facts.values("TLS", tls);
    let rules = list(&spec["rules"]).flat_map(|rule| {
        let host = match line(&rule["host"]) {
            none if none.is_empty() => "*".to_owned(),
            host => host,
        };
        list(&rule["http"]["paths"]).map(move |path| {
            let at = match line(&path["path"]) {
                none if none.is_empty() => "/".to_owned(),
                at => at,
            };
            vec![
                words(host.clone()),
                FactValue {
                    note: line(&path["pathType"]),
                    ..words(at)
                },
                backend(look, &path["backend"]),
            ]
        })
    });
    grid(more, "Rules", &["Host", "Path", "Backend"], rules);
    Known::Yes
}

fn backend(look: &Look<'_>, backend: &Value) -> FactValue {
    let service = &backend["service"];
    if service.is_object() {
        let port = match scalar(&service["port"]["name"]) {
            none if none.is_empty() => scalar(&service["port"]["number"]),
            name => name,
        };
        let name = line(&service["name"]);
        return FactValue {
            text: format!("{name}:{port}"),
            link: Some(look.near("v1", "Service", &name)),
            ..FactValue::default()
        };
    }
    let resource = &backend["resource"];
    if resource.is_object() {
        let (kind, name) = (line(&resource["kind"]), line(&resource["name"]));
        let group = line(&resource["apiGroup"]);
        return kinded(look.near(&format!("{group}/"), &kind, &name));
    }
    FactValue::default()
}

pub(super) fn endpoint_slice(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let object = look.object;
    let service = line(&look.meta()["labels"]["kubernetes.io/service-name"]);
    if !service.is_empty() {
        facts.link("Service", look.near("v1", "Service", &service));
    }
    facts.field("Address Type", &object["addressType"]);
    facts.each("Ports", list(&object["ports"]).map(slice_port));
    let rows = list(&object["endpoints"]).map(|endpoint| {
        let conditions = &endpoint["conditions"];
        // Absent counts as ready (EndpointConditions in the API's types).
        let ready = conditions["ready"] != false;
        let state = match (ready, conditions["terminating"] == true) {
            (true, _) => ("ready", Tone::Good),
            (false, true) => ("terminating", Tone::Quiet),
            (false, false) => ("not ready", Tone::Warn),
        };
        vec![
            words(joined(&endpoint["addresses"], ", ")),
            FactValue {
                tone: state.1,
                ..words(state.0)
            },
            target(&endpoint["targetRef"]),
            node(&endpoint["nodeName"]),
            words(line(&endpoint["zone"])),
        ]
    });
    grid(
        more,
        "Endpoints",
        &["Address", "State", "Target", "Node", "Zone"],
        rows,
    );
    Known::Yes
}

fn slice_port(port: &Value) -> String {
    let number = format!("{}/{}", scalar(&port["port"]), line(&port["protocol"]));
    match line(&port["name"]) {
        none if none.is_empty() => number,
        name => format!("{name} {number}"),
    }
}

fn target(reference: &Value) -> FactValue {
    if !reference.is_object() {
        return FactValue::default();
    }
    let namespace = Some(line(&reference["namespace"])).filter(|n| !n.is_empty());
    kinded(link(
        "v1",
        &line(&reference["kind"]),
        namespace.as_deref(),
        &line(&reference["name"]),
    ))
}

fn node(name: &Value) -> FactValue {
    match line(name) {
        none if none.is_empty() => FactValue::default(),
        name => named(link("v1", "Node", None, &name)),
    }
}

pub(super) fn endpoints(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    facts.link("Service", look.near("v1", "Service", look.name));
    let rows = list(&look.object["subsets"]).flat_map(|subset| {
        let of = |member: &'static str, state: &'static str, tone: Tone| {
            list(&subset[member]).map(move |address| {
                vec![
                    words(line(&address["ip"])),
                    FactValue {
                        tone,
                        ..words(state)
                    },
                    target(&address["targetRef"]),
                    node(&address["nodeName"]),
                ]
            })
        };
        of("addresses", "ready", Tone::Good).chain(of("notReadyAddresses", "not ready", Tone::Warn))
    });
    grid(
        more,
        "Endpoints",
        &["Address", "State", "Target", "Node"],
        rows,
    );
    Known::Yes
}
