//! Text with terminal colours, made safe to show.

use std::fmt;

/// Text of one look. Tabs are the only control characters in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The text.
    pub(crate) text: String,
    /// Its colour, where it has one.
    pub(crate) fg: Option<Colour>,
    /// Bold.
    pub(crate) bold: bool,
}

/// A text colour a program asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// One of the terminal's 16: 0..=7, then their bright forms.
    Ansi(u8),
    /// Red, green, blue. Whoever draws it looks after its contrast.
    Rgb(u8, u8, u8),
}

/// `0` to `15`, or `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ansi(n) => write!(f, "{n}"),
            Self::Rgb(r, g, b) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

/// The look of the text that comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Option<Colour>,
    bold: bool,
}

const ESC: u8 = 0x1B;

/// The spans of `bytes`, beginning with `pen`. Colour sequences (SGR) move the pen; everything
/// else that a terminal would obey is written out so that it can be seen.
pub(super) fn render(bytes: &[u8], mut pen: Pen) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some((parameters, length)) = sgr(rest) {
            pen.apply(parameters);
            rest = &rest[length..];
            continue;
        }
        // Up to the next escape, or past one that is no colour.
        let end = rest[1..]
            .iter()
            .position(|byte| *byte == ESC)
            .map_or(rest.len(), |at| at + 1);
        let (plain, after) = rest.split_at(end);
        rest = after;
        let text = pen.text(&mut spans);
        for chunk in plain.utf8_chunks() {
            visible(chunk.valid(), text);
            if !chunk.invalid().is_empty() {
                text.push_str("⟨0x");
                text.extend(chunk.invalid().iter().map(|byte| format!("{byte:02X}")));
                text.push('⟩');
            }
        }
    }
    spans
}

/// The pen at the end of `bytes`, having begun with `pen`.
pub(super) fn pen_after(bytes: &[u8], mut pen: Pen) -> Pen {
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == ESC);
    for (parameters, _) in escapes.filter_map(|(at, _)| sgr(&bytes[at..])) {
        pen.apply(parameters);
    }
    pen
}

/// Names of the controls in their order; many fonts have no glyph for the pictures of them.
const CONTROLS: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
];

/// Writes `text` with everything that has no shape of its own, or reorders others, made visible.
fn visible(text: &str, out: &mut String) {
    let mut plain = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_hidden(*c)) {
        out.push_str(&text[plain..at]);
        plain = at + c.len_utf8();
        match c {
            '\0'..='\x1F' => out.extend(["⟨", CONTROLS[c as usize], "⟩"]),
            '\x7F' => out.push_str("⟨DEL⟩"),
            _ => out.extend([format!("⟨U+{:04X}⟩", u32::from(c))]),
        }
    }
    out.push_str(&text[plain..]);
}

/// As [`model::text::is_hidden`], but the tab is meant, and so is the character that asks for an
/// emoji's coloured form.
pub(super) fn is_hidden(c: char) -> bool {
    !matches!(c, '\t' | '\u{FE0F}') && model::text::is_hidden(c)
}

/// The parameters of the SGR sequence `bytes` begins with, and its length.
fn sgr(bytes: &[u8]) -> Option<(&[u8], usize)> {
    const LONGEST: usize = 64;
    let body = bytes.strip_prefix(&[ESC, b'['])?;
    let end = body
        .iter()
        .take(LONGEST)
        .position(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':'))?;
    (body[end] == b'm').then_some((&body[..end], end + 3))
}

impl Pen {
    /// Where text of this look goes on.
    fn text(self, spans: &mut Vec<Span>) -> &mut String {
        if spans
            .last()
            .is_none_or(|last| (last.fg, last.bold) != (self.fg, self.bold))
        {
            spans.push(Span {
                text: String::new(),
                fg: self.fg,
                bold: self.bold,
            });
        }
        let last = spans.len() - 1;
        &mut spans[last].text
    }

    /// Obeys colour and weight; backgrounds and styles are read past.
    fn apply(&mut self, parameters: &[u8]) {
        let number = |digits: &[u8]| {
            digits.iter().fold(0u16, |n, d| {
                n.saturating_mul(10).saturating_add(u16::from(d - b'0'))
            })
        };
        let mut groups = parameters.split(|byte| *byte == b';').map(|group| {
            group
                .split(|byte| *byte == b':')
                .map(number)
                .collect::<Vec<u16>>()
        });
        while let Some(group) = groups.next() {
            let code = group[0];
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                21 | 22 => self.bold = false,
                30..=37 => self.fg = ansi(code - 30),
                90..=97 => self.fg = ansi(code - 82),
                39 => self.fg = None,
                38 | 48 | 58 => {
                    // Either `38:2::r:g:b` in one group or `38;2;r;g;b` over several.
                    let colour = if group.len() > 1 {
                        extended(&group[1..])
                    } else {
                        let mut next = || groups.next().map_or(0, |group| group[0]);
                        match next() {
                            2 => extended(&[2, next(), next(), next()]),
                            5 => extended(&[5, next()]),
                            _ => None,
                        }
                    };
                    if code == 38 && colour.is_some() {
                        self.fg = colour;
                    }
                }
                _ => {}
            }
        }
    }
}

fn ansi(n: u16) -> Option<Colour> {
    u8::try_from(n).ok().map(Colour::Ansi)
}

/// The colour after 38: `5, n` of the 256, or `2, r, g, b`, with a colour space before r where
/// there are five.
fn extended(parameters: &[u16]) -> Option<Colour> {
    let byte = |n: u16| u8::try_from(n).ok();
    match *parameters {
        [5, n @ 0..=15, ..] => ansi(n),
        [5, n @ 16..=231, ..] => {
            let level = |n: u16| byte(if n == 0 { 0 } else { 55 + 40 * n });
            let n = n - 16;
            Some(Colour::Rgb(
                level(n / 36)?,
                level(n / 6 % 6)?,
                level(n % 6)?,
            ))
        }
        [5, n @ 232..=255, ..] => {
            byte(8 + 10 * (n - 232)).map(|grey| Colour::Rgb(grey, grey, grey))
        }
        [2, r, g, b] | [2, _, r, g, b, ..] => Some(Colour::Rgb(byte(r)?, byte(g)?, byte(b)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(bytes: &[u8]) -> Vec<Span> {
        render(bytes, Pen::default())
    }

    #[test]
    fn hostile_text_is_visible() {
        let cases: [(&str, &[u8], &str); 21] = [
            (
                "plain",
                "a\tb é 日本 🚀 ✔\u{FE0F}".as_bytes(),
                "a\tb é 日本 🚀 ✔\u{FE0F}",
            ),
            ("markup", b"<img onerror=x>{{a}}", "<img onerror=x>{{a}}"),
            ("OSC 52", b"\x1b]52;c;aGk=\x07x", "⟨ESC⟩]52;c;aGk=⟨BEL⟩x"),
            (
                "OSC 8",
                b"\x1b]8;;file:///x\x1b\\y\x1b]8;;\x1b\\",
                "⟨ESC⟩]8;;file:///x⟨ESC⟩\\y⟨ESC⟩]8;;⟨ESC⟩\\",
            ),
            ("DCS", b"\x1bP1$r0m\x1b\\", "⟨ESC⟩P1$r0m⟨ESC⟩\\"),
            ("cursor", b"a\x1b[2J\x1b[1;1Hb", "a⟨ESC⟩[2J⟨ESC⟩[1;1Hb"),
            ("report", b"\x1b[6n\x1b[c", "⟨ESC⟩[6n⟨ESC⟩[c"),
            (
                "private SGR",
                b"\x1b[>4;2m\x1b[?25m",
                "⟨ESC⟩[>4;2m⟨ESC⟩[?25m",
            ),
            ("lone ESC at the end", b"a\x1b", "a⟨ESC⟩"),
            ("unfinished CSI", b"a\x1b[31", "a⟨ESC⟩[31"),
            ("ESC before a colour", b"\x1b\x1b[31mx", "⟨ESC⟩x"),
            (
                "C1 as UTF-8",
                "\u{9b}31m\u{85}".as_bytes(),
                "⟨U+009B⟩31m⟨U+0085⟩",
            ),
            ("C1 as bytes", b"\x9b31m", "⟨0x9B⟩31m"),
            ("Latin-1", b"caf\xe9 ok", "caf⟨0xE9⟩ ok"),
            ("cut character", b"a\xf0\x9f\x9a", "a⟨0xF09F9A⟩"),
            ("backspace", b"safe\x08\x08evil", "safe⟨BS⟩⟨BS⟩evil"),
            ("CR overwrite", b"evil\rsafe", "evil⟨CR⟩safe"),
            ("NUL and DEL", b"a\0b\x7f", "a⟨NUL⟩b⟨DEL⟩"),
            (
                "bidi",
                "a\u{202e}b\u{2066}c\u{200f}".as_bytes(),
                "a⟨U+202E⟩b⟨U+2066⟩c⟨U+200F⟩",
            ),
            (
                "zero width",
                "a\u{200b}\u{feff}\u{e0041}".as_bytes(),
                "a⟨U+200B⟩⟨U+FEFF⟩⟨U+E0041⟩",
            ),
            ("line separator", "a\u{2028}b".as_bytes(), "a⟨U+2028⟩b"),
        ];
        for (what, bytes, expected) in cases {
            let text: String = spans(bytes).into_iter().map(|span| span.text).collect();
            assert_eq!(text, expected, "{what}");
        }
    }

    #[test]
    fn colours() {
        use Colour::{Ansi, Rgb};
        let cases: [(&[u8], Option<Colour>, bool); 19] = [
            (b"", None, false),
            (b"31", Some(Ansi(1)), false),
            (b"1;97", Some(Ansi(15)), true),
            (b"38;5;9", Some(Ansi(9)), false),
            (b"38;5;196", Some(Rgb(255, 0, 0)), false),
            (b"38;5;255", Some(Rgb(238, 238, 238)), false),
            (b"38;5;256", None, false),
            (b"38;2;1;2;3;1", Some(Rgb(1, 2, 3)), true),
            (b"38:2::1:2:3;1", Some(Rgb(1, 2, 3)), true),
            (b"38:2:1:2:3", Some(Rgb(1, 2, 3)), false),
            (b"38:5:2", Some(Ansi(2)), false),
            (b"48;5;1;32", Some(Ansi(2)), false),
            (b"48;2;31;31;31", None, false),
            (b"31;39", None, false),
            (b"1;31;0", None, false),
            (b"1;22;33", Some(Ansi(3)), false),
            (b"38;2;300;0;0", None, false),
            (b"38", None, false),
            (b"8;99999999999;;;35", Some(Ansi(5)), false),
        ];
        for (parameters, fg, bold) in cases {
            let bytes = [b"\x1b[", parameters, b"mx"].concat();
            let expected = [Span {
                text: "x".into(),
                fg,
                bold,
            }];
            assert_eq!(
                spans(&bytes),
                expected,
                "{}",
                String::from_utf8_lossy(parameters)
            );
        }
        assert_eq!(Ansi(11).to_string(), "11");
        assert_eq!(Rgb(1, 2, 254).to_string(), "#0102fe");
        let spans = spans(b"a\x1b[32mb\x1b[32mc\x1b[md");
        let looks: Vec<_> = spans.iter().map(|s| (s.text.as_str(), s.fg)).collect();
        assert_eq!(looks, [("a", None), ("bc", Some(Ansi(2))), ("d", None)]);
    }
}
