//! What the scaling page says of an instant, and what it draws besides series.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Argument of `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExplainAsk {
    /// Which graph.
    pub graph: u32,
    /// Which instant, Unix ms; absent: now.
    pub at_ms: Option<i64>,
}

/// How sure a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Sureness {
    /// The API said so.
    Observed,
    /// Computed from observed values by the controller's own rule.
    Derived,
    /// An input was guessed.
    Estimated,
    /// It cannot be told.
    Unknown,
}

/// How sure a figure is, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sure {
    /// How sure.
    pub sureness: Sureness,
    /// What was guessed, or why it cannot be told; empty otherwise.
    pub why: String,
}

/// Answer of `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// The instant, Unix ms.
    pub at_ms: i64,
    /// The instant in words, local: `21:20:04`.
    pub at: String,
    /// Whether it is the present.
    pub is_live: bool,
    /// What happens, in one sentence; the largest text of the page.
    pub headline: String,
    /// Why, sentence by sentence.
    pub why: Vec<String>,
    /// What was edited within a minute before it, with the time: `14:03:05 Edited by kubectl-edit: maxReplicas 5 → 8.`
    pub edits: Vec<String>,
    /// How sure the outcome is.
    pub sure: Sure,
    /// What comes next with inputs unchanged; absent if nothing does, or the instant is not the present.
    pub next: Option<NextStep>,
    /// That nothing comes by itself, and when a schedule may change that; empty where something does, or that is not known.
    pub unmoved: String,
    /// Who asks for what: a line for each metric or trigger, in the spec's order.
    pub asks: Vec<AskLine>,
    /// Each rule, in the order in which they were applied.
    pub rules: Vec<RuleLine>,
    /// What counted: pods or values.
    pub counted: Counted,
    /// What is wrong or surprising, the gravest first.
    pub findings: Vec<FindingLine>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NextStep {
    /// `6 → 4 at 21:24:10`
    pub headline: String,
    /// Conditions and limits of it, a line each: `if the load stays as it is`.
    pub notes: Vec<String>,
    /// The earliest it can come, Unix ms on the cluster's clock: what is counted down to.
    pub earliest_ms: i64,
    /// The latest, Unix ms.
    pub latest_ms: i64,
    /// Since when it is waited for, Unix ms: the beginning of the ring.
    pub since_ms: i64,
    /// How sure it is.
    pub sure: Sure,
}

/// What one metric or trigger asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AskLine {
    /// What is measured.
    pub name: String,
    /// More of it: a selector, a time zone; may be empty.
    pub note: String,
    /// The computation, a line each.
    pub arithmetic: Vec<String>,
    /// How many replicas it asks for, or a word.
    pub result: String,
    /// Whether this one decides.
    pub decides: bool,
    /// How sure the result is.
    pub sure: Sure,
}

/// What one rule made of the count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuleLine {
    /// Which rule.
    pub name: String,
    /// What it did; may be empty.
    pub note: String,
    /// The computation, a line each.
    pub arithmetic: Vec<String>,
    /// The count that it was given.
    pub before: String,
    /// The count that it made of it.
    pub after: String,
    /// How sure that is.
    pub sure: Sure,
}

/// The pods or values that counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    /// In one sentence; empty if nothing counted.
    pub summary: String,
    /// Headings of the table.
    pub columns: Vec<String>,
    /// Its rows; each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// Something wrong or surprising.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingLine {
    /// A stable name in kebab case.
    pub id: String,
    /// How much it matters.
    pub severity: FindingSeverity,
    /// One sentence: what is wrong.
    pub summary: String,
    /// What shows it, a line each: `spec.minReplicas 4`.
    pub evidence: Vec<String>,
    /// One sentence: what to do.
    pub advice: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FindingSeverity {
    /// Worth knowing.
    Note,
    /// Scaling is not what it seems.
    Warning,
    /// Scaling does not work.
    Error,
}

/// Argument of `graph_marks`: a span of time of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MarksAsk {
    /// Which graph.
    pub graph: u32,
    /// Left edge, Unix ms.
    pub from_ms: i64,
    /// Right edge, Unix ms; may lie in the future: cron windows and the forecast reach there.
    pub to_ms: i64,
}

/// Answer of `graph_marks`: what is drawn besides series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Marks {
    /// What held the size, in order of time; they may overlap.
    pub bands: Vec<Band>,
    /// Windows of cron triggers, behind and ahead.
    pub windows: Vec<CronWindow>,
    /// The workload's pods, the oldest first.
    pub pods: Vec<PodBar>,
    /// Pods that were left out of `pods`, because they are too many to draw.
    pub pods_left_out: u32,
    /// The size as it is foreseen with inputs unchanged, from now on.
    pub forecast: Vec<ForecastStep>,
    /// Each growth with the time it took, split.
    pub growths: Vec<Growth>,
    /// Their median, if there are any.
    pub median: Option<Growth>,
}

/// What held the size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Band {
    /// Which rule.
    pub kind: BandKind,
    /// From, Unix ms.
    pub from_ms: i64,
    /// Until, Unix ms; in the future while it holds.
    pub to_ms: i64,
    /// Whether its end is not known: it is drawn open.
    pub is_open: bool,
    /// What stands in it: `held 5:00`, `2 of 4 pods per 60 s used, room again at 14:31:05`.
    pub label: String,
    /// How sure it is.
    pub sure: Sure,
}

/// The rules that are drawn as bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum BandKind {
    /// A stabilization window, as long as the holding recommendation is in it.
    Stabilization,
    /// A rate policy.
    Rate,
    /// KEDA's cooldown.
    Cooldown,
    /// A pause of KEDA, or of one direction.
    Paused,
    /// KEDA's fallback.
    Fallback,
    /// At `maxReplicas` while load asks for more.
    Cap,
    /// No usable metric.
    NoMetrics,
}

/// A window of a cron trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CronWindow {
    /// Id of the lane whose metric it is.
    pub lane: String,
    /// From, Unix ms.
    pub from_ms: i64,
    /// Until, Unix ms.
    pub to_ms: i64,
    /// What stands in it: `asks 2 until 24:00`.
    pub label: String,
    /// In the trigger's zone and the viewer's, where they differ.
    pub detail: String,
}

/// A pod over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodBar {
    /// Its name.
    pub name: String,
    /// Its states, one after the other.
    pub spans: Vec<PodSpan>,
}

/// A pod's state for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PodSpan {
    /// Which.
    pub phase: PodPhase,
    /// From, Unix ms.
    pub from_ms: i64,
    /// Until, Unix ms.
    pub to_ms: i64,
    /// Why, if that is told: `0/3 nodes are available`.
    pub why: String,
}

/// The states of a pod that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PodPhase {
    /// No node yet.
    Pending,
    /// On a node, not ready yet.
    Starting,
    /// Ready.
    Ready,
    /// Was ready, and is not.
    Unready,
    /// Being deleted.
    Terminating,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
}

/// A change of size that is foreseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ForecastStep {
    /// The earliest it can come, Unix ms.
    pub earliest_ms: i64,
    /// The latest, Unix ms.
    pub latest_ms: i64,
    /// The size after it.
    pub replicas: i32,
    /// Why.
    pub cause: String,
    /// How sure the size is.
    pub sure: Sure,
}

/// How long a growth took, in ms from when load crossed the target. What is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    /// When load crossed the target, Unix ms; 0 in a median.
    pub crossed_ms: i64,
    /// `3 → 6`; empty in a median.
    pub label: String,
    /// Until a pass saw the metric.
    pub seen_ms: Option<u32>,
    /// Until the scale was written.
    pub written_ms: Option<u32>,
    /// Until the last new pod had a node.
    pub scheduled_ms: Option<u32>,
    /// Until its containers had started.
    pub started_ms: Option<u32>,
    /// Until it was ready.
    pub ready_ms: Option<u32>,
}

/// Answer of `graph_table`: every graph of the page as one table, a row for each moment at which a value changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GraphTable {
    /// Headings; the first is the time.
    pub columns: Vec<String>,
    /// Rows in order of time; each as long as `columns`, empty where nothing was seen.
    pub rows: Vec<Vec<String>>,
    /// Rows that were left out, because they are too many.
    pub left_out: u32,
}
