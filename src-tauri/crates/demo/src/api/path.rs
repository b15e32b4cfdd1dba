//! What a path names.

use std::sync::Arc;

use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// A collection, an object or a part of one.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) resource: Arc<Resource>,
    /// The version it was asked for in.
    pub(crate) version: Arc<str>,
    /// None for all namespaces, and where the kind has none.
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

impl Target {
    /// Empty where there is none.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }

    /// How the paths of all objects meant begin.
    pub(crate) fn prefix(&self) -> String {
        self.namespace
            .as_ref()
            .map_or_else(String::new, |namespace| format!("{namespace}/"))
    }

    /// `apps/v1`, in the version asked for.
    pub(crate) fn api_version(&self) -> String {
        if self.resource.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.resource.group, self.version)
        }
    }
}

/// None where no such group and version is served at all; an error where it has no such resource.
pub(crate) fn parse(world: &World, path: &str) -> Option<Result<Target, Status>> {
    let mut parts = path.trim_matches('/').split('/').map(decoded);
    let (group, version) = match parts.next()?.as_str() {
        "api" => (String::new(), parts.next()?),
        "apis" => (parts.next()?, parts.next()?),
        _ => return None,
    };
    let rest: Vec<String> = parts.collect();
    if !world.serves(&group, &version) {
        return None;
    }
    let found = resolve(world, &group, &version, rest);
    // Custom kinds are served by another handler, which knows no such page (apiextensions, `crdHandler.ServeHTTP`).
    let custom = world
        .resources()
        .iter()
        .any(|one| *one.group == *group && one.custom.is_some());
    if found.is_none() && custom {
        return None;
    }
    if let Some(target) = &found
        && target.resource.custom.is_some()
        && !has_part(&target.resource, target.subresource.as_deref())
    {
        let name = target.name.as_deref().unwrap_or_default();
        let Resource { group, plural, .. } = &*target.resource;
        return Some(Err(Status::not_found(group, plural, name)));
    }
    Some(found.ok_or_else(unknown))
}

/// 404 for what is not among the routes of a group.
pub(crate) fn unknown() -> Status {
    Status::of(
        404,
        "NotFound",
        "the server could not find the requested resource".to_owned(),
    )
    .with_empty_details()
}

/// 405 for a route that is there, with another method.
pub(crate) fn not_allowed() -> Status {
    Status::of(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource".to_owned(),
    )
    .with_empty_details()
}

fn resolve(world: &World, group: &str, version: &str, rest: Vec<String>) -> Option<Target> {
    let mut rest = rest.into_iter().peekable();
    let mut namespace = None;
    let mut plural = rest.next().filter(|plural| !plural.is_empty())?;
    if plural == "namespaces"
        && let Some(name) = rest.next()
    {
        match rest.peek().map(String::as_str) {
            None | Some("status" | "finalize") => {
                let subresource = rest.next();
                let resource = world.resource(group, "namespaces")?;
                return Some(Target {
                    version: Arc::clone(&resource.version),
                    resource,
                    namespace: None,
                    name: Some(name),
                    subresource,
                });
            }
            Some(_) => {
                namespace = Some(name);
                plural = rest.next()?;
            }
        }
    }
    let resource = world.resource(group, &plural)?;
    if !resource.serves(version) {
        return None;
    }
    let resource = if resource.custom.is_some() {
        resource.in_version(version)
    } else {
        resource
    };
    let name = rest.next();
    let subresource = rest.next();
    let known = resource.custom.is_some() || has_part(&resource, subresource.as_deref());
    let placed = if resource.namespaced {
        namespace.is_some() || name.is_none()
    } else {
        namespace.is_none()
    };
    (known && placed && rest.next().is_none()).then(|| Target {
        resource,
        version: version.into(),
        namespace,
        name,
        subresource,
    })
}

fn has_part(resource: &Resource, subresource: Option<&str>) -> bool {
    let mut parts = resource.subresources.iter();
    subresource.is_none_or(|asked| parts.any(|own| **own == *asked))
}

fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part)
        .decode_utf8_lossy()
        .into_owned()
}
