//! Reads the fields that every controller looks at.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::writes::seconds;

/// Fields of an object.
pub(crate) trait Fields {
    /// `metadata.name`
    fn name(&self) -> &str;
    /// `metadata.namespace`; empty where the kind has none.
    fn namespace(&self) -> &str;
    /// `metadata.uid`
    fn uid(&self) -> &str;
    /// `namespace/name`, or the name: as [`crate::store::Key`] has it.
    fn path(&self) -> String;
    /// A label; empty without it.
    fn label(&self, name: &str) -> &str;
    /// An annotation; empty without it.
    fn annotation(&self, name: &str) -> &str;
    /// Whether it is being deleted.
    fn is_deleted(&self) -> bool;
    /// The owner reference with `controller: true`.
    fn controller(&self) -> Option<&Value>;
    /// The condition of a type in `status.conditions`.
    fn condition(&self, kind: &str) -> Option<&Value>;
    /// Whether that condition is there and `True`.
    fn holds(&self, condition: &str) -> bool;
}

/// Values of fields.
pub(crate) trait Scalar {
    /// A text; empty if it is none.
    fn text(&self) -> &str;
    /// A whole number; 0 if it is none.
    fn number(&self) -> i64;
    /// A time, if it is one.
    fn time(&self) -> Option<Timestamp>;
    /// The items; none if it is no list.
    fn items(&self) -> &[Value];
}

impl Scalar for Value {
    fn text(&self) -> &str {
        self.as_str().unwrap_or_default()
    }

    fn number(&self) -> i64 {
        self.as_i64().unwrap_or_default()
    }

    fn time(&self) -> Option<Timestamp> {
        self.as_str()?.parse().ok()
    }

    fn items(&self) -> &[Value] {
        self.as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

impl Fields for Value {
    fn name(&self) -> &str {
        self["metadata"]["name"].text()
    }

    fn namespace(&self) -> &str {
        self["metadata"]["namespace"].text()
    }

    fn uid(&self) -> &str {
        self["metadata"]["uid"].text()
    }

    fn path(&self) -> String {
        match self.namespace() {
            "" => self.name().to_owned(),
            namespace => format!("{namespace}/{}", self.name()),
        }
    }

    fn label(&self, name: &str) -> &str {
        self["metadata"]["labels"][name].text()
    }

    fn annotation(&self, name: &str) -> &str {
        self["metadata"]["annotations"][name].text()
    }

    fn is_deleted(&self) -> bool {
        !self["metadata"]["deletionTimestamp"].is_null()
    }

    fn controller(&self) -> Option<&Value> {
        let mut owners = self["metadata"]["ownerReferences"].items().iter();
        owners.find(|owner| owner["controller"] == true)
    }

    fn condition(&self, kind: &str) -> Option<&Value> {
        let mut conditions = self["status"]["conditions"].items().iter();
        conditions.find(|condition| condition["type"] == kind)
    }

    fn holds(&self, condition: &str) -> bool {
        self.condition(condition)
            .is_some_and(|condition| condition["status"] == "True")
    }
}

/// `namespace` and `name` of a path.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or(("", path))
}

/// A reference to an object as its owner, with `controller: true`.
pub(crate) fn owned_by(owner: &Value) -> Value {
    json!([{
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
    }])
}

/// A condition with its reason and message.
#[derive(Clone, Debug)]
pub(crate) struct Condition<'a> {
    pub(crate) kind: &'a str,
    pub(crate) holds: bool,
    pub(crate) reason: &'a str,
    pub(crate) message: String,
}

/// Sets a condition in `status.conditions`, at the end if it is new. `lastTransitionTime` moves with its status only; what else a kind
/// keeps there (`lastUpdateTime`, `lastProbeTime`) is set in the entry that is returned.
pub(crate) fn set_condition<'o>(
    object: &'o mut Value,
    condition: &Condition<'_>,
    now: Timestamp,
) -> &'o mut Value {
    let list = &mut object["status"]["conditions"];
    if !list.is_array() {
        *list = json!([]);
    }
    let list = list.as_array_mut().expect("it was made a list");
    let status = if condition.holds { "True" } else { "False" };
    let found = list.iter().position(|one| one["type"] == condition.kind);
    let index = found.unwrap_or_else(|| {
        list.push(json!({"type": condition.kind}));
        list.len() - 1
    });
    let entry = &mut list[index];
    if entry["status"] != status {
        entry["status"] = json!(status);
        entry["lastTransitionTime"] = json!(seconds(now));
    }
    for (field, text) in [
        ("reason", condition.reason),
        ("message", condition.message.as_str()),
    ] {
        if text.is_empty() {
            if let Some(fields) = entry.as_object_mut() {
                fields.remove(field);
            }
        } else if entry[field] != text {
            entry[field] = json!(text);
        }
    }
    entry
}

/// Takes a condition away, and the list with the last.
pub(crate) fn remove_condition(object: &mut Value, kind: &str) {
    let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) else {
        return;
    };
    let Some(conditions) = status.get_mut("conditions").and_then(Value::as_array_mut) else {
        return;
    };
    conditions.retain(|condition| condition["type"] != kind);
    if conditions.is_empty() {
        status.remove("conditions");
    }
}
