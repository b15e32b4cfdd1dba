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
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nano: i128,
    kept: Kept,
    format: Format,
}

/// How Go keeps the amount, which shows where it overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// A 64-bit integer times a power of ten.
    Integer { value: i64, power: i32 },
    /// A decimal with so many places.
    Decimal { places: i32 },
}

/// The same amount, written the same way.
impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano && self.format == other.format
    }
}

impl Eq for Quantity {}

const NANO: i128 = 1_000_000_000;
/// Binary quantities stop at 2⁶³ − 1, as in Go.
const BINARY_LIMIT: i128 = i64::MAX as i128 * NANO;
/// Decimal digits that Go trusts a 64-bit integer with.
const SAFE_DIGITS: i32 = 18;

impl Quantity {
    /// An amount in nano-units (10⁻⁹).
    pub fn from_nano(nano: i128, format: Format) -> Self {
        Self {
            nano,
            kept: Kept::Decimal { places: 9 },
            format,
        }
    }

    /// An amount in thousandths.
    pub fn from_milli(milli: i64, format: Format) -> Self {
        Self {
            nano: i128::from(milli) * (NANO / 1000),
            kept: Kept::Integer {
                value: milli,
                power: -3,
            },
            format,
        }
    }

    /// Reads what the API server reads (apimachinery `api/resource/quantity.go`, `ParseQuantity`), oddities included: a missing
    /// number is zero. `None` for anything else, and for amounts beyond 10²⁹, which no 128 bits of nano-units hold.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let rest = rest.trim_start_matches('0');
        let (whole, rest) = rest.split_at(digits(rest));
        let whole = if whole.is_empty() { "0" } else { whole };
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits(rest)),
            None => ("", rest),
        };
        let (base, exponent, format) = scale(suffix)?;
        let written = Written {
            negative,
            whole,
            fraction,
            base,
            exponent,
            format,
        };
        written.small().or_else(|| written.large())
    }

    /// The 64-bit integer and the power of ten that Go keeps the amount as, where it keeps it so: `250m` is 250 and −3.
    pub fn integer(self) -> Option<(i64, i32)> {
        match self.kept {
            Kept::Integer { value, power } => Some((value, power)),
            Kept::Decimal { .. } => None,
        }
    }

    /// The quantity that [`Quantity::integer`] tells; `None` for a power below −9, and for what no 128 bits of nano-units hold.
    pub fn from_integer(value: i64, power: i32, format: Format) -> Option<Self> {
        let nano = if value == 0 {
            0
        } else {
            i128::from(value).checked_mul(power_of_ten(power.checked_add(9)?)?)?
        };
        Some(Self {
            nano,
            kept: Kept::Integer { value, power },
            format,
        })
    }

    /// Nano-units (10⁻⁹).
    pub fn nano(self) -> i128 {
        self.nano
    }

    /// How it is written.
    pub fn format(self) -> Format {
        self.format
    }

    /// Thousandths, rounded away from zero; saturates.
    pub fn milli_value(self) -> i64 {
        saturated(divided_up(self.nano, NANO / 1000))
    }

    /// Thousandths as controllers compute them (`Quantity.MilliValue`): like [`Quantity::milli_value`] but for amounts that do not fit,
    /// which give 0 or what is left of them.
    #[allow(clippy::cast_possible_truncation)] // Go truncates
    pub fn controller_milli(self) -> i64 {
        match self.kept {
            Kept::Integer { value, power: -3 } => value,
            Kept::Integer { value, power: 0 } => value.checked_mul(1000).unwrap_or(0),
            Kept::Integer { value, power } if power < -3 => saturated(divided_up(
                i128::from(value),
                power_of_ten(-3 - power).unwrap_or(i128::MAX),
            )),
            Kept::Integer { value, power } => power_of_ten(power.saturating_add(3))
                .and_then(|factor| i128::from(value).checked_mul(factor))
                .and_then(|milli| i64::try_from(milli).ok())
                .unwrap_or(0),
            Kept::Decimal { places } => {
                let unscaled = self.unscaled(places);
                let low = unscaled as i64;
                match places - 3 {
                    0 => low,
                    up @ ..0 => {
                        low.wrapping_mul(power_of_ten(-up).map_or(i64::MIN, |factor| factor as i64))
                    }
                    down if unscaled < i128::from(i64::MAX) && down < 19 => {
                        let divisor = power_of_ten(down).unwrap_or(1) as i64;
                        (low / divisor) + i64::from(low % divisor != 0)
                    }
                    down => divided_up(unscaled, power_of_ten(down).unwrap_or(i128::MAX)) as i64,
                }
            }
        }
    }

    /// The digits of a decimal with so many places.
    fn unscaled(self, places: i32) -> i128 {
        self.nano / power_of_ten(9 - places).unwrap_or(1)
    }

    /// Whole units, rounded away from zero; saturates.
    pub fn value(self) -> i64 {
        saturated(divided_up(self.nano, NANO))
    }

    /// As a number, for graphs.
    pub fn as_f64(self) -> f64 {
        self.nano as f64 / NANO as f64
    }

    /// As controllers compute it (`Quantity.AsApproximateFloat64`): `570m` is 570 × 10⁻³ in floating point, which need not be the
    /// number nearest to 0.57.
    pub fn controller_f64(self) -> f64 {
        let (base, power) = match self.kept {
            Kept::Integer { value, power } => (value as f64, power),
            Kept::Decimal { places } => (self.unscaled(places) as f64, -places),
        };
        match power {
            0 => base,
            up @ 1.. => base * float_power(up),
            down => base * (1.0 / float_power(-down)),
        }
    }

    /// The sum, written as the first is unless that is zero; saturates.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let format = if self.nano == 0 {
            other.format
        } else {
            self.format
        };
        Self {
            nano: self.nano.saturating_add(other.nano),
            kept: self.kept.plus(other.kept),
            format,
        }
    }
}

impl Kept {
    /// An integer as long as it fits.
    fn plus(self, other: Self) -> Self {
        let places = |kept: Self| match kept {
            Self::Integer { power, .. } => -power,
            Self::Decimal { places } => places,
        };
        let decimal = Self::Decimal {
            places: places(self).max(places(other)).min(9),
        };
        let (
            Self::Integer { value, power },
            Self::Integer {
                value: more,
                power: finer,
            },
        ) = (self, other)
        else {
            return decimal;
        };
        if more == 0 {
            return self;
        }
        if value == 0 {
            return other;
        }
        let finest = power.min(finer);
        let at = |value: i64, power: i32| {
            let factor = i64::try_from(power_of_ten(power - finest)?).ok()?;
            value.checked_mul(factor)
        };
        at(value, power)
            .zip(at(more, finer))
            .and_then(|(value, more)| value.checked_add(more))
            .map_or(decimal, |value| Self::Integer {
                value,
                power: finest,
            })
    }
}

/// The parts of a quantity's text.
struct Written<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    base: u8,
    exponent: i32,
    format: Format,
}

impl Written<'_> {
    /// The way that Go takes where a 64-bit integer surely holds the digits.
    fn small(&self) -> Option<Quantity> {
        let length = |text: &str| i32::try_from(text.len()).ok();
        let (whole, fraction) = (length(self.whole)?, length(self.fraction)?);
        let (factor, spare, power) = if self.base == 2 {
            if !self.fraction.is_empty() {
                return None;
            }
            let spare = 15 - whole - self.exponent * 3 / 10 - 1;
            (1i64.checked_shl(self.exponent.unsigned_abs())?, spare, 0)
        } else {
            (1, SAFE_DIGITS - whole - fraction, self.exponent)
        };
        let power = power.checked_sub(fraction)?;
        if spare < 0 || power < -9 {
            return None;
        }
        let digits = i64::try_from(self.mantissa()?).ok()?;
        let value = digits.checked_mul(factor)?;
        let value = if self.negative { -value } else { value };
        let nano = i128::from(value).checked_mul(if value == 0 {
            1
        } else {
            power_of_ten(power.saturating_add(9))?
        })?;
        Some(Quantity {
            nano,
            kept: Kept::Integer { value, power },
            format: self.format,
        })
    }

    /// The way through exact decimals, rounded up to nano-units.
    fn large(&self) -> Option<Quantity> {
        let mantissa = self.mantissa()?;
        let fraction = i32::try_from(self.fraction.len()).ok()?;
        let mut format = self.format;
        let mut nano = if self.base == 2 {
            let shifted = mantissa.checked_mul(1i128.checked_shl(self.exponent.unsigned_abs())?);
            // Past the limit anyway, whatever the places say.
            shifted.map_or(i128::MAX, |n| scaled(n, 9 - fraction).unwrap_or(i128::MAX))
        } else {
            scaled(
                mantissa,
                self.exponent.checked_add(9)?.checked_sub(fraction)?,
            )?
        };
        let mut places = 9;
        if format == Format::BinarySi {
            if nano > BINARY_LIMIT {
                (nano, places) = (BINARY_LIMIT, 0);
            }
            if nano > 0 && nano < NANO {
                format = Format::DecimalSi;
            }
        }
        Some(Quantity {
            nano: if self.negative { -nano } else { nano },
            kept: Kept::Decimal { places },
            format,
        })
    }

    fn mantissa(&self) -> Option<i128> {
        self.whole
            .bytes()
            .chain(self.fraction.bytes())
            .try_fold(0i128, |n, digit| {
                n.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
            })
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

/// 10 to a power that is not negative.
fn power_of_ten(power: i32) -> Option<i128> {
    10i128.checked_pow(u32::try_from(power).ok()?)
}

/// 10 to a power of 1 or more as Go's `math.Pow10` has it.
fn float_power(power: i32) -> f64 {
    // Exact up to 22; the shortest text of a power of ten reads as the nearest number.
    format!("1e{power}").parse().unwrap_or(f64::INFINITY)
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
            // What has no number is zero.
            ("-", "0", 0, 0),
            (".", "0", 0, 0),
            ("Mi", "0", 0, 0),
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
            "1.2.3",
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
