//! Requests that change something.

use serde_json::Value;

use super::path::{self, Target};
use super::query::Query;
use super::{Answer, JSON, Request};
use crate::World;
use crate::status::Status;
use crate::writes::{self, Part, Writer};

/// Hands a change to [`writes`].
pub(crate) fn change(
    world: &mut World,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let query = Query::of(&request.query);
    let manager = manager(&query, request);
    let writer = Writer {
        manager: &manager,
        dry_run: query.all("dryRun").any(|value| value == "All"),
    };
    let resource = &target.resource;
    let answer = |code, object: &Value| Ok(Answer::json(code, object));
    match (
        request.method.as_str(),
        target.name.as_deref(),
        target.subresource.as_deref(),
    ) {
        ("POST", None, None) => {
            let mut object = body(request)?;
            placed(&mut object, target)?;
            answer(201, &*writes::create(world, resource, object, writer)?)
        }
        ("PUT", Some(_), part @ (None | Some("status"))) => {
            let mut object = body(request)?;
            placed(&mut object, target)?;
            let part = part.map_or(Part::Main, |_| Part::Status);
            answer(
                200,
                &*writes::update(world, resource, part, object, writer)?,
            )
        }
        ("GET", Some(name), Some("status")) => {
            let object = world
                .get(&resource.key(), target.namespace(), name)
                .ok_or_else(|| Status::not_found(&resource.group, &resource.plural, name))?;
            answer(200, &object)
        }
        ("DELETE", Some(name), None) => answer(
            200,
            &*writes::delete(world, resource, target.namespace(), name, writer)?,
        ),
        _ => Err(path::not_allowed()),
    }
}

/// Who writes where nothing is said (apiserver, `managerOrUserAgent`).
fn manager(query: &Query, request: &Request) -> String {
    match query.text("fieldManager") {
        "" => {
            let agent = request.agent.split('/').next().unwrap_or_default();
            agent.chars().take(128).collect()
        }
        named => named.to_owned(),
    }
}

fn body(request: &Request) -> Result<Value, Status> {
    let media = request.content_type.split(';').next().unwrap_or_default();
    if !matches!(media.trim(), "" | JSON) {
        return Err(Status::of(
            415,
            "UnsupportedMediaType",
            format!(
                "the body of the request was in an unknown format - accepted media types include: {JSON}"
            ),
        ));
    }
    serde_json::from_slice(&request.body).map_err(|error| {
        Status::bad_request(format!(
            "couldn't get version/kind; json parse error: {error}"
        ))
    })
}

/// What the path says counts; what the body says must not differ (apiserver, `rest.EnsureObjectNamespaceMatchesRequestNamespace`).
fn placed(object: &mut Value, target: &Target) -> Result<(), Status> {
    let own = |object: &Value, field: &str| {
        object["metadata"][field]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    if let Some(namespace) = &target.namespace {
        let found = own(object, "namespace");
        if !found.is_empty() && found != *namespace {
            return Err(Status::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        object["metadata"]["namespace"] = Value::from(namespace.as_str());
    }
    if let Some(name) = &target.name {
        let found = own(object, "name");
        if !found.is_empty() && found != *name {
            return Err(Status::bad_request(format!(
                "the name of the object ({found}) does not match the name on the URL ({name})"
            )));
        }
        object["metadata"]["name"] = Value::from(name.as_str());
    }
    Ok(())
}
