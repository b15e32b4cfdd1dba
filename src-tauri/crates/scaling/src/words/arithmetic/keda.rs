//! The computations of KEDA's triggers.

use std::cmp::Ordering;

use crate::keda::active::MetricDecision;
use crate::keda::amount::Amount;
use crate::keda::fallback::Served;
use crate::keda::modifiers::{Composite, FormulaResult};
use crate::keda::triggers::{MetricTarget, Outcome, Reading};
use crate::words::clock::Clock;
use crate::words::figure::{Unit, number, number_that};

/// An amount as users read it.
pub(in crate::words) fn amount(amount: Amount) -> String {
    Unit::Plain.amount(i64::try_from(amount.milli()).unwrap_or(i64::MAX))
}

/// What a reading says of activity.
pub(in crate::words) fn of_reading(reading: &Reading, clock: &Clock) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(window) = &reading.window {
        let (place, turn, at) = if window.is_active {
            ("inside the window", "ends", window.next_end)
        } else {
            ("outside the window", "begins", window.next_start)
        };
        lines.push(match at {
            Some(at) => format!("{place}, which {turn} at {}", clock.time(at)),
            None => format!("{place}, which {turn} not within five years"),
        });
    }
    match &reading.outcome {
        Outcome::Value(value) => {
            if let Some(threshold) = value.activation_threshold {
                let (sign, word) = if value.is_active {
                    (">", "active")
                } else {
                    ("≤", "not active")
                };
                let keeps = |shown: f64| (shown > threshold) == value.is_active;
                let shown = number_that(value.number, keeps);
                lines.push(match value.number.partial_cmp(&threshold) {
                    Some(Ordering::Less | Ordering::Equal | Ordering::Greater) => {
                        format!("{shown} {sign} {}: {word}", number(threshold))
                    }
                    None => format!("{shown} is no number above {}: {word}", number(threshold)),
                });
            }
        }
        Outcome::Failed { .. } => {}
    }
    lines
}

/// What a metric says of activity, and what the HPA is given; with a formula that is the formula's result.
pub(in crate::words) fn of_metric(
    metric: &MetricDecision,
    has_formula: bool,
    clock: &Clock,
) -> Vec<String> {
    let mut lines = if metric.observed_by_hpa {
        Vec::new()
    } else {
        of_reading(&metric.reading, clock)
    };
    let served = match metric.served {
        Served::Measured { amount } | Served::Fallback { amount, .. } => Some(amount),
        Served::Nil | Served::Failed { .. } => None,
    };
    if let Some(served) = served.filter(|_| !has_formula) {
        lines.push(for_hpa(served, &metric.reading.target));
    }
    lines
}

/// The HPA's proposal before its tolerance and rules.
fn for_hpa(served: Amount, target: &MetricTarget) -> String {
    let (value, goal) = (amount(served), amount(target.amount));
    if !target.is_average() {
        return format!("the HPA compares {value} with {goal} in all");
    }
    match ceil(served.milli(), target.amount.milli()) {
        Some(count) => format!("⌈{value} ÷ {goal}⌉ = {count} for the HPA, before its tolerance"),
        None => format!("the HPA cannot divide {value} by {goal}"),
    }
}

fn ceil(value: i128, target: i128) -> Option<i128> {
    let whole = value.checked_div_euclid(target)?;
    let rest = value.checked_rem_euclid(target)?;
    whole.checked_add(i128::from(rest != 0))
}

/// The formula's values and result.
pub(in crate::words) fn of_formula(composite: &Composite) -> Vec<String> {
    let mut lines: Vec<String> = composite
        .inputs
        .iter()
        .map(|(name, value)| match value {
            Some(value) => format!("{name} = {}", number(*value)),
            None => format!("{name} = nil"),
        })
        .collect();
    lines.extend(composite.result.as_ref().map(|result| match result {
        FormulaResult::Number { number: result } => format!("result = {}", number(*result)),
        FormulaResult::Nil => "result = nil: the fallback's count stands for it".to_owned(),
        FormulaResult::Failed { error } => format!("no result: {error}"),
        FormulaResult::Unknown { why } => format!("result unknown: {why}"),
    }));
    lines
}
