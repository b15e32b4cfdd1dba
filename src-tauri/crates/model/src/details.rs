//! What the drawer shows of one object, from its full JSON.

use serde::Deserialize;
use serde_json::Value;
use table::{Row, Tone};

use crate::cells;
use crate::kind::Kind;
use crate::row::ObjectRow;
use crate::rows::{ContainerPhase, ContainerRole, EventRow};
use crate::slim;
use crate::text;
use crate::yaml;

/// Declares plain data that crosses to the UI as it is.
macro_rules! crossing {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize, ts_rs::TS))]
        #[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
        pub struct $name { $($(#[$attr])* pub $field: $ty,)* }
    )*};
}

crossing! {
    /// Everything the drawer shows but the YAML.
    ObjectDetails {
        /// `apps/v1`.
        api_version: String,
        /// `Deployment`.
        kind: String,
        /// Name.
        name: String,
        /// `None` if cluster-scoped.
        namespace: Option<String>,
        /// Uid.
        uid: String,
        /// When it was created.
        created: Option<Moment>,
        /// When its deletion was asked for (plus grace).
        deleted: Option<Moment>,
        /// Its status in one word, as in its table.
        status: Option<Words>,
        /// What its table's columns say, and the like.
        facts: Vec<Fact>,
        /// Conditions, in the object's order.
        conditions: Vec<ConditionDetail>,
        /// Containers of the pod, or of the pod template.
        containers: Vec<ContainerDetail>,
        /// Labels, by key.
        labels: Vec<Pair>,
        /// Annotations, by key; a Secret's applied configuration is masked.
        annotations: Vec<Pair>,
        /// Owners, the controller first.
        owners: Vec<ObjectLink>,
        /// Events about it, the latest first.
        events: Vec<EventDetail>,
    }
    /// A time, with how long ago it was.
    Moment {
        /// Unix ms.
        at_ms: i64,
        /// `5m`, as kubectl prints it.
        text: String,
        /// When that text changes, Unix ms.
        until_ms: Option<i64>,
    }
    /// Words in a colour.
    Words {
        /// Words.
        text: String,
        /// Colour.
        tone: Tone,
    }
    /// A named value.
    Fact {
        /// `Node`.
        label: String,
        /// Value.
        value: Words,
        /// The object the value names.
        link: Option<ObjectLink>,
    }
    /// Where to find another object.
    ObjectLink {
        /// `apps/v1`; empty if unknown.
        api_version: String,
        /// `ReplicaSet`.
        kind: String,
        /// `None` if cluster-scoped.
        namespace: Option<String>,
        /// Name.
        name: String,
        /// Empty if unknown.
        uid: String,
    }
    /// A label or annotation.
    Pair {
        /// Key.
        key: String,
        /// Value.
        value: String,
    }
    /// One condition.
    ConditionDetail {
        /// `Available`.
        kind: String,
        /// `True`, `False` or `Unknown`.
        status: String,
        /// One word; may be empty.
        reason: String,
        /// For people; may be empty.
        message: String,
        /// Since when.
        since: Option<Moment>,
        /// Whether the status is as it should be.
        tone: Tone,
    }
    /// One container.
    ContainerDetail {
        /// Name.
        name: String,
        /// What it is for.
        role: ContainerRole,
        /// Image asked for.
        image: String,
        /// How it is; `None` in a pod template, and before kubelet spoke.
        state: Option<ContainerStateDetail>,
        /// Whether it passes its readiness probe.
        ready: bool,
        /// Restarts so far.
        restarts: i32,
        /// How it ended before the last restart.
        last: Option<ContainerStateDetail>,
        /// Requests and limits: `cpu 250m / 1 · memory 128Mi / –`; may be empty.
        resources: String,
    }
    /// One state of a container.
    ContainerStateDetail {
        /// Where it is in its life.
        phase: ContainerPhase,
        /// `CrashLoopBackOff`, `Completed`; may be empty.
        reason: String,
        /// For people; may be empty.
        message: String,
        /// If it ended.
        exit_code: Option<i32>,
        /// If a signal ended it.
        signal: Option<i32>,
        /// When it started.
        started: Option<Moment>,
        /// When it ended.
        finished: Option<Moment>,
        /// Colour.
        tone: Tone,
    }
    /// One event about the object.
    EventDetail {
        /// `Normal` or `Warning`.
        kind: String,
        /// One word.
        reason: String,
        /// For people; may have lines.
        message: String,
        /// How often.
        count: i32,
        /// Who reported it.
        source: String,
        /// Last time seen.
        last: Option<Moment>,
        /// Colour.
        tone: Tone,
    }
}

/// The details of `object` as of `now_ms`, with those of `events` that are about it.
/// Anything missing or of an odd type is left out; nothing fails.
pub fn details<'a>(
    object: &Value,
    events: impl IntoIterator<Item = &'a EventRow>,
    now_ms: i64,
) -> ObjectDetails {
    let object = &*yaml::masked(object);
    let at = Look { now_ms };
    let meta = &object["metadata"];
    let api_version = line(&object["apiVersion"]);
    let kind = line(&object["kind"]);
    let namespace = Some(line(&meta["namespace"])).filter(|n| !n.is_empty());
    let row =
        Kind::of_object(&api_version, &kind).and_then(|kind| Some((kind, row(kind, object)?)));
    let (status, mut facts) = match &row {
        Some((kind, row)) => table_facts(*kind, row, namespace.as_ref(), now_ms),
        None => (phase(object), Vec::new()),
    };
    facts.extend(more_facts(object, &kind, namespace.as_ref()));
    let name = line(&meta["name"]);
    let uid = line(&meta["uid"]);
    let mut own: Vec<&EventRow> = events
        .into_iter()
        .filter(|e| is_about(e, &kind, namespace.as_deref(), &name, &uid))
        .collect();
    own.sort_by_key(|e| std::cmp::Reverse(e.last_ms));
    ObjectDetails {
        created: at.moment(&meta["creationTimestamp"]),
        deleted: at.moment(&meta["deletionTimestamp"]),
        status,
        facts,
        conditions: list(&object["status"]["conditions"])
            .map(|c| at.condition(c))
            .collect(),
        containers: at.containers(object),
        labels: pairs(&meta["labels"]),
        annotations: pairs(&meta["annotations"]),
        owners: owners(&meta["ownerReferences"], namespace.as_ref()),
        events: own.into_iter().map(|e| at.event(e)).collect(),
        api_version,
        kind,
        name,
        namespace,
        uid,
    }
}

/// Each resource with what is requested and what is the limit, as the object spells them.
fn resources(resources: &Value) -> String {
    let (requests, limits) = (&resources["requests"], &resources["limits"]);
    let names: std::collections::BTreeSet<&String> = [requests, limits]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|of| of.keys())
        .collect();
    let amount = |of: &Value, name: &str| match &of[name] {
        Value::String(text) => line(&Value::String(text.clone())),
        Value::Number(number) => number.to_string(),
        _ => "–".to_owned(),
    };
    let words = names.into_iter().map(|name| {
        let shown = line(&Value::String(name.clone()));
        format!(
            "{shown} {} / {}",
            amount(requests, name),
            amount(limits, name)
        )
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// The moment of looking, by which ages are told.
struct Look {
    now_ms: i64,
}

impl Look {
    fn since(&self, at_ms: i64) -> Moment {
        let cell = cells::age(Some(at_ms), self.now_ms);
        Moment {
            at_ms,
            text: cell.text,
            until_ms: cell.until_ms,
        }
    }

    fn moment(&self, time: &Value) -> Option<Moment> {
        let stamp: jiff::Timestamp = time.as_str()?.parse().ok()?;
        Some(self.since(stamp.as_millisecond()))
    }

    fn condition(&self, condition: &Value) -> ConditionDetail {
        let kind = line(&condition["type"]);
        let status = line(&condition["status"]);
        let reason = line(&condition["reason"]);
        let since = ["lastTransitionTime", "lastUpdateTime", "lastProbeTime"];
        ConditionDetail {
            tone: condition_tone(&kind, &status, &reason),
            message: lines(&condition["message"]),
            since: since
                .iter()
                .find_map(|member| self.moment(&condition[*member])),
            kind,
            status,
            reason,
        }
    }

    fn containers(&self, object: &Value) -> Vec<ContainerDetail> {
        let template = &object["spec"]["template"]["spec"];
        let spec = if template.is_object() {
            template
        } else {
            &object["spec"]
        };
        let groups = [
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
        let all = groups.iter().flat_map(|(role, asked, known)| {
            list(&spec[*asked]).map(|container| {
                let status =
                    list(&object["status"][*known]).find(|s| s["name"] == container["name"]);
                self.container(*role, container, status.unwrap_or(&Value::Null))
            })
        });
        all.collect()
    }

    fn container(&self, role: ContainerRole, container: &Value, status: &Value) -> ContainerDetail {
        let sidecar = role == ContainerRole::Init && container["restartPolicy"] == "Always";
        ContainerDetail {
            name: line(&container["name"]),
            role: if sidecar {
                ContainerRole::Sidecar
            } else {
                role
            },
            image: line(&container["image"]),
            state: self.state(&status["state"]),
            ready: status["ready"].as_bool().unwrap_or(false),
            restarts: figure(&status["restartCount"]).unwrap_or(0),
            last: self.state(&status["lastState"]),
            resources: resources(&container["resources"]),
        }
    }

    fn state(&self, state: &Value) -> Option<ContainerStateDetail> {
        let phases = [
            (ContainerPhase::Running, "running"),
            (ContainerPhase::Terminated, "terminated"),
            (ContainerPhase::Waiting, "waiting"),
        ];
        let (phase, inner) = phases
            .iter()
            .map(|(phase, key)| (*phase, &state[*key]))
            .find(|(_, inner)| inner.is_object())?;
        let exit_code = figure(&inner["exitCode"]);
        let reason = line(&inner["reason"]);
        let starting = matches!(&*reason, "" | "ContainerCreating" | "PodInitializing");
        let tone = match phase {
            ContainerPhase::Running => Tone::Good,
            ContainerPhase::Terminated if exit_code == Some(0) => Tone::Quiet,
            ContainerPhase::Waiting if starting => Tone::Warn,
            ContainerPhase::Terminated | ContainerPhase::Waiting => Tone::Bad,
        };
        Some(ContainerStateDetail {
            phase,
            reason,
            message: lines(&inner["message"]),
            exit_code,
            signal: figure(&inner["signal"]).filter(|s| *s != 0),
            started: self.moment(&inner["startedAt"]),
            finished: self.moment(&inner["finishedAt"]),
            tone,
        })
    }

    fn event(&self, event: &EventRow) -> EventDetail {
        EventDetail {
            kind: event.kind.to_string(),
            reason: event.reason.to_string(),
            message: event.message.to_string(),
            count: event.count,
            source: event.source.to_string(),
            last: event.last_ms.map(|at| self.since(at)),
            tone: event.tone(),
        }
    }
}

/// The object's row, made by the very rules of its table.
fn row(kind: Kind, object: &Value) -> Option<ObjectRow> {
    Some(match kind {
        Kind::Pods => slim::Pod::deserialize(object).ok()?.into(),
        Kind::Deployments => slim::Deployment::deserialize(object).ok()?.into(),
        Kind::ReplicaSets => slim::ReplicaSet::deserialize(object).ok()?.into(),
        Kind::HorizontalPodAutoscalers => slim::HorizontalPodAutoscaler::deserialize(object)
            .ok()?
            .into(),
        Kind::ScaledObjects => slim::ScaledObject::deserialize(object).ok()?.into(),
        Kind::Nodes => slim::Node::deserialize(object).ok()?.into(),
        Kind::Events => slim::Event::deserialize(object).ok()?.into(),
        Kind::Namespaces => slim::Namespace::deserialize(object).ok()?.into(),
    })
}

/// The status and the other columns, without those the drawer shows elsewhere.
fn table_facts(
    kind: Kind,
    row: &ObjectRow,
    namespace: Option<&String>,
    now_ms: i64,
) -> (Option<Words>, Vec<Fact>) {
    let mut status = None;
    let mut facts = Vec::new();
    for (index, column) in kind.spec().columns.iter().enumerate() {
        let cell = row.cell(index, now_ms);
        let value = Words {
            text: cell.text,
            tone: cell.tone,
        };
        match column.id.as_str() {
            "namespace" | "name" | "age" | "controlled-by" | "containers" | "images" => {}
            "status" => status = Some(value),
            _ if value.text.is_empty() || value.text == "<none>" => {}
            id => facts.push(Fact {
                label: column.title.clone(),
                link: cell_link(id, row, namespace),
                value,
            }),
        }
    }
    (status, facts)
}

/// The object that a column names.
fn cell_link(column: &str, row: &ObjectRow, namespace: Option<&String>) -> Option<ObjectLink> {
    let target = |r: &crate::rows::Reference| {
        let default = r.kind.is_empty();
        ObjectLink {
            api_version: if default {
                "apps/v1".to_owned()
            } else {
                r.api_version.to_string()
            },
            kind: if default {
                "Deployment".to_owned()
            } else {
                r.kind.to_string()
            },
            namespace: namespace.cloned(),
            name: r.name.to_string(),
            uid: String::new(),
        }
    };
    match (column, row) {
        ("node", ObjectRow::Pod(pod)) => Some(link("v1", "Node", None, &pod.node)),
        ("reference", ObjectRow::Hpa(hpa)) => Some(target(&hpa.target)),
        ("scale-target-name", ObjectRow::ScaledObject(object)) => Some(target(&object.target)),
        ("object", ObjectRow::Event(event)) => {
            let namespace = Some(event.object_namespace.to_string()).filter(|n| !n.is_empty());
            Some(link(
                "",
                &event.object_kind,
                namespace.as_ref(),
                &event.object_name,
            ))
        }
        _ => None,
    }
}

fn link(api_version: &str, kind: &str, namespace: Option<&String>, name: &str) -> ObjectLink {
    ObjectLink {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.cloned(),
        name: name.to_owned(),
        uid: String::new(),
    }
}

/// Links and figures that no column shows.
fn more_facts(object: &Value, kind: &str, namespace: Option<&String>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut push = |label: &str, value: &Value, link: Option<ObjectLink>| {
        let text = match value {
            Value::Number(n) => n.to_string(),
            value => line(value),
        };
        if !text.is_empty() {
            facts.push(Fact {
                label: label.to_owned(),
                value: Words {
                    text,
                    tone: Tone::Plain,
                },
                link,
            });
        }
    };
    let spec = &object["spec"];
    match kind {
        "Pod" => {
            let account = &spec["serviceAccountName"];
            push(
                "Service Account",
                account,
                Some(link("v1", "ServiceAccount", namespace, &line(account))),
            );
            push("Priority Class", &spec["priorityClassName"], None);
            push("Restart Policy", &spec["restartPolicy"], None);
            push("Message", &object["status"]["message"], None);
        }
        "HorizontalPodAutoscaler" => push(
            "Desired Replicas",
            &object["status"]["desiredReplicas"],
            None,
        ),
        "ScaledObject" => {
            let hpa = &object["status"]["hpaName"];
            let to = link(
                "autoscaling/v2",
                "HorizontalPodAutoscaler",
                namespace,
                &line(hpa),
            );
            push("HPA", hpa, Some(to));
        }
        "Service" | "Secret" => {
            push(
                "Type",
                if kind == "Secret" {
                    &object["type"]
                } else {
                    &spec["type"]
                },
                None,
            );
            push("Cluster IP", &spec["clusterIP"], None);
        }
        _ => {}
    }
    facts
}

/// What kinds without rows of their own say of themselves.
fn phase(object: &Value) -> Option<Words> {
    let phase = line(&object["status"]["phase"]);
    if phase.is_empty() {
        return None;
    }
    let tone = match phase.as_str() {
        "Active" | "Bound" | "Running" | "Available" => Tone::Good,
        "Failed" | "Lost" => Tone::Bad,
        "Succeeded" | "Released" => Tone::Quiet,
        "Pending" | "Terminating" => Tone::Warn,
        _ => Tone::Plain,
    };
    Some(Words { text: phase, tone })
}

fn owners(references: &Value, namespace: Option<&String>) -> Vec<ObjectLink> {
    let mut owners: Vec<&Value> = list(references).collect();
    owners.sort_by_key(|o| o["controller"] != Value::Bool(true));
    let owner = |o: &Value| {
        let kind = line(&o["kind"]);
        ObjectLink {
            api_version: line(&o["apiVersion"]),
            // An owner is in its object's namespace, or cluster-scoped as nodes are.
            namespace: namespace.filter(|_| kind != "Node").cloned(),
            kind,
            name: line(&o["name"]),
            uid: line(&o["uid"]),
        }
    };
    owners.into_iter().map(owner).collect()
}

/// Whether an event is about this very object. Kubelet puts a node's name for its uid.
fn is_about(event: &EventRow, kind: &str, namespace: Option<&str>, name: &str, uid: &str) -> bool {
    &*event.object_kind == kind
        && &*event.object_name == name
        && namespace.is_none_or(|n| &*event.object_namespace == n)
        && (event.object_uid.is_empty() || &*event.object_uid == uid || &*event.object_uid == name)
}

/// Most conditions should hold; those that name trouble should not.
fn condition_tone(kind: &str, status: &str, reason: &str) -> Tone {
    let trouble = kind.ends_with("Pressure")
        || kind.ends_with("Unavailable")
        || kind.contains("Fail")
        || matches!(
            kind,
            "ScalingLimited" | "Fallback" | "Paused" | "DisruptionTarget" | "Suspended"
        );
    let over = matches!(
        reason,
        "PodCompleted" | "ScalerNotActive" | "ScalingDisabled"
    );
    match (status, trouble) {
        ("True", false) => Tone::Good,
        ("False", true) => Tone::Plain,
        ("False", false) if over => Tone::Quiet,
        ("True", true) | ("False", false) => Tone::Warn,
        _ => Tone::Quiet,
    }
}

fn line(value: &Value) -> String {
    text::visible(value.as_str().unwrap_or_default()).into_owned()
}

fn lines(value: &Value) -> String {
    text::visible_lines(value.as_str().unwrap_or_default()).into_owned()
}

fn figure(value: &Value) -> Option<i32> {
    value.as_i64()?.try_into().ok()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn pairs(map: &Value) -> Vec<Pair> {
    let pair = |(key, value): (&String, &Value)| Pair {
        key: text::visible(key).into_owned(),
        value: lines(value),
    };
    map.as_object().into_iter().flatten().map(pair).collect()
}
