//! Findings about how workloads are scaled.

use serde::{Deserialize, Serialize};
use table::Cell;
use ts_rs::TS;

use crate::ObjectRef;

/// Argument of `findings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingsAsk {
    /// Which cluster.
    pub cluster: String,
    /// Only these namespaces; empty is all.
    pub namespaces: Vec<String>,
}

/// Answer of `findings`: what stands behind the rows of their table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingsTold {
    /// Autoscalers that were looked at.
    pub autoscalers: u32,
    /// Of them, those of which too little is known to examine them.
    pub unexamined: u32,
    /// Findings that say that scaling does not work.
    pub errors: u32,
    /// Findings that say that scaling is not what it seems.
    pub warnings: u32,
    /// Findings worth knowing.
    pub notes: u32,
    /// What was not looked for, and why; no finding.
    pub not_examined: Vec<NotExamined>,
}

/// A check that could not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NotExamined {
    /// Its stable name.
    pub id: String,
    /// What it looks for, a sentence.
    pub looks_for: String,
    /// What is not known: `which metrics APIs are registered`.
    pub why: String,
    /// Of how many autoscalers.
    pub autoscalers: u32,
}

/// Argument of `finding`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingAsk {
    /// Which cluster.
    pub cluster: String,
    /// [`crate::RowOut::key`] in the table of findings.
    pub key: String,
}

/// Answer of `finding`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingDetail {
    /// A stable name in kebab case.
    pub id: String,
    /// How much it matters.
    pub severity: Cell,
    /// One sentence: what is wrong.
    pub summary: String,
    /// What the check looks for; empty of a spec's fields.
    pub looks_for: String,
    /// About which autoscaler.
    pub autoscaler: ObjectRef,
    /// What it scales; absent of a `ScaledJob`.
    pub target: Option<ObjectRef>,
    /// The figures that make it true.
    pub evidence: Vec<EvidenceLine>,
    /// One sentence: what to do.
    pub advice: String,
    /// What to write, where that can be shown.
    pub snippet: Option<Snippet>,
    /// Address of upstream's page about it; may be empty.
    pub documented: String,
}

/// One field or fact with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceLine {
    /// The field's path in the object, or the name of the fact.
    pub field: String,
    /// Its value as written.
    pub value: String,
}

/// YAML to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// Where it belongs.
    pub place: String,
    /// The YAML; its values are examples.
    pub yaml: String,
}
