//! What the HPA controller decides, in sentences.

use std::cmp::Ordering;

use crate::certainty::Certainty;
use crate::hold::{Hold, NextCause};
use crate::hpa::decision::{
    Basis, Decision, MetricEvaluation, MetricResult, Path, PodGroups, Rule, RuleStep, TargetValue,
};
use crate::hpa::spec::SourceKind;
use crate::words::arithmetic::hpa as arithmetic;
use crate::words::clock::{Clock, length};
use crate::words::figure::{computed, counted, guess, headline, is_known, sentence, short, sure};
use crate::words::{MetricWords, RuleWords, Words, hold};

/// The decision of a pass in words.
pub fn words(decision: &Decision, clock: &Clock) -> Words {
    let mut why = why(decision, clock);
    why.extend(guess(&decision.certainty));
    let metrics = decision.metrics.iter().zip(0..).map(|(metric, index)| {
        let is_known = is_known(&metric.certainty);
        let decides = is_known && decision.winner == Some(index);
        metric_line(metric, decides)
    });
    Words {
        headline: headline(&what(decision, clock), &decision.certainty),
        why,
        metrics: metrics.collect(),
        rules: rules(decision, clock),
        next: hold::next(
            decision.next_change.as_ref(),
            "Becomes",
            if decision.rescale_error.is_some() {
                "Whether a coming pass can set the size is not known."
            } else {
                "No change comes by itself while inputs stay as they are."
            },
            &decision.certainty,
            clock,
        ),
    }
}

fn replicas(count: i32) -> String {
    counted(count, "replica")
}

fn what(decision: &Decision, clock: &Clock) -> String {
    let stays = |why: &str| match decision.current {
        Some(current) => format!("Stays at {}: {why}", replicas(current)),
        None => format!("Does nothing: {why}"),
    };
    match &decision.path {
        Path::NoScale { .. } => stays("the target's size cannot be read"),
        Path::Disabled => stays("at 0 this autoscaler does nothing"),
        Path::AboveMax | Path::BelowMin | Path::Metrics { .. } => moves(decision, clock),
        Path::NoMetrics { .. } if decision.winner.is_some() || some_proposed(decision) => {
            stays("a failing metric forbids shrinking")
        }
        Path::NoMetrics { .. } => stays("no metric gives a count"),
    }
}

fn some_proposed(decision: &Decision) -> bool {
    decision.metrics.iter().any(|metric| match metric.result {
        MetricResult::Proposed { .. } => true,
        MetricResult::Failed { .. } => false,
    })
}

/// Where the size goes, once a count is wanted.
fn moves(decision: &Decision, clock: &Clock) -> String {
    let (Some(current), Some(desired)) = (decision.current, decision.desired) else {
        return "Wants no size".to_owned();
    };
    if decision.rescale_error.is_some() {
        return format!(
            "Wants {} but cannot set the size, which stays at {current}",
            replicas(desired)
        );
    }
    match desired.cmp(&current) {
        Ordering::Greater => format!("Grows from {current} to {}", replicas(desired)),
        Ordering::Less => format!("Shrinks from {current} to {}", replicas(desired)),
        Ordering::Equal => match decision.holds.last() {
            Some(hold) => held(decision, hold, clock),
            None => format!("Holds {}: that is what load asks for", replicas(current)),
        },
    }
}

/// The moment is one of change only if the next change is that hold's end.
fn held(decision: &Decision, hold: &Hold, clock: &Clock) -> String {
    let count = replicas(decision.current.unwrap_or_default());
    let certainty = &decision.certainty;
    let change = decision.next_change.as_ref();
    let ends = change.filter(|change| change.cause == NextCause::Released(hold.rule));
    let until = match (ends, hold.until) {
        (Some(change), _) => format!(" {}", clock.until(change.at, certainty)),
        (None, Some(until)) => format!(", at least {}", clock.until(until, certainty)),
        (None, None) => String::new(),
    };
    format!("Holds {count}{until}: {}", hold::reason(hold.rule))
}

fn why(decision: &Decision, clock: &Clock) -> Vec<String> {
    let mut why = Vec::new();
    match &decision.path {
        Path::NoScale { error } => why.push(sentence(error)),
        Path::Disabled => why.push(
            "A target at 0 is scaled again once somebody gives it at least one replica.".to_owned(),
        ),
        Path::AboveMax => {
            why.push("It has more than the upper limit; metrics are not looked at.".to_owned());
        }
        Path::BelowMin => {
            why.push("It has fewer than the lower limit; metrics are not looked at.".to_owned());
        }
        Path::NoMetrics { error } => {
            let failed = error.trim_end_matches('.');
            why.push(format!("The error: {failed}."));
        }
        Path::Metrics { error } => {
            let changed = decision
                .rules
                .iter()
                .filter(|step| step.before != step.after);
            why.extend(changed.map(|step| reason(step, clock)));
            why.extend(load(decision));
            if let Some(error) = error {
                why.push(sentence(&format!("A metric failed: {error}")));
            }
        }
    }
    if let Some(error) = &decision.rescale_error {
        why.push(sentence(&format!("Setting the size failed: {error}")));
    }
    why
}

/// What the deciding metric asks for.
fn load(decision: &Decision) -> Option<String> {
    let winner = usize::try_from(decision.winner?).ok()?;
    let metric = decision.metrics.get(winner)?;
    let (asks, others) = match &metric.result {
        MetricResult::Proposed { replicas } => (
            sure(replicas, &metric.certainty),
            if decision.runners_up.is_empty() {
                String::new()
            } else {
                format!(", the most of all metrics: {}", name(metric))
            },
        ),
        MetricResult::Failed { .. } => return None,
    };
    Some(match &metric.certainty {
        Certainty::Unknown { why } => format!("What load asks for is unknown: {why}."),
        Certainty::Observed | Certainty::Derived | Certainty::Estimated { .. } => {
            format!("Load now asks for {asks}{others}.")
        }
    })
}

/// Why a rule changed the count.
fn reason(step: &RuleStep, clock: &Clock) -> String {
    let certainty = &step.certainty;
    let recommended = |which: &str, window: i32, from: Option<jiff::Timestamp>, count: i32| {
        let made = from.map_or(String::new(), |from| {
            let from = clock.at(crate::hold::When::exactly(from), certainty);
            format!(", last made {from},")
        });
        format!(
            "The {which} recommendation of the last {}{made} was {}.",
            length(window),
            sure(count, certainty)
        )
    };
    match &step.rule {
        Rule::NotNegative => "A count below 0 is taken as 0.".to_owned(),
        Rule::LegacyStabilization { window, from } => {
            recommended("highest", *window, *from, step.after)
        }
        Rule::LegacyScaleUpLimit { limit } => {
            format!("One pass at most doubles the size, or takes it to 4: here to {limit}.")
        }
        Rule::Stabilization {
            up,
            up_from,
            up_window,
            down,
            down_from,
            down_window,
        } => {
            if step.after > step.before {
                recommended("highest", *down_window, *down_from, *down)
            } else {
                recommended("lowest", *up_window, *up_from, *up)
            }
        }
        Rule::ScaleUpPolicies { limit, .. } => format!(
            "The policies for scaling up allow at most {} for now.",
            sure(limit, certainty)
        ),
        Rule::ScaleDownPolicies { limit, .. } => format!(
            "The policies for scaling down allow no fewer than {} for now.",
            sure(limit, certainty)
        ),
        Rule::ScaleUpDisabled => "The behavior disables scaling up.".to_owned(),
        Rule::ScaleDownDisabled => "The behavior disables scaling down.".to_owned(),
        Rule::MaxReplicas { limit } => format!("The upper limit is {limit}."),
        Rule::MinReplicas { limit } => format!("The lower limit is {limit}."),
    }
}

fn name(metric: &MetricEvaluation) -> String {
    let own = &metric.metric;
    match &metric.source {
        SourceKind::Resource => format!("{own} of the pods"),
        SourceKind::ContainerResource => match &metric.container {
            Some(container) => format!("{own} of container {container}"),
            None => format!("{own} of a container"),
        },
        SourceKind::Pods => format!("{own} of the pods (custom)"),
        SourceKind::Object => match &metric.status.object {
            Some(status) => {
                let object = &status.described_object;
                format!("{own} of {} {}", object.kind, object.name)
            }
            None => format!("{own} of an object"),
        },
        SourceKind::External => format!("{own} (external)"),
        SourceKind::Other(kind) => format!("a metric of the unknown type {kind:?}"),
    }
}

fn metric_line(metric: &MetricEvaluation, decides: bool) -> MetricWords {
    let unit = arithmetic::unit(metric);
    let target = match metric.target {
        Some(TargetValue::Utilization(percent)) => format!("target {percent} % of the requests"),
        Some(TargetValue::Value(milli)) => format!("target {} in all", unit.amount(milli)),
        Some(TargetValue::AverageValue(milli)) => {
            format!("target {} for each pod", unit.amount(milli))
        }
        None => "no usable target".to_owned(),
    };
    let basis = match metric.basis {
        Basis::Spec => format!("{} asked of the target", replicas(metric.count)),
        Basis::Status => format!("{} that exist", replicas(metric.count)),
    };
    let mut note = vec![target, format!("from {basis}")];
    note.extend(metric.groups.as_ref().and_then(pods));
    let result = match &metric.result {
        MetricResult::Proposed { replicas } => sure(replicas, &metric.certainty),
        MetricResult::Failed { error, .. } => format!("failed: {error}"),
    };
    MetricWords {
        name: name(metric),
        note: note.join("; "),
        arithmetic: computed(arithmetic::of_metric(metric), &metric.certainty),
        result,
        decides,
    }
}

/// How pods counted, unless all did in the ordinary way.
fn pods(groups: &PodGroups) -> Option<String> {
    let PodGroups {
        ready,
        unready,
        missing,
        ignored,
    } = groups;
    if unready.is_empty() && missing.is_empty() && ignored.is_empty() {
        return None;
    }
    let parts = [
        (ready, "measured"),
        (unready, "not ready"),
        (missing, "without a sample"),
        (ignored, "ignored"),
    ];
    let parts = parts.iter().filter(|(pods, _)| !pods.is_empty());
    let parts: Vec<String> = parts
        .map(|(pods, what)| format!("{} {what}", pods.len()))
        .collect();
    Some(format!("pods: {}", parts.join(", ")))
}

fn rules(decision: &Decision, clock: &Clock) -> Vec<RuleWords> {
    let winner = decision
        .winner
        .and_then(|winner| usize::try_from(winner).ok());
    let winner = winner.and_then(|winner| decision.metrics.get(winner));
    let mut given = winner.map_or(&decision.certainty, |metric| &metric.certainty);
    let mut lines = Vec::with_capacity(decision.rules.len());
    for step in &decision.rules {
        lines.push(rule_line(step, given, decision, clock));
        given = &step.certainty;
    }
    lines
}

/// `given` is the certainty of the count before.
fn rule_line(step: &RuleStep, given: &Certainty, decision: &Decision, clock: &Clock) -> RuleWords {
    let name = match &step.rule {
        Rule::NotNegative => "not below 0".to_owned(),
        Rule::LegacyStabilization { window, .. } => format!("stabilization, down, {window} s"),
        Rule::LegacyScaleUpLimit { .. } => "rate limit, up, without a behavior".to_owned(),
        Rule::Stabilization {
            up_window,
            down_window,
            ..
        } => format!("stabilization, up {up_window} s, down {down_window} s"),
        Rule::ScaleUpPolicies { .. } => "rate limits, up".to_owned(),
        Rule::ScaleDownPolicies { .. } => "rate limits, down".to_owned(),
        Rule::ScaleUpDisabled => "scaling up disabled".to_owned(),
        Rule::ScaleDownDisabled => "scaling down disabled".to_owned(),
        Rule::MaxReplicas { .. } => "maxReplicas".to_owned(),
        Rule::MinReplicas { .. } => "minReplicas".to_owned(),
    };
    let note = if step.before == step.after {
        "changes nothing"
    } else {
        ""
    };
    RuleWords {
        name,
        note: note.to_owned(),
        arithmetic: computed(arithmetic::of_rule(step, decision, clock), &step.certainty),
        before: short(step.before, given),
        after: short(step.after, &step.certainty),
    }
}
