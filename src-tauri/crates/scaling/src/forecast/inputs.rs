//! What changes from outside while a forecast is played.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::certainty::Certainty;
use crate::hpa;
use crate::keda::scaled_object::ScaledObjectSpec;
use crate::keda::triggers::TriggerInput;

/// A change of the inputs at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "ForecastChange"))]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// When. A pass or poll at this very moment sees it.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// What.
    pub input: Input,
    /// How sure it is that it comes: no step after it is surer.
    #[serde(default = "derived")]
    pub certainty: Certainty,
}

fn derived() -> Certainty {
    Certainty::Derived
}

/// What changes. What does not fit the workload (a trigger without a ScaledObject) changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "ForecastInput"))]
#[serde(tag = "kind", content = "value", rename_all = "camelCase")]
pub enum Input {
    /// The answers of the metrics APIs; those that KEDA serves come from its triggers.
    Metrics(Box<hpa::situation::Metrics>),
    /// The pods: that they become ready, come, or go.
    Pods(Vec<hpa::situation::Pod>),
    /// What a trigger's source says.
    Trigger {
        /// Its position in `spec.triggers`.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        index: usize,
        /// What it says.
        input: TriggerInput,
    },
    /// Somebody sets `spec.replicas`.
    Replicas(i32),
    /// The HPA's spec is edited.
    Hpa(Box<hpa::spec::Spec>),
    /// The ScaledObject's spec is edited: its loop starts anew, its HPA is made anew from it.
    ScaledObject(Box<ScaledObjectSpec>),
    /// The ScaledObject's annotations are edited, pauses among them.
    Annotations(BTreeMap<String, String>),
}
