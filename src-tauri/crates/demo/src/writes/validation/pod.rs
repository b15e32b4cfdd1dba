//! What the spec of a pod may not say (kubernetes, `core/validation`, `ValidatePodSpec`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, affinity, container, items, names, text, volume};

pub(super) fn check(place: Place<'_>, spec: &Value, problems: &mut Problems) {
    let volumes = items(spec, "volumes");
    let account = &spec["serviceAccountName"];
    volume::check(place.field("volumes"), volumes, account, problems);
    let containers = items(spec, "containers");
    if containers.is_empty() {
        problems.required(place.field("containers"), "");
    }
    let first = items(spec, "initContainers");
    container::check(place.field("containers"), containers, volumes, problems);
    container::check(place.field("initContainers"), first, volumes, problems);
    problems.one_of(
        place.field("restartPolicy"),
        &spec["restartPolicy"],
        &["Always", "OnFailure", "Never"],
    );
    problems.one_of(
        place.field("dnsPolicy"),
        &spec["dnsPolicy"],
        &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
    );
    affinity::check(place, spec, problems);
    for (field, form) in [
        ("serviceAccountName", names::subdomain as fn(&str) -> _),
        ("nodeName", names::subdomain),
    ] {
        named(place.field(field), &spec[field], form, problems);
    }
    let deadline = &spec["activeDeadlineSeconds"];
    if deadline
        .as_i64()
        .is_some_and(|seconds| !(1..=i64::from(i32::MAX)).contains(&seconds))
    {
        let why = "must be between 1 and 2147483647, inclusive";
        problems.invalid(place.field("activeDeadlineSeconds"), deadline, why);
    }
    for (field, form) in [
        ("hostname", names::label as fn(&str) -> _),
        ("subdomain", names::label),
    ] {
        named(place.field(field), &spec[field], form, problems);
    }
    affinity::tolerations(
        place.field("tolerations"),
        items(spec, "tolerations"),
        problems,
    );
    let class = &spec["priorityClassName"];
    named(
        place.field("priorityClassName"),
        class,
        names::subdomain,
        problems,
    );
}

fn named(
    place: Place<'_>,
    value: &Value,
    form: fn(&str) -> Option<String>,
    problems: &mut Problems,
) {
    let name = text(value);
    if !name.is_empty()
        && let Some(why) = form(name)
    {
        problems.invalid(place, value, &why);
    }
}

/// What of a pod may change (`ValidatePodUpdate`). What else changed is told without upstream's listing of Go fields.
pub(super) fn update(before: &Value, after: &Value, problems: &mut Problems) {
    const SPEC: Place<'_> = Place::root("spec");
    let (old, new) = (&before["spec"], &after["spec"]);
    for list in ["containers", "initContainers"] {
        if items(old, list).len() != items(new, list).len() {
            let why = "pod updates may not add or remove containers";
            problems.forbidden(SPEC.field(list), why);
            return;
        }
    }
    let (was, is) = (&old["activeDeadlineSeconds"], &new["activeDeadlineSeconds"]);
    let place = SPEC.field("activeDeadlineSeconds");
    match (was.as_i64(), is.as_i64()) {
        (Some(was), Some(now)) if now > was => {
            problems.invalid(place, is, "must be less than or equal to previous value");
            return;
        }
        (Some(_), None) => {
            let why = "must not update from a positive integer to nil value";
            problems.invalid(place, is, why);
        }
        _ => {}
    }
    let kept = items(new, "tolerations");
    if !items(old, "tolerations")
        .iter()
        .all(|own| kept.contains(own))
    {
        let why = "existing toleration can not be modified except its tolerationSeconds";
        problems.forbidden(SPEC.field("tolerations"), why);
    }
    let mut munged = new.clone();
    for list in ["containers", "initContainers"] {
        let images = items(old, list).iter().map(|own| own["image"].clone());
        let containers = munged[list].as_array_mut().into_iter().flatten();
        for (container, image) in containers.zip(images) {
            container["image"] = image;
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        crate::writes::set(&mut munged, field, old[field].clone());
    }
    if munged != *old && !only_null(&munged, old) {
        problems.forbidden(
            SPEC,
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        );
    }
}

/// Whether two specs differ by fields only that say nothing.
fn only_null(one: &Value, other: &Value) -> bool {
    let says = |value: &Value| {
        let mut fields = value.as_object().cloned().unwrap_or_default();
        fields.retain(|_, value| !value.is_null());
        fields
    };
    says(one) == says(other)
}
