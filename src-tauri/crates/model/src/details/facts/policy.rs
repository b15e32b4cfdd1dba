//! What bounds and scales pods: quotas, limits, disruption budgets, autoscalers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::look::Look;
use super::super::read::{joined, line, list, members, scalar, selector, words};
use super::super::shape::{FactValue, Section};
use super::Known;
use super::build::{Facts, grid, kinded};
use crate::quantity::Quantity;
use table::Tone;

pub(super) fn quota(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let status = look.status();
    facts.text("Scopes", joined(&look.spec()["scopes"], ", "));
    let hard = if status["hard"].is_object() {
        &status["hard"]
    } else {
        &look.spec()["hard"]
    };
    let rows = members(hard).map(|(name, hard)| {
        let used = &status["used"][&name];
        let tone = if is_spent(used, hard) {
            Tone::Warn
        } else {
            Tone::Plain
        };
        vec![
            words(name),
            FactValue {
                tone,
                ..words(scalar(used))
            },
            words(scalar(hard)),
        ]
    });
    grid(more, "Quota", &["Resource", "Used", "Hard"], rows);
    Known::Yes
}

/// Whether nothing is left of a quota.
pub(in crate::details) fn is_spent(used: &Value, hard: &Value) -> bool {
    let read = |value: &Value| Quantity::parse(&scalar(value));
    match (read(used), read(hard)) {
        (Some(used), Some(hard)) => used.milli_value() >= hard.milli_value(),
        _ => false,
    }
}

pub(super) fn limits(look: &Look<'_>, _: &mut Facts, more: &mut Vec<Section>) -> Known {
    let rows = list(&look.spec()["limits"]).flat_map(|limit| {
        let columns = [
            "min",
            "max",
            "defaultRequest",
            "default",
            "maxLimitRequestRatio",
        ];
        let names: BTreeSet<&String> = columns
            .iter()
            .filter_map(|column| limit[*column].as_object())
            .flat_map(|of| of.keys())
            .collect();
        let kind = line(&limit["type"]);
        names.into_iter().map(move |name| {
            let each = columns
                .iter()
                .map(|column| words(scalar(&limit[*column][name])));
            [words(kind.clone()), words(crate::text::visible(name))]
                .into_iter()
                .chain(each)
                .collect()
        })
    });
    grid(
        more,
        "Limits",
        &[
            "Of",
            "Resource",
            "Min",
            "Max",
            "Default request",
            "Default limit",
            "Limit / request",
        ],
        rows,
    );
    Known::Yes
}

pub(super) fn budget(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    facts.field("Min Available", &spec["minAvailable"]);
    facts.field("Max Unavailable", &spec["maxUnavailable"]);
    facts.text("Selector", selector(&spec["selector"]));
    facts.field("Allowed Disruptions", &status["disruptionsAllowed"]);
    facts.text(
        "Healthy",
        format!(
            "{} of {}, {} needed",
            scalar(&status["currentHealthy"]),
            scalar(&status["expectedPods"]),
            scalar(&status["desiredHealthy"])
        ),
    );
    facts.field("Unhealthy Pods", &spec["unhealthyPodEvictionPolicy"]);
    Known::Yes
}

pub(super) fn autoscaler(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    let target = &spec["scaleTargetRef"];
    let link = look.near(
        &line(&target["apiVersion"]),
        &line(&target["kind"]),
        &line(&target["name"]),
    );
    facts.values("Reference", [kinded(link)]);
    facts.field("Min Pods", &spec["minReplicas"]);
    facts.field("Max Pods", &spec["maxReplicas"]);
    facts.field("Current Replicas", &status["currentReplicas"]);
    facts.field("Desired Replicas", &status["desiredReplicas"]);
    if let Some(at) = look.moment(&status["lastScaleTime"]) {
        facts.text("Last Scaled", format!("{} ago", at.text));
    }
    let rows = list(&spec["metrics"]).enumerate().map(|(index, metric)| {
        let kind = line(&metric["type"]);
        let member = member_of(&kind);
        let (asked, now) = (
            &metric[member],
            &status["currentMetrics"][index][member]["current"],
        );
        vec![
            words(metric_name(&kind, asked)),
            words(amount(now)),
            words(amount(&asked["target"])),
        ]
    });
    grid(more, "Metrics", &["Metric", "Current", "Target"], rows);
    for (title, member) in [("Scaling up", "scaleUp"), ("Scaling down", "scaleDown")] {
        behaviour(more, title, &spec["behavior"][member]);
    }
    Known::Yes
}

fn behaviour(more: &mut Vec<Section>, title: &str, rules: &Value) {
    let mut facts = Facts::default();
    super::pod::seconds(
        &mut facts,
        "Stabilization",
        &rules["stabilizationWindowSeconds"],
    );
    facts.field("Chooses", &rules["selectPolicy"]);
    facts.each(
        "Policies",
        list(&rules["policies"]).map(|policy| {
            let unit = if policy["type"] == "Percent" {
                "%"
            } else {
                " pods"
            };
            format!(
                "{}{unit} in {}s",
                scalar(&policy["value"]),
                scalar(&policy["periodSeconds"])
            )
        }),
    );
    super::build::group(more, title, facts.done());
}

/// The member of a metric that its type names.
fn member_of(kind: &str) -> &'static str {
    match kind {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        _ => "",
    }
}

fn metric_name(kind: &str, metric: &Value) -> String {
    let name = match line(&metric["name"]) {
        none if none.is_empty() => line(&metric["metric"]["name"]),
        name => name,
    };
    match kind {
        "Resource" => format!("{name} of pods"),
        "ContainerResource" => format!("{name} of {}", line(&metric["container"])),
        "Object" => format!("{name} of {}", line(&metric["describedObject"]["name"])),
        _ => name,
    }
}

fn amount(of: &Value) -> String {
    let share = scalar(&of["averageUtilization"]);
    if !share.is_empty() {
        let average = scalar(&of["averageValue"]);
        return if average.is_empty() {
            format!("{share}%")
        } else {
            format!("{share}% ({average})")
        };
    }
    match scalar(&of["averageValue"]) {
        none if none.is_empty() => scalar(&of["value"]),
        average => format!("{average} a pod"),
    }
}

pub(super) fn scaled_object(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    let hpa = line(&status["hpaName"]);
    if !hpa.is_empty() {
        facts.link(
            "HPA",
            look.near("autoscaling/v2", "HorizontalPodAutoscaler", &hpa),
        );
    }
    super::pod::seconds(facts, "Polling", &spec["pollingInterval"]);
    super::pod::seconds(facts, "Cooldown", &spec["cooldownPeriod"]);
    facts.field("Fallback Replicas", &spec["fallback"]["replicas"]);
    let triggers = list(&spec["triggers"]).map(|trigger| {
        let metadata = members(&trigger["metadata"]);
        let told = metadata.map(|(key, value)| format!("{key}={}", scalar(value)));
        vec![
            words(line(&trigger["type"])),
            words(line(&trigger["name"])),
            words(told.collect::<Vec<_>>().join("\n")),
        ]
    });
    grid(more, "Triggers", &["Type", "Name", "Metadata"], triggers);
    Known::Yes
}
