//! Reads a trigger's metadata (KEDA v2.21.0 `pkg/scalers/scalersconfig/typed_config.go`).

use super::{BadField, TriggerSpec};
use crate::keda::go;

/// The metadata with all complaints about it.
pub(super) struct Parameters<'a> {
    spec: &'a TriggerSpec,
    bad: Vec<BadField>,
}

impl<'a> Parameters<'a> {
    pub(super) fn of(spec: &'a TriggerSpec) -> Self {
        Self {
            spec,
            bad: Vec::new(),
        }
    }

    /// A value without blanks around it; one of blanks alone is none.
    pub(super) fn optional(&self, name: &str) -> Option<&'a str> {
        let value = go::trim(self.spec.metadata.get(name)?);
        (!value.is_empty()).then_some(value)
    }

    /// A value that must be there.
    pub(super) fn required(&mut self, name: &str) -> &'a str {
        self.optional(name).unwrap_or_else(|| {
            self.refuse(name, "it is required");
            ""
        })
    }

    /// A number that must be there.
    pub(super) fn required_float(&mut self, name: &str) -> f64 {
        let text = self.required(name);
        if text.is_empty() {
            return 0.0;
        }
        self.float(name, 0.0)
    }

    /// A whole number that must be there.
    pub(super) fn required_int(&mut self, name: &str) -> i64 {
        let text = self.required(name);
        go::parse_json_int(text).unwrap_or_else(|| {
            if !text.is_empty() {
                self.refuse(name, "it is no whole number");
            }
            0
        })
    }

    /// A number.
    pub(super) fn float(&mut self, name: &str, default: f64) -> f64 {
        let Some(text) = self.optional(name) else {
            return default;
        };
        go::parse_json_float(text).unwrap_or_else(|| {
            self.refuse(name, "it is no number");
            default
        })
    }

    /// A switch.
    pub(super) fn bool(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.optional(name) else {
            return default;
        };
        go::parse_bool(text).unwrap_or_else(|| {
            self.refuse(name, "it is neither true nor false");
            default
        })
    }

    /// Notes that a parameter is wrong.
    pub(super) fn refuse(&mut self, name: &str, why: impl Into<String>) {
        self.bad.push(BadField {
            field: format!("metadata.{name}"),
            value: self.spec.metadata.get(name).cloned().unwrap_or_default(),
            why: why.into(),
        });
    }

    /// Notes what was found wrong elsewhere.
    pub(super) fn add(&mut self, more: Vec<BadField>) {
        self.bad.extend(more);
    }

    /// `value`, unless something was wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Vec<BadField>> {
        if self.bad.is_empty() {
            Ok(value)
        } else {
            Err(self.bad)
        }
    }
}
