//! What claims, volumes and classes of storage may not say (kubernetes, `core/validation`, `storage/validation`).

use scaling::quantity::Quantity;
use serde_json::Value;

use super::place::Place;
use super::{Problems, items, names, selector, text};

const MODES: [&str; 4] = [
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOnce",
    "ReadWriteOncePod",
];

/// The spec of a claim (`ValidatePersistentVolumeClaimSpec`).
pub(super) fn claim(place: Place<'_>, spec: &Value, problems: &mut Problems) {
    let (at, modes) = (place.field("accessModes"), items(spec, "accessModes"));
    if modes.is_empty() {
        problems.required(at, "at least 1 access mode is required");
    }
    if spec["selector"].is_object() {
        selector::check(place.field("selector"), &spec["selector"], problems);
    }
    for mode in modes {
        problems.one_of(at, mode, &MODES);
    }
    let alone = modes.iter().any(|mode| mode == "ReadWriteOncePod");
    if alone && modes.iter().any(|mode| mode != "ReadWriteOncePod") {
        let why = "may not use ReadWriteOncePod with other access modes";
        problems.forbidden(at, why);
    }
    let resources = place.field("resources");
    let storage = &spec["resources"]["requests"]["storage"];
    match Quantity::parse(text(storage)) {
        None => problems.required(resources.key("storage"), ""),
        Some(amount) if amount.nano() <= 0 => {
            problems.invalid(
                resources.key("storage"),
                storage,
                "must be greater than zero",
            );
        }
        Some(_) => {}
    }
    let class = text(&spec["storageClassName"]);
    if !class.is_empty()
        && let Some(why) = names::subdomain(class)
    {
        let at = place.field("storageClassName");
        problems.invalid(at, &spec["storageClassName"], &why);
    }
    problems.one_of(
        place.field("volumeMode"),
        &spec["volumeMode"],
        &["Block", "Filesystem"],
    );
}

/// A volume (`ValidatePersistentVolumeSpec`), as far as every one must say it.
pub(super) fn volume(spec: &Value, problems: &mut Problems) {
    const SPEC: Place<'_> = Place::root("spec");
    let modes = items(spec, "accessModes");
    if modes.is_empty() {
        problems.required(SPEC.field("accessModes"), "");
    }
    for mode in modes {
        problems.one_of(SPEC.field("accessModes"), mode, &MODES);
    }
    if spec["capacity"]
        .as_object()
        .is_none_or(serde_json::Map::is_empty)
    {
        problems.required(SPEC.field("capacity"), "");
    }
    problems.one_of(
        SPEC.field("persistentVolumeReclaimPolicy"),
        &spec["persistentVolumeReclaimPolicy"],
        &["Delete", "Recycle", "Retain"],
    );
}

/// What may not change of a claim; what else changed is told without upstream's listing of Go fields.
pub(super) fn update(before: &Value, after: &Value, problems: &mut Problems) {
    let bound = before["status"]["phase"] == "Bound";
    let munged = |object: &Value| {
        let mut spec = object["spec"].clone();
        // The server may fill these in once.
        for field in [
            "volumeName",
            "storageClassName",
            "volumeAttributesClassName",
        ] {
            if before["spec"][field].is_null() {
                crate::writes::set(&mut spec, field, Value::Null);
            }
        }
        if bound {
            crate::writes::set(&mut spec["resources"], "requests", Value::Null);
            crate::writes::set(&mut spec, "volumeAttributesClassName", Value::Null);
        }
        spec
    };
    if munged(before) != munged(after) {
        problems.forbidden(
            "spec",
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        );
    }
}
