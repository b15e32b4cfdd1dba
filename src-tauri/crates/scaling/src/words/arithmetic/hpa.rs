//! The computations of the HPA controller.

use crate::hpa::decision::{
    Arithmetic, AssumedUsage, Decision, MetricEvaluation, PolicyLimit, Rule, RuleStep,
};
use crate::hpa::spec::SourceKind;
use crate::words::clock::Clock;
use crate::words::figure::{Unit, counted, number, number_that};

/// The unit of a metric's amounts.
pub(in crate::words) fn unit(metric: &MetricEvaluation) -> Unit {
    match &metric.source {
        SourceKind::Resource | SourceKind::ContainerResource => Unit::of_resource(&metric.metric),
        SourceKind::Object | SourceKind::Pods | SourceKind::External | SourceKind::Other(_) => {
            Unit::Plain
        }
    }
}

/// A metric's computation.
pub(in crate::words) fn of_metric(metric: &MetricEvaluation) -> Vec<String> {
    let unit = unit(metric);
    metric
        .arithmetic
        .iter()
        .map(|step| of_step(step, unit))
        .collect()
}

#[allow(clippy::too_many_lines)] // one arm a step
fn of_step(step: &Arithmetic, unit: Unit) -> String {
    let amount = |milli| unit.amount(milli);
    match *step {
        Arithmetic::Utilization {
            usage,
            request,
            samples,
            percent,
            target,
            ratio,
        } => {
            let whole = usage.wrapping_mul(100).checked_rem(request) == Some(0);
            let (open, close) = if whole { ("", "") } else { ("⌊", "⌋") };
            format!(
                "{open}{} ÷ {}{close} = {percent} % over {}; {percent} % ÷ {target} % = {}",
                amount(usage),
                amount(request),
                counted(samples, "pod"),
                against_one(ratio.0)
            )
        }
        Arithmetic::Average {
            usage,
            samples,
            average,
            target,
            ratio,
        } => {
            let whole = usage.checked_rem(i64::from(samples)) == Some(0);
            let (open, close) = if whole { ("", "") } else { ("⌊", "⌋") };
            format!(
                "{open}{} ÷ {}{close} = {}; {} ÷ {} = {}",
                amount(usage),
                counted(samples, "pod"),
                amount(average),
                amount(average),
                amount(target),
                against_one(ratio.0)
            )
        }
        Arithmetic::Total {
            usage,
            target,
            ratio,
        } => format!(
            "{} ÷ {} = {}",
            amount(usage),
            amount(target),
            against_one(ratio.0)
        ),
        Arithmetic::PerPod {
            usage,
            target,
            count,
            ratio,
        } => format!(
            "{} ÷ ({} × {count}) = {}",
            amount(usage),
            amount(target),
            against_one(ratio.0)
        ),
        Arithmetic::Rebalance {
            missing,
            missing_as,
            unready,
        } => rebalance(missing, missing_as, unready),
        Arithmetic::Tolerance {
            ratio,
            lowest,
            highest,
            within,
        } => {
            let (lowest, highest) = (lowest.0, highest.0);
            let keeps = |shown: f64| (lowest <= shown && shown <= highest) == within;
            let (place, end) = if within {
                ("within", ": the count stays")
            } else {
                ("outside", "")
            };
            format!(
                "{} lies {place} {} … {}{end}",
                number_that(ratio.0, keeps),
                number(lowest),
                number(highest)
            )
        }
        Arithmetic::Flipped { before, after } => format!(
            "{} became {}: the other direction, so the count stays",
            against_one(before.0),
            against_one(after.0)
        ),
        Arithmetic::Contradicts { computed } => {
            format!("{computed} goes against the direction of the ratio: the count stays")
        }
        Arithmetic::Ceil {
            ratio,
            pods,
            replicas,
        } => ceil(ratio.0, pods, replicas),
        Arithmetic::CeilUsage {
            usage,
            target,
            replicas,
        } => format!("⌈{} ÷ {}⌉ = {replicas}", amount(usage), amount(target)),
    }
}

#[allow(clippy::cast_precision_loss)] // as the controller does
fn ceil(ratio: f64, pods: i64, replicas: i32) -> String {
    let count = pods as f64;
    let exact = (ratio * count).ceil();
    let shown = number_that(ratio, |shown| {
        (shown * count).ceil().total_cmp(&exact).is_eq()
    });
    if pods == 1 {
        format!("⌈{shown}⌉ = {replicas}")
    } else {
        format!("⌈{shown} × {pods}⌉ = {replicas}")
    }
}

/// A ratio that reads as 1 only if it is.
fn against_one(ratio: f64) -> String {
    number_that(ratio, |shown| {
        shown.total_cmp(&1.0) == ratio.total_cmp(&1.0)
    })
}

fn rebalance(missing: u32, missing_as: Option<AssumedUsage>, unready: u32) -> String {
    let mut parts = Vec::new();
    if missing > 0 {
        let pods = counted(missing, "pod");
        parts.push(match missing_as {
            None => format!("{pods} without a sample left out"),
            Some(AssumedUsage::Nothing) => format!("{pods} without a sample taken to use nothing"),
            Some(AssumedUsage::Percent(percent)) => {
                format!("{pods} without a sample taken to use {percent} % of the request")
            }
            Some(AssumedUsage::Target) => {
                format!("{pods} without a sample taken to use the target")
            }
        });
    }
    if unready > 0 {
        parts.push(format!(
            "{} not ready taken to use nothing",
            counted(unready, "pod")
        ));
    }
    if parts.is_empty() {
        parts.push("no pod is taken to use anything but what was measured".to_owned());
    }
    parts.join("; ")
}

/// A rule's computation.
pub(in crate::words) fn of_rule(
    step: &RuleStep,
    decision: &Decision,
    clock: &Clock,
) -> Vec<String> {
    let (before, after) = (step.before, step.after);
    match &step.rule {
        Rule::NotNegative => vec![format!("max({before}, 0) = {after}")],
        Rule::LegacyStabilization { from, .. } => vec![match from {
            Some(from) => format!("max({after} @ {}, {before}) = {after}", clock.time(*from)),
            None => format!("{before} is the highest"),
        }],
        Rule::LegacyScaleUpLimit { limit } => {
            let limited = format!("min({before}, {limit}) = {after}");
            match decision.current {
                Some(current) => vec![format!("max(2 × {current}, 4) = {limit}"), limited],
                None => vec![limited],
            }
        }
        Rule::Stabilization {
            up,
            up_from,
            down,
            down_from,
            ..
        } => {
            let dated = |count: &i32, from: &Option<jiff::Timestamp>| match from {
                Some(from) => format!("{count} @ {}", clock.time(*from)),
                None => count.to_string(),
            };
            let (up, down) = (dated(up, up_from), dated(down, down_from));
            vec![match decision.current {
                Some(current) => format!("min(max({current}, {up}), {down}) = {after}"),
                None => format!("between {up} and {down}: {after}"),
            }]
        }
        Rule::ScaleUpPolicies {
            limit,
            policies,
            smallest_change,
        } => {
            let mut lines = of_policies(policies, decision, "up to");
            lines.extend(choice(policies, *smallest_change, *smallest_change));
            lines.push(format!("min({before}, {limit}) = {after}"));
            lines
        }
        Rule::ScaleDownPolicies {
            limit,
            policies,
            smallest_change,
        } => {
            let mut lines = of_policies(policies, decision, "down to");
            lines.extend(choice(policies, *smallest_change, !*smallest_change));
            lines.push(format!("max({before}, {limit}) = {after}"));
            lines
        }
        Rule::ScaleUpDisabled | Rule::ScaleDownDisabled => Vec::new(),
        Rule::MaxReplicas { limit } => vec![format!("min({before}, {limit}) = {after}")],
        Rule::MinReplicas { limit } => vec![format!("max({before}, {limit}) = {after}")],
    }
}

/// Which of several policies counts.
fn choice(policies: &[PolicyLimit], smallest_change: bool, lowest: bool) -> Option<String> {
    if policies.len() < 2 {
        return None;
    }
    let limits = policies.iter().map(|policy| policy.limit);
    let chosen = if lowest {
        limits.clone().min()
    } else {
        limits.clone().max()
    };
    let limits: Vec<String> = limits.map(|limit| limit.to_string()).collect();
    let (word, change) = if smallest_change {
        ("Min", "smallest")
    } else {
        ("Max", "greatest")
    };
    Some(format!(
        "selectPolicy {word}, the {change} change: {}({}) = {}",
        if lowest { "min" } else { "max" },
        limits.join(", "),
        chosen?
    ))
}

fn of_policies(policies: &[PolicyLimit], decision: &Decision, to: &str) -> Vec<String> {
    policies
        .iter()
        .map(|policy| {
            let start = match decision.current {
                Some(current) => format!(
                    "{current} − {} + {} = {} at its period's start",
                    policy.added, policy.removed, policy.period_start
                ),
                None => format!("{} at its period's start", policy.period_start),
            };
            format!(
                "policy {}: {start}, {to} {}",
                policy.policy.saturating_add(1),
                policy.limit
            )
        })
        .collect()
}
