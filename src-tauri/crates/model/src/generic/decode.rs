//! The bytes of a Table, of its rows, and of what servers send in its place.

use serde_json::Value;
use serde_json::value::RawValue;
use table::Column;

use super::row::{GenericCell, GenericRow};
use super::{Field, TableHeader};
use crate::duration;
use crate::kind::Kind;
use crate::meta::Meta;
use crate::row::{DecodeError, ObjectRow};
use crate::slim::{ObjectMeta, slim};
use crate::text;

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
    /// Any object, its metadata alone.
    PartialObjectMetadata {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct TableRows<'a> {
    #[serde(deserialize_with = "crate::slim::field")]
    kind: Vec<u8>,
    #[serde(borrow)]
    rows: Option<Vec<&'a RawValue>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct TableRow<'a> {
    #[serde(deserialize_with = "crate::slim::field")]
    cells: Vec<GenericCell>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
}

pub(super) fn definitions(json: &[u8]) -> Result<Vec<(Box<str>, ColumnDefinition)>, DecodeError> {
    let table: Table = if json.trim_ascii_start().starts_with(b"[") {
        let whole = [b"{\"columnDefinitions\":", json, b"}"].concat();
        serde_json::from_slice(&whole)?
    } else {
        serde_json::from_slice(json)?
    };
    if table.column_definitions.is_empty() {
        return Err(DecodeError::NoTable);
    }
    Ok(table
        .column_definitions
        .into_iter()
        .map(|d| (text::line(&d.name), d))
        .collect())
}

/// One row of a Table that the server wrote at `now_ms`, asked for with the object or its metadata.
///
/// # Errors
/// [`DecodeError::NoTable`] for a row without an object: nothing tells which object it is.
pub fn row(row_json: &[u8], header: &TableHeader, now_ms: i64) -> Result<ObjectRow, DecodeError> {
    let row: TableRow<'_> = serde_json::from_slice(row_json)?;
    let object = row.object.ok_or(DecodeError::NoTable)?.get();
    let meta = meta(object.as_bytes())?;
    let extras = if header.reads_objects() {
        // An object too strange to be parsed whole leaves the cells taken from it empty.
        serde_json::from_str(object).unwrap_or_default()
    } else {
        Value::Null
    };
    let made = generic(meta, row.cells, &extras, &header.fields, now_ms);
    Ok(header.with_fact(object.as_bytes(), made))
}

fn meta(object: &[u8]) -> Result<Meta, DecodeError> {
    let object: PartialObjectMetadata = serde_json::from_slice(object)?;
    let meta = object.metadata.as_ref().map(Meta::from);
    meta.filter(|meta| !meta.name.is_empty())
        .ok_or(DecodeError::NoTable)
}

/// The rows of a whole Table that the server wrote at `now_ms`, or the one row of a watch event's; an object by itself, which servers
/// without Tables send, is a row with its name and age. Rows that cannot be read are left out.
///
/// # Errors
/// [`DecodeError::NoTable`] for what is neither.
pub fn rows(json: &[u8], header: &TableHeader, now_ms: i64) -> Result<Vec<ObjectRow>, DecodeError> {
    let table: TableRows<'_> = serde_json::from_slice(json)?;
    match (table.kind.as_slice(), table.rows) {
        (b"" | b"Table", Some(rows)) => Ok(rows
            .into_iter()
            .filter_map(|one| row(one.get().as_bytes(), header, now_ms).ok())
            .collect()),
        (b"" | b"Table", None) => Ok(Vec::new()),
        (b"Status", _) => Err(DecodeError::NoTable),
        (_, _) => plain(json, header).map(|row| vec![row]),
    }
}

/// An object by itself.
///
/// # Errors
/// [`DecodeError::NoTable`] for one without a name.
pub fn plain(object: &[u8], header: &TableHeader) -> Result<ObjectRow, DecodeError> {
    let meta = meta(object)?;
    let extras = if header.reads_objects() {
        serde_json::from_slice(object).unwrap_or_default()
    } else {
        Value::Null
    };
    // The server's name column is the first of its own.
    let fields: Vec<Field> = header
        .fields
        .iter()
        .map(|field| match field {
            Field::Server(0) => Field::Name,
            Field::Server(_) | Field::State(_) | Field::Elapsed(_) => Field::Nothing,
            Field::Age(_) => Field::Age(None),
            other => *other,
        })
        .collect();
    let made = generic(meta, Vec::new(), &extras, &fields, 0);
    Ok(header.with_fact(object, made))
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
    let table: TableRows<'_> = serde_json::from_slice(table_json)?;
    let name_at = place("Name");
    let row = |row: &RawValue| {
        let row: TableRow<'_> = serde_json::from_str(row.get()).ok()?;
        let Some(GenericCell::Text(name)) = row.cells.get(name_at?) else {
            return None;
        };
        let meta = Meta {
            name: name.clone(),
            namespace: text::visible(namespace).into(),
            ..Meta::default()
        };
        Some(generic(meta, row.cells, &Value::Null, &fields, 0))
    };
    Ok(table.rows.into_iter().flatten().filter_map(row).collect())
}

fn generic(
    meta: Meta,
    mut cells: Vec<GenericCell>,
    object: &Value,
    fields: &[Field],
    now_ms: i64,
) -> ObjectRow {
    let mut server = |index: usize| {
        let cell = cells.get_mut(index).map(std::mem::take).unwrap_or_default();
        match cell {
            GenericCell::Text(text) if text == meta.name => GenericCell::Name,
            cell => cell,
        }
    };
    let cells = fields
        .iter()
        .map(|field| match *field {
            Field::Namespace => GenericCell::Namespace,
            Field::Name => GenericCell::Name,
            Field::Age(_) if meta.created_ms.is_some() => GenericCell::Age,
            Field::Age(None) | Field::Nothing => GenericCell::Null,
            Field::Age(Some(index)) | Field::Server(index) => server(index),
            Field::State(index) => match server(index) {
                GenericCell::Text(text) => GenericCell::State(text),
                cell => cell,
            },
            // The server tells dates as the time since (apiextensions-apiserver pkg/registry/customresource/tableconvertor,
            // `cellForJSONValue`): the moment is known to the unit that it tells.
            Field::Elapsed(index) => match server(index) {
                GenericCell::Text(text) => match duration::parse_human(&text) {
                    Some(elapsed) => GenericCell::Since(now_ms.saturating_sub(elapsed)),
                    None => GenericCell::Text(text),
                },
                cell => cell,
            },
            Field::Owner => GenericCell::Owner,
            Field::Labels => GenericCell::Labels,
            Field::Extra(own) => (own.value)(object),
        })
        .collect();
    ObjectRow::Generic(Box::new(GenericRow { meta, cells }))
}
