//! Rows of what runs pods, or scales what does.

use jiff::Timestamp;
use model::duration;
use serde_json::{Value, json};

use super::Printer;
use super::words::{
    age, ago, containers, either, holds, int, items, labels, name, selector, selector_or_none,
    since, text, text_or,
};

const AGE: super::Column = ("Age", "string", 0);
const NAME: super::Column = ("Name", "string", 0);
const CONTAINERS: super::Column = ("Containers", "string", 1);
const IMAGES: super::Column = ("Images", "string", 1);
const SELECTOR: super::Column = ("Selector", "string", 1);

pub(crate) fn printer(key: &str) -> Option<Printer> {
    Some(match key {
        "deployments.apps" => Printer {
            columns: &[
                NAME,
                ("Ready", "string", 0),
                ("Up-to-date", "string", 0),
                ("Available", "string", 0),
                AGE,
                CONTAINERS,
                IMAGES,
                SELECTOR,
            ],
            cells: deployment,
        },
        "replicasets.apps" | "replicationcontrollers" => Printer {
            columns: &[
                NAME,
                ("Desired", "integer", 0),
                ("Current", "integer", 0),
                ("Ready", "integer", 0),
                AGE,
                CONTAINERS,
                IMAGES,
                SELECTOR,
            ],
            cells: replica_set,
        },
        "statefulsets.apps" => Printer {
            columns: &[NAME, ("Ready", "string", 0), AGE, CONTAINERS, IMAGES],
            cells: stateful_set,
        },
        "daemonsets.apps" => Printer {
            columns: &[
                NAME,
                ("Desired", "integer", 0),
                ("Current", "integer", 0),
                ("Ready", "integer", 0),
                ("Up-to-date", "integer", 0),
                ("Available", "integer", 0),
                ("Node Selector", "string", 0),
                AGE,
                CONTAINERS,
                IMAGES,
                SELECTOR,
            ],
            cells: daemon_set,
        },
        "jobs.batch" => Printer {
            columns: &[
                NAME,
                ("Status", "string", 0),
                ("Completions", "string", 0),
                ("Duration", "string", 0),
                AGE,
                CONTAINERS,
                IMAGES,
                SELECTOR,
            ],
            cells: job,
        },
        "cronjobs.batch" => Printer {
            columns: &[
                NAME,
                ("Schedule", "string", 0),
                ("Timezone", "string", 0),
                ("Suspend", "boolean", 0),
                ("Active", "integer", 0),
                ("Last Schedule", "string", 0),
                AGE,
                CONTAINERS,
                IMAGES,
                SELECTOR,
            ],
            cells: cron_job,
        },
        "horizontalpodautoscalers.autoscaling" => Printer {
            columns: &[
                NAME,
                ("Reference", "string", 0),
                ("Targets", "string", 0),
                ("MinPods", "string", 0),
                ("MaxPods", "string", 0),
                ("Replicas", "string", 0),
                AGE,
            ],
            cells: autoscaler,
        },
        _ => return None,
    })
}

fn deployment(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let [names, images] = containers(&spec["template"]);
    vec![
        name(object),
        json!(format!(
            "{}/{}",
            int(&status["readyReplicas"]),
            int(&spec["replicas"])
        )),
        json!(int(&status["updatedReplicas"])),
        json!(int(&status["availableReplicas"])),
        age(object, now),
        names,
        images,
        json!(selector(&spec["selector"])),
    ]
}

fn replica_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let [names, images] = containers(&spec["template"]);
    let selector = if object["kind"] == "ReplicationController" {
        labels(&spec["selector"])
    } else {
        selector_or_none(&spec["selector"])
    };
    vec![
        name(object),
        json!(int(&spec["replicas"])),
        json!(int(&status["replicas"])),
        json!(int(&status["readyReplicas"])),
        age(object, now),
        names,
        images,
        selector,
    ]
}

fn stateful_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let [names, images] = containers(&spec["template"]);
    let ready = format!(
        "{}/{}",
        int(&status["readyReplicas"]),
        int(&spec["replicas"])
    );
    vec![name(object), json!(ready), age(object, now), names, images]
}

fn daemon_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let [names, images] = containers(&spec["template"]);
    let mut cells = vec![name(object)];
    for field in [
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    ] {
        cells.push(json!(int(&status[field])));
    }
    cells.extend([
        labels(&spec["template"]["spec"]["nodeSelector"]),
        age(object, now),
        names,
        images,
        selector_or_none(&spec["selector"]),
    ]);
    cells
}

fn job(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let succeeded = int(&status["succeeded"]);
    let completions = match (spec["completions"].as_i64(), int(&spec["parallelism"])) {
        (Some(wanted), _) => format!("{succeeded}/{wanted}"),
        (None, parallelism @ 2..) => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    };
    let took = since(&status["startTime"], now).map_or_else(String::new, |started| {
        let ended = since(&status["completionTime"], now).unwrap_or(0);
        duration::human(started - ended)
    });
    let state = if holds(object, "Complete") {
        "Complete"
    } else if holds(object, "Failed") {
        "Failed"
    } else if !object["metadata"]["deletionTimestamp"].is_null() {
        "Terminating"
    } else {
        let mut rest = ["Suspended", "FailureTarget", "SuccessCriteriaMet"].into_iter();
        rest.find(|state| holds(object, state)).unwrap_or("Running")
    };
    let [names, images] = containers(&spec["template"]);
    vec![
        name(object),
        json!(state),
        json!(completions),
        json!(took),
        age(object, now),
        names,
        images,
        selector_or_none(&spec["selector"]),
    ]
}

fn cron_job(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let suspended = match spec["suspend"].as_bool() {
        Some(true) => "True",
        Some(false) => "False",
        None => "<unset>",
    };
    let last = match &status["lastScheduleTime"] {
        Value::Null => "<none>".to_owned(),
        time => ago(time, now),
    };
    let job = &spec["jobTemplate"]["spec"];
    let [names, images] = containers(&job["template"]);
    vec![
        name(object),
        text(&spec["schedule"]),
        text_or(&spec["timeZone"], "<none>"),
        json!(suspended),
        json!(items(&status["active"]).len()),
        json!(last),
        age(object, now),
        names,
        images,
        selector_or_none(&job["selector"]),
    ]
}

fn autoscaler(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let target = &spec["scaleTargetRef"];
    let of = |field: &str| target[field].as_str().unwrap_or_default().to_owned();
    vec![
        name(object),
        json!(format!("{}/{}", of("kind"), of("name"))),
        json!(targets(
            items(&spec["metrics"]),
            items(&status["currentMetrics"])
        )),
        json!(either(&spec["minReplicas"]).unwrap_or_else(|| "<unset>".to_owned())),
        json!(int(&spec["maxReplicas"])),
        json!(int(&status["currentReplicas"])),
        age(object, now),
    ]
}

/// `formatHPAMetrics`.
fn targets(specs: &[Value], statuses: &[Value]) -> String {
    if specs.is_empty() {
        return "<none>".to_owned();
    }
    let each = specs.iter().enumerate();
    let all: Vec<String> = each
        .map(|(at, spec)| metric(spec, statuses.get(at)))
        .collect();
    let shown = all[..all.len().min(2)].join(", ");
    match all.len() {
        more @ 3.. => format!("{shown} + {} more...", more - 2),
        _ => shown,
    }
}

fn metric(spec: &Value, status: Option<&Value>) -> String {
    let (field, named) = match spec["type"].as_str().unwrap_or_default() {
        "External" => ("external", false),
        "Pods" => ("pods", false),
        "Object" => ("object", false),
        "Resource" => ("resource", true),
        "ContainerResource" => ("containerResource", true),
        _ => return "<unknown type>".to_owned(),
    };
    let target = &spec[field]["target"];
    let current = status.map(|status| &status[field]["current"]);
    let now = |field: &str| {
        let value = current.and_then(|current| either(&current[field]));
        value.unwrap_or_else(|| "<unknown>".to_owned())
    };
    let percent = |value: &Value| value.as_i64().map(|percent| format!("{percent}%"));
    let name = spec[field]["name"].as_str().unwrap_or_default();
    match (either(&target["averageValue"]), named) {
        (Some(average), true) => format!("{name}: {}/{average}", now("averageValue")),
        (Some(average), false) if field == "pods" => format!("{}/{average}", now("averageValue")),
        (Some(average), false) => format!("{}/{average} (avg)", now("averageValue")),
        (None, true) => {
            let current = current.and_then(|current| percent(&current["averageUtilization"]));
            let current = current.unwrap_or_else(|| "<unknown>".to_owned());
            let wanted = percent(&target["averageUtilization"]);
            format!(
                "{name}: {current}/{}",
                wanted.unwrap_or_else(|| "<auto>".to_owned())
            )
        }
        (None, false) => {
            let wanted = either(&target["value"]).unwrap_or_default();
            format!("{}/{wanted}", now("value"))
        }
    }
}
