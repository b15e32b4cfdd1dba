//! Whether who asks may have an answer.

use serde_json::json;

use super::Request;
use super::info::Info;
use super::query::Query;
use crate::World;
use crate::access::{User, Wish};
use crate::status::{Status, qualified};

/// Refuses who is not known (401) or may not do that (403); None where everybody may do everything.
pub(crate) fn admit(world: &World, request: &Request) -> Result<Option<User>, Status> {
    if world.access.is_open() {
        return Ok(None);
    }
    let user = world.access.user(&request.token).ok_or_else(|| {
        let message = "Unauthorized".to_owned();
        Status::of(401, "Unauthorized", message)
    })?;
    let wish = wish(request);
    if user.may(world, &wish) {
        Ok(Some(user))
    } else {
        Err(forbidden(&user, &wish))
    }
}

fn wish(request: &Request) -> Wish {
    let info = Info::of(request);
    if info.resource.is_empty() {
        return Wish {
            verb: info.verb,
            path: request.path.clone(),
            ..Wish::default()
        };
    }
    // Who selects one by its name asks for that one.
    let query = Query::of(&request.query);
    let selected = query.text("fieldSelector").strip_prefix("metadata.name=");
    let name = if info.name.is_empty() {
        selected.unwrap_or_default().to_owned()
    } else {
        info.name
    };
    Wish {
        verb: info.verb,
        group: info.group,
        resource: info.resource,
        namespace: info.namespace,
        name,
        path: String::new(),
    }
}

/// Apiserver, `responsewriters.Forbidden` and apimachinery, `NewForbidden`.
fn forbidden(user: &User, wish: &Wish) -> Status {
    let Wish {
        verb,
        group,
        resource,
        namespace,
        name,
        path,
    } = wish;
    let who = &user.name;
    if !path.is_empty() {
        let message = format!("forbidden: User {who:?} cannot {verb} path {path:?}");
        return Status::of(403, "Forbidden", message).with_empty_details();
    }
    let place = if namespace.is_empty() {
        "at the cluster scope".to_owned()
    } else {
        format!("in the namespace {namespace:?}")
    };
    let plural = resource.split('/').next().unwrap_or_default();
    let what = if name.is_empty() {
        qualified(group, plural)
    } else {
        format!("{} {name:?}", qualified(group, plural))
    };
    let message = format!(
        "{what} is forbidden: User {who:?} cannot {verb} resource {resource:?} in API group {group:?} {place}"
    );
    let mut status = Status::of(403, "Forbidden", message);
    let mut details = json!({"kind": plural});
    for (field, value) in [("name", name), ("group", group)] {
        if !value.is_empty() {
            details[field] = json!(value);
        }
    }
    status.details = Some(details);
    status
}
