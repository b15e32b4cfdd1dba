//! What the stages write: texts of Go templates that make a status.

use serde_json::{Value, json};

/// A node that is ready.
pub(super) const NODE_CONDITIONS: &str = r"
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
";

/// A pod's conditions with readiness `ready`, a template's text.
fn conditions(ready: &str) -> String {
    let reason = if ready == "True" {
        ""
    } else {
        ", reason: ContainersNotReady, message: 'containers with unready status'"
    };
    let mut text = "conditions:\n".to_owned();
    for (kind, status, reason) in [
        ("PodReadyToStartContainers", "True", ""),
        ("Initialized", "True", ""),
        ("Ready", ready, reason),
        ("ContainersReady", ready, reason),
        ("PodScheduled", "True", ""),
    ] {
        let line = format!(
            "- {{type: {kind}, status: \"{status}\", lastTransitionTime: {{{{ $now | Quote }}}}{reason}}}\n"
        );
        text.push_str(&line);
    }
    text
}

/// Container statuses of the kind `containers` or `initContainers` in one state, a template's text.
fn containers(kind: &str, ready: bool, started: bool, state: &str) -> String {
    let statuses = if kind == "containers" {
        "containerStatuses"
    } else {
        "initContainerStatuses"
    };
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

pub(super) fn started(ready: bool) -> Value {
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

pub(super) fn image_cannot_be_pulled() -> Value {
    let waiting = "{waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image'}}";
    let template = [
        HEAD,
        "phase: Pending\n",
        &conditions("False"),
        &containers("containers", false, false, waiting),
        ADDRESSES,
    ];
    json!({
        "statusTemplate": template.concat(),
        "event": {"type": "Warning", "reason": "Failed", "message": "Error: ImagePullBackOff"},
    })
}

/// Keeps what is known of each container (start, restarts), and ends it.
pub(super) fn ended(phase: &str, exit_code: u8, reason: &str) -> Value {
    let template = format!(
        r"
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
",
        conditions = conditions("False"),
    );
    json!({"statusTemplate": template})
}

/// Changes the readiness of running containers, nothing else.
pub(super) fn readiness(ready: bool) -> Value {
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
pub(super) fn crash(first_waits: bool) -> Value {
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
        r"
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
",
        conditions = conditions(if first_waits { "False" } else { "True" }),
    );
    let event = if first_waits {
        json!({"type": "Warning", "reason": "BackOff", "message": "Back-off restarting failed container"})
    } else {
        json!({"type": "Normal", "reason": "Started", "message": "Started container"})
    };
    json!({"statusTemplate": template, "event": event})
}
