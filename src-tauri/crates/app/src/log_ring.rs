//! The newest lines of one log, in bounded memory.

mod ansi;

pub(crate) use ansi::Span;

use ansi::{Pen, pen_after, render};
use std::collections::VecDeque;

/// Bytes of one line that are kept; the rest is counted.
pub(crate) const LINE_CAP: usize = 16 * 1024;

/// Room for the timestamp that stands before a line and is not part of it.
const TIMESTAMP_ROOM: usize = 64;

/// What a kept line costs beside its bytes: its record, and the allocator's.
const LINE_COST: usize = size_of::<Line>() + 16;

/// Lines of a byte stream, oldest dropped first.
///
/// Lines are numbered from 0 in the order they came; a number never means another line.
/// Memory is bounded by the cap given to [`LogRing::new`] plus one unfinished line.
#[derive(Debug)]
pub(crate) struct LogRing {
    lines: VecDeque<Line>,
    first: u64,
    /// Bytes and overhead of `lines`.
    used: usize,
    cap: usize,
    /// The line whose end has not come yet, and how many of its bytes were not kept.
    open: Vec<u8>,
    open_cut: u64,
    /// Colours at the end of the last line: they last until they are reset.
    pen: Pen,
}

/// One line as it came, without its end and its timestamp.
#[derive(Debug)]
struct Line {
    at_ms: Option<i64>,
    bytes: Box<[u8]>,
    cut: u64,
    pen: Pen,
}

/// One line as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// Its number.
    pub(crate) n: u64,
    /// Unix ms of its timestamp, where it has one.
    pub(crate) at_ms: Option<i64>,
    /// Its text, safe to show.
    pub(crate) spans: Vec<Span>,
}

impl LogRing {
    /// Keeps about `byte_cap` bytes (one line at least) of a log asked for with
    /// `timestamps=true`: a leading RFC 3339 time becomes the line's `at_ms`.
    pub(crate) fn new(byte_cap: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            first: 0,
            used: 0,
            cap: byte_cap.max(LINE_CAP + LINE_COST),
            open: Vec::new(),
            open_cut: 0,
            pen: Pen::default(),
        }
    }

    /// Takes the next bytes of the stream, cut anywhere. A line counts once its end has come.
    pub(crate) fn push_bytes(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.extend(&bytes[..end]);
            self.close();
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes);
    }

    /// The stream ended: what it left unfinished becomes a line.
    pub(crate) fn finish(&mut self) {
        if !self.open.is_empty() {
            self.close();
        }
    }

    /// Number of the oldest line kept; of the next line when none is.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// The number the next line will have.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// How many lines were dropped to stay within the byte cap.
    pub(crate) fn dropped(&self) -> u64 {
        self.first
    }

    /// Bytes held, with the overhead of each line.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.used + self.open.len()
    }

    /// Those of the lines `from..from + count` that are kept.
    pub(crate) fn lines(&self, from: u64, count: usize) -> Vec<LogLine> {
        let end = from.saturating_add(count as u64).min(self.next());
        (from.max(self.first)..end)
            .filter_map(|n| {
                let line = self.lines.get(usize::try_from(n - self.first).ok()?)?;
                Some(LogLine {
                    n,
                    at_ms: line.at_ms,
                    spans: line.spans(),
                })
            })
            .collect()
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = LINE_CAP + TIMESTAMP_ROOM - self.open.len();
        let (kept, cut) = bytes.split_at(room.min(bytes.len()));
        self.open.extend_from_slice(kept);
        self.open_cut += cut.len() as u64;
    }

    fn close(&mut self) {
        let mut text = self.open.as_slice();
        let mut at_ms = None;
        if let Some((ms, rest)) = leading_time(text) {
            (at_ms, text) = (Some(ms), rest);
        }
        let mut cut = self.open_cut;
        if cut == 0 {
            // Half of a CRLF hides nothing; any other CR is shown.
            text = text.strip_suffix(b"\r").unwrap_or(text);
        }
        if cut > 0 || text.len() > LINE_CAP {
            let kept = &text[..whole_characters(text, text.len().min(LINE_CAP))];
            cut += (text.len() - kept.len()) as u64;
            text = kept;
        }
        let line = Line {
            at_ms,
            bytes: text.into(),
            cut,
            pen: self.pen,
        };
        if cut > 0 {
            // What would have reset the colours may be among what was cut.
            self.pen = Pen::default();
        } else {
            self.pen = pen_after(text, self.pen);
        }
        self.open.clear();
        self.open_cut = 0;
        self.used += line.bytes.len() + LINE_COST;
        self.lines.push_back(line);
        while self.used > self.cap
            && let Some(oldest) = self.lines.pop_front()
        {
            self.used -= oldest.bytes.len() + LINE_COST;
            self.first += 1;
        }
    }
}

impl Line {
    fn spans(&self) -> Vec<Span> {
        let mut spans = render(&self.bytes, self.pen);
        if self.cut > 0 {
            let text = format!("… {} bytes cut", self.cut);
            spans.push(Span {
                text,
                fg: None,
                bold: false,
            });
        }
        spans
    }
}

/// The time a line begins with, in Unix ms, and what follows it and one blank.
fn leading_time(line: &[u8]) -> Option<(i64, &[u8])> {
    let end = line
        .iter()
        .take(TIMESTAMP_ROOM)
        .position(|byte| *byte == b' ');
    // A timestamp alone is an empty line.
    let end = end.unwrap_or(line.len());
    let word = line
        .get(..end)
        .filter(|word| word.len() >= 20 && word[10] == b'T')?;
    let time: jiff::Timestamp = std::str::from_utf8(word).ok()?.parse().ok()?;
    Some((
        time.as_millisecond(),
        line.get(end + 1..).unwrap_or_default(),
    ))
}

/// The largest length up to `end` that does not cut a UTF-8 character in two.
fn whole_characters(text: &[u8], end: usize) -> usize {
    let tail = &text[end.saturating_sub(3)..end];
    match tail.iter().rposition(|byte| byte & 0xC0 != 0x80) {
        Some(at) => {
            let begun = tail.len() - at;
            let wanted = match tail[at] {
                0xC0..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xF7 => 4,
                _ => 1,
            };
            if begun < wanted { end - begun } else { end }
        }
        None => end,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn plain(line: &LogLine) -> String {
        line.spans.iter().map(|span| span.text.as_str()).collect()
    }

    fn shown(ring: &LogRing) -> Vec<String> {
        ring.lines(ring.first(), usize::MAX)
            .iter()
            .map(plain)
            .collect()
    }

    #[test]
    fn colours_last_over_lines_also_when_the_first_is_dropped() {
        let mut ring = LogRing::new(0);
        ring.push_bytes(b"\x1b[33mone\n");
        for _ in 0..3000 {
            ring.push_bytes(b"two\n");
        }
        assert!(ring.dropped() > 0);
        for line in ring.lines(0, usize::MAX) {
            assert_eq!(line.spans[0].fg, Some(ansi::Colour::Ansi(3)));
        }
        ring.push_bytes(b"\x1b[mthree\nfour\n");
        assert_eq!(ring.lines(ring.next() - 1, 1)[0].spans[0].fg, None);
    }

    #[test]
    fn timestamps() {
        let cases: [(&str, Option<i64>, &str); 9] = [
            (
                "2026-11-21T10:00:00.123456789Z hello world",
                Some(1_795_255_200_123),
                "hello world",
            ),
            ("2026-11-21T11:00:00+01:00 x", Some(1_795_255_200_000), "x"),
            (
                "2026-11-21T10:00:00Z  indented",
                Some(1_795_255_200_000),
                " indented",
            ),
            ("2026-11-21T10:00:00Z", Some(1_795_255_200_000), ""),
            ("2026-11-21T10:00:00Z ", Some(1_795_255_200_000), ""),
            ("2026-13-21T10:00:00Z x", None, "2026-13-21T10:00:00Z x"),
            ("2026-11-21 10:00:00 x", None, "2026-11-21 10:00:00 x"),
            ("failed to open log file", None, "failed to open log file"),
            ("", None, ""),
        ];
        for (line, at_ms, text) in cases {
            let mut ring = LogRing::new(1 << 20);
            ring.push_bytes(format!("{line}\n").as_bytes());
            let got = &ring.lines(0, 1)[0];
            assert_eq!((got.at_ms, plain(got).as_str()), (at_ms, text), "{line:?}");
        }
    }

    #[test]
    fn long_lines_are_cut_and_say_so() {
        let mut ring = LogRing::new(1 << 20);
        ring.push_bytes(b"\x1b]0;");
        for _ in 0..1000 {
            ring.push_bytes(&[b'x'; 10_000]);
            assert!(ring.memory() <= LINE_CAP + TIMESTAMP_ROOM);
        }
        ring.push_bytes(b"\x07\n");
        let total = 4 + 10_000_000 + 1;
        let text = &shown(&ring)[0];
        assert!(text.starts_with("⟨ESC⟩]0;xxx"));
        assert!(
            text.ends_with(&format!("x… {} bytes cut", total - LINE_CAP)),
            "{}",
            &text[text.len() - 40..]
        );

        for shift in 0..4 {
            let mut ring = LogRing::new(1 << 20);
            let line = "x".repeat(shift) + &"🚀".repeat(5000);
            ring.push_bytes(format!("2026-11-21T10:00:00Z {line}\n").as_bytes());
            let text = &shown(&ring)[0];
            let kept = shift + (LINE_CAP - shift) / 4 * 4;
            assert!(text.ends_with(&format!("🚀… {} bytes cut", line.len() - kept)));
        }
        let mut ring = LogRing::new(1 << 20);
        ring.push_bytes(&[&[b'y'; LINE_CAP][..], b"\r\nz\n"].concat());
        assert_eq!(
            shown(&ring),
            ["y".repeat(LINE_CAP), "z".into()],
            "exactly the cap is whole"
        );
    }

    #[test]
    fn numbers_stay() {
        let mut ring = LogRing::new(0);
        for n in 0..1000 {
            ring.push_bytes(format!("line {n} {}\n", "-".repeat(100)).as_bytes());
        }
        assert_eq!((ring.next(), ring.first()), (1000, ring.dropped()));
        assert!(ring.dropped() > 0);
        let last = ring.lines(998, 10);
        assert_eq!(last.iter().map(|l| l.n).collect::<Vec<_>>(), [998, 999]);
        assert!(plain(&last[0]).starts_with("line 998 "));
        assert_eq!(
            ring.lines(0, 5),
            [],
            "dropped lines are not replaced by others"
        );
        assert_eq!(ring.lines(ring.first() - 1, 2)[0].n, ring.first());
        assert_eq!(ring.lines(u64::MAX, usize::MAX), []);
    }

    #[test]
    fn an_unfinished_line_waits() {
        let mut ring = LogRing::new(1 << 20);
        ring.push_bytes(b"a\nb");
        assert_eq!(shown(&ring), ["a"]);
        ring.finish();
        ring.finish();
        assert_eq!(shown(&ring), ["a", "b"]);
        ring.push_bytes(b"\n");
        assert_eq!(ring.next(), 3);
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            "\\PC{0,20}".prop_map(String::into_bytes),
            "\u{1b}\\[[0-9;:]{0,12}[mKHJ]?".prop_map(String::into_bytes),
            prop::sample::select(vec![
                &b"\n"[..],
                b"\r\n",
                b"\x1b",
                b"\x1b[",
                b"\x1b]52;c;",
                b"\x9b",
                b"2026-11-21T10:00:00.5Z ",
                "\u{202e}".as_bytes(),
                "🚀".as_bytes(),
                &[0xF0],
                &[b'z'; 9000],
            ])
            .prop_map(<[u8]>::to_vec),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn any_bytes_in_any_chunks(pieces in prop::collection::vec(piece(), 0..60), cap in 0usize..60_000, chunk in 1usize..3000) {
            let bytes = pieces.concat();
            let mut whole = LogRing::new(cap);
            whole.push_bytes(&bytes);
            let mut cut = LogRing::new(cap);
            for chunk in bytes.chunks(chunk) {
                cut.push_bytes(chunk);
                prop_assert!(cut.memory() <= cap.max(LINE_CAP + LINE_COST) + LINE_CAP + TIMESTAMP_ROOM);
            }
            let lines = cut.lines(0, usize::MAX);
            prop_assert_eq!(&lines, &whole.lines(0, usize::MAX));
            let ends = bytes.split(|b| *b == b'\n').count() as u64 - 1;
            prop_assert_eq!(cut.next(), ends);
            prop_assert_eq!(lines.len() as u64 + cut.dropped(), ends);
            prop_assert_eq!(lines.is_empty(), ends == 0, "the newest line is always kept");
            for line in &lines {
                for span in &line.spans {
                    prop_assert!(!span.text.is_empty());
                    prop_assert!(!span.text.chars().any(ansi::is_hidden), "{:?}", span.text);
                }
            }
        }

        #[test]
        fn text_without_controls_is_unchanged(line in "[ -~é日🚀]{0,200}") {
            let mut ring = LogRing::new(1 << 20);
            ring.push_bytes(format!("{line}\n").as_bytes());
            prop_assert_eq!(&shown(&ring)[0], &line);
        }
    }
}
