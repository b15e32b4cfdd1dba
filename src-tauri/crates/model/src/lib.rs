//! Kubernetes objects as slim rows, with kubectl's own words and rules.
//!
//! Bytes from the API server (JSON or protobuf) become an [`ObjectRow`] in one step; nothing
//! larger is kept. Pure: no clock, no files, no network.

pub mod catalog;
pub mod details;
pub mod duration;
pub mod events;
pub mod fact;
pub mod fields;
pub mod generic;
pub mod helm;
pub mod kind;
pub mod labels;
pub mod links;
pub mod measured;
pub mod meta;
pub mod overview;
pub mod quantity;
pub mod relations;
pub mod resources;
pub mod row;
pub mod rows;
pub mod scaling;
pub mod text;
pub mod usage;
pub mod yaml;

mod cells;
mod columns;
mod selector;
mod share;
mod slim;

pub use generic::{GenericRow, TableHeader};
pub use kind::{Kind, KindSpec, Resource};
pub use labels::Labels;
pub use links::{Ident, LinkedRow, Relation, decode_links};
pub use meta::{Meta, OwnerRef};
pub use resources::{Amounts, PodResources};
pub use row::{DecodeError, ObjectRow, decode_json, decode_proto};
pub use rows::{
    DeploymentRow, EventRow, HpaRow, NamespaceRow, NodeRow, PodRow, ReplicaSetRow, ScaledJobRow,
    ScaledObjectRow,
};
pub use scaling::{ScalingKey, ScalingRow};
pub use usage::Usage;
