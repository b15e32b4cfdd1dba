//! Strategic merge patches (apimachinery, `util/strategicpatch/patch.go`).

use serde_json::{Map, Value, json};

use crate::writes::schema::{Merge, Spot};

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const DELETE: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

type Fields = Map<String, Value>;

/// `original` with `patch` merged into it (`mergeMap`).
pub(super) fn merge(
    spot: Option<Spot<'_>>,
    mut original: Fields,
    mut patch: Fields,
) -> Result<Fields, String> {
    if let Some(directive) = patch.remove(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Fields::new()),
            _ => {
                let told = plain(&directive);
                patch.insert(DIRECTIVE.to_owned(), directive);
                let patch = go_map(&Value::Object(patch));
                Err(format!("unknown patch type: {told} in map: {patch}"))
            }
        };
    }
    if let Some(keys) = patch.remove(RETAIN) {
        retain(&mut original, &patch, &keys)?;
    }
    let orders: Vec<String> = patch
        .keys()
        .filter(|name| name.starts_with(ORDER))
        .cloned()
        .collect();
    for order in orders {
        if let Some(Value::Array(elements)) = patch.remove(&order) {
            ordered(
                spot,
                &mut original,
                &mut patch,
                &order[ORDER.len()..],
                &elements,
            )?;
        } else {
            return Err("invalid patch format of setElementOrder list".to_owned());
        }
    }
    for (name, value) in patch {
        let (name, deletes) = match name.strip_prefix(DELETE) {
            Some(name) => (name.to_owned(), true),
            None => (name, false),
        };
        if value.is_null() {
            original.remove(&name);
            continue;
        }
        let merged = match (original.remove(&name), value) {
            (Some(before), _) if deletes && !before.is_array() => Some(before),
            (Some(Value::Array(before)), Value::Array(gone)) if deletes => Some(Value::Array(
                before
                    .into_iter()
                    .filter(|item| !gone.contains(item))
                    .collect(),
            )),
            (before, _) if deletes => before,
            (Some(Value::Object(before)), Value::Object(after)) => Some(Value::Object(merge(
                spot.and_then(|spot| spot.field(&name)),
                before,
                after,
            )?)),
            (Some(Value::Array(before)), Value::Array(after)) => Some(Value::Array(lists(
                spot.and_then(|spot| spot.field(&name)),
                before,
                after,
            )?)),
            (_, value) => undirected(value, true),
        };
        if let Some(merged) = merged {
            original.insert(name, merged);
        }
    }
    Ok(original)
}

/// Leaves only `keys` (`applyRetainKeysDirective`).
fn retain(original: &mut Fields, patch: &Fields, keys: &Value) -> Result<(), String> {
    let wrong = || "invalid patch format of retainKeys".to_owned();
    let keys: Vec<&str> = keys
        .as_array()
        .ok_or_else(wrong)?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let others = patch.iter().filter(|(name, value)| {
        !value.is_null() && !name.starts_with(DELETE) && !name.starts_with(ORDER)
    });
    for (name, _) in others {
        if !keys.contains(&name.as_str()) {
            return Err(wrong());
        }
    }
    original.retain(|name, _| keys.contains(&name.as_str()));
    Ok(())
}

/// Merges a list and puts it into the order that the patch asks for (`mergePatchIntoOriginal`).
fn ordered(
    spot: Option<Spot<'_>>,
    original: &mut Fields,
    patch: &mut Fields,
    name: &str,
    order: &[Value],
) -> Result<(), String> {
    let spot = spot.and_then(|spot| spot.field(name));
    let key = merge_key(spot);
    let list = |value: Option<Value>| match value {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(_) => Err("invalid patch format of setElementOrder list".to_owned()),
    };
    let (before, after) = (
        list(original.get(name).cloned())?,
        list(patch.remove(name))?,
    );
    let mut left = order.iter();
    for item in after
        .iter()
        .flatten()
        .filter(|item| item.get(DIRECTIVE).is_none())
    {
        if !order.is_empty() && !left.any(|wanted| same(wanted, item, key)) {
            return Err(format!(
                "The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                json!(after),
                json!(order)
            ));
        }
    }
    let server = before.clone().unwrap_or_default();
    let merged = match (before, after) {
        (Some(before), None) => before,
        (None, Some(after)) => after
            .into_iter()
            .filter_map(|item| undirected(item, false))
            .collect(),
        (Some(before), Some(after)) => lists(spot, before, after)?,
        (None, None) => return Ok(()),
    };
    original.insert(
        name.to_owned(),
        Value::Array(arranged(merged, order, &server, key)),
    );
    Ok(())
}

/// Two lists by the field's strategy (`mergeSliceHandler`, `mergeSlice`).
fn lists(
    spot: Option<Spot<'_>>,
    before: Vec<Value>,
    after: Vec<Value>,
) -> Result<Vec<Value>, String> {
    match spot.map(Spot::merge) {
        Some(Merge::Keyed(key)) => keyed(spot, key, before, after),
        Some(Merge::Scalars) => {
            let server = before.clone();
            let mut merged = before;
            for item in &after {
                if !merged.contains(item) {
                    merged.push(item.clone());
                }
            }
            Ok(arranged(merged, &after, &server, None))
        }
        Some(Merge::Replace) | None => Ok(after),
    }
}

fn keyed(
    spot: Option<Spot<'_>>,
    key: &str,
    mut before: Vec<Value>,
    after: Vec<Value>,
) -> Result<Vec<Value>, String> {
    let missing = |item: &Value| {
        format!(
            "map: {} does not contain declared merge key: {key}",
            go_map(item)
        )
    };
    let mut plain_items = Vec::new();
    let mut replace = false;
    for item in after {
        match item
            .get(DIRECTIVE)
            .map(|directive| directive.as_str().unwrap_or_default())
        {
            None => plain_items.push(item),
            Some("delete") => {
                let value = item.get(key).ok_or_else(|| missing(&item))?;
                before.retain(|other| other.get(key) != Some(value));
            }
            Some("replace") => replace = true,
            Some("merge") => {
                return Err("merging lists cannot yet be specified in the patch".to_owned());
            }
            Some(other) => {
                return Err(format!(
                    "unknown patch type: {other} in map: {}",
                    go_map(&item)
                ));
            }
        }
    }
    if replace {
        return Ok(plain_items);
    }
    let server = before.clone();
    for item in &plain_items {
        let value = item.get(key).ok_or_else(|| missing(item))?;
        match before
            .iter_mut()
            .find(|other| other.get(key) == Some(value))
        {
            Some(place) => {
                if let (Value::Object(under), Value::Object(over)) = (place.take(), item.clone()) {
                    *place = Value::Object(merge(spot.and_then(Spot::element), under, over)?);
                }
            }
            None => before.push(item.clone()),
        }
    }
    Ok(arranged(before, &plain_items, &server, Some(key)))
}

/// What the patch names comes in its order, the rest in the server's, interleaved as before (`normalizeElementOrder`).
fn arranged(items: Vec<Value>, order: &[Value], server: &[Value], key: Option<&str>) -> Vec<Value> {
    let place = |list: &[Value], item: &Value| list.iter().position(|other| same(other, item, key));
    let (mut named, mut others): (Vec<Value>, Vec<Value>) = items
        .into_iter()
        .partition(|item| place(order, item).is_some());
    named.sort_by_key(|item| place(order, item));
    others.sort_by_key(|item| place(server, item));
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    let mut all = Vec::new();
    loop {
        let first = match (others.peek(), named.peek()) {
            (None, None) => return all,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(one)) => match (place(server, other), place(server, one)) {
                (Some(left), Some(right)) => left < right,
                _ => false,
            },
        };
        all.extend(if first { others.next() } else { named.next() });
    }
}

fn same(left: &Value, right: &Value, key: Option<&str>) -> bool {
    match key {
        Some(key) => left.get(key) == right.get(key),
        None => left == right,
    }
}

fn merge_key(spot: Option<Spot<'_>>) -> Option<&str> {
    match spot.map(Spot::merge) {
        Some(Merge::Keyed(key)) => Some(key),
        Some(Merge::Scalars | Merge::Replace) | None => None,
    }
}

/// A new value without directives; none if it is one itself (`removeDirectives`, `discardNullValuesFromPatch`).
fn undirected(value: Value, nulls_go: bool) -> Option<Value> {
    match value {
        Value::Object(fields) if fields.contains_key(DIRECTIVE) => None,
        Value::Object(fields) => {
            let kept = fields
                .into_iter()
                .filter(|(_, value)| !(nulls_go && value.is_null()));
            Some(Value::Object(
                kept.filter_map(|(name, value)| Some((name, undirected(value, nulls_go)?)))
                    .collect(),
            ))
        }
        Value::Array(items) => Some(Value::Array(
            items
                .into_iter()
                .filter_map(|item| undirected(item, nulls_go))
                .collect(),
        )),
        other => Some(other),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// As Go prints a map: `map[image:x name:y]`.
pub(super) fn go_map(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut each: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}:{}", go_map(value)))
                .collect();
            each.sort();
            format!("map[{}]", each.join(" "))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(go_map).collect::<Vec<_>>().join(" ")
        ),
        Value::Null => "<nil>".to_owned(),
        other => plain(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::writes::schema::Schema;

    fn merged(original: Value, patch: Value) -> Value {
        let schema = Schema::built_in("apps/v1", "Deployment").unwrap();
        let fields = |value: Value| value.as_object().unwrap().clone();
        Value::Object(merge(Some(schema.root()), fields(original), fields(patch)).unwrap())
    }

    #[allow(clippy::needless_pass_by_value)] // so that cases read well
    fn containers(containers: Value) -> Value {
        json!({"spec": {"template": {"spec": {"containers": containers}}}})
    }

    #[test]
    fn lists_merge_by_their_keys() {
        for (before, patch, after) in [
            (
                json!([{"name": "a", "image": "1"}]),
                json!([{"name": "a", "image": "2"}]),
                json!([{"name": "a", "image": "2"}]),
            ),
            (
                json!([{"name": "a"}]),
                json!([{"name": "b"}]),
                json!([{"name": "b"}, {"name": "a"}]),
            ),
            (
                json!([{"name": "a"}, {"name": "b"}]),
                json!([{"name": "a", "$patch": "delete"}]),
                json!([{"name": "b"}]),
            ),
            (
                json!([{"name": "a"}, {"name": "b"}]),
                json!([{"name": "c"}, {"$patch": "replace"}]),
                json!([{"name": "c"}]),
            ),
            (
                json!([{"name": "a", "env": [{"name": "x", "value": "1"}]}]),
                json!([{"name": "a", "env": [{"name": "y", "value": "2"}]}]),
                json!([{"name": "a", "env": [{"name": "y", "value": "2"}, {"name": "x", "value": "1"}]}]),
            ),
            (
                json!([{"name": "a", "command": ["x"]}]),
                json!([{"name": "a", "command": ["y"]}]),
                json!([{"name": "a", "command": ["y"]}]),
            ),
        ] {
            assert_eq!(
                merged(containers(before), containers(patch)),
                containers(after)
            );
        }
    }

    #[test]
    fn directives_order_retain_and_delete() {
        let before = containers(json!([{"name": "a"}, {"name": "b"}]));
        let patch = json!({"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}}});
        assert_eq!(
            merged(before, patch),
            containers(json!([{"name": "b"}, {"name": "a"}]))
        );
        let before = json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}});
        let patch = json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}});
        assert_eq!(
            merged(before, patch),
            json!({"spec": {"strategy": {"type": "Recreate"}}})
        );
        let before = json!({"metadata": {"finalizers": ["a", "b"]}});
        let patch = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}});
        assert_eq!(
            merged(before, patch),
            json!({"metadata": {"finalizers": ["b"]}})
        );
        let before = json!({"metadata": {"labels": {"a": "1", "b": "2"}}});
        let patch = json!({"metadata": {"labels": {"a": null, "c": null}}});
        assert_eq!(
            merged(before, patch),
            json!({"metadata": {"labels": {"b": "2"}}})
        );
    }
}
