//! What Ingresses, Gateways and their routes refer to.

use serde_json::Value;

use super::{Ident, Reference, Relation, array, name};

/// The group of Gateways and their routes.
pub(super) const GATEWAY: &str = "gateway.networking.k8s.io";

/// Backends, certificates and class of an Ingress (networking.k8s.io/v1).
pub(super) fn ingress(object: &Value, namespace: &str) -> Vec<Reference> {
    let spec = &object["spec"];
    let mut all = Vec::new();
    let paths = array(&spec["rules"]).flat_map(|rule| array(&rule["http"]["paths"]));
    let backends = std::iter::once(&spec["defaultBackend"]).chain(paths.map(|p| &p["backend"]));
    for backend in backends {
        let service = &backend["service"]["name"];
        all.extend(reference(
            Relation::Routes,
            "",
            "Service",
            namespace,
            service,
        ));
        let resource = &backend["resource"];
        all.extend(reference(
            Relation::Routes,
            resource["apiGroup"].as_str().unwrap_or(""),
            resource["kind"].as_str().unwrap_or(""),
            namespace,
            &resource["name"],
        ));
    }
    for tls in array(&spec["tls"]) {
        all.extend(reference(
            Relation::Uses,
            "",
            "Secret",
            namespace,
            &tls["secretName"],
        ));
    }
    let class = &spec["ingressClassName"];
    all.extend(reference(
        Relation::Uses,
        "networking.k8s.io",
        "IngressClass",
        "",
        class,
    ));
    all
}

/// Gateways and backends of a route of whichever protocol. The Gateway points to the route: see [`super::uses`].
pub(super) fn route(object: &Value, namespace: &str) -> Vec<Reference> {
    let rules = || array(&object["spec"]["rules"]);
    let direct = rules().flat_map(|rule| array(&rule["backendRefs"]));
    let mirrored = rules()
        .flat_map(|rule| array(&rule["filters"]))
        .map(|filter| &filter["requestMirror"]["backendRef"]);
    direct
        .chain(mirrored)
        .filter_map(|to| gateway_reference(Relation::Routes, to, "", "Service", namespace))
        .collect()
}

/// The Gateways that a route asks to be let in by.
pub(super) fn parents(object: &Value, namespace: &str) -> Vec<Ident> {
    array(&object["spec"]["parentRefs"])
        .filter_map(|to| gateway_reference(Relation::Admits, to, GATEWAY, "Gateway", namespace))
        .map(|reference| reference.to)
        .collect()
}

/// Class and certificates of a Gateway.
pub(super) fn gateway(object: &Value, namespace: &str) -> Vec<Reference> {
    let spec = &object["spec"];
    let class = &spec["gatewayClassName"];
    let class = reference(Relation::Uses, GATEWAY, "GatewayClass", "", class);
    let certificates = array(&spec["listeners"])
        .flat_map(|listener| array(&listener["tls"]["certificateRefs"]))
        .filter_map(|to| gateway_reference(Relation::Uses, to, "", "Secret", namespace));
    class.into_iter().chain(certificates).collect()
}

/// A reference of the Gateway API, where group, kind and namespace may be left out.
fn gateway_reference(
    relation: Relation,
    to: &Value,
    group: &str,
    kind: &str,
    namespace: &str,
) -> Option<Reference> {
    let or = |member: &str, usual: &str| to[member].as_str().unwrap_or(usual).to_owned();
    reference(
        relation,
        &or("group", group),
        &or("kind", kind),
        &or("namespace", namespace),
        &to["name"],
    )
}

pub(super) fn reference(
    relation: Relation,
    group: &str,
    kind: &str,
    namespace: &str,
    to: &Value,
) -> Option<Reference> {
    if kind.is_empty() {
        return None;
    }
    Some(Reference {
        relation,
        to: Ident {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name(to)?,
        },
        optional: false,
    })
}
