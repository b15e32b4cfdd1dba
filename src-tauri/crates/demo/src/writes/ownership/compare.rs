//! What differs between two states of an object (structured-merge-diff, `typed/compare.go`, `typed/tofieldset.go`, `typed/remove.go`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::set::{Element, FieldSet};
use crate::writes::schema::{Relation, Spot};

/// The fields that one state has and the other has not, or has otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Difference {
    /// New.
    pub(super) added: FieldSet,
    /// Other than before.
    pub(super) modified: FieldSet,
    /// Gone.
    pub(super) removed: FieldSet,
}

impl Difference {
    /// From one state of an object to another.
    pub(super) fn between(spot: Spot<'_>, before: &Value, after: &Value) -> Self {
        let mut difference = Self::default();
        difference.walk(spot, Some(before), Some(after), &mut Vec::new());
        difference
    }

    /// Without `ignored` and what is below.
    pub(super) fn without(self, ignored: &FieldSet) -> Self {
        Self {
            added: self.added.without(ignored),
            modified: self.modified.without(ignored),
            removed: self.removed.without(ignored),
        }
    }

    fn walk(
        &mut self,
        spot: Spot<'_>,
        before: Option<&Value>,
        after: Option<&Value>,
        path: &mut Vec<Element>,
    ) {
        if let (Some(before), Some(after)) = (before, after)
            && before == after
        {
            return;
        }
        let both_empty = before.is_none_or(is_empty) && after.is_none_or(is_empty);
        let leaf = both_empty || !self.descend(spot, before, after, path);
        match (before, after) {
            (None, Some(_)) => self.added.insert(path),
            (Some(_), None) => self.removed.insert(path),
            (Some(before), Some(after)) if leaf && before != after => self.modified.insert(path),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    /// Goes into both values; false if they are compared as a whole.
    fn descend<'a>(
        &mut self,
        spot: Spot<'_>,
        before: Option<&'a Value>,
        after: Option<&'a Value>,
        path: &mut Vec<Element>,
    ) -> bool {
        let is = |test: fn(&Value) -> bool| {
            [before, after]
                .into_iter()
                .flatten()
                .all(|value| value.is_null() || test(value))
        };
        match spot.relation() {
            Relation::Named(_) | Relation::Mapped(_) if is(Value::is_object) => {
                let none = Map::new();
                let before = before.and_then(Value::as_object).unwrap_or(&none);
                let after = after.and_then(Value::as_object).unwrap_or(&none);
                let names = before
                    .keys()
                    .chain(after.keys().filter(|name| !before.contains_key(*name)));
                for name in names {
                    let (before, after) = (before.get(name), after.get(name));
                    if before != after
                        && let Some(inner) = spot.field(name)
                    {
                        path.push(Element::Field(name.clone()));
                        self.walk(inner, before, after, path);
                        path.pop();
                    }
                }
                true
            }
            relation @ (Relation::Set | Relation::Keyed(..)) if is(Value::is_array) => {
                let items = |side: Option<&'a Value>| side.and_then(Value::as_array);
                let (before, after) = (items(before), items(after));
                let (before, after) = (grouped(relation, before), grouped(relation, after));
                let elements = before.keys().chain(
                    after
                        .keys()
                        .filter(|element| !before.contains_key(*element)),
                );
                for element in elements {
                    let before = before.get(element).map_or(&[][..], Vec::as_slice);
                    let after = after.get(element).map_or(&[][..], Vec::as_slice);
                    path.push(element.clone());
                    self.items(spot, before, after, path);
                    path.pop();
                }
                true
            }
            _ => false,
        }
    }

    /// Elements with the same keys: usually one on each side.
    fn items(
        &mut self,
        spot: Spot<'_>,
        before: &[&Value],
        after: &[&Value],
        path: &mut Vec<Element>,
    ) {
        let Some(inner) = spot.element() else {
            return;
        };
        match (before, after) {
            ([] | [_], [] | [_]) => {
                self.walk(inner, before.first().copied(), after.first().copied(), path);
            }
            ([_, _, ..], [_, _, ..]) => {
                if before != after {
                    self.modified.insert(path);
                }
            }
            ([_, _, ..], [] | [_]) => {
                self.walk(inner, None, after.first().copied(), path);
                self.removed.insert(path);
            }
            ([] | [_], [_, _, ..]) => {
                self.walk(inner, before.first().copied(), None, path);
                self.added.insert(path);
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// How a list's element is called (`listItemToPathElement`).
pub(super) fn element_of(relation: Relation<'_>, item: &Value) -> Option<Element> {
    let Relation::Keyed(keys, inner) = relation else {
        return (!item.is_object() && !item.is_array()).then(|| Element::Value(item.to_string()));
    };
    let mut named = Vec::new();
    for key in keys {
        let default = inner
            .structure()
            .and_then(|structure| structure.field(key))
            .and_then(|field| field.default.clone());
        match item.get(key).filter(|value| !value.is_null()) {
            Some(value) => named.push((key.clone(), value.to_string())),
            None => {
                if let Some(default) = default {
                    named.push((key.clone(), Value::String(default).to_string()));
                }
            }
        }
    }
    (!named.is_empty()).then_some(Element::Key(named))
}

fn grouped<'a>(
    relation: Relation<'_>,
    items: Option<&'a Vec<Value>>,
) -> BTreeMap<Element, Vec<&'a Value>> {
    let mut groups: BTreeMap<Element, Vec<&'a Value>> = BTreeMap::new();
    for item in items.into_iter().flatten() {
        if let Some(element) = element_of(relation, item) {
            groups.entry(element).or_default().push(item);
        }
    }
    groups
}

/// All fields of an object (`TypedValue.ToFieldSet`).
pub(super) fn fields_of(spot: Spot<'_>, value: &Value) -> FieldSet {
    let mut set = FieldSet::default();
    collect(spot, value, &mut Vec::new(), &mut set);
    set
}

fn collect(spot: Spot<'_>, value: &Value, path: &mut Vec<Element>, set: &mut FieldSet) {
    match (spot.relation(), value) {
        (
            Relation::Named(_) | Relation::Mapped(_) | Relation::Set | Relation::Keyed(..),
            Value::Null,
        ) => {}
        (Relation::Named(_) | Relation::Mapped(_), Value::Object(fields)) => {
            for (name, value) in fields {
                let Some(inner) = spot.field(name) else {
                    continue;
                };
                path.push(Element::Field(name.clone()));
                collect(inner, value, path, set);
                let named = spot
                    .structure()
                    .is_some_and(|structure| structure.field(name).is_some());
                if !named || value.is_null() || value.as_object().is_some_and(Map::is_empty) {
                    set.insert(path);
                }
                path.pop();
            }
        }
        (relation @ (Relation::Set | Relation::Keyed(..)), Value::Array(items)) => {
            for item in items {
                if let (Some(element), Some(inner)) = (element_of(relation, item), spot.element()) {
                    path.push(element);
                    collect(inner, item, path, set);
                    set.insert(path);
                    path.pop();
                }
            }
        }
        _ => set.insert(path),
    }
}

/// An object without some fields (`TypedValue.RemoveItems`); what loses everything becomes null.
pub(super) fn remove(spot: Spot<'_>, value: &Value, gone: &FieldSet) -> Value {
    match (spot.relation(), value) {
        (Relation::Named(_) | Relation::Mapped(_), Value::Object(fields)) if !fields.is_empty() => {
            let left = fields.iter().filter_map(|(name, value)| {
                let element = Element::Field(name.clone());
                if gone.has(&element) {
                    return None;
                }
                let value = match (gone.below(&element), spot.field(name)) {
                    (Some(below), Some(inner)) => remove(inner, value, below),
                    _ => value.clone(),
                };
                Some((name.clone(), value))
            });
            let left: Map<String, Value> = left.collect();
            if left.is_empty() {
                Value::Null
            } else {
                Value::Object(left)
            }
        }
        (relation @ (Relation::Set | Relation::Keyed(..)), Value::Array(items))
            if !items.is_empty() =>
        {
            let left = items.iter().filter_map(|item| {
                let Some(element) = element_of(relation, item) else {
                    return Some(item.clone());
                };
                if gone.has(&element) {
                    return None;
                }
                match (gone.below(&element), spot.element()) {
                    (Some(below), Some(inner)) => Some(remove(inner, item, below)),
                    _ => Some(item.clone()),
                }
            });
            let left: Vec<Value> = left.collect();
            if left.is_empty() {
                Value::Null
            } else {
                Value::Array(left)
            }
        }
        (Relation::Whole, Value::Object(_) | Value::Array(_)) => Value::Null,
        _ => value.clone(),
    }
}
