//! One row of the server's Table: its cells as they came, and those taken from the object.

use serde::de::{MapAccess, SeqAccess};
use table::{Cell, Row, SortKey};

use super::state;
use crate::cells::{age, age_key, first_line, fitting, or_none, ready_key, text_key};
use crate::meta::Meta;
use crate::slim::Lenient;
use crate::text;

/// A row of the server's Table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenericRow {
    /// Identity, version and age, as far as the Table carries them.
    pub meta: Meta,
    pub(super) cells: Box<[GenericCell]>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum GenericCell {
    #[default]
    Null,
    Namespace,
    Name,
    /// The age of the object.
    Age,
    /// Its controller.
    Owner,
    Labels,
    /// How long ago something was, Unix ms.
    Since(i64),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Text(Box<str>),
    /// A state in words, in their colour.
    State(Box<str>),
}

impl GenericCell {
    /// Text of an object, made safe to show.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text::visible(text).into())
    }
}

impl Lenient for GenericCell {
    // Leaving a null out would move the cells after it.
    fn absent() -> Option<Self> {
        Some(Self::Null)
    }
    fn string(text: &str) -> Option<Self> {
        Some(Self::text(text))
    }
    fn integer(number: i128) -> Option<Self> {
        Some(i64::try_from(number).map_or(Self::Number(number as f64), Self::Integer))
    }
    fn float(number: f64) -> Option<Self> {
        Some(Self::Number(number))
    }
    fn boolean(value: bool) -> Option<Self> {
        Some(Self::Boolean(value))
    }
    fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<serde_json::Value>()? {
            items.push(item);
        }
        Ok(Self::string(&serde_json::Value::from(items).to_string()))
    }
    fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut members = serde_json::Map::new();
        while let Some((key, value)) = map.next_entry()? {
            members.insert(key, value);
        }
        Ok(Self::string(&serde_json::Value::from(members).to_string()))
    }
}

/// A float as Go's `fmt.Sprint` writes it.
fn go_float(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = exponent
            .strip_prefix('-')
            .map_or(('+', exponent), |d| ('-', d));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    number.to_string()
}

/// Text sorts by the figure it begins with, where it is one: `2/3`, `5 (3m ago)`, `7`.
fn text_sort_key(text: &str) -> SortKey<'_> {
    if let Some((ready, total)) = text.split_once('/')
        && let (Ok(ready), Ok(total)) = (ready.parse(), total.parse())
    {
        return ready_key(ready, total);
    }
    let figure = text.split_once(" (").map_or(text, |(figure, _)| figure);
    figure.parse().map_or_else(|_| text_key(text), SortKey::Int)
}

impl Row for GenericRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }

    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        match self.cells.get(column).unwrap_or(&GenericCell::Null) {
            GenericCell::Null => Cell::default(),
            GenericCell::Namespace => Cell::plain(&*self.meta.namespace),
            GenericCell::Name => Cell::plain(&*self.meta.name),
            GenericCell::Age => age(self.meta.created_ms, now_ms),
            GenericCell::Owner => or_none(&self.meta.owner_text()),
            GenericCell::Labels => or_none(&fitting(&self.meta.labels.text())),
            GenericCell::Since(ms) => age(Some(*ms), now_ms),
            GenericCell::Integer(n) => Cell::plain(n.to_string()),
            GenericCell::Number(n) => Cell::plain(go_float(*n)),
            GenericCell::Boolean(b) => Cell::plain(b.to_string()),
            GenericCell::Text(text) => Cell::plain(fitting(&first_line(text))),
            GenericCell::State(text) => Cell::toned(fitting(&first_line(text)), state::tone(text)),
        }
    }

    fn lists_tags(&self, column: usize) -> bool {
        matches!(self.cells.get(column), Some(GenericCell::Labels))
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match self.cells.get(column).unwrap_or(&GenericCell::Null) {
            GenericCell::Null => SortKey::Absent,
            GenericCell::Namespace => text_key(&self.meta.namespace),
            GenericCell::Name => text_key(&self.meta.name),
            GenericCell::Age => age_key(self.meta.created_ms),
            GenericCell::Owner => match &self.meta.owner {
                Some(_) => SortKey::Text(self.meta.owner_text().into()),
                None => SortKey::Absent,
            },
            GenericCell::Labels => match self.meta.labels.text() {
                none if none.is_empty() => SortKey::Absent,
                text => SortKey::Text(text.into()),
            },
            GenericCell::Since(ms) => age_key(Some(*ms)),
            GenericCell::Integer(n) => SortKey::Int(*n),
            GenericCell::Number(n) => SortKey::Float(*n),
            GenericCell::Boolean(b) => SortKey::Int(i64::from(*b)),
            GenericCell::Text(text) | GenericCell::State(text) => text_sort_key(text),
        }
    }
}
