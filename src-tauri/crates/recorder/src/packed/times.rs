//! Times, each by what it is later than the one before.

use jiff::Timestamp;

use super::bytes::{In, Out};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;

/// Times that are written.
#[derive(Default)]
pub(super) struct TimesOut {
    pub(super) bytes: Out,
    last: i64,
}

/// In ns since 1970; `None` for what 64 bits do not hold: before 1678 or after 2262.
pub(super) fn ns(at: Timestamp) -> Option<i64> {
    i64::try_from(at.as_nanosecond()).ok()
}

impl TimesOut {
    /// A time in ns.
    pub(super) fn put(&mut self, at: i64) {
        let later = at.wrapping_sub(self.last);
        self.last = at;
        // Most are whole seconds or milliseconds apart; the unit stands in the lowest bits.
        let (length, unit) = match later {
            later if later % SECOND == 0 => (later / SECOND, 0),
            later if later % MILLI == 0 => (later / MILLI, 1),
            later => (later, 2),
        };
        let told = length
            .checked_mul(3)
            .and_then(|length| length.checked_add(unit));
        if let Some(told) = told {
            self.bytes.signed(told);
        } else {
            // A hundred years apart, to the ns: in full. No three times a length is the smallest number.
            self.bytes.signed(i64::MIN);
            self.bytes.signed(later);
        }
    }

    /// One that may be missing.
    pub(super) fn put_some(&mut self, at: Option<i64>) {
        self.bytes.0.push(u8::from(at.is_some()));
        if let Some(at) = at {
            self.put(at);
        }
    }
}

/// Times that are read.
pub(super) struct TimesIn<'a> {
    bytes: In<'a>,
    last: i64,
}

impl<'a> TimesIn<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: In(bytes),
            last: 0,
        }
    }

    pub(super) fn take(&mut self) -> Option<Timestamp> {
        let later = match self.bytes.signed()? {
            i64::MIN => self.bytes.signed()?,
            told => {
                let (length, unit) = (told.div_euclid(3), told.rem_euclid(3));
                length.checked_mul([SECOND, MILLI, 1][usize::try_from(unit).ok()?])?
            }
        };
        self.last = self.last.wrapping_add(later);
        let (seconds, rest) = (self.last.div_euclid(SECOND), self.last.rem_euclid(SECOND));
        Timestamp::new(seconds, i32::try_from(rest).ok()?).ok()
    }

    /// One that may be missing; `None` if the bytes are.
    #[expect(
        clippy::option_option,
        reason = "a time that is missing is no damage, and every reader ends by `None`"
    )]
    pub(super) fn take_some(&mut self) -> Option<Option<Timestamp>> {
        match self.bytes.byte()? {
            0 => Some(None),
            1 => self.take().map(Some),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TimesIn, TimesOut};

    #[test]
    fn times_come_back() {
        let all = [
            0,
            1,
            -1,
            1_790_000_000_000_000_000,
            1_790_000_000_250_000_000,
            1_790_000_000_250_000_001,
            i64::MAX,
            i64::MIN,
            5_000_000_000,
            i64::MAX - 1,
        ];
        let mut out = TimesOut::default();
        for at in all {
            out.put(at);
        }
        out.put_some(None);
        out.put_some(Some(7));
        let mut times = TimesIn::new(&out.bytes.0);
        for at in all {
            assert_eq!(times.take().and_then(super::ns), Some(at));
        }
        assert_eq!(times.take_some(), Some(None));
        assert_eq!(times.take_some().flatten().and_then(super::ns), Some(7));
        assert_eq!(times.take(), None);
    }
}
