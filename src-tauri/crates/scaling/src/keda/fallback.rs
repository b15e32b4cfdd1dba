//! What stands in for a metric that fails (KEDA v2.21.0 `pkg/fallback/fallback.go`).

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::condition::{self, Condition};
use super::scaled_object::{Health, ScaledObject, ScaledObjectStatus};
use super::situation::TargetState;
use super::triggers::MetricTarget;
use super::{go, scaled_object::Fallback};

/// A metric after its fallback was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaServed"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Served {
    /// The measured value.
    Measured {
        /// The value.
        amount: Amount,
    },
    /// A value that makes the HPA ask for `replicas`.
    Fallback {
        /// The value.
        amount: Amount,
        /// The count it stands for.
        replicas: i32,
    },
    /// The formula finds nil in the metric's place.
    Nil,
    /// The error.
    Failed {
        /// Its text.
        error: String,
    },
}

/// `isFallbackEnabled` together with `HasValidFallback`: counts are not negative; with a formula its target is a whole number above 0.
pub fn valid(object: &ScaledObject) -> Option<&Fallback> {
    let fallback = object.spec.fallback.as_ref()?;
    let target_fits = object
        .modifiers()
        .is_none_or(|modifiers| go::parse_int(&modifiers.target).is_some_and(|target| target > 0));
    (fallback.failure_threshold >= 0 && fallback.replicas >= 0 && target_fits).then_some(fallback)
}

/// The conditions that say whether any metric is over the threshold (`updateStatus`).
fn note(status: &mut ScaledObjectStatus, fallback: &Fallback) {
    let over = status.health.values().any(|health| {
        health.status == "Failing"
            && health.number_of_failures.unwrap_or(0) > fallback.failure_threshold
    });
    let condition = if over {
        Condition::new(
            condition::FALLBACK,
            condition::TRUE,
            "FallbackExists",
            "At least one trigger is falling back on this scaled object",
        )
    } else {
        none()
    };
    if status.conditions.is_empty() {
        status.conditions = condition::initial();
    }
    condition::set(&mut status.conditions, condition);
}

/// The condition without any fallback in force.
pub(crate) fn none() -> Condition {
    Condition::new(
        condition::FALLBACK,
        condition::FALSE,
        "NoFallbackFound",
        "No fallbacks are active on this scaled object",
    )
}

/// What the HPA or the loop gets for a metric, after its success or failure was counted in `status`
/// (`GetMetricsWithFallback`).
pub(crate) fn serve(
    object: &ScaledObject,
    status: &mut ScaledObjectStatus,
    metric: &str,
    target: &MetricTarget,
    measured: Result<Amount, &str>,
    workload: &TargetState,
) -> Served {
    let fallback = valid(object);
    let error = match (measured, fallback) {
        (Ok(amount), None) => return Served::Measured { amount },
        (Ok(amount), Some(fallback)) => {
            let health = Health {
                number_of_failures: Some(0),
                status: "Happy".into(),
            };
            status.health.insert(metric.to_owned(), health);
            note(status, fallback);
            return Served::Measured { amount };
        }
        (Err(error), _) => Served::Failed {
            error: error.to_owned(),
        },
    };
    let Some(fallback) = fallback else {
        return error;
    };
    let health = status.health.entry(metric.to_owned()).or_default();
    let failures = health.number_of_failures.unwrap_or(0).wrapping_add(1);
    health.number_of_failures = Some(failures);
    health.status = "Failing".into();
    note(status, fallback);
    if failures <= fallback.failure_threshold {
        return error;
    }
    if fallback.behavior == "scalingModifiers" {
        return Served::Nil;
    }
    let current = match (fallback.behavior.as_str(), workload.current()) {
        ("static", _) => 0,
        (_, Ok(current)) => current,
        (_, Err(_)) => return error,
    };
    let replicas = match fallback.behavior.as_str() {
        "currentReplicas" => current,
        "currentReplicasIfHigher" => current.max(fallback.replicas),
        "currentReplicasIfLower" => current.min(fallback.replicas),
        _ => fallback.replicas,
    };
    match value(object, target, replicas, workload) {
        Some(amount) => Served::Fallback { amount, replicas },
        None => Served::Failed {
            error: "error performing fallback".into(),
        },
    }
}

/// The value that makes the HPA ask for `replicas` (`doFallback`); `None` without a ready pod where the whole value counts.
fn value(
    object: &ScaledObject,
    target: &MetricTarget,
    replicas: i32,
    workload: &TargetState,
) -> Option<Amount> {
    let (whole_value, each) = match object.modifiers() {
        Some(modifiers) => (
            modifiers.metric_type == "Value",
            go::parse_float(&modifiers.target).unwrap_or(0.0),
        ),
        None => match target.kind.as_str() {
            "AverageValue" => (false, target.amount.as_f64()),
            "Value" => (true, target.amount.as_f64()),
            _ => (false, 0.0),
        },
    };
    let mut replicas = f64::from(replicas);
    if whole_value {
        let ready = workload.ready_pods.filter(|&ready| ready != 0)?;
        replicas /= f64::from(ready);
    }
    Some(Amount::Milli(go::to_int64(each * 1000.0 * replicas)))
}
