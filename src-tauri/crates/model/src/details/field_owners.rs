//! Who set which field last, from `metadata.managedFields`.
//!
//! Sets of fields are written as structured-merge-diff does (`fieldpath/serialize.go`): `f:` names a member, `k:` an item
//! of a list by its keys, `v:` an item by its value, `i:` one by its place, `.` the thing itself.

use serde_json::Value;

use super::read::{line, list};
use super::shape::Moment;
use crate::{cells, text};

/// Paths told of one entry at most.
const MOST: usize = 5_000;

/// One entry of the managed fields.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldOwner {
    /// `kubectl-client-side-apply`.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// `status`; empty for the object itself.
    pub subresource: String,
    /// Version in which the paths are meant.
    pub api_version: String,
    /// When it last changed.
    pub time: Option<Moment>,
    /// `.spec.containers[name=web].image`, in the order of the object.
    pub paths: Vec<String>,
    /// How many there are.
    pub total: usize,
}

/// All entries, the latest first; those without a time come last.
pub fn field_owners(object: &Value, now_ms: i64) -> Vec<FieldOwner> {
    in_order(object)
        .into_iter()
        .map(|entry| {
            let mut paths = Vec::new();
            let mut total = 0;
            walk(&entry["fieldsV1"], "", &mut paths, &mut total);
            FieldOwner {
                manager: line(&entry["manager"]),
                operation: line(&entry["operation"]),
                subresource: line(&entry["subresource"]),
                api_version: line(&entry["apiVersion"]),
                time: moment(&entry["time"], now_ms),
                paths,
                total,
            }
        })
        .collect()
}

/// The entries in the order of [`field_owners`].
pub(super) fn in_order(object: &Value) -> Vec<&Value> {
    let mut entries: Vec<&Value> = list(&object["metadata"]["managedFields"]).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(at_ms(&entry["time"])));
    entries
}

fn at_ms(time: &Value) -> Option<i64> {
    let stamp: jiff::Timestamp = time.as_str()?.parse().ok()?;
    Some(stamp.as_millisecond())
}

fn moment(time: &Value, now_ms: i64) -> Option<Moment> {
    let at_ms = at_ms(time)?;
    let cell = cells::age(Some(at_ms), now_ms);
    Some(Moment {
        at_ms,
        text: cell.text,
        until_ms: cell.until_ms,
    })
}

fn walk(fields: &Value, path: &str, paths: &mut Vec<String>, total: &mut usize) {
    let Some(members) = fields.as_object() else {
        return;
    };
    for (key, below) in members {
        if key == "." {
            continue;
        }
        let path = format!("{path}{}", step(key));
        // What holds nothing but itself is a leaf too.
        let deeper = below
            .as_object()
            .is_some_and(|members| members.keys().any(|key| key != "."));
        if deeper {
            walk(below, &path, paths, total);
        } else {
            *total += 1;
            if paths.len() < MOST {
                paths.push(path);
            }
        }
    }
}

/// One step of a path.
fn step(key: &str) -> String {
    let shown = |text: &str| text::visible(text).into_owned();
    match key.split_once(':') {
        Some(("f", name)) => format!(".{}", shown(name)),
        Some(("k", keys)) => match serde_json::from_str::<Value>(keys) {
            Ok(Value::Object(keys)) => {
                let each = keys.iter().map(|(key, value)| match value {
                    Value::String(value) => format!("{}={}", shown(key), shown(value)),
                    other => format!("{}={other}", shown(key)),
                });
                format!("[{}]", each.collect::<Vec<_>>().join(","))
            }
            _ => format!("[{}]", shown(keys)),
        },
        Some(("v", value)) => format!("[={}]", shown(value)),
        Some(("i", index)) => format!("[{}]", shown(index)),
        _ => format!(".{}", shown(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_read_as_people_write_them() {
        let object = json!({"metadata": {"managedFields": [
            {"manager": "helm", "operation": "Update", "apiVersion": "apps/v1", "time": "2025-12-31T23:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": {
                "f:metadata": {"f:labels": {".": {}, "f:app.kubernetes.io/name": {}}, "f:finalizers": {".": {}, "v:\"a/b\"": {}}},
                "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}},
                    "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}}}}}}}},
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "time": "2025-12-31T23:59:00Z", "fieldsV1": {"f:status": {"f:list": {"i:0": {}}}}},
            {"manager": "odd", "fieldsV1": 7},
        ]}});
        let owners = field_owners(&object, 1_767_225_600_000);
        let told: Vec<_> = owners
            .iter()
            .map(|o| {
                (
                    &*o.manager,
                    &*o.subresource,
                    o.time.as_ref().map(|t| &*t.text),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("kube-controller-manager", "status", Some("60s")),
                ("helm", "", Some("60m")),
                ("odd", "", None),
            ]
        );
        assert_eq!(owners[0].paths, [".status.list[0]"]);
        assert_eq!(
            owners[1].paths,
            [
                ".metadata.finalizers[=\"a/b\"]",
                ".metadata.labels.app.kubernetes.io/name",
                ".spec.replicas",
                ".spec.template.spec.containers[containerPort=80,protocol=TCP]",
                ".spec.template.spec.containers[name=web].image",
            ]
        );
    }
}
