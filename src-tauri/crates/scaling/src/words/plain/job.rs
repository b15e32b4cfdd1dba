//! What KEDA decides for a ScaledJob, in sentences.

use super::keda::{stop, target};
use crate::hold::HoldRule;
use crate::keda::scaled_job::Decision;
use crate::keda::scaled_job::queue::Calculation;
use crate::keda::scaled_job::strategy::Strategy;
use crate::keda::triggers::{Outcome, Reading};
use crate::words::arithmetic::{job as arithmetic, keda};
use crate::words::clock::Clock;
use crate::words::figure::{computed, counted, guess, headline, is_known, sentence, short, sure};
use crate::words::{MetricWords, RuleWords, Words, hold};

/// The decision of a poll in words.
pub fn words(decision: &Decision, clock: &Clock) -> Words {
    let mut why = why(decision);
    why.extend(guess(&decision.certainty));
    // In a pause nothing is read.
    let readings = decision.readings.iter().flatten();
    let readings = readings.filter(|_| !decision.is_paused);
    Words {
        headline: headline(&what(decision), &decision.certainty),
        why,
        metrics: readings
            .map(|reading| metric_line(reading, decision, clock))
            .collect(),
        rules: if decision.is_paused || decision.stopped.is_some() || !is_known(&decision.certainty)
        {
            Vec::new()
        } else {
            rules(decision)
        },
        next: hold::next(
            decision.next_change.as_ref(),
            "Running Jobs become",
            "No further Jobs come by themselves while inputs stay as they are.",
            &decision.certainty,
            clock,
        ),
    }
}

fn what(decision: &Decision) -> String {
    if decision.is_paused {
        return "Paused: creates no Jobs, while those that run go on".to_owned();
    }
    if decision.created > 0 {
        return format!("Creates {}", counted(decision.created, "Job"));
    }
    let wanted = decision.arithmetic.created();
    if decision.queues.is_active && wanted > 0 {
        return format!(
            "Wants to create {}, but the API server refuses",
            counted(wanted, "Job")
        );
    }
    match decision.holds.last() {
        Some(held) if held.rule == HoldRule::MaxReplicas => {
            "Creates no Jobs: those that run leave room for none".to_owned()
        }
        Some(held) => format!("Creates no Jobs: {}", hold::reason(held.rule)),
        None => "Creates no Jobs: none are asked for".to_owned(),
    }
}

fn why(decision: &Decision) -> Vec<String> {
    let arithmetic = &decision.arithmetic;
    let mut why = vec![format!(
        "{} running, {} of them pending.",
        match arithmetic.running {
            1 => "1 Job is".to_owned(),
            running => format!("{running} Jobs are"),
        },
        arithmetic.pending
    )];
    why.extend(decision.stopped.as_ref().map(stop));
    if !decision.is_paused && decision.stopped.is_none() && is_known(&decision.certainty) {
        why.push(strategy(arithmetic.strategy).to_owned());
    }
    let failed = decision.readings.iter().flatten().filter_map(failure);
    why.extend(failed);
    for history in &decision.histories {
        if history.deleted > 0 {
            let deleted = i64::try_from(history.deleted).unwrap_or(i64::MAX);
            why.push(format!("{} deleted.", counted(deleted, "finished Job")));
        }
    }
    if !decision.outdated.is_empty() {
        why.push(format!(
            "Deleted because they are of an older generation: {}.",
            decision.outdated.join(", ")
        ));
    }
    why
}

fn failure(reading: &Reading) -> Option<String> {
    match &reading.outcome {
        Outcome::Failed { error } => Some(sentence(&format!("{} failed: {error}", reading.metric))),
        Outcome::Value(_) => None,
    }
}

fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::FillMinimum => "Fewer than the least number run, so it is filled up.",
        Strategy::Default => {
            "The default strategy takes the running Jobs off what the queue is worth."
        }
        Strategy::Custom { .. } => {
            "The custom strategy takes a number and a share of the running Jobs off what the queue is worth."
        }
        Strategy::Accurate => {
            "The accurate strategy takes the pending Jobs off what the queue is worth."
        }
        Strategy::Eager => "The eager strategy uses all that is left up to the most Jobs.",
    }
}

fn metric_line(reading: &Reading, decision: &Decision, clock: &Clock) -> MetricWords {
    let is_known = is_known(&reading.certainty);
    let mut steps = Vec::new();
    if is_known {
        steps.extend(keda::of_reading(reading, clock));
        let queue = decision
            .queues
            .queues
            .iter()
            .find(|queue| queue.metric == reading.metric);
        steps.extend(queue.into_iter().flat_map(arithmetic::of_queue));
    }
    let result = match &reading.outcome {
        Outcome::Value(_) if !is_known => sure("", &reading.certainty),
        Outcome::Value(value) => {
            let word = if value.is_active {
                "active"
            } else {
                "not active"
            };
            let amount = sure(keda::amount(value.amount), &reading.certainty);
            format!("{amount}, {word}")
        }
        Outcome::Failed { error } => format!("failed: {error}"),
    };
    MetricWords {
        name: if reading.metric.is_empty() {
            "a metric of unknown name".to_owned()
        } else {
            reading.metric.clone()
        },
        note: target(reading),
        arithmetic: computed(steps, &reading.certainty),
        result,
        decides: false,
    }
}

fn rules(decision: &Decision) -> Vec<RuleWords> {
    let (queues, arithmetic_of) = (&decision.queues, &decision.arithmetic);
    let calculation = match queues.calculation {
        Calculation::Max => "the longest queue",
        Calculation::Min => "the shortest queue",
        Calculation::Avg => "the mean of the queues",
        Calculation::Sum => "the sum of the queues",
    };
    let name = match arithmetic_of.strategy {
        Strategy::FillMinimum => "fill up to minReplicaCount",
        Strategy::Default => "strategy default",
        Strategy::Custom { .. } => "strategy custom",
        Strategy::Accurate => "strategy accurate",
        Strategy::Eager => "strategy eager",
    };
    let certain = |count: i64| short(count, &decision.certainty);
    let activity = if queues.is_active {
        ""
    } else {
        "not active: no Jobs"
    };
    vec![
        RuleWords {
            name: calculation.to_owned(),
            note: String::new(),
            arithmetic: computed(arithmetic::of_queues(queues), &decision.certainty),
            before: String::new(),
            after: certain(queues.max_scale),
        },
        RuleWords {
            name: name.to_owned(),
            note: String::new(),
            arithmetic: computed(arithmetic::of_strategy(arithmetic_of), &decision.certainty),
            before: certain(queues.max_scale),
            after: certain(arithmetic_of.effective_max_scale),
        },
        RuleWords {
            name: "Jobs to create".to_owned(),
            note: activity.to_owned(),
            arithmetic: computed(arithmetic::of_creation(arithmetic_of), &decision.certainty),
            before: certain(arithmetic_of.scale_to),
            after: certain(decision.created),
        },
    ]
}
