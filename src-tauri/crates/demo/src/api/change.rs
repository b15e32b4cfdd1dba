//! Requests that change something.

use std::sync::Arc;

use serde_json::Value;

use super::options::Options;
use super::path::{self, Target};
use super::query::Query;
use super::render::Rendering;
use super::{Answer, Request, accept, body, older};
use crate::World;
use crate::status::Status;
use crate::writes::{
    self, DeleteOptions, Deleted, Part, Patch, Validation, Warnings, Writer, Written,
};

/// Hands a change to [`writes`].
pub(crate) fn change(
    world: &mut World,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let request = &*older::translated(world, request, target)?;
    let query = Query::of(&request.query);
    let shape = accept::negotiate(&request.accept)?;
    let rendering = Rendering::of(target, shape, &query)?;
    let manager = manager(&query, request)?;
    let warnings = Warnings::default();
    let writer = Writer {
        dry_run: is_dry(&query, options_of(request))?,
        force: query.flag("force"),
        validation: validation(&query, options_of(request))?,
        warnings: Some(&warnings),
        ..Writer::named(&manager)
    };
    let changed = changed(world, request, target, &query, writer)?;
    let mut answer = match changed {
        Changed::Object(code, object) => {
            Answer::json(code, &rendering.object(&object, world.now()))
        }
        Changed::Other(code, other) => Answer::json(code, &other),
    };
    answer.warnings = warnings.into_texts();
    Ok(answer)
}

/// What a change is answered with.
enum Changed {
    /// An object of the kind, in the form that is asked for.
    Object(u16, Arc<Value>),
    /// A Status, a Scale, a list: as it is.
    Other(u16, Value),
}

fn changed(
    world: &mut World,
    request: &Request,
    target: &Target,
    query: &Query,
    writer: Writer<'_>,
) -> Result<Changed, Status> {
    let resource = &target.resource;
    match (
        request.method.as_str(),
        target.name.as_deref(),
        target.subresource.as_deref(),
    ) {
        ("POST", None, None) if target.namespace.is_some() || !resource.namespaced => {
            let object = object(request, target, writer)?;
            let object = writes::create(world, resource, object, writer)?;
            Ok(Changed::Object(201, object))
        }
        ("PUT", Some(_), part) => {
            let part = part_of(part)?;
            let object = match part {
                Part::Scale => placed(body::json(request)?, target)?,
                Part::Main
                | Part::Status
                | Part::EphemeralContainers
                | Part::Resize
                | Part::Finalize => object(request, target, writer)?,
            };
            let name = target.name.as_deref().unwrap_or_default();
            let there = world
                .get(&resource.key(), target.namespace(), name)
                .is_some();
            if !there && part == Part::Main && writes::creates(resource) {
                let object = writes::create(world, resource, object, writer)?;
                return Ok(Changed::Object(201, object));
            }
            if there {
                writes::check_conditional(resource, part, &object)?;
            }
            let object = writes::update(world, resource, part, object, writer)?;
            Ok(part_answer(part, 200, object))
        }
        ("PATCH", Some(name), part) => {
            let part = part_of(part)?;
            if part == Part::Finalize {
                return Err(path::not_allowed());
            }
            let kind = patch(request, target)?;
            let namespace = target.namespace();
            let Written { object, created } = writes::patch(
                world,
                resource,
                part,
                namespace,
                name,
                kind,
                &request.body,
                writer,
            )?;
            Ok(part_answer(part, if created { 201 } else { 200 }, object))
        }
        ("DELETE", Some(name), None) => {
            let options = delete_options(request, query)?;
            let writer = Writer {
                dry_run: writer.dry_run || is_dry_body(request),
                ..writer
            };
            let namespace = target.namespace();
            match writes::delete_with(world, resource, namespace, name, &options, writer)? {
                Deleted::Object(object) => Ok(Changed::Object(200, object)),
                Deleted::Success(status) => Ok(Changed::Other(200, status)),
            }
        }
        // Not across namespaces, and not namespaces themselves.
        ("DELETE", None, None)
            if *resource.plural != *"namespaces"
                && (target.namespace.is_some() || !resource.namespaced) =>
        {
            delete_all(world, request, target, query, writer)
        }
        ("POST", Some(name), Some("eviction")) => {
            let eviction = body::json(request)?;
            writes::evict(world, target.namespace(), name, &eviction, writer)?;
            Ok(Changed::Other(201, success(201)))
        }
        ("POST", Some(name), Some("binding")) => {
            let binding = body::json(request)?;
            writes::bind(world, target.namespace(), name, &binding, writer)?;
            Ok(Changed::Other(201, success(201)))
        }
        _ => Err(path::not_allowed()),
    }
}

fn part_answer(part: Part, code: u16, object: Arc<Value>) -> Changed {
    match part {
        Part::Scale => Changed::Other(code, Value::clone(&object)),
        Part::Main | Part::Status | Part::EphemeralContainers | Part::Resize | Part::Finalize => {
            Changed::Object(code, object)
        }
    }
}

fn part_of(subresource: Option<&str>) -> Result<Part, Status> {
    match subresource {
        None => Ok(Part::Main),
        Some("status") => Ok(Part::Status),
        Some("scale") => Ok(Part::Scale),
        Some("ephemeralcontainers") => Ok(Part::EphemeralContainers),
        Some("resize") => Ok(Part::Resize),
        Some("finalize") => Ok(Part::Finalize),
        Some(_) => Err(path::not_allowed()),
    }
}

/// All that is selected (apiserver, `Store.DeleteCollection`); the answer is what was deleted.
fn delete_all(
    world: &mut World,
    request: &Request,
    target: &Target,
    query: &Query,
    writer: Writer<'_>,
) -> Result<Changed, Status> {
    let resource = &target.resource;
    let options = delete_options(request, query)?;
    let writer = Writer {
        dry_run: writer.dry_run || is_dry_body(request),
        ..writer
    };
    let selected = Options::of(query, resource)?;
    let revision = world.store.revision();
    let found: Vec<_> = world
        .store
        .list(&resource.key(), &target.prefix(), None)
        .filter(|(_, object)| selected.matches(object))
        .map(|(_, object)| object.clone())
        .collect();
    for object in &found {
        let of = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
        let namespace = if resource.namespaced {
            of("namespace")
        } else {
            ""
        };
        writes::delete_with(world, resource, namespace, of("name"), &options, writer)?;
    }
    let items: Vec<Value> = found.iter().map(|object| untyped(object)).collect();
    Ok(Changed::Other(
        200,
        serde_json::json!({
            "kind": resource.list_kind(), "apiVersion": target.api_version(),
            "metadata": {"resourceVersion": revision.to_string()}, "items": items,
        }),
    ))
}

/// Items of a list do not tell their kind.
fn untyped(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("kind");
        fields.remove("apiVersion");
    }
    object
}

fn success(code: u16) -> Value {
    serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": code,
    })
}

/// From the body, or from the query where there is none.
fn delete_options(request: &Request, query: &Query) -> Result<DeleteOptions, Status> {
    if !request.body.is_empty() {
        return DeleteOptions::from_json(&body::json(request)?);
    }
    let mut options = serde_json::json!({});
    if let Some(seconds) = query.number("gracePeriodSeconds")? {
        options["gracePeriodSeconds"] = seconds.into();
    }
    if let Some(policy) = query.find("propagationPolicy") {
        options["propagationPolicy"] = policy.into();
    }
    if let Some(orphan) = query.maybe_flag("orphanDependents") {
        options["orphanDependents"] = orphan.into();
    }
    DeleteOptions::from_json(&options)
}

/// Which kind of patch; custom kinds have no strategic one.
fn patch(request: &Request, target: &Target) -> Result<Patch, Status> {
    let media = request.content_type.split(';').next().unwrap_or_default();
    let custom = target.resource.custom.is_some();
    match media.trim() {
        "application/json-patch+json" => Ok(Patch::Json),
        "application/merge-patch+json" => Ok(Patch::Merge),
        "application/strategic-merge-patch+json" if !custom => Ok(Patch::Strategic),
        "application/apply-patch+yaml" => Ok(Patch::Apply),
        _ if custom => Err(Status::of(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml".to_owned(),
        )),
        _ => Err(Status::of(
            415,
            "UnsupportedMediaType",
            "415: Unsupported Media Type".to_owned(),
        )
        .with_empty_details()),
    }
}

/// The kind of a request's parameters.
fn options_of(request: &Request) -> &'static str {
    match &*request.method {
        "PUT" => "UpdateOptions",
        "PATCH" => "PatchOptions",
        "DELETE" => "DeleteOptions",
        _ => "CreateOptions",
    }
}

fn is_dry(query: &Query, options: &str) -> Result<bool, Status> {
    let values: Vec<&str> = query.all("dryRun").collect();
    if values.iter().any(|value| *value != "All") {
        let why = format!("Unsupported value: {values:?}: supported values: \"All\"");
        return Err(Status::invalid_options(
            options,
            "dryRun",
            "FieldValueNotSupported",
            &why,
        ));
    }
    Ok(!values.is_empty())
}

/// Options of a deletion may say it in the body.
fn is_dry_body(request: &Request) -> bool {
    let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
    body["dryRun"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one == "All"))
}

fn validation(query: &Query, options: &str) -> Result<Validation, Status> {
    match query.text("fieldValidation") {
        "" | "Warn" => Ok(Validation::Warn),
        "Ignore" => Ok(Validation::Ignore),
        "Strict" => Ok(Validation::Strict),
        other => {
            let why = format!(
                "Unsupported value: {other:?}: supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""
            );
            Err(Status::invalid_options(
                options,
                "fieldValidation",
                "FieldValueNotSupported",
                &why,
            ))
        }
    }
}

/// Who writes where nothing is said (apiserver, `managerOrUserAgent`). Who applies must say it.
fn manager(query: &Query, request: &Request) -> Result<String, Status> {
    const LONGEST: usize = 128;
    let refused = |reason: &str, why: &str| {
        Status::invalid_options(options_of(request), "fieldManager", reason, why)
    };
    let named = query.text("fieldManager");
    if named.len() > LONGEST {
        let why = "Too long: may not be more than 128 bytes";
        return Err(refused("FieldValueTooLong", why));
    }
    if !named.is_empty() {
        return Ok(named.to_owned());
    }
    if request.content_type.starts_with("application/apply-patch") {
        let why = "Required value: is required for apply patch";
        return Err(refused("FieldValueRequired", why));
    }
    let agent = request.agent.split('/').next().unwrap_or_default();
    Ok(agent.chars().take(LONGEST).collect())
}

fn object(request: &Request, target: &Target, writer: Writer<'_>) -> Result<Value, Status> {
    body::check_media(request)?;
    let decoded = writes::decode(&target.resource, &request.body, writer)?;
    placed(decoded, target)
}

/// What the path says counts; what the body says must not differ (apiserver, `rest.EnsureObjectNamespaceMatchesRequestNamespace`).
fn placed(mut object: Value, target: &Target) -> Result<Value, Status> {
    if !object.is_object() {
        return Err(Status::bad_request(
            "the body of the request is no JSON object",
        ));
    }
    if let Some(namespace) = &target.namespace {
        let found = object["metadata"]["namespace"].as_str().unwrap_or_default();
        if !found.is_empty() && found != namespace {
            return Err(Status::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        object["metadata"]["namespace"] = Value::from(namespace.as_str());
    }
    if let Some(name) = &target.name {
        let found = object["metadata"]["name"].as_str().unwrap_or_default();
        if found.is_empty() {
            return Err(unnamed(name));
        }
        if found != name {
            return Err(Status::bad_request(format!(
                "the name of the object ({found}) does not match the name on the URL ({name})"
            )));
        }
    }
    Ok(object)
}

fn unnamed(name: &str) -> Status {
    Status::bad_request(format!(
        "the name of the object ({name} based on URL) was undeterminable: name must be provided"
    ))
}
