//! Server-side apply (structured-merge-diff, `merge/update.go`, `Updater.Apply`).

use serde_json::{Value, json};

use super::compare::{Difference, fields_of, remove};
use super::entries::{Entries, Owner, nobodys};
use super::merge::merge;
use super::set::FieldSet;
use super::typed;
use crate::status::Status;
use crate::writes::schema::Spot;

/// What an apply makes.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The object, without `managedFields`.
    pub object: Value,
    /// Its entries.
    pub entries: Entries,
}

/// Lays `configuration` over `live`, takes away what the owner applied before and applies no more, and refuses where others own what would
/// change, unless `force` is set. `ignored` are fields that the write cannot set. Both objects come without `managedFields`.
pub fn apply(
    spot: Spot<'_>,
    (live, configuration): (&Value, &Value),
    mut entries: Entries,
    owner: &Owner,
    force: bool,
    ignored: &FieldSet,
    now: &str,
) -> Result<Applied, Status> {
    let unfit = |why: String| {
        let metadata = &configuration["metadata"];
        let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let version = of(&configuration["apiVersion"]);
        let slash = if version.contains('/') { "" } else { "/" };
        Status::plain(format!(
            "failed to create typed patch object ({}/{}; {slash}{version}, Kind={}): {why}",
            of(&metadata["namespace"]),
            of(&metadata["name"]),
            of(&configuration["kind"]),
        ))
    };
    if let Some(why) = typed::problem(spot, configuration) {
        return Err(unfit(why));
    }
    let merged = merge(spot, Some(live), Some(configuration)).map_err(unfit)?;
    let merged = merged.unwrap_or(Value::Null);
    let set = fields_of(spot, configuration).without(ignored);
    let last = entries.of(owner).cloned();
    entries.put(
        owner,
        set.clone(),
        last.as_ref().and_then(|entry| entry.time.clone()),
    );
    let object = match &last {
        Some(last) => prune(spot, &merged, &entries, &last.fields),
        None => merged,
    };
    let difference = Difference::between(spot, live, &object).without(ignored);
    let changed = difference.modified.union(&difference.added);
    let conflicts: Vec<(&Owner, Vec<String>)> = entries
        .0
        .iter()
        .filter(|entry| !entry.owner.is(owner))
        .map(|entry| (&entry.owner, entry.fields.intersection(&changed).paths()))
        .filter(|(_, paths)| !paths.is_empty())
        .collect();
    if !force && !conflicts.is_empty() {
        return Err(refusal(&conflicts));
    }
    entries.give_way(Some(owner), &difference);
    let same = object == *live;
    let time = if same {
        last.and_then(|entry| entry.time)
    } else {
        Some(now.to_owned())
    };
    entries.put(owner, set.difference(&nobodys()), time);
    Ok(Applied { object, entries })
}

/// Takes away what was applied last time, is not applied now and is nobody else's (`Updater.prune`).
fn prune(spot: Spot<'_>, merged: &Value, entries: &Entries, last: &FieldSet) -> Value {
    let named = |set: &FieldSet| set.with_named(Some(spot));
    let pruned = remove(spot, merged, &named(last));
    let managed = entries
        .0
        .iter()
        .fold(FieldSet::default(), |all, entry| all.union(&entry.fields));
    let all = named(&fields_of(spot, merged));
    let kept = named(&fields_of(spot, &pruned)).union(&named(&managed));
    let pruned = remove(spot, merged, &all.difference(&kept));
    let left = named(&fields_of(spot, &pruned));
    remove(
        spot,
        merged,
        &all.difference(&left).intersection(&named(last)),
    )
}

/// 409, with a cause for each field (`NewConflictError`).
fn refusal(conflicts: &[(&Owner, Vec<String>)]) -> Status {
    let all = conflicts
        .iter()
        .flat_map(|(owner, paths)| paths.iter().map(move |path| (owner, path)));
    let causes: Vec<Value> = all
        .clone()
        .map(|(owner, path)| json!({"reason": "FieldManagerConflict", "message": format!("conflict with {}", owner.told()), "field": path}))
        .collect();
    let message = if let [(owner, path)] = all.collect::<Vec<_>>()[..] {
        format!(
            "Apply failed with 1 conflict: conflict with {}: {path}",
            owner.told()
        )
    } else {
        let mut lines = Vec::new();
        let mut sorted: Vec<_> = conflicts.iter().collect();
        sorted.sort_by_key(|(owner, _)| owner.told());
        for (owner, paths) in sorted {
            lines.push(format!("conflicts with {}:", owner.told()));
            lines.extend(paths.iter().map(|path| format!("- {path}")));
        }
        format!(
            "Apply failed with {} conflicts: {}",
            causes.len(),
            lines.join("\n")
        )
    };
    let mut status = Status::of(409, "Conflict", message);
    status.details = Some(json!({"causes": causes}));
    status
}
