//! What KEDA's scale loop decides for a ScaledObject, in sentences.

use crate::certainty::Certainty;
use crate::hold::{HoldRule, NextCause};
use crate::keda::active::{Activity, Because, MetricDecision, Stopped, TriggerActivityDecision};
use crate::keda::decision::{Decision, Path, Rule, RuleStep};
use crate::keda::fallback::Served;
use crate::keda::pause::Pause;
use crate::keda::triggers::{MetricTarget, Reading};
use crate::words::arithmetic::keda as arithmetic;
use crate::words::clock::Clock;
use crate::words::figure::{computed, counted, guess, headline, is_known, sentence, short, sure};
use crate::words::{MetricWords, RuleWords, Words, hold};

/// The decision of a poll in words.
pub fn words(decision: &Decision, clock: &Clock) -> Words {
    let certainty = &decision.replicas.certainty;
    let mut why = why(decision, clock);
    why.extend(guess(certainty));
    Words {
        headline: headline(&what(decision, clock), certainty),
        why,
        metrics: decision
            .activity
            .as_ref()
            .map_or_else(Vec::new, |activity| lines(activity, clock)),
        rules: decision
            .rules
            .iter()
            .map(|step| rule_line(step, certainty))
            .collect(),
        next: hold::next(
            decision.next_change.as_ref(),
            "Becomes",
            "KEDA's loop changes nothing by itself while inputs stay as they are.",
            certainty,
            clock,
        ),
    }
}

fn stays(decision: &Decision) -> String {
    match decision.current {
        Some(current) => format!("stays at {}", counted(current, "replica")),
        None => "does nothing".to_owned(),
    }
}

fn what(decision: &Decision, clock: &Clock) -> String {
    let stays = stays(decision);
    match &decision.path {
        Path::Decided => decided(decision, clock),
        Path::Paused { pause } => match pause {
            Pause::Frozen => format!("Paused: {stays}"),
            Pause::At { replicas } => format!("Paused at {}", counted(*replicas, "replica")),
            Pause::BadCount { value } => {
                format!("Paused: {stays}, because the annotation's count {value:?} is no number")
            }
        },
        Path::Stopped { .. } => format!("Stuck: {stays}"),
        Path::NoTarget { .. } => "Does nothing: the size cannot be read".to_owned(),
    }
}

fn fitting(decision: &Decision) -> Option<&RuleStep> {
    decision.rules.iter().find(|step| step.fits)
}

fn decided(decision: &Decision, clock: &Clock) -> String {
    let Some(step) = fitting(decision) else {
        return "Does nothing".to_owned();
    };
    let count = counted(step.before, "replica");
    match step.rule {
        Rule::Activate => moved(decision, step, "Wakes"),
        Rule::Deactivate => moved(decision, step, "Goes to rest"),
        Rule::RaiseToMin => moved(decision, step, "Raises to the least count"),
        Rule::ActivateIsPaused => {
            format!("Holds {count}: load asks for more, but scaling out is paused")
        }
        Rule::DeactivateIsPaused => {
            format!("Holds {count}: no trigger is active, but scaling in is paused")
        }
        Rule::ActiveWithError => {
            format!("Leaves {count} to the HPA: active, though a trigger fails")
        }
        Rule::StayActive => format!("Leaves {count} to the HPA: active"),
        Rule::WaitForFallback => {
            format!("Holds {count}: a trigger fails, and a fallback may come")
        }
        Rule::TriggerError => {
            format!("Holds {count}: a trigger fails")
        }
        Rule::Cooldown => cooling(decision, &count, clock),
        Rule::StayInactive => format!("Holds {count}: no trigger is active"),
    }
}

fn moved(decision: &Decision, step: &RuleStep, verb: &str) -> String {
    if decision.is_written {
        let after = counted(step.after, "replica");
        if step.before == step.after {
            format!("{verb}: writes {after} once more")
        } else {
            format!("{verb}: {} → {after}", step.before)
        }
    } else {
        format!(
            "{verb}: cannot set the size, which stays at {}",
            step.before
        )
    }
}

fn cooling(decision: &Decision, count: &str, clock: &Clock) -> String {
    let certainty = &decision.replicas.certainty;
    let end = NextCause::Released(HoldRule::Cooldown);
    let change = decision.next_change.as_ref();
    let until = match change.filter(|change| change.cause == end) {
        Some(change) => format!(" {}", clock.until(change.at, certainty)),
        None => decision
            .holds
            .iter()
            .find(|hold| hold.rule == HoldRule::Cooldown)
            .and_then(|hold| hold.until)
            .map_or(String::new(), |until| {
                format!(", at least {}", clock.until(until, certainty))
            }),
    };
    format!("Holds {count}{until}: {}", hold::reason(HoldRule::Cooldown))
}

fn why(decision: &Decision, clock: &Clock) -> Vec<String> {
    let mut why = Vec::new();
    match &decision.path {
        Path::Decided | Path::Paused { .. } => {}
        Path::Stopped { stopped } => why.push(stop(stopped)),
        Path::NoTarget { error } => why.push(sentence(error)),
    }
    if let Some(activity) = &decision.activity {
        why.push(because(activity));
        for trigger in &activity.triggers {
            if let Some(error) = &trigger.error {
                why.push(sentence(&format!("{} failed: {error}", name(trigger))));
            }
        }
        let cools = fitting(decision).is_some_and(|step| step.rule == Rule::Cooldown);
        if let Some(at) = decision.status.last_active_time.filter(|_| cools) {
            why.push(format!("Triggers were last active at {}.", clock.time(at)));
        }
        if activity.fallback_active {
            why.push("A fallback is in force.".to_owned());
        }
        why.extend(activity.composite.as_ref().and_then(|composite| {
            let lines = arithmetic::of_formula(composite);
            (!lines.is_empty()).then(|| sentence(&format!("The formula: {}", lines.join(", "))))
        }));
    }
    why
}

fn because(activity: &Activity) -> String {
    if let Certainty::Unknown { why } = &activity.certainty {
        return format!("Whether triggers are active is unknown: {why}.");
    }
    match activity.because {
        Because::Trigger => {
            format!("Active: {}.", activity.active_metrics.join(", "))
        }
        Because::Formula => "Active: the formula's result is above its activation target.".into(),
        Because::OnlyResources => "Active: cpu and memory alone always count as active.".into(),
        Because::NoTrigger => "No trigger is active.".into(),
        Because::FormulaInactive => {
            "Not active: the formula gives no result above its activation target.".into()
        }
        Because::FormulaFailed => "Not active: a trigger of the formula failed.".into(),
    }
}

/// Why no trigger was asked.
pub(super) fn stop(stopped: &Stopped) -> String {
    match stopped {
        Stopped::BadTrigger(bad) => {
            let fields: Vec<String> = bad
                .fields
                .iter()
                .map(|field| format!("{} ({:?}): {}", field.field, field.value, field.why))
                .collect();
            let number = bad.index.saturating_add(1);
            sentence(&format!(
                "Trigger {number} cannot be built, so none is asked: {}",
                fields.join("; ")
            ))
        }
        Stopped::BadFormula { error } => sentence(&format!("The formula is refused: {error}")),
        Stopped::BadActivationTarget => "The formula's activation target is no number.".to_owned(),
    }
}

fn name(trigger: &TriggerActivityDecision) -> String {
    if trigger.name.is_empty() {
        trigger.kind.clone()
    } else {
        format!("{} {}", trigger.kind, trigger.name)
    }
}

/// A line for each metric, and for each trigger without any.
fn lines(activity: &Activity, clock: &Clock) -> Vec<MetricWords> {
    let has_formula = activity
        .composite
        .as_ref()
        .is_some_and(|composite| composite.result.is_some());
    let mut lines = Vec::new();
    for trigger in &activity.triggers {
        if trigger.metrics.is_empty() {
            lines.push(without_metric(trigger));
        }
        for metric in &trigger.metrics {
            let mut line = of_metric(trigger, metric);
            if is_known(&metric.reading.certainty) {
                line.arithmetic = computed(
                    arithmetic::of_metric(metric, has_formula, clock),
                    &metric.reading.certainty,
                );
            }
            lines.push(line);
        }
    }
    lines
}

fn without_metric(trigger: &TriggerActivityDecision) -> MetricWords {
    let result = match &trigger.error {
        Some(error) => format!("failed: {error}"),
        None => "left to the HPA".to_owned(),
    };
    MetricWords {
        name: name(trigger),
        result,
        ..MetricWords::default()
    }
}

fn of_metric(trigger: &TriggerActivityDecision, metric: &MetricDecision) -> MetricWords {
    let reading = &metric.reading;
    let mut note = vec![target(reading)];
    if metric.observed_by_hpa {
        note.push("as the HPA's own query saw it".to_owned());
    }
    if let Some(failures) = metric.failures.filter(|failures| *failures > 0) {
        note.push(format!("{} in a row", counted(failures, "failure")));
    }
    let is_known = is_known(&reading.certainty);
    let word = if metric.is_active {
        "active"
    } else {
        "not active"
    };
    let result = match &metric.served {
        Served::Measured { .. } if !is_known => sure("", &reading.certainty),
        Served::Measured { amount } => {
            let value = sure(arithmetic::amount(*amount), &reading.certainty);
            format!("{value}, {word}")
        }
        // What the HPA's query saw does not tell the count.
        Served::Fallback { amount, .. } if metric.observed_by_hpa => {
            format!(
                "fallback: {} in its place, {word}",
                arithmetic::amount(*amount)
            )
        }
        Served::Fallback { amount, replicas } => format!(
            "fallback: {} in its place, for {}, {word}",
            arithmetic::amount(*amount),
            counted(*replicas, "replica")
        ),
        Served::Nil => format!("failed: nil in the formula, {word}"),
        Served::Failed { error } => format!("failed: {error}"),
    };
    MetricWords {
        name: if is_known && !reading.metric.is_empty() {
            format!("{} {}", name(trigger), reading.metric)
        } else {
            name(trigger)
        },
        note: note.join("; "),
        arithmetic: Vec::new(),
        result,
        decides: false,
    }
}

/// The target of a reading; nothing is known of that of an unknown metric.
pub(super) fn target(reading: &Reading) -> String {
    if reading.metric.is_empty() {
        return "its target is not known".to_owned();
    }
    let MetricTarget { amount, .. } = &reading.target;
    let amount = arithmetic::amount(*amount);
    if reading.target.is_average() {
        format!("target {amount} for each replica")
    } else {
        format!("target {amount} in all")
    }
}

fn rule_line(step: &RuleStep, certainty: &Certainty) -> RuleWords {
    let name = match step.rule {
        Rule::Activate => "wake: active at 0, or below the least count in idle mode",
        Rule::ActivateIsPaused => "scaling out is paused",
        Rule::ActiveWithError => "active, though a trigger fails",
        Rule::StayActive => "active: the HPA's business",
        Rule::WaitForFallback => "a trigger fails, a fallback may come",
        Rule::TriggerError => "a trigger fails, without a fallback",
        Rule::Deactivate => "rest: not active, above the idle count or 0",
        Rule::DeactivateIsPaused => "scaling in is paused",
        Rule::Cooldown => "cooldown",
        Rule::RaiseToMin => "raise to minReplicaCount",
        Rule::StayInactive => "not active: nothing to do",
    };
    RuleWords {
        name: name.to_owned(),
        note: if step.fits { "fits" } else { "does not fit" }.to_owned(),
        arithmetic: Vec::new(),
        before: step.before.to_string(),
        after: short(step.after, certainty),
    }
}
