//! A ScaledObject in the API's own shape (KEDA v2.21.0 `apis/keda/v1alpha1/scaledobject_types.go`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::metadata::Metadata;
use super::triggers::TriggerSpec;
use crate::hpa::spec::{Behavior, null_as_default};

/// A ScaledObject: what it asks for, what KEDA noted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledObject {
    /// Name, annotations, age.
    pub metadata: Metadata,
    /// What is asked for.
    pub spec: ScaledObjectSpec,
    /// What KEDA noted at its last poll.
    pub status: ScaledObjectStatus,
}

/// What a ScaledObject asks for. Periods are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledObjectSpec {
    /// Whom it scales.
    pub scale_target_ref: ScaleTargetRef,
    /// Between two polls; 30 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polling_interval: Option<i32>,
    /// From creation until an object that never was active may go to zero; 0 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_cooldown_period: Option<i32>,
    /// From the last active moment until it may go to zero; 300 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown_period: Option<i32>,
    /// Replicas without load, in place of `minReplicaCount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_replica_count: Option<i32>,
    /// Least replicas; 0 if not given, and then the HPA's least is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replica_count: Option<i32>,
    /// Most replicas; 100 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replica_count: Option<i32>,
    /// Formula, HPA behavior.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Advanced>,
    /// Where load is read, in this order.
    #[serde(deserialize_with = "null_as_default")]
    pub triggers: Vec<TriggerSpec>,
    /// What to assume while a trigger fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
}

/// The workload that is scaled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaScaleTargetRef"))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaleTargetRef {
    /// Its name.
    pub name: String,
    /// `apps/v1` if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// `Deployment` if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// Options beyond the ordinary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaAdvanced"))]
#[serde(rename_all = "camelCase", default)]
pub struct Advanced {
    /// Name and behavior of the HPA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizontal_pod_autoscaler_config: Option<HpaConfig>,
    /// Whether deletion restores the count from before KEDA.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restore_to_original_replica_count: bool,
    /// A formula over the triggers.
    pub scaling_modifiers: ScalingModifiers,
}

/// What is handed through to the HPA.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaHpaConfig"))]
#[serde(rename_all = "camelCase", default)]
pub struct HpaConfig {
    /// The HPA's `behavior`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Behavior>,
    /// The HPA's name; `keda-hpa-<name>` if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// A formula that makes one metric of all. All empty: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaScalingModifiers"))]
#[serde(rename_all = "camelCase", default)]
pub struct ScalingModifiers {
    /// An expression over the triggers' names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub formula: String,
    /// What the HPA compares the result with, a number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// Above this the result is active, a number; 0 if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub activation_target: String,
    /// `AverageValue` if empty, or `Value`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub metric_type: String,
}

/// What to assume while a trigger fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaFallback"))]
#[serde(rename_all = "camelCase", default)]
pub struct Fallback {
    /// In force after more failures in a row than this.
    pub failure_threshold: i32,
    /// Replicas to stand at.
    pub replicas: i32,
    /// `static` if empty, `currentReplicas`, `currentReplicasIfHigher`, `currentReplicasIfLower` or `scalingModifiers`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub behavior: String,
}

/// What KEDA noted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledObjectStatus {
    /// `apps/v1.Deployment`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scale_target_kind: String,
    /// The same in parts.
    #[serde(rename = "scaleTargetGVKR", skip_serializing_if = "Option::is_none")]
    pub scale_target_gvkr: Option<GroupVersionKindResource>,
    /// Replicas before KEDA came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_replica_count: Option<i32>,
    /// When triggers were last active, to the second.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_active_time: Option<Timestamp>,
    /// `s0-cron-…`, one a trigger that is not cpu or memory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_metric_names: Vec<String>,
    /// `cpu`, `memory`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_metric_names: Vec<String>,
    /// `composite-metric` with a formula.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub composite_scaler_name: String,
    /// Its conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Failures in a row of each metric; kept only with a valid fallback.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub health: BTreeMap<String, Health>,
    /// Which metrics were active.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers_activity: BTreeMap<String, TriggerActivity>,
    /// The count a pause asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_replica_count: Option<i32>,
    /// The HPA that KEDA made.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hpa_name: String,
    /// `cron,prometheus`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triggers_types: Option<String>,
    /// The authentications the triggers name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentications_types: Option<String>,
}

/// Group, version, kind and resource of the scaled workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaGroupVersionKindResource"))]
#[serde(rename_all = "camelCase", default)]
pub struct GroupVersionKindResource {
    /// `apps`
    pub group: String,
    /// `v1`
    pub version: String,
    /// `Deployment`
    pub kind: String,
    /// `deployments`
    pub resource: String,
}

impl GroupVersionKindResource {
    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// Failures of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaHealth"))]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// In a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_failures: Option<i32>,
    /// `Happy` or `Failing`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status: String,
}

/// Whether a metric was active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaTriggerActivity"))]
#[serde(rename_all = "camelCase", default)]
pub struct TriggerActivity {
    /// At the last poll.
    pub is_active: bool,
}

/// The one metric that a formula makes.
pub const COMPOSITE_METRIC: &str = "composite-metric";
/// Seconds between polls when none are given.
pub const POLLING_INTERVAL: i32 = 30;
/// Seconds of cooldown when none are given.
pub const COOLDOWN_PERIOD: i32 = 300;

impl ScaledObject {
    /// `minReplicaCount`, 0 if not given.
    pub fn min_replicas(&self) -> i32 {
        self.spec.min_replica_count.unwrap_or(0)
    }

    /// The HPA's least (`GetHPAMinReplicas`).
    pub fn hpa_min_replicas(&self) -> i32 {
        self.spec
            .min_replica_count
            .filter(|&min| min > 0)
            .unwrap_or(1)
    }

    /// The HPA's most (`GetHPAMaxReplicas`).
    pub fn hpa_max_replicas(&self) -> i32 {
        self.spec.max_replica_count.unwrap_or(100)
    }

    /// Seconds between polls.
    pub fn polling_interval(&self) -> i32 {
        self.spec.polling_interval.unwrap_or(POLLING_INTERVAL)
    }

    /// The scaling modifiers if any of their fields is set (`IsUsingModifiers`).
    pub fn modifiers(&self) -> Option<&ScalingModifiers> {
        let modifiers = &self.spec.advanced.as_ref()?.scaling_modifiers;
        (*modifiers != ScalingModifiers::default()).then_some(modifiers)
    }

    /// Whether the loop takes what the HPA's queries saw in place of its own (`UsesHPAObservations`).
    pub fn uses_hpa_observations(&self) -> bool {
        self.min_replicas() != 0
            && self.spec.idle_replica_count.is_none()
            && !self.spec.triggers.iter().any(|t| t.use_cached_metrics)
            && self.modifiers().is_none()
    }
}
