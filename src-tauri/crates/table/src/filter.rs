//! Which rows a view shows.

use crate::Row;

/// A parsed filter text: blank-separated terms, all of which must match; `!term` must not.
/// Case is ignored. A term matches when any of the row's cells or its identity, as
/// `group/name`, contains it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<(bool, String)>,
}

impl Filter {
    /// Parses what the user typed; no text is an error.
    pub fn parse(text: &str) -> Self {
        let terms = text
            .split_whitespace()
            .filter_map(|word| match word.strip_prefix('!') {
                Some("") => None,
                Some(rest) => Some((false, lowercase(rest))),
                None => Some((true, lowercase(word))),
            })
            .collect();
        Self { terms }
    }

    /// Whether every row matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether `row` (with `columns` columns) is shown at `now_ms`. For many rows, use one
    /// [`Matcher`].
    pub fn matches<R: Row>(&self, row: &R, columns: usize, now_ms: i64) -> bool {
        Matcher::new(self, columns, now_ms).matches(row)
    }
}

/// A filter at work on many rows, with the buffer it reuses between them.
#[derive(Debug)]
pub struct Matcher<'a> {
    filter: &'a Filter,
    columns: usize,
    now_ms: i64,
    text: String,
}

impl<'a> Matcher<'a> {
    /// For rows of a table with `columns` columns, as they read at `now_ms` (Unix ms).
    pub fn new(filter: &'a Filter, columns: usize, now_ms: i64) -> Self {
        Self {
            filter,
            columns,
            now_ms,
            text: String::new(),
        }
    }

    /// Whether `row` is shown.
    pub fn matches<R: Row>(&mut self, row: &R) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let (group, name) = row.identity();
        self.text.clear();
        self.text.push_str(group);
        self.text.push('/');
        self.text.push_str(name);
        self.fold(0);
        let terms = &self.filter.terms;
        let shown = |text: &str, (wanted, term): &(bool, String)| *wanted == text.contains(term);
        if terms.iter().any(|term| !term.0 && !shown(&self.text, term)) {
            return false;
        }
        // Most of what people type is part of a name: then no cell need be made.
        if terms.iter().all(|term| term.0 && shown(&self.text, term)) {
            return true;
        }
        let cells = self.text.len();
        for column in 0..self.columns {
            // Terms hold no blanks, so none matches across cells.
            self.text.push('\n');
            row.text(column, self.now_ms, &mut self.text);
        }
        self.fold(cells);
        terms.iter().all(|term| shown(&self.text, term))
    }

    /// Lowercases the buffer from `from` on.
    fn fold(&mut self, from: usize) {
        if self.text[from..].is_ascii() {
            self.text[from..].make_ascii_lowercase();
        } else {
            let folded = lowercase(&self.text[from..]);
            self.text.replace_range(from.., &folded);
        }
    }
}

/// Character by character: [`str::to_lowercase`] depends on neighbours (final sigma), and a
/// term is a part of a word.
fn lowercase(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, SortKey};

    struct Pod;

    impl Row for Pod {
        fn identity(&self) -> (&str, &str) {
            ("shop", "Web-7d4b9")
        }
        fn cell(&self, column: usize, now_ms: i64) -> Cell {
            Cell::plain(match column {
                0 => "Running".into(),
                1 => "Straße ΟΔΟΣ".into(),
                2 => format!("{}s", now_ms / 1000),
                _ => "hidden".to_owned(),
            })
        }
        fn sort_key(&self, _: usize) -> SortKey<'_> {
            SortKey::Absent
        }
    }

    #[test]
    fn terms() {
        let cases = [
            ("", true),
            ("   ", true),
            ("!", true),
            ("web", true),
            ("WEB-7D", true),
            ("shop/web", true),
            ("web run", true),
            ("web crash", false),
            ("!crash", true),
            ("!crash running", true),
            ("!RUNNING", false),
            ("!web running", false),
            ("straße", true),
            ("οδο", true),
            ("ΟΔΟΣ", true),
            ("7s", true),
            ("8s", false),
            ("runningstra", false),
            ("hidden", false),
            ("!!", true),
        ];
        for (text, expected) in cases {
            let filter = Filter::parse(text);
            assert_eq!(filter.matches(&Pod, 3, 7_400), expected, "{text:?}");
        }
        assert!(Filter::parse(" ! ").is_empty());
        assert!(!Filter::parse("!a").is_empty());
    }
}
