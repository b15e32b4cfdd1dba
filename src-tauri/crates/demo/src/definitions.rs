//! Custom kinds: what `CustomResourceDefinition` objects make the cluster serve.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::World;
use crate::kinds::{Custom, PrinterColumn, Resource, Verbs};
use crate::writes::{self, Part, Writer, seconds};

const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

/// Serves what is defined now, and says so in the definitions' status (apiextensions, `naming` and `establish`). Objects
/// of kinds that are defined no more go. Cheap where no definition changed.
pub fn settle(world: &mut World) {
    let all = defined(world);
    if !world.definitions_differ(&versions(&all)) {
        return;
    }
    for definition in &all {
        accept(world, definition);
    }
    let all = defined(world);
    let kinds: Vec<Arc<Resource>> = all.iter().filter_map(|own| resource(own)).collect();
    let gone: Vec<String> = world
        .resources()
        .iter()
        .filter(|own| own.custom.is_some())
        .map(|own| own.key())
        .filter(|key| kinds.iter().all(|kind| kind.key() != *key))
        .collect();
    for resource in gone {
        let keys: Vec<_> = world
            .store
            .list(&resource, "", None)
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            world.store.remove(&key);
        }
    }
    world.serve(kinds, versions(&all));
}

fn defined(world: &World) -> Vec<Arc<Value>> {
    let all = world.store.list(DEFINITIONS, "", None);
    all.map(|(_, object)| Arc::clone(object)).collect()
}

fn versions(all: &[Arc<Value>]) -> Vec<String> {
    let each = all.iter();
    each.map(|own| own["metadata"]["resourceVersion"].to_string())
        .collect()
}

fn accept(world: &mut World, definition: &Value) {
    let conditions = definition["status"]["conditions"].as_array();
    let established = conditions.is_some_and(|all| {
        all.iter()
            .any(|own| own["type"] == "Established" && own["status"] == "True")
    });
    let Some(kind) = world.resource("apiextensions.k8s.io", "customresourcedefinitions") else {
        return;
    };
    if established {
        return;
    }
    let now = seconds(world.now());
    let condition = |kind: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": "True", "lastTransitionTime": now,
            "reason": reason, "message": message,
        })
    };
    let stored = spec_versions(definition).find(|version| version["storage"] == true);
    let mut accepted = definition.clone();
    accepted["status"] = json!({
        "conditions": [
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ],
        "acceptedNames": names(definition),
        "storedVersions": stored.map_or(vec![], |version| vec![version["name"].clone()]),
    });
    // One that cannot be written is served all the same.
    let writer = Writer::named("kube-apiserver");
    let _ = writes::update(world, &kind, Part::Status, accepted, writer);
}

fn spec_versions(definition: &Value) -> impl Iterator<Item = &Value> {
    definition["spec"]["versions"]
        .as_array()
        .into_iter()
        .flatten()
}

/// The names with those that follow from others.
fn names(definition: &Value) -> Value {
    let mut names = definition["spec"]["names"].clone();
    let kind = names["kind"].as_str().unwrap_or_default().to_owned();
    if names["singular"].as_str().unwrap_or_default().is_empty() {
        names["singular"] = json!(kind.to_lowercase());
    }
    if names["listKind"].as_str().unwrap_or_default().is_empty() {
        names["listKind"] = json!(format!("{kind}List"));
    }
    names
}

fn resource(definition: &Value) -> Option<Arc<Resource>> {
    let spec = &definition["spec"];
    let names = names(definition);
    let word = |value: &Value| value.as_str().map(Arc::<str>::from);
    let words = |value: &Value| -> Vec<Arc<str>> {
        let all = value.as_array().into_iter().flatten();
        all.filter_map(word).collect()
    };
    let served = spec_versions(definition).filter(|version| version["served"] == true);
    let mut versions: Vec<&Value> = served.collect();
    versions.sort_by_key(|version| std::cmp::Reverse(rank(version["name"].as_str())));
    let stored = spec_versions(definition).find(|version| version["storage"] == true)?;
    let mut subresources = Vec::new();
    for part in ["status", "scale"] {
        if versions
            .iter()
            .any(|version| version["subresources"][part].is_object())
        {
            subresources.push(Arc::from(part));
        }
    }
    let custom = Custom {
        versions: versions
            .iter()
            .filter_map(|own| word(&own["name"]))
            .collect(),
        list_kind: word(&names["listKind"])?,
        selectable: versions
            .iter()
            .flat_map(|own| own["selectableFields"].as_array().into_iter().flatten())
            .filter_map(|field| field["jsonPath"].as_str())
            .map(|path| path.trim_start_matches('.').to_owned())
            .collect(),
        columns: versions
            .iter()
            .filter_map(|own| Some((word(&own["name"])?, columns(own))))
            .collect(),
    };
    (!custom.versions.is_empty()).then_some(())?;
    Some(Arc::new(Resource {
        group: word(&spec["group"])?,
        version: word(&stored["name"])?,
        kind: word(&names["kind"])?,
        plural: word(&names["plural"])?,
        singular: word(&names["singular"])?,
        short_names: words(&names["shortNames"]),
        categories: words(&names["categories"]),
        namespaced: spec["scope"] == "Namespaced",
        subresources,
        verbs: Verbs::Stored,
        custom: Some(Arc::new(custom)),
    }))
}

fn columns(version: &Value) -> Vec<PrinterColumn> {
    let all = version["additionalPrinterColumns"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.into_iter()
        .flatten()
        .map(|own| PrinterColumn {
            name: text(&own["name"]),
            kind: text(&own["type"]),
            format: text(&own["format"]),
            description: text(&own["description"]),
            priority: own["priority"].as_i64().unwrap_or(0),
            path: text(&own["jsonPath"]),
        })
        .collect()
}

/// `v2` before `v1` before `v1beta2` before `v1alpha1` (apimachinery, `version.CompareKubeAwareVersionStrings`).
fn rank(version: Option<&str>) -> (u32, u32, u32) {
    let rest = version.unwrap_or_default().trim_start_matches('v');
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (major, rest) = rest.split_at(digits);
    let number = |text: &str| text.parse().unwrap_or(0);
    if let Some(minor) = rest.strip_prefix("beta") {
        (1, number(major), number(minor))
    } else if let Some(minor) = rest.strip_prefix("alpha") {
        (0, number(major), number(minor))
    } else {
        (2, number(major), 0)
    }
}
