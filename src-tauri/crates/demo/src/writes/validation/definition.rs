//! What the definition of a custom kind may not say (apiextensions, `pkg/apis/apiextensions/validation`).

use serde_json::{Value, json};

use super::names::{is_1035, subdomain, why_1035};
use super::{Problems, items, schema};

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];

/// A definition, seen what it was before.
pub(super) fn check(before: Option<&Value>, object: &Value, problems: &mut Problems) {
    let (spec, names) = (&object["spec"], &object["spec"]["names"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let wanted = format!("{}.{}", text(&names["plural"]), text(&spec["group"]));
    let name = &object["metadata"]["name"];
    if before.is_none() && *name != *wanted {
        let why = "must be spec.names.plural+\".\"+spec.group";
        problems.invalid("metadata.name", name, why);
    }
    let group = text(&spec["group"]);
    if group.is_empty() {
        problems.required("spec.group", "");
    } else if let Some(why) = subdomain(&group) {
        problems.invalid("spec.group", &spec["group"], &why);
    } else if !group.contains('.') {
        let why = "should be a domain with at least one dot";
        problems.invalid("spec.group", &spec["group"], why);
    }
    if spec["scope"].as_str().is_none_or(str::is_empty) {
        problems.required("spec.scope", "");
    } else {
        problems.one_of("spec.scope", &spec["scope"], &["Cluster", "Namespaced"]);
    }
    versions(spec, problems);
    for field in ["plural", "singular", "kind", "listKind"] {
        if names[field].as_str().is_none_or(str::is_empty) {
            problems.required(format!("spec.names.{field}"), "");
        }
    }
    self::names(names, problems);
    stored(before, object, problems);
    if let Some(before) = before {
        fixed(before, object, problems);
    }
}

/// `status.storedVersions`, which a new definition has from its own versions (`ValidateCustomResourceDefinitionStoredVersions`).
fn stored(before: Option<&Value>, object: &Value, problems: &mut Problems) {
    let kept = items(&object["spec"], "versions").iter();
    let kept: Vec<&Value> = kept
        .filter(|version| version["storage"] == true)
        .map(|version| &version["name"])
        .collect();
    let all = match before {
        Some(_) => object["status"]["storedVersions"].clone(),
        None => kept.first().map_or(Value::Null, |first| json!([first])),
    };
    let place = "status.storedVersions";
    let Some(stored) = all.as_array().filter(|stored| !stored.is_empty()) else {
        problems.invalid(place, &Value::Null, "must have at least one stored version");
        return;
    };
    let mut left = stored.clone();
    for name in kept {
        if let Some(at) = left.iter().position(|own| own == name) {
            left.remove(at);
        } else {
            let text = name.as_str().unwrap_or_default();
            problems.invalid(
                place,
                &all,
                &format!("must have the storage version {text}"),
            );
        }
    }
    let served = items(&object["spec"], "versions");
    left.retain(|own| served.iter().all(|version| version["name"] != *own));
    for version in left {
        let at = stored.iter().position(|own| *own == version).unwrap_or(0);
        let text = version.as_str().unwrap_or_default();
        let why = format!(
            "missing from spec.versions; {text} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {text} and removes {text} from status.storedVersions"
        );
        problems.invalid(format!("{place}[{at}]"), &version, &why);
    }
}

/// What may not change once the definition is at work.
fn fixed(before: &Value, object: &Value, problems: &mut Problems) {
    let conditions = items(&before["status"], "conditions").iter();
    let established = conditions
        .filter(|own| own["type"] == "Established")
        .any(|own| own["status"] == "True");
    let mut pointers = vec!["/spec/group", "/spec/names/plural"];
    if established {
        pointers.splice(..0, ["/spec/scope", "/spec/names/kind"]);
    }
    for pointer in pointers {
        let of = |object: &Value| object.pointer(pointer).cloned().unwrap_or_default();
        if of(before) != of(object) {
            let field = pointer[1..].replace('/', ".");
            problems.invalid(field, &of(object), "field is immutable");
        }
    }
}

fn versions(spec: &Value, problems: &mut Problems) {
    let all = items(spec, "versions");
    for (index, version) in all.iter().enumerate() {
        if !version["schema"]["openAPIV3Schema"].is_object() {
            let place = format!("spec.versions[{index}].schema.openAPIV3Schema");
            problems.required(place, "");
        }
    }
    // What all versions say alike is told of the definition as a whole.
    let alike = all.iter().all(|one| one["schema"] == all[0]["schema"]);
    for (index, version) in all.iter().enumerate() {
        let place = format!("spec.versions[{index}]");
        let name = version["name"].as_str().unwrap_or_default();
        if !is_1035(name) {
            problems.invalid(format!("{place}.name"), &version["name"], why_1035());
        }
        for (index, column) in items(version, "additionalPrinterColumns")
            .iter()
            .enumerate()
        {
            let all_place = if all.len() == 1 { "spec" } else { &place };
            let place = format!("{all_place}.additionalPrinterColumns[{index}]");
            self::column(&place, column, problems);
        }
        if !alike {
            let place = format!("{place}.schema.openAPIV3Schema");
            schema::check(&place, &version["schema"]["openAPIV3Schema"], problems);
        }
    }
    let stored = all.iter().filter(|own| own["storage"] == true).count();
    let twice = |(index, own): (usize, &Value)| {
        let mut others = all[..index].iter();
        others.any(|other| other["name"] == own["name"])
    };
    if all.iter().enumerate().any(twice) {
        let why = "must contain unique version names";
        problems.quoted("spec.versions", &quoted(all), why);
    }
    if stored != 1 {
        let why = "must have exactly one version marked as storage version";
        problems.quoted("spec.versions", &quoted(all), why);
    }
    if alike && let Some(first) = all.first() {
        let place = "spec.validation.openAPIV3Schema";
        schema::check(place, &first["schema"]["openAPIV3Schema"], problems);
    }
}

/// Versions as upstream's Go type is written; schemas that are alike stand elsewhere.
fn quoted(all: &[Value]) -> String {
    let each: Vec<String> = all
        .iter()
        .map(|own| {
            let flag = |field: &str| own[field] == true;
            format!(
                "{{\"Name\":{},\"Served\":{},\"Storage\":{},\"Deprecated\":{},\"DeprecationWarning\":{},\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}}",
                own["name"],
                flag("served"),
                flag("storage"),
                flag("deprecated"),
                own["deprecationWarning"]
            )
        })
        .collect();
    format!("[{}]", each.join(","))
}

fn column(place: &str, column: &Value, problems: &mut Problems) {
    let missing = |field: &str| column[field].as_str().is_none_or(str::is_empty);
    if missing("name") {
        problems.required(format!("{place}.name"), "");
    }
    let types = format!("must be one of {}", COLUMN_TYPES.join(","));
    if missing("type") {
        problems.required(format!("{place}.type"), &types);
    } else if !COLUMN_TYPES.iter().any(|own| column["type"] == *own) {
        problems.invalid(format!("{place}.type"), &column["type"], &types);
    }
    if missing("jsonPath") {
        problems.required(format!("{place}.JSONPath"), "");
    }
}

fn names(names: &Value, problems: &mut Problems) {
    for field in ["plural", "singular", "kind", "listKind"] {
        let name = names[field].as_str().unwrap_or_default();
        if field.to_lowercase().ends_with("kind") {
            if !name.is_empty() && !is_1035(&name.to_lowercase()) {
                let why = format!(
                    "may have mixed case, but should otherwise match: {}",
                    why_1035()
                );
                problems.invalid(format!("spec.names.{field}"), &names[field], &why);
            }
        } else if !name.is_empty() && !is_1035(name) {
            problems.invalid(format!("spec.names.{field}"), &names[field], why_1035());
        }
    }
    let others = |field: &'static str, problems: &mut Problems| {
        for (index, name) in items(names, field).iter().enumerate() {
            if !name.as_str().is_some_and(is_1035) {
                problems.invalid(format!("spec.names.{field}[{index}]"), name, why_1035());
            }
        }
    };
    others("shortNames", problems);
    if names["kind"] == names["listKind"] && names["kind"].is_string() {
        let why = "kind and listKind may not be the same";
        problems.invalid("spec.names.listKind", &names["listKind"], why);
    }
    others("categories", problems);
}
