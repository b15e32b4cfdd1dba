//! What a request means before anything is looked up: its verb, its resource (apiserver, `RequestInfoFactory.NewRequestInfo`).

use super::Request;
use super::query::Query;

/// Verb and resource of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; for what is no resource the method in small letters.
    pub verb: String,
    /// Empty for the core group, and for what is no resource.
    pub group: String,
    /// `pods`, `pods/log`; empty for what is no resource.
    pub resource: String,
    /// Empty where there is none.
    pub namespace: String,
    /// Empty where there is none.
    pub name: String,
}

impl Info {
    /// Reads a request.
    pub fn of(request: &Request) -> Self {
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let known = match parts.first() {
            Some(&"api") if parts.len() > 2 => 2,
            Some(&"apis") if parts.len() > 3 => 3,
            _ => {
                return Self {
                    verb: request.method.to_lowercase(),
                    ..Self::default()
                };
            }
        };
        let mut info = Self::default();
        if known == 3 {
            parts[1].clone_into(&mut info.group);
        }
        let mut rest = &parts[known..];
        let by_old_path = rest.len() > 1 && rest[0] == "watch";
        if by_old_path {
            rest = &rest[1..];
        }
        if let ["namespaces", namespace, inner @ ..] = rest {
            (*namespace).clone_into(&mut info.namespace);
            if !matches!(inner, [] | ["status" | "finalize"]) {
                rest = inner;
            }
        }
        if let Some(plural) = rest.first() {
            (*plural).clone_into(&mut info.resource);
        }
        if let Some(name) = rest.get(1) {
            (*name).clone_into(&mut info.name);
        }
        if let Some(part) = rest.get(2) {
            info.resource = format!("{}/{part}", info.resource);
        }
        let is_one = !info.name.is_empty();
        let watches = by_old_path || Query::of(&request.query).flag("watch");
        let verb = match request.method.as_str() {
            "GET" | "HEAD" if watches => "watch",
            "GET" | "HEAD" if is_one => "get",
            "GET" | "HEAD" => "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" if is_one => "delete",
            "DELETE" => "deletecollection",
            _ => "",
        };
        verb.clone_into(&mut info.verb);
        info
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_resources() {
        for (asked, expected) in [
            ("GET /version", "get   "),
            ("GET /apis/apps/v1", "get   "),
            ("GET /api/v1/pods", "list  pods "),
            ("GET /api/v1/pods?watch=true", "watch  pods "),
            ("GET /api/v1/watch/namespaces/x/pods", "watch  pods "),
            (
                "POST /apis/apps/v1/namespaces/x/deployments",
                "create apps deployments ",
            ),
            (
                "PATCH /apis/apps/v1/namespaces/x/deployments/a/scale",
                "patch apps deployments/scale a",
            ),
            (
                "DELETE /api/v1/namespaces/x/pods",
                "deletecollection  pods ",
            ),
            ("DELETE /api/v1/namespaces/x", "delete  namespaces x"),
            ("GET /api/v1/namespaces", "list  namespaces "),
            (
                "PUT /api/v1/namespaces/x/finalize",
                "update  namespaces/finalize x",
            ),
            ("GET /api/v1/namespaces/x/pods/a/log", "get  pods/log a"),
        ] {
            let (method, path) = asked.split_once(' ').unwrap_or_default();
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let info = Info::of(&Request {
                method: method.to_owned(),
                path: path.to_owned(),
                query: query.to_owned(),
                ..Request::default()
            });
            let found = format!(
                "{} {} {} {}",
                info.verb, info.group, info.resource, info.name
            );
            assert_eq!(found, expected, "{asked}");
        }
    }
}
