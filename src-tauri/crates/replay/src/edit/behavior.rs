//! In what two behaviors of an HPA differ.

use scaling::hpa::spec::{Behavior, Policy, PolicyKind, ScalingRules};

use super::{Change, seconds, value};

pub(super) fn changes(before: Option<&Behavior>, after: Option<&Behavior>) -> Vec<Change> {
    type Way = fn(&Behavior) -> Option<&ScalingRules>;
    let ways: [(&str, Way); 2] = [
        ("scaleUp", |behavior| behavior.scale_up.as_ref()),
        ("scaleDown", |behavior| behavior.scale_down.as_ref()),
    ];
    ways.into_iter()
        .flat_map(|(way, of)| rules(way, before.and_then(of), after.and_then(of)))
        .collect()
}

fn rules(way: &str, before: Option<&ScalingRules>, after: Option<&ScalingRules>) -> Vec<Change> {
    let field = |name: &str| format!("{way} {name}");
    let window = |rules: Option<&ScalingRules>| rules?.stabilization_window_seconds;
    let select = |rules: Option<&ScalingRules>| {
        let select = rules?.select_policy.as_ref()?;
        Some(select.as_str().to_owned())
    };
    let policies = |rules: Option<&ScalingRules>| {
        let policies = rules?.policies.as_ref()?;
        Some(match policies.as_slice() {
            [] => "none".to_owned(),
            policies => policies.iter().map(policy).collect::<Vec<_>>().join(", "),
        })
    };
    let tolerance = |rules: Option<&ScalingRules>| Some(rules?.tolerance.as_ref()?.to_string());
    [
        seconds(
            &field("stabilization window"),
            window(before),
            window(after),
        ),
        value(&field("selectPolicy"), select(before), select(after)),
        value(&field("policies"), policies(before), policies(after)),
        value(&field("tolerance"), tolerance(before), tolerance(after)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `4 pods per 60 s`, `100 % per 15 s`
fn policy(policy: &Policy) -> String {
    let unit = match &policy.kind {
        PolicyKind::Pods if policy.value == 1 => "pod",
        PolicyKind::Pods => "pods",
        PolicyKind::Percent => "%",
        PolicyKind::Other(kind) => kind,
    };
    format!("{} {unit} per {} s", policy.value, policy.period_seconds)
}
