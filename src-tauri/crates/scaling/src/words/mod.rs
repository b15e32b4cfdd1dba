//! Decisions in plain English.
//!
//! `plain` makes the sentences, `arithmetic` the computations. A figure that was guessed says `about`, one that cannot be told
//! says `unknown` with the reason; a moment that is a range is written as one.

pub mod clock;
pub mod hold;

mod arithmetic;
mod figure;
mod plain;

use serde::{Deserialize, Serialize};

pub use clock::Clock;
pub use plain::{hpa, scaled_job, scaled_object};

/// A decision in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Words {
    /// What happens, in one sentence.
    pub headline: String,
    /// Why, sentence by sentence.
    pub why: Vec<String>,
    /// A line for each metric of an HPA, or each trigger's metric of KEDA, in the spec's order.
    pub metrics: Vec<MetricWords>,
    /// A line for each rule, in the order in which they were applied.
    pub rules: Vec<RuleWords>,
    /// What comes next with inputs unchanged.
    pub next: String,
}

/// A metric in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MetricWords {
    /// What is measured.
    pub name: String,
    /// The target and which pods counted, or whatever else is worth knowing; may be empty.
    pub note: String,
    /// The computation, step by step.
    pub arithmetic: Vec<String>,
    /// What it asks for.
    pub result: String,
    /// Whether its proposal is the one that was taken.
    pub decides: bool,
}

/// A rule in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RuleWords {
    /// Which rule.
    pub name: String,
    /// What it did; may be empty.
    pub note: String,
    /// The computation, step by step.
    pub arithmetic: Vec<String>,
    /// The count that it was given.
    pub before: String,
    /// The count that it made of it.
    pub after: String,
}
