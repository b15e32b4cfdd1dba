//! What the drawer shows of one object, from its full JSON.

mod bounds;
mod columns;
mod containers;
mod data;
mod env;
mod facts;
mod field_owners;
mod line_owners;
mod look;
mod mounts;
mod pairs;
mod probes;
mod read;
mod scheduling;
mod shape;
mod verdicts;
mod volumes;

use serde_json::Value;

use crate::kind::Kind;
use crate::yaml;
use look::{Look, is_about};
use read::{line, list};

pub use bounds::{Bound, Bounds, bounds};
pub use data::{data_value, secret_value};
pub use field_owners::{FieldOwner, field_owners};
pub use line_owners::{LineOwners, line_owners};
pub use look::Around;
pub use pairs::{PairKind, pairs};
pub use shape::{
    ConditionDetail, ContainerDetail, ContainerStateDetail, DataEntry, EventDetail, Fact,
    FactValue, Grid, Moment, ObjectDetails, ObjectLink, Pair, ResourceLine, SecretKey, Section,
    Verdict, Words,
};

/// The details of `object` as of `now_ms`, with what is known `around` it.
/// Anything missing or of an odd type is left out; nothing fails.
pub fn details(object: &Value, around: Around<'_>, now_ms: i64) -> ObjectDetails {
    let original = object;
    let object = &*yaml::masked(original);
    let meta = &object["metadata"];
    let api_version = line(&object["apiVersion"]);
    let kind = line(&object["kind"]);
    let namespace = Some(line(&meta["namespace"])).filter(|n| !n.is_empty());
    let name = line(&meta["name"]);
    let uid = line(&meta["uid"]);
    let mut own: Vec<_> = around
        .events
        .iter()
        .copied()
        .filter(|event| is_about(event, &kind, namespace.as_deref(), &name, &uid))
        .collect();
    own.sort_by_key(|event| std::cmp::Reverse(event.last_ms));
    let look = Look {
        object,
        kind: &kind,
        namespace: namespace.as_deref(),
        name: &name,
        now_ms,
        own,
        around,
    };
    let (status, facts) = match Kind::of_object(&api_version, &kind) {
        Some(kind) => columns::of(object, kind, look.namespace, now_ms),
        None => (columns::phase(object), Vec::new()),
    };
    ObjectDetails {
        created: look.moment(&meta["creationTimestamp"]),
        deleted: look.moment(&meta["deletionTimestamp"]),
        status,
        verdicts: verdicts::all(&look),
        sections: facts::sections(&look, facts),
        conditions: look.conditions(),
        containers: containers::all(&look),
        data: data::entries(original),
        events: look.events(&uid),
        api_version,
        name: name.clone(),
        kind: kind.clone(),
        namespace: namespace.clone(),
        uid,
    }
}

/// The owners that an object names, the controller first.
pub fn owners_of(object: &Value) -> Vec<ObjectLink> {
    let meta = &object["metadata"];
    let namespace = Some(line(&meta["namespace"])).filter(|n| !n.is_empty());
    owners(&meta["ownerReferences"], namespace.as_deref())
}

fn owners(references: &Value, namespace: Option<&str>) -> Vec<ObjectLink> {
    let mut owners: Vec<&Value> = list(references).collect();
    owners.sort_by_key(|o| o["controller"] != Value::Bool(true));
    let owner = |o: &Value| {
        let kind = line(&o["kind"]);
        ObjectLink {
            api_version: line(&o["apiVersion"]),
            // An owner is in its object's namespace, or cluster-scoped as nodes are.
            namespace: namespace.filter(|_| kind != "Node").map(str::to_owned),
            kind,
            name: line(&o["name"]),
            uid: line(&o["uid"]),
        }
    };
    owners.into_iter().map(owner).collect()
}
