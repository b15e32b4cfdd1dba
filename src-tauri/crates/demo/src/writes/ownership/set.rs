//! A set of fields of an object, as a tree (structured-merge-diff, `fieldpath/set.go`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};

use crate::writes::schema::Spot;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// A field, or a key of a map.
    Field(String),
    /// An element of a list by its keys, each with its value as JSON.
    Key(Vec<(String, String)>),
    /// An element of a set, as JSON.
    Value(String),
    /// An element by its place.
    Index(usize),
}

impl Element {
    /// As `managedFields` names it (`fieldpath/serialize-pe.go`).
    fn encode(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(keys) => {
                let each: Vec<String> = keys
                    .iter()
                    .map(|(key, value)| format!("{}:{value}", json!(key)))
                    .collect();
                format!("k:{{{}}}", each.join(","))
            }
            Self::Value(value) => format!("v:{value}"),
            Self::Index(index) => format!("i:{index}"),
        }
    }

    fn decode(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("f", name) => Some(Self::Field(name.to_owned())),
            ("k", keys) => {
                let keys: Map<String, Value> = serde_json::from_str(keys).ok()?;
                let mut keys: Vec<_> = keys
                    .into_iter()
                    .map(|(key, value)| (key, value.to_string()))
                    .collect();
                keys.sort();
                Some(Self::Key(keys))
            }
            ("v", value) => Some(Self::Value(
                serde_json::from_str::<Value>(value).ok()?.to_string(),
            )),
            ("i", index) => index.parse().ok().map(Self::Index),
            _ => None,
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(out, ".{name}"),
            Self::Key(keys) => {
                let each: Vec<String> = keys
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                write!(out, "[{}]", each.join(","))
            }
            Self::Value(value) => write!(out, "[={value}]"),
            Self::Index(index) => write!(out, "[{index}]"),
        }
    }
}

/// Fields, each by its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    members: BTreeSet<Element>,
    children: BTreeMap<Element, FieldSet>,
}

impl FieldSet {
    /// A set of paths of plain fields, each given with dots.
    pub fn of(paths: &[&str]) -> Self {
        let mut set = Self::default();
        for path in paths {
            let path: Vec<Element> = path
                .split('.')
                .map(|name| Element::Field(name.to_owned()))
                .collect();
            set.insert(&path);
        }
        set
    }

    /// Adds a path; the empty path is no field.
    pub fn insert(&mut self, path: &[Element]) {
        match path {
            [] => {}
            [last] => {
                self.members.insert(last.clone());
            }
            [first, rest @ ..] => self.children.entry(first.clone()).or_default().insert(rest),
        }
    }

    /// Whether it holds no path.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.children.values().all(Self::is_empty)
    }

    /// Whether `element` itself is in it.
    pub fn has(&self, element: &Element) -> bool {
        self.members.contains(element)
    }

    /// What is below `element`, unless that is nothing.
    pub fn below(&self, element: &Element) -> Option<&Self> {
        self.children.get(element).filter(|set| !set.is_empty())
    }

    /// Paths of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.members.extend(other.members.iter().cloned());
        for (element, theirs) in &other.children {
            let ours = all.children.entry(element.clone()).or_default();
            *ours = ours.union(theirs);
        }
        all
    }

    /// Paths of both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let members = self.members.intersection(&other.members).cloned().collect();
        let both = |(element, ours): (&Element, &Self)| {
            let set = ours.intersection(other.children.get(element)?);
            (!set.is_empty()).then(|| (element.clone(), set))
        };
        Self {
            members,
            children: self.children.iter().filter_map(both).collect(),
        }
    }

    /// Paths that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let members = self.members.difference(&other.members).cloned().collect();
        let left = |(element, ours): (&Element, &Self)| {
            let set = other
                .children
                .get(element)
                .map_or_else(|| ours.clone(), |theirs| ours.difference(theirs));
            (!set.is_empty()).then(|| (element.clone(), set))
        };
        Self {
            members,
            children: self.children.iter().filter_map(left).collect(),
        }
    }

    /// Paths that are neither in `other` nor below one that is.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let members = self.members.difference(&other.members).cloned().collect();
        let left = |(element, ours): (&Element, &Self)| {
            if other.members.contains(element) {
                return None;
            }
            let set = other
                .children
                .get(element)
                .map_or_else(|| ours.clone(), |theirs| ours.without(theirs));
            (!set.is_empty()).then(|| (element.clone(), set))
        };
        Self {
            members,
            children: self.children.iter().filter_map(left).collect(),
        }
    }

    /// The same with every struct's field on the way to another (`Set.EnsureNamedFieldsAreMembers`).
    #[must_use]
    pub fn with_named(&self, spot: Option<Spot<'_>>) -> Self {
        let mut set = Self {
            members: self.members.clone(),
            children: BTreeMap::new(),
        };
        for (element, below) in &self.children {
            let inner = match element {
                Element::Field(name) => {
                    let named = spot
                        .and_then(Spot::structure)
                        .is_some_and(|structure| structure.field(name).is_some());
                    if named {
                        set.members.insert(element.clone());
                    }
                    spot.and_then(|spot| spot.field(name))
                }
                Element::Key(_) => spot.and_then(Spot::element),
                Element::Value(_) | Element::Index(_) => None,
            };
            set.children
                .insert(element.clone(), below.with_named(inner));
        }
        set
    }

    /// All paths as text, members before what is below.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.members.iter().map(Element::to_string).collect();
        for (element, below) in &self.children {
            paths.extend(
                below
                    .paths()
                    .into_iter()
                    .map(|path| format!("{element}{path}")),
            );
        }
        paths
    }

    /// In the form of `FieldsV1` (`fieldpath/serialize.go`).
    pub fn to_json(&self) -> Value {
        let mut fields = Map::new();
        for element in &self.members {
            fields.insert(element.encode(), json!({}));
        }
        for (element, below) in &self.children {
            if below.is_empty() {
                continue;
            }
            let mut below = below.to_json();
            if self.members.contains(element) {
                below["."] = json!({});
            }
            fields.insert(element.encode(), below);
        }
        Value::Object(fields)
    }

    /// Whether all its fields are in a set in the form of `FieldsV1`.
    pub(super) fn is_within(&self, fields: &Value) -> bool {
        self.members
            .iter()
            .all(|element| is_member(fields, element))
            && self
                .children
                .iter()
                .all(|(element, below)| below.is_within(&fields[element.encode()]))
    }

    /// Whether any of its fields is in a set in the form of `FieldsV1`.
    pub(super) fn meets(&self, fields: &Value) -> bool {
        self.members
            .iter()
            .any(|element| is_member(fields, element))
            || self
                .children
                .iter()
                .any(|(element, below)| below.meets(&fields[element.encode()]))
    }

    /// From the form of `FieldsV1`; what cannot be read is left out.
    pub fn from_json(fields: &Value) -> Self {
        let mut set = Self::default();
        for (name, below) in fields.as_object().into_iter().flatten() {
            let Some(element) = Element::decode(name) else {
                continue;
            };
            let inner = Self::from_json(below);
            if inner.is_empty() || below.get(".").is_some() {
                set.members.insert(element.clone());
            }
            if !inner.is_empty() {
                set.children.insert(element, inner);
            }
        }
        set
    }
}

fn is_member(fields: &Value, element: &Element) -> bool {
    let below = fields.get(element.encode()).and_then(Value::as_object);
    below.is_some_and(|below| below.is_empty() || below.contains_key("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_form_of_managed_fields() {
        let fields = json!({
            "f:metadata": {"f:labels": {".": {}, "f:app.io/x": {}}, "f:finalizers": {"v:\"a\"": {}}},
            "f:spec": {"f:containers": {"k:{\"name\":\"a\"}": {".": {}, "f:image": {}}}},
        });
        let set = FieldSet::from_json(&fields);
        assert_eq!(set.to_json(), fields);
        let paths = set.paths();
        assert!(
            paths.contains(&".spec.containers[name=\"a\"].image".to_owned()),
            "{paths:?}"
        );
        assert!(
            paths.contains(&".metadata.finalizers[=\"a\"]".to_owned()),
            "{paths:?}"
        );
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let (all, some) = (FieldSet::of(&["a", "a.b", "c.d"]), FieldSet::of(&["a"]));
        assert_eq!(all.difference(&some), FieldSet::of(&["a.b", "c.d"]));
        assert_eq!(all.without(&some), FieldSet::of(&["c.d"]));
        assert_eq!(
            all.intersection(&FieldSet::of(&["a.b", "x"])),
            FieldSet::of(&["a.b"])
        );
        assert_eq!(some.union(&FieldSet::of(&["a.b", "c.d"])), all);
    }
}
