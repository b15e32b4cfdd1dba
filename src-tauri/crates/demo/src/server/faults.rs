//! What can go wrong on purpose.

use std::time::Duration;

use serde_json::json;

use crate::api::{Info, Request};
use crate::status::Status;

/// Faults of a server. The default has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Waited before each answer.
    pub latency: Duration,
    /// Answered in place of what is asked for; the first that fits counts.
    pub refusals: Vec<Refusal>,
    /// Watches, logs and upgraded connections are cut after this long, in the middle.
    pub cut_after: Option<Duration>,
    /// Watches end after this long, as their version is too old (410).
    pub expire_after: Option<Duration>,
    /// How many bytes of a body are sent in a second, at least 1; None for all at once.
    pub pace: Option<u32>,
}

/// An error that some requests are answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// How their path begins.
    pub path: String,
    /// `get`, `list`, `watch`, …; None for each verb.
    pub verb: Option<&'static str>,
    /// `pods`, `pods/log`, `deployments.apps`; None for each resource, and for what is none.
    pub resource: Option<String>,
    /// How many are still refused; None for all.
    pub times: Option<u32>,
    /// With what. `details.retryAfterSeconds` becomes `Retry-After`.
    pub status: Status,
}

impl Refusal {
    /// Everything is answered so.
    pub fn with(status: Status) -> Self {
        Self {
            path: String::new(),
            verb: None,
            resource: None,
            times: None,
            status,
        }
    }

    /// 429 with `Retry-After` in seconds (apimachinery, `NewTooManyRequests`).
    pub fn throttled(seconds: u32) -> Self {
        let message =
            "the server has received too many requests and has asked us to try again later";
        let mut status = Status::of(429, "TooManyRequests", message.to_owned());
        status.details = Some(json!({"retryAfterSeconds": seconds}));
        Self::with(status)
    }

    /// 403 as RBAC gives it to this verb on this resource (apimachinery, `NewForbidden`).
    pub fn forbidden(verb: &'static str, resource: &str) -> Self {
        let message = format!(
            "{resource} is forbidden: User \"demo\" cannot {verb} resource \"{resource}\" in API group \"\" at the cluster scope"
        );
        Self::with(Status::of(403, "Forbidden", message)).on(verb, resource)
    }

    /// 410, as for a version that is forgotten.
    pub fn expired() -> Self {
        Self::with(Status::expired(
            "The provided continue parameter is too old to display a consistent list result.",
        ))
    }

    /// Only this verb on this resource.
    #[must_use]
    pub fn on(mut self, verb: &'static str, resource: &str) -> Self {
        self.verb = Some(verb);
        self.resource = Some(resource.to_owned());
        self
    }

    /// Only paths that begin so.
    #[must_use]
    pub fn under(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Only so often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn fits(&self, request: &Request, info: &Info) -> bool {
        let is_resource = |wanted: &String| {
            let (plural, part) = info
                .resource
                .split_once('/')
                .unwrap_or((&info.resource, ""));
            let mut own = crate::status::qualified(&info.group, plural);
            if !part.is_empty() {
                own = format!("{own}/{part}");
            }
            *wanted == own
        };
        self.times != Some(0)
            && request.path.starts_with(&self.path)
            && self.verb.is_none_or(|verb| info.verb == verb)
            && self.resource.as_ref().is_none_or(is_resource)
    }
}

impl Faults {
    /// How a request is refused, if it is; each refusal is counted.
    pub(crate) fn refuse(&mut self, request: &Request) -> Option<Status> {
        if self.refusals.is_empty() {
            return None;
        }
        let info = Info::of(request);
        let refusal = self
            .refusals
            .iter_mut()
            .find(|one| one.fits(request, &info))?;
        refusal.times = refusal.times.map(|times| times - 1);
        Some(refusal.status.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_what_is_meant_is_refused_and_only_so_often() {
        let mut faults = Faults {
            refusals: vec![
                Refusal::forbidden("list", "deployments.apps"),
                Refusal::expired().on("get", "pods/log"),
                Refusal::throttled(3).under("/api/v1/pods").times(2),
            ],
            ..Faults::default()
        };
        let mut code = |method: &str, path: &str| {
            let request = Request {
                method: method.to_owned(),
                path: path.to_owned(),
                ..Request::default()
            };
            faults.refuse(&request).map_or(200, |status| status.code)
        };
        for (method, path, expected) in [
            ("GET", "/apis/apps/v1/deployments", 403),
            ("GET", "/apis/apps/v1/namespaces/x/deployments", 403),
            ("GET", "/apis/apps/v1/namespaces/x/deployments/a", 200),
            ("GET", "/api/v1/namespaces/x/pods/a/log", 410),
            ("GET", "/api/v1/namespaces/x/pods/a", 200),
            ("GET", "/api/v1/pods", 429),
            ("POST", "/api/v1/pods", 429),
            ("GET", "/api/v1/pods", 200),
        ] {
            assert_eq!(code(method, path), expected, "{method} {path}");
        }
    }
}
