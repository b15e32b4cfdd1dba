//! How an object fares, in a word or two.

use serde::Deserialize;
use serde_json::Value;
use table::Tone;

use super::array;
use crate::rows::PodRow;
use crate::slim;
use crate::text::visible;

/// The state of an object of a kind; empty where it has none to speak of.
pub(super) fn state(group: &str, kind: &str, object: &Value, deleting: bool) -> (String, Tone) {
    if (group, kind) == ("", "Pod")
        && let Ok(pod) = slim::Pod::deserialize(object)
    {
        let row = PodRow::from(&pod);
        return (row.status.to_string(), row.tone());
    }
    if deleting {
        return ("Terminating".to_owned(), Tone::Warn);
    }
    let (spec, status) = (&object["spec"], &object["status"]);
    let count = |of: &Value| of.as_i64().unwrap_or(0);
    let ready = |ready: i64, wanted: i64| {
        let tone = if ready >= wanted {
            Tone::Good
        } else {
            Tone::Warn
        };
        (format!("{ready}/{wanted} ready"), tone)
    };
    match (group, kind) {
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController") => {
            let wanted = spec["replicas"].as_i64().unwrap_or(1);
            if wanted == 0 && count(&status["replicas"]) == 0 {
                return ("no replicas".to_owned(), Tone::Quiet);
            }
            ready(count(&status["readyReplicas"]), wanted)
        }
        ("apps", "DaemonSet") => ready(
            count(&status["numberReady"]),
            count(&status["desiredNumberScheduled"]),
        ),
        ("batch", "Job") => job(status),
        ("discovery.k8s.io", "EndpointSlice") => {
            let total = array(&object["endpoints"]).count();
            // Not said is ready (discovery/v1 EndpointConditions).
            let ok = array(&object["endpoints"])
                .filter(|e| e["conditions"]["ready"] != false)
                .count();
            ready(ok.try_into().unwrap_or(0), total.try_into().unwrap_or(0))
        }
        ("autoscaling", "HorizontalPodAutoscaler") => {
            let (now, most) = (
                count(&status["currentReplicas"]),
                count(&spec["maxReplicas"]),
            );
            let least = spec["minReplicas"].as_i64().unwrap_or(1);
            let tone = if now >= most { Tone::Warn } else { Tone::Plain };
            (format!("{now} ({least} to {most})"), tone)
        }
        ("policy", "PodDisruptionBudget") => {
            let allowed = count(&status["disruptionsAllowed"]);
            let tone = if allowed > 0 { Tone::Good } else { Tone::Warn };
            (format!("{allowed} may be disrupted"), tone)
        }
        _ => phase(status),
    }
}

/// As kubectl's STATUS: pkg/printers/internalversion/printers.go, `printJob`.
fn job(status: &Value) -> (String, Tone) {
    let holds = |kind: &str| {
        array(&status["conditions"]).any(|c| c["type"] == kind && c["status"] == "True")
    };
    for (kind, tone) in [
        ("Complete", Tone::Quiet),
        ("Failed", Tone::Bad),
        ("Suspended", Tone::Quiet),
        ("FailureTarget", Tone::Bad),
        ("SuccessCriteriaMet", Tone::Quiet),
    ] {
        if holds(kind) {
            return (kind.to_owned(), tone);
        }
    }
    ("Running".to_owned(), Tone::Good)
}

/// The phase, else the condition that sums up the others.
fn phase(status: &Value) -> (String, Tone) {
    if let Some(phase) = status["phase"].as_str().filter(|phase| !phase.is_empty()) {
        let tone = match phase {
            "Bound" | "Active" | "Available" | "Running" | "Ready" => Tone::Good,
            "Succeeded" | "Completed" | "Complete" | "Released" => Tone::Quiet,
            "Failed" | "Lost" | "Error" => Tone::Bad,
            "Pending" | "Terminating" => Tone::Warn,
            _ => Tone::Plain,
        };
        return (visible(phase).into_owned(), tone);
    }
    let condition = |kind: &str, holds: &str| {
        array(&status["conditions"]).any(|c| c["type"] == kind && c["status"] == holds)
    };
    for (kind, word, tone) in [
        ("Failed", "Failed", Tone::Bad),
        ("Complete", "Complete", Tone::Quiet),
    ] {
        if condition(kind, "True") {
            return (word.to_owned(), tone);
        }
    }
    for kind in [
        "Ready",
        "Available",
        "Accepted",
        "Programmed",
        "Established",
    ] {
        if condition(kind, "True") {
            return (kind.to_owned(), Tone::Good);
        }
        if condition(kind, "False") {
            return (format!("not {}", kind.to_lowercase()), Tone::Warn);
        }
    }
    (String::new(), Tone::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_job_runs_until_a_condition_says_otherwise() {
        let told = |conditions: Value| {
            let job = json!({"status": {"conditions": conditions}});
            state("batch", "Job", &job, false).0
        };
        let condition = |kind: &str, status: &str| json!({"type": kind, "status": status});
        assert_eq!(told(Value::Null), "Running");
        assert_eq!(told(json!([condition("Suspended", "False")])), "Running");
        assert_eq!(told(json!([condition("Suspended", "True")])), "Suspended");
        let done = json!([
            condition("SuccessCriteriaMet", "True"),
            condition("Complete", "True")
        ]);
        assert_eq!(told(done), "Complete");
        let failed = json!([
            condition("FailureTarget", "True"),
            condition("Failed", "True")
        ]);
        assert_eq!(told(failed), "Failed");
    }
}
