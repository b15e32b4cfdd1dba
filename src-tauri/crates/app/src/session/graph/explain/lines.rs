//! Who asks for what, and what each rule makes of it, a line each.

use scaling::hpa::decision::{Decision, MetricResult};
use scaling::keda;
use scaling::keda::scaled_job;
use scaling::keda::triggers::TriggerSpec;
use scaling::together::{Decider, Together};
use scaling::words::{self, MetricWords, RuleWords, Words};
use scaling::{Certainty, hpa};
use wire::{AskLine, RuleLine};

use super::{Instant, sure};
use crate::session::graph::titles::{self, Title};

/// Whether the HPA's metrics are what counts; else KEDA's triggers are.
fn by_hpa(decided: &Together) -> Option<&Decision> {
    match decided.decider {
        Decider::ScaleLoop | Decider::Pause if decided.keda.is_some() => None,
        Decider::ScaleLoop
        | Decider::Pause
        | Decider::Hpa
        | Decider::HpaAlone
        | Decider::Nobody(_) => decided
            .hpa
            .as_ref()
            .filter(|hpa| !hpa.metrics.is_empty() || decided.keda.is_none()),
    }
}

/// Who asks for what.
pub(super) fn asks(decided: &Together, instant: &Instant<'_>) -> Vec<AskLine> {
    if let Some(hpa) = by_hpa(decided) {
        let lines = words::hpa(hpa, instant.clock).metrics;
        let each = lines.into_iter().zip(&hpa.metrics);
        return each
            .map(|(line, metric)| {
                let title = titles::of_external(&metric.metric, instant.object);
                let mut line = ask(line, title, &metric.certainty);
                line.arithmetic
                    .splice(0..0, window(decided, &metric.metric, instant));
                line
            })
            .collect();
    }
    let Some(keda) = &decided.keda else {
        return Vec::new();
    };
    let lines = words::scaled_object(keda, instant.clock).metrics;
    let known = triggers(keda);
    let each = lines.into_iter().zip(known);
    each.map(|(line, (metric, certainty))| {
        let title = titles::of_external(&metric, instant.object);
        ask(line, title, &certainty)
    })
    .collect()
}

/// Where the present stands among the windows of a cron trigger.
fn window(decided: &Together, metric: &str, instant: &Instant<'_>) -> Option<String> {
    let activity = decided.keda.as_ref()?.activity.as_ref()?;
    let mut metrics = activity
        .triggers
        .iter()
        .flat_map(|trigger| &trigger.metrics);
    let found = metrics.find(|found| found.reading.metric == metric)?;
    let window = found.reading.window.as_ref()?;
    let (place, turn, at) = if window.is_active {
        ("inside the window", "ends", window.next_end)
    } else {
        ("outside the window", "begins", window.next_start)
    };
    let at = at.map_or_else(
        || "not within five years".to_owned(),
        |at| format!("at {}", instant.clock.time(at)),
    );
    Some(format!("{place}, which {turn} {at}"))
}

/// The metric and certainty of each line that words make of KEDA's triggers.
fn triggers(keda: &keda::Decision) -> Vec<(String, Certainty)> {
    let triggers = keda.activity.iter().flat_map(|activity| &activity.triggers);
    let mut known = Vec::new();
    for trigger in triggers {
        if trigger.metrics.is_empty() {
            known.push((String::new(), trigger.certainty.clone()));
        }
        known.extend(trigger.metrics.iter().map(|metric| {
            let reading = &metric.reading;
            (reading.metric.clone(), reading.certainty.clone())
        }));
    }
    known
}

fn ask(line: MetricWords, title: Option<Title>, certainty: &Certainty) -> AskLine {
    let (name, note) = match title {
        Some(Title { name, note }) if note.is_empty() => (name, line.note),
        Some(Title { name, note }) => (name, format!("{note}; {}", line.note)),
        None => (line.name, line.note),
    };
    AskLine {
        name,
        note,
        arithmetic: line.arithmetic,
        result: line.result,
        decides: line.decides,
        sure: sure(certainty),
    }
}

/// Each rule, in the order in which they were applied.
pub(super) fn rules(decided: &Together, instant: &Instant<'_>) -> Vec<RuleLine> {
    if let Some(hpa) = by_hpa(decided) {
        let lines = words::hpa(hpa, instant.clock).rules;
        let each = lines.into_iter().zip(&hpa.rules);
        let each = each.map(|(line, step)| rule(line, &step.certainty));
        return highest(hpa, instant).into_iter().chain(each).collect();
    }
    let Some(keda) = &decided.keda else {
        return Vec::new();
    };
    let lines = words::scaled_object(keda, instant.clock).rules;
    let certainty = &keda.replicas.certainty;
    lines
        .into_iter()
        .map(|line| rule(line, certainty))
        .collect()
}

/// Of several metrics the highest proposal counts.
fn highest(hpa: &hpa::Decision, instant: &Instant<'_>) -> Option<RuleLine> {
    let winner = usize::try_from(hpa.winner?).ok()?;
    let metric = hpa.metrics.get(winner)?;
    let proposed = hpa.metrics.iter().filter_map(|metric| match metric.result {
        MetricResult::Proposed { replicas } => Some(replicas),
        MetricResult::Failed { .. } => None,
    });
    let proposed: Vec<i32> = proposed.collect();
    if hpa.metrics.len() < 2 {
        return None;
    }
    let most = proposed.iter().max()?.to_string();
    let all: Vec<String> = proposed.iter().map(ToString::to_string).collect();
    let is_known = match metric.certainty {
        Certainty::Observed | Certainty::Derived | Certainty::Estimated { .. } => true,
        Certainty::Unknown { .. } => false,
    };
    Some(RuleLine {
        name: "highest of the metrics".to_owned(),
        note: titles::of_external(&metric.metric, instant.object)
            .map_or_else(|| metric.metric.clone(), |title| title.whole()),
        arithmetic: if is_known && all.len() > 1 {
            vec![format!("max({}) = {most}", all.join(", "))]
        } else {
            Vec::new()
        },
        before: String::new(),
        after: if is_known { most } else { "unknown".to_owned() },
        sure: sure(&metric.certainty),
    })
}

fn rule(line: RuleWords, certainty: &Certainty) -> RuleLine {
    RuleLine {
        name: line.name,
        note: line.note,
        arithmetic: line.arithmetic,
        before: line.before,
        after: line.after,
        sure: sure(certainty),
    }
}

/// The lines of a `ScaledJob`.
pub(super) fn of_job(
    words: &Words,
    decision: &scaled_job::Decision,
    triggers: &[TriggerSpec],
) -> (Vec<AskLine>, Vec<RuleLine>) {
    let readings = decision.readings.iter().flatten();
    let asks = words.metrics.iter().zip(readings);
    let asks = asks.map(|(line, reading)| {
        let title = titles::of_position(&reading.metric, triggers);
        ask(line.clone(), title, &reading.certainty)
    });
    let rules = words.rules.iter();
    let rules = rules.map(|line| rule(line.clone(), &decision.certainty));
    (asks.collect(), rules.collect())
}
