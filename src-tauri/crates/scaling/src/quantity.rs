//! Kubernetes quantities (`250m`, `1.5Gi`, `2e3`) as whole nano-units, with Go's rounding.

use std::fmt;

/// How a quantity likes to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `250m`, `12k`
    DecimalSi,
    /// `128Mi`
    BinarySi,
    /// `12e6`
    DecimalExponent,
}

/// An exact amount. Ordered by amount alone would be surprising with [`Format`] inside, so it is
/// not ordered: compare [`Quantity::nano`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    nano: i128,
    format: Format,
}

const NANO: i128 = 1_000_000_000;
/// Binary quantities stop at 2⁶³ − 1, as in Go.
const BINARY_LIMIT: i128 = i64::MAX as i128 * NANO;

impl Quantity {
    /// An amount in nano-units (10⁻⁹).
    pub fn from_nano(nano: i128, format: Format) -> Self {
        Self { nano, format }
    }

    /// Reads what the API server writes. `None` for anything else, and for amounts beyond
    /// 10²⁹, which no 128 bits of nano-units hold.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = rest.split_at(digits(rest));
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits(rest)),
            None => ("", rest),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (base, exponent, mut format) = scale(suffix)?;
        let mantissa = whole
            .bytes()
            .chain(fraction.bytes())
            .try_fold(0i128, |n, digit| {
                n.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
            })?;
        let places = i32::try_from(fraction.len()).ok()?;
        let mut nano = if base == 2 {
            let shifted = mantissa.checked_mul(1i128.checked_shl(exponent.unsigned_abs())?);
            // Past the limit anyway, whatever the places say.
            shifted.map_or(BINARY_LIMIT, |n| {
                scaled(n, 9 - places).unwrap_or(BINARY_LIMIT)
            })
        } else {
            scaled(mantissa, exponent.checked_add(9)?.checked_sub(places)?)?
        };
        if format == Format::BinarySi {
            nano = nano.min(BINARY_LIMIT);
            if nano > 0 && nano < NANO {
                format = Format::DecimalSi;
            }
        }
        Some(Self {
            nano: if negative { -nano } else { nano },
            format,
        })
    }

    /// Nano-units (10⁻⁹).
    pub fn nano(self) -> i128 {
        self.nano
    }

    /// Thousandths, rounded away from zero; saturates.
    pub fn milli_value(self) -> i64 {
        saturated(divided_up(self.nano, NANO / 1000))
    }

    /// Whole units, rounded away from zero; saturates.
    pub fn value(self) -> i64 {
        saturated(divided_up(self.nano, NANO))
    }

    /// Thousandths as the controllers compute them, overflow included.
    pub fn controller_milli(self) -> i64 {
        self.milli_value()
    }

    /// As a number, for graphs.
    pub fn as_f64(self) -> f64 {
        self.nano as f64 / NANO as f64
    }
}

/// Base, exponent and way of writing of a suffix.
fn scale(suffix: &str) -> Option<(u8, i32, Format)> {
    let decimal = |exponent| Some((10, exponent, Format::DecimalSi));
    let binary = |exponent| Some((2, exponent, Format::BinarySi));
    match suffix {
        "" => decimal(0),
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            Some((10, exponent, Format::DecimalExponent))
        }
    }
}

/// `n × 10^exponent`, rounded up where digits are lost; `None` if too large.
fn scaled(n: i128, exponent: i32) -> Option<i128> {
    if n == 0 {
        return Some(0);
    }
    match u32::try_from(exponent) {
        Ok(up) => n.checked_mul(10i128.checked_pow(up)?),
        Err(_) => Some(match 10i128.checked_pow(exponent.unsigned_abs()) {
            Some(divisor) => divided_up(n, divisor),
            None => 1,
        }),
    }
}

/// Division rounding away from zero, as Go's quantities do.
fn divided_up(n: i128, divisor: i128) -> i128 {
    n / divisor + if n % divisor == 0 { 0 } else { n.signum() }
}

fn saturated(n: i128) -> i64 {
    i64::try_from(n).unwrap_or(if n < 0 { i64::MIN } else { i64::MAX })
}

/// The canonical form: no fraction, the largest suffix that keeps it exact.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nano == 0 {
            return f.write_str("0");
        }
        let small = self.nano.abs() < 1024 * NANO;
        if self.format == Format::BinarySi && !small && self.nano % NANO == 0 {
            let mut amount = self.nano / NANO;
            let mut suffix = 0;
            while amount % 1024 == 0 && suffix < 6 {
                amount /= 1024;
                suffix += 1;
            }
            return write!(
                f,
                "{amount}{}",
                ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][suffix]
            );
        }
        let mut amount = self.nano;
        let mut exponent = -9;
        let last = if self.format == Format::DecimalExponent {
            i32::MAX
        } else {
            18
        };
        while amount % 1000 == 0 && exponent < last {
            amount /= 1000;
            exponent += 3;
        }
        if self.format == Format::DecimalExponent {
            return if exponent == 0 {
                write!(f, "{amount}")
            } else {
                write!(f, "{amount}e{exponent}")
            };
        }
        let suffix = match exponent {
            -9 => "n",
            -6 => "u",
            -3 => "m",
            0 => "",
            3 => "k",
            6 => "M",
            9 => "G",
            12 => "T",
            15 => "P",
            _ => "E",
        };
        write!(f, "{amount}{suffix}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn canonical_forms_are_gos() {
        for (text, canonical, milli, value) in [
            ("0", "0", 0, 0),
            ("250m", "250m", 250, 1),
            ("0.5", "500m", 500, 1),
            ("1.5", "1500m", 1500, 2),
            ("1500m", "1500m", 1500, 2),
            ("1000m", "1", 1000, 1),
            ("100", "100", 100_000, 100),
            ("1000", "1k", 1_000_000, 1000),
            ("12345678n", "12345678n", 13, 1),
            ("1u", "1u", 1, 1),
            ("128Mi", "128Mi", 134_217_728_000, 134_217_728),
            ("1.5Gi", "1536Mi", 1_610_612_736_000, 1_610_612_736),
            ("1024Ki", "1Mi", 1_048_576_000, 1_048_576),
            ("100Ki", "100Ki", 102_400_000, 102_400),
            ("0.5Ki", "512", 512_000, 512),
            ("0.1Ki", "102400m", 102_400, 103),
            ("12e6", "12e6", 12_000_000_000, 12_000_000),
            ("1e2", "100", 100_000, 100),
            ("1E", "1E", i64::MAX, 1_000_000_000_000_000_000),
            ("-250m", "-250m", -250, -1),
            ("0.1n", "1n", 1, 1),
            ("10Ei", "9223372036854775807", i64::MAX, i64::MAX),
        ] {
            let q = Quantity::parse(text).unwrap();
            assert_eq!(
                (q.to_string().as_str(), q.milli_value(), q.value()),
                (canonical, milli, value),
                "{text}"
            );
        }
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "Mi",
            "1Zi",
            "1 Mi",
            "1e",
            "1e99999999999",
            "abc",
            "9e40",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn canonical_text_reads_back(nano in -10i128.pow(27)..10i128.pow(27), which in 0usize..3) {
            let format = [Format::DecimalSi, Format::BinarySi, Format::DecimalExponent][which];
            let nano = if format == Format::BinarySi { nano.clamp(-BINARY_LIMIT, BINARY_LIMIT) } else { nano };
            let text = Quantity::from_nano(nano, format).to_string();
            prop_assert_eq!(Quantity::parse(&text).unwrap().nano(), nano, "{}", text);
        }

        #[test]
        fn no_text_upsets_the_parser(text in "[-+]?[0-9.]{0,45}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,12}|.{0,12}") {
            if let Some(q) = Quantity::parse(&text) {
                let _ = (q.to_string(), q.milli_value(), q.value(), q.as_f64());
            }
        }
    }
}
