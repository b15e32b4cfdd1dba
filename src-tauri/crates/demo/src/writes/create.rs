//! New objects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::ownership::{Entries, FieldSet, Owner, track};
use super::shape::{empty, kept, schema_of, shaped};
use super::{Part, Writer, admission, key_of, name_of, names, seconds, set, uid, validation};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// Kinds of which no change is counted: they have no `generation` (their strategies' `PrepareForCreate`).
const UNCOUNTED: [&str; 17] = [
    "Namespace",
    "Node",
    "Service",
    "Endpoints",
    "Event",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "ResourceQuota",
    "LimitRange",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "ControllerRevision",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
];
const UNCOUNTED_TOO: [&str; 4] = [
    "StorageClass",
    "Lease",
    "APIService",
    "HorizontalPodAutoscaler",
];

/// Whether `metadata.generation` counts changes of the kind.
pub(super) fn counted(resource: &Resource) -> bool {
    !UNCOUNTED.contains(&&*resource.kind) && !UNCOUNTED_TOO.contains(&&*resource.kind)
}

/// A new object. `metadata.name`, or `generateName`, and the namespace must be there.
pub fn create(
    world: &mut World,
    resource: &Resource,
    mut object: Value,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    object["apiVersion"] = json!(resource.api_version());
    object["kind"] = json!(*resource.kind);
    let given = Entries::from_json(&object["metadata"]["managedFields"]);
    set(&mut object["metadata"], "managedFields", Value::Null);
    let (object, problems) = shaped(resource, object);
    if let Some(wrong) = problems.wrong {
        return Err(Status::bad_request(wrong));
    }
    let now = seconds(world.now());
    let owner = owner(resource, Part::Main, writer, false);
    let schema = schema_of(resource);
    let entries = track(
        schema.root(),
        (&empty(resource), &object),
        given,
        &owner,
        &ignored(resource, Part::Main),
        &now,
    );
    keep(world, resource, object, &entries, writer)
}

/// Puts a new object whose fields have their owners into the store (apiserver, `registry.Store.Create`).
pub(super) fn keep(
    world: &mut World,
    resource: &Resource,
    mut object: Value,
    entries: &Entries,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    if !object["metadata"]["resourceVersion"].is_null() {
        let why = "resourceVersion should not be set on objects to be created";
        return Err(Status::plain(why));
    }
    names::check_namespace(world, resource, &object)?;
    let metadata = &mut object["metadata"];
    if metadata["name"].is_null()
        && let Some(prefix) = metadata["generateName"].as_str().map(str::to_owned)
    {
        let prefix: String = prefix.chars().take(58).collect();
        metadata["name"] = json!(format!("{prefix}{}", suffix(world.random())));
    }
    names::check_name(resource, &object)?;
    validation::check(resource, Part::Main, None, &object)?;
    let key = key_of(resource, &object);
    if world.store.get(&key).is_some() {
        return Err(Status::already_exists(
            &resource.group,
            &resource.plural,
            name_of(&object),
        ));
    }
    let uid = uid(world);
    let metadata = &mut object["metadata"];
    metadata["uid"] = uid;
    metadata["creationTimestamp"] = json!(seconds(world.now()));
    for none in [
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
    ] {
        set(metadata, none, Value::Null);
    }
    if counted(resource) {
        metadata["generation"] = json!(1);
    }
    set(metadata, "managedFields", entries.to_json());
    begin(resource, &mut object, &seconds(world.now()));
    admission::admit(world, resource, &mut object)?;
    if writer.dry_run {
        return Ok(Arc::new(object));
    }
    let stored = world.store.put(key, kept(resource, object));
    Ok(super::read(resource, &stored))
}

/// The status that a new object begins with: what a client says of it is not heard. Nodes, definitions and custom objects are heard.
fn begin(resource: &Resource, object: &mut Value, now: &str) {
    match &*resource.kind {
        "Pod" => {
            object["status"] =
                json!({"phase": "Pending", "qosClass": crate::writes::pods::quality(object)});
        }
        "Namespace" => {
            object["status"] = json!({"phase": "Active"});
            object["spec"]["finalizers"] = json!(["kubernetes"]);
            let name = object["metadata"]["name"].clone();
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
        }
        "PersistentVolumeClaim" => object["status"] = json!({"phase": "Pending"}),
        "PersistentVolume" => {
            object["status"] = json!({"phase": "Pending", "lastPhaseTransitionTime": now});
        }
        "Service" => object["status"] = json!({"loadBalancer": {}}),
        "CustomResourceDefinition" => {
            let versions = object["spec"]["versions"].as_array().into_iter().flatten();
            let stored: Vec<Value> = versions
                .filter(|version| version["storage"] == true)
                .map(|version| version["name"].clone())
                .collect();
            let mut status = empty(resource)["status"].clone();
            status["storedVersions"] = json!(stored);
            object["status"] = status;
        }
        "Node" | "APIService" => {}
        _ if resource.custom.is_some()
            && !resource.subresources.iter().any(|name| **name == *"status") => {}
        _ => {
            let none = empty(resource)["status"].clone();
            set(object, "status", none);
        }
    }
}

/// Who owns what `writer` writes.
pub(super) fn owner(resource: &Resource, part: Part, writer: Writer<'_>, applied: bool) -> Owner {
    let manager = if writer.manager.is_empty() {
        "unknown"
    } else {
        writer.manager
    };
    Owner {
        manager: manager.to_owned(),
        applied,
        api_version: resource.api_version(),
        subresource: part.subresource().to_owned(),
    }
}

/// Fields that a write of `part` cannot set (`GetResetFields` of the strategies).
pub(super) fn ignored(resource: &Resource, part: Part) -> FieldSet {
    let status = resource.subresources.iter().any(|name| **name == *"status");
    if part == Part::Status && resource.custom.is_some() {
        return FieldSet::of(&["spec", "metadata"]);
    }
    match part {
        Part::Main if status => FieldSet::of(&["status"]),
        Part::Status => FieldSet::of(&[
            "spec",
            "metadata.labels",
            "metadata.ownerReferences",
            "metadata.deletionTimestamp",
        ]),
        Part::Main | Part::Scale | Part::EphemeralContainers | Part::Resize | Part::Finalize => {
            FieldSet::default()
        }
    }
}

/// Five letters and digits that spell nothing (apimachinery, `rand.SafeEncodeString`).
fn suffix(mut random: u64) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut next = || {
        let letter = LETTERS[usize::try_from(random % LETTERS.len() as u64).unwrap_or(0)];
        random /= LETTERS.len() as u64;
        char::from(letter)
    };
    (0..5).map(|_| next()).collect()
}
