//! What comes in: through a terminal's cooked mode, or as it is.

/// What there is to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line without its end.
    Line(String),
    /// The end of input.
    End,
}

/// Bytes that wait to be read, at most; what is more is lost.
const MOST: usize = 1 << 20;

/// Input that is read line by line, or all that is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    tty: bool,
    /// What can be read.
    ready: Vec<u8>,
    has_ended: bool,
    /// The line that is being typed in a terminal.
    current: Vec<u8>,
    /// Lines that were typed before, and which of them stands in `current`.
    history: Vec<String>,
    recalled: usize,
    /// Bytes of an escape sequence so far.
    escape: Vec<u8>,
    after_return: bool,
}

impl Lines {
    pub(super) fn new(tty: bool) -> Self {
        Self {
            tty,
            ..Self::default()
        }
    }

    /// Takes bytes in; what a terminal echoes goes to `echo`. Whether it was interrupted (`^C`).
    pub(super) fn feed(&mut self, bytes: &[u8], echo: &mut Vec<u8>) -> bool {
        if !self.tty {
            let room = MOST.saturating_sub(self.ready.len());
            self.ready
                .extend_from_slice(&bytes[..bytes.len().min(room)]);
            return false;
        }
        let mut interrupted = false;
        for byte in bytes {
            if !self.escape.is_empty() || *byte == 0x1b {
                self.escaped(*byte, echo);
            } else {
                interrupted |= self.cooked(*byte, echo);
            }
        }
        interrupted
    }

    /// No more will come.
    pub(super) fn close(&mut self) {
        self.has_ended = true;
    }

    /// The next line, or the end; None while neither has come.
    pub(super) fn line(&mut self) -> Option<Typed> {
        let end = match self.ready.iter().position(|byte| *byte == b'\n') {
            Some(end) => end,
            None if self.has_ended && !self.ready.is_empty() => self.ready.len(),
            None => return self.end().then_some(Typed::End),
        };
        let line: Vec<u8> = self.ready.drain(..end).collect();
        if !self.ready.is_empty() {
            self.ready.remove(0);
        }
        Some(Typed::Line(String::from_utf8_lossy(&line).into_owned()))
    }

    /// All that can be read now, and whether it has ended.
    pub(super) fn all(&mut self) -> (Vec<u8>, bool) {
        (std::mem::take(&mut self.ready), self.end())
    }

    /// What is being typed, as it is shown.
    pub(super) fn current(&self) -> &[u8] {
        &self.current
    }

    /// Whether it has ended. A terminal's end is read once.
    fn end(&mut self) -> bool {
        let has_ended = self.has_ended;
        self.has_ended &= !self.tty;
        has_ended
    }

    fn cooked(&mut self, byte: u8, echo: &mut Vec<u8>) -> bool {
        let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
        match byte {
            b'\n' if follows_return => {}
            b'\r' | b'\n' => {
                echo.extend_from_slice(b"\r\n");
                self.enter();
            }
            0x03 => {
                echo.extend_from_slice(b"^C\r\n");
                self.current.clear();
                self.ready.clear();
                return true;
            }
            0x04 if self.current.is_empty() => self.has_ended = true,
            0x04 => self.ready.append(&mut self.current),
            0x08 | 0x7f => self.rub_out(1, echo),
            0x15 => self.rub_out(usize::MAX, echo),
            0x17 => {
                let text = String::from_utf8_lossy(&self.current).into_owned();
                let kept = text
                    .trim_end()
                    .rsplit_once(' ')
                    .map_or(0, |(kept, _)| kept.len() + 1);
                self.rub_out(text[kept..].chars().count(), echo);
            }
            byte if (byte >= 0x20 || byte == b'\t') && self.current.len() < MOST => {
                self.current.push(byte);
                echo.push(byte);
            }
            _ => {}
        }
        false
    }

    /// Takes the last characters back.
    fn rub_out(&mut self, count: usize, echo: &mut Vec<u8>) {
        for _ in 0..count {
            // A character is its first byte and those that continue it.
            while self.current.last().is_some_and(|byte| byte & 0xc0 == 0x80) {
                self.current.pop();
            }
            if self.current.pop().is_none() {
                return;
            }
            echo.extend_from_slice(b"\x08 \x08");
        }
    }

    /// Arrows up and down recall; every other sequence is passed over.
    fn escaped(&mut self, byte: u8, echo: &mut Vec<u8>) {
        self.escape.push(byte);
        let is_over = match self.escape.as_slice() {
            [0x1b] | [0x1b, b'[' | b'O'] => false,
            [0x1b, b'[', ..] => (0x40..=0x7e).contains(&byte),
            _ => true,
        };
        if !is_over {
            return;
        }
        match self.escape.as_slice() {
            [_, _, b'A'] => self.recall(self.recalled.checked_sub(1), echo),
            [_, _, b'B'] => self.recall(Some(self.recalled + 1), echo),
            _ => {}
        }
        self.escape.clear();
    }

    fn recall(&mut self, which: Option<usize>, echo: &mut Vec<u8>) {
        let Some(which) = which.filter(|which| *which <= self.history.len()) else {
            return;
        };
        self.rub_out(usize::MAX, echo);
        self.recalled = which;
        let text = self.history.get(which).cloned().unwrap_or_default();
        echo.extend_from_slice(text.as_bytes());
        self.current = text.into_bytes();
    }

    fn enter(&mut self) {
        let text = String::from_utf8_lossy(&self.current).into_owned();
        self.ready.append(&mut self.current);
        self.ready.push(b'\n');
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            self.history.push(text);
        }
        self.recalled = self.history.len();
    }
}
