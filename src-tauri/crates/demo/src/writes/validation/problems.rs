//! What is wrong with an object, in upstream's words (apimachinery, `util/validation/field`).

use serde_json::Value;

use super::names;

/// Problems of an object, in order of upstream's checks.
#[derive(Debug, Default)]
pub(in crate::writes) struct Problems(Vec<(String, &'static str, String)>);

impl Problems {
    pub(super) fn required(&mut self, field: impl Into<String>, why: &str) {
        let message = if why.is_empty() {
            "Required value".to_owned()
        } else {
            format!("Required value: {why}")
        };
        self.0.push((field.into(), "FieldValueRequired", message));
    }

    /// `value` as it is told.
    pub(super) fn quoted(&mut self, field: impl Into<String>, value: &str, why: &str) {
        let message = format!("Invalid value: {value}: {why}");
        self.0.push((field.into(), "FieldValueInvalid", message));
    }

    /// `value` as JSON.
    pub(super) fn invalid(&mut self, field: impl Into<String>, value: &Value, why: &str) {
        let message = format!("Invalid value: {value}: {why}");
        self.0.push((field.into(), "FieldValueInvalid", message));
    }

    pub(super) fn too_long(&mut self, field: impl Into<String>, most: usize) {
        let message = format!("Too long: may not be more than {most} bytes");
        self.0.push((field.into(), "FieldValueTooLong", message));
    }

    pub(super) fn forbidden(&mut self, field: impl Into<String>, why: &str) {
        let message = format!("Forbidden: {why}");
        self.0.push((field.into(), "FieldValueForbidden", message));
    }

    /// Whether `value` is one of `words`, in the order in which they are told.
    pub(super) fn one_of(&mut self, field: impl Into<String>, value: &Value, words: &[&str]) {
        if value.is_null() || words.iter().any(|word| *value == **word) {
            return;
        }
        let told: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let message = format!(
            "Unsupported value: {value}: supported values: {}",
            told.join(", ")
        );
        self.0
            .push((field.into(), "FieldValueNotSupported", message));
    }

    pub(super) fn not_below_zero(&mut self, field: impl Into<String>, value: &Value) {
        if value.as_i64().is_some_and(|number| number < 0) {
            self.invalid(field, value, "must be greater than or equal to 0");
        }
    }

    /// A problem that is in words already.
    pub(super) fn add(&mut self, field: String, reason: &'static str, message: String) {
        self.0.push((field, reason, message));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Field, reason, message of each.
    pub(super) fn causes(&self) -> Vec<(&str, &str, &str)> {
        let all = self.0.iter();
        all.map(|(field, reason, message)| (&**field, *reason, &**message))
            .collect()
    }

    pub(super) fn duplicate(&mut self, field: impl Into<String>, value: &Value) {
        self.duplicate_as(field, &value.to_string());
    }

    /// `value` as it is told.
    pub(super) fn duplicate_as(&mut self, field: impl Into<String>, value: &str) {
        let message = format!("Duplicate value: {value}");
        self.add(field.into(), "FieldValueDuplicate", message);
    }

    pub(super) fn not_found(&mut self, field: impl Into<String>, value: &Value) {
        let message = format!("Not found: {value}");
        self.add(field.into(), "FieldValueNotFound", message);
    }

    /// A value that is none of `words`, as it is told.
    pub(super) fn one_of_as(&mut self, field: impl Into<String>, value: &str, words: &[&str]) {
        let told: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let message = format!(
            "Unsupported value: {value}: supported values: {}",
            told.join(", ")
        );
        self.add(field.into(), "FieldValueNotSupported", message);
    }

    /// (apimachinery, `IsValidPortNum`)
    pub(super) fn port(&mut self, field: impl Into<String>, value: &Value) {
        if !value
            .as_i64()
            .is_some_and(|port| (1..=65_535).contains(&port))
        {
            self.invalid(field, value, "must be between 1 and 65535, inclusive");
        }
    }

    /// (core/validation, `ValidatePortNumOrName`)
    pub(super) fn port_or_name(&mut self, field: impl Into<String> + Copy, value: &Value) {
        match value.as_str() {
            None => self.port(field, value),
            Some(name) => {
                for why in names::port(name) {
                    self.invalid(field, value, &why);
                }
            }
        }
    }

    /// A number that is not below zero, or a percentage (apps/validation, `ValidatePositiveIntOrPercent`).
    pub(super) fn int_or_percent(&mut self, field: impl Into<String>, value: &Value) {
        match value.as_str() {
            None => self.not_below_zero(field, value),
            Some(text) => {
                let digits = text.strip_suffix('%').unwrap_or_default();
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    let why = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
                    self.invalid(field, value, why);
                }
            }
        }
    }

    /// (apps/validation, `IsNotMoreThan100Percent`)
    pub(super) fn at_most_all(&mut self, field: impl Into<String>, value: &Value) {
        let percent = value.as_str().and_then(|text| text.strip_suffix('%'));
        let percent = percent.and_then(|digits| digits.parse::<u64>().ok());
        if percent.is_some_and(|percent| percent > 100) {
            self.invalid(field, value, "must not be greater than 100%");
        }
    }
}
