//! Label selectors in their one-line form: `app=web,tier in (a,b),!old`.
//!
//! Follows k8s.io/apimachinery v0.36.4 `pkg/labels/selector.go:Parse`, which reads the trigger's `podSelector`.

use std::collections::{BTreeMap, BTreeSet};

/// A selector understood; without any requirement it selects all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    Above(i64),
    Below(i64),
}

impl Selector {
    /// Reads a selector; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
        };
        let mut requirements = Vec::new();
        while parser.current() != &Token::End {
            requirements.push(parser.requirement()?);
            match parser.step() {
                Token::End => break,
                Token::Sign(",") if parser.begins_requirement() => {}
                other => return Err(format!("{other:?} where a comma and a name could stand")),
            }
        }
        Ok(Self { requirements })
    }

    /// Whether it selects what has these labels.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements
            .iter()
            .all(|requirement| requirement.holds(labels.get(&requirement.key)))
    }
}

impl Requirement {
    fn holds(&self, value: Option<&String>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::In(values) => value.is_some_and(|value| values.contains(value)),
            Test::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Test::Above(limit) => number().is_some_and(|number| number > *limit),
            Test::Below(limit) => number().is_some_and(|number| number < *limit),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 8] = ["==", "!=", "=", "!", "(", ")", ",", ">"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let special = |c: char| "=!(),><".contains(c);
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(blank);
        if rest.is_empty() {
            tokens.push(Token::End);
            return Ok(tokens);
        }
        if rest.starts_with(special) {
            let sign = SIGNS
                .iter()
                .chain(&["<"])
                .find(|&&sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| format!("no sign begins {rest}"))?;
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let end = rest.find(|c| special(c) || blank(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            tokens.push(Token::Word(word.to_owned()));
            rest = after;
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn current(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn step(&mut self) -> Token {
        let token = self.current().clone();
        self.at = self.at.saturating_add(1);
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.current(), Token::Sign(current) if *current == sign)
    }

    fn begins_requirement(&self) -> bool {
        matches!(self.current(), Token::Word(_)) || self.is("!")
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let absent = self.is("!");
        if absent {
            self.step();
        }
        let key = match self.step() {
            Token::Word(key) if is_key(&key) => key,
            other => return Err(format!("{other:?} is no label's name")),
        };
        let test = if absent {
            Test::Absent
        } else if self.is(",") || self.current() == &Token::End {
            Test::Exists
        } else {
            self.test()?
        };
        Ok(Requirement { key, test })
    }

    fn test(&mut self) -> Result<Test, String> {
        match self.step() {
            Token::Sign("=" | "==") => Ok(Test::In([self.value()?].into())),
            Token::Sign("!=") => Ok(Test::NotIn([self.value()?].into())),
            Token::Sign(">") => self.limit().map(Test::Above),
            Token::Sign("<") => self.limit().map(Test::Below),
            Token::Word(word) if word == "in" => self.values().map(Test::In),
            Token::Word(word) if word == "notin" => self.values().map(Test::NotIn),
            other => Err(format!("{other:?} is no comparison")),
        }
    }

    fn value(&mut self) -> Result<String, String> {
        if self.is(",") || self.current() == &Token::End {
            return Ok(String::new());
        }
        match self.step() {
            Token::Word(value) if is_value(&value) => Ok(value),
            other => Err(format!("{other:?} is no label's value")),
        }
    }

    fn limit(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        value
            .parse()
            .map_err(|_| format!("{value} is no whole number"))
    }

    /// `(a, b)`; where nothing stands, between commas or brackets, is the empty value.
    fn values(&mut self) -> Result<BTreeSet<String>, String> {
        if self.step() != Token::Sign("(") {
            return Err("no values in brackets".into());
        }
        let mut values = BTreeSet::new();
        let mut value: Option<String> = None;
        loop {
            match self.step() {
                Token::Word(word) if value.is_none() && is_value(&word) => {
                    value = Some(word);
                }
                Token::Sign(",") => {
                    values.insert(value.take().unwrap_or_default());
                }
                Token::Sign(")") => {
                    values.insert(value.take().unwrap_or_default());
                    return Ok(values);
                }
                other => return Err(format!("{other:?} among values")),
            }
        }
    }
}

/// A name of at most 63 letters, digits, `-`, `_` and `.`, the first and last a letter or digit.
fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric();
    text.len() <= 63
        && text.bytes().all(|b| plain(b) || b"-_.".contains(&b))
        && text.bytes().next().is_some_and(plain)
        && text.bytes().last().is_some_and(plain)
}

fn is_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

/// A name, perhaps with a domain before it.
fn is_key(text: &str) -> bool {
    let Some((domain, name)) = text.split_once('/') else {
        return is_name(text);
    };
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let part = |part: &str| {
        part.bytes().all(|b| lower(b) || b == b'-')
            && part.bytes().next().is_some_and(lower)
            && part.bytes().last().is_some_and(lower)
    };
    is_name(name) && domain.len() <= 253 && domain.split('.').all(part)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_kubernetes_takes_and_refuses() {
        let labels = [("app", "web"), ("tier", "b"), ("n", "5")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        for (text, selects) in [
            ("", true),
            ("app=web,tier in (a,b),!old", true),
            ("app", true),
            ("app!=web", false),
            ("n>4,n<6", true),
            ("x in (,)", false),
            ("app=", false),
            ("in in (in)", false),
            ("app in ()", false),
            ("app notin ()", true),
        ] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(selector.selects(&labels), selects, "{text}");
        }
        for text in [
            ",", "a,", "a=b=c", "a in b", "!a=b", "=a", "a>b", "-a", "a/b/c", "a in (b", "a b",
        ] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
