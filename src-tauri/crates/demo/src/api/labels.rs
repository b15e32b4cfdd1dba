//! Label selectors in the form of `?labelSelector=` (apimachinery, `labels.Parse`).

use serde_json::Value;

use crate::status::Status;

/// Requirements that all hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Labels(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    /// True where the label is missing, too.
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Labels {
    pub(crate) fn parse(text: &str) -> Result<Self, Status> {
        let mut parser = Parser {
            tokens: tokens(text),
            at: 0,
        };
        parser.selector().map(Self).map_err(Status::bad_request)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.0.iter().all(|one| {
            let own = labels.get(&one.key).and_then(Value::as_str);
            match &one.test {
                Test::Exists => own.is_some(),
                Test::Missing => own.is_none(),
                Test::In(values) => own.is_some_and(|own| values.iter().any(|value| value == own)),
                Test::NotIn(values) => {
                    own.is_none_or(|own| values.iter().all(|value| value != own))
                }
                Test::Above(bound) => number(own).is_some_and(|own| own > *bound),
                Test::Below(bound) => number(own).is_some_and(|own| own < *bound),
            }
        })
    }
}

fn number(own: Option<&str>) -> Option<i64> {
    own.and_then(|text| text.parse().ok())
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Sign(&'static str),
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Sign(sign) => sign,
        }
    }
}

const SIGNS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || "=!(),><".contains(c))
                .unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    found
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn selector(&mut self) -> Result<Vec<Requirement>, String> {
        let mut all = Vec::new();
        loop {
            match self.peek() {
                None => return Ok(all),
                Some(Token::Word(_) | Token::Sign("!")) => {
                    let one = self
                        .requirement()
                        .map_err(|why| format!("unable to parse requirement: {why}"))?;
                    all.push(one);
                    match self.next() {
                        None => return Ok(all),
                        Some(Token::Sign(",")) => match self.peek() {
                            Some(Token::Word(_) | Token::Sign("!")) => {}
                            other => {
                                let found = other.map_or("", Token::text);
                                return Err(format!(
                                    "found '{found}', expected: identifier after ','"
                                ));
                            }
                        },
                        Some(other) => {
                            return Err(format!(
                                "found '{}', expected: ',' or 'end of string'",
                                other.text()
                            ));
                        }
                    }
                }
                Some(other) => {
                    return Err(format!(
                        "found '{}', expected: !, identifier, or 'end of string'",
                        other.text()
                    ));
                }
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let missing = self.peek() == Some(&Token::Sign("!"));
        if missing {
            self.at += 1;
        }
        let key = match self.next() {
            Some(Token::Word(key)) => key,
            other => {
                let found = other.as_ref().map_or("", Token::text);
                return Err(format!("found '{found}', expected: identifier"));
            }
        };
        check_key(&key)?;
        let test = match self.peek() {
            _ if missing => Test::Missing,
            None | Some(Token::Sign(",")) => Test::Exists,
            Some(_) => self.test(&key)?,
        };
        Ok(Requirement { key, test })
    }

    fn test(&mut self, key: &str) -> Result<Test, String> {
        let operator = self.next().unwrap_or(Token::Sign(""));
        let bound = |value: &str| {
            value.parse::<i64>().map_err(|_| {
                format!(
                    "values[0][{key}]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
                )
            })
        };
        match operator.text() {
            "in" => Ok(Test::In(self.values()?)),
            "notin" => Ok(Test::NotIn(self.values()?)),
            "=" | "==" => Ok(Test::In(vec![self.value()?])),
            "!=" => Ok(Test::NotIn(vec![self.value()?])),
            ">" | "gt" => Ok(Test::Above(bound(&self.value()?)?)),
            "<" | "lt" => Ok(Test::Below(bound(&self.value()?)?)),
            found => Err(format!(
                "found '{found}', expected: in, notin, =, ==, !=, gt, lt"
            )),
        }
    }

    fn value(&mut self) -> Result<String, String> {
        match self.peek() {
            None | Some(Token::Sign(",")) => Ok(String::new()),
            Some(Token::Word(value)) => {
                let value = value.clone();
                self.at += 1;
                check_value(&value)?;
                Ok(value)
            }
            Some(other) => Err(format!(
                "found '{}', expected: ',', or identifier",
                other.text()
            )),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        match self.next() {
            Some(Token::Sign("(")) => {}
            other => {
                let found = other.as_ref().map_or("", Token::text);
                return Err(format!("found '{found}' expected: '('"));
            }
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                Some(Token::Word(value)) => {
                    check_value(&value)?;
                    values.push(value);
                    match self.next() {
                        Some(Token::Sign(",")) => {
                            if self.peek() == Some(&Token::Sign(")")) {
                                values.push(String::new());
                            }
                        }
                        Some(Token::Sign(")")) => return Ok(values),
                        other => {
                            let found = other.as_ref().map_or("", Token::text);
                            return Err(format!("found '{found}', expected: ',' or ')'"));
                        }
                    }
                }
                Some(Token::Sign(",")) => values.push(String::new()),
                Some(Token::Sign(")")) => {
                    if values.is_empty() {
                        values.push(String::new());
                    }
                    return Ok(values);
                }
                other => {
                    let found = other.as_ref().map_or("", Token::text);
                    return Err(format!("found '{found}', expected: ',', ')' or identifier"));
                }
            }
        }
    }
}

/// A qualified name (apimachinery, `IsQualifiedName`).
fn check_key(key: &str) -> Result<(), String> {
    let name = key.rsplit_once('/').map_or(key, |(_, name)| name);
    if is_name(name) && !name.is_empty() {
        return Ok(());
    }
    Err(format!(
        "key: Invalid value: {key:?}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    ))
}

fn check_value(value: &str) -> Result<(), String> {
    if is_name(value) {
        return Ok(());
    }
    Err(format!(
        "values[0]: Invalid value: {value:?}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    ))
}

fn is_name(text: &str) -> bool {
    let outer = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.chars().all(|c| outer(c) || "-_.".contains(c))
        && text.chars().next().is_none_or(outer)
        && text.chars().last().is_none_or(outer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn every_form() {
        let object = json!({"metadata": {"labels": {"app": "web", "tier": "2", "none": ""}}});
        for (text, expected) in [
            ("", true),
            ("app=web", true),
            ("app==web,tier=2", true),
            ("app!=web", false),
            ("other!=web", true),
            ("app in (api, web)", true),
            ("app in ()", false),
            ("none in ()", true),
            ("none=", true),
            ("app notin (api)", true),
            ("other notin (api)", true),
            ("app", true),
            ("!app", false),
            ("!other", true),
            ("tier>1", true),
            ("tier lt 2", false),
            ("app.kubernetes.io/name", false),
        ] {
            assert_eq!(
                Labels::parse(text).unwrap().matches(&object),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_as_upstream_tells_it() {
        for (text, expected) in [
            (
                "a b",
                "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
            ),
            (
                "a in (b",
                "unable to parse requirement: found '', expected: ',' or ')'",
            ),
            ("a,", "found '', expected: identifier after ','"),
            (
                ",a",
                "found ',', expected: !, identifier, or 'end of string'",
            ),
        ] {
            assert_eq!(Labels::parse(text).unwrap_err().message, expected, "{text}");
        }
    }
}
