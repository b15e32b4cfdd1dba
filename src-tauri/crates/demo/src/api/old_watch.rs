//! Watches by their old paths: `/api/v1/watch/namespaces/x/pods/a` (apiserver, `installer.go`, actions WATCH and WATCHLIST).

use super::query::Query;
use super::{Request, path};
use crate::World;
use crate::kinds::Verbs;
use crate::status::Status;

/// The same watch as it is asked for today; None where the path is not such a one.
pub(super) fn today(world: &World, request: &Request) -> Option<Result<Request, Status>> {
    let (root, rest) = request.path.split_once("/watch/")?;
    if !matches!(
        root.split('/').collect::<Vec<_>>()[..],
        ["", "api", _] | ["", "apis", _, _]
    ) {
        return None;
    }
    let mut today = Request {
        path: format!("{root}/{rest}"),
        ..request.clone()
    };
    let target = match path::parse(world, &today.path)? {
        Ok(target) => target,
        Err(unknown) => return Some(Err(unknown)),
    };
    if target.subresource.is_some() || target.resource.verbs != Verbs::Stored {
        return Some(Err(path::unknown()));
    }
    if request.method != "GET" {
        return Some(Err(path::not_allowed()));
    }
    let query = Query::of(&request.query);
    let mut added = form_urlencoded::Serializer::new(String::new());
    added.append_pair("watch", "true");
    if let Some(name) = &target.name {
        let by_name = format!("metadata.name={name}");
        let given = query.text("fieldSelector");
        if !given.is_empty() && given != by_name {
            return Some(Err(Status::bad_request(
                "both a name and a field selector provided; please provide one or the other.",
            )));
        }
        added.append_pair("fieldSelector", &by_name);
        let end = today.path.trim_end_matches('/').rfind('/').unwrap_or(0);
        today.path.truncate(end);
    }
    // Of two parameters with one name the first counts.
    today.query = format!("{}&{}", added.finish(), request.query);
    Some(Ok(today))
}
