//! Which rows a view shows.

mod amount;
mod error;
mod matcher;
mod parse;
#[cfg(test)]
mod tests;

pub use amount::Measure;
pub use error::FilterError;
pub use matcher::Matcher;

use crate::{Column, Row};
use amount::Comparison;

/// A parsed filter text: terms joined by blanks or commas, all of which must match.
///
/// A term is text (`web`, `"two words"`), a column's text (`status:Pending`), a comparison by a
/// column's key (`restarts:>3`, `age:<10m`), a tag (`app=web`, `tier!=db`, `env in (a,b)`,
/// `env notin (a,b)`, `label:app`) or a field, which the source of the rows answers. `!` before
/// a term turns it round. Case is ignored in text, not in tags and fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    terms: Vec<Term>,
    fields: Vec<FieldTerm>,
}

/// What words mean in the filter of one table.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// The table's columns; none while they are not known yet: terms about columns then hold back.
    pub columns: &'a [Column],
    /// Whether a key before `=` names a field of the source instead of a tag.
    pub is_field: fn(&str) -> bool,
}

impl Default for Vocabulary<'_> {
    fn default() -> Self {
        Self {
            columns: &[],
            is_field: |_| false,
        }
    }
}

/// A term that the source of the rows answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTerm {
    /// Its path.
    pub key: String,
    /// Whether it shall be the value, or anything else.
    pub equal: bool,
    /// The value.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    /// Whether the test shall hold or fail.
    wanted: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Some cell or `group/name` contains it.
    Text(String),
    /// The cell contains it.
    Contains { column: usize, text: String },
    /// The cell is it.
    Is { column: usize, text: String },
    /// The column's key compares so.
    Compare {
        column: usize,
        measure: Measure,
        how: Comparison,
        amount: f64,
    },
    /// The tag is there.
    Tagged(String),
    /// The tag has one of the values.
    TagIn { key: String, values: Vec<String> },
}

impl Filter {
    /// Parses what the user typed.
    ///
    /// # Errors
    /// [`FilterError`] says what is wrong with it and where; nothing is taken for text in its stead.
    pub fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Self, FilterError> {
        parse::parse(text, vocabulary)
    }

    /// Whether every row matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms that only the source of the rows can answer.
    pub fn fields(&self) -> &[FieldTerm] {
        &self.fields
    }

    /// Whether rows come to match, or match no more, by the passing of time alone.
    pub fn ages(&self) -> bool {
        self.terms.iter().any(|term| {
            matches!(
                term.test,
                Test::Compare {
                    measure: Measure::Age,
                    ..
                }
            )
        })
    }

    /// Whether `row` (with `columns` columns) is shown at `now_ms`. For many rows, use one
    /// [`Matcher`].
    pub fn matches<R: Row>(&self, row: &R, columns: usize, now_ms: i64) -> bool {
        Matcher::new(self, columns, now_ms).matches(row)
    }
}

/// Character by character: [`str::to_lowercase`] depends on neighbours (final sigma), and a
/// term is a part of a word.
fn lowercase(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
