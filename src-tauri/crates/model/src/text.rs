//! Text from a cluster made safe to show: the one place where bytes become text.
//!
//! Slim objects hold bytes; only the functions here turn them into strings, so nothing reaches a
//! row without passing [`visible`].

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use crate::meta::Word;
use crate::share;

/// One line with every control, bidirectional or invisible character made visible: `⟨U+202E⟩`.
/// Borrows where there is none.
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// Like [`visible`], where newlines and tabs are meant.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

/// Whether a character hides itself, moves others, or drives a terminal.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn shown(text: &str, lines: bool) -> Cow<'_, str> {
    // Printable ASCII is nearly all there is: decided byte by byte.
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut before = '\0';
    let mut hides = |c: char| {
        let emoji_style = matches!(c, '\u{fe0e}' | '\u{fe0f}') && before >= '\u{203c}';
        before = c;
        is_hidden(c) && !emoji_style && !(lines && matches!(c, '\n' | '\t'))
    };
    let mut out: Option<String> = None;
    for (at, c) in text.char_indices() {
        if hides(c) {
            let out = out.get_or_insert_with(|| text[..at].to_owned());
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        } else if let Some(out) = &mut out {
            out.push(c);
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn decoded(bytes: &[u8], lines: bool) -> Box<str> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => shown(text, lines).into(),
        Cow::Owned(text) => shown(&text, lines).into(),
    }
}

/// One line of text from the wire. Bytes that are not UTF-8 become `U+FFFD`.
pub(crate) fn line(bytes: &[u8]) -> Box<str> {
    decoded(bytes, false)
}

/// One line of text from the wire that many objects repeat.
pub(crate) fn shared(bytes: &[u8]) -> Arc<str> {
    share::text(&visible(&String::from_utf8_lossy(bytes)))
}

/// Text from the wire that may have several lines.
pub(crate) fn lines(bytes: &[u8]) -> Box<str> {
    decoded(bytes, true)
}

/// Like [`lines`], without the blanks around it.
pub(crate) fn trimmed_lines(bytes: &[u8]) -> Box<str> {
    visible_lines(String::from_utf8_lossy(bytes).trim()).into()
}

/// A word from the wire that is probably one of the usual ones, which then costs no memory.
pub(crate) fn word(bytes: &[u8]) -> Word {
    for known in USUAL {
        if known.as_bytes() == bytes {
            return Cow::Borrowed(known);
        }
    }
    Cow::Owned(line(bytes).into_string())
}

/// The words most objects repeat.
const USUAL: &[&str] = &[
    "",
    "Running",
    "True",
    "False",
    "Unknown",
    "ReplicaSet",
    "apps/v1",
    "Burstable",
    "BestEffort",
    "Guaranteed",
    "Completed",
    "Pending",
    "Succeeded",
    "Failed",
    "ContainerCreating",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "Terminating",
    "Error",
    "Job",
    "batch/v1",
    "StatefulSet",
    "DaemonSet",
    "Deployment",
    "Node",
    "v1",
    "Normal",
    "Warning",
    "Pod",
    "Active",
    "ScaledObject",
    "keda.sh/v1alpha1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in [
            "",
            "web-7d4b",
            "naïve café",
            "日本語",
            "a{b}<c>&d",
            "😀",
            "⚠\u{fe0f} low",
        ] {
            assert!(
                matches!(visible(text), Cow::Borrowed(t) if t == text),
                "{text}"
            );
        }
        assert!(matches!(visible_lines("a\n\tb"), Cow::Borrowed(_)));
    }

    #[test]
    fn hidden_characters_show() {
        for (text, shown) in [
            ("a\u{202e}b", "a⟨U+202E⟩b"),
            ("\u{1b}[31mred", "⟨U+001B⟩[31mred"),
            ("a\nb", "a⟨U+000A⟩b"),
            ("prod\u{fe0f}", "prod⟨U+FE0F⟩"),
            ("nul\0", "nul⟨U+0000⟩"),
            ("c1\u{9b}x", "c1⟨U+009B⟩x"),
            ("zero\u{200b}width", "zero⟨U+200B⟩width"),
            ("\u{feff}bom", "⟨U+FEFF⟩bom"),
            ("tag\u{e0041}", "tag⟨U+E0041⟩"),
            ("line\u{2028}", "line⟨U+2028⟩"),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\r\nb\u{7}"), "a⟨U+000D⟩\nb⟨U+0007⟩");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        assert_eq!(&*line(b"ok\xff\x1b"), "ok\u{fffd}⟨U+001B⟩");
    }
}
