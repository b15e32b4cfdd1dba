//! Pods (`describePod` in kubectl's pkg/describe/describe.go).

use super::super::look::Look;
use super::super::read::{line, list, scalar, words};
use super::super::shape::{FactValue, Section};
use super::super::{scheduling, volumes};
use super::Known;
use super::build::{Facts, group};

pub(super) fn pod(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let status = look.status();
    let ips = list(&status["podIPs"]).map(|ip| line(&ip["ip"]));
    let all: Vec<String> = ips.collect();
    if all.len() > 1 {
        facts.each("IPs", all);
    }
    facts.field("Node IP", &status["hostIP"]);
    facts.text("Started", {
        let ago = look.ago(&status["startTime"]);
        if ago.is_empty() {
            ago
        } else {
            format!("{ago} ago")
        }
    });
    template(look, facts, more);
    facts.field("Message", &status["message"]);
    facts.field("Reason", &status["reason"]);
    facts.field("Resize", &status["resize"]);
    Known::Yes
}

/// What a pod spec says beside its containers; also for pod templates.
pub(super) fn template(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) {
    let spec = look.pod_spec();
    let account = line(&spec["serviceAccountName"]);
    if !account.is_empty() {
        facts.link(
            "Service Account",
            look.near("v1", "ServiceAccount", &account),
        );
    }
    let class = line(&spec["priorityClassName"]);
    let priority = scalar(&spec["priority"]);
    if class.is_empty() {
        facts.text("Priority", priority);
    } else {
        let value = FactValue {
            note: priority,
            ..super::build::named(super::super::read::link(
                "scheduling.k8s.io/v1",
                "PriorityClass",
                None,
                &class,
            ))
        };
        facts.values("Priority Class", [value]);
    }
    facts.field("Preemption", &spec["preemptionPolicy"]);
    let runtime = line(&spec["runtimeClassName"]);
    if !runtime.is_empty() {
        let link = super::super::read::link("node.k8s.io/v1", "RuntimeClass", None, &runtime);
        facts.link("Runtime Class", link);
    }
    facts.field("Restart Policy", &spec["restartPolicy"]);
    let scheduler = line(&spec["schedulerName"]);
    if scheduler != "default-scheduler" {
        facts.text("Scheduler", scheduler);
    }
    seconds(
        facts,
        "Grace Period",
        &spec["terminationGracePeriodSeconds"],
    );
    seconds(facts, "Active Deadline", &spec["activeDeadlineSeconds"]);
    for (label, member) in [
        ("Host Network", "hostNetwork"),
        ("Host PID", "hostPID"),
        ("Host IPC", "hostIPC"),
    ] {
        if spec[member] == true {
            facts.text(label, "yes");
        }
    }
    facts.field("Hostname", &spec["hostname"]);
    facts.field("Subdomain", &spec["subdomain"]);
    facts.values(
        "Image Pull Secrets",
        list(&spec["imagePullSecrets"])
            .map(|secret| super::build::named(look.near("v1", "Secret", &line(&secret["name"])))),
    );
    let gates = list(&spec["readinessGates"]).map(|gate| {
        let kind = line(&gate["conditionType"]);
        let met = look.condition(&kind).map(|c| line(&c["status"]));
        FactValue {
            note: met.unwrap_or_else(|| "not reported".to_owned()),
            ..words(kind)
        }
    });
    facts.values("Readiness Gates", gates);
    facts.each(
        "Resource Claims",
        list(&spec["resourceClaims"]).map(|claim| line(&claim["name"])),
    );
    group(more, "Scheduling", scheduling::facts(look));
    group(more, "Volumes", volumes::all(look));
}

/// A number of seconds.
pub(super) fn seconds(facts: &mut Facts, label: &str, value: &serde_json::Value) {
    if let Some(seconds) = value.as_i64() {
        facts.text(label, format!("{seconds}s"));
    }
}
