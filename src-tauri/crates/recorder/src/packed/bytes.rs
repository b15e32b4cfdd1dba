//! Numbers as bytes: small ones take few.

/// Bytes that are written.
#[derive(Default)]
pub(super) struct Out(pub(super) Vec<u8>);

impl Out {
    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    /// A place or a length.
    pub(super) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// The sign in the lowest bit, so that small negative numbers are short too.
    pub(super) fn signed(&mut self, number: i64) {
        self.number((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned());
    }

    /// With its length before it.
    pub(super) fn part(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }
}

/// Bytes that are read, up to their end: whatever they say, nothing beyond it.
#[derive(Clone, Copy)]
pub(super) struct In<'a>(pub(super) &'a [u8]);

impl<'a> In<'a> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// How many of something follow, of which each takes a byte at least.
    pub(super) fn many(&mut self, room: usize) -> Option<usize> {
        self.count().filter(|count| *count <= room)
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn part(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::{In, Out};

    #[test]
    fn numbers_come_back() {
        let numbers = [0, 1, -1, 63, -64, 64, 300, i64::MAX, i64::MIN];
        let mut out = Out::default();
        for number in numbers {
            out.signed(number);
        }
        out.part(b"text");
        let mut bytes = In(&out.0);
        assert!(numbers.iter().all(|number| bytes.signed() == Some(*number)));
        assert_eq!(bytes.part(), Some(b"text".as_slice()));
        assert_eq!(bytes.number(), None);
    }

    #[test]
    fn what_claims_more_than_there_is_is_none() {
        assert_eq!(In(&[5, 1, 2]).part(), None);
        assert_eq!(In(&[0xff; 11]).number(), None);
        assert_eq!(In(&[9]).many(8), None);
    }
}
