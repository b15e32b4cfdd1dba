//! What the HPA controller decides in one pass, with every reason.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::situation::Memory;
use super::spec::{SourceKind, text_enum};
use super::status::{MetricStatus, Status};
use crate::certainty::Certainty;
use crate::hold::{Hold, NextChange};

/// The outcome of a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaDecision"))]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// Which way the pass took.
    pub path: Path,
    /// The target's `spec.replicas` before; `None` if it could not be read.
    pub current: Option<i32>,
    /// The size that the pass wants; `None` if it wants none.
    pub desired: Option<i32>,
    /// The target's `spec.replicas` after; `None` if it could not be read.
    pub replicas: Option<i32>,
    /// Whether the controller writes a new size.
    pub rescale: bool,
    /// Error of that write, if it failed.
    pub rescale_error: Option<String>,
    /// The reason in the event of a rescale; empty without one, and for some rescales too.
    pub reason: String,
    /// Each metric of the spec, in its order; empty if metrics were not looked at.
    pub metrics: Vec<MetricEvaluation>,
    /// Index in `metrics` of the one that decided: the first with the largest proposal.
    pub winner: Option<u32>,
    /// Indexes of the other metrics that proposed a count, the largest proposal first.
    pub runners_up: Vec<u32>,
    /// Each rule that was applied between the proposal and the final count, in the controller's order, changed or not.
    pub rules: Vec<RuleStep>,
    /// What keeps the count from going where load asks it to go.
    pub holds: Vec<Hold>,
    /// The earliest change with inputs unchanged: the target follows the decisions, all else stays, time goes on. `None` if there
    /// is none.
    pub next_change: Option<NextChange>,
    /// The events that the controller emits, in order.
    pub events: Vec<Event>,
    /// The status as the controller makes it, conditions included.
    pub status: Status,
    /// Whether the status differs from before, so that it is written.
    pub status_written: bool,
    /// The controller's memory after the pass.
    pub memory: Memory,
    /// How sure the final count is.
    pub certainty: Certainty,
}

/// Which way a pass took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPath"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Path {
    /// The target's size could not be read; nothing else was done.
    NoScale {
        /// The error.
        error: String,
    },
    /// The target stands at zero, where this autoscaler does nothing.
    Disabled,
    /// More than `maxReplicas`: cut at once, metrics and history unseen.
    AboveMax,
    /// Fewer than `minReplicas`: raised at once, metrics and history unseen.
    BelowMin,
    /// Metrics give no count, or one that may not be used.
    NoMetrics {
        /// The error.
        error: String,
    },
    /// Metrics gave a count.
    Metrics {
        /// Error of the metrics that failed, if some did.
        error: Option<String>,
    },
}

/// One metric: what went in, what was computed, what it asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMetricEvaluation"))]
#[serde(rename_all = "camelCase")]
pub struct MetricEvaluation {
    /// Where it comes from.
    pub source: SourceKind,
    /// The metric in the controller's words, as in its conditions and events.
    pub name: String,
    /// The metric's own name: a resource or a metric's name.
    pub metric: String,
    /// The container, for container resources.
    pub container: Option<String>,
    /// What it shall reach; `None` if the spec names nothing usable.
    pub target: Option<TargetValue>,
    /// Which count the computation started from.
    pub basis: Basis,
    /// That count.
    pub count: i32,
    /// The pods under the selector by how they counted; `None` where single pods do not matter.
    pub groups: Option<PodGroups>,
    /// The values that went in.
    pub inputs: Vec<Input>,
    /// The computation.
    pub arithmetic: Vec<Arithmetic>,
    /// What came out.
    pub result: MetricResult,
    /// Its entry in the status.
    pub status: MetricStatus,
    /// How sure the result is.
    pub certainty: Certainty,
}

/// What a metric shall reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaTargetValue"))]
#[serde(rename_all = "camelCase")]
pub enum TargetValue {
    /// Per cent of the requests.
    Utilization(i32),
    /// A total, in thousandths.
    Value(#[cfg_attr(feature = "wire", ts(type = "number"))] i64),
    /// An amount for each pod, in thousandths.
    AverageValue(#[cfg_attr(feature = "wire", ts(type = "number"))] i64),
}

/// Which count a metric starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaBasis"))]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// The scale's `spec.replicas`.
    Spec,
    /// The scale's `status.replicas`: averages of Object and External metrics.
    Status,
}

/// The pods under the selector by how they count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPodGroups"))]
#[serde(rename_all = "camelCase")]
pub struct PodGroups {
    /// Counted with their sample.
    #[cfg_attr(feature = "wire", ts(as = "Vec<String>"))]
    pub ready: Vec<SmolStr>,
    /// Pending or too young: their sample is dropped; they count as nothing when growing.
    #[cfg_attr(feature = "wire", ts(as = "Vec<String>"))]
    pub unready: Vec<SmolStr>,
    /// Without a sample: they hold the count back both ways.
    #[cfg_attr(feature = "wire", ts(as = "Vec<String>"))]
    pub missing: Vec<SmolStr>,
    /// Being deleted or failed.
    #[cfg_attr(feature = "wire", ts(as = "Vec<String>"))]
    pub ignored: Vec<SmolStr>,
}

/// A value that went into a computation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaInput"))]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// Of what: a pod's name, or the number of a series.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub of: SmolStr,
    /// Usage in thousandths, if there is a sample that counts.
    #[cfg_attr(feature = "wire", ts(type = "number | null"))]
    pub usage: Option<i64>,
    /// Request in thousandths, where requests matter.
    #[cfg_attr(feature = "wire", ts(type = "number | null"))]
    pub request: Option<i64>,
    /// How sure it is.
    pub certainty: Certainty,
}

/// One step of a metric's computation. Amounts are in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaArithmetic"))]
#[serde(tag = "step", rename_all = "camelCase")]
pub enum Arithmetic {
    /// `percent = trunc(100 × usage / request)`, then `ratio = percent / target`.
    Utilization {
        /// Sum over the samples that have a request.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        usage: i64,
        /// Sum of their requests.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        request: i64,
        /// How many they are.
        samples: u32,
        /// Whole per cent.
        percent: i32,
        /// The target.
        target: i32,
        /// Against the target.
        ratio: Number,
    },
    /// `average = trunc(usage / samples)`, then `ratio = average / target`.
    Average {
        /// Sum over all samples.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        usage: i64,
        /// How many they are.
        samples: u32,
        /// The mean.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        average: i64,
        /// The target.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        target: i64,
        /// Against the target.
        ratio: Number,
    },
    /// `ratio = usage / target`.
    Total {
        /// The value, or the sum of the series.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        usage: i64,
        /// The target.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        target: i64,
        /// Against the target.
        ratio: Number,
    },
    /// `ratio = usage / (target × count)`.
    PerPod {
        /// The value, or the sum of the series.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        usage: i64,
        /// The target for each pod.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        target: i64,
        /// The scale's `status.replicas`.
        count: i32,
        /// Against the target.
        ratio: Number,
    },
    /// Missing and unready pods are given a usage before the ratio is computed again.
    Rebalance {
        /// Missing pods.
        missing: u32,
        /// What each is taken to use; `None`: they are left out.
        missing_as: Option<AssumedUsage>,
        /// Unready pods that now count as using nothing.
        unready: u32,
    },
    /// Whether the ratio lies within the tolerance, both ends included: then the count stays.
    Tolerance {
        /// The ratio.
        ratio: Number,
        /// Lower end.
        lowest: Number,
        /// Upper end.
        highest: Number,
        /// Whether it does.
        within: bool,
    },
    /// The second ratio points the other way than the first: the count stays.
    Flipped {
        /// The first ratio.
        before: Number,
        /// The second.
        after: Number,
    },
    /// The computed count contradicts the direction of the ratio: the count stays.
    Contradicts {
        /// What was computed.
        computed: i32,
    },
    /// `replicas = ceil(ratio × pods)`.
    Ceil {
        /// The ratio.
        ratio: Number,
        /// Pods, or samples after a rebalance; 1 where the ratio itself is the count.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        pods: i64,
        /// The count.
        replicas: i32,
    },
    /// `replicas = ceil(usage / target)`.
    CeilUsage {
        /// The value, or the sum of the series.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        usage: i64,
        /// The target for each pod.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        target: i64,
        /// The count.
        replicas: i32,
    },
}

/// What a pod without a sample is taken to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaAssumedUsage"))]
#[serde(rename_all = "camelCase")]
pub enum AssumedUsage {
    /// Nothing: it would grow otherwise.
    Nothing,
    /// This per cent of its request: it would shrink otherwise.
    Percent(i32),
    /// The target itself: it would shrink otherwise.
    Target,
}

/// What a metric asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMetricResult"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum MetricResult {
    /// A count.
    Proposed {
        /// The count.
        replicas: i32,
    },
    /// Nothing: it failed.
    Failed {
        /// Reason of its event and condition.
        reason: String,
        /// Its error as in the event.
        error: String,
    },
}

/// A rule between the proposal and the final count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaRuleStep"))]
#[serde(rename_all = "camelCase")]
pub struct RuleStep {
    /// Which rule.
    pub rule: Rule,
    /// The count that it was given.
    pub before: i32,
    /// The count that it made of it.
    pub after: i32,
    /// How sure `after` is.
    pub certainty: Certainty,
}

/// The rules, with what they looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaRule"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Rule {
    /// A proposal below zero counts as zero.
    NotNegative,
    /// Without a behavior: the highest recommendation of the window.
    LegacyStabilization {
        /// Seconds.
        window: i32,
        /// The recommendation that counted; `None` if the new one is the highest.
        #[cfg_attr(feature = "wire", ts(type = "string | null"))]
        from: Option<Timestamp>,
    },
    /// Without a behavior: at most twice the size, or 4.
    LegacyScaleUpLimit {
        /// The limit.
        limit: i32,
    },
    /// With a behavior: the size moves only as far as every recommendation of the window agrees.
    Stabilization {
        /// Lowest recommendation of the upward window.
        up: i32,
        /// When it was made; `None` if it is the new one.
        #[cfg_attr(feature = "wire", ts(type = "string | null"))]
        up_from: Option<Timestamp>,
        /// Seconds.
        up_window: i32,
        /// Highest recommendation of the downward window.
        down: i32,
        /// When it was made; `None` if it is the new one.
        #[cfg_attr(feature = "wire", ts(type = "string | null"))]
        down_from: Option<Timestamp>,
        /// Seconds.
        down_window: i32,
    },
    /// With a behavior: policies upwards.
    ScaleUpPolicies {
        /// What they allow.
        limit: i32,
        /// Each policy.
        policies: Vec<PolicyLimit>,
        /// Whether the policy with the smallest change counts (`selectPolicy: Min`), not the one with the greatest.
        smallest_change: bool,
    },
    /// With a behavior: policies downwards.
    ScaleDownPolicies {
        /// What they allow.
        limit: i32,
        /// Each policy.
        policies: Vec<PolicyLimit>,
        /// Whether the policy with the smallest change counts (`selectPolicy: Min`), not the one with the greatest.
        smallest_change: bool,
    },
    /// `selectPolicy: Disabled` upwards.
    ScaleUpDisabled,
    /// `selectPolicy: Disabled` downwards.
    ScaleDownDisabled,
    /// Not more than `maxReplicas`.
    MaxReplicas {
        /// The limit.
        limit: i32,
    },
    /// Not fewer than `minReplicas`.
    MinReplicas {
        /// The limit.
        limit: i32,
    },
}

/// What one policy allows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPolicyLimit"))]
#[serde(rename_all = "camelCase")]
pub struct PolicyLimit {
    /// Index in the spec's list.
    pub policy: u32,
    /// Size at the start of its period.
    pub period_start: i32,
    /// Pods that were added within it.
    pub added: i32,
    /// Pods that were removed within it.
    pub removed: i32,
    /// The count that it allows.
    pub limit: i32,
}

/// An event that the controller emits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaEvent"))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// How grave.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// One word.
    pub reason: String,
    /// A sentence.
    pub message: String,
}

text_enum! {
    /// How grave an event is.
    EventKind {
        /// As it should be.
        Normal,
        /// Something failed.
        Warning,
    }
}

/// A float of the controller's computation; those that are no number are written as text: `NaN`, `inf`, `-inf`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(type = "number | string"))]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.collect_str(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Number(number) => number,
            Written::Text(text) => text.parse().unwrap_or(f64::NAN),
        }))
    }
}
