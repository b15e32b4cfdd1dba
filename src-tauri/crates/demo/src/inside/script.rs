//! The toy shell's language: words, quotes, variables, lists, pipes, redirections.

use std::iter::Peekable;
use std::str::Chars;

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it stands.
    Text(String),
    /// The value of a variable; in quotes it is not split at blanks.
    Variable {
        /// `?` is the last code.
        name: String,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
}

/// What becomes one argument, or several where a variable splits.
pub(super) type Word = Vec<Piece>;

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Redirection {
    /// `> file`
    Out(Word),
    /// `2> file`
    Error(Word),
    /// `2>&1`
    ErrorToOut,
    /// `< file`
    In(Word),
}

/// A command with its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    pub(super) redirections: Vec<Redirection>,
}

/// When a pipeline is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// In any case.
    Always,
    /// `&&`: after success.
    And,
    /// `||`: after failure.
    Or,
}

/// Commands of which each reads what the one before it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pipeline {
    pub(super) join: Join,
    pub(super) commands: Vec<Command>,
}

enum Token {
    Word(Word),
    Operator(&'static str),
}

/// Longer ones first.
const OPERATORS: [&str; 13] = [
    "2>&1", "2>>", "2>", "&&", "||", ">>", ">", "<", "|", ";", "&", "(", ")",
];

/// Words that a real shell would know.
const LEFT_OUT: [&str; 8] = ["if", "for", "while", "until", "case", "function", "{", "!"];

/// Reads a text; an error is what a shell says of it.
pub(super) fn parse(text: &str) -> Result<Vec<Pipeline>, String> {
    let mut all = Vec::new();
    for line in text.lines() {
        pipelines(tokens(line)?, &mut all)?;
    }
    Ok(all)
}

/// One command, of words that are what they are.
pub(super) fn plain(words: &[String]) -> Vec<Pipeline> {
    let words = words.iter().map(|word| vec![Piece::Text(word.clone())]);
    vec![Pipeline {
        join: Join::Always,
        commands: vec![Command {
            words: words.collect(),
            redirections: Vec::new(),
        }],
    }]
}

fn unexpected(what: &str) -> String {
    format!("syntax error: unexpected \"{what}\"")
}

fn pipelines(tokens: Vec<Token>, all: &mut Vec<Pipeline>) -> Result<(), String> {
    let mut join = Join::Always;
    let mut commands = Vec::new();
    let mut command = Command::default();
    let mut tokens = tokens.into_iter();
    let mut last = "";
    while let Some(token) = tokens.next() {
        let operator = match token {
            Token::Word(word) => {
                if command.words.is_empty() {
                    check(&word)?;
                }
                command.words.push(word);
                last = "";
                continue;
            }
            Token::Operator(operator) => operator,
        };
        match operator {
            "2>&1" => command.redirections.push(Redirection::ErrorToOut),
            ">" | ">>" | "2>" | "2>>" | "<" => {
                let Some(Token::Word(file)) = tokens.next() else {
                    return Err(unexpected("newline"));
                };
                command.redirections.push(match operator {
                    "<" => Redirection::In(file),
                    ">" | ">>" => Redirection::Out(file),
                    _ => Redirection::Error(file),
                });
            }
            "&" | "(" | ")" => return Err(unexpected(operator)),
            _ => {
                if command.words.is_empty() {
                    return Err(unexpected(operator));
                }
                commands.push(std::mem::take(&mut command));
                last = operator;
                if operator == "|" {
                    continue;
                }
                let commands = std::mem::take(&mut commands);
                all.push(Pipeline { join, commands });
                join = match operator {
                    "&&" => Join::And,
                    "||" => Join::Or,
                    _ => Join::Always,
                };
            }
        }
    }
    if command.words.is_empty() {
        return match last {
            "" | ";" => Ok(()),
            _ => Err(unexpected("newline")),
        };
    }
    commands.push(command);
    all.push(Pipeline { join, commands });
    Ok(())
}

/// What is left out of the language is told as such.
fn check(word: &Word) -> Result<(), String> {
    match word.as_slice() {
        [Piece::Text(text)] if LEFT_OUT.contains(&text.as_str()) => Err(format!(
            "syntax error: \"{text}\" is not known to the demo's shell"
        )),
        _ => Ok(()),
    }
}

fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(next) = rest.peek() else {
            return Ok(tokens);
        };
        if *next == '#' {
            return Ok(tokens);
        }
        let ahead: String = rest.clone().take(4).collect();
        if let Some(operator) = OPERATORS.iter().find(|one| ahead.starts_with(**one)) {
            rest.nth(operator.len() - 1);
            tokens.push(Token::Operator(operator));
        } else {
            tokens.push(Token::Word(word(&mut rest)?));
        }
    }
}

fn word(rest: &mut Peekable<Chars<'_>>) -> Result<Word, String> {
    let mut pieces = Word::new();
    let mut text = String::new();
    let mut quote = None;
    // An empty word is one only in quotes.
    let mut was_quoted = false;
    while let Some(next) = rest.peek().copied() {
        match (quote, next) {
            (None, c) if c.is_whitespace() || ";|&<>()".contains(c) => break,
            (None, '\'' | '"') => {
                quote = Some(next);
                was_quoted = true;
                rest.next();
            }
            (Some(mark), c) if mark == c => {
                quote = None;
                rest.next();
            }
            (None | Some('"'), '\\') => {
                rest.next();
                text.extend(rest.next());
            }
            (None | Some('"'), '$') => {
                rest.next();
                match name(rest) {
                    Some(name) => {
                        if !text.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut text)));
                        }
                        let quoted = quote.is_some();
                        pieces.push(Piece::Variable { name, quoted });
                    }
                    None => text.push('$'),
                }
            }
            (_, c) => {
                text.push(c);
                rest.next();
            }
        }
    }
    if quote.is_some() {
        return Err("syntax error: unterminated quoted string".to_owned());
    }
    if !text.is_empty() || (was_quoted && pieces.is_empty()) {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The name behind `$`, if one is there.
fn name(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    if let Some(special) = rest.next_if(|c| matches!(c, '?' | '$')) {
        return Some(special.to_string());
    }
    let braced = rest.next_if_eq(&'{').is_some();
    let mut name = String::new();
    while let Some(c) =
        rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_' || (braced && "?$".contains(*c)))
    {
        name.push(c);
    }
    if braced {
        rest.next_if_eq(&'}');
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shown(text: &str) -> String {
        let pipelines = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let each = pipelines.iter().map(|pipeline| {
            let commands = pipeline.commands.iter().map(|command| {
                let words = command.words.iter().map(|word| {
                    let pieces = word.iter().map(|piece| match piece {
                        Piece::Text(text) => text.clone(),
                        Piece::Variable { name, quoted } => format!("${name}{}", u8::from(*quoted)),
                    });
                    format!("[{}]", pieces.collect::<Vec<_>>().join("+"))
                });
                format!(
                    "{}{}",
                    words.collect::<String>(),
                    command.redirections.len()
                )
            });
            format!(
                "{:?} {}",
                pipeline.join,
                commands.collect::<Vec<_>>().join("|")
            )
        });
        each.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn lists_pipes_words() {
        for (text, expected) in [
            ("", ""),
            ("  # nothing", ""),
            ("echo a 'b  c'", "Always [echo][a][b  c]0"),
            ("echo \"a $X\"$Y''", "Always [echo][a +$X1+$Y0]0"),
            (
                "a;b && c || d;",
                "Always [a]0; Always [b]0; And [c]0; Or [d]0",
            ),
            ("a | b 2>&1 | c > /dev/null", "Always [a]0|[b]1|[c]1"),
            ("echo ${A}b $? \\$x ''", "Always [echo][$A0+b][$?0][$x][]0"),
            ("a\nb", "Always [a]0; Always [b]0"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_command_is_told() {
        for (text, expected) in [
            ("a |", "unexpected \"newline\""),
            ("&& a", "unexpected \"&&\""),
            ("a &", "unexpected \"&\""),
            ("echo 'a", "unterminated quoted string"),
            ("while true", "\"while\" is not known to the demo's shell"),
            ("a >", "unexpected \"newline\""),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.ends_with(expected), "{text}: {error}");
        }
    }
}
