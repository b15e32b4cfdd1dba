//! A filter text taken apart.

use super::amount::Comparison;
use super::{FieldTerm, Filter, FilterError, Term, Test, Vocabulary, lowercase};
use crate::{Column, nearest};

/// The word before `:` that asks whether a tag is there.
const TAG: &str = "label";

pub(super) fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Filter, FilterError> {
    let mut parser = Parser {
        text,
        at: 0,
        vocabulary,
        filter: Filter::default(),
    };
    loop {
        parser.skip(|c| c.is_whitespace() || c == ',');
        if parser.rest().is_empty() {
            return Ok(parser.filter);
        }
        parser.term()?;
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    vocabulary: &'a Vocabulary<'a>,
    filter: Filter,
}

/// What stands between a key and its value.
#[derive(Clone, Copy, PartialEq)]
enum Relation {
    Equal,
    Unequal,
}

fn ends(c: char) -> bool {
    c.is_whitespace() || c == ','
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, which: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(which).len();
    }

    fn error(&self, from: usize, to: usize, message: String) -> FilterError {
        FilterError {
            message,
            at: self.text[..from].chars().count(),
            piece: self.text[from..to].to_owned(),
        }
    }

    fn term(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        let wanted = !self.rest().starts_with('!');
        if !wanted {
            self.at += 1;
            // Half typed.
            if self.rest().is_empty() || self.rest().starts_with(ends) {
                return Ok(());
            }
        }
        let quoted = self.rest().starts_with('"');
        let head = self.word(|c| ends(c) || c == '=' || c == ':')?;
        let test = match self.rest().chars().next() {
            Some(':') if head.is_empty() => {
                return Err(self.error(
                    start,
                    self.at + 1,
                    "There is no column before “:”. Quote it to look for it as text.".to_owned(),
                ));
            }
            Some(':') => {
                self.at += 1;
                if !quoted && head.eq_ignore_ascii_case(TAG) {
                    self.tag()?
                } else {
                    self.column(&head, start)?
                }
            }
            _ => {
                let relation = self.relation();
                if let Some(relation) = relation {
                    return self.selector(head, start, wanted, relation);
                }
                match self.list_follows() {
                    Some(included) => return self.list(&head, start, wanted == included),
                    None => Some(Test::Text(lowercase(&head))),
                }
            }
        };
        self.filter
            .terms
            .extend(test.map(|test| Term { wanted, test }));
        Ok(())
    }

    /// Text in quotes, or up to a character that ends it; `!=` always does.
    fn word(&mut self, end: impl Fn(char) -> bool) -> Result<String, FilterError> {
        let start = self.at;
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix('"') {
            let Some(close) = inside.find('"') else {
                return Err(self.error(
                    start,
                    self.text.len(),
                    "The quote that begins here does not end.".to_owned(),
                ));
            };
            self.at += close + 2;
            let after = self.rest();
            if !(after.is_empty() || after.starts_with(&end) || after.starts_with("!=")) {
                let to = self.at + after.find(ends).unwrap_or(after.len());
                return Err(self.error(
                    self.at,
                    to,
                    "After a closing quote comes a blank or a comma.".to_owned(),
                ));
            }
            return Ok(inside[..close].to_owned());
        }
        let mut length = rest.find(end).unwrap_or(rest.len());
        if let Some(unequal) = rest.find("!=").filter(|at| *at > 0) {
            length = length.min(unequal);
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    fn relation(&mut self) -> Option<Relation> {
        let (length, relation) = match self.rest() {
            rest if rest.starts_with("!=") => (2, Relation::Unequal),
            rest if rest.starts_with("==") => (2, Relation::Equal),
            rest if rest.starts_with('=') => (1, Relation::Equal),
            _ => return None,
        };
        self.at += length;
        Some(relation)
    }

    fn selector(
        &mut self,
        key: String,
        start: usize,
        wanted: bool,
        relation: Relation,
    ) -> Result<(), FilterError> {
        if key.is_empty() {
            return Err(self.error(
                start,
                self.at,
                "There is no key before “=”. Quote it to look for it as text.".to_owned(),
            ));
        }
        let value = self.word(ends)?;
        let equal = wanted == (relation == Relation::Equal);
        if (self.vocabulary.is_field)(&key) {
            self.filter.fields.push(FieldTerm { key, equal, value });
        } else {
            self.filter.terms.push(Term {
                wanted: equal,
                test: Test::TagIn {
                    key,
                    values: vec![value],
                },
            });
        }
        Ok(())
    }

    /// Whether `in (` or `notin (` comes next, which is then behind; says whether it is `in`.
    fn list_follows(&mut self) -> Option<bool> {
        let trimmed = self.rest().trim_start();
        let (included, after) = if let Some(after) = trimmed.strip_prefix("in") {
            (true, after)
        } else {
            (false, trimmed.strip_prefix("notin")?)
        };
        let inside = after.trim_start().strip_prefix('(')?;
        self.at = self.text.len() - inside.len();
        Some(included)
    }

    fn list(&mut self, key: &str, start: usize, wanted: bool) -> Result<(), FilterError> {
        let inside = self.at;
        if (self.vocabulary.is_field)(key) {
            return Err(self.error(
                start,
                inside,
                format!("The server answers “{key}”, and it knows =, == and != only."),
            ));
        }
        let Some(close) = self.rest().find(')') else {
            return Err(self.error(
                inside - 1,
                self.text.len(),
                "The list that begins here has no “)”.".to_owned(),
            ));
        };
        let values = self.rest()[..close]
            .split(',')
            .map(|value| value.trim().trim_matches('"').to_owned())
            .collect();
        self.at += close + 1;
        if !(self.rest().is_empty() || self.rest().starts_with(ends)) {
            return Err(self.error(
                self.at,
                self.text.len(),
                "After a list comes a blank or a comma.".to_owned(),
            ));
        }
        let key = key.to_owned();
        self.filter.terms.push(Term {
            wanted,
            test: Test::TagIn { key, values },
        });
        Ok(())
    }

    /// After `label:`.
    fn tag(&mut self) -> Result<Option<Test>, FilterError> {
        let start = self.at;
        let key = self.word(|c| ends(c) || c == '=')?;
        if key.is_empty() {
            return Err(self.error(
                start,
                start,
                "Which label? Write label:key for objects that have it.".to_owned(),
            ));
        }
        match self.relation() {
            None => Ok(Some(Test::Tagged(key))),
            Some(Relation::Equal) => {
                let values = vec![self.word(ends)?];
                Ok(Some(Test::TagIn { key, values }))
            }
            Some(Relation::Unequal) => Err(self.error(
                start,
                self.at,
                format!("Write {key}!=value without “label:”."),
            )),
        }
    }

    /// After `name:`.
    fn column(&mut self, name: &str, start: usize) -> Result<Option<Test>, FilterError> {
        let columns = self.vocabulary.columns;
        let from = self.at;
        let quoted = self.rest().starts_with('"');
        let how = if quoted { None } else { self.comparison() };
        let value_at = self.at;
        let value = self.word(ends)?;
        if columns.is_empty() {
            return Ok(None);
        }
        let Some(column) = position(columns, name) else {
            let to = start.max(from - 1);
            return Err(self.error(start, to, unknown(columns, name, self.vocabulary.is_field)));
        };
        let title = &columns[column].title;
        if value.is_empty() && !quoted {
            return Err(self.error(
                value_at,
                self.at,
                format!("What shall {title} be? Write {name}:text or {name}:>amount."),
            ));
        }
        let measure = columns[column].measure;
        let amount = measure.parse(&value);
        match (how, amount) {
            (None, _) => Ok(Some(Test::Contains {
                column,
                text: lowercase(&value),
            })),
            (Some(how), Some(amount)) => Ok(Some(Test::Compare {
                column,
                measure,
                how,
                amount,
            })),
            (Some(Comparison::Equal), None) => Ok(Some(Test::Is {
                column,
                text: lowercase(&value),
            })),
            (Some(_), None) => Err(self.error(
                value_at,
                self.at,
                format!(
                    "“{value}” is no amount to compare {title} with: write {}.",
                    measure.example()
                ),
            )),
        }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let (length, how) = match self.rest() {
            rest if rest.starts_with(">=") => (2, Comparison::AtLeast),
            rest if rest.starts_with("<=") => (2, Comparison::AtMost),
            rest if rest.starts_with("==") => (2, Comparison::Equal),
            rest if rest.starts_with('>') => (1, Comparison::More),
            rest if rest.starts_with('<') => (1, Comparison::Less),
            rest if rest.starts_with('=') => (1, Comparison::Equal),
            _ => return None,
        };
        self.at += length;
        Some(how)
    }
}

/// The column with this id or heading; blanks and case do not count.
fn position(columns: &[Column], name: &str) -> Option<usize> {
    let squeezed = |text: &str| lowercase(&text.replace([' ', '-', '_'], ""));
    let name = squeezed(name);
    let is = |text: &str| squeezed(text) == name;
    columns
        .iter()
        .position(|column| is(&column.id))
        .or_else(|| columns.iter().position(|column| is(&column.title)))
}

fn unknown(columns: &[Column], name: &str, is_field: fn(&str) -> bool) -> String {
    if is_field(name) {
        return format!("“{name}” is a field: write {name}=value.");
    }
    let ids: Vec<&str> = columns.iter().map(|column| column.id.as_str()).collect();
    let meant = match nearest(name, &ids, 2).as_slice() {
        [] => format!("Columns are {}.", ids.join(", ")),
        near => format!("Did you mean {}?", near.join(" or ")),
    };
    format!("There is no column “{name}”. {meant} Quote the whole to look for it as text.")
}
