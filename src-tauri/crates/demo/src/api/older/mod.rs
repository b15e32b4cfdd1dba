//! Requests in a version that objects are not kept in.

mod convert;

use std::borrow::Cow;

use serde_json::{Value, from_slice};

use super::path::Target;
use super::{JSON, Request};
use crate::World;
use crate::status::{Status, no_json};

pub(super) use convert::shown;

/// The same change in the version in which objects are kept. A patch becomes what it makes of the object, as a whole.
pub(super) fn translated<'a>(
    world: &World,
    request: &'a Request,
    target: &Target,
) -> Result<Cow<'a, Request>, Status> {
    let is_object = matches!(target.subresource.as_deref(), None | Some("status"));
    if !target.resource.is_older(&target.version) || !is_object {
        return Ok(Cow::Borrowed(request));
    }
    let media = request.content_type.split(';').next().unwrap_or_default();
    let by_name = target.name.is_some();
    let patched = match (request.method.as_str(), media.trim()) {
        ("POST", _) if !by_name => None,
        ("PUT", _) | ("PATCH", "application/apply-patch+yaml") if by_name => None,
        ("PATCH", _) if by_name => Some(patched(world, request, target, media.trim())?),
        _ => return Ok(Cow::Borrowed(request)),
    };
    let mut new = request.clone();
    let object = if let Some(object) = patched {
        JSON.clone_into(&mut new.content_type);
        "PUT".clone_into(&mut new.method);
        object
    } else {
        // What is no object is refused by whoever decodes it.
        match from_slice::<Value>(&request.body) {
            Ok(object) if object.is_object() => object,
            Ok(_) | Err(_) => return Ok(Cow::Borrowed(request)),
        }
    };
    if let Some(version) = object["apiVersion"].as_str()
        && version != convert::V1
    {
        return Err(Status::bad_request(format!(
            "the API version in the data ({version}) does not match the expected API version ({})",
            convert::V1
        )));
    }
    new.body = convert::kept(&object).to_string().into_bytes();
    Ok(Cow::Owned(new))
}

fn patched(
    world: &World,
    request: &Request,
    target: &Target,
    media: &str,
) -> Result<Value, Status> {
    let resource = &target.resource;
    let name = target.name.as_deref().unwrap_or_default();
    let object = world
        .get(&resource.key(), target.namespace(), name)
        .ok_or_else(|| Status::not_found(&resource.group, &resource.plural, name))?;
    let mut object = shown(&object);
    let no_patch = |error: serde_json::Error| Status::bad_request(no_json(&error));
    match media {
        "application/json-patch+json" => {
            let patch: json_patch::Patch = from_slice(&request.body).map_err(no_patch)?;
            json_patch::patch(&mut object, &patch)
                .map_err(|error| Status::of(422, "Invalid", error.to_string()))?;
        }
        // It has no list that is merged by a key.
        "application/merge-patch+json" | "application/strategic-merge-patch+json" => {
            let patch: Value = from_slice(&request.body).map_err(no_patch)?;
            json_patch::merge(&mut object, &patch);
        }
        _ => {
            let why = "415: Unsupported Media Type".to_owned();
            return Err(Status::of(415, "UnsupportedMediaType", why).with_empty_details());
        }
    }
    Ok(object)
}
