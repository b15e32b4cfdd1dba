//! Findings about how a workload is scaled.
//!
//! Nonsense in a spec is found where it is decided about: `hpa::validate`, `keda::findings`.

mod asked_above_max;
mod behavior;
mod conflict;
mod cron;
mod edge;
mod elsewhere;
mod fallback;
mod jobs;
mod keda;
mod limits;
mod metrics_api;
mod min_max;
mod oscillation;
mod paused;
pub mod remedy;
mod request;
mod room;
mod unable;
mod vertical;
pub mod workload;

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::certainty::Certainty;
use crate::finding::{Evidence, Finding, Severity};
pub use workload::Workload;

/// Looks for one thing that may be wrong with a workload.
pub trait Check: Debug + Sync {
    /// A stable name in kebab case, also the anchor in the documentation.
    fn id(&self) -> &'static str;

    /// How much it matters.
    fn severity(&self) -> Severity;

    /// One sentence: what it looks for.
    fn summary(&self) -> &'static str;

    /// Looks. What is not known makes nothing wrong.
    fn check(&self, workload: &Workload) -> Outcome;

    /// The finding that something seen makes.
    fn format(&self, seen: Seen) -> Finding {
        Finding {
            id: self.id().into(),
            severity: self.severity(),
            summary: seen.summary,
            evidence: seen.evidence,
            advice: seen.advice,
        }
    }
}

/// What a check came to: both may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is wrong.
    pub seen: Vec<Seen>,
    /// Why it cannot be told whether more is wrong.
    pub unknown: Option<String>,
}

impl Outcome {
    fn unknown(why: &str) -> Self {
        Self {
            seen: Vec::new(),
            unknown: Some(why.to_owned()),
        }
    }
}

impl FromIterator<Seen> for Outcome {
    fn from_iter<I: IntoIterator<Item = Seen>>(seen: I) -> Self {
        Self {
            seen: seen.into_iter().collect(),
            unknown: None,
        }
    }
}

/// Something wrong that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// One sentence: what is wrong.
    pub summary: String,
    /// What shows it, at least one.
    pub evidence: Vec<Evidence>,
    /// One sentence: what to do.
    pub advice: String,
}

impl Seen {
    fn new(summary: impl Into<String>, evidence: Vec<Evidence>, advice: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            evidence,
            advice: advice.into(),
        }
    }
}

/// All checks of a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "FindingReport"))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What is wrong, the gravest first.
    pub findings: Vec<Finding>,
    /// What cannot be told.
    pub untold: Vec<Untold>,
}

/// A check that could not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Untold {
    /// Its id.
    pub id: String,
    /// What is not known.
    pub why: String,
}

/// Every check.
pub fn all() -> &'static [&'static dyn Check] {
    &[
        &asked_above_max::AskedAboveMax,
        &behavior::EmptyBehavior,
        &conflict::TwoAutoscalers,
        &cron::WindowsEqual,
        &cron::WindowsOverlap,
        &cron::NeverCloses,
        &edge::UtilizationEdge,
        &elsewhere::WrittenElsewhere,
        &fallback::FallbackActive,
        &jobs::ConditionOutlivesJobs,
        &keda::KedaAbsent,
        &keda::KedaFailing,
        &limits::TargetAboveLimits,
        &metrics_api::Absent,
        &metrics_api::Failing,
        &min_max::MinEqualsMax,
        &oscillation::Oscillation,
        &paused::PausedForgotten,
        &request::MissingRequest,
        &room::Unschedulable,
        &room::QuotaExhausted,
        &room::BudgetForbids,
        &unable::HpaUnable,
        &vertical::SameResource,
    ]
}

/// Runs every check.
pub fn report(workload: &Workload) -> Report {
    let mut report = Report {
        findings: Vec::new(),
        untold: Vec::new(),
    };
    for check in all() {
        let outcome = check.check(workload);
        report
            .findings
            .extend(outcome.seen.into_iter().map(|seen| check.format(seen)));
        report.untold.extend(outcome.unknown.map(|why| Untold {
            id: check.id().into(),
            why,
        }));
    }
    report
        .findings
        .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    report
}

/// Whether a figure may carry a finding: seen, or computed from what was seen.
fn is_sure(certainty: &Certainty) -> bool {
    match certainty {
        Certainty::Observed | Certainty::Derived => true,
        Certainty::Estimated { .. } | Certainty::Unknown { .. } => false,
    }
}

/// Evidence is cut after so many pieces of one kind.
const EVIDENCE: usize = 5;
