//! Rows of any kind from the server's own Table output (meta.k8s.io/v1).

use std::collections::BTreeSet;

use serde::de::{MapAccess, SeqAccess};
use table::{Cell, Column, Measure, Row, SortKey};

use crate::cells::{age, age_key, figure_column, first_line, ready_key, text_column, text_key};
use crate::kind::Kind;
use crate::meta::Meta;
use crate::row::{DecodeError, ObjectRow};
use crate::slim::{Lenient, ObjectMeta, slim};
use crate::text;

/// The columns of a kind's Table, and where each takes its cells from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableHeader {
    /// Columns; a namespaced kind has `Namespace` first.
    pub columns: Vec<Column>,
    fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Namespace,
    /// The server's cell at this index.
    Server(usize),
    /// The object's age, ticking; the server's cell at this index if its creation is unknown.
    Age(usize),
    /// No cell of the server's fits.
    Nothing,
}

/// A row of the server's Table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenericRow {
    /// Identity, version and age, as far as the Table carries them.
    pub meta: Meta,
    cells: Box<[GenericCell]>,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum GenericCell {
    #[default]
    Null,
    Namespace,
    Name,
    /// The age of the object.
    Age,
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Text(Box<str>),
}

slim! {
    /// meta.k8s.io/v1 Table
    Table {
        #[prost(message, repeated, tag = "1")]
        column_definitions: Vec<ColumnDefinition>,
    }
    /// One column of a Table.
    ColumnDefinition {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        r#type: Vec<u8>,
        #[prost(int32, tag = "3")]
        priority: i32,
    }
    /// The object of a Table's row, its metadata alone.
    PartialObjectMetadata {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct TableRows {
    #[serde(deserialize_with = "crate::slim::field")]
    kind: Vec<u8>,
    #[serde(deserialize_with = "crate::slim::field")]
    rows: Vec<TableRow>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct TableRow {
    #[serde(deserialize_with = "crate::slim::field")]
    cells: Vec<GenericCell>,
    #[serde(deserialize_with = "crate::slim::field")]
    object: Option<PartialObjectMetadata>,
}

impl Lenient for TableRow {
    fn map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Some)
    }
}

impl Lenient for GenericCell {
    // Leaving a null out would move the cells after it.
    fn absent() -> Option<Self> {
        Some(Self::Null)
    }
    fn string(text: &str) -> Option<Self> {
        Some(Self::Text(text::visible(text).into()))
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

fn definitions(json: &[u8]) -> Result<Vec<(Box<str>, ColumnDefinition)>, DecodeError> {
    let table: Table = serde_json::from_slice(json)?;
    if table.column_definitions.is_empty() {
        return Err(DecodeError::NoTable);
    }
    Ok(table
        .column_definitions
        .into_iter()
        .map(|d| (text::line(&d.name), d))
        .collect())
}

fn table_rows(json: &[u8]) -> Result<Vec<TableRow>, DecodeError> {
    let table: TableRows = serde_json::from_slice(json)?;
    if matches!(table.kind.as_slice(), b"" | b"Table") {
        Ok(table.rows)
    } else {
        Err(DecodeError::NoTable)
    }
}

/// The columns a Table announces. A watch announces them with its first event only.
pub fn header(json: &[u8], namespaced: bool) -> Result<TableHeader, DecodeError> {
    let mut ids = BTreeSet::new();
    let mut unique = |title: &str| {
        let stem = title.to_lowercase().replace(' ', "-");
        let mut id = stem.clone();
        let mut count = 1;
        while !ids.insert(id.clone()) {
            count += 1;
            id = format!("{stem}-{count}");
        }
        id
    };
    let mut header = TableHeader {
        columns: Vec::new(),
        fields: Vec::new(),
    };
    if namespaced {
        header
            .columns
            .push(text_column(&unique("namespace"), "Namespace", 140));
        header.fields.push(Field::Namespace);
    }
    for (index, (title, definition)) in definitions(json)?.iter().enumerate() {
        let is_age = title.eq_ignore_ascii_case("age")
            && matches!(definition.r#type.as_slice(), b"date" | b"string");
        let figures = is_age
            || matches!(
                definition.r#type.as_slice(),
                b"integer" | b"number" | b"date"
            );
        let id = unique(title);
        let width = if index == 0 { 260 } else { 130 };
        let column = if figures {
            figure_column(&id, title, 84)
        } else {
            text_column(&id, title, width)
        };
        header.columns.push(Column {
            wide: definition.priority > 0,
            measure: if is_age || definition.r#type.as_slice() == b"date" {
                Measure::Age
            } else {
                Measure::Ones
            },
            ..column
        });
        header.fields.push(if is_age {
            Field::Age(index)
        } else {
            Field::Server(index)
        });
    }
    Ok(header)
}

/// The rows of a Table asked for with `includeObject=Metadata`: a whole list, or the one row of
/// a watch event. Rows without an object are left out, as nothing tells which object they are.
pub fn rows(table_json: &[u8], header: &TableHeader) -> Result<Vec<ObjectRow>, DecodeError> {
    let rows = table_rows(table_json)?;
    let row = |row: TableRow| {
        let meta = Meta::from(row.object?.metadata.as_ref()?);
        (!meta.name.is_empty()).then(|| generic(meta, row.cells, &header.fields))
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

/// Rows of a known kind in one namespace (empty: cluster-scoped) from a Table without objects,
/// the cells put under the kind's own columns by heading: shown until the records arrive.
pub fn preview(
    kind: Kind,
    table_json: &[u8],
    namespace: &str,
) -> Result<Vec<ObjectRow>, DecodeError> {
    let titles = definitions(table_json)?;
    let place = |title: &str| {
        titles
            .iter()
            .position(|(t, _)| t.eq_ignore_ascii_case(title))
    };
    let field = |column: &Column| match column.id.as_str() {
        "namespace" => Field::Namespace,
        _ => place(&column.title).map_or(Field::Nothing, Field::Server),
    };
    let fields: Vec<Field> = kind.spec().columns.iter().map(field).collect();
    let rows = table_rows(table_json)?;
    let name_at = place("Name");
    let row = |row: TableRow| {
        let Some(GenericCell::Text(name)) = row.cells.get(name_at?) else {
            return None;
        };
        let meta = Meta {
            name: name.clone(),
            namespace: text::visible(namespace).into(),
            ..Meta::default()
        };
        Some(generic(meta, row.cells, &fields))
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

fn generic(meta: Meta, mut cells: Vec<GenericCell>, fields: &[Field]) -> ObjectRow {
    let mut server = |index: usize| {
        let cell = cells.get_mut(index).map(std::mem::take).unwrap_or_default();
        match cell {
            GenericCell::Text(text) if text == meta.name => GenericCell::Name,
            cell => cell,
        }
    };
    let cells = fields.iter().map(|field| match *field {
        Field::Namespace => GenericCell::Namespace,
        Field::Age(_) if meta.created_ms.is_some() => GenericCell::Age,
        Field::Age(index) | Field::Server(index) => server(index),
        Field::Nothing => GenericCell::Null,
    });
    let cells = cells.collect();
    ObjectRow::Generic(Box::new(GenericRow { meta, cells }))
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
            GenericCell::Integer(n) => Cell::plain(n.to_string()),
            GenericCell::Number(n) => Cell::plain(go_float(*n)),
            GenericCell::Boolean(b) => Cell::plain(b.to_string()),
            GenericCell::Text(text) => Cell::plain(first_line(text)),
        }
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match self.cells.get(column).unwrap_or(&GenericCell::Null) {
            GenericCell::Null => SortKey::Absent,
            GenericCell::Namespace => text_key(&self.meta.namespace),
            GenericCell::Name => text_key(&self.meta.name),
            GenericCell::Age => age_key(self.meta.created_ms),
            GenericCell::Integer(n) => SortKey::Int(*n),
            GenericCell::Number(n) => SortKey::Float(*n),
            GenericCell::Boolean(b) => SortKey::Int(i64::from(*b)),
            GenericCell::Text(text) => text_sort_key(text),
        }
    }
}
