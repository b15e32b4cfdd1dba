//! The configuration of kwok: how simulated nodes and pods live.
//!
//! kwok has no stages of its own. A stage is chosen by the state it finds an object in, and writes the next state; the
//! selectors below are made so that at most one fits.

use std::path::Path;

use serde_json::{Value, json};

use crate::behaviour;

const API: &str = "kwok.x-k8s.io/v1alpha1";
/// Path of the resource metrics of a node, as metrics-server is told by [`METRICS_ANNOTATION`].
const METRICS_PATH: &str = "/metrics/nodes/{nodeName}/metrics/resource";
/// Annotation of a Node with the path of its metrics.
pub(crate) const METRICS_ANNOTATION: &str = "metrics.k8s.io/resource-metrics-path";

/// Path of the resource metrics of the node `name`.
pub(crate) fn metrics_path(name: &str) -> String {
    METRICS_PATH.replace("{nodeName}", name)
}

/// The whole configuration, as a stream of documents. `default_log` is what every container prints that has no log of
/// its own.
pub(crate) fn configuration(default_log: &Path) -> String {
    let mut documents = vec![
        json!({
            "apiVersion": "config.kwok.x-k8s.io/v1alpha1", "kind": "KwokConfiguration",
            // A document of its own replaces kwok's defaults, so those that matter are repeated.
            "options": {
                "cidr": "10.0.0.0/24", "enableDebuggingHandlers": true, "enablePodsOnNodeSyncListPager": true,
                "podPlayStageParallelism": 16, "nodePlayStageParallelism": 4, "nodeLeaseParallelism": 4,
                "podsOnNodeSyncParallelism": 4,
            },
        }),
        json!({
            "apiVersion": API, "kind": "ClusterLogs", "metadata": {"name": "default"},
            "spec": {"logs": [{"logsFile": default_log, "follow": true}]},
        }),
        usage(),
        metrics(),
    ];
    documents.extend(node_stages());
    documents.extend(pod_stages());
    documents.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n")
}

/// The first container uses what the annotation says, the others next to nothing: a pod with a container that uses nothing
/// at all is left out by metrics-server. Only running pods use anything.
fn usage() -> Value {
    let quantity = |annotation: &str, default: &str, others: &str| {
        json!({"expression": format!(
            r#"pod.status.phase != "Running" ? Quantity("0") :
            container.name != pod.spec.containers[0].name ? Quantity("{others}") :
            "{annotation}" in pod.metadata.annotations ? Quantity(pod.metadata.annotations["{annotation}"]) :
            Quantity("{default}")"#
        )})
    };
    json!({
        "apiVersion": API, "kind": "ClusterResourceUsage", "metadata": {"name": "annotations"},
        "spec": {"usages": [{"usage": {
            "cpu": quantity(behaviour::CPU, "1m", "10u"),
            "memory": quantity(behaviour::MEMORY, "1Mi", "64Ki"),
        }}]},
    })
}

/// What metrics-server reads. Each node uses 80 millicores and 700 MiB for itself; with nothing it would be left out.
fn metrics() -> Value {
    let labels = json!([
        {"name": "container", "value": "container.name"},
        {"name": "namespace", "value": "pod.metadata.namespace"},
        {"name": "pod", "value": "pod.metadata.name"},
    ]);
    let metric = |dimension: &str, name: &str, kind: &str, value: &str| {
        let labels = if dimension == "container" { labels.clone() } else { json!([]) };
        json!({"name": name, "dimension": dimension, "kind": kind, "help": name, "labels": labels, "value": value})
    };
    json!({
        "apiVersion": API, "kind": "Metric", "metadata": {"name": "resource"},
        "spec": {"path": METRICS_PATH, "metrics": [
            metric("node", "scrape_error", "gauge", "0"),
            metric("container", "container_start_time_seconds", "gauge", "pod.SinceSecond()"),
            metric("container", "container_cpu_usage_seconds_total", "counter", r#"pod.CumulativeUsage("cpu", container.name)"#),
            metric("container", "container_memory_working_set_bytes", "gauge", r#"pod.Usage("memory", container.name)"#),
            metric("node", "node_cpu_usage_seconds_total", "counter", r#"node.CumulativeUsage("cpu") + node.SinceSecond() * 0.08"#),
            metric("node", "node_memory_working_set_bytes", "gauge", r#"node.Usage("memory") + 734003200.0"#),
        ]},
    })
}

/// A condition on the object in front of a stage.
enum When<'a> {
    Is(&'a str, &'a [&'a str]),
    IsNot(&'a str, &'a [&'a str]),
    Exists(&'a str),
    Lacks(&'a str),
}

struct Stage<'a> {
    kind: &'a str,
    name: &'a str,
    when: Vec<When<'a>>,
    /// Annotation that holds the delay, and the delay in milliseconds without it.
    delay: Option<(&'a str, u32)>,
    next: Value,
}

impl Stage<'_> {
    fn document(&self) -> Value {
        let expressions: Vec<Value> = self
            .when
            .iter()
            .map(|when| match when {
                When::Is(key, values) => json!({"key": key, "operator": "In", "values": values}),
                When::IsNot(key, values) => json!({"key": key, "operator": "NotIn", "values": values}),
                When::Exists(key) => json!({"key": key, "operator": "Exists"}),
                When::Lacks(key) => json!({"key": key, "operator": "DoesNotExist"}),
            })
            .collect();
        let mut spec = json!({
            "resourceRef": {"apiGroup": "v1", "kind": self.kind},
            "selector": {"matchExpressions": expressions},
            "next": self.next,
        });
        if let Some((annotation, milliseconds)) = self.delay {
            spec["delay"] = json!({"durationMilliseconds": milliseconds});
            if !annotation.is_empty() {
                spec["delay"]["durationFrom"] = json!({"expressionFrom": annotation_key(annotation)});
            }
        }
        json!({"apiVersion": API, "kind": "Stage", "metadata": {"name": self.name}, "spec": spec})
    }
}

fn annotation_key(annotation: &str) -> String {
    format!(".metadata.annotations[\"{annotation}\"]")
}

const READY: &str = ".status.conditions.[] | select( .type == \"Ready\" ) | .status";
const PHASE: &str = ".status.phase";
const DELETED: &str = ".metadata.deletionTimestamp";
const WAITING: &str = ".status.containerStatuses.[].state.waiting.reason";
const OWNER: &str = ".metadata.ownerReferences.[].kind";

const NODE_CONDITIONS: &str = r#"
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
phase: Running
conditions:
{{ range NodeConditions }}
- {type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $since | Quote }}}
{{ end }}
addresses:
- {type: InternalIP, address: {{ NodeIP | Quote }}}
- {type: Hostname, address: {{ NodeName | Quote }}}
daemonEndpoints:
  kubeletEndpoint: {Port: {{ NodePort }}}
"#;

/// Capacity, versions and the like are the creator's to choose: a Node may be created with a status.
fn node_stages() -> Vec<Value> {
    let stage = |name, ready, delay| {
        Stage { kind: "Node", name, when: vec![ready], delay, next: json!({"statusTemplate": NODE_CONDITIONS}) }.document()
    };
    vec![
        stage("node-ready", When::IsNot(READY, &["True"]), None),
        // The lease is renewed apart from this; conditions are only refreshed now and then.
        stage("node-heartbeat", When::Is(READY, &["True"]), Some(("", 300_000))),
    ]
}

/// A pod's conditions with readiness `ready`, a template's text.
fn conditions(ready: &str) -> String {
    let reason = if ready == "True" { "" } else { ", reason: ContainersNotReady, message: 'containers with unready status'" };
    let mut text = "conditions:\n".to_owned();
    for (kind, status, reason) in [
        ("PodReadyToStartContainers", "True", ""),
        ("Initialized", "True", ""),
        ("Ready", ready, reason),
        ("ContainersReady", ready, reason),
        ("PodScheduled", "True", ""),
    ] {
        let line = format!("- {{type: {kind}, status: \"{status}\", lastTransitionTime: {{{{ $now | Quote }}}}{reason}}}\n");
        text.push_str(&line);
    }
    text
}

/// Container statuses of the kind `containers` or `initContainers` in one state, a template's text.
fn containers(kind: &str, ready: bool, started: bool, state: &str) -> String {
    let statuses = if kind == "containers" { "containerStatuses" } else { "initContainerStatuses" };
    format!(
        r#"
{{{{ if .spec.{kind} }}}}
{statuses}:
{{{{ range $index, $container := .spec.{kind} }}}}
- name: {{{{ $container.name | Quote }}}}
  image: {{{{ $container.image | Quote }}}}
  imageID: {{{{ printf "simulated@sha256:%s" (sha256sum $container.image) | Quote }}}}
  containerID: {{{{ printf "simulated://%s" (sha256sum (print $uid $container.name)) | Quote }}}}
  ready: {ready}
  started: {started}
  restartCount: 0
  state: {state}
{{{{ end }}}}
{{{{ end }}}}
"#
    )
}

const HEAD: &str = "{{ $now := Now }}\n{{ $uid := or .metadata.uid \"\" }}\n";
const RUNNING: &str = "{running: {startedAt: {{ $now | Quote }}}}";
const COMPLETED: &str = "{terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}";
const ADDRESSES: &str = r#"
startTime: {{ $now | Quote }}
{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
hostIPs: [{ip: {{ . | Quote }}}]
{{ end }}
{{ with PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ . | Quote }}
podIPs: [{ip: {{ . | Quote }}}]
{{ end }}
"#;

fn started(ready: bool) -> Value {
    let template = [
        HEAD,
        "phase: Running\n",
        &conditions(if ready { "True" } else { "False" }),
        &containers("initContainers", true, false, COMPLETED),
        &containers("containers", ready, true, RUNNING),
        ADDRESSES,
    ]
    .concat();
    json!({"statusTemplate": template})
}

fn image_cannot_be_pulled() -> Value {
    let waiting = "{waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image'}}";
    let template = [HEAD, "phase: Pending\n", &conditions("False"), &containers("containers", false, false, waiting), ADDRESSES];
    json!({
        "statusTemplate": template.concat(),
        "event": {"type": "Warning", "reason": "Failed", "message": "Error: ImagePullBackOff"},
    })
}

/// Keeps what is known of each container (start, restarts), and ends it.
fn ended(phase: &str, exit_code: u8, reason: &str) -> Value {
    let template = format!(
        r#"
{{{{ $now := Now }}}}
phase: {phase}
{conditions}
containerStatuses:
{{{{ range .status.containerStatuses }}}}
- name: {{{{ .name | Quote }}}}
  image: {{{{ .image | Quote }}}}
  imageID: {{{{ .imageID | Quote }}}}
  containerID: {{{{ .containerID | Quote }}}}
  ready: false
  started: false
  restartCount: {{{{ .restartCount }}}}
  state: {{terminated: {{exitCode: {exit_code}, reason: {reason}, startedAt: {{{{ .state.running.startedAt | Quote }}}}, finishedAt: {{{{ $now | Quote }}}}}}}}
{{{{ end }}}}
"#,
        conditions = conditions("False"),
    );
    json!({"statusTemplate": template})
}

/// Changes the readiness of running containers, nothing else.
fn readiness(ready: bool) -> Value {
    let status = if ready { "True" } else { "False" };
    let event = if ready {
        Value::Null
    } else {
        json!({"type": "Warning", "reason": "Unhealthy", "message": "Readiness probe failed: HTTP probe failed with statuscode: 503"})
    };
    let template = format!(
        r#"
{{{{ $now := Now }}}}
conditions:
- {{type: Ready, status: "{status}", lastTransitionTime: {{{{ $now | Quote }}}}}}
- {{type: ContainersReady, status: "{status}", lastTransitionTime: {{{{ $now | Quote }}}}}}
containerStatuses:
{{{{ range .status.containerStatuses }}}}
- name: {{{{ .name | Quote }}}}
  image: {{{{ .image | Quote }}}}
  imageID: {{{{ .imageID | Quote }}}}
  containerID: {{{{ .containerID | Quote }}}}
  ready: {ready}
  started: true
  restartCount: {{{{ .restartCount }}}}
  state: {{running: {{startedAt: {{{{ .state.running.startedAt | Quote }}}}}}}}
{{{{ end }}}}
"#
    );
    let mut next = json!({"statusTemplate": template});
    if !event.is_null() {
        next["event"] = event;
    }
    next
}

/// The first container ends and waits, or is started again; the others keep running.
fn crash(first_waits: bool) -> Value {
    let first = if first_waits {
        r"
  ready: false
  started: false
  restartCount: {{ $status.restartCount }}
  state: {waiting: {reason: CrashLoopBackOff, message: 'back-off restarting failed container'}}
  lastState: {terminated: {exitCode: 1, reason: Error, startedAt: {{ $status.state.running.startedAt | Quote }}, finishedAt: {{ $now | Quote }}}}
"
    } else {
        r"
  ready: true
  started: true
  restartCount: {{ add $status.restartCount 1 }}
  state: {running: {startedAt: {{ $now | Quote }}}}
  lastState: {{ toJson $status.lastState }}
"
    };
    let template = format!(
        r#"
{{{{ $now := Now }}}}
{conditions}
containerStatuses:
{{{{ range $index, $status := .status.containerStatuses }}}}
- name: {{{{ $status.name | Quote }}}}
  image: {{{{ $status.image | Quote }}}}
  imageID: {{{{ $status.imageID | Quote }}}}
  containerID: {{{{ $status.containerID | Quote }}}}
{{{{ if eq $index 0 }}}}{first}{{{{ else }}}}
  ready: true
  started: true
  restartCount: {{{{ $status.restartCount }}}}
  state: {{{{ toJson $status.state }}}}
{{{{ end }}}}
{{{{ end }}}}
"#,
        conditions = conditions(if first_waits { "False" } else { "True" }),
    );
    let event = if first_waits {
        json!({"type": "Warning", "reason": "BackOff", "message": "Back-off restarting failed container"})
    } else {
        json!({"type": "Normal", "reason": "Started", "message": "Started container"})
    };
    json!({"statusTemplate": template, "event": event})
}

fn pod_stages() -> Vec<Value> {
    use behaviour::{
        BACK_OFF, COMPLETES, CRASH_LOOP, FAILS, FLAPPING, IMAGE_PULL_BACK_OFF, MANUAL, NEVER_READY, READY_DELAY, RUNS_FOR,
        START_DELAY, STAYS_TERMINATING,
    };
    let pod = annotation_key(behaviour::POD);
    let ready_delay = annotation_key(READY_DELAY);
    let stays = annotation_key(STAYS_TERMINATING);
    let pod = pod.as_str();
    let ready_delay = ready_delay.as_str();
    let alive = || When::Lacks(DELETED);
    let runs_for = Some((RUNS_FOR, 5_000));
    let stage = |name, when, delay, next| Stage { kind: "Pod", name, when, delay, next }.document();
    let start_delay = Some((START_DELAY, 0));
    vec![
        stage(
            "pod-start-ready",
            vec![
                alive(),
                When::Is(PHASE, &["Pending"]),
                When::IsNot(pod, &[MANUAL, NEVER_READY, IMAGE_PULL_BACK_OFF]),
                When::Lacks(ready_delay),
            ],
            start_delay,
            started(true),
        ),
        stage(
            "pod-start-never-ready",
            vec![alive(), When::Is(PHASE, &["Pending"]), When::Is(pod, &[NEVER_READY])],
            start_delay,
            started(false),
        ),
        stage(
            "pod-start-ready-later",
            vec![
                alive(),
                When::Is(PHASE, &["Pending"]),
                When::IsNot(pod, &[MANUAL, NEVER_READY, IMAGE_PULL_BACK_OFF]),
                When::Exists(ready_delay),
            ],
            start_delay,
            started(false),
        ),
        stage(
            "pod-ready-later",
            vec![
                alive(),
                When::Is(PHASE, &["Running"]),
                When::Is(READY, &["False"]),
                When::IsNot(pod, &[MANUAL, NEVER_READY, FLAPPING, CRASH_LOOP]),
                When::Exists(ready_delay),
            ],
            Some((READY_DELAY, 0)),
            readiness(true),
        ),
        stage(
            "pod-image-pull-back-off",
            vec![
                alive(),
                When::Is(PHASE, &["Pending"]),
                When::Is(pod, &[IMAGE_PULL_BACK_OFF]),
                When::IsNot(WAITING, &["ImagePullBackOff"]),
            ],
            start_delay,
            image_cannot_be_pulled(),
        ),
        stage(
            "pod-crash",
            vec![alive(), When::Is(PHASE, &["Running"]), When::Is(pod, &[CRASH_LOOP]), When::Lacks(WAITING)],
            runs_for,
            crash(true),
        ),
        stage(
            "pod-restart",
            vec![alive(), When::Is(pod, &[CRASH_LOOP]), When::Is(WAITING, &["CrashLoopBackOff"])],
            Some((BACK_OFF, 10_000)),
            crash(false),
        ),
        stage(
            "pod-becomes-unready",
            vec![alive(), When::Is(PHASE, &["Running"]), When::Is(pod, &[FLAPPING]), When::Is(READY, &["True"])],
            runs_for,
            readiness(false),
        ),
        stage(
            "pod-becomes-ready",
            vec![alive(), When::Is(PHASE, &["Running"]), When::Is(pod, &[FLAPPING]), When::Is(READY, &["False"])],
            runs_for,
            readiness(true),
        ),
        stage(
            "pod-completes",
            vec![alive(), When::Is(PHASE, &["Running"]), When::Is(pod, &[COMPLETES])],
            runs_for,
            ended("Succeeded", 0, "Completed"),
        ),
        stage(
            "job-pod-completes",
            vec![alive(), When::Is(PHASE, &["Running"]), When::Lacks(pod), When::Is(OWNER, &["Job"])],
            runs_for,
            ended("Succeeded", 0, "Completed"),
        ),
        stage(
            "pod-fails",
            vec![alive(), When::Is(PHASE, &["Running"]), When::Is(pod, &[FAILS])],
            runs_for,
            ended("Failed", 1, "Error"),
        ),
        stage("pod-delete", vec![When::Exists(DELETED), When::Lacks(&stays)], None, json!({"delete": true})),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_says_what_it_is() {
        for document in configuration(Path::new("/tmp/log")).split("\n---\n") {
            let value: Value = serde_json::from_str(document).expect("each document is JSON");
            assert!(value["apiVersion"].is_string() && value["kind"].is_string(), "{document}");
        }
    }
}
