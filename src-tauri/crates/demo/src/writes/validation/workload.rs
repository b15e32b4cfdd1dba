//! What makers of pods may not say (kubernetes, `apps/validation`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, metadata, names, ordered, pod, selector, storage, text};

const SPEC: Place<'_> = Place::root("spec");

pub(super) fn check(kind: &str, object: &Value, problems: &mut Problems) {
    let spec = &object["spec"];
    let of = |field: &'static str| SPEC.field(field);
    match kind {
        "StatefulSet" => {
            stateful(spec, problems);
            selected("statefulset", spec, problems);
        }
        "DaemonSet" => {
            selected("daemonset", spec, problems);
            problems.not_below_zero(of("minReadySeconds"), &spec["minReadySeconds"]);
            daemon_strategy(of("updateStrategy"), &spec["updateStrategy"], problems);
            problems.not_below_zero(of("revisionHistoryLimit"), &spec["revisionHistoryLimit"]);
        }
        "ReplicaSet" => {
            problems.not_below_zero(of("replicas"), &spec["replicas"]);
            problems.not_below_zero(of("minReadySeconds"), &spec["minReadySeconds"]);
            selected("deployment", spec, problems);
        }
        _ => {
            problems.not_below_zero(of("replicas"), &spec["replicas"]);
            selected("deployment", spec, problems);
            strategy(of("strategy"), &spec["strategy"], problems);
            for field in [
                "minReadySeconds",
                "revisionHistoryLimit",
                "progressDeadlineSeconds",
            ] {
                problems.not_below_zero(of(field), &spec[field]);
            }
            let (deadline, ready) = (&spec["progressDeadlineSeconds"], &spec["minReadySeconds"]);
            if deadline
                .as_i64()
                .is_some_and(|own| own <= ready.as_i64().unwrap_or(0))
            {
                let why = "must be greater than minReadySeconds";
                problems.invalid(of("progressDeadlineSeconds"), deadline, why);
            }
        }
    }
}

/// The selector with the template that it must select.
fn selected(kind: &str, spec: &Value, problems: &mut Problems) {
    let (at, own) = (SPEC.field("selector"), &spec["selector"]);
    let none = selector::quoted(own) == "{}";
    if own.is_null() && kind != "daemonset" {
        problems.required(at, "");
    } else if !own.is_null() {
        selector::check(at, own, problems);
    }
    let readable = selector::is_readable(own);
    if !own.is_null() && none && kind != "daemonset" {
        let why = format!("empty selector is invalid for {kind}");
        problems.quoted(at, "{}", &why);
    }
    if !readable && kind != "daemonset" {
        let why = if kind == "statefulset" {
            ""
        } else {
            "invalid label selector"
        };
        problems.quoted(at, &selector::quoted(own), why);
        return;
    }
    let template = SPEC.field("template");
    let labels = &spec["template"]["metadata"]["labels"];
    let misses = own.is_null() || !none && !selector::matches(own, labels);
    if readable && misses {
        let at = template.field("metadata");
        let why = "`selector` does not match template `labels`";
        problems.invalid(at.field("labels"), labels, why);
    }
    if none && kind == "daemonset" && !own.is_null() {
        let why = "empty selector is invalid for daemonset";
        problems.quoted(at, "{}", why);
    }
    let at = template.field("spec");
    let restart = &spec["template"]["spec"]["restartPolicy"];
    if !restart.is_string() || *restart == "Always" {
        self::template(template, spec, problems);
    } else {
        problems.one_of(at.field("restartPolicy"), restart, &["Always"]);
    }
}

/// A template of pods (`ValidatePodTemplateSpec`).
pub(super) fn template(place: Place<'_>, spec: &Value, problems: &mut Problems) {
    let template = &spec["template"];
    let at = place.field("metadata");
    let own = &template["metadata"];
    metadata::labels(at.field("labels"), &own["labels"], problems);
    metadata::annotations(at.field("annotations"), &own["annotations"], problems);
    let claims = items(spec, "volumeClaimTemplates");
    if claims.is_empty() {
        pod::check(place.field("spec"), &template["spec"], problems);
        return;
    }
    // Volumes of claims are there for those who mount them.
    let mut filled = template["spec"].clone();
    let mut volumes = items(&filled, "volumes").to_vec();
    for claim in claims {
        let name = &claim["metadata"]["name"];
        volumes.retain(|own| own["name"] != *name);
        volumes
            .push(serde_json::json!({"name": name, "persistentVolumeClaim": {"claimName": name}}));
    }
    filled["volumes"] = volumes.into();
    pod::check(place.field("spec"), &filled, problems);
}

fn strategy(place: Place<'_>, strategy: &Value, problems: &mut Problems) {
    let rolling = &strategy["rollingUpdate"];
    let at = place.field("rollingUpdate");
    match text(&strategy["type"]) {
        "Recreate" if !rolling.is_null() => {
            let why = "may not be specified when strategy `type` is 'Recreate'";
            problems.forbidden(at, why);
        }
        "Recreate" => {}
        "RollingUpdate" => {
            let (gone, more) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
            problems.int_or_percent(at.field("maxUnavailable"), gone);
            problems.int_or_percent(at.field("maxSurge"), more);
            if is_zero(gone) && is_zero(more) {
                let why = "may not be 0 when `maxSurge` is 0";
                problems.invalid(at.field("maxUnavailable"), gone, why);
            }
            problems.at_most_all(at.field("maxUnavailable"), gone);
        }
        _ => problems.one_of_as(place, &quoted(strategy), &["Recreate", "RollingUpdate"]),
    }
}

fn is_zero(amount: &Value) -> bool {
    *amount == 0
        || amount
            .as_str()
            .is_some_and(|text| text.trim_end_matches('%') == "0")
}

/// A strategy as upstream's Go type is written.
fn quoted(strategy: &Value) -> String {
    format!("{{\"Type\":{},\"RollingUpdate\":null}}", strategy["type"])
}

fn daemon_strategy(place: Place<'_>, strategy: &Value, problems: &mut Problems) {
    match text(&strategy["type"]) {
        "OnDelete" => {}
        "RollingUpdate" => {
            let (at, rolling) = (place.field("rollingUpdate"), &strategy["rollingUpdate"]);
            let (gone, more) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
            for (field, amount) in [("maxUnavailable", gone), ("maxSurge", more)] {
                problems.int_or_percent(at.field(field), amount);
                problems.at_most_all(at.field(field), amount);
            }
            match (is_zero(gone), is_zero(more)) {
                (true, true) => {
                    problems.required(at.field("maxUnavailable"), "cannot be 0 when maxSurge is 0");
                }
                (false, false) => {
                    let why = "may not be set when maxUnavailable is non-zero";
                    problems.invalid(at.field("maxSurge"), more, why);
                }
                (true, false) | (false, true) => {}
            }
        }
        _ => problems.one_of_as(place, &quoted(strategy), &["RollingUpdate", "OnDelete"]),
    }
}

fn stateful(spec: &Value, problems: &mut Problems) {
    let policy = &spec["podManagementPolicy"];
    if !matches!(text(policy), "OrderedReady" | "Parallel") {
        let why = "must be 'OrderedReady' or 'Parallel'";
        problems.invalid(SPEC.field("podManagementPolicy"), policy, why);
    }
    let (at, strategy) = (SPEC.field("updateStrategy"), &spec["updateStrategy"]);
    let rolling = &strategy["rollingUpdate"];
    match text(&strategy["type"]) {
        "OnDelete" if !rolling.is_null() => {
            let fields = ["Partition", "MaxUnavailable"];
            let told = serde_json::json!({"Partition": rolling["partition"], "MaxUnavailable": rolling["maxUnavailable"]});
            let told = ordered(&told, &fields);
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            problems.quoted(at.field("rollingUpdate"), &told, why);
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            let at = at.field("rollingUpdate");
            problems.not_below_zero(at.field("partition"), &rolling["partition"]);
        }
        _ => {
            let why = "must be 'RollingUpdate' or 'OnDelete'";
            problems.quoted(at, &quoted(strategy), why);
        }
    }
    let claims = SPEC.field("volumeClaimTemplates");
    for (index, claim) in items(spec, "volumeClaimTemplates").iter().enumerate() {
        let at = claims.at(index);
        if text(&claim["metadata"]["name"]).is_empty() {
            let at = at.field("metadata");
            problems.required(at.field("name"), "");
        }
        storage::claim(at.field("spec"), &claim["spec"], problems);
    }
    for field in ["replicas", "minReadySeconds"] {
        problems.not_below_zero(SPEC.field(field), &spec[field]);
    }
    let service = text(&spec["serviceName"]);
    if !service.is_empty()
        && let Some(why) = names::label(service)
    {
        problems.invalid(SPEC.field("serviceName"), &spec["serviceName"], &why);
    }
}

/// Figures of a status, none of which is above that of all pods (`ValidateDeploymentStatus`, `ValidateReplicaSetStatus`).
pub(super) fn status(kind: &str, status: &Value, problems: &mut Problems) {
    const STATUS: Place<'_> = Place::root("status");
    let parts: &[&'static str] = if kind == "Deployment" {
        &["updatedReplicas", "readyReplicas", "availableReplicas"]
    } else {
        &["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]
    };
    problems.not_below_zero(STATUS.field("replicas"), &status["replicas"]);
    for part in parts {
        problems.not_below_zero(STATUS.field(part), &status[*part]);
    }
    let all = status["replicas"].as_i64().unwrap_or(0);
    for part in parts {
        let own = status[*part].as_i64().unwrap_or(0);
        if own > all {
            let why = "cannot be greater than status.replicas";
            problems.invalid(STATUS.field(part), &Value::from(own), why);
        }
    }
    let (ready, available) = (&status["readyReplicas"], &status["availableReplicas"]);
    if available.as_i64().unwrap_or(0) > ready.as_i64().unwrap_or(0) {
        let why = "cannot be greater than readyReplicas";
        problems.invalid(STATUS.field("availableReplicas"), available, why);
    }
}
