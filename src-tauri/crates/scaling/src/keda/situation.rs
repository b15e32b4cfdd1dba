//! What KEDA's scale loop has when it polls a ScaledObject.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::scaled_object::ScaledObject;
use super::triggers::TriggerInput;
use crate::certainty::Certain;
use crate::hpa::status::{Condition, ConditionKind, ConditionStatus};

/// All that a poll depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaSituation"))]
#[serde(rename_all = "camelCase")]
pub struct Situation {
    /// The time of the poll.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub now: Timestamp,
    /// The ScaledObject with the status of the last poll.
    pub scaled_object: ScaledObject,
    /// The workload.
    pub target: TargetState,
    /// What each trigger's source says, in the order of `spec.triggers`; missing ones are silent.
    #[serde(default)]
    pub triggers: Vec<TriggerInput>,
    /// Conditions of the HPA; `None` if there is none, or it cannot be read.
    #[serde(default)]
    pub hpa_conditions: Option<Vec<Condition>>,
    /// When the loop last polled; `None` if that is not known, and then times of polls are ranges.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub last_poll: Option<Timestamp>,
}

impl Situation {
    /// The HPA's `ScalingActive` condition.
    pub(crate) fn scaling_active(&self) -> Option<&Condition> {
        self.hpa_conditions
            .as_ref()?
            .iter()
            .find(|condition| condition.kind == ConditionKind::ScalingActive)
    }

    /// Whether the loop takes over what the HPA's queries saw (`hpaActivelyQuerying`).
    pub(crate) fn hpa_observations_usable(&self) -> bool {
        self.scaled_object.uses_hpa_observations()
            && !self.scaled_object.status.hpa_name.is_empty()
            && self
                .scaling_active()
                .is_some_and(|condition| condition.status == ConditionStatus::True)
    }
}

/// The scaled workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaTargetState"))]
#[serde(rename_all = "camelCase")]
pub struct TargetState {
    /// Its `spec.replicas`; 1 where it has none.
    pub replicas: Certain<i32>,
    /// Why it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_error: Option<String>,
    /// The same from the scale subresource, where it is newer than KEDA's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_replicas: Option<i32>,
    /// Why the scale subresource could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_read_error: Option<String>,
    /// Why it could not be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_write_error: Option<String>,
    /// Running pods that are ready; only fallbacks of `Value` metrics count them. `None` if they cannot be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_pods: Option<i32>,
}

impl TargetState {
    /// A workload at `replicas` that can be read and written.
    pub fn at(replicas: i32) -> Self {
        Self {
            replicas: Certain::observed(replicas),
            read_error: None,
            live_replicas: None,
            scale_read_error: None,
            scale_write_error: None,
            ready_pods: None,
        }
    }

    /// The count in KEDA's cache.
    pub(crate) fn current(&self) -> Result<i32, &str> {
        match &self.read_error {
            Some(error) => Err(error),
            None => Ok(self.replicas.value),
        }
    }

    /// Sets the scale: the count found there and whether it worked (`updateScaleOnScaleTarget`).
    pub(crate) fn set_scale(&self) -> (i32, Result<(), &str>) {
        if let Some(error) = &self.scale_read_error {
            return (-1, Err(error));
        }
        let found = self.live_replicas.unwrap_or(self.replicas.value);
        match &self.scale_write_error {
            Some(error) => (found, Err(error)),
            None => (found, Ok(())),
        }
    }
}
