//! The subresource `resize` of pods (`pkg/registry/core/pod/strategy.go:dropNonResizeUpdates`).

use serde_json::Value;

use super::names::invalid;
use super::{name_of, pods, set};
use crate::kinds::Resource;
use crate::status::Status;

const LISTS: [&str; 2] = ["containers", "initContainers"];
/// What can change.
const MUTABLE: [&str; 2] = ["cpu", "memory"];

/// The pod as it was, but for what its containers ask for (`pkg/apis/core/validation/validation.go:ValidatePodResize`).
pub(super) fn resized(resource: &Resource, before: &Value, new: &Value) -> Result<Value, Status> {
    const FORBIDDEN: &str = "FieldValueForbidden";
    let refused = |causes: &[(&str, &str, &str)]| invalid(resource, name_of(before), causes);
    let mut object = before.clone();
    let mut wrong: Vec<(String, &str)> = Vec::new();
    for list in LISTS {
        let (old, new) = (items(&before["spec"][list]), items(&new["spec"][list]));
        if old.len() != new.len() {
            let why = format!("Forbidden: {list} may not be added or removed on resize");
            return Err(refused(&[(&format!("spec.{list}"), FORBIDDEN, &why)]));
        }
        for (at, (old, new)) in old.iter().zip(new).enumerate() {
            if old["name"] != new["name"] {
                let why = format!("Forbidden: {list} may not be renamed or reordered on resize");
                let field = format!("spec.{list}[{at}].name");
                return Err(refused(&[(&field, FORBIDDEN, &why)]));
            }
            for (part, why) in [
                ("requests", "Forbidden: resource requests cannot be removed"),
                ("limits", "Forbidden: resource limits cannot be removed"),
            ] {
                if is_shorter(&old["resources"][part], &new["resources"][part]) {
                    wrong.push((format!("spec.{list}[{at}].resources.{part}"), why));
                }
            }
            if others(&old["resources"]) != others(&new["resources"]) {
                let why = "Forbidden: only cpu and memory resources are mutable";
                wrong.push(("spec".to_owned(), why));
            }
            for field in ["resources", "resizePolicy"] {
                set(&mut object["spec"][list][at], field, new[field].clone());
            }
        }
    }
    let (was, is) = (pods::quality(before), pods::quality(&object));
    let quality =
        format!("Invalid value: {was:?}: Pod QOS Class may not change as a result of resizing");
    let mut causes = Vec::new();
    if was != is {
        causes.push(("spec", "FieldValueInvalid", quality.as_str()));
    }
    let each = wrong
        .iter()
        .map(|(field, why)| (field.as_str(), FORBIDDEN, *why));
    causes.extend(each);
    if causes.is_empty() {
        Ok(object)
    } else {
        Err(refused(&causes))
    }
}

/// Whether amounts were taken away.
fn is_shorter(old: &Value, new: &Value) -> bool {
    let names = old.as_object().into_iter().flat_map(|all| all.keys());
    names.into_iter().any(|name| new[name].is_null())
}

/// What of it cannot change.
fn others(resources: &Value) -> Vec<(&str, &String, &Value)> {
    let lists = ["limits", "requests"].into_iter();
    let all = lists.filter_map(|list| Some((list, resources[list].as_object()?)));
    all.flat_map(|(list, amounts)| {
        amounts
            .iter()
            .map(move |(name, amount)| (list, name, amount))
    })
    .filter(|(_, name, _)| !MUTABLE.contains(&name.as_str()))
    .collect()
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}
