//! A column that the server's Table lacks, taken from the object itself.

use serde_json::Value;
use table::{Align, Column, Measure};

use crate::generic::GenericCell;
use crate::slim::{Lenient, Time};

/// One column: its heading, and how its cell is taken from an object's JSON.
///
/// A heading that the server's Table has too takes the place of the server's column: for cells
/// that change by time alone, which the server sends once.
#[derive(Debug)]
pub struct Extra {
    /// Its heading.
    pub(crate) title: &'static str,
    /// To begin with, in CSS pixels.
    pub(crate) width: u16,
    pub(crate) align: Align,
    /// Shown on demand only.
    pub(crate) wide: bool,
    pub(crate) value: fn(&Value) -> GenericCell,
}

impl Extra {
    /// The column, yet without its id.
    pub(crate) fn column(&self) -> Column {
        Column {
            id: String::new(),
            title: self.title.to_owned(),
            align: self.align,
            width: self.width,
            wide: self.wide,
            measure: Measure::Ones,
        }
    }

    /// The same, shown on demand only.
    pub(super) const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }
}

/// A column of text.
pub(super) const fn words(
    title: &'static str,
    width: u16,
    value: fn(&Value) -> GenericCell,
) -> Extra {
    Extra {
        title,
        width,
        align: Align::Start,
        wide: false,
        value,
    }
}

/// A column of figures.
pub(super) const fn figures(
    title: &'static str,
    width: u16,
    value: fn(&Value) -> GenericCell,
) -> Extra {
    Extra {
        align: Align::End,
        ..words(title, width, value)
    }
}

/// What stands at a JSON pointer: text as it is, figures as figures; nothing for absent and null.
pub(super) fn at(object: &Value, pointer: &str) -> GenericCell {
    match object.pointer(pointer) {
        Some(Value::String(text)) => GenericCell::text(text),
        Some(Value::Number(number)) => number.as_i64().map_or_else(
            || {
                number
                    .as_f64()
                    .map_or(GenericCell::Null, GenericCell::Number)
            },
            GenericCell::Integer,
        ),
        Some(Value::Bool(value)) => GenericCell::Boolean(*value),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => GenericCell::Null,
    }
}

/// How long ago the time at a JSON pointer was; kubectl's `<none>`-like `none` where there is none.
pub(super) fn since(object: &Value, pointer: &str, none: &str) -> GenericCell {
    let time = object.pointer(pointer).and_then(Value::as_str);
    match time.and_then(Time::string).as_ref().and_then(Time::ms) {
        Some(ms) => GenericCell::Since(ms),
        None if none.is_empty() => GenericCell::Null,
        None => GenericCell::text(none),
    }
}

/// The items of the array at a JSON pointer.
pub(super) fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// How many items the array at a JSON pointer has.
pub(super) fn count(object: &Value, pointer: &str) -> GenericCell {
    GenericCell::Integer(i64::try_from(items(object, pointer).len()).unwrap_or(i64::MAX))
}

/// The text at a JSON pointer; empty if there is none.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Parts in one line, or kubectl's `<none>`.
pub(super) fn joined(parts: impl IntoIterator<Item = String>) -> GenericCell {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        GenericCell::text("<none>")
    } else {
        GenericCell::text(&parts.join(", "))
    }
}

/// `key=value` of the map at a JSON pointer, in the order of keys.
pub(super) fn pairs(object: &Value, pointer: &str) -> GenericCell {
    let map = object.pointer(pointer).and_then(Value::as_object);
    joined(map.into_iter().flatten().map(|(key, value)| match value {
        Value::String(value) => format!("{key}={value}"),
        other => format!("{key}={other}"),
    }))
}

/// The conditions that are true, which say how an object is doing.
pub(super) fn conditions(object: &Value) -> GenericCell {
    let all = items(object, "/status/conditions").iter();
    let holding = all.filter(|one| text(one, "/status") == "True");
    let types: Vec<&str> = holding.map(|one| text(one, "/type")).collect();
    if types.is_empty() {
        return GenericCell::Null;
    }
    let GenericCell::Text(types) = GenericCell::text(&types.join(", ")) else {
        return GenericCell::Null;
    };
    GenericCell::State(types)
}
