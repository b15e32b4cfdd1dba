//! Everything the HPA controller has when it decides about one autoscaler.

#[cfg(feature = "wire")]
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::amount::Amount;
use super::spec::{MetricIdentifier, ObjectRef, Spec, null_as_default, text_enum};
use super::status::{ConditionStatus, Status};
use crate::certainty::Certainty;

/// Labels by key, close together in memory: a decision reads those of every pod.
pub type Labels = LiteMap<SmolStr, SmolStr>;

/// Amounts by resource.
pub type Amounts = LiteMap<SmolStr, Amount>;

/// What the controller has at `now`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaSituation"))]
#[serde(rename_all = "camelCase")]
pub struct Situation {
    /// The moment of the pass that is decided.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub now: Timestamp,
    /// Namespace of the autoscaler.
    pub namespace: String,
    /// Name of the autoscaler.
    pub name: String,
    /// Its spec, as stored (with the API server's defaults) or as written: missing behavior fields and metrics are then defaulted.
    pub spec: Spec,
    /// Its status.
    #[serde(default)]
    pub status: Status,
    /// The target's scale subresource.
    pub scale: Answer<Scale>,
    /// Pods of the namespace. Those outside the target's selector are ignored.
    #[serde(default, deserialize_with = "null_as_default")]
    pub pods: Vec<Pod>,
    /// How sure the pods are.
    #[serde(default = "observed")]
    pub pods_certainty: Certainty,
    /// What the metrics APIs answer.
    #[serde(default)]
    pub metrics: Metrics,
    /// The other autoscalers of the namespace, for ambiguous selectors.
    #[serde(default, deserialize_with = "null_as_default")]
    pub other_autoscalers: Vec<OtherAutoscaler>,
    /// What the controller remembers of this autoscaler.
    #[serde(default)]
    pub memory: Memory,
    /// How the controller is set up.
    #[serde(default)]
    pub config: Config,
    /// When passes run.
    #[serde(default)]
    pub passes: Passes,
    /// What becomes of the controller's writes.
    #[serde(default)]
    pub writes: Writes,
}

/// `Certainty::Observed`, for fields that say nothing.
fn observed() -> Certainty {
    Certainty::Observed
}

/// What an API answered, and how sure that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaAnswer"))]
#[serde(rename_all = "camelCase")]
pub struct Answer<T> {
    /// The answer.
    pub result: Answered<T>,
    /// How sure it is.
    #[serde(default = "observed")]
    pub certainty: Certainty,
}

/// A value or the API's error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaAnswered"))]
#[serde(rename_all = "camelCase")]
pub enum Answered<T> {
    /// The value.
    Value(T),
    /// The text of the error.
    Error(String),
}

impl<T> Answer<T> {
    /// A value that the API gave.
    pub fn observed(value: T) -> Self {
        Self {
            result: Answered::Value(value),
            certainty: Certainty::Observed,
        }
    }

    /// An error that the API gave.
    pub fn failed(error: impl Into<String>) -> Self {
        Self {
            result: Answered::Error(error.into()),
            certainty: Certainty::Observed,
        }
    }
}

/// The scale subresource of the target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaScale"))]
#[serde(rename_all = "camelCase")]
pub struct Scale {
    /// `spec.replicas`: what is asked for.
    pub spec_replicas: i32,
    /// `status.replicas`: the pods that exist.
    pub status_replicas: i32,
    /// `status.selector` in its text form; empty if the target has none.
    pub selector: String,
}

impl Scale {
    /// A new size: pods come and go well before the next pass. A size that stays leaves the pods that exist as they are.
    pub(crate) fn follow(&mut self, replicas: i32) {
        if self.spec_replicas != replicas {
            self.spec_replicas = replicas;
            self.status_replicas = replicas;
        }
    }
}

/// What the controller looks at in a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPod"))]
#[serde(rename_all = "camelCase")]
pub struct Pod {
    /// Its name.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// Its labels.
    #[serde(default, deserialize_with = "null_as_default")]
    #[cfg_attr(feature = "wire", ts(as = "BTreeMap<String, String>"))]
    pub labels: Labels,
    /// `status.phase`
    #[serde(default)]
    pub phase: Phase,
    /// Since when it is being deleted.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub deletion_timestamp: Option<Timestamp>,
    /// `status.startTime`
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub start_time: Option<Timestamp>,
    /// Its Ready condition.
    #[serde(default)]
    pub ready: Option<Ready>,
    /// Its containers.
    #[serde(default, deserialize_with = "null_as_default")]
    pub containers: Vec<Container>,
    /// Its init containers.
    #[serde(default, deserialize_with = "null_as_default")]
    pub init_containers: Vec<Container>,
    /// `spec.resources.requests`: requests of the pod as a whole.
    #[serde(default, deserialize_with = "null_as_default")]
    #[cfg_attr(feature = "wire", ts(as = "BTreeMap<String, Amount>"))]
    pub requests: Amounts,
    /// `spec.overhead`
    #[serde(default, deserialize_with = "null_as_default")]
    #[cfg_attr(feature = "wire", ts(as = "BTreeMap<String, Amount>"))]
    pub overhead: Amounts,
}

text_enum! {
    /// The phase of a pod.
    Phase {
        /// Not all containers were started yet.
        Pending,
        /// At least one container runs.
        Running,
        /// All ended well.
        Succeeded,
        /// All ended, one badly, or the pod was evicted.
        Failed,
        /// The node does not answer.
        Unknown,
    }
}

/// A pod's Ready condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaReady"))]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// Whether it is ready.
    pub status: ConditionStatus,
    /// Since when; `None` if the object says nothing.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub last_transition_time: Option<Timestamp>,
}

/// What the controller looks at in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaContainer"))]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// `resources.requests`
    #[serde(default, deserialize_with = "null_as_default")]
    #[cfg_attr(feature = "wire", ts(as = "BTreeMap<String, Amount>"))]
    pub requests: Amounts,
    /// An init container with `restartPolicy: Always`: a sidecar.
    #[serde(default)]
    pub restart_always: bool,
}

/// What the metrics APIs answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMetrics"))]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// `metrics.k8s.io`: the pods under the target's selector. `None` if it was not asked.
    #[serde(default)]
    pub resource: Option<Answer<Vec<PodUsage>>>,
    /// `custom.metrics.k8s.io` for pods.
    #[serde(default, deserialize_with = "null_as_default")]
    pub pods: Vec<PodsAnswer>,
    /// `custom.metrics.k8s.io` for single objects.
    #[serde(default, deserialize_with = "null_as_default")]
    pub object: Vec<ObjectAnswer>,
    /// `external.metrics.k8s.io`
    #[serde(default, deserialize_with = "null_as_default")]
    pub external: Vec<ExternalAnswer>,
}

/// Usage of a pod's containers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPodUsage"))]
#[serde(rename_all = "camelCase")]
pub struct PodUsage {
    /// The pod's name.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// End of the window.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub timestamp: Timestamp,
    /// Length of the window.
    pub window: Span,
    /// Its containers.
    #[serde(default, deserialize_with = "null_as_default")]
    pub containers: Vec<ContainerUsage>,
}

/// Usage of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaContainerUsage"))]
#[serde(rename_all = "camelCase")]
pub struct ContainerUsage {
    /// The container's name.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// Amount of each resource.
    #[serde(default, deserialize_with = "null_as_default")]
    #[cfg_attr(feature = "wire", ts(as = "BTreeMap<String, Amount>"))]
    pub usage: Amounts,
}

/// The answer for a Pods metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPodsAnswer"))]
#[serde(rename_all = "camelCase")]
pub struct PodsAnswer {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// One value a pod.
    pub answer: Answer<Vec<PodValue>>,
}

/// The value of a custom metric of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPodValue"))]
#[serde(rename_all = "camelCase")]
pub struct PodValue {
    /// The pod's name.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// End of the window.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub timestamp: Timestamp,
    /// Length of the window; `None` counts as a minute.
    #[serde(default)]
    pub window: Option<Span>,
    /// The value.
    pub value: Amount,
}

/// The answer for an Object metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaObjectAnswer"))]
#[serde(rename_all = "camelCase")]
pub struct ObjectAnswer {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// Of which object.
    pub object: ObjectRef,
    /// Its value.
    pub answer: Answer<Amount>,
}

/// The answer for an External metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaExternalAnswer"))]
#[serde(rename_all = "camelCase")]
pub struct ExternalAnswer {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// The values of its series.
    pub answer: Answer<Vec<Amount>>,
}

/// Another autoscaler of the namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaOtherAutoscaler"))]
#[serde(rename_all = "camelCase")]
pub struct OtherAutoscaler {
    /// Its name.
    pub name: String,
    /// Its target's selector as the controller last saw it; `None` if it has not looked yet.
    #[serde(default)]
    pub selector: Option<String>,
}

/// What the controller remembers of one autoscaler. It is nowhere in the API and lost when the controller restarts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMemory"))]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// What metrics asked for, pass by pass, in the controller's order (a slot that is too old is used again). Empty until the
    /// controller first sees the autoscaler.
    #[serde(default, deserialize_with = "null_as_default")]
    pub recommendations: Vec<Recommendation>,
    /// Growth; kept only while the spec has a behavior.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scale_up_events: Vec<ScaleEvent>,
    /// Shrinking; kept only while the spec has a behavior.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scale_down_events: Vec<ScaleEvent>,
    /// How sure the above is: rebuilt from what was seen, it is estimated.
    #[serde(default = "observed")]
    pub certainty: Certainty,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            recommendations: Vec::new(),
            scale_up_events: Vec::new(),
            scale_down_events: Vec::new(),
            certainty: Certainty::Observed,
        }
    }
}

/// What metrics asked for in one pass, before any limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaRecommendation"))]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// The count.
    pub replicas: i32,
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
}

/// A change of size that the controller made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaScaleEvent"))]
#[serde(rename_all = "camelCase")]
pub struct ScaleEvent {
    /// By how many, without sign.
    pub change: i32,
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// Its slot may be used again. It still counts while a policy's period covers it.
    #[serde(default)]
    pub outdated: bool,
}

/// How the controller is set up: flags of kube-controller-manager, its version, its feature gates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaConfig"))]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// Flag `downscale-stabilization`.
    pub downscale_stabilization: Span,
    /// Flag `tolerance`.
    pub tolerance: f64,
    /// Flag `cpu-initialization-period`.
    pub cpu_initialization_period: Span,
    /// Flag `initial-readiness-delay`.
    pub initial_readiness_delay: Span,
    /// Which rules apply.
    pub version: Version,
    /// Feature gates.
    pub gates: Gates,
    /// How sure the above is; a managed control plane shows no flags.
    #[serde(default = "observed")]
    pub certainty: Certainty,
}

impl Default for Config {
    fn default() -> Self {
        Self::of(Version::V1_36)
    }
}

impl Config {
    /// The defaults of a version.
    pub fn of(version: Version) -> Self {
        Self {
            downscale_stabilization: Span::seconds(300),
            tolerance: 0.1,
            cpu_initialization_period: Span::seconds(300),
            initial_readiness_delay: Span::seconds(30),
            version,
            gates: Gates::of(version),
            certainty: Certainty::Observed,
        }
    }
}

/// Kubernetes versions whose controllers decide differently.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaVersion"))]
pub enum Version {
    /// No pod-level requests; memory in status as a decimal; no cap on overflowing counts.
    #[serde(rename = "1.33")]
    V1_33,
    /// Pod-level requests; overflowing External averages are capped.
    #[serde(rename = "1.34")]
    V1_34,
    /// Other overflowing counts are capped too; a container that a pod does not have is an error.
    #[serde(rename = "1.35")]
    V1_35,
    /// The condition `ScaledToZero`: only what the controller itself took to zero does it raise again.
    #[default]
    #[serde(rename = "1.36")]
    V1_36,
}

/// Feature gates that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaGates"))]
#[serde(rename_all = "camelCase")]
pub struct Gates {
    /// `HPAConfigurableTolerance`: on since 1.35.
    pub configurable_tolerance: bool,
    /// `HPAScaleToZero`: off.
    pub scale_to_zero: bool,
    /// `PodLevelResources`: on since 1.34.
    pub pod_level_resources: bool,
}

impl Gates {
    /// The defaults of a version.
    pub fn of(version: Version) -> Self {
        Self {
            configurable_tolerance: version >= Version::V1_35,
            scale_to_zero: false,
            pod_level_resources: version >= Version::V1_34,
        }
    }
}

/// When passes run: each is queued again 15 s after the one before has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPasses"))]
#[serde(rename_all = "camelCase")]
pub struct Passes {
    /// The shortest time between two, above 0: flag `sync-period`.
    pub shortest: Span,
    /// The longest: `shortest` and the time a pass takes.
    pub longest: Span,
    /// Where in that period `now` lies.
    pub phase: PassPhase,
}

impl Default for Passes {
    fn default() -> Self {
        Self {
            shortest: Span::seconds(15),
            longest: Span::seconds(15),
            phase: PassPhase::Unknown,
        }
    }
}

/// Where in the period of the passes the present lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPassPhase"))]
#[serde(rename_all = "camelCase")]
pub enum PassPhase {
    /// A pass runs now: the decision is carried out, the next pass comes a period later.
    Now,
    /// The coming pass runs at this moment, not before `now`.
    Next(#[cfg_attr(feature = "wire", ts(type = "string"))] Timestamp),
    /// It is not known: the coming pass is up to one period away.
    Unknown,
}

/// What becomes of the controller's writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaWrites"))]
#[serde(rename_all = "camelCase")]
pub struct Writes {
    /// Error of the update of the scale subresource, if it will fail.
    #[serde(default)]
    pub scale_error: Option<String>,
    /// When the scale subresource was last written, if that was after `now`: a conflict is tried again.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub scale_at: Option<Timestamp>,
    /// Error of the update of the status, if it will fail.
    #[serde(default)]
    pub status_error: Option<String>,
}

/// A length of time, written in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(type = "number"))]
#[serde(from = "f64", into = "f64")]
pub struct Span(SignedDuration);

impl Span {
    /// Whole seconds.
    pub fn seconds(seconds: i64) -> Self {
        Self(SignedDuration::from_secs(seconds))
    }

    /// The length.
    pub fn duration(self) -> SignedDuration {
        self.0
    }
}

impl From<SignedDuration> for Span {
    fn from(duration: SignedDuration) -> Self {
        Self(duration)
    }
}

/// To the nearest nanosecond; what is no length is none.
impl From<f64> for Span {
    fn from(seconds: f64) -> Self {
        #[allow(clippy::cast_possible_truncation)] // saturates
        Self(SignedDuration::from_nanos((seconds * 1e9).round() as i64))
    }
}

impl From<Span> for f64 {
    fn from(span: Span) -> Self {
        span.0.as_secs_f64()
    }
}
