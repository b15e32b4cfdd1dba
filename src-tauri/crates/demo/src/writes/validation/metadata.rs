//! What `metadata` may not say (apimachinery, `api/validation/objectmeta.go`).

use serde_json::Value;

use super::{Problems, items, names};

/// Bytes that all annotations of an object may have together.
const ANNOTATIONS: usize = 256 * 1024;

/// `built_in` kinds know their finalizers (kubernetes, `core/validation:ValidateFinalizerName`); a custom kind's may be any words.
pub(super) fn check(built_in: bool, metadata: &Value, problems: &mut Problems) {
    labels("metadata.labels", &metadata["labels"], problems);
    annotations("metadata.annotations", &metadata["annotations"], problems);
    owners(metadata, problems);
    for (index, finalizer) in items(metadata, "finalizers").iter().enumerate() {
        let text = finalizer.as_str().unwrap_or_default();
        let place = || format!("metadata.finalizers[{index}]");
        for why in names::qualified(text) {
            problems.invalid("metadata.finalizers", finalizer, &why);
        }
        let known = ["orphan", "foregroundDeletion", "kubernetes"];
        if built_in && !text.contains('/') && !known.contains(&text) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            problems.invalid(place(), finalizer, why);
        }
    }
}

/// (apimachinery, `ValidateLabels`)
pub(super) fn labels(place: impl Into<String> + Copy, labels: &Value, problems: &mut Problems) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        for why in names::qualified(key) {
            problems.invalid(place, &Value::from(key.as_str()), &why);
        }
        for why in names::label_value(value.as_str().unwrap_or_default()) {
            problems.invalid(place, value, &why);
        }
    }
}

/// (apimachinery, `ValidateAnnotations`)
pub(super) fn annotations(
    place: impl Into<String> + Copy,
    annotations: &Value,
    problems: &mut Problems,
) {
    let Some(all) = annotations.as_object() else {
        return;
    };
    let mut size = 0;
    for (key, value) in all {
        size += key.len() + value.as_str().map_or(0, str::len);
        // Upstream reads keys in small letters, which are right where the letters are.
        for why in names::qualified(key) {
            problems.invalid(place, &Value::from(key.as_str()), &why);
        }
    }
    if size > ANNOTATIONS {
        problems.too_long(place, ANNOTATIONS);
    }
}

fn owners(metadata: &Value, problems: &mut Problems) {
    let mut controller: Option<String> = None;
    for owner in items(metadata, "ownerReferences") {
        for (field, why) in [
            ("apiVersion", "version must not be empty"),
            ("kind", "must not be empty"),
            ("name", "must not be empty"),
            ("uid", "must not be empty"),
        ] {
            if owner[field].as_str().is_none_or(str::is_empty) {
                let place = format!("metadata.ownerReferences.{field}");
                problems.invalid(place, &Value::from(""), why);
            }
        }
        if owner["controller"] != true {
            continue;
        }
        let of = |field: &str| owner[field].as_str().unwrap_or_default();
        let name = format!("{}/{}", of("kind"), of("name"));
        if let Some(first) = &controller {
            let why = format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
            );
            let all = items(metadata, "ownerReferences");
            problems.quoted("metadata.ownerReferences", &quoted(all), &why);
        } else {
            controller = Some(name);
        }
    }
}

/// Owners as upstream's Go type is written.
fn quoted(owners: &[Value]) -> String {
    let fields = [
        "apiVersion",
        "kind",
        "name",
        "uid",
        "controller",
        "blockOwnerDeletion",
    ];
    let each: Vec<String> = owners
        .iter()
        .map(|owner| super::ordered(owner, &fields))
        .collect();
    format!("[{}]", each.join(","))
}
