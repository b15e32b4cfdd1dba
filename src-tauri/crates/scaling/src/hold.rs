//! What keeps a count where it is, until when, and what comes next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment, exact or known to lie within a range (the phase of the controller's passes may be unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct When {
    /// The earliest it can be.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub earliest: Timestamp,
    /// The latest it can be; equal to `earliest` when the moment is exact.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub latest: Timestamp,
}

impl When {
    /// An exact moment.
    pub fn exactly(at: Timestamp) -> Self {
        Self {
            earliest: at,
            latest: at,
        }
    }
}

/// A rule that keeps the count from going where load asks it to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Which rule.
    pub rule: HoldRule,
    /// When it lets go with inputs unchanged; `None` if it does not by itself (a cap, a pause).
    pub until: Option<When>,
}

/// The rules that can hold a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum HoldRule {
    /// An earlier, higher recommendation within the scale-down stabilization window.
    ScaleDownStabilization,
    /// An earlier, lower recommendation within the scale-up stabilization window.
    ScaleUpStabilization,
    /// The scale-up policies allow no more within their periods; legacy: twice the size or four.
    ScaleUpRate,
    /// The scale-down policies allow no more within their periods.
    ScaleDownRate,
    /// `selectPolicy: Disabled` upwards.
    ScaleUpDisabled,
    /// `selectPolicy: Disabled` downwards.
    ScaleDownDisabled,
    /// The ratio lies within the tolerance.
    Tolerance,
    /// `maxReplicas`.
    MaxReplicas,
    /// `minReplicas`.
    MinReplicas,
    /// A failing metric forbids shrinking.
    FailedMetrics,
    /// Pods without a ready, measured state temper the ratio.
    UnreadyPods,
    /// The target stands at zero, which the HPA does not leave.
    ScalingDisabled,
    /// KEDA waits out `cooldownPeriod` or `initialCooldownPeriod`.
    Cooldown,
    /// A pause annotation of KEDA.
    Paused,
    /// KEDA's fallback is in force.
    Fallback,
    /// A failing trigger keeps KEDA from scaling to zero.
    FailedTrigger,
    /// KEDA sees no trigger active.
    NotActive,
}

/// The earliest time at which the outcome can differ with inputs unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NextChange {
    /// When.
    pub at: When,
    /// The count it then becomes.
    pub replicas: i32,
    /// The hold that lets go, or the cause that begins.
    pub cause: NextCause,
}

/// Why the count changes with inputs unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(tag = "kind", content = "rule", rename_all = "camelCase")]
pub enum NextCause {
    /// The coming pass carries out what is asked now.
    Pass,
    /// A hold ends.
    Released(HoldRule),
    /// A cron window of KEDA begins or ends.
    CronWindow,
    /// KEDA's next poll.
    Poll,
}
