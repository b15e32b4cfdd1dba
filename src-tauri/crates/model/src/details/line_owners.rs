//! Who set each line of an object's YAML last, from `metadata.managedFields`.
//!
//! An entry tells when its manager last changed anything, not when it changed this field; of several managers that
//! share a field the one that wrote last is named first.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::field_owners::{FieldOwner, field_owners, in_order};
use crate::yaml::{apart, lines_of};

/// The lines of an object's YAML and who set them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineOwners {
    /// Those who set any line together, the latest first; without their paths.
    pub groups: Vec<Vec<FieldOwner>>,
    /// For each line the group that set it; `None` where the server names nobody.
    pub lines: Vec<Option<usize>>,
}

/// Who set which line of [`crate::yaml::yaml`]'s text.
pub fn line_owners(object: &Value, now_ms: i64) -> LineOwners {
    let (written, _) = apart(object);
    let owners = field_owners(object, now_ms);
    let entries = in_order(object);
    let roots = entries
        .iter()
        .enumerate()
        .filter_map(|(owner, entry)| Some((owner, entry["fieldsV1"].as_object()?)));
    let holders: Vec<Holder<'_>> = roots
        .map(|(owner, set)| Holder {
            owner,
            set: Some(set),
        })
        .collect();
    let mut walk = Walk::default();
    match &written {
        Value::Object(members) if !members.is_empty() => walk.mapping(members, &holders),
        Value::Array(items) if !items.is_empty() => walk.sequence(items, &holders),
        scalar => walk.line(lines_of(scalar), &[]),
    }
    let named = |group: &Vec<usize>| {
        let named = group.iter().filter_map(|owner| owners.get(*owner));
        let without_paths = |owner: &FieldOwner| FieldOwner {
            paths: Vec::new(),
            ..owner.clone()
        };
        named.map(without_paths).collect()
    };
    LineOwners {
        groups: walk.groups.iter().map(named).collect(),
        lines: walk.lines,
    }
}

/// What one entry says of a place in the object.
#[derive(Clone, Copy)]
struct Holder<'a> {
    owner: usize,
    /// `None`: it holds the place and all below.
    set: Option<&'a Map<String, Value>>,
}

impl<'a> Holder<'a> {
    /// Whether it holds the place itself, and not only something below.
    fn holds(&self) -> bool {
        self.set.is_none_or(|set| set.contains_key("."))
    }

    fn below(&self, node: Option<&'a Value>) -> Option<Holder<'a>> {
        let set = match self.set {
            None => None,
            Some(_) => node?
                .as_object()
                .map(|set| (!set.is_empty()).then_some(set))?,
        };
        Some(Holder { set, ..*self })
    }
}

#[derive(Default)]
struct Walk {
    groups: Vec<Vec<usize>>,
    known: HashMap<Vec<usize>, usize>,
    lines: Vec<Option<usize>>,
}

impl Walk {
    fn line(&mut self, count: usize, holders: &[Holder<'_>]) {
        let held = holders.iter().filter(|holder| holder.holds());
        let group: Vec<usize> = held.map(|holder| holder.owner).collect();
        let id = (!group.is_empty()).then(|| {
            *self.known.entry(group.clone()).or_insert_with(|| {
                self.groups.push(group);
                self.groups.len() - 1
            })
        });
        self.lines.extend(std::iter::repeat_n(id, count));
    }

    fn mapping(&mut self, members: &Map<String, Value>, holders: &[Holder<'_>]) {
        for (key, value) in members {
            let name = format!("f:{key}");
            let below: Vec<_> = holders
                .iter()
                .filter_map(|holder| holder.below(holder.set.and_then(|set| set.get(&name))))
                .collect();
            match value {
                Value::Object(members) if !members.is_empty() => {
                    self.line(1, &below);
                    self.mapping(members, &below);
                }
                Value::Array(items) if !items.is_empty() => {
                    self.line(1, &below);
                    self.sequence(items, &below);
                }
                scalar => self.line(lines_of(scalar), &below),
            }
        }
    }

    fn sequence(&mut self, items: &[Value], holders: &[Holder<'_>]) {
        let indexes: Vec<_> = holders.iter().map(|holder| Items::of(holder.set)).collect();
        for (position, item) in items.iter().enumerate() {
            let below: Vec<_> = holders
                .iter()
                .zip(&indexes)
                .filter_map(|(holder, index)| holder.below(index.find(position, item)))
                .collect();
            match item {
                // The first line of what an item holds is the line of its dash.
                Value::Object(members) if !members.is_empty() => self.mapping(members, &below),
                Value::Array(items) if !items.is_empty() => self.sequence(items, &below),
                scalar => self.line(lines_of(scalar), &below),
            }
        }
    }
}

/// The items of a list that a set names.
#[derive(Default)]
struct Items<'a> {
    /// By the names of their keys, then by the keys' values.
    keyed: BTreeMap<Vec<String>, HashMap<String, &'a Value>>,
    valued: HashMap<String, &'a Value>,
    placed: HashMap<usize, &'a Value>,
}

impl<'a> Items<'a> {
    fn of(set: Option<&'a Map<String, Value>>) -> Self {
        let mut items = Items::default();
        for (step, node) in set.into_iter().flatten() {
            match step.split_once(':') {
                Some(("k", keys)) => {
                    if let Ok(keys) = serde_json::from_str::<BTreeMap<String, Value>>(keys) {
                        let values = text(&keys.values().collect::<Vec<_>>());
                        let names = keys.into_keys().collect();
                        items.keyed.entry(names).or_default().insert(values, node);
                    }
                }
                Some(("v", value)) => {
                    if let Ok(value) = serde_json::from_str::<Value>(value) {
                        items.valued.insert(text(&value), node);
                    }
                }
                Some(("i", place)) => {
                    if let Ok(place) = place.parse() {
                        items.placed.insert(place, node);
                    }
                }
                _ => {}
            }
        }
        items
    }

    fn find(&self, position: usize, item: &Value) -> Option<&'a Value> {
        let by_keys = self.keyed.iter().find_map(|(names, nodes)| {
            let values: Option<Vec<_>> = names.iter().map(|name| item.get(name)).collect();
            nodes.get(&text(&values?)).copied()
        });
        let by_value = || {
            (!self.valued.is_empty())
                .then(|| self.valued.get(&text(item)).copied())
                .flatten()
        };
        by_keys
            .or_else(by_value)
            .or_else(|| self.placed.get(&position).copied())
    }
}

/// Equal values have equal text.
fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{any_json, yaml};
    use proptest::prelude::*;
    use serde_json::json;

    fn told(object: &Value) -> Vec<String> {
        let owners = line_owners(object, 1_767_225_600_000);
        let names = |group: &Vec<FieldOwner>| {
            let names: Vec<_> = group.iter().map(|o| o.manager.clone()).collect();
            names.join("+")
        };
        let text = yaml(object).text;
        assert_eq!(text.lines().count(), owners.lines.len());
        text.lines()
            .zip(owners.lines)
            .map(|(line, group)| {
                let who = group.map(|group| names(&owners.groups[group]));
                format!("{line} <{}>", who.unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn each_line_names_who_set_it_last() {
        let object = json!({
            "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"app": "web"}, "finalizers": ["a/b"], "managedFields": [
                {"manager": "helm", "operation": "Update", "time": "2025-12-31T23:00:00Z", "fieldsV1": {
                    "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
                    "f:spec": {"f:replicas": {}, "f:selector": {}, "f:template": {"f:spec": {"f:containers": {
                        "k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}, "f:ports": {
                            "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}, "f:protocol": {}}}}}}}}}},
                {"manager": "keda", "operation": "Update", "subresource": "scale", "time": "2025-12-31T23:59:00Z", "fieldsV1": {
                    "f:metadata": {"f:finalizers": {"v:\"a/b\"": {}}}, "f:spec": {"f:replicas": {}}}},
                {"manager": "odd", "fieldsV1": 7},
            ]},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "note": "a\nb\n",
                "template": {"spec": {"containers": [
                    {"name": "side", "image": "s"},
                    {"name": "web", "image": "w", "args": [], "ports": [{"containerPort": 80, "protocol": "TCP"}]},
                ]}}},
        });
        assert_eq!(
            told(&object),
            [
                "kind: Deployment <>",
                "metadata: <>",
                "  finalizers: <>",
                "  - a/b <keda>",
                "  labels: <helm>",
                "    app: web <helm>",
                "  name: web <>",
                "spec: <>",
                "  note: | <>",
                "    a <>",
                "    b <>",
                "  replicas: 3 <keda+helm>",
                "  selector: <helm>",
                "    matchLabels: <helm>",
                "      app: web <helm>",
                "  template: <>",
                "    spec: <>",
                "      containers: <>",
                "      - image: s <>",
                "        name: side <>",
                "      - args: [] <>",
                "        image: w <helm>",
                "        name: web <helm>",
                "        ports: <>",
                "        - containerPort: 80 <helm>",
                "          protocol: TCP <helm>",
            ]
        );
    }

    proptest! {
        #[test]
        fn every_line_has_its_entry(value in any_json()) {
            let object = json!({"kind": "X", "spec": value, "metadata": {"managedFields": [
                {"manager": "m", "fieldsV1": {"f:spec": {}}}]}});
            let lines = told(&object);
            let set = lines.iter().filter(|line| line.ends_with("<m>")).count();
            // All but the kind and the metadata.
            prop_assert_eq!(set, lines.len() - 2);
        }
    }
}
