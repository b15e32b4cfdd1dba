//! Custom kinds: what `CustomResourceDefinition` objects make the cluster serve.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::World;
use crate::kinds::{Custom, PrinterColumn, Resource, Verbs};
use crate::writes::structural::Shape;
use crate::writes::{self, CLEANUP, Part, Writer, seconds};

const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

/// Serves what is defined now, and says so in the definitions' status (apiextensions, `naming` and `establish`). Objects
/// of kinds that are defined no more go. Cheap where no definition changed.
pub fn settle(world: &mut World) {
    let all = defined(world);
    let closing = |own: &Arc<Value>| !own["metadata"]["deletionTimestamp"].is_null();
    if !world.definitions_differ(&versions(&all)) && !all.iter().any(closing) {
        return;
    }
    for definition in &all {
        if closing(definition) {
            empty(world, definition);
        } else {
            accept(world, definition, &all);
        }
    }
    let all = defined(world);
    let kinds: Vec<Arc<Resource>> = all
        .iter()
        .filter(|own| is_true(own, "Established"))
        .filter_map(|own| resource(own))
        .collect();
    world.serve(kinds, versions(&all));
}

/// Deletes the objects of a kind whose definition is marked, then the definition (apiextensions, `finalizer.CRDFinalizer`).
fn empty(world: &mut World, definition: &Arc<Value>) {
    let Some(kind) = resource(definition) else {
        return;
    };
    let objects: Vec<Arc<Value>> = world
        .store
        .list(&kind.key(), "", None)
        .map(|(_, object)| Arc::clone(object))
        .collect();
    let writer = Writer::named("kube-apiserver");
    for object in objects {
        let of = |field: &str| text(&object["metadata"][field]);
        // One that something holds is asked for again.
        let _ = writes::delete(world, &kind, &of("namespace"), &of("name"), writer);
    }
    if world.store.list(&kind.key(), "", None).next().is_some() {
        return;
    }
    let Some(definitions) = world.resource("apiextensions.k8s.io", "customresourcedefinitions")
    else {
        return;
    };
    let mut free = Value::clone(definition);
    if let Some(held) = free["metadata"]["finalizers"].as_array_mut() {
        held.retain(|one| one != CLEANUP);
    }
    // One that cannot be written stays marked.
    let _ = writes::update(world, &definitions, Part::Main, free, writer);
}

fn is_true(definition: &Value, condition: &str) -> bool {
    let all = definition["status"]["conditions"].as_array();
    let mut all = all.into_iter().flatten();
    all.any(|own| own["type"] == condition && own["status"] == "True")
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

fn accept(world: &mut World, definition: &Value, all: &[Arc<Value>]) {
    let Some(kind) = world.resource("apiextensions.k8s.io", "customresourcedefinitions") else {
        return;
    };
    let wanted = &definition["spec"]["names"];
    if is_true(definition, "Established") && definition["status"]["acceptedNames"] == *wanted {
        return;
    }
    let now = seconds(world.now());
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "lastTransitionTime": now,
            "reason": reason, "message": message,
        })
    };
    let mut accepted = definition.clone();
    let conditions = if let Some((reason, why)) = conflict(definition, all) {
        [
            condition("NamesAccepted", "False", reason, &why),
            condition(
                "Established",
                "False",
                "NotAccepted",
                "not all names are accepted",
            ),
        ]
    } else {
        accepted["status"]["acceptedNames"] = wanted.clone();
        [
            condition("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
            condition(
                "Established",
                "True",
                "InitialNamesAccepted",
                "the initial names have been accepted",
            ),
        ]
    };
    let same = |one: &Value, other: &Value| {
        ["type", "status", "message"]
            .iter()
            .all(|field| one[*field] == other[*field])
    };
    let before = definition["status"]["conditions"].as_array();
    if before.is_some_and(|before| {
        let mut new = conditions.iter();
        new.all(|one| before.iter().any(|other| same(one, other)))
    }) && accepted["status"] == definition["status"]
    {
        return;
    }
    accepted["status"]["conditions"] = json!(conditions);
    // One that cannot be written is served all the same.
    let writer = Writer::named("kube-apiserver");
    let _ = writes::update(world, &kind, Part::Status, accepted, writer);
}

/// A name that another kind of the group has already (apiextensions, `calculateNamesAndConditions`).
fn conflict(definition: &Value, all: &[Arc<Value>]) -> Option<(&'static str, String)> {
    let spec = &definition["spec"];
    let others: Vec<&Value> = all
        .iter()
        .filter(|own| own["metadata"]["name"] != definition["metadata"]["name"])
        .filter(|own| own["spec"]["group"] == spec["group"])
        .map(|own| &own["status"]["acceptedNames"])
        .collect();
    let has = |name: &Value, fields: &[&str]| {
        let mut each = others
            .iter()
            .flat_map(|own| fields.iter().map(|field| &own[*field]));
        let taken =
            each.any(|own| own == name || own.as_array().is_some_and(|all| all.contains(name)));
        (taken && name.is_string()).then(|| format!("{name} is already in use"))
    };
    let (names, resources) = (&spec["names"], ["plural", "singular", "shortNames"]);
    let kinds = ["kind", "listKind"];
    let mut short = names["shortNames"].as_array().into_iter().flatten();
    has(&names["listKind"], &kinds)
        .map(|why| ("ListKindConflict", why))
        .or_else(|| has(&names["kind"], &kinds).map(|why| ("KindConflict", why)))
        .or_else(|| {
            short
                .find_map(|name| has(name, &resources))
                .map(|why| ("ShortNamesConflict", why))
        })
        .or_else(|| has(&names["singular"], &resources).map(|why| ("SingularConflict", why)))
        .or_else(|| has(&names["plural"], &resources).map(|why| ("PluralConflict", why)))
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
    let kind = word(&names["kind"])?;
    // Those that are not served too: objects may be kept in one.
    let shapes: Vec<Shape> = spec_versions(definition)
        .map(|own| {
            let called = |version: &Value| {
                format!("{}/{} {kind}", text(&spec["group"]), text(&version["name"]))
            };
            let mut better = versions.iter().filter(|other| other["deprecated"] != true);
            let mut warning = format!("{} is deprecated", called(own));
            if let Some(other) = better.next() {
                warning = format!("{warning}; use {}", called(other));
            }
            Shape::compile(own, &kind, &warning)
        })
        .collect();
    let custom = Custom {
        storage: word(&stored["name"])?,
        shapes,
        revised: definition["metadata"]["generation"].as_i64() > Some(1),
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
    let stored_subresources = custom
        .shapes
        .iter()
        .find(|shape| shape.version == custom.storage)
        .map(|shape| shape.subresources.clone())
        .unwrap_or_default();
    Some(Arc::new(Resource {
        group: word(&spec["group"])?,
        version: word(&stored["name"])?,
        kind,
        plural: word(&names["plural"])?,
        singular: word(&names["singular"])?,
        short_names: words(&names["shortNames"]),
        categories: words(&names["categories"]),
        namespaced: spec["scope"] == "Namespaced",
        subresources: stored_subresources,
        verbs: Verbs::Stored,
        custom: Some(Arc::new(custom)),
        older: None,
    }))
}

fn columns(version: &Value) -> Vec<PrinterColumn> {
    let all = version["additionalPrinterColumns"].as_array();
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

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
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
