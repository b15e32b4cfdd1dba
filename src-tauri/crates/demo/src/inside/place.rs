//! One run of a container.

use std::sync::Arc;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::World;

/// A run of a container, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) pod: String,
    pub(crate) container: String,
    /// `status.containerStatuses[].containerID`: another one is another run.
    id: String,
}

/// Lists of containers in a spec, with their statuses.
const LISTS: [(&str, &str); 3] = [
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
];

impl Place {
    /// The run that goes on now; None if there is none.
    pub(crate) fn running(pod: &Value, container: &str) -> Option<Self> {
        let mut statuses = LISTS
            .iter()
            .filter_map(|(_, list)| pod["status"][list].as_array())
            .flatten();
        let status = statuses.find(|own| own["name"] == container)?;
        if !status["state"]["running"].is_object() {
            return None;
        }
        Some(Self {
            namespace: text(&pod["metadata"]["namespace"]).to_owned(),
            pod: text(&pod["metadata"]["name"]).to_owned(),
            container: container.to_owned(),
            id: text(&status["containerID"]).to_owned(),
        })
    }

    /// What is around it in a world; None once this run is over.
    pub(super) fn look<'a>(&'a self, world: &'a World) -> Option<View<'a>> {
        let pod = world.get("pods", &self.namespace, &self.pod)?;
        let same = Self::running(&pod, &self.container).is_some_and(|now| now == *self);
        same.then_some(View {
            world,
            place: self,
            pod,
        })
    }

    /// Whether this run goes on.
    pub(crate) fn is_running(&self, world: &World) -> bool {
        self.look(world).is_some()
    }

    /// A name in which the container's runtime speaks of it.
    pub(super) fn hex(&self, salt: &str) -> String {
        hex(&format!("{}/{}/{salt}", self.pod, self.id))
    }
}

/// The id of a pod's sandbox.
pub(crate) fn sandbox(pod: &Value) -> String {
    hex(text(&pod["metadata"]["uid"]))
}

/// 64 hexadecimal digits that are always the same for a text.
fn hex(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref()
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A container with what is around it.
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    pub(super) place: &'a Place,
    pub(super) pod: Arc<Value>,
}

impl View<'_> {
    /// The container as its pod has it.
    pub(super) fn spec(&self) -> &Value {
        let spec = &self.pod["spec"];
        let all = LISTS.iter().filter_map(|(list, _)| spec[list].as_array());
        let mut all = all.flatten();
        all.find(|own| own["name"] == self.place.container.as_str())
            .unwrap_or(&Value::Null)
    }

    /// What `hostname` says (`pkg/kubelet/kubelet_pods.go:GeneratePodHostNameAndDomain`).
    pub(super) fn hostname(&self) -> &str {
        match text(&self.pod["spec"]["hostname"]) {
            "" => &self.place.pod,
            own => own,
        }
    }

    /// When it was started.
    pub(super) fn started(&self) -> Timestamp {
        let list = LISTS
            .iter()
            .filter_map(|(_, list)| self.pod["status"][list].as_array());
        let mut all = list.flatten();
        let own = all.find(|own| own["name"] == self.place.container.as_str());
        own.and_then(|own| own["state"]["running"]["startedAt"].as_str()?.parse().ok())
            .unwrap_or(self.world.now())
    }

    /// Its user's number; 0 is root.
    pub(super) fn user(&self) -> i64 {
        let own = &self.spec()["securityContext"]["runAsUser"];
        let pods = &self.pod["spec"]["securityContext"]["runAsUser"];
        own.as_i64().or(pods.as_i64()).unwrap_or(0)
    }

    /// The user's name.
    pub(super) fn user_name(&self) -> String {
        match self.user() {
            0 => "root".to_owned(),
            number => number.to_string(),
        }
    }

    /// The words of the program that it runs.
    pub(super) fn command(&self) -> Vec<&str> {
        let spec = self.spec();
        let lists = ["command", "args"].into_iter();
        let words = lists.filter_map(|list| spec[list].as_array()).flatten();
        let words: Vec<&str> = words.filter_map(Value::as_str).collect();
        if words.is_empty() {
            vec![image_name(text(&spec["image"]))]
        } else {
            words
        }
    }

    /// Ports on which it listens.
    pub(super) fn ports(&self) -> Vec<u16> {
        ports(self.spec())
    }
}

/// Ports on which a container listens: those that it declares.
pub(super) fn ports(container: &Value) -> Vec<u16> {
    let all = container["ports"].as_array().into_iter().flatten();
    let tcp = all.filter(|port| matches!(text(&port["protocol"]), "" | "TCP"));
    tcp.filter_map(|port| u16::try_from(port["containerPort"].as_u64()?).ok())
        .collect()
}

/// `nginx` of `docker.io/library/nginx:1.29`.
fn image_name(image: &str) -> &str {
    let last = image.rsplit('/').next().unwrap_or_default();
    last.split([':', '@']).next().unwrap_or_default()
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
