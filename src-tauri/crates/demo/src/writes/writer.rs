//! How a write is asked for, and what it answers.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use crate::status::Status;

/// Who writes, and how.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// Field manager: what `managedFields` names.
    pub manager: &'a str,
    /// Whether nothing is kept.
    pub dry_run: bool,
    /// Whether an apply takes fields over from other managers.
    pub force: bool,
    /// What becomes of fields that the kind does not have.
    pub validation: Validation,
    /// Where warnings go, if anybody reads them.
    pub warnings: Option<&'a Warnings>,
}

impl<'a> Writer<'a> {
    /// A writer that keeps what it writes, and is not told of unknown fields.
    pub const fn named(manager: &'a str) -> Self {
        Self {
            manager,
            dry_run: false,
            force: false,
            validation: Validation::Ignore,
            warnings: None,
        }
    }

    /// Tells a warning to whoever reads them.
    pub fn warn(&self, text: String) {
        if let Some(warnings) = self.warnings {
            warnings.0.borrow_mut().push(text);
        }
    }
}

/// What a write warned of: one `Warning` header each.
#[derive(Debug, Default)]
pub struct Warnings(RefCell<Vec<String>>);

impl Warnings {
    /// The texts, in order.
    pub fn into_texts(self) -> Vec<String> {
        self.0.into_inner()
    }
}

/// The request parameter `fieldValidation`; the server's default is `Warn`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// Unknown fields are dropped silently.
    Ignore,
    /// They are dropped with a warning.
    #[default]
    Warn,
    /// The request is refused.
    Strict,
}

/// Which part of an object a write is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All but the status.
    Main,
    /// The subresource `status`.
    Status,
    /// The subresource `scale`: the object written is an `autoscaling/v1` Scale.
    Scale,
    /// The subresource `ephemeralcontainers` of pods.
    EphemeralContainers,
    /// The subresource `resize` of pods.
    Resize,
    /// The subresource `finalize` of namespaces.
    Finalize,
}

impl Part {
    /// As a path names it; empty for [`Part::Main`].
    pub fn subresource(self) -> &'static str {
        match self {
            Self::Main => "",
            Self::Status => "status",
            Self::Scale => "scale",
            Self::EphemeralContainers => "ephemeralcontainers",
            Self::Resize => "resize",
            Self::Finalize => "finalize",
        }
    }
}

/// The kinds of patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch {
    /// `application/json-patch+json`.
    Json,
    /// `application/merge-patch+json`.
    Merge,
    /// `application/strategic-merge-patch+json`.
    Strategic,
    /// `application/apply-patch+yaml`.
    Apply,
}

/// What a patch, or a write that may create, wrote.
#[derive(Clone, Debug)]
pub struct Written {
    /// The object as it is kept, or would be; a Scale for [`Part::Scale`].
    pub object: Arc<Value>,
    /// Whether it was not there before: the answer is 201.
    pub created: bool,
}

/// What becomes of the objects that a deleted one owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// They stay, and lose their owner.
    Orphan,
    /// They go after it.
    Background,
    /// They go before it.
    Foreground,
}

/// `metav1.DeleteOptions`, without the field `dryRun`, which is the writer's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// Seconds that a pod is given to end; none for the pod's own.
    pub grace_period: Option<i64>,
    /// None for the kind's own.
    pub propagation: Option<Propagation>,
    /// The older form of `propagation`.
    pub orphan_dependents: Option<bool>,
    /// The uid the object must have.
    pub uid: Option<String>,
    /// The resourceVersion the object must have.
    pub resource_version: Option<String>,
}

impl DeleteOptions {
    /// From the body of a request; `null` stands for none.
    pub fn from_json(body: &Value) -> Result<Self, Status> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let propagation = match body["propagationPolicy"].as_str() {
            None => None,
            Some(policy) => Some(Propagation::parse(policy)?),
        };
        if let Some(policy) = body["propagationPolicy"].as_str()
            && body["orphanDependents"].is_boolean()
        {
            let why = format!(
                "Invalid value: {policy:?}: orphanDependents and deletionPropagation cannot be both set"
            );
            return Err(Status::invalid_options(
                "DeleteOptions",
                "propagationPolicy",
                "FieldValueInvalid",
                &why,
            ));
        }
        Ok(Self {
            grace_period: body["gracePeriodSeconds"].as_i64(),
            propagation,
            orphan_dependents: body["orphanDependents"].as_bool(),
            uid: text(&body["preconditions"]["uid"]),
            resource_version: text(&body["preconditions"]["resourceVersion"]),
        })
    }
}

impl Propagation {
    /// By its name in the API.
    pub fn parse(name: &str) -> Result<Self, Status> {
        match name {
            "Orphan" => Ok(Self::Orphan),
            "Background" => Ok(Self::Background),
            "Foreground" => Ok(Self::Foreground),
            other => {
                let why = format!(
                    "Unsupported value: {other:?}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
                );
                Err(Status::invalid_options(
                    "DeleteOptions",
                    "propagationPolicy",
                    "FieldValueNotSupported",
                    &why,
                ))
            }
        }
    }
}

/// What a deletion answers.
#[derive(Clone, Debug)]
pub enum Deleted {
    /// The object: as it was last, or as it stands while something must come first.
    Object(Arc<Value>),
    /// It is gone, and a `Status` with `status: Success` tells it.
    Success(Value),
}
