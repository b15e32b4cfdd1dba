//! What a custom object is held against (kube-openapi, `validation/validate`; apiextensions, `apiserver/validation`).

use std::fmt::Write as _;

use serde_json::Value;

use super::{Bound, Rules, Structural, formats, lists};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::writes) struct Wrong {
    /// `spec.size`; `<nil>` where upstream names no field.
    pub(in crate::writes) field: String,
    /// `FieldValueInvalid`.
    pub(in crate::writes) reason: &'static str,
    /// With its `Invalid value: …`.
    pub(in crate::writes) message: String,
}

/// What is wrong with an object. What is as it was `before` is not held against the schema again (apiextensions, `ratcheting.go`).
pub(in crate::writes) fn check(
    structural: &Structural,
    before: Option<&Value>,
    object: &Value,
) -> Vec<Wrong> {
    let mut path = String::new();
    let mut found = check_at(structural, before, object, &mut path).wrong;
    lists::check(structural, object, &mut path, &mut found);
    found
}

/// What came of holding a value against a schema.
#[derive(Default)]
struct Outcome {
    wrong: Vec<Wrong>,
    /// How much was looked at: of alternatives that all fail, the one with most is told.
    matched: u32,
}

impl Outcome {
    fn add(&mut self, wrong: Wrong) {
        if !self.wrong.contains(&wrong) {
            self.wrong.push(wrong);
        }
    }

    fn join(&mut self, other: Self) {
        self.matched += other.matched;
        for wrong in other.wrong {
            self.add(wrong);
        }
    }

    fn invalid(&mut self, path: &str, value: &Value, why: &str) {
        self.typed("FieldValueInvalid", path, value, why);
    }

    fn typed(&mut self, reason: &'static str, path: &str, value: &Value, why: &str) {
        self.add(Wrong {
            field: field(path),
            reason,
            message: format!("Invalid value: {value}: {path} in body {why}"),
        });
    }

    /// Of the schema as a whole: upstream names no field.
    fn whole(&mut self, why: &str) {
        self.add(Wrong {
            field: "<nil>".to_owned(),
            reason: "FieldValueInvalid",
            message: format!("Invalid value: \"\": {why}"),
        });
    }

    fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }
}

fn field(path: &str) -> String {
    let path = path.strip_prefix('.').unwrap_or(path);
    if path.is_empty() { "<nil>" } else { path }.to_owned()
}

fn check_at(own: &Structural, before: Option<&Value>, value: &Value, path: &mut String) -> Outcome {
    let mut outcome = Outcome::default();
    if before == Some(value) {
        return outcome;
    }
    if value.is_null() {
        if !own.types.is_empty() && !own.nullable {
            let why = format!("must be of type {}: \"null\"", own.types.join(","));
            outcome.typed("FieldValueTypeInvalid", path, &"null".into(), &why);
        }
        among(&own.rules, value, path, &mut outcome);
        return outcome;
    }
    if !own.types.is_empty() || !own.rules.format.is_empty() {
        kind(own, value, path, &mut outcome);
        outcome.matched += 1;
    }
    alternatives(&own.rules, value, path, &mut outcome);
    match value {
        Value::String(text) => string(&own.rules, text, value, path, &mut outcome),
        Value::Number(_) => number(own, value, path, &mut outcome),
        Value::Array(items) => {
            list(own, before, items, path, &mut outcome);
        }
        _ => {}
    }
    among(&own.rules, value, path, &mut outcome);
    if let Value::Object(fields) = value {
        object(own, before, fields, path, &mut outcome);
    }
    outcome.matched += 2;
    outcome
}

/// `type`, and formats of numbers (`typeValidator.Validate`).
fn kind(own: &Structural, value: &Value, path: &str, outcome: &mut Outcome) {
    let found = match value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => "null",
    };
    let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let fits = own.is(found)
        || found == "number" && whole && own.is("integer")
        || found == "integer" && own.is("number");
    let format = &own.rules.format;
    let wanted = if !format.is_empty() && !fits && !value.is_string() && !value.is_array() {
        format.clone()
    } else if !format.is_empty()
        && !own.is("number")
        && !own.is("integer")
        && (value.is_string() || value.is_array())
    {
        return;
    } else {
        own.types.join(",")
    };
    if !fits {
        let why = format!("must be of type {wanted}: {found:?}");
        outcome.typed("FieldValueTypeInvalid", path, &found.into(), &why);
    }
}

/// `anyOf`, `oneOf`, `allOf`, `not` (`schemaPropsValidator.Validate`).
fn alternatives(rules: &Rules, value: &Value, path: &mut String, outcome: &mut Outcome) {
    outcome.matched += 1;
    let each = |all: &[Structural], path: &mut String| -> Vec<Outcome> {
        let all = all.iter();
        all.map(|own| check_at(own, None, value, path)).collect()
    };
    if !rules.any_of.is_empty() {
        let all = each(&rules.any_of, path);
        if !all.iter().any(Outcome::is_right) {
            outcome.whole(&format!(
                "{path:?} must validate at least one schema (anyOf)"
            ));
        }
        outcome.join(telling(all));
    }
    if !rules.one_of.is_empty() {
        let all = each(&rules.one_of, path);
        match all.iter().filter(|one| one.is_right()).count() {
            1 => outcome.join(telling(all)),
            0 => {
                outcome.whole(&format!(
                    "{path:?} must validate one and only one schema (oneOf). Found none valid"
                ));
                outcome.join(telling(all));
            }
            more => outcome.whole(&format!(
                "{path:?} must validate one and only one schema (oneOf). Found {more} valid alternatives"
            )),
        }
    }
    if !rules.all_of.is_empty() {
        let all = each(&rules.all_of, path);
        let right = all.iter().filter(|one| one.is_right()).count();
        let failed = right != all.len();
        for one in all {
            outcome.join(one);
        }
        if failed {
            let none = if right == 0 { ". None validated" } else { "" };
            outcome.whole(&format!(
                "{path:?} must validate all the schemas (allOf){none}"
            ));
        }
    }
    if let Some(not) = &rules.not
        && check_at(not, None, value, path).is_right()
    {
        outcome.whole(&format!("{path:?} must not validate the schema (not)"));
    }
}

/// The first that is right, or the one of which most was looked at.
fn telling(all: Vec<Outcome>) -> Outcome {
    let mut best: Option<Outcome> = None;
    for one in all {
        if one.is_right() {
            return one;
        }
        if best.as_ref().is_none_or(|best| one.matched > best.matched) {
            best = Some(one);
        }
    }
    best.unwrap_or_default()
}

fn string(rules: &Rules, text: &str, value: &Value, path: &str, outcome: &mut Outcome) {
    let length = text.chars().count() as u64;
    if let Some(most) = rules.length.most.filter(|most| length > *most) {
        outcome.add(Wrong {
            field: field(path),
            reason: "FieldValueTooLong",
            message: format!("Too long: may not be more than {most} bytes"),
        });
    } else if let Some(least) = rules.length.least.filter(|least| length < *least) {
        let why = format!("should be at least {least} chars long");
        outcome.invalid(path, value, &why);
    } else if let Some(pattern) = &rules.pattern
        && !pattern
            .compiled
            .as_ref()
            .is_some_and(|own| own.is_match(text))
    {
        let why = format!("should match '{}'", pattern.text);
        outcome.invalid(path, value, &why);
    }
    if formats::is(&rules.format, text) == Some(false) {
        let why = format!("must be of type {}: {value}", rules.format);
        outcome.typed("FieldValueTypeInvalid", path, value, &why);
    }
}

fn number(own: &Structural, value: &Value, path: &str, outcome: &mut Outcome) {
    let rules = &own.rules;
    let number = value.as_f64().unwrap_or_default();
    outcome.matched += 1;
    let small = value.as_i64().is_some_and(|own| i32::try_from(own).is_ok());
    if own.is("integer") && own.types.len() == 1 {
        let whole = value.is_i64();
        if !whole || rules.format == "int32" && !small {
            let with = match &*rules.format {
                format @ ("int32" | "int64") => format!("with format {format}"),
                _ => "(default format)".to_owned(),
            };
            outcome.whole(&format!(
                "Checked value must be of type integer {with} in {path}"
            ));
        }
    }
    if let Some(factor) = rules.multiple_of {
        // Whole numbers are measured by the whole part of the factor (`MultipleOfNativeType`).
        let factor = if value.is_i64() {
            factor.trunc()
        } else {
            factor
        };
        if factor <= 0.0 {
            outcome.add(Wrong {
                field: field(path),
                reason: "FieldValueInvalid",
                message: format!(
                    "Invalid value: {factor}: factor MultipleOf declared for {path} must be positive: {factor}"
                ),
            });
        } else if (number / factor).fract() != 0.0 {
            outcome.invalid(path, value, &format!("should be a multiple of {factor}"));
        }
    }
    let is = |bound: &Bound, beyond: bool| beyond || bound.exclusive && (number - bound.at) == 0.0;
    if let Some(bound) = &rules.minimum
        && is(bound, number < bound.at)
    {
        let than = if bound.exclusive { "" } else { " or equal to" };
        let why = format!("should be greater than{than} {}", bound.at);
        outcome.invalid(path, value, &why);
    }
    if let Some(bound) = &rules.maximum
        && is(bound, number > bound.at)
    {
        let than = if bound.exclusive { "" } else { " or equal to" };
        let why = format!("should be less than{than} {}", bound.at);
        outcome.invalid(path, value, &why);
    }
}

fn list(
    own: &Structural,
    before: Option<&Value>,
    items: &[Value],
    path: &mut String,
    outcome: &mut Outcome,
) {
    if let Some(inner) = own.items.as_deref() {
        for (index, item) in items.iter().enumerate() {
            let length = path.len();
            write!(path, "[{index}]").expect("text takes text");
            let before = lists::same(&own.list, before, item);
            outcome.join(check_at(inner, before, item, path));
            path.truncate(length);
        }
    }
    let rules = &own.rules;
    let count = items.len() as u64;
    if let Some(least) = rules.items.least.filter(|least| count < *least) {
        let why = format!("should have at least {least} items");
        outcome.invalid(path, &count.into(), &why);
    }
    if let Some(most) = rules.items.most.filter(|most| count > *most) {
        too_many(path, count, most, outcome);
    }
    let twice = |(index, item): (usize, &Value)| items[..index].contains(item);
    if rules.unique && items.iter().enumerate().any(twice) {
        outcome.invalid(path, &"".into(), "shouldn't contain duplicates");
    }
    outcome.matched += 1;
}

fn too_many(path: &str, count: u64, most: u64, outcome: &mut Outcome) {
    outcome.add(Wrong {
        field: field(path),
        reason: "FieldValueTooMany",
        message: format!("Too many: {count}: must have at most {most} items"),
    });
}

fn among(rules: &Rules, value: &Value, path: &str, outcome: &mut Outcome) {
    if rules.among.is_empty() || rules.among.contains(value) {
        return;
    }
    let told: Vec<String> = rules
        .among
        .iter()
        .map(|word| match word {
            Value::String(_) => word.to_string(),
            other => format!("{:?}", other.to_string()),
        })
        .collect();
    outcome.add(Wrong {
        field: field(path),
        reason: "FieldValueNotSupported",
        message: format!(
            "Unsupported value: {value}: supported values: {}",
            told.join(", ")
        ),
    });
}

fn object(
    own: &Structural,
    before: Option<&Value>,
    fields: &serde_json::Map<String, Value>,
    path: &mut String,
    outcome: &mut Outcome,
) {
    let rules = &own.rules;
    let count = fields.len() as u64;
    if let Some(least) = rules.properties.least.filter(|least| count < *least) {
        let why = format!("should have at least {least} properties");
        outcome.invalid(path, &count.into(), &why);
    }
    if let Some(most) = rules.properties.most.filter(|most| count > *most) {
        too_many(path, count, most, outcome);
    }
    for (name, value) in fields {
        let Some(inner) = own.field(name) else {
            continue;
        };
        let length = path.len();
        if length > 0 || !own.properties.contains_key(name) {
            path.push('.');
        }
        path.push_str(name);
        let before = before.and_then(|before| before.get(name));
        outcome.join(check_at(inner, before, value, path));
        path.truncate(length);
    }
    let embedded: &[&str] = if own.embedded {
        &["apiVersion", "kind"]
    } else {
        &[]
    };
    let embedded = embedded.iter().copied();
    for name in embedded.chain(rules.required.iter().map(String::as_str)) {
        if !fields.contains_key(name) {
            outcome.add(Wrong {
                field: field(&format!("{path}.{name}")),
                reason: "FieldValueRequired",
                message: "Required value".to_owned(),
            });
        }
    }
}
