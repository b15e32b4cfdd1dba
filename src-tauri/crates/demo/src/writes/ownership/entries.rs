//! `metadata.managedFields`: an entry for each manager and way of writing (apimachinery, `util/managedfields/internal`).

use serde_json::{Value, json};

use super::compare::Difference;
use super::set::FieldSet;
use crate::writes::schema::Spot;

/// Update entries that are kept apart; older ones become one (`DefaultMaxUpdateManagers`).
const UPDATERS: usize = 10;

/// Fields that nobody manages (`stripMetaManager`).
const NOBODYS: [&str; 12] = [
    "apiVersion",
    "kind",
    "metadata",
    "metadata.name",
    "metadata.namespace",
    "metadata.creationTimestamp",
    "metadata.selfLink",
    "metadata.uid",
    "metadata.clusterName",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.resourceVersion",
];

/// Who owns fields: the manager with its way of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The field manager.
    pub manager: String,
    /// By apply, or by any other write.
    pub applied: bool,
    /// The version that was written.
    pub api_version: String,
    /// The subresource that was written, if any.
    pub subresource: String,
}

impl Owner {
    /// Whether both are one entry (`BuildManagerIdentifier`).
    pub(super) fn is(&self, other: &Self) -> bool {
        self.manager == other.manager
            && self.applied == other.applied
            && self.subresource == other.subresource
            && (self.applied || self.api_version == other.api_version)
    }

    /// Whether an entry of `managedFields` is its.
    pub(super) fn has(&self, entry: &Value) -> bool {
        let operation = if self.applied { "Apply" } else { "Update" };
        entry["operation"] == operation
            && entry["manager"].as_str().unwrap_or_default() == self.manager
            && entry["subresource"].as_str().unwrap_or_default() == self.subresource
            && (self.applied || entry["apiVersion"] == self.api_version.as_str())
    }

    /// As conflicts tell it (`printManager`, which knows no time).
    pub(super) fn told(&self) -> String {
        let mut text = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            text = format!("{text} with subresource {:?}", self.subresource);
        }
        if self.applied {
            text
        } else {
            format!("{text} using {}", self.api_version)
        }
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Whose.
    pub(super) owner: Owner,
    /// Since when, in whole seconds.
    pub(super) time: Option<String>,
    /// Which.
    pub(super) fields: FieldSet,
}

/// All entries of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries(pub(super) Vec<Entry>);

impl Entries {
    /// API versions in which managers wrote.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| &*entry.owner.api_version)
    }

    /// From `metadata.managedFields`; none if it cannot be read (`DecodeManagedFields`).
    pub fn from_json(entries: &Value) -> Self {
        let entry = |entry: &Value| {
            let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
            let applied = match entry["operation"].as_str()? {
                "Apply" => true,
                "Update" => false,
                _ => return None,
            };
            if entry["fieldsType"] != "FieldsV1" || text("apiVersion").is_empty() {
                return None;
            }
            let owner = Owner {
                manager: text("manager"),
                applied,
                api_version: text("apiVersion"),
                subresource: text("subresource"),
            };
            Some(Entry {
                owner,
                time: entry["time"].as_str().map(str::to_owned),
                fields: FieldSet::from_json(&entry["fieldsV1"]),
            })
        };
        let all: Option<Vec<Entry>> = entries
            .as_array()
            .map_or(Some(Vec::new()), |all| all.iter().map(entry).collect());
        Self(all.unwrap_or_default())
    }

    /// As `metadata.managedFields`, in upstream's order; null if there are none (`sortEncodedManagedFields`).
    pub fn to_json(&self) -> Value {
        if self.0.is_empty() {
            return Value::Null;
        }
        let mut entries: Vec<&Entry> = self.0.iter().collect();
        entries.sort_by_key(|entry| {
            let owner = &entry.owner;
            (
                !owner.applied,
                entry.time.clone(),
                owner.manager.clone(),
                owner.api_version.clone(),
                owner.subresource.clone(),
            )
        });
        let each = entries.into_iter().map(|entry| {
            let operation = if entry.owner.applied { "Apply" } else { "Update" };
            let mut json = json!({
                "manager": entry.owner.manager, "operation": operation, "apiVersion": entry.owner.api_version,
                "fieldsType": "FieldsV1", "fieldsV1": entry.fields.to_json(),
            });
            if let Some(time) = entry.time.as_ref().filter(|time| !time.is_empty()) {
                json["time"] = json!(time);
            }
            if !entry.owner.subresource.is_empty() {
                json["subresource"] = json!(entry.owner.subresource);
            }
            json
        });
        Value::Array(each.collect())
    }

    /// The entry of an owner.
    pub(super) fn of(&self, owner: &Owner) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.owner.is(owner))
    }

    /// Sets the fields of an owner; an empty set ends the entry.
    pub(super) fn put(&mut self, owner: &Owner, fields: FieldSet, time: Option<String>) {
        let place = self.0.iter().position(|entry| entry.owner.is(owner));
        if fields.is_empty() {
            if let Some(place) = place {
                self.0.remove(place);
            }
            return;
        }
        let entry = Entry {
            owner: owner.clone(),
            time,
            fields,
        };
        match place {
            Some(place) => self.0[place] = entry,
            None => self.0.push(entry),
        }
    }

    /// Takes what changed from everybody but `owner` (merge.Updater, `update`).
    pub(super) fn give_way(&mut self, owner: Option<&Owner>, difference: &Difference) {
        let touched = difference
            .modified
            .union(&difference.added)
            .union(&difference.removed);
        for entry in &mut self.0 {
            if owner.is_none_or(|owner| !entry.owner.is(owner)) {
                entry.fields = entry.fields.difference(&touched);
            }
        }
        self.0.retain(|entry| !entry.fields.is_empty());
    }

    /// Merges the oldest updaters where there are too many (`capManagersManager`).
    fn cap(&mut self) {
        let mut updaters: Vec<usize> = (0..self.0.len())
            .filter(|index| !self.0[*index].owner.applied)
            .collect();
        if updaters.len() <= UPDATERS {
            return;
        }
        updaters.sort_by_key(|index| {
            (
                self.0[*index].time.clone(),
                self.0[*index].owner.manager.clone(),
            )
        });
        let old: Vec<Entry> = updaters[..=updaters.len() - UPDATERS]
            .iter()
            .map(|index| self.0[*index].clone())
            .collect();
        self.0.retain(|entry| !old.contains(entry));
        for entry in old {
            let owner = Owner {
                manager: "ancient-changes".to_owned(),
                subresource: String::new(),
                ..entry.owner
            };
            let before = self
                .of(&owner)
                .map(|entry| entry.fields.clone())
                .unwrap_or_default();
            self.put(&owner, before.union(&entry.fields), entry.time);
        }
    }
}

/// Where an entry stands among others (`sortEncodedManagedFields`).
pub(super) fn order(entry: &Value) -> (bool, &str, &str, &str, &str) {
    let text = |field: &str| entry[field].as_str().unwrap_or_default();
    (
        entry["operation"] != "Apply",
        text("time"),
        text("manager"),
        text("apiVersion"),
        text("subresource"),
    )
}

pub(super) fn nobodys() -> FieldSet {
    FieldSet::of(&NOBODYS)
}

/// The entries after a write that is no apply (`managedFieldsUpdater.Update`). `ignored` are fields that the write cannot set.
pub fn track(
    spot: Spot<'_>,
    (before, after): (&Value, &Value),
    mut entries: Entries,
    owner: &Owner,
    ignored: &FieldSet,
    now: &str,
) -> Entries {
    let difference = Difference::between(spot, before, after).without(ignored);
    let taken = difference
        .modified
        .union(&difference.added)
        .difference(&nobodys());
    let own = entries.of(owner).cloned();
    entries.give_way(None, &difference);
    if !taken.is_empty() {
        let left = own
            .map(|entry| entry.fields.difference(&difference.removed))
            .unwrap_or_default();
        entries.put(owner, left.union(&taken), Some(now.to_owned()));
    }
    entries.cap();
    entries
}
