//! What load asked for, pass by pass, as series.

use std::collections::VecDeque;

use jiff::SignedDuration;
use replay::{Asked, Queue};
use scaling::hpa::decision::{MetricEvaluation, MetricResult};
use scaling::{Certain, Certainty};

use super::lanes::lane_id;
use super::state::Graph;
use super::told::stamp;

/// The passes are looked at anew no oftener, on this computer's clock.
const EVERY_MS: i64 = 2_000;
/// What is looked at besides what is shown: a pass before it holds on into it.
const BEFORE: SignedDuration = SignedDuration::from_mins(2);

/// What load asked for at moments that were measured.
const MEASURED: usize = 8_192;

/// What metrics asked for at a moment.
#[derive(Clone, Debug)]
struct Measured {
    at_ms: i64,
    wanted: Option<i32>,
    metrics: Vec<Option<i32>>,
}

/// What was made of the passes last.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// Something was measured since.
    pub(super) is_due: bool,
    /// As a pass at that moment would have found it: where no pass was seen, nothing else tells.
    measured: VecDeque<Measured>,
    /// What all metrics ask for now.
    pub(super) wanted: Option<i32>,
    /// What each asks for now, in the spec's order.
    pub(super) metrics: Vec<Option<i32>>,
    /// Of which span, and when on this computer's clock.
    made: Option<(i64, i64, i64)>,
}

fn known(count: Option<&Certain<i32>>) -> Option<i32> {
    count.and_then(|count| match count.certainty {
        Certainty::Observed | Certainty::Derived | Certainty::Estimated { .. } => Some(count.value),
        Certainty::Unknown { .. } => None,
    })
}

impl Asks {
    /// What was made of the passes is made anew.
    pub(super) fn forget(&mut self) {
        self.made = None;
    }
}

impl Graph {
    /// Makes the series of what load asked for in a span, unless that was done just now.
    pub(super) fn make_asks(&mut self, from_ms: i64, to_ms: i64, now_ms: i64, wall_ms: i64) {
        let to_ms = to_ms.min(now_ms);
        if let Some((from, to, at)) = self.asks.made
            && from <= from_ms
            && to_ms <= to + EVERY_MS
            && (0..EVERY_MS).contains(&(wall_ms - at))
        {
            return;
        }
        self.asks.made = Some((from_ms, to_ms, wall_ms));
        if self.job.is_some() {
            return self.make_queue(from_ms, to_ms);
        }
        let metrics = |asks: &[Asked]| {
            asks.iter()
                .map(|one| known(one.replicas.as_ref()))
                .collect()
        };
        let from = stamp(from_ms);
        let from = from.saturating_sub(BEFORE).unwrap_or(from);
        let passes = self.past.passes(from, stamp(to_ms));
        let mut all: Vec<Measured> = passes
            .iter()
            .map(|pass| Measured {
                at_ms: pass.at.earliest.as_millisecond(),
                wanted: known(pass.wanted.as_ref()),
                metrics: metrics(&pass.asks),
            })
            .collect();
        let first = all.first().map_or(i64::MAX, |one| one.at_ms);
        let last = all.last().map_or(i64::MIN, |one| one.at_ms);
        let measured = self.asks.measured.iter();
        let beside = measured.filter(|one| {
            one.at_ms >= from.as_millisecond() && (one.at_ms < first || one.at_ms > last)
        });
        all.extend(beside.cloned());
        all.sort_by_key(|one| one.at_ms);
        let value = |count: Option<i32>| count.map_or(f64::NAN, f64::from);
        let points = |of: &dyn Fn(&Measured) -> Option<i32>| {
            let points = all.iter().map(|one| (one.at_ms, value(of(one))));
            points.collect::<Vec<_>>()
        };
        self.series.replace("asked", &points(&|one| one.wanted));
        let count = all.iter().map(|one| one.metrics.len()).max().unwrap_or(0);
        for index in 0..count {
            let asks = points(&|one| one.metrics.get(index).copied().flatten());
            self.series.replace(&lane_id("asks", index), &asks);
        }
        if let Some(last) = all.pop() {
            self.asks.wanted = last.wanted;
            self.asks.metrics = last.metrics;
        }
    }

    /// What the queue of a `ScaledJob` asked for, as the Jobs that KEDA made tell.
    fn make_queue(&mut self, from_ms: i64, to_ms: i64) {
        let queues = self.past.queues(stamp(from_ms), stamp(to_ms));
        #[allow(clippy::cast_precision_loss)] // nobody runs 2^53 Jobs
        let value = |queue: &Queue| queue.asks().map_or(f64::NAN, |asks| asks as f64);
        let points: Vec<(i64, f64)> = queues
            .iter()
            .map(|queue| (queue.at.as_millisecond(), value(queue)))
            .collect();
        self.series.replace("asked", &points);
    }

    /// Notes what a pass would find now, if something was measured since.
    pub(super) fn note_asks(&mut self, now_ms: i64) {
        if !std::mem::take(&mut self.asks.is_due) {
            return;
        }
        let (decided, _) = self.past.decide(stamp(now_ms));
        let Some(hpa) = decided.hpa else {
            return;
        };
        let proposed = |metric: &MetricEvaluation| match (&metric.result, &metric.certainty) {
            (MetricResult::Failed { .. }, _) | (_, Certainty::Unknown { .. }) => None,
            (MetricResult::Proposed { replicas }, _) => Some(*replicas),
        };
        let winner = hpa.winner.and_then(|index| usize::try_from(index).ok());
        let measured = Measured {
            at_ms: now_ms,
            wanted: winner
                .and_then(|index| hpa.metrics.get(index))
                .and_then(proposed),
            metrics: hpa.metrics.iter().map(proposed).collect(),
        };
        self.asks.measured.push_back(measured);
        while self.asks.measured.len() > MEASURED {
            self.asks.measured.pop_front();
        }
    }
}
