//! What one row shows in one column.

use std::borrow::Cow;

/// What a cell means, for colour; the text always says it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Worth a look: on its way, or degraded.
    Warn,
    /// Broken.
    Bad,
    /// Finished or of little weight.
    Quiet,
}

/// The shown form of one column of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub struct Cell {
    /// What is shown, already safe to show (control characters made visible where it was decoded).
    pub text: String,
    /// Its colour.
    pub tone: Tone,
    /// Parts painted as a row of small bricks in place of the text, which then says the same in words.
    #[cfg_attr(
        feature = "wire",
        serde(default, skip_serializing_if = "Vec::is_empty"),
        ts(as = "Option<Vec<Tone>>", optional)
    )]
    pub bricks: Vec<Tone>,
    /// When the text changes by the passing of time alone (Unix ms), as ages do.
    #[cfg_attr(feature = "wire", serde(skip))]
    pub until_ms: Option<i64>,
}

impl Cell {
    /// Ordinary text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
    /// Text in a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
            ..Self::default()
        }
    }
}

/// What a row sorts by in one column. Absent values sort last in either direction.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey<'a> {
    /// No value.
    Absent,
    /// A count, a time, a quantity in its smallest unit.
    Int(i64),
    /// A ratio or measurement. NaN sorts as absent.
    Float(f64),
    /// Text, compared naturally (`web-2` before `web-10`), case ignored.
    Text(Cow<'a, str>),
}

/// One row of a table. Rows are cheap to keep; cells are made when they are shown.
pub trait Row {
    /// Group and name: identity within a table, and the tie-break of every order.
    fn identity(&self) -> (&str, &str);
    /// The cell in `column` (an index into the table's columns) at `now_ms` (Unix ms).
    fn cell(&self, column: usize, now_ms: i64) -> Cell;
    /// What the row sorts by in `column`.
    fn sort_key(&self, column: usize) -> SortKey<'_>;
    /// The value of a tag, where the row has it: for the filter.
    fn tag(&self, _key: &str) -> Option<&str> {
        None
    }
    /// Whether `column` lists tags. Words are not looked for there: what every row has hides what was meant, and tags have
    /// terms of their own.
    fn lists_tags(&self, _column: usize) -> bool {
        false
    }
    /// Appends the text of the cell in `column` to `out`, as the filter reads it. Kinds whose
    /// cells are made from fields override it to save an allocation a cell; it must append
    /// exactly what [`Row::cell`] shows.
    fn text(&self, column: usize, now_ms: i64, out: &mut String) {
        out.push_str(&self.cell(column, now_ms).text);
    }
}
