//! What was typed into a table's filter.

use table::{Column, Filter, FilterError, Vocabulary};

/// A filter as it was typed, and what it means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub(crate) text: String,
    /// What is wrong with it: then the last good one filters.
    pub(crate) problem: Option<FilterError>,
    /// The last good one.
    pub(crate) good: Filter,
}

impl Typed {
    /// Reads what was typed, for a table of `kind` (`Pod`) with these columns.
    pub(crate) fn read(&mut self, text: &str, columns: &[Column], kind: &str) {
        text.clone_into(&mut self.text);
        let vocabulary = Vocabulary {
            columns,
            is_field: model::fields::is_field(kind),
        };
        match Filter::parse(text, &vocabulary) {
            Ok(filter) => {
                self.good = filter;
                self.problem = None;
            }
            Err(problem) => self.problem = Some(problem),
        }
    }

    /// The field selector for the server; empty selects everything.
    pub(crate) fn fields(&self) -> String {
        let terms = self.good.fields().iter();
        let terms: Vec<String> = terms
            .map(|term| model::fields::term(&term.key, term.equal, &term.value))
            .collect();
        terms.join(",")
    }
}
