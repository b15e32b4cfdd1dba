//! apimachinery's metadata.

use std::collections::BTreeMap;

use super::{Time, slim};

slim! {
    /// Identity, version, age and labels. Deliberately without annotations, which most rows do not show.
    ObjectMeta {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        namespace: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        uid: Vec<u8>,
        #[prost(bytes = "vec", tag = "6")]
        resource_version: Vec<u8>,
        #[prost(int64, tag = "7")]
        generation: i64,
        #[prost(message, optional, tag = "8")]
        creation_timestamp: Option<Time>,
        #[prost(message, optional, tag = "9")]
        deletion_timestamp: Option<Time>,
        #[prost(btree_map = "string, bytes", tag = "11")]
        labels: BTreeMap<String, Vec<u8>>,
        #[prost(message, repeated, tag = "13")]
        owner_references: Vec<OwnerReference>,
    }
    /// The same with annotations, for the kinds whose rows are made from them.
    AnnotatedMeta {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        namespace: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        uid: Vec<u8>,
        #[prost(bytes = "vec", tag = "6")]
        resource_version: Vec<u8>,
        #[prost(int64, tag = "7")]
        generation: i64,
        #[prost(message, optional, tag = "8")]
        creation_timestamp: Option<Time>,
        #[prost(message, optional, tag = "9")]
        deletion_timestamp: Option<Time>,
        #[prost(btree_map = "string, bytes", tag = "11")]
        labels: BTreeMap<String, Vec<u8>>,
        #[prost(btree_map = "string, bytes", tag = "12")]
        annotations: BTreeMap<String, Vec<u8>>,
        #[prost(message, repeated, tag = "13")]
        owner_references: Vec<OwnerReference>,
    }
    /// Who owns an object.
    OwnerReference {
        #[prost(bytes = "vec", tag = "1")]
        kind: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        uid: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        api_version: Vec<u8>,
        #[prost(bool, tag = "6")]
        controller: bool,
    }
    /// Which labels belong.
    LabelSelector {
        #[prost(btree_map = "string, bytes", tag = "1")]
        match_labels: BTreeMap<String, Vec<u8>>,
        #[prost(message, repeated, tag = "2")]
        match_expressions: Vec<LabelSelectorRequirement>,
    }
    /// One condition of a selector.
    LabelSelectorRequirement {
        #[prost(bytes = "vec", tag = "1")]
        key: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        operator: Vec<u8>,
        #[prost(bytes = "vec", repeated, tag = "3")]
        values: Vec<Vec<u8>>,
    }
}
