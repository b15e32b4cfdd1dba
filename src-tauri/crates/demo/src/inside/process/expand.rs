//! Words of a script become arguments.

use super::super::environment::{self, Variables};
use super::super::script::{Piece, Word};

/// The number that `$$` gives.
const SHELL: &str = "34";

/// What words are with the values of their variables.
pub(super) fn words(words: &[Word], variables: &Variables, code: i32) -> Vec<String> {
    words
        .iter()
        .flat_map(|word| self::word(word, variables, code))
        .collect()
}

/// One argument, several where an unquoted value has blanks, none where it is empty.
pub(super) fn word(word: &Word, variables: &Variables, code: i32) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for piece in word {
        match piece {
            Piece::Text(text) => open.get_or_insert_default().push_str(text),
            Piece::Variable { name, quoted } => {
                let value = match name.as_str() {
                    "?" => code.to_string(),
                    "$" => SHELL.to_owned(),
                    name => environment::get(variables, name).to_owned(),
                };
                if *quoted {
                    open.get_or_insert_default().push_str(&value);
                    continue;
                }
                if value.starts_with(char::is_whitespace) {
                    all.extend(open.take());
                }
                for (at, part) in value.split_whitespace().enumerate() {
                    if at > 0 {
                        all.extend(open.take());
                    }
                    open.get_or_insert_default().push_str(part);
                }
                if value.ends_with(char::is_whitespace) {
                    all.extend(open.take());
                }
            }
        }
    }
    all.extend(open);
    all
}

/// Name and value of `NAME=value`.
pub(super) fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let mut letters = name.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    (begins && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some((name, value))
}
