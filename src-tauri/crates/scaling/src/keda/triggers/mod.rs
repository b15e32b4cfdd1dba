//! Triggers: what each one's metadata means, what it gives the HPA as a target, what it makes of its source.

mod cron;
mod external;
mod parameters;
mod prometheus;
mod resource;
mod selector;
mod workload;

pub use cron::{CronTrigger, CronWindow};
pub use external::{ExternalMetric, MetricValue};
pub use prometheus::{PrometheusAnswer, PrometheusTrigger};
pub use resource::ResourceTrigger;
pub use selector::Selector;
pub use workload::{WorkloadPod, WorkloadTrigger};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use crate::certainty::Certainty;
use crate::hpa::spec::{
    ExternalSource, MetricIdentifier, MetricSpec, SourceKind, Target, TargetKind, null_as_default,
};

/// One trigger of a ScaledObject or ScaledJob (KEDA v2.21.0 `apis/keda/v1alpha1/scaletriggers_types.go`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaTriggerSpec"))]
#[serde(rename_all = "camelCase", default)]
pub struct TriggerSpec {
    /// `cron`, `prometheus`, `kafka`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What a formula calls it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether the HPA gets what the last poll saw.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub use_cached_metrics: bool,
    /// What its type wants to know.
    #[serde(deserialize_with = "null_as_default")]
    pub metadata: BTreeMap<String, String>,
    /// `AverageValue` if empty, `Value`, or `Utilization` for cpu and memory.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub metric_type: String,
}

impl TriggerSpec {
    /// Whether it is a resource of the pods, which neither wakes nor keeps awake.
    pub fn is_resource(&self) -> bool {
        matches!(self.kind.as_str(), "cpu" | "memory")
    }
}

/// A trigger understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// Active in windows of time.
    Cron(CronTrigger),
    /// Counts pods.
    Workload(WorkloadTrigger),
    /// Asks Prometheus.
    Prometheus(PrometheusTrigger),
    /// cpu or memory of the pods.
    Resource(ResourceTrigger),
    /// Any other type: what it measures is an input.
    External {
        /// Its type.
        kind: String,
    },
}

/// A trigger that KEDA cannot build from its metadata: nothing of the whole object is polled then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaBadTrigger"))]
#[serde(rename_all = "camelCase")]
pub struct BadTrigger {
    /// Its position in `spec.triggers`.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub index: usize,
    /// The fields that are wrong, at least one.
    pub fields: Vec<BadField>,
}

/// A field with a value that KEDA refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaBadField"))]
#[serde(rename_all = "camelCase")]
pub struct BadField {
    /// Its path below the trigger: `metadata.start`.
    pub field: String,
    /// Its value; empty where it is missing.
    pub value: String,
    /// Why it is refused.
    pub why: String,
}

/// Where a trigger stands in its object.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its position in `spec.triggers`.
    pub index: usize,
    /// The object's namespace.
    pub namespace: &'a str,
    /// Whether a formula takes its value, so that it needs no target of its own.
    pub as_metric_source: bool,
}

impl Trigger {
    /// Builds the trigger as `pkg/scaling/scalers_builder.go:buildScaler` does.
    pub fn build(spec: &TriggerSpec, place: Place<'_>) -> Result<Self, BadTrigger> {
        let bad = |fields| BadTrigger {
            index: place.index,
            fields,
        };
        match spec.kind.as_str() {
            "cron" => CronTrigger::build(spec, place).map(Self::Cron),
            "kubernetes-workload" => WorkloadTrigger::build(spec, place).map(Self::Workload),
            "prometheus" => PrometheusTrigger::build(spec, place).map(Self::Prometheus),
            "cpu" | "memory" => ResourceTrigger::build(spec).map(Self::Resource),
            kind => Ok(Self::External {
                kind: kind.to_owned(),
            }),
        }
        .map_err(bad)
    }

    /// The entry in the HPA's metrics; `None` for a type whose metrics are an input.
    pub fn metric_spec(&self) -> Option<MetricSpec> {
        match self {
            Self::Cron(cron) => Some(external_spec(&cron.metric, &cron.target())),
            Self::Workload(workload) => Some(external_spec(&workload.metric, &workload.target)),
            Self::Prometheus(prometheus) => {
                Some(external_spec(&prometheus.metric, &prometheus.target))
            }
            Self::Resource(resource) => Some(resource.metric_spec()),
            Self::External { .. } => None,
        }
    }
}

/// What a trigger's source says, given from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaTriggerInput"))]
#[serde(rename_all = "camelCase")]
pub struct TriggerInput {
    /// What it says.
    #[serde(default)]
    pub source: Source,
    /// How sure that is.
    #[serde(default = "observed")]
    pub certainty: Certainty,
    /// What the HPA's own query last saw, metric by metric, with any fallback applied. KEDA takes it in place of a query where the
    /// HPA is at work and nothing else needs the poll.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed_by_hpa: Vec<MetricRecord>,
    /// What the last poll left for the HPA's queries, where the trigger has `useCachedMetrics`; empty before the loop's first poll.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cached: Vec<MetricRecord>,
}

impl Default for TriggerInput {
    fn default() -> Self {
        Self {
            source: Source::default(),
            certainty: observed(),
            observed_by_hpa: Vec::new(),
            cached: Vec::new(),
        }
    }
}

fn observed() -> Certainty {
    Certainty::Observed
}

/// What a source says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaSource"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// Nothing is known. Enough for cron, cpu and memory.
    #[default]
    Silent,
    /// For kubernetes-workload: the pods that match its selector.
    Pods {
        /// Of all phases.
        #[serde(default)]
        pods: Vec<WorkloadPod>,
    },
    /// For prometheus: the answer to its query.
    Prometheus {
        /// The answer.
        answer: PrometheusAnswer,
    },
    /// For any other type: its metrics. None at all is an error of the trigger.
    Metrics {
        /// In the scaler's order.
        #[serde(default)]
        metrics: Vec<ExternalMetric>,
    },
    /// The query fails.
    Failed {
        /// The error.
        error: String,
    },
}

/// A metric as the HPA's query or a poll last saw it (`pkg/scaling/cache/metricscache/metrics_record.go:MetricsRecord`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaMetricRecord"))]
#[serde(rename_all = "camelCase")]
pub struct MetricRecord {
    /// Its name.
    pub metric: String,
    /// The value; a failed query has none.
    pub value: Option<Amount>,
    /// Whether the scaler called it active.
    pub is_active: bool,
    /// Whether the value is a fallback's.
    pub fallback_active: bool,
    /// Why the query failed.
    pub error: Option<String>,
}

/// What a poll finds for one metric of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaReading"))]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// The metric: `s0-prometheus`.
    pub metric: String,
    /// What the HPA compares it with, and how.
    pub target: MetricTarget,
    /// What came out.
    pub outcome: Outcome,
    /// For cron: the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<CronWindow>,
    /// How sure that is.
    pub certainty: Certainty,
}

/// What came of asking for a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaOutcome"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Outcome {
    /// A value.
    Value(MetricValue),
    /// An error.
    Failed {
        /// Its text.
        error: String,
    },
}

/// The target of an external metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaMetricTarget"))]
#[serde(rename_all = "camelCase")]
pub struct MetricTarget {
    /// `AverageValue`, or `Value`; any other word counts as `Value`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The number.
    pub amount: Amount,
}

impl MetricTarget {
    /// `pkg/scalers/scaler.go:GetMetricTargetType`, with `AverageValue` where nothing is given.
    fn new(metric_type: &str, amount: Amount) -> Result<Self, Vec<BadField>> {
        if metric_type == "Utilization" {
            return Err(vec![BadField {
                field: "metricType".into(),
                value: metric_type.into(),
                why: "only cpu and memory have a utilization".into(),
            }]);
        }
        let kind = if metric_type.is_empty() {
            "AverageValue"
        } else {
            metric_type
        };
        Ok(Self {
            kind: kind.into(),
            amount,
        })
    }

    /// Whether the value counts for each replica.
    pub fn is_average(&self) -> bool {
        self.kind == "AverageValue"
    }

    /// As the HPA has it.
    pub fn hpa_target(&self) -> Target {
        let amount = Some(crate::hpa::amount::Amount::parse(&self.amount.quantity()));
        let (value, average_value) = if self.is_average() {
            (None, amount)
        } else {
            (amount, None)
        };
        Target {
            kind: TargetKind::from(self.kind.clone()),
            value,
            average_value,
            average_utilization: None,
        }
    }
}

pub(crate) fn external_spec(metric: &str, target: &MetricTarget) -> MetricSpec {
    MetricSpec {
        kind: SourceKind::External,
        external: Some(ExternalSource {
            metric: MetricIdentifier {
                name: metric.to_owned(),
                selector: None,
            },
            target: target.hpa_target(),
        }),
        ..MetricSpec::default()
    }
}

/// What a poll finds for a trigger: one reading a metric, none for cpu and memory, an error where the metrics themselves are not
/// known (`pkg/scaling/cache/scalers_cache.go:GetMetricSpecForScalingForScaler`).
pub(crate) fn read(
    trigger: &Trigger,
    input: &TriggerInput,
    now: Timestamp,
) -> Result<Vec<Reading>, String> {
    let certainty = input.certainty.clone().derived();
    let reading = |metric: &str, target: &MetricTarget, outcome| {
        let (outcome, certainty) = match outcome {
            Ok(outcome) => (outcome, certainty.clone()),
            Err(missing) => (missing_outcome(), missing),
        };
        Reading {
            metric: metric.to_owned(),
            target: target.clone(),
            outcome,
            window: None,
            certainty,
        }
    };
    Ok(match trigger {
        Trigger::Cron(cron) => vec![cron.read(now)],
        Trigger::Workload(workload) => {
            let outcome = workload.outcome(&input.source);
            vec![reading(&workload.metric, &workload.target, outcome)]
        }
        Trigger::Prometheus(prometheus) => {
            let outcome = prometheus.outcome(&input.source);
            vec![reading(&prometheus.metric, &prometheus.target, outcome)]
        }
        Trigger::Resource(_) => Vec::new(),
        Trigger::External { kind } => external::read(kind, &input.source, &certainty)?,
    })
}

/// Stands where nothing is known.
fn missing_outcome() -> Outcome {
    Outcome::Value(MetricValue {
        amount: Amount::Float(0.0),
        number: 0.0,
        activation_threshold: None,
        is_active: false,
    })
}

/// `s0-…` (`pkg/scalers/scaler.go:GenerateMetricNameWithIndex`) of a name without slashes, dots and the like
/// (`pkg/util/normalize_string.go`).
fn metric_name(index: usize, name: &str) -> String {
    format!(
        "s{index}-{}",
        name.replace(['/', '.', ':', '%', '(', ')'], "-")
    )
}
