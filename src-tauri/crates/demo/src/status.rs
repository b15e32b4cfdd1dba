//! Errors as an API server tells them: `metav1.Status`.

use serde_json::{Value, json};

use crate::kinds::Resource;

/// A refusal: what becomes a `Status` with `status: Failure`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Status {
    /// HTTP status.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, …; empty for none.
    pub reason: &'static str,
    /// For people, as upstream words it.
    pub message: String,
    /// `details`, where upstream gives them.
    pub details: Option<Value>,
    /// Where an expired list could go on, as `metadata.continue`.
    pub next: Option<String>,
}

impl Status {
    /// 404 for an object. `resource` is the plural with its group, `deployments.apps` (apimachinery, `NewNotFound`).
    pub fn not_found(group: &str, plural: &str, name: &str) -> Self {
        Self::of(
            404,
            "NotFound",
            format!("{} \"{name}\" not found", qualified(group, plural)),
        )
        .detailed(group, plural, name)
    }

    /// 409 for a name that is taken (apimachinery, `NewAlreadyExists`).
    pub fn already_exists(group: &str, plural: &str, name: &str) -> Self {
        Self::of(
            409,
            "AlreadyExists",
            format!("{} \"{name}\" already exists", qualified(group, plural)),
        )
        .detailed(group, plural, name)
    }

    /// 409 for a write on an older state (apimachinery, `NewConflict`).
    pub fn conflict(group: &str, plural: &str, name: &str, why: &str) -> Self {
        Self::of(
            409,
            "Conflict",
            format!(
                "Operation cannot be fulfilled on {} \"{name}\": {why}",
                qualified(group, plural)
            ),
        )
        .detailed(group, plural, name)
    }

    /// 400 (apimachinery, `NewBadRequest`).
    pub fn bad_request(why: impl Into<String>) -> Self {
        Self::of(400, "BadRequest", why.into())
    }

    /// 500 for what upstream gives no reason for (apiserver, `responsewriters.ErrorToAPIStatus`).
    pub fn plain(message: impl Into<String>) -> Self {
        Self::of(500, "", message.into())
    }

    /// Any other.
    pub fn of(code: u16, reason: &'static str, message: String) -> Self {
        Self {
            code,
            reason,
            message,
            details: None,
            next: None,
        }
    }

    /// 405 for what is left out of a kind (apimachinery, `NewMethodNotSupported`).
    pub fn not_supported(resource: &Resource, action: &str) -> Self {
        let kind = qualified(&resource.group, &resource.plural);
        let message = format!("{action} is not supported on resources of kind \"{kind}\"");
        let mut status = Self::of(405, "MethodNotAllowed", message);
        let mut details = json!({"kind": *resource.plural});
        if !resource.group.is_empty() {
            details["group"] = json!(*resource.group);
        }
        status.details = Some(details);
        status
    }

    /// 410 for a version that is forgotten (apimachinery, `NewResourceExpired`).
    pub fn expired(why: &str) -> Self {
        Self::of(410, "Expired", why.to_owned())
    }

    /// 504 for a version that is yet to come (apiserver, `storage.NewTooLargeResourceVersionError`).
    pub fn too_large(asked: u64, now: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {asked}, current: {now}");
        let cause =
            json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
        let mut status = Self::of(504, "Timeout", message);
        status.details = Some(json!({"causes": [cause], "retryAfterSeconds": 1}));
        status
    }

    /// 422 for a parameter of a request: `kind` is `CreateOptions` or its like (apimachinery, `meta/v1/validation`).
    pub fn invalid_options(kind: &str, field: &str, reason: &str, why: &str) -> Self {
        let message = format!("{kind}.meta.k8s.io \"\" is invalid: {field}: {why}");
        let mut status = Self::of(422, "Invalid", message);
        status.details = Some(json!({
            "group": "meta.k8s.io", "kind": kind,
            "causes": [{"reason": reason, "message": why, "field": field}],
        }));
        status
    }

    /// With `details: {}`, as what comes before any resource is refused.
    #[must_use]
    pub fn with_empty_details(mut self) -> Self {
        self.details = Some(json!({}));
        self
    }

    /// With a place to go on from.
    #[must_use]
    pub fn going_on(mut self, token: String) -> Self {
        self.next = Some(token);
        self
    }

    /// As it is sent.
    pub fn to_json(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        });
        if self.reason.is_empty()
            && let Some(fields) = status.as_object_mut()
        {
            fields.remove("reason");
        }
        if let Some(details) = &self.details {
            status["details"] = details.clone();
        }
        if let Some(next) = &self.next {
            status["metadata"]["continue"] = json!(next);
        }
        status
    }

    fn detailed(mut self, group: &str, plural: &str, name: &str) -> Self {
        let mut details = json!({"name": name, "kind": plural});
        if !group.is_empty() {
            details["group"] = json!(group);
        }
        self.details = Some(details);
        self
    }
}

/// What Go says of text that is no JSON, where it is known.
pub(crate) fn no_json(error: &serde_json::Error) -> String {
    if error.is_eof() {
        "unexpected end of JSON input".to_owned()
    } else {
        error.to_string()
    }
}

/// `deployments.apps`, or `pods` of the core group.
pub fn qualified(group: &str, plural: &str) -> String {
    if group.is_empty() {
        plural.to_owned()
    } else {
        format!("{plural}.{group}")
    }
}
