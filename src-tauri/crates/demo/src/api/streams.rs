//! The subresources `exec`, `attach` and `portforward` of pods: what is refused, and what a connection becomes.

use serde_json::Value;

use super::path::Target;
use super::query::Query;
use super::{Answer, Reply, Request, log};
use crate::World;
use crate::inside::Place;
use crate::status::Status;

/// What a request wants its connection to become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Upgrade {
    /// Nothing else.
    #[default]
    None,
    /// A WebSocket, in the first of these subprotocols that is served.
    WebSocket(Vec<String>),
    /// Something that is not served, `SPDY/3.1`.
    Other(String),
}

/// What a connection becomes.
#[derive(Clone, Debug)]
pub struct Stream {
    pub(crate) protocol: Protocol,
    pub(crate) purpose: Purpose,
}

/// Subprotocols that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// None was asked for, or the oldest: errors come as plain text.
    First(Option<&'static str>),
    /// Errors come as a `Status`.
    V4,
    /// The client can close its input alone.
    V5,
}

/// What is at the other end.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// A command of its own.
    Exec {
        place: Place,
        command: Vec<String>,
        tty: bool,
        sides: Sides,
    },
    /// The container's program.
    Attach { place: Place, sides: Sides },
    /// Ports of a pod.
    Forward {
        namespace: String,
        pod: String,
        ports: Vec<u16>,
    },
}

/// Which streams are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) stdin: bool,
    pub(crate) stdout: bool,
    pub(crate) stderr: bool,
}

const V4: &str = "v4.channel.k8s.io";
const V5: &str = "v5.channel.k8s.io";
const FIRST: &str = "channel.k8s.io";

impl Protocol {
    /// As it is told in the answer.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::First(name) => name,
            Self::V4 => Some(V4),
            Self::V5 => Some(V5),
        }
    }

    /// The first of what is asked for that is served (`k8s.io/streaming/pkg/httpstream/wsstream/conn.go:handshake`).
    fn negotiate(asked: &[String], serves_v5: bool) -> Option<Self> {
        if asked.is_empty() {
            return Some(Self::First(None));
        }
        asked.iter().find_map(|name| match name.as_str() {
            V5 if serves_v5 => Some(Self::V5),
            V4 => Some(Self::V4),
            FIRST => Some(Self::First(Some(FIRST))),
            _ => None,
        })
    }
}

/// 400 for a request that must be an upgrade (apimachinery, `UpgradeAwareHandler.ServeHTTP`).
pub(super) fn upgrade_required() -> Status {
    Status::bad_request("Upgrade request required")
}

/// What the API server refuses (registry, `pod.streamLocation`, `pod.PortForwardLocation`), then what the kubelet does: its refusals are
/// plain text that the API server passes on.
pub(super) fn connect(
    world: &World,
    request: &Request,
    target: &Target,
    name: &str,
    part: &str,
) -> Result<Reply, Status> {
    let query = Query::of(&request.query);
    if query.find("dryRun").is_some() {
        return Err(Status::bad_request("dryRun is not supported"));
    }
    let ports = ports(&query)?;
    let pod = world
        .get("pods", target.namespace(), name)
        .ok_or_else(|| Status::not_found("", "pods", name))?;
    let container = match part {
        "portforward" => String::new(),
        _ => log::chosen(&pod, name, query.text("container"))?,
    };
    let node = pod["spec"]["nodeName"].as_str().unwrap_or_default();
    if node.is_empty() {
        return Err(Status::bad_request(format!(
            "pod {name} does not have a host assigned"
        )));
    }
    if world.get("nodes", "", node).is_none() {
        // The error of a node is told as if it were the pod's (`pkg/kubelet/client/kubelet_client.go:GetConnectionInfo`).
        return Err(Status::not_found("", "pods", node));
    }
    let asked = match &request.upgrade {
        Upgrade::None => return Err(upgrade_required()),
        Upgrade::Other(other) => {
            return Err(Status::bad_request(format!(
                "the demo cluster does not speak {other}: ask for a WebSocket with {V5} or {V4}"
            )));
        }
        Upgrade::WebSocket(asked) => asked,
    };
    let whole = target.namespace();
    let purpose = match part {
        "portforward" => forward(&pod, whole, name, ports),
        _ => remote(&pod, &query, part, &container),
    };
    let purpose = match purpose {
        Ok(purpose) => purpose,
        Err((code, why)) => return Ok(Reply::Whole(Answer::text(code, &why))),
    };
    Ok(match Protocol::negotiate(asked, part != "portforward") {
        Some(protocol) => Reply::Stream(Stream { protocol, purpose }),
        // As `golang.org/x/net/websocket` says it: with nothing.
        None => Reply::Whole(Answer::text(403, "")),
    })
}

type Refused = (u16, String);

/// `pkg/kubelet/server/server.go:getExec` and `getAttach`, `pkg/kubelet/kubelet_pods.go:GetExec` and `GetAttach`.
fn remote(pod: &Value, query: &Query, part: &str, container: &str) -> Result<Purpose, Refused> {
    let tty = query.flag("tty");
    let sides = Sides {
        stdin: query.flag("stdin"),
        stdout: query.flag("stdout"),
        stderr: query.flag("stderr") && !tty,
    };
    if !sides.stdin && !sides.stdout && !sides.stderr {
        let why = "you must specify at least 1 of stdin, stdout, stderr";
        return Err((400, why.to_owned()));
    }
    let place = Place::running(pod, container);
    if part == "exec" {
        let place = place.ok_or_else(|| (500, format!("container not found ({container:?})")))?;
        return Ok(Purpose::Exec {
            place,
            command: query.all("command").map(str::to_owned).collect(),
            tty,
            sides,
        });
    }
    let place = place.ok_or_else(|| {
        let pod = full_name(pod);
        (500, format!("container {container} not found in pod {pod}"))
    })?;
    Ok(Purpose::Attach { place, sides })
}

/// `pkg/kubelet/server/server.go:getPortForward`, `pkg/kubelet/kubelet_pods.go:GetPortForward`.
fn forward(pod: &Value, namespace: &str, name: &str, ports: Vec<u16>) -> Result<Purpose, Refused> {
    if ports.is_empty() {
        return Err((400, "query parameter \"port\" is required".to_owned()));
    }
    let is_over = matches!(
        pod["status"]["phase"].as_str(),
        Some("Succeeded" | "Failed")
    );
    if is_over || pod["status"]["podIP"].is_null() {
        return Err((500, format!("pod not found ({:?})", full_name(pod))));
    }
    Ok(Purpose::Forward {
        namespace: namespace.to_owned(),
        pod: name.to_owned(),
        ports,
    })
}

/// `ports=80,81`, or several of them.
fn ports(query: &Query) -> Result<Vec<u16>, Status> {
    let all = query.all("ports").flat_map(|text| text.split(','));
    all.filter(|text| !text.is_empty())
        .map(|text| {
            text.parse::<u16>().map_err(|_| {
                Status::bad_request(format!(
                    "cannot convert to []int32: strconv.ParseUint: parsing {text:?}: invalid syntax"
                ))
            })
        })
        .collect()
}

/// A pod as the kubelet names it (`pkg/kubelet/container/helpers.go:GetPodFullName`).
fn full_name(pod: &Value) -> String {
    let of = |field: &str| pod["metadata"][field].as_str().unwrap_or_default();
    format!("{}_{}", of("name"), of("namespace"))
}
