//! Requests and limits (kubernetes, `core/validation`, `ValidateContainerResourceRequirements`).

use scaling::quantity::Quantity;
use serde_json::Value;

use super::place::Place;
use super::{Problems, names, text};

const OF_CONTAINERS: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
const STANDARD: [&str; 14] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "configmaps",
    "storage",
];

/// Whether it is one of the cluster's own kinds of resources.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-")
}

pub(super) fn check(place: Place<'_>, resources: &Value, problems: &mut Problems) {
    if !resources.is_object() {
        return;
    }
    let (limits, requests) = (&resources["limits"], &resources["requests"]);
    let of = |all: &Value, name: &str| Quantity::parse(text(&all[name]));
    let lists = [("limits", limits), ("requests", requests)];
    for (field, all) in lists {
        let list = place.field(field);
        for (name, quantity) in all.as_object().into_iter().flatten() {
            self::name(list.key(name), name, problems);
            amount(list.key(name), name, quantity, problems);
            let limit = &limits[name];
            if field == "limits" {
                continue;
            }
            // What may not be promised twice must be limited by as much.
            let overcommitted = is_native(name) && !is_huge(name);
            match (of(requests, name), of(limits, name)) {
                (Some(request), Some(limit_amount)) => {
                    let (asked, most) = (request.nano(), limit_amount.nano());
                    if asked != most && !overcommitted {
                        let why = format!("must be equal to {name} limit of {}", text(limit));
                        problems.invalid(list, quantity, &why);
                    } else if asked > most {
                        let why = format!(
                            "must be less than or equal to {name} limit of {}",
                            text(limit)
                        );
                        problems.invalid(list, quantity, &why);
                    }
                }
                (Some(_), None) if !overcommitted => problems.required(
                    place.field("limits"),
                    "Limit must be set for non overcommitable resources",
                ),
                _ => {}
            }
        }
    }
}

/// The name of a resource (`validateContainerResourceName`).
fn name(place: Place<'_>, name: &str, problems: &mut Problems) {
    let value = Value::from(name);
    for why in names::qualified(name) {
        problems.invalid(place, &value, &why);
    }
    if !name.contains('/') && !is_huge(name) {
        if !STANDARD.contains(&name) {
            let why = "must be a standard resource type or fully qualified";
            problems.invalid(place, &value, why);
        }
        if !OF_CONTAINERS.contains(&name) {
            let why = "must be a standard resource for containers";
            problems.invalid(place, &value, why);
        }
    }
}

/// (`ValidateResourceQuantityValue`)
pub(super) fn amount(place: Place<'_>, name: &str, quantity: &Value, problems: &mut Problems) {
    let Some(parsed) = Quantity::parse(text(quantity)) else {
        return;
    };
    if parsed.nano() < 0 {
        problems.invalid(place, quantity, "must be greater than or equal to 0");
    }
    if !is_native(name) && parsed.nano() % 1_000_000_000 != 0 {
        problems.invalid(place, quantity, "must be an integer");
    }
}

/// The name of what a quota counts (`ValidateResourceQuotaResourceName`).
pub(super) fn quota_name(place: Place<'_>, name: &str, problems: &mut Problems) {
    const MORE: [&str; 5] = [
        "requests.storage",
        "replicationcontrollers",
        "persistentvolumeclaims",
        "secrets",
        "services.nodeports",
    ];
    let known = STANDARD.contains(&name)
        || MORE.contains(&name)
        || name == "services.loadbalancers"
        || name.contains('/')
        || name.contains("hugepages-");
    if !known {
        let value = Value::from(name);
        for why in [
            "must be a standard resource type or fully qualified",
            "must be a standard resource for quota",
        ] {
            problems.invalid(place, &value, why);
        }
    }
}
