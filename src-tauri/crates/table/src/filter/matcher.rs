//! A filter at work.

use super::{Filter, Term, Test, lowercase};
use crate::Row;

/// A filter at work on many rows, with the buffers it reuses between them.
#[derive(Debug)]
pub struct Matcher<'a> {
    filter: &'a Filter,
    columns: usize,
    now_ms: i64,
    text: String,
    /// Whether `text` holds the cells too.
    whole: bool,
}

impl<'a> Matcher<'a> {
    /// For rows of a table with `columns` columns, as they read at `now_ms` (Unix ms).
    pub fn new(filter: &'a Filter, columns: usize, now_ms: i64) -> Self {
        Self {
            filter,
            columns,
            now_ms,
            text: String::new(),
            whole: false,
        }
    }

    /// Whether `row` is shown.
    pub fn matches<R: Row>(&mut self, row: &R) -> bool {
        let filter = self.filter;
        // What needs no text is judged first.
        let cheap = |term: &&Term| !matches!(term.test, Test::Text(_));
        if !filter
            .terms
            .iter()
            .filter(cheap)
            .all(|term| self.holds(row, &term.test) == term.wanted)
        {
            return false;
        }
        let mut words = filter.terms.iter().filter_map(|term| match &term.test {
            Test::Text(text) => Some((term.wanted, text.as_str())),
            _ => None,
        });
        self.text.clear();
        self.whole = false;
        words.all(|(wanted, word)| self.contains(row, word) == wanted)
    }

    /// Whether some text of the row contains `word`.
    fn contains<R: Row>(&mut self, row: &R, word: &str) -> bool {
        if self.text.is_empty() {
            let (group, name) = row.identity();
            self.text.push_str(group);
            self.text.push('/');
            self.text.push_str(name);
            fold(&mut self.text, 0);
        }
        // Most of what people type is part of a name: then no cell need be made.
        if self.text.contains(word) {
            return true;
        }
        if self.whole {
            return false;
        }
        self.whole = true;
        let cells = self.text.len();
        for column in (0..self.columns).filter(|column| !row.lists_tags(*column)) {
            // A word holds no line break, so none matches across cells.
            self.text.push('\n');
            row.text(column, self.now_ms, &mut self.text);
        }
        fold(&mut self.text, cells);
        self.text[cells..].contains(word)
    }

    fn holds<R: Row>(&mut self, row: &R, test: &Test) -> bool {
        match test {
            Test::Text(word) => self.contains(row, word),
            Test::Contains { column, text } => self.cell(row, *column).contains(text.as_str()),
            Test::Is { column, text } => self.cell(row, *column) == text,
            Test::Compare {
                column,
                measure,
                how,
                amount,
            } => measure.compares(&row.sort_key(*column), *how, *amount, self.now_ms),
            Test::Tagged(key) => row.tag(key).is_some(),
            Test::TagIn { key, values } => row
                .tag(key)
                .is_some_and(|tag| values.iter().any(|value| value == tag)),
        }
    }

    /// The folded text of one cell.
    fn cell<R: Row>(&mut self, row: &R, column: usize) -> &str {
        self.text.clear();
        row.text(column, self.now_ms, &mut self.text);
        fold(&mut self.text, 0);
        &self.text
    }
}

/// Lowercases `text` from `from` on.
fn fold(text: &mut String, from: usize) {
    if text[from..].is_ascii() {
        text[from..].make_ascii_lowercase();
    } else {
        let folded = lowercase(&text[from..]);
        text.replace_range(from.., &folded);
    }
}
