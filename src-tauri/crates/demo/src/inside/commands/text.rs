//! Commands that only write.

use super::{Call, base, names};

/// Lines that a command without an end writes.
const MOST: i64 = 100_000;

pub(super) fn echo(call: &mut Call<'_>) -> i32 {
    let mut words = call.words;
    let mut newline = true;
    let mut escapes = false;
    while let Some((first, rest)) = words.split_first() {
        match first.as_str() {
            "-n" => newline = false,
            "-e" => escapes = true,
            _ => break,
        }
        words = rest;
    }
    let mut text = words.join(" ");
    if escapes {
        text = text.replace("\\n", "\n").replace("\\t", "\t");
    }
    call.out.extend_from_slice(text.as_bytes());
    if newline {
        call.out.push(b'\n');
    }
    0
}

pub(super) fn pwd(call: &mut Call<'_>) -> i32 {
    let directory = call.directory.to_owned();
    call.line(&directory);
    0
}

pub(super) fn clear(call: &mut Call<'_>) -> i32 {
    call.out.extend_from_slice(b"\x1b[H\x1b[2J");
    0
}

/// Bounded, as nobody may ever stop it.
pub(super) fn yes(call: &mut Call<'_>) -> i32 {
    let text = if call.words.is_empty() {
        "y".to_owned()
    } else {
        call.words.join(" ")
    };
    for _ in 0..MOST / 10 {
        call.line(&text);
    }
    0
}

pub(super) fn seq(call: &mut Call<'_>) -> i32 {
    let numbers: Option<Vec<i64>> = call.words.iter().map(|word| word.parse().ok()).collect();
    let (from, step, to) = match numbers.as_deref() {
        Some([to]) => (1, 1, *to),
        Some([from, to]) => (*from, 1, *to),
        Some([from, step, to]) if *step != 0 => (*from, *step, *to),
        _ => return call.complain("seq: invalid argument"),
    };
    let mut next = from;
    for _ in 0..MOST {
        if (step > 0 && next > to) || (step < 0 && next < to) {
            break;
        }
        call.line(&next.to_string());
        next = next.saturating_add(step);
    }
    0
}

pub(super) fn which(call: &mut Call<'_>) -> i32 {
    let mut code = 0;
    for word in call.words {
        match base(word).filter(|name| names().any(|own| own == *name)) {
            Some(name) => call.line(&format!("/bin/{name}")),
            None => code = 1,
        }
    }
    code
}
