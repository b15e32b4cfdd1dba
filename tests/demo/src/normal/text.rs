//! Shapes of texts.

/// Where uids (RFC 4122, lower case) stand in `text`: offsets of their first letters.
pub(super) fn uids(text: &str) -> Vec<usize> {
    const LENGTH: usize = 36;
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    while start + LENGTH <= bytes.len() {
        let is_uid =
            bytes[start..start + LENGTH]
                .iter()
                .enumerate()
                .all(|(place, byte)| match place {
                    8 | 13 | 18 | 23 => *byte == b'-',
                    _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
                });
        if is_uid {
            found.push(start);
            start += LENGTH;
        } else {
            start += 1;
        }
    }
    found
}

/// A time in RFC 3339: `Some(true)` with microseconds, `Some(false)` in whole seconds.
pub(super) fn time(text: &str) -> Option<bool> {
    let shape: String = text
        .chars()
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    match &*shape {
        "0000-00-00T00:00:00Z" => Some(false),
        "0000-00-00T00:00:00.000000Z" => Some(true),
        _ => None,
    }
}

/// An age as kubectl tells it: `12s`, `3m4s`, `330d`.
pub(super) fn is_age(text: &str) -> bool {
    text.ends_with(['s', 'm', 'h', 'd', 'y'])
        && text.starts_with(|letter: char| letter.is_ascii_digit())
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, 's' | 'm' | 'h' | 'd' | 'y'))
}

/// `text` with each number in it, but for those within words, replaced by what `change` makes of it.
pub(super) fn with_numbers(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let number = &rest[start..];
        let length = number
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(number.len());
        out.push_str(&rest[..start]);
        if out.ends_with(|letter: char| letter.is_ascii_alphabetic()) {
            out.push_str(&number[..length]);
        } else {
            out.push_str(&change(&number[..length]));
        }
        rest = &number[length..];
    }
    out + rest
}

/// `text` with each object that it quotes as JSON (`"{\"apiVersion\":…}"`) cut out.
pub(super) fn without_quoted_objects(text: &str) -> String {
    const START: &str = r#""{\"apiVersion\""#;
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, quoted)) = rest.split_once(START) {
        let Some((_, after)) = quoted.split_once("}\"") else {
            break;
        };
        out.push_str(before);
        out.push_str("\"{…}\"");
        rest = after;
    }
    out + rest
}
