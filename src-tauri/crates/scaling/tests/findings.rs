//! Each finding beside a near miss: a workload that has it, one that almost does.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)] // patches read better without borrows

use std::collections::BTreeSet;

use scaling::findings::workload::{DecidedHpa, DecidedScaledJob, DecidedScaledObject};
use scaling::findings::{self, Report, Workload};
use scaling::keda::scaled_job;
use scaling::{hpa, keda};
use serde_json::{Value, json};

const NOW: &str = "2026-03-01T12:00:00Z";

/// RFC 7396.
fn merge(base: &mut Value, patch: Value) {
    match patch {
        Value::Object(fields) => {
            if !base.is_object() {
                *base = json!({});
            }
            for (name, value) in fields {
                if value.is_null() {
                    base.as_object_mut().unwrap().remove(&name);
                } else {
                    merge(&mut base[&name], value);
                }
            }
        }
        other => *base = other,
    }
}

fn pod(name: &str, app: &str, requests: &Value) -> Value {
    json!({
        "name": name, "labels": {"app": app}, "phase": "Running", "startTime": "2026-03-01T09:00:00Z",
        "ready": {"status": "True", "lastTransitionTime": "2026-03-01T09:01:00Z"},
        "containers": [{"name": "app", "requests": requests}],
    })
}

/// Four replicas, each using `cpu`, with a request of one processor.
fn usage(cpu: &str) -> Value {
    let pods = ["web-0", "web-1", "web-2", "web-3"].map(|name| {
        json!({"name": name, "timestamp": NOW, "window": 30, "containers": [{"name": "app", "usage": {"cpu": cpu}}]})
    });
    json!({"hpa": {"metrics": {"resource": {"result": {"value": pods}}}}})
}

fn hpa() -> Value {
    let request = json!({"cpu": "1"});
    let pods = ["web-0", "web-1", "web-2", "web-3"].map(|name| pod(name, "web", &request));
    let mut hpa = json!({
        "now": NOW, "namespace": "shop", "name": "web",
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2, "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}],
        },
        "scale": {"result": {"value": {"specReplicas": 4, "statusReplicas": 4, "selector": "app=web"}}},
        "pods": pods,
    });
    merge(&mut hpa, usage("500m")["hpa"].clone());
    hpa
}

fn cron(zone: &str, start: &str, end: &str, replicas: &str) -> Value {
    json!({"type": "cron", "metadata": {"timezone": zone, "start": start, "end": end, "desiredReplicas": replicas}})
}

/// In place of the HPA.
fn object(patch: Value) -> Value {
    let mut object = json!({
        "now": NOW, "target": {"replicas": {"value": 4, "certainty": {"kind": "observed"}}},
        "scaledObject": {"metadata": {"name": "orders", "namespace": "shop"}, "spec": {"triggers": [{"type": "kafka", "metadata": {}}]}},
    });
    merge(&mut object["scaledObject"], patch);
    json!({"hpa": null, "object": object})
}

/// In place of the HPA.
fn job(trigger: &Value) -> Value {
    let job =
        json!({"metadata": {"name": "sums", "namespace": "shop"}, "spec": {"triggers": [trigger]}});
    json!({"hpa": null, "job": {"now": NOW, "scaledJob": job}})
}

/// All is known, all is well.
fn known() -> Value {
    let api = |group: &str| json!({"group": group, "isAvailable": true});
    json!({
        "autoscalers": [], "recording": {"since": "2026-03-01T10:00:00Z", "changes": []}, "lastApplied": {"replicas": null},
        "metricsApis": [api("metrics.k8s.io"), api("custom.metrics.k8s.io")],
        "keda": {"kind": "present", "components": [{"name": "keda-operator", "readyReplicas": 1}]},
        "disruptionBudgets": [{"name": "web", "disruptionsAllowed": 1}], "quotas": [], "unschedulable": [], "vertical": [],
        "containers": [{"name": "app", "requests": {"cpu": "1"}, "limits": {"cpu": "2"}}],
    })
}

/// The workload that patches make of the one where all is well.
fn workload(patches: &[Value]) -> Workload {
    let mut all = json!({"hpa": hpa(), "known": known()});
    for patch in patches {
        merge(&mut all, patch.clone());
    }
    let mut workload = all["known"].clone();
    workload["now"] = NOW.into();
    workload["target"] = json!({"kind": "Deployment", "namespace": "shop", "name": "web"});
    let mut workload: Workload = serde_json::from_value(workload).unwrap();
    let since = all["pausedSince"].as_str().map(|at| at.parse().unwrap());
    if let Some(situation) = all.get("hpa") {
        let situation: hpa::Situation = serde_json::from_value(situation.clone()).unwrap();
        let (decision, _) = hpa::decide(&situation);
        workload.hpas.push(DecidedHpa {
            situation,
            decision,
            made_for: None,
        });
    }
    if let Some(situation) = all.get("object") {
        let situation: keda::Situation = serde_json::from_value(situation.clone()).unwrap();
        let (decision, _) = keda::decide(&situation);
        workload.scaled_objects.push(DecidedScaledObject {
            situation,
            decision,
            paused_since: since,
        });
    }
    if let Some(situation) = all.get("job") {
        let situation: scaled_job::Situation = serde_json::from_value(situation.clone()).unwrap();
        let (decision, _) = scaled_job::decide(&situation);
        workload.scaled_job = Some(DecidedScaledJob {
            situation,
            decision,
            paused_since: since,
            measured: serde_json::from_value(all["measured"].clone()).unwrap_or_default(),
            asked: serde_json::from_value(all["asked"].clone()).unwrap_or_default(),
        });
    }
    workload
}

/// A ScaledJob on a queue of these lengths, a minute apart, with Jobs that complete half a minute after each.
fn queue_of(lengths: &[f64]) -> Value {
    let at = |index: usize, second: u8| format!("2026-03-01T11:{index:02}:{second:02}Z");
    let mut patch = job(&json!({"type": "rabbitmq", "metadata": {}}));
    let lengths = lengths.iter().enumerate();
    let jobs: Vec<Value> = lengths
        .clone()
        .map(|(index, _)| json!({"name": format!("sums-{index}"), "completionTime": at(index, 30)}))
        .collect();
    patch["job"]["jobs"] = jobs.into();
    let measured =
        lengths.map(|(index, value)| json!({"at": at(index, 0), "trigger": 0, "value": value}));
    patch["measured"] = measured.collect();
    patch
}

/// The same where nobody measured: what polls asked for, as the Jobs tell that they made.
fn asked_of(counts: &[i64]) -> Value {
    let lengths: Vec<f64> = counts.iter().map(|_| 1.0).collect();
    let mut patch = queue_of(&lengths);
    let measured = patch["measured"].take();
    let polls = measured.as_array().unwrap().iter().zip(counts);
    let asked = polls.map(|(poll, count)| json!({"at": poll["at"], "least": count, "most": count}));
    patch["asked"] = asked.collect();
    patch
}

fn know(patch: Value) -> Value {
    json!({"known": patch})
}

fn spec(patch: Value) -> Value {
    json!({"hpa": {"spec": patch}})
}

fn cpu_target(percent: i32) -> Value {
    spec(
        json!({"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}}]}),
    )
}

fn triggers(triggers: &[Value]) -> Value {
    object(json!({"spec": {"triggers": triggers}}))
}

fn changes(counts: &[i32], by: &Value) -> Value {
    let changes: Vec<Value> = counts
        .windows(2)
        .zip(20..)
        .map(|(pair, minute)| json!({"at": format!("2026-03-01T11:{minute}:00Z"), "from": pair[0], "to": pair[1], "by": by}))
        .collect();
    know(json!({"recording": {"changes": changes}}))
}

fn scale(spec: i32, status: i32) -> Value {
    json!({"hpa": {"scale": {"result": {"value": {"specReplicas": spec, "statusReplicas": status}}}}})
}

fn pods_with(extra: Value) -> Value {
    let mut pods: Vec<Value> = hpa()["pods"].as_array().unwrap().clone();
    pods.push(extra);
    json!({"hpa": {"pods": pods}})
}

fn vertical(mode: &str, resource: &str) -> Value {
    know(json!({"vertical": [{"name": "web", "updateMode": mode, "resources": [resource]}]}))
}

fn fallback(status: &str) -> Value {
    object(json!({
        "spec": {"fallback": {"failureThreshold": 3, "replicas": 2}},
        "status": {
            "conditions": [{"type": "Fallback", "status": status}],
            "health": {"s0-kafka": {"numberOfFailures": 4, "status": "Failing"}},
        },
    }))
}

fn paused(annotation: &str, since: Option<&str>) -> Vec<Value> {
    let paused = object(json!({"metadata": {"annotations": {annotation: "true"}}}));
    vec![paused, json!({"pausedSince": since})]
}

fn operator(ready: i32) -> Value {
    know(json!({"keda": {"components": [{"name": "keda-operator", "readyReplicas": ready}]}}))
}

fn waiting(allowed: i32) -> Value {
    know(json!({
        "unschedulable": [{"name": "web-4", "message": "0/3 nodes are available: 3 Insufficient cpu."}],
        "disruptionBudgets": [{"name": "web", "disruptionsAllowed": allowed}],
    }))
}

fn quota(resource: &str, hard: &str, used: &str) -> Value {
    know(json!({"quotas": [{"name": "team", "resource": resource, "hard": hard, "used": used}]}))
}

fn condition(kind: &str, reason: &str) -> Value {
    json!({"hpa": {"status": {"conditions": [{"type": kind, "status": "False", "reason": reason}]}}})
}

fn limit(cpu: &str) -> Value {
    know(json!({"containers": [{"name": "app", "requests": {"cpu": "1"}, "limits": {"cpu": cpu}}]}))
}

/// A finding, what has it, what almost does.
type Case = (&'static str, Vec<Value>, Vec<Value>);

#[allow(clippy::too_many_lines)] // a table
fn cases() -> Vec<Case> {
    let hpa_author = json!({"kind": "hpaController"});
    let editor = json!({"kind": "other", "manager": "kubectl-edit"});
    let day = cron("UTC", "0 8 * * *", "0 18 * * *", "4");
    let day_for = |replicas| cron("UTC", "0 8 * * *", "0 18 * * *", replicas);
    let hpa_ref = |name: &str| json!({"kind": "HorizontalPodAutoscaler", "name": name});
    vec![
        (
            "asked-above-max",
            vec![usage("900m"), spec(json!({"maxReplicas": 4}))],
            vec![usage("900m")],
        ),
        (
            "asked-above-max",
            vec![object(
                json!({"spec": {"triggers": [day_for("9")], "maxReplicaCount": 8}}),
            )],
            vec![object(
                json!({"spec": {"triggers": [day_for("8")], "maxReplicaCount": 8}}),
            )],
        ),
        (
            "behavior-empty",
            vec![spec(json!({"behavior": {}}))],
            vec![spec(
                json!({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}),
            )],
        ),
        // As the API server stores `{}`.
        (
            "behavior-empty",
            vec![spec(json!({"behavior": {
                "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
                    {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]},
                "scaleDown": {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]},
            }}))],
            vec![],
        ),
        (
            "two-autoscalers",
            vec![know(
                json!({"autoscalers": [hpa_ref("web"), hpa_ref("other")]}),
            )],
            vec![know(json!({"autoscalers": [hpa_ref("web")]}))],
        ),
        // An HPA is KEDA's own only if KEDA made it.
        (
            "two-autoscalers",
            vec![
                object(json!({})),
                know(json!({"autoscalers": [hpa_ref("keda-hpa-orders")]})),
            ],
            vec![
                object(json!({})),
                know(json!({"autoscalers": [
                {"kind": "HorizontalPodAutoscaler", "name": "keda-hpa-orders", "madeFor": "orders"}]})),
            ],
        ),
        (
            "cron-windows-equal",
            vec![triggers(&[day.clone(), day_for("6")])],
            vec![triggers(&[
                day.clone(),
                cron("Europe/Oslo", "0 8 * * *", "0 18 * * *", "6"),
            ])],
        ),
        (
            "cron-windows-overlap",
            vec![triggers(&[
                day.clone(),
                cron("UTC", "0 17 * * *", "0 20 * * *", "6"),
            ])],
            vec![triggers(&[
                day.clone(),
                cron("UTC", "0 18 * * *", "0 20 * * *", "6"),
            ])],
        ),
        (
            "cron-never-closes",
            vec![triggers(&[cron("UTC", "0 8 * * *", "00 8 * * *", "4")])],
            vec![triggers(&[cron("UTC", "0 8 * * *", "59 7 * * *", "4")])],
        ),
        // 55.5 % of 50 % lies above 1.1, the 55 % that it is cut to does not.
        ("utilization-edge", vec![usage("555m")], vec![usage("549m")]),
        (
            "replicas-written-elsewhere",
            vec![changes(&[4, 6], &editor)],
            vec![changes(&[4, 6], &hpa_author)],
        ),
        (
            "replicas-written-elsewhere",
            vec![know(json!({"lastApplied": {"replicas": 3}}))],
            vec![],
        ),
        (
            "fallback-active",
            vec![fallback("True")],
            vec![fallback("False")],
        ),
        (
            "job-condition-outlives-jobs",
            vec![job(&day)],
            vec![job(
                &json!({"type": "prometheus", "metadata": {"serverAddress": "http://p", "query": "q", "threshold": "1"}}),
            )],
        ),
        (
            "job-condition-outlives-jobs",
            vec![queue_of(&[1.0, 1.0, 1.0, 2.0])],
            vec![queue_of(&[4.0, 3.0, 3.0, 4.0])],
        ),
        (
            "job-condition-outlives-jobs",
            vec![queue_of(&[5.0, 5.0, 5.0, 5.0, 5.0])],
            vec![queue_of(&[5.0, 5.0, 5.0])],
        ),
        (
            "job-condition-outlives-jobs",
            vec![asked_of(&[1, 1, 1, 1, 1]), {
                // None was made while one still ran.
                let mut patch = asked_of(&[1, 1, 1, 1, 1]);
                patch["asked"][2]["least"] = json!(0);
                patch
            }],
            vec![
                asked_of(&[2, 1, 1, 1, 1]),
                asked_of(&[1, 0, 1, 1, 1]),
                {
                    let mut patch = asked_of(&[3, 3, 3, 3, 3]);
                    patch["asked"][1]["most"] = Value::Null;
                    patch
                },
                asked_of(&[1, 1, 1]),
            ],
        ),
        (
            "hpa-unable",
            vec![condition("ScalingActive", "FailedGetResourceMetric")],
            vec![condition("ScalingActive", "ScalingDisabled")],
        ),
        (
            "hpa-unable",
            vec![condition("AbleToScale", "FailedGetScale")],
            vec![
                json!({"hpa": {"status": {"conditions": [{"type": "AbleToScale", "status": "True", "reason": "SucceededGetScale"}]}}}),
            ],
        ),
        (
            "keda-absent",
            vec![object(json!({})), know(json!({"keda": {"kind": "absent"}}))],
            vec![know(json!({"keda": {"kind": "absent"}}))],
        ),
        (
            "keda-failing",
            vec![object(json!({})), operator(0)],
            vec![object(json!({})), operator(1)],
        ),
        (
            "keda-failing",
            vec![object(
                json!({"status": {"conditions": [{"type": "Ready", "status": "False", "reason": "TriggerError"}]}}),
            )],
            vec![object(
                json!({"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}),
            )],
        ),
        (
            "target-above-limits",
            vec![cpu_target(150), limit("1500m")],
            vec![cpu_target(150), limit("1800m")],
        ),
        // At the limit the ratio is 1.1, within the tolerance.
        (
            "target-above-limits",
            vec![cpu_target(150), limit("1650m")],
            vec![cpu_target(150), limit("1660m")],
        ),
        (
            "metrics-api-absent",
            vec![know(
                json!({"metricsApis": [{"group": "custom.metrics.k8s.io", "isAvailable": true}]}),
            )],
            vec![know(
                json!({"metricsApis": [{"group": "metrics.k8s.io", "isAvailable": true}]}),
            )],
        ),
        (
            "metrics-api-failing",
            vec![
                json!({"hpa": {"metrics": {"resource": {"result": {"value": null, "error": "timeout"}}}}}),
            ],
            vec![know(json!({"metricsApis": [
                {"group": "metrics.k8s.io", "isAvailable": true}, {"group": "custom.metrics.k8s.io", "isAvailable": false}]}))],
        ),
        (
            "metrics-api-failing",
            vec![know(
                json!({"metricsApis": [{"group": "metrics.k8s.io", "isAvailable": false, "message": "no endpoints"}]}),
            )],
            vec![],
        ),
        (
            "min-equals-max",
            vec![spec(json!({"minReplicas": 4, "maxReplicas": 4}))],
            vec![spec(json!({"minReplicas": 4, "maxReplicas": 5}))],
        ),
        // From 0 to 1 is a choice.
        (
            "min-equals-max",
            vec![object(
                json!({"spec": {"minReplicaCount": 1, "maxReplicaCount": 1}}),
            )],
            vec![object(json!({"spec": {"maxReplicaCount": 1}}))],
        ),
        (
            "oscillation",
            vec![changes(&[4, 8, 4, 8, 4], &hpa_author)],
            vec![changes(&[4, 8, 4, 8], &hpa_author)],
        ),
        // Steps in one direction are one swing; the last goes back less than half.
        (
            "oscillation",
            vec![changes(&[4, 6, 8, 4, 8, 6, 4], &hpa_author)],
            vec![changes(&[4, 8, 4, 12, 9], &hpa_author)],
        ),
        (
            "paused-forgotten",
            paused("autoscaling.keda.sh/paused", Some("2026-02-28T12:00:00Z")),
            paused("autoscaling.keda.sh/paused", Some("2026-02-28T12:00:01Z")),
        ),
        (
            "paused-forgotten",
            paused(
                "autoscaling.keda.sh/paused-scale-in",
                Some("2026-01-01T00:00:00Z"),
            ),
            paused("autoscaling.keda.sh/paused-scale-in", None),
        ),
        (
            "missing-request",
            vec![pods_with(pod("web-4", "web", &json!({"memory": "1Gi"})))],
            vec![pods_with(pod("web-4", "other", &json!({"memory": "1Gi"})))],
        ),
        ("pods-unschedulable", vec![waiting(1)], vec![scale(6, 4)]),
        (
            "quota-exhausted",
            vec![scale(6, 4), quota("pods", "5", "4")],
            vec![scale(6, 4), quota("pods", "6", "4")],
        ),
        (
            "quota-exhausted",
            vec![scale(6, 4), quota("requests.cpu", "5500m", "4")],
            vec![scale(4, 4), quota("requests.cpu", "4", "4")],
        ),
        (
            "disruption-budget-forbids",
            vec![waiting(0)],
            vec![know(
                json!({"disruptionBudgets": [{"name": "web", "disruptionsAllowed": 0}]}),
            )],
        ),
        (
            "vpa-same-resource",
            vec![vertical("Recreate", "cpu")],
            vec![vertical("Off", "cpu")],
        ),
        (
            "vpa-same-resource",
            vec![vertical("", "cpu")],
            vec![vertical("Recreate", "memory")],
        ),
    ]
}

fn ids(report: &Report) -> BTreeSet<&str> {
    report
        .findings
        .iter()
        .map(|finding| finding.id.as_str())
        .collect()
}

#[test]
fn each_finding_and_its_near_miss() {
    for (id, has, has_not) in cases() {
        let report = findings::report(&workload(&has));
        let finding = report.findings.iter().find(|finding| finding.id == id);
        let finding = finding.unwrap_or_else(|| panic!("{id} is missed: {has:?}"));
        assert!(
            !finding.evidence.is_empty()
                && finding.evidence.iter().all(|one| !one.field.is_empty()),
            "{id}"
        );
        for sentence in [&finding.summary, &finding.advice] {
            assert!(sentence.ends_with('.'), "{id}: {sentence}");
        }
        let report = findings::report(&workload(&has_not));
        assert!(
            !ids(&report).contains(id),
            "{id} is false: {:?}",
            report.findings
        );
    }
}

#[test]
fn every_check_has_a_case_and_an_id_of_its_own() {
    let checked: BTreeSet<&str> = cases().iter().map(|case| case.0).collect();
    let mut listed = BTreeSet::new();
    for check in findings::all() {
        let id = check.id();
        assert!(listed.insert(id), "{id} twice");
        let is_kebab = id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        assert!(is_kebab, "{id}");
        assert!(check.summary().ends_with('.'), "{id}");
    }
    assert_eq!(checked, listed);
}

/// A check that is written but not listed would never run.
#[test]
fn every_check_that_is_written_is_listed() {
    let listing = include_str!("../src/findings/mod.rs");
    let all = listing
        .split("pub fn all()")
        .nth(1)
        .unwrap()
        .split("\n}")
        .next()
        .unwrap();
    let modules = listing
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let unlisted: Vec<&str> = modules
        .filter(|module| !all.contains(&format!("&{module}::")))
        .collect();
    assert_eq!(unlisted, Vec::<&str>::new());
}

#[test]
fn where_all_is_well_nothing_is_found_or_untold() {
    let report = findings::report(&workload(&[]));
    assert_eq!(
        report,
        Report {
            findings: Vec::new(),
            untold: Vec::new()
        }
    );
}

#[test]
fn what_is_not_known_makes_no_finding() {
    let mut unknown = workload(&[]);
    let known = workload(&[json!({"known": null})]);
    unknown.recording = None;
    for workload in [unknown, known] {
        let report = findings::report(&workload);
        assert_eq!(report.findings, Vec::new());
        assert!(report.untold.iter().any(|one| one.id == "oscillation"));
    }
    let report = findings::report(&workload(&[json!({"known": null})]));
    let untold: Vec<&str> = report.untold.iter().map(|one| one.id.as_str()).collect();
    for id in [
        "two-autoscalers",
        "replicas-written-elsewhere",
        "metrics-api-absent",
        "target-above-limits",
        "vpa-same-resource",
    ] {
        assert!(untold.contains(&id), "{id}");
    }
}

#[test]
fn a_change_by_nobody_known_is_untold() {
    let workload = workload(&[changes(&[4, 6], &Value::Null)]);
    let report = findings::report(&workload);
    assert_eq!(report.findings, Vec::new());
    assert!(
        report
            .untold
            .iter()
            .any(|one| one.id == "replicas-written-elsewhere")
    );
}

#[test]
fn guessed_pods_and_metrics_make_no_finding() {
    let guess = json!({"kind": "estimated", "guess": "g"});
    let pods = pods_with(pod("web-4", "web", &json!({})));
    let guessed = [pods, json!({"hpa": {"podsCertainty": guess}})];
    assert!(!ids(&findings::report(&workload(&guessed))).contains("missing-request"));
    let answer = json!({"hpa": {"metrics": {"resource": {"certainty": guess}}}});
    let guessed = [usage("555m"), answer];
    assert!(!ids(&findings::report(&workload(&guessed))).contains("utilization-edge"));
}
