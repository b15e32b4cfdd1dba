//! Words of a formula (expr-lang/expr v1.17.8 `parser/lexer`).

use super::Rejected;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Int(i64),
    Float(f64),
    Name(String),
    /// `#` with the name written right after it.
    Pointer(String),
    /// Operators, brackets, and words that are operators.
    Sign(&'static str),
    End,
}

/// Words that are operators; those of texts and sets are left out on purpose.
const WORDS: [&str; 6] = ["or", "and", "not", "let", "if", "else"];
const UNSUPPORTED_WORDS: [&str; 5] = ["in", "matches", "contains", "startsWith", "endsWith"];
/// The longest first.
const SIGNS: [&str; 31] = [
    "**", "&&", "||", "==", "!=", "<=", ">=", "??", "?.", "::", "..", "(", ")", "[", "]", "{", "}",
    ",", ";", "%", "+", "-", "^", "*", "/", "<", ">", "!", "=", "?", ":",
];

/// All words, the end last.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Rejected> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
        let Some(first) = rest.chars().next() else {
            tokens.push(Token::End);
            return Ok(tokens);
        };
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        if let Some(comment) = rest.strip_prefix("/*") {
            let Some((_, after)) = comment.split_once("*/") else {
                return Err(Rejected::Refused("unclosed comment".into()));
            };
            rest = after;
            continue;
        }
        let quotes_ahead = rest[first.len_utf8()..].starts_with(['\'', '"']);
        if matches!(first, '\'' | '"' | '`') || matches!(first, 'b' | 'B') && quotes_ahead {
            return Err(Rejected::unsupported("texts"));
        }
        if !first.is_ascii() {
            return Err(Rejected::unsupported("letters outside ASCII"));
        }
        let digit_after_dot = first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_digit() || digit_after_dot {
            let (token, after) = number(rest)?;
            tokens.push(token);
            rest = after;
        } else if in_name(first) {
            let (name, after) = name(rest)?;
            if UNSUPPORTED_WORDS.contains(&name) {
                return Err(Rejected::unsupported(name));
            }
            tokens.push(match WORDS.iter().find(|&&word| word == name) {
                Some(word) => Token::Sign(word),
                None => Token::Name(name.to_owned()),
            });
            rest = after;
        } else if first == '#' {
            let (name, after) = name(&rest[1..])?;
            if after.starts_with('#') {
                return Err(Rejected::unsupported("##"));
            }
            tokens.push(Token::Pointer(name.to_owned()));
            rest = after;
        } else {
            let (token, after) = sign(rest)?;
            tokens.push(token);
            rest = after;
        }
    }
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$')
}

fn name(text: &str) -> Result<(&str, &str), Rejected> {
    let end = text.find(|c| !in_name(c)).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    if after.starts_with(|c: char| !c.is_ascii()) {
        return Err(Rejected::unsupported("letters outside ASCII"));
    }
    Ok((name, after))
}

fn sign(text: &str) -> Result<(Token, &str), Rejected> {
    let refused = || Err(Rejected::Refused(format!("unexpected sign in {text}")));
    // Any of these takes one of `&`, `=`, `*` into the same word.
    if text.starts_with(['&', '!', '=', '*', '<', '>']) && text[1..].starts_with(['&', '=', '*']) {
        let known = SIGNS
            .iter()
            .find(|&&sign| sign.len() == 2 && text.starts_with(sign));
        let Some(sign) = known else {
            return refused();
        };
        return Ok((Token::Sign(sign), &text[2..]));
    }
    if let Some(after) = text.strip_prefix('|')
        && !after.starts_with('|')
    {
        return Ok((Token::Sign("|"), after));
    }
    match SIGNS.iter().find(|&&sign| text.starts_with(sign)) {
        Some(&sign) if matches!(sign, "?." | "::" | "..") => Err(Rejected::unsupported(sign)),
        Some(sign) => Ok((Token::Sign(sign), &text[sign.len()..])),
        None if text.starts_with('.') => Err(Rejected::unsupported("members")),
        None => refused(),
    }
}

/// Digits, then perhaps a fraction and an exponent (`scanNumber`).
fn number(text: &str) -> Result<(Token, &str), Rejected> {
    let bytes = text.as_bytes();
    let mut end = 0;
    let run = |end: &mut usize, digits: fn(u8) -> bool| {
        while bytes.get(*end).is_some_and(|&b| digits(b) || b == b'_') {
            *end += 1;
        }
    };
    let mut digits: fn(u8) -> bool = |b| b.is_ascii_digit();
    if bytes.first() == Some(&b'0') {
        end = 1;
        match bytes.get(1) {
            Some(b'x' | b'X') => {
                end = 2;
                digits = |b| b.is_ascii_hexdigit();
            }
            Some(b'o' | b'O') => {
                end = 2;
                digits = |b| matches!(b, b'0'..=b'7');
            }
            Some(b'b' | b'B') => {
                end = 2;
                digits = |b| matches!(b, b'0' | b'1');
            }
            _ => {}
        }
    }
    run(&mut end, digits);
    if bytes.get(end) == Some(&b'.') {
        if bytes.get(end + 1) == Some(&b'.') {
            return Err(Rejected::unsupported(".."));
        }
        end += 1;
        run(&mut end, digits);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        end += 1;
        if matches!(bytes.get(end), Some(b'+' | b'-')) {
            end += 1;
        }
        run(&mut end, digits);
    }
    let (word, after) = text.split_at(end);
    let refused = || Rejected::Refused(format!("bad number syntax: {word}"));
    match after.chars().next() {
        Some(c) if !c.is_ascii() => return Err(Rejected::unsupported("letters outside ASCII")),
        Some(c) if in_name(c) => return Err(refused()),
        _ => {}
    }
    let lower = word.replace('_', "").to_ascii_lowercase();
    let token = if let Some(hex) = lower.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok().map(Token::Int)
    } else if lower.contains(['.', 'e']) {
        crate::keda::go::parse_float(&lower).map(Token::Float)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        i64::from_str_radix(binary, 2).ok().map(Token::Int)
    } else if let Some(octal) = lower.strip_prefix("0o") {
        i64::from_str_radix(octal, 8).ok().map(Token::Int)
    } else {
        lower.parse().ok().map(Token::Int)
    };
    Ok((token.ok_or_else(refused)?, after))
}
