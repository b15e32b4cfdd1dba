//! The series of a graph and the controllers' conditions, as they are named and coloured.

use model::rows::Amount;
use model::{DeploymentRow, HpaRow, ScalingRow};
use table::Tone;
use wire::{Condition, Lane, LaneRole};

use super::state::Graph;

impl Graph {
    /// Its series, in the order in which they cross.
    pub(super) fn lanes(&self) -> Vec<Lane> {
        let plain = |id: &str, title: &str, role, latest: String| Lane {
            id: id.to_owned(),
            title: title.to_owned(),
            role,
            unit: String::new(),
            latest,
        };
        let row = ScalingRow::join(self.hpa.as_ref(), self.object.as_ref());
        let number = |n: Option<i32>| n.map_or_else(|| "—".to_owned(), |n| n.to_string());
        let of_hpa =
            |get: fn(&HpaRow) -> Option<i32>, or: fn(&DeploymentRow) -> i32| match &self.hpa {
                Some(hpa) => get(hpa),
                None => self.target.as_ref().map(or),
            };
        let mut lanes = vec![
            plain(
                "ready",
                "ready",
                LaneRole::Ready,
                number(self.target.as_ref().map(|t| t.ready)),
            ),
            plain(
                "current",
                "current",
                LaneRole::Current,
                number(of_hpa(|h| Some(h.current), |t| t.replicas)),
            ),
            plain(
                "desired",
                "desired",
                LaneRole::Desired,
                number(of_hpa(HpaRow::asked_for, |t| t.desired)),
            ),
            plain(
                "min",
                "min",
                LaneRole::Min,
                number(row.as_ref().map(|row| row.min)),
            ),
            plain(
                "max",
                "max",
                LaneRole::Max,
                number(row.as_ref().map(|row| row.max)),
            ),
        ];
        for (index, metric) in self
            .hpa
            .iter()
            .flat_map(|hpa| hpa.metrics.iter())
            .enumerate()
        {
            let text =
                |amount: Option<Amount>| amount.map_or_else(|| "unknown".to_owned(), Amount::text);
            let (unit, _) = unit(&metric.name, metric.target.or(metric.current));
            let title = match &*metric.container {
                "" => metric.name.to_string(),
                container => format!("{} of {container}", metric.name),
            };
            lanes.push(Lane {
                id: lane_id("metric", index),
                title: title.clone(),
                role: LaneRole::Metric,
                unit: unit.to_owned(),
                latest: format!("{} of {}", text(metric.current), text(metric.target)),
            });
            lanes.push(Lane {
                id: lane_id("target", index),
                title: format!("{title} target"),
                role: LaneRole::Target,
                unit: unit.to_owned(),
                latest: text(metric.target),
            });
        }
        lanes
    }
}

pub(super) fn lane_id(role: &str, index: usize) -> String {
    format!("{role}:{index}")
}

/// In what a metric is drawn, and what its base unit is multiplied by for that.
pub(super) fn unit(name: &str, amount: Option<Amount>) -> (&'static str, f64) {
    match (amount, name) {
        (Some(Amount::Utilization(_)), _) => ("%", 1.0),
        (_, "cpu") => ("m", 1e3),
        (_, "memory") => ("Mi", 1.0 / 1_048_576.0),
        _ => ("", 1.0),
    }
}

/// Good and bad news among the conditions of HPAs and KEDA.
pub(super) fn condition(condition: &model::rows::Condition, now_ms: i64) -> Condition {
    let tone = match (&*condition.kind, &*condition.status) {
        ("AbleToScale" | "ScalingActive" | "Ready" | "Active" | "HPAActive", "True") => Tone::Good,
        ("AbleToScale" | "ScalingActive" | "Ready" | "HPAActive", "False")
        | ("Fallback", "True") => Tone::Bad,
        ("ScalingLimited" | "Paused", "True") | (_, "Unknown") => Tone::Warn,
        _ => Tone::Quiet,
    };
    Condition {
        name: condition.kind.to_string(),
        status: condition.status.to_string(),
        reason: condition.reason.to_string(),
        message: condition.message.to_string(),
        since: condition
            .since_ms
            .map(|since| model::duration::human(now_ms - since))
            .unwrap_or_default(),
        tone,
    }
}
