//! What an object refers to, read from its JSON.
//!
//! Nothing else of the object is kept: a few names, its labels, its state in a word.

mod pod_spec;
mod routes;
mod selector;
mod state;
mod uses;

use serde_json::Value;
use table::{Cell, Row, SortKey, Tone};

pub use selector::Selector;

use crate::meta::{Meta, OwnerRef};
use crate::row::{DecodeError, ObjectRow};
use crate::text::visible;

/// What names one object of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident {
    /// API group; empty is core.
    pub group: String,
    /// `Service`.
    pub kind: String,
    /// Empty if cluster-scoped.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// How one object refers to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// By an owner reference, owner first.
    Owns,
    /// A Gateway lets a route in.
    Admits,
    /// An Ingress or a route sends requests to a Service.
    Routes,
    /// A Service sends to pods by their labels, an `EndpointSlice` to pods by name.
    Selects,
    /// An autoscaler sets replicas.
    Scales,
    /// A disruption budget protects pods.
    Protects,
    /// A network policy restricts pods.
    Restricts,
    /// A pod reads, mounts or runs as it; a route or an autoscaler takes a secret from it.
    Uses,
    /// A claim is bound to its volume, a volume to its class.
    Binds,
    /// A pod runs on a node.
    RunsOn,
}

/// A reference by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// How.
    pub relation: Relation,
    /// To what.
    pub to: Ident,
    /// Whether it may be missing (`optional: true`).
    pub optional: bool,
}

/// One object with what it refers to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkedRow {
    /// Identity and version.
    pub meta: Meta,
    /// API group; empty is core.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// All owners, the controller first.
    pub owners: Vec<OwnerRef>,
    /// Its own labels; of a workload those of the pods it makes.
    pub labels: Vec<(String, String)>,
    /// References by name, each once.
    pub references: Vec<Reference>,
    /// Gateways it asks to be let in by.
    pub admitted_by: Vec<Ident>,
    /// Whether it makes pods from a template.
    pub makes_pods: bool,
    /// Which pods of its namespace it selects, and how.
    pub selects: Option<(Relation, Selector)>,
    /// Its state in a word or two; may be empty.
    pub state: String,
    /// Whether that is good news.
    pub tone: Tone,
}

impl LinkedRow {
    /// What names it.
    pub fn ident(&self) -> Ident {
        Ident {
            group: self.group.clone(),
            kind: self.kind.clone(),
            namespace: self.meta.namespace.to_string(),
            name: self.meta.name.to_string(),
        }
    }
}

/// What the object in `json`, of this group and kind, refers to. Lists leave both out of their items.
///
/// # Errors
/// For what is no JSON object with a name.
pub fn decode_links(group: &str, kind: &str, json: &[u8]) -> Result<ObjectRow, DecodeError> {
    let object: Value = serde_json::from_slice(json)?;
    links(group, kind, &object)
        .map(|row| ObjectRow::Linked(Box::new(row)))
        .ok_or(DecodeError::Nameless("this kind"))
}

/// What an object refers to; `None` for one without a name.
pub fn links(group: &str, kind: &str, object: &Value) -> Option<LinkedRow> {
    let meta = &object["metadata"];
    let read = |member: &str| -> Box<str> { visible(meta[member].as_str().unwrap_or("")).into() };
    let stamp = |member: &str| {
        let time: jiff::Timestamp = meta[member].as_str()?.parse().ok()?;
        Some(time.as_millisecond())
    };
    let mut owners: Vec<(bool, OwnerRef)> = array(&meta["ownerReferences"])
        .map(|owner| (owner["controller"] == true, owner_of(owner)))
        .collect();
    owners.sort_by_key(|(controller, _)| !controller);
    let owners: Vec<OwnerRef> = owners.into_iter().map(|(_, owner)| owner).collect();
    let meta = Meta {
        uid: read("uid"),
        namespace: read("namespace"),
        name: read("name"),
        resource_version: read("resourceVersion"),
        created_ms: stamp("creationTimestamp"),
        deleted_ms: stamp("deletionTimestamp"),
        ..Meta::default()
    };
    if meta.name.is_empty() {
        return None;
    }
    let mut references = uses::references(group, kind, object, &meta.namespace);
    references.sort_unstable();
    references.dedup();
    let template = uses::template(group, kind, object);
    let labels = template.map_or(&object["metadata"]["labels"], |t| &t["metadata"]["labels"]);
    let (state, tone) = state::state(group, kind, object, meta.deleted_ms.is_some());
    Some(LinkedRow {
        labels: pairs(labels),
        group: group.to_owned(),
        kind: kind.to_owned(),
        owners,
        references,
        admitted_by: uses::admitted_by(group, object, &meta.namespace),
        makes_pods: template.is_some(),
        selects: uses::selects(group, kind, object),
        state,
        tone,
        meta,
    })
}

fn owner_of(owner: &Value) -> OwnerRef {
    let read = |member: &str| visible(owner[member].as_str().unwrap_or("")).into_owned();
    OwnerRef {
        api_version: read("apiVersion").into(),
        kind: read("kind").into(),
        name: read("name").into(),
        uid: read("uid").into(),
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().into_iter().flatten();
    members
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// A name as an object gives it, safe to show; `None` where there is none.
fn name(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|name| !name.is_empty())
        .map(|name| visible(name).into_owned())
}

impl Row for LinkedRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }
    /// It stands in no table.
    fn cell(&self, _column: usize, _now_ms: i64) -> Cell {
        Cell::default()
    }
    fn sort_key(&self, _column: usize) -> SortKey<'_> {
        SortKey::Absent
    }
}
