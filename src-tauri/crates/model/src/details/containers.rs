//! Containers of a pod or of a pod template.

use std::collections::BTreeSet;

use serde_json::Value;

use super::look::Look;
use super::probes::probe;
use super::read::{figure, joined, line, list, scalar, words};
use super::shape::{ContainerDetail, Fact, FactValue, ResourceLine};
use super::{env, mounts};
use crate::rows::ContainerRole;

/// Where a spec and a status keep containers of each role.
pub(super) const GROUPS: [(ContainerRole, &str, &str); 3] = [
    (
        ContainerRole::Init,
        "initContainers",
        "initContainerStatuses",
    ),
    (ContainerRole::Container, "containers", "containerStatuses"),
    (
        ContainerRole::Ephemeral,
        "ephemeralContainers",
        "ephemeralContainerStatuses",
    ),
];

/// All containers, in the order in which they run.
pub(super) fn all(look: &Look<'_>) -> Vec<ContainerDetail> {
    let spec = look.pod_spec();
    let each = GROUPS.iter().flat_map(|(role, asked, known)| {
        list(&spec[*asked]).map(|container| {
            let status = list(&look.status()[*known]).find(|s| s["name"] == container["name"]);
            one(look, *role, container, status.unwrap_or(&Value::Null))
        })
    });
    each.collect()
}

/// An init container that is never done is a sidecar (`podutil.IsRestartableInitContainer`).
pub(super) fn role_of(role: ContainerRole, container: &Value) -> ContainerRole {
    if role == ContainerRole::Init && container["restartPolicy"] == "Always" {
        ContainerRole::Sidecar
    } else {
        role
    }
}

fn one(look: &Look<'_>, role: ContainerRole, container: &Value, status: &Value) -> ContainerDetail {
    ContainerDetail {
        name: line(&container["name"]),
        role: role_of(role, container),
        image: line(&container["image"]),
        state: look.state(&status["state"]),
        ready: status["ready"].as_bool().unwrap_or(false),
        restarts: figure(&status["restartCount"]).unwrap_or(0),
        last: look.state(&status["lastState"]),
        resources: resources(&container["resources"]),
        facts: facts(container, status),
        env: env::of(look, container),
        mounts: mounts::of(look, container),
    }
}

/// Each resource with what is requested and what is the limit, as the object spells them.
fn resources(resources: &Value) -> Vec<ResourceLine> {
    let (requests, limits) = (&resources["requests"], &resources["limits"]);
    let names: BTreeSet<&String> = [requests, limits]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|of| of.keys())
        .collect();
    let each = names.into_iter().map(|name| ResourceLine {
        resource: crate::text::visible(name).into_owned(),
        request: scalar(&requests[name]),
        limit: scalar(&limits[name]),
    });
    each.collect()
}

fn facts(container: &Value, status: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut push = |label: &str, values: Vec<FactValue>| {
        let values: Vec<_> = values.into_iter().filter(|v| !v.text.is_empty()).collect();
        if !values.is_empty() {
            facts.push(Fact {
                label: label.to_owned(),
                values,
            });
        }
    };
    push("Ports", list(&container["ports"]).map(port).collect());
    push("Command", each_word(&container["command"]));
    push("Args", each_word(&container["args"]));
    push("Working Dir", vec![words(line(&container["workingDir"]))]);
    for (label, member) in [
        ("Liveness", "livenessProbe"),
        ("Readiness", "readinessProbe"),
        ("Startup", "startupProbe"),
    ] {
        push(label, vec![words(probe(&container[member]))]);
    }
    push("Image ID", vec![words(line(&status["imageID"]))]);
    push("Container ID", vec![words(line(&status["containerID"]))]);
    let pull = line(&container["imagePullPolicy"]);
    push("Image Pull Policy", vec![words(pull)]);
    push("Security", security(&container["securityContext"]));
    let target = line(&container["targetContainerName"]);
    push("Target Container", vec![words(target)]);
    facts
}

fn each_word(list_of_words: &Value) -> Vec<FactValue> {
    list(list_of_words)
        .map(|word| words(super::read::lines(word)))
        .collect()
}

/// `http 8080/TCP`, with the port of the node if one is asked for.
fn port(port: &Value) -> FactValue {
    let protocol = match line(&port["protocol"]) {
        protocol if protocol.is_empty() => "TCP".to_owned(),
        protocol => protocol,
    };
    let number = format!("{}/{protocol}", scalar(&port["containerPort"]));
    let text = match line(&port["name"]) {
        name if name.is_empty() => number,
        name => format!("{name} {number}"),
    };
    let host = scalar(&port["hostPort"]);
    FactValue {
        note: if host.is_empty() || host == "0" {
            String::new()
        } else {
            format!("host port {host}")
        },
        ..words(text)
    }
}

/// What sets a container's rights apart from the usual.
fn security(context: &Value) -> Vec<FactValue> {
    let flags = [
        ("privileged", "privileged"),
        ("runAsNonRoot", "not as root"),
        ("readOnlyRootFilesystem", "read-only root file system"),
        (
            "allowPrivilegeEscalation",
            "privilege escalation is allowed",
        ),
    ];
    let mut said: Vec<FactValue> = flags
        .iter()
        .filter(|(member, _)| context[*member] == true)
        .map(|(_, said)| words(*said))
        .collect();
    for (label, member) in [("user", "runAsUser"), ("group", "runAsGroup")] {
        let id = scalar(&context[member]);
        if !id.is_empty() {
            said.push(words(format!("{label} {id}")));
        }
    }
    for (sign, member) in [("+", "add"), ("-", "drop")] {
        let all = joined(&context["capabilities"][member], ", ");
        if !all.is_empty() {
            said.push(words(format!("capabilities {sign} {all}")));
        }
    }
    said
}
