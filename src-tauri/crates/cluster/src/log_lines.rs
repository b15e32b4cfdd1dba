//! Splits a log into lines and drops those that a reopened log sends again.
//!
//! A log can be resumed from a whole second only (the API server cuts `sinceTime` to seconds), so
//! the lines of the last second come twice. They are recognised by their hashes, not by counting:
//! a rotated log file does not send all of them again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;

/// Longer lines are passed on in pieces, so that memory stays bounded; such a line may come twice
/// after a cut.
const LONGEST: usize = 256 << 10;

/// What was passed on so far, as far as it may come again.
#[derive(Default)]
pub(crate) struct Lines {
    /// A line whose end has not come.
    partial: BytesMut,
    /// The partial line's beginning was passed on already.
    in_pieces: bool,
    last: Option<Last>,
    /// Lines of the last second that the reopened log may repeat.
    expected: HashMap<u64, u32>,
}

/// The latest second in which lines were passed on.
struct Last {
    second: i64,
    seen: HashMap<u64, u32>,
}

impl Lines {
    /// Start of the last second in which lines were passed on.
    pub(crate) fn resume_from(&self) -> Option<Timestamp> {
        self.last
            .as_ref()
            .and_then(|last| Timestamp::from_second(last.second).ok())
    }

    /// The log begins, anew or again: what was not passed on will be sent again.
    pub(crate) fn opened(&mut self) {
        self.partial.clear();
        self.in_pieces = false;
        self.expected = self
            .last
            .as_ref()
            .map(|last| last.seen.clone())
            .unwrap_or_default();
    }

    /// Takes bytes in, gives the new whole lines among them.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Option<Bytes> {
        let mut new = BytesMut::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(&rest[..=end]);
            rest = &rest[end + 1..];
            let line = self.partial.split();
            let mut continued = std::mem::take(&mut self.in_pieces);
            continued |= self.is_new(&line, continued);
            if continued {
                new.extend_from_slice(&line);
            }
        }
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LONGEST {
            new.extend_from_slice(&self.partial.split());
            self.in_pieces = true;
        }
        (!new.is_empty()).then(|| new.freeze())
    }

    /// The log is over: a last line without a newline.
    pub(crate) fn end(&mut self) -> Option<Bytes> {
        let line = self.partial.split();
        let new = !line.is_empty() && (self.in_pieces || self.is_new(&line, false));
        new.then(|| line.freeze())
    }

    /// Notes a line; false if it was passed on before.
    fn is_new(&mut self, line: &[u8], continued: bool) -> bool {
        if continued {
            return true;
        }
        let hash = hash(line);
        if let Some(count) = self.expected.get_mut(&hash) {
            *count -= 1;
            if *count == 0 {
                self.expected.remove(&hash);
            }
            return false;
        }
        if let Some(second) = second(line) {
            self.note(second, hash);
        }
        true
    }

    fn note(&mut self, second: i64, hash: u64) {
        match &mut self.last {
            Some(last) if last.second == second => *last.seen.entry(hash).or_default() += 1,
            // Two streams of one container may be a little out of order.
            Some(last) if last.second > second => {}
            Some(_) | None => {
                self.expected.clear();
                self.last = Some(Last {
                    second,
                    seen: HashMap::from([(hash, 1)]),
                });
            }
        }
    }
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

/// Second of the timestamp before the first space.
fn second(line: &[u8]) -> Option<i64> {
    let stamp = line.split(|byte| *byte == b' ').next()?;
    let stamp: Timestamp = std::str::from_utf8(stamp).ok()?.trim_end().parse().ok()?;
    Some(stamp.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a run of `inputs` gives; `None` is a cut with the log opened again.
    fn passed(inputs: &[Option<&str>]) -> String {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        lines.opened();
        for input in inputs {
            match input {
                Some(text) => all.extend(lines.take(text.as_bytes()).unwrap_or_default()),
                None => lines.opened(),
            }
        }
        all.extend(lines.end().unwrap_or_default());
        String::from_utf8_lossy(&all).into_owned()
    }

    const A: &str = "2026-11-21T10:00:00.100000000Z a\n";
    const B: &str = "2026-11-21T10:00:01.100000000Z b\n";
    const C: &str = "2026-11-21T10:00:01.200000000Z c\n";
    const D: &str = "2026-11-21T10:00:02.100000000Z d\n";

    #[test]
    fn lines_are_neither_lost_nor_doubled() {
        let whole = [A, B, C, D].concat();
        for (name, inputs) in [
            ("one piece", vec![Some(whole.as_str())]),
            (
                "split in a line",
                vec![Some(&whole[..50]), Some(&whole[50..])],
            ),
            (
                "cut after b",
                vec![Some(A), Some(B), None, Some(B), Some(C), Some(D)],
            ),
            (
                "cut inside c",
                vec![
                    Some(A),
                    Some(B),
                    Some(&C[..20]),
                    None,
                    Some(B),
                    Some(C),
                    Some(D),
                ],
            ),
            (
                "cut twice",
                vec![
                    Some(A),
                    Some(B),
                    None,
                    Some(B),
                    None,
                    Some(B),
                    Some(C),
                    None,
                    Some(B),
                    Some(C),
                    Some(D),
                ],
            ),
            (
                "rotated: b does not come again",
                vec![Some(A), Some(B), None, Some(C), Some(D)],
            ),
            (
                "no newline at the end",
                vec![Some(whole.as_str()), None, Some(D.trim_end())],
            ),
        ] {
            let expected = if name.starts_with("no newline") {
                format!("{whole}{}", D.trim_end())
            } else {
                whole.clone()
            };
            assert_eq!(passed(&inputs), expected, "{name}");
        }
    }

    #[test]
    fn equal_lines_of_one_instant_are_counted() {
        let twice = [B, B].concat();
        let thrice = [B, B, B].concat();
        assert_eq!(passed(&[Some(&twice), None, Some(&thrice)]), thrice);
    }

    #[test]
    fn resumes_from_the_whole_second() {
        let mut lines = Lines::default();
        assert_eq!(lines.resume_from(), None);
        lines.take(C.as_bytes());
        assert_eq!(
            lines
                .resume_from()
                .map(|second| second.to_string())
                .as_deref(),
            Some("2026-11-21T10:00:01Z")
        );
    }

    #[test]
    fn endless_lines_pass_in_pieces() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; 100 << 10];
        let mut passed = 0;
        for _ in 0..100 {
            passed += lines.take(&piece).map_or(0, |bytes| bytes.len());
            assert!(lines.partial.len() <= LONGEST);
        }
        passed += lines.take(b"\n").map_or(0, |bytes| bytes.len());
        assert_eq!(passed, 100 * (100 << 10) + 1);
    }
}
