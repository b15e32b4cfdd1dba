//! The series of a graph and the controllers' conditions, as they are named and coloured.

use jiff::Timestamp;
use model::fact::TargetState;
use model::rows::Amount;
use model::{HpaRow, ScalingRow};
use scaling::keda::scaled_job::ScaledJob;
use table::Tone;
use wire::{Condition, Lane, LaneRole};

use super::jobs::{count_jobs, count_of_queue};
use super::state::Graph;
use super::titles;

impl Graph {
    /// Its series, in the order in which they cross.
    pub(super) fn lanes(&self) -> Vec<Lane> {
        if let Some((_, job)) = &self.job {
            return self.job_lanes(job);
        }
        let plain = |id: &str, title: &str, role, latest: String| Lane {
            id: id.to_owned(),
            title: title.to_owned(),
            role,
            unit: String::new(),
            latest,
        };
        let row = ScalingRow::join(self.hpa.as_ref(), self.object.as_ref());
        let number = |n: Option<i32>| n.map_or_else(|| "—".to_owned(), |n| n.to_string());
        let of_hpa = |get: fn(&HpaRow) -> Option<i32>, or: fn(&TargetState) -> Option<i32>| {
            match &self.hpa {
                Some(hpa) => get(hpa),
                None => self.target.as_ref().and_then(or),
            }
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
                number(of_hpa(|h| Some(h.current), |t| Some(t.existing))),
            ),
            plain(
                "desired",
                "desired",
                LaneRole::Desired,
                number(of_hpa(HpaRow::asked_for, |t| t.replicas)),
            ),
            plain(
                "asked",
                "load asks",
                LaneRole::Asked,
                number(self.asks.wanted),
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
            let title = self
                .metric_title(index)
                .unwrap_or_else(|| match &*metric.container {
                    "" => metric.name.to_string(),
                    container => format!("{} of {container}", metric.name),
                });
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
            lanes.push(Lane {
                id: lane_id("asks", index),
                title: format!("{title} asks"),
                role: LaneRole::Asks,
                unit: String::new(),
                latest: self
                    .asks
                    .metrics
                    .get(index)
                    .copied()
                    .flatten()
                    .map_or_else(|| "unknown".to_owned(), |count| count.to_string()),
            });
        }
        lanes
    }

    /// What people call the metric at this place of the HPA's spec.
    fn metric_title(&self, index: usize) -> Option<String> {
        let metric = self.hpa_spec()?.metrics.get(index)?;
        let title = titles::of_metric(metric, self.scaled_object()).whole();
        (!title.is_empty()).then_some(title)
    }

    /// The series of a `ScaledJob`.
    fn job_lanes(&self, job: &ScaledJob) -> Vec<Lane> {
        let jobs = self.jobs();
        let (running, pending) = count_jobs(jobs.iter(), job);
        let queue = self.past.queue(Timestamp::MAX);
        let asked = Lane {
            id: "asked".to_owned(),
            title: "load asks, estimated".to_owned(),
            role: LaneRole::Asked,
            unit: String::new(),
            latest: queue.map_or_else(|| "unknown".to_owned(), |queue| count_of_queue(&queue)),
        };
        let lane = |id: &str, role, latest: String| Lane {
            id: id.to_owned(),
            title: id.to_owned(),
            role,
            unit: String::new(),
            latest,
        };
        vec![
            lane("running", LaneRole::Current, running.to_string()),
            asked,
            lane("min", LaneRole::Min, job.min_jobs().to_string()),
            lane(
                "max",
                LaneRole::Max,
                (job.min_jobs() + job.max_jobs()).to_string(),
            ),
            lane("pending", LaneRole::Metric, pending.to_string()),
        ]
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
