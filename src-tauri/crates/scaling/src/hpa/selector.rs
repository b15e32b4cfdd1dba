//! Label selectors: their text form, their object form, what they match.
//!
//! Follows apimachinery 0.36.3: `labels/selector.go` (`Parse`, `NewRequirement`, `Requirement.Matches`),
//! `apis/meta/v1/helpers.go` (`LabelSelectorAsSelector`), with the words of their errors, which the controller puts into events.

use std::fmt::Write as _;

use smol_str::SmolStr;

use super::label::{key_faults, value_faults};
use super::situation::Labels;
use super::spec::LabelSelector;

/// A selector that was understood. An empty one matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: SmolStr,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    In(Vec<SmolStr>),
    NotIn(Vec<SmolStr>),
    Exists,
    Missing,
    Greater(i64),
    Less(i64),
}

impl Selector {
    /// Whether labels fulfil every requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.get(requirement.key.as_str());
            let number = || value.and_then(|value| go_integer(value));
            match &requirement.test {
                Test::In(values) => value.is_some_and(|value| values.contains(value)),
                Test::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::Greater(limit) => number().is_some_and(|number| number > *limit),
                Test::Less(limit) => number().is_some_and(|number| number < *limit),
            }
        })
    }

    /// Whether it requires nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the text form; the error is Go's text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens::of(text);
        let mut requirements = Vec::new();
        loop {
            match tokens.peek() {
                Token::Word(_) | Token::Not => {
                    let requirement = requirement(&mut tokens)
                        .map_err(|error| format!("unable to parse requirement: {error}"))?;
                    requirements.push(requirement);
                    match tokens.next() {
                        Token::End => return Ok(Self(requirements)),
                        Token::Comma => {
                            let next = tokens.peek();
                            if !matches!(next, Token::Word(_) | Token::Not) {
                                return Err(format!(
                                    "found '{}', expected: identifier after ','",
                                    next.text()
                                ));
                            }
                        }
                        other => {
                            return Err(format!(
                                "found '{}', expected: ',' or 'end of string'",
                                other.text()
                            ));
                        }
                    }
                }
                Token::End => return Ok(Self(requirements)),
                other => {
                    return Err(format!(
                        "found '{}', expected: !, identifier, or 'end of string'",
                        other.text()
                    ));
                }
            }
        }
    }
}

/// What is wrong with a metric's selector, in Go's words; `None` if nothing is. Where several labels are wrong, the first by name
/// (Go takes any).
pub(crate) fn object_fault(selector: Option<&LabelSelector>) -> Option<String> {
    let selector = selector?;
    for (key, value) in &selector.match_labels {
        if let Err(error) = checked(key, "=", vec![value.into()]) {
            return Some(error);
        }
    }
    for expression in &selector.match_expressions {
        let operator = match expression.operator.as_str() {
            "In" => "in",
            "NotIn" => "notin",
            "Exists" => "exists",
            "DoesNotExist" => "!",
            other => {
                return Some(format!(
                    "{} is not a valid label selector operator",
                    quoted(other)
                ));
            }
        };
        if let Err(error) = checked(
            &expression.key,
            operator,
            expression.values.iter().map(SmolStr::from).collect(),
        ) {
            return Some(error);
        }
    }
    None
}

/// A selector as Go's `%+v` prints a pointer to it.
pub(crate) fn printed(selector: Option<&LabelSelector>) -> String {
    let Some(selector) = selector else {
        return "nil".to_owned();
    };
    let mut out = "&LabelSelector{MatchLabels:map[string]string{".to_owned();
    for (key, value) in &selector.match_labels {
        let _ = write!(out, "{key}: {value},");
    }
    out.push_str("},MatchExpressions:[]LabelSelectorRequirement{");
    for expression in &selector.match_expressions {
        let _ = write!(
            out,
            "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
            expression.key,
            expression.operator,
            expression.values.join(" ")
        );
    }
    out.push_str("},}");
    out
}

/// One requirement, read from the tokens.
fn requirement(tokens: &mut Tokens<'_>) -> Result<Requirement, String> {
    let mut token = tokens.next();
    let negated = token == Token::Not;
    if negated {
        token = tokens.next();
    }
    let Token::Word(key) = token else {
        return Err(format!("found '{}', expected: identifier", token.text()));
    };
    let faults = key_faults(key);
    if !faults.is_empty() {
        return Err(format!(
            "<nil>: Invalid value: {}: {}",
            quoted(key),
            faults.join("; ")
        ));
    }
    if negated {
        return checked(key, "!", Vec::new());
    }
    if matches!(tokens.peek(), Token::End | Token::Comma) {
        return checked(key, "exists", Vec::new());
    }
    let (operator, operator_text) = tokens.next_operator();
    match operator {
        Some(operator @ ("in" | "notin")) => {
            let mut values = listed(tokens)?;
            values.sort();
            values.dedup();
            checked(key, operator, values)
        }
        Some(operator) => {
            let value = match tokens.peek() {
                Token::End | Token::Comma => SmolStr::default(),
                _ => match tokens.next() {
                    Token::Word(value) => value.into(),
                    other => {
                        return Err(format!("found '{}', expected: identifier", other.text()));
                    }
                },
            };
            checked(key, operator, vec![value])
        }
        None => Err(format!(
            "found '{operator_text}', expected: in, notin, =, ==, !=, gt, lt"
        )),
    }
}

/// The values in parentheses.
fn listed(tokens: &mut Tokens<'_>) -> Result<Vec<SmolStr>, String> {
    let open = tokens.next();
    if open != Token::Open {
        return Err(format!("found '{}' expected: '('", open.text()));
    }
    match tokens.peek() {
        Token::Word(_) | Token::Comma => {}
        Token::Close => {
            tokens.next();
            return Ok(vec![SmolStr::default()]);
        }
        other => {
            return Err(format!(
                "found '{}', expected: ',', ')' or identifier",
                other.text()
            ));
        }
    }
    let mut values = Vec::new();
    loop {
        match tokens.next() {
            Token::Word(value) => {
                values.push(value.into());
                match tokens.peek() {
                    Token::Comma => {}
                    Token::Close => break,
                    other => {
                        return Err(format!("found '{}', expected: ',' or ')'", other.text()));
                    }
                }
            }
            Token::Comma => {
                if values.is_empty() {
                    values.push(SmolStr::default());
                }
                match tokens.peek() {
                    Token::Close => {
                        values.push(SmolStr::default());
                        break;
                    }
                    Token::Comma => values.push(SmolStr::default()),
                    _ => {}
                }
            }
            other => {
                return Err(format!(
                    "found '{}', expected: ',', or identifier",
                    other.text()
                ));
            }
        }
    }
    tokens.next();
    Ok(values)
}

/// A requirement whose key and values are valid.
fn checked(key: &str, operator: &str, values: Vec<SmolStr>) -> Result<Requirement, String> {
    let mut errors = Vec::new();
    let faults = key_faults(key);
    if !faults.is_empty() {
        errors.push(format!(
            "key: Invalid value: {}: {}",
            quoted(key),
            faults.join("; ")
        ));
    }
    let invalid = |why: &str| format!("values: Invalid value: {}: {why}", json_list(&values));
    let mut numbers = Vec::new();
    match operator {
        "in" | "notin" if values.is_empty() => {
            errors.push(invalid(
                "for 'in', 'notin' operators, values set can't be empty",
            ));
        }
        "exists" | "!" if !values.is_empty() => {
            errors.push(invalid(
                "values set must be empty for exists and does not exist",
            ));
        }
        ">" | "<" => {
            for (index, value) in values.iter().enumerate() {
                match go_integer(value) {
                    Some(number) => numbers.push(number),
                    None => errors.push(format!(
                        "values[{index}]: Invalid value: {}: for 'Gt', 'Lt' operators, the value must be an integer",
                        quoted(value)
                    )),
                }
            }
        }
        _ => {}
    }
    for (index, value) in values.iter().enumerate() {
        let faults = value_faults(value);
        if !faults.is_empty() {
            errors.push(format!(
                "values[{index}][{key}]: Invalid value: {}: {}",
                quoted(value),
                faults.join("; ")
            ));
        }
    }
    if !errors.is_empty() {
        let mut distinct: Vec<String> = Vec::new();
        for error in errors {
            if !distinct.contains(&error) {
                distinct.push(error);
            }
        }
        return Err(match distinct.as_slice() {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        });
    }
    let number = numbers.first().copied().unwrap_or_default();
    Ok(Requirement {
        key: key.into(),
        test: match operator {
            "exists" => Test::Exists,
            "!" => Test::Missing,
            ">" => Test::Greater(number),
            "<" => Test::Less(number),
            "!=" | "notin" => Test::NotIn(values),
            _ => Test::In(values),
        },
    })
}

/// `strconv.ParseInt(text, 10, 64)`
fn go_integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Go's `%q`, for the text that stands in specs.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list as Go's JSON has it; a list that was never made is `null`.
fn json_list(values: &[SmolStr]) -> String {
    if values.is_empty() {
        return "null".to_owned();
    }
    let texts: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", texts.join(","))
}

/// A token of the text form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    End,
    Close,
    Comma,
    Not,
    Operator(&'static str),
    Word(&'t str),
    Open,
}

impl<'t> Token<'t> {
    fn text(self) -> &'t str {
        match self {
            Self::Word(text) | Self::Operator(text) => text,
            Self::End => "",
            Self::Close => ")",
            Self::Comma => ",",
            Self::Not => "!",
            Self::Open => "(",
        }
    }
}

/// The tokens of a text; after the last comes [`Token::End`] for ever.
struct Tokens<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn of(text: &'t str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            // Go's lexer takes a zero byte for the end.
            let Some(first) = rest.chars().next().filter(|c| *c != '\0') else {
                break;
            };
            let (token, length) = if is_special(first) {
                special(rest)
            } else {
                let length = rest
                    .find(|c: char| is_special(c) || matches!(c, ' ' | '\t' | '\r' | '\n' | '\0'))
                    .unwrap_or(rest.len());
                (Token::Word(&rest[..length]), length)
            };
            tokens.push(token);
            rest = &rest[length..];
        }
        Self { tokens, at: 0 }
    }

    fn peek(&self) -> Token<'t> {
        self.tokens.get(self.at).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'t> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// The next token as an operator, and its text.
    fn next_operator(&mut self) -> (Option<&'static str>, &'t str) {
        let token = self.next();
        let operator = match token {
            Token::Operator(operator) => Some(operator),
            Token::Word("in") => Some("in"),
            Token::Word("notin") => Some("notin"),
            Token::Word(_)
            | Token::End
            | Token::Close
            | Token::Comma
            | Token::Not
            | Token::Open => None,
        };
        (operator, token.text())
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

/// The longest special token at the start, which begins with a special character: each of them is a token.
fn special(text: &str) -> (Token<'static>, usize) {
    for (token, word) in [
        (Token::Operator("=="), "=="),
        (Token::Operator("!="), "!="),
        (Token::Operator("="), "="),
        (Token::Operator(">"), ">"),
        (Token::Operator("<"), "<"),
        (Token::Not, "!"),
        (Token::Open, "("),
        (Token::Close, ")"),
    ] {
        if text.starts_with(word) {
            return (token, word.len());
        }
    }
    (Token::Comma, 1)
}
