//! Rows of what lives in namespaces beside workloads: settings, storage, rights, events.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::words::{age, ago, either, int, items, name, text, text_or};
use super::{Column, Made, Printer};

const AGE: Column = ("Age", "string", 0);
const NAME: Column = ("Name", "string", 0);

pub(crate) fn printer(key: &str) -> Option<Printer> {
    let (columns, cells): Made = match key {
        "configmaps" => (&[NAME, ("Data", "string", 0), AGE], |object, now| {
            let count = members(&object["data"]) + members(&object["binaryData"]);
            vec![name(object), json!(count), age(object, now)]
        }),
        "secrets" => (
            &[NAME, ("Type", "string", 0), ("Data", "string", 0), AGE],
            |object, now| {
                let count = members(&object["data"]);
                vec![
                    name(object),
                    text(&object["type"]),
                    json!(count),
                    age(object, now),
                ]
            },
        ),
        "serviceaccounts" => (&[NAME, AGE], |object, now| {
            vec![name(object), age(object, now)]
        }),
        "persistentvolumeclaims" => (
            &[
                NAME,
                ("Status", "string", 0),
                ("Volume", "string", 0),
                ("Capacity", "string", 0),
                ("Access Modes", "string", 0),
                ("StorageClass", "string", 0),
                ("VolumeAttributesClass", "string", 0),
                AGE,
                ("VolumeMode", "string", 1),
            ],
            claim,
        ),
        "poddisruptionbudgets.policy" => (
            &[
                NAME,
                ("Min Available", "string", 0),
                ("Max Unavailable", "string", 0),
                ("Allowed Disruptions", "integer", 0),
                AGE,
            ],
            disruption_budget,
        ),
        "resourcequotas" => (
            &[NAME, ("Request", "string", 0), ("Limit", "string", 0), AGE],
            quota,
        ),
        "rolebindings.rbac.authorization.k8s.io"
        | "clusterrolebindings.rbac.authorization.k8s.io" => (
            &[
                NAME,
                ("Role", "string", 0),
                AGE,
                ("Users", "string", 1),
                ("Groups", "string", 1),
                ("ServiceAccounts", "string", 1),
            ],
            role_binding,
        ),
        "events" => (
            &[
                ("Last Seen", "string", 0),
                ("Type", "string", 0),
                ("Reason", "string", 0),
                ("Object", "string", 0),
                ("Subobject", "string", 1),
                ("Source", "string", 1),
                ("Message", "string", 0),
                ("First Seen", "string", 1),
                ("Count", "string", 1),
                ("Name", "string", 1),
            ],
            event,
        ),
        "leases.coordination.k8s.io" => (&[NAME, ("Holder", "string", 0), AGE], |object, now| {
            let holder = text(&object["spec"]["holderIdentity"]);
            vec![name(object), holder, age(object, now)]
        }),
        "controllerrevisions.apps" => (
            &[
                NAME,
                ("Controller", "string", 0),
                ("Revision", "string", 0),
                AGE,
            ],
            revision,
        ),
        _ => return None,
    };
    Some(Printer { columns, cells })
}

fn members(value: &Value) -> usize {
    value.as_object().map_or(0, serde_json::Map::len)
}

pub(crate) fn listed(value: &Value) -> Vec<&str> {
    items(value).iter().filter_map(Value::as_str).collect()
}

/// `ReadWriteOnce` as `RWO` (`GetAccessModesAsString`).
pub(crate) fn modes(value: &Value) -> String {
    let own = listed(value);
    let all = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let short = all.into_iter().filter(|(mode, _)| own.contains(mode));
    short.map(|(_, short)| short).collect::<Vec<_>>().join(",")
}

fn claim(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let bound = spec["volumeName"]
        .as_str()
        .is_some_and(|name| !name.is_empty());
    let phase = if object["metadata"]["deletionTimestamp"].is_null() {
        text(&status["phase"])
    } else {
        json!("Terminating")
    };
    let (capacity, access) = if bound {
        let capacity = either(&status["capacity"]["storage"]);
        (
            capacity.unwrap_or_else(|| "0".to_owned()),
            modes(&status["accessModes"]),
        )
    } else {
        (String::new(), String::new())
    };
    vec![
        name(object),
        phase,
        text(&spec["volumeName"]),
        json!(capacity),
        json!(access),
        text(&spec["storageClassName"]),
        text_or(&spec["volumeAttributesClassName"], "<unset>"),
        age(object, now),
        text_or(&spec["volumeMode"], "<unset>"),
    ]
}

fn disruption_budget(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = &object["spec"];
    let bound = |field: &str| json!(either(&spec[field]).unwrap_or_else(|| "N/A".to_owned()));
    vec![
        name(object),
        bound("minAvailable"),
        bound("maxUnavailable"),
        json!(int(&object["status"]["disruptionsAllowed"])),
        age(object, now),
    ]
}

fn quota(object: &Value, now: Timestamp) -> Vec<Value> {
    let status = &object["status"];
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in status["hard"].as_object().into_iter().flatten() {
        let used = either(&status["used"][resource]).unwrap_or_else(|| "0".to_owned());
        let text = format!("{resource}: {used}/{}", either(hard).unwrap_or_default());
        if resource.starts_with("limits.") {
            limits.push(text);
        } else {
            requests.push(text);
        }
    }
    vec![
        name(object),
        json!(requests.join(", ")),
        json!(limits.join(", ")),
        age(object, now),
    ]
}

fn role_binding(object: &Value, now: Timestamp) -> Vec<Value> {
    let role = &object["roleRef"];
    let of = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let subjects = |kind: &str| {
        let own = items(&object["subjects"]).iter();
        let own = own
            .filter(|subject| subject["kind"] == kind)
            .map(|subject| {
                let name = of(subject, "name");
                if kind == "ServiceAccount" {
                    format!("{}/{name}", of(subject, "namespace"))
                } else {
                    name
                }
            });
        json!(own.collect::<Vec<_>>().join(", "))
    };
    vec![
        name(object),
        json!(format!("{}/{}", of(role, "kind"), of(role, "name"))),
        age(object, now),
        subjects("User"),
        subjects("Group"),
        subjects("ServiceAccount"),
    ]
}

fn event(object: &Value, now: Timestamp) -> Vec<Value> {
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let first = match &object["firstTimestamp"] {
        Value::Null => ago(&object["eventTime"], now),
        time => ago(time, now),
    };
    let series = &object["series"];
    let last = match (&series["lastObservedTime"], &object["lastTimestamp"]) {
        (Value::Null, Value::Null) => first.clone(),
        (Value::Null, time) | (time, _) => ago(time, now),
    };
    let count = match (series["count"].as_i64(), int(&object["count"])) {
        (Some(count), _) => count,
        (None, count) => count.max(1),
    };
    let involved = &object["involvedObject"];
    let kind = of(&involved["kind"]).to_lowercase();
    let target = match of(&involved["name"]) {
        name if name.is_empty() => kind,
        name => format!("{kind}/{name}"),
    };
    let either_of = |first: &Value, second: &Value| match of(first) {
        text if text.is_empty() => of(second),
        text => text,
    };
    let component = either_of(
        &object["source"]["component"],
        &object["reportingComponent"],
    );
    let host = either_of(&object["source"]["host"], &object["reportingInstance"]);
    let source = if host.is_empty() {
        component
    } else {
        format!("{component}, {host}")
    };
    vec![
        json!(last),
        text(&object["type"]),
        text(&object["reason"]),
        json!(target),
        text(&involved["fieldPath"]),
        json!(source),
        json!(of(&object["message"]).trim()),
        json!(first),
        json!(count),
        name(object),
    ]
}

fn revision(object: &Value, now: Timestamp) -> Vec<Value> {
    let owners = items(&object["metadata"]["ownerReferences"]).iter();
    let mut owner = owners
        .filter(|owner| owner["controller"] == true)
        .map(|owner| {
            let of = |field: &str| owner[field].as_str().unwrap_or_default();
            let group = of("apiVersion").split_once('/').map(|(group, _)| group);
            let kind = of("kind").to_lowercase();
            match group {
                Some(group) => format!("{kind}.{group}/{}", of("name")),
                None => format!("{kind}/{}", of("name")),
            }
        });
    vec![
        name(object),
        json!(owner.next_back().unwrap_or_else(|| "<none>".to_owned())),
        json!(int(&object["revision"])),
        age(object, now),
    ]
}
