//! Where one chunk of an HTTP body ends and the next may begin.

/// Reads an answer's bytes along with the client.
#[derive(Debug, Default)]
pub(super) struct Chunks(At);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// So many bytes of the blank line that ends the head were seen.
    Head(u8),
    /// In the line that says how long a chunk is.
    Size {
        length: usize,
        begun: bool,
        digits: bool,
    },
    Data(usize),
    /// So many bytes of the line end behind a chunk are to come.
    Behind(u8),
}

impl Default for At {
    fn default() -> Self {
        Self::Head(0)
    }
}

const NEXT: At = At::Size {
    length: 0,
    begun: false,
    digits: true,
};

impl Chunks {
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            self.0 = match self.0 {
                At::Head(seen) => match (seen, byte) {
                    (3, b'\n') => NEXT,
                    (0 | 2, b'\r') | (1, b'\n') => At::Head(seen + 1),
                    (_, b'\r') => At::Head(1),
                    _ => At::Head(0),
                },
                At::Size { length, .. } if byte == b'\n' => {
                    if length == 0 {
                        At::Behind(2)
                    } else {
                        At::Data(length)
                    }
                }
                At::Size { length, digits, .. } => {
                    let digit = char::from(byte).to_digit(16).filter(|_| digits);
                    At::Size {
                        length: digit.map_or(length, |digit| length * 16 + digit as usize),
                        begun: true,
                        digits: digit.is_some(),
                    }
                }
                At::Data(left) => {
                    let taken = left.min(bytes.len());
                    bytes = &bytes[taken..];
                    self.0 = if taken == left {
                        At::Behind(2)
                    } else {
                        At::Data(left - taken)
                    };
                    continue;
                }
                At::Behind(1) => NEXT,
                At::Behind(left) => At::Behind(left - 1),
            };
            bytes = rest;
        }
    }

    /// Whether a chunk may begin here.
    pub(super) fn between(&self) -> bool {
        self.0 == NEXT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_a_chunk_may_begin() {
        let text = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n3;x=1\r\na\r\n\r\n1f\r\n0123456789012345678901234567890\r\n";
        let starts = [25, 37, 74];
        for cut in 0..=text.len() {
            let mut chunks = Chunks::default();
            chunks.pass(&text[..cut]);
            assert_eq!(chunks.between(), starts.contains(&cut), "{cut}");
            chunks.pass(&text[cut..]);
            assert!(chunks.between());
        }
    }
}
