//! Autoscalers, workloads, Jobs and events as facts have them.

use jiff::Timestamp;
use serde_json::Value;

use crate::fact::{Author, EventState, HpaState, JobState, TargetState};
use crate::links::Selector;
use crate::row::DecodeError;
use crate::rows::EventRow;
use scaling::keda::scaled_job::jobs::{Job, JobCondition};

/// The annotation by which KEDA tells Jobs of an older spec (KEDA v2.21.0 `pkg/scaling/executor/scale_jobs.go`).
const GENERATION: &str = "scaledjob.keda.sh/generation";

/// An HPA; its spec and status have the API's own shape.
pub(super) fn hpa(mut object: Value) -> Result<HpaState, DecodeError> {
    let spec_by = author(&object, &["f:spec"]);
    let (spec, status) = (object["spec"].take(), object["status"].take());
    let meta = &object["metadata"];
    Ok(HpaState {
        name: text(&meta["name"]),
        uid: text(&meta["uid"]),
        created: time(&meta["creationTimestamp"]),
        resource_version: text(&meta["resourceVersion"]),
        spec: serde_json::from_value(spec)?,
        status: match status {
            Value::Null => scaling::hpa::status::Status::default(),
            status => serde_json::from_value(status)?,
        },
        spec_by,
    })
}

/// A workload of any kind that has a scale subresource, read where built-in kinds and those of the field keep it.
pub(super) fn target(group: &str, kind: &str, object: &Value) -> TargetState {
    let (meta, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let version = object["apiVersion"].as_str().map(str::to_owned);
    TargetState {
        // Lists leave it out of their items.
        api_version: version.unwrap_or_else(|| match group {
            "" => "v1".to_owned(),
            group => format!("{group}/v1"),
        }),
        kind: kind.to_owned(),
        name: text(&meta["name"]),
        uid: text(&meta["uid"]),
        replicas: count(&spec["replicas"]),
        existing: count(&status["replicas"]).unwrap_or(0),
        ready: count(&status["readyReplicas"]).unwrap_or(0),
        selector: selector(spec, status),
        replicas_by: author(object, &["f:spec", "f:replicas"]),
    }
}

/// In its text form, as `status.selector` of the scale subresource.
fn selector(spec: &Value, status: &Value) -> String {
    let told = [&status["selector"], &status["labelSelector"]];
    if let Some(told) = told.into_iter().find_map(Value::as_str) {
        return told.to_owned();
    }
    let own = &spec["selector"];
    let is_object = own["matchLabels"].is_object() || own["matchExpressions"].is_array();
    let read = if is_object {
        Selector::of_object(own)
    } else {
        Selector::of_map(own)
    };
    read.map(|selector| selector.query()).unwrap_or_default()
}

/// A Job, without its pods: they are facts of their own.
pub(super) fn job(object: &Value) -> Result<JobState, DecodeError> {
    let (meta, status) = (&object["metadata"], &object["status"]);
    let conditions: Vec<JobCondition> = match &status["conditions"] {
        Value::Null => Vec::new(),
        conditions => serde_json::from_value(conditions.clone())?,
    };
    let failed = status["conditions"].as_array().into_iter().flatten();
    let failed = failed
        .filter(|one| one["type"] == "Failed" && one["status"] == "True")
        .find_map(|one| time(&one["lastTransitionTime"]));
    let completion_time = time(&status["completionTime"]);
    Ok(JobState {
        job: Job {
            name: text(&meta["name"]),
            generation: meta["annotations"][GENERATION].as_str().map(str::to_owned),
            conditions,
            completion_time,
            pods: Vec::new(),
        },
        created: time(&meta["creationTimestamp"]),
        started: time(&status["startTime"]),
        ended: completion_time.or(failed),
        ready: count(&status["ready"]),
    })
}

/// An event as its row has it.
pub(super) fn event(row: &EventRow) -> EventState {
    let stamp = |ms: Option<i64>| Timestamp::from_millisecond(ms?).ok();
    EventState {
        name: row.meta.name.to_string(),
        about_kind: row.object_kind.to_string(),
        about: row.object_name.to_string(),
        reason: row.reason.to_string(),
        message: row.message.to_string(),
        is_warning: row.kind == "Warning",
        count: row.count,
        first: stamp(row.first_ms),
        last: stamp(row.last_ms),
    }
}

/// When the object was last written, of what `managedFields` tells.
pub(super) fn written(object: &Value) -> Option<Timestamp> {
    managed(object)
        .filter_map(|entry| time(&entry["time"]))
        .max()
}

/// Who wrote the field at this path last; of those who own it the latest.
fn author(object: &Value, path: &[&str]) -> Option<Author> {
    let owns = |entry: &&Value| {
        let field = path.iter().fold(&entry["fieldsV1"], |at, name| &at[*name]);
        !field.is_null() && entry["subresource"] != "status"
    };
    let latest = managed(object)
        .filter(owns)
        .max_by_key(|entry| time(&entry["time"]))?;
    Some(Author {
        manager: text(&latest["manager"]),
        subresource: text(&latest["subresource"]),
        at: time(&latest["time"]),
    })
}

/// The manager that wrote the spec or an annotation last.
pub(super) fn editor(object: &Value) -> Option<Author> {
    let paths: [&[&str]; 2] = [&["f:spec"], &["f:metadata", "f:annotations"]];
    let written = paths.into_iter().filter_map(|path| author(object, path));
    // Of two at the same second, who has the spec.
    written.reduce(|one, other| if other.at > one.at { other } else { one })
}

fn managed(object: &Value) -> impl Iterator<Item = &Value> {
    let entries = object["metadata"]["managedFields"].as_array();
    entries.into_iter().flatten()
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn count(value: &Value) -> Option<i32> {
    i32::try_from(value.as_i64()?).ok()
}
