//! Name, age and annotations of a ScaledObject or ScaledJob.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::go;

/// The part of an object's metadata that KEDA decides by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaMetadata"))]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Counts changes of the spec.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub generation: i64,
    /// To the second.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub creation_timestamp: Option<Timestamp>,
    /// Copied to the HPA or the Jobs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Pauses among them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The field manager that wrote the spec or an annotation last; empty if that is not told. KEDA decides nothing by it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub written_by: String,
    /// When, to the second.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
}

/// Freezes at the present size.
pub const PAUSED: &str = "autoscaling.keda.sh/paused";
/// Freezes at a given size.
pub const PAUSED_REPLICAS: &str = "autoscaling.keda.sh/paused-replicas";
/// Stops only scaling in.
pub const PAUSED_SCALE_IN: &str = "autoscaling.keda.sh/paused-scale-in";
/// Stops only scaling out.
pub const PAUSED_SCALE_OUT: &str = "autoscaling.keda.sh/paused-scale-out";
/// Counts as active whatever the triggers say.
pub const FORCE_ACTIVATION: &str = "autoscaling.keda.sh/force-activation";

impl Metadata {
    /// A switch: on when present, unless its value is one of Go's words for false (`getBoolAnnotation`).
    pub fn switched_on(&self, annotation: &str) -> bool {
        self.annotations
            .get(annotation)
            .is_some_and(|value| go::parse_bool(value).unwrap_or(true))
    }

    /// Labels without those that the annotation `excluded` lists, comma-separated and with blanks kept.
    pub(crate) fn labels_without(
        &self,
        excluded: &str,
    ) -> impl Iterator<Item = (&String, &String)> {
        let excluded: Vec<&str> = self
            .annotations
            .get(excluded)
            .map_or_else(Vec::new, |names| names.split(',').collect());
        self.labels
            .iter()
            .filter(move |(name, _)| !excluded.contains(&name.as_str()))
    }
}
