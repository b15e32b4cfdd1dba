//! Cuts a byte stream into the lines of a JSON watch.

use std::ops::ControlFlow;

/// Most bytes one watch event, or one item of a list, may have. etcd refuses objects beyond
/// 1.5 MiB, so what is larger is a defect or an attack.
pub(crate) const MAX_OBJECT: usize = 8 << 20;

/// A line that is longer than allowed; its bytes were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overlong;

/// Collects bytes until a line is whole. Lines are bytes: a cut inside a UTF-8 character, or
/// anywhere else, is mended by the next chunk.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: Vec<u8>,
}

impl Lines {
    /// Hands every line completed by `chunk` to `take`, without its line end; empty lines are left
    /// out. A line within one chunk is not copied. After [`Overlong`] the stream is of no more use.
    pub(crate) fn push(
        &mut self,
        mut chunk: &[u8],
        mut take: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), Overlong> {
        while let Some(end) = chunk.iter().position(|&byte| byte == b'\n') {
            let (head, rest) = (&chunk[..end], &chunk[end + 1..]);
            chunk = rest;
            let go_on = if self.partial.is_empty() {
                if head.len() > MAX_OBJECT {
                    return Err(Overlong);
                }
                give(head, &mut take)
            } else {
                self.hold(head)?;
                let go_on = give(&self.partial, &mut take);
                self.partial.clear();
                // One huge event must not keep its buffer for the rest of the watch.
                self.partial.shrink_to(64 << 10);
                go_on
            };
            if go_on.is_break() {
                return Ok(());
            }
        }
        self.hold(chunk)
    }

    /// Whether the stream stands in the middle of a line.
    pub(crate) fn mid_line(&self) -> bool {
        !self.partial.is_empty()
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), Overlong> {
        if self.partial.len() + bytes.len() > MAX_OBJECT {
            self.partial = Vec::new();
            return Err(Overlong);
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }
}

fn give(line: &[u8], take: &mut impl FnMut(&[u8]) -> ControlFlow<()>) -> ControlFlow<()> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        ControlFlow::Continue(())
    } else {
        take(line)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn all(lines: &mut Lines, chunk: &[u8], into: &mut Vec<String>) -> Result<(), Overlong> {
        lines.push(chunk, |line| {
            into.push(String::from_utf8(line.to_vec()).unwrap());
            ControlFlow::Continue(())
        })
    }

    #[test]
    fn any_cut_gives_the_same_lines() {
        let text = "{\"a\":\"größe\"}\n\n{\"b\":\"日本\"}\r\n{\"c\":1}\nrest".as_bytes();
        let want = ["{\"a\":\"größe\"}", "{\"b\":\"日本\"}", "{\"c\":1}"];
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let (mut lines, mut got) = (Lines::default(), Vec::new());
                for part in [&text[..first], &text[first..second], &text[second..]] {
                    all(&mut lines, part, &mut got).unwrap();
                }
                assert_eq!(got, want, "cut at {first} and {second}");
                assert!(lines.mid_line());
            }
        }
    }

    #[test]
    fn a_line_without_end_is_refused_at_the_cap() {
        let (mut lines, mut got) = (Lines::default(), Vec::new());
        let chunk = vec![b'x'; 1 << 20];
        for _ in 0..8 {
            all(&mut lines, &chunk, &mut got).unwrap();
        }
        assert_eq!(all(&mut lines, b"y", &mut got), Err(Overlong));
        assert!(got.is_empty() && !lines.mid_line());
    }

    #[test]
    fn eight_mebibytes_are_a_line_and_one_byte_more_is_not() {
        for (extra, fits) in [(0, true), (1, false)] {
            let mut whole = vec![b'x'; MAX_OBJECT + extra];
            whole.push(b'\n');
            let (mut lines, mut got) = (Lines::default(), Vec::new());
            assert_eq!(all(&mut lines, &whole, &mut got).is_ok(), fits);
            let (mut lines, mut got) = (Lines::default(), Vec::new());
            let split: Result<(), Overlong> = whole
                .chunks(100_000)
                .try_for_each(|part| all(&mut lines, part, &mut got));
            assert_eq!(split.is_ok(), fits);
        }
    }

    #[test]
    fn stops_when_told() {
        let mut seen = 0;
        Lines::default()
            .push(b"a\nb\nc\n", |_| {
                seen += 1;
                ControlFlow::Break(())
            })
            .unwrap();
        assert_eq!(seen, 1);
    }
}
