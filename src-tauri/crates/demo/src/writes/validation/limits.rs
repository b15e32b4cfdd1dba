//! What `LimitRange`s, quotas and disruption budgets may not say (kubernetes, `core/validation`, `policy/validation`).

use scaling::quantity::Quantity;
use serde_json::Value;

use super::place::Place;
use super::{Problems, items, resources, selector, text};

const SPEC: Place<'_> = Place::root("spec");

/// (`ValidateLimitRange`)
pub(super) fn ranges(spec: &Value, problems: &mut Problems) {
    let limits = SPEC.field("limits");
    for (index, item) in items(spec, "limits").iter().enumerate() {
        let at = limits.at(index);
        let all = ["max", "min", "default", "defaultRequest"];
        let mut names: Vec<&String> = Vec::new();
        for list in all {
            let fields = item[list].as_object().into_iter().flatten();
            names.extend(fields.map(|(name, _)| name));
        }
        names.sort();
        names.dedup();
        for name in names {
            range(at, item, name, problems);
        }
    }
}

fn range(place: Place<'_>, item: &Value, name: &str, problems: &mut Problems) {
    const ABOVE: [(&str, &str, &str, &str); 6] = [
        ("min", "max", "min", "max value"),
        (
            "defaultRequest",
            "min",
            "defaultRequest",
            "default request value",
        ),
        ("defaultRequest", "max", "defaultRequest", "max value"),
        (
            "defaultRequest",
            "default",
            "defaultRequest",
            "default limit value",
        ),
        ("default", "min", "default", "default value"),
        ("default", "max", "default", "max value"),
    ];
    let of = |list: &str| Quantity::parse(text(&item[list][name])).map(Quantity::nano);
    let told = |list: &str| text(&item[list][name]).to_owned();
    for (list, other, field, what) in ABOVE {
        let (Some(one), Some(two)) = (of(list), of(other)) else {
            continue;
        };
        let below = other == "min";
        if below && one >= two || !below && one <= two {
            continue;
        }
        let why = if below {
            format!(
                "min value {} is greater than {what} {}",
                told("min"),
                told(list)
            )
        } else {
            let label = match list {
                "min" => "min value",
                "default" => "default value",
                _ => "default request value",
            };
            format!(
                "{label} {} is greater than {what} {}",
                told(list),
                told(other)
            )
        };
        // Upstream quotes the lowest value with the default (and the other way round).
        let quoted = match (list, other) {
            ("default", "min") => &item["min"][name],
            _ => &item[list][name],
        };
        let at = place.field(field);
        problems.invalid(at.key(name), quoted, &why);
    }
}

/// (`ValidateResourceQuotaSpec`)
pub(super) fn quota(spec: &Value, problems: &mut Problems) {
    let hard = SPEC.field("hard");
    for (name, amount) in spec["hard"].as_object().into_iter().flatten() {
        resources::quota_name(hard.key(name), name, problems);
        resources::amount(hard.key(name), name, amount, problems);
    }
}

/// (`ValidatePodDisruptionBudgetSpec`)
pub(super) fn budget(spec: &Value, problems: &mut Problems) {
    let (least, most) = (&spec["minAvailable"], &spec["maxUnavailable"]);
    if !least.is_null() && !most.is_null() {
        let selector = selector::quoted(&spec["selector"]);
        let selector = if spec["selector"].is_null() {
            "null"
        } else {
            &selector
        };
        let told = format!(
            "{{\"MinAvailable\":{least},\"Selector\":{selector},\"MaxUnavailable\":{most},\"UnhealthyPodEvictionPolicy\":{}}}",
            spec["unhealthyPodEvictionPolicy"]
        );
        let why = "minAvailable and maxUnavailable cannot be both set";
        problems.quoted(SPEC, &told, why);
    }
    for (field, amount) in [("minAvailable", least), ("maxUnavailable", most)] {
        problems.int_or_percent(SPEC.field(field), amount);
        problems.at_most_all(SPEC.field(field), amount);
    }
    selector::check(SPEC.field("selector"), &spec["selector"], problems);
    problems.one_of(
        SPEC.field("unhealthyPodEvictionPolicy"),
        &spec["unhealthyPodEvictionPolicy"],
        &["AlwaysAllow", "IfHealthyBudget"],
    );
}
