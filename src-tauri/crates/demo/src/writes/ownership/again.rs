//! Writes that change nothing but values of fields that their writer owns already: most of what controllers do.

use serde_json::{Value, json};

use super::compare::Difference;
use super::entries::{nobodys, order};
use super::{FieldSet, Owner};
use crate::writes::schema::Spot;

/// `managedFields` after such a write, without taking the entries apart; None where somebody's fields become more or fewer. Comes to
/// what [`super::track`] comes to.
pub fn track_again(
    spot: Spot<'_>,
    (before, after): (&Value, &Value),
    owner: &Owner,
    ignored: &FieldSet,
    now: &str,
) -> Option<Value> {
    let managed = before["metadata"]["managedFields"].as_array()?;
    let difference = Difference::between(spot, before, after).without(ignored);
    let nobodys = nobodys();
    let is_more = !difference.added.difference(&nobodys).is_empty();
    let is_fewer = !difference.removed.difference(&nobodys).is_empty();
    let modified = difference.modified.difference(&nobodys);
    if is_more || is_fewer {
        return None;
    }
    if modified.is_empty() {
        return Some(Value::Array(managed.clone()));
    }
    let is_own = |entry: &Value| owner.has(entry);
    let (own, others): (Vec<&Value>, Vec<&Value>) = managed.iter().partition(|entry| is_own(entry));
    let [own] = own[..] else { return None };
    let is_shared = others
        .iter()
        .any(|entry| modified.meets(&entry["fieldsV1"]));
    if is_shared || !modified.is_within(&own["fieldsV1"]) {
        return None;
    }
    let mut written = managed.clone();
    for entry in &mut written {
        if is_own(entry) {
            entry["time"] = json!(now);
        }
    }
    written.sort_by(|one, other| order(one).cmp(&order(other)));
    Some(Value::Array(written))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Entries, track};
    use super::*;
    use crate::writes::schema::Schema;

    /// A pod whose status two have written.
    fn pod(phase: &str, ready: &str) -> Value {
        let own = json!({"f:status": {"f:phase": {}, "f:conditions": {
            "k:{\"type\":\"Ready\"}": {".": {}, "f:type": {}, "f:status": {}}}}});
        let other = json!({"f:metadata": {"f:labels": {".": {}, "f:a": {}}}});
        let entry = |manager: &str, part: &str, fields: &Value| {
            let mut entry = json!({"manager": manager, "operation": "Update", "apiVersion": "v1",
                "time": "2026-11-28T12:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": fields});
            if !part.is_empty() {
                entry["subresource"] = json!(part);
            }
            entry
        };
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"a": "b"}, "managedFields": [
            entry("kubelet", "status", &own), entry("maker", "", &other)]},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]}})
    }

    #[test]
    fn it_is_what_taking_the_entries_apart_comes_to() {
        let schema = Schema::built_in("v1", "Pod").unwrap();
        let now = "2026-11-28T12:01:00Z";
        let owner = |manager: &str| Owner {
            manager: manager.to_owned(),
            applied: false,
            api_version: "v1".to_owned(),
            subresource: "status".to_owned(),
        };
        let mut labeled = pod("Running", "True");
        labeled["metadata"]["labels"]["a"] = json!("c");
        let cases = [
            ("kubelet", pod("Running", "True"), true),
            ("kubelet", pod("Pending", "False"), true),
            ("somebody", pod("Running", "True"), false),
            ("kubelet", labeled, false),
        ];
        let before = pod("Pending", "False");
        for (manager, mut after, again) in cases {
            after["metadata"]["managedFields"].take();
            let none = FieldSet::default();
            let both = (&before, &after);
            let entries = Entries::from_json(&before["metadata"]["managedFields"]);
            let apart = track(schema.root(), both, entries, &owner(manager), &none, now).to_json();
            let made = track_again(schema.root(), both, &owner(manager), &none, now);
            assert_eq!(made.is_some(), again, "{manager} {after}");
            assert_eq!(made.unwrap_or_else(|| apart.clone()), apart);
        }
    }
}
