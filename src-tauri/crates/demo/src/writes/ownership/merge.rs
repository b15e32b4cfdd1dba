//! An applied configuration laid over an object (structured-merge-diff, `typed/merge.go`).

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::compare::element_of;
use super::set::Element;
use crate::writes::schema::{Relation, Spot};

/// `over` laid over `under`. Fails where the applied list names an element twice.
pub(super) fn merge(
    spot: Spot<'_>,
    under: Option<&Value>,
    over: Option<&Value>,
) -> Result<Option<Value>, String> {
    let empty = |side: Option<&Value>| match side {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(_) => false,
    };
    let is = |test: fn(&Value) -> bool| {
        [under, over]
            .into_iter()
            .flatten()
            .all(|value| value.is_null() || test(value))
    };
    if empty(under) && empty(over) {
        return Ok(over.or(under).cloned());
    }
    match spot.relation() {
        Relation::Named(_) | Relation::Mapped(_) if is(Value::is_object) => maps(spot, under, over),
        relation @ (Relation::Set | Relation::Keyed(..)) if is(Value::is_array) => {
            let items =
                |side: Option<&Value>| side.and_then(Value::as_array).cloned().unwrap_or_default();
            lists(spot, relation, &items(under), &items(over))
        }
        _ => Ok(over.or(under).cloned()),
    }
}

fn maps(
    spot: Spot<'_>,
    under: Option<&Value>,
    over: Option<&Value>,
) -> Result<Option<Value>, String> {
    let none = Map::new();
    let fields = |side: Option<&Value>| side.and_then(Value::as_object).cloned();
    let (under, over) = (
        fields(under).unwrap_or(none.clone()),
        fields(over).unwrap_or(none),
    );
    let mut merged = Map::new();
    for name in under
        .keys()
        .chain(over.keys().filter(|name| !under.contains_key(*name)))
    {
        let value = match spot.field(name) {
            Some(inner) => merge(inner, under.get(name), over.get(name))?,
            None => over.get(name).or(under.get(name)).cloned(),
        };
        if let Some(value) = value {
            merged.insert(name.clone(), value);
        }
    }
    Ok((!merged.is_empty()).then_some(Value::Object(merged)))
}

/// The order: that of the applied list for what both have; what only the object has stays where it was (`visitListItems`).
fn lists(
    spot: Spot<'_>,
    relation: Relation<'_>,
    under: &[Value],
    over: &[Value],
) -> Result<Option<Value>, String> {
    let Some(inner) = spot.element() else {
        return Ok(None);
    };
    let left: Vec<(Element, &Value)> = under
        .iter()
        .filter_map(|item| Some((element_of(relation, item)?, item)))
        .collect();
    let mut right: Vec<(Element, &Value)> = Vec::new();
    for item in over {
        let Some(element) = element_of(relation, item) else {
            return Err(
                "associative list with keys has an element that omits key field".to_owned(),
            );
        };
        if right.iter().any(|(other, _)| *other == element) {
            return Err(format!("duplicate entries for key {element}"));
        }
        right.push((element, item));
    }
    let lefts: BTreeMap<&Element, &Value> = left
        .iter()
        .map(|(element, item)| (element, *item))
        .collect();
    let rights: BTreeMap<&Element, &Value> = right
        .iter()
        .map(|(element, item)| (element, *item))
        .collect();
    let mut shared: VecDeque<&Element> = right
        .iter()
        .map(|(element, _)| element)
        .filter(|element| lefts.contains_key(element))
        .collect();
    let mut next = shared.pop_front();
    let mut done: Vec<&Element> = Vec::new();
    let mut merged = Vec::new();
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        if let (Some((ours, item)), Some((theirs, over))) = (left.get(l), right.get(r)) {
            if ours == theirs {
                done.push(ours);
                merged.extend(merge(inner, Some(item), Some(over))?);
                (l, r) = (l + 1, r + 1);
                next = shared.pop_front();
                continue;
            }
            if rights.contains_key(ours) && next.is_some_and(|next| next != ours) {
                l += 1;
                continue;
            }
        }
        if let Some((ours, item)) = left.get(l) {
            if !rights.contains_key(ours) {
                merged.extend(merge(inner, Some(item), None)?);
                l += 1;
                continue;
            }
            if done.contains(&ours) {
                l += 1;
            }
        }
        if let Some((theirs, over)) = right.get(r) {
            done.push(theirs);
            merged.extend(merge(inner, lefts.get(theirs).copied(), Some(over))?);
            r += 1;
            if next == Some(theirs) {
                next = shared.pop_front();
            }
        }
    }
    Ok((!merged.is_empty()).then_some(Value::Array(merged)))
}
