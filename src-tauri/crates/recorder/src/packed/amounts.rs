//! Quantities: the integer and the power of ten that they are kept as.

use scaling::hpa::amount::Amount;
use scaling::quantity::{Format, Quantity};

use super::bytes::{In, Out};
use super::texts::{TextsIn, TextsOut};

/// Unit of an amount that is told by its text.
const TEXT: u8 = 0xff;
/// Powers of ten that a unit tells: from 10⁻⁹ to 10¹⁸.
const POWERS: i32 = 28;
/// Powers of 1024 that a unit tells.
const SHIFTS: u32 = 3;

/// Amounts that are written.
#[derive(Default)]
pub(super) struct AmountsOut {
    pub(super) units: Out,
    pub(super) values: Out,
}

impl AmountsOut {
    pub(super) fn put(&mut self, amount: &Amount, texts: &mut TextsOut) {
        let packed = amount.quantity().and_then(packed);
        if let Some((unit, value)) = packed {
            self.units.0.push(unit);
            self.values.signed(value);
        } else {
            self.units.0.push(TEXT);
            self.values.count(texts.place(&amount.to_string()));
        }
    }
}

/// Unit and value; `None` where its text must do.
fn packed(quantity: Quantity) -> Option<(u8, i64)> {
    let (value, power) = quantity.integer()?;
    let power = u8::try_from(power.checked_add(9)?).ok()?;
    if i32::from(power) >= POWERS {
        return None;
    }
    match quantity.format() {
        Format::DecimalSi => Some((power, value)),
        Format::DecimalExponent => Some((0x40 | power, value)),
        // `400Ki` is kept as 409600.
        Format::BinarySi if power == 9 => {
            let tens = value.trailing_zeros() / 10;
            let shift = if value == 0 { 0 } else { tens.min(SHIFTS) };
            Some((0x80 | u8::try_from(shift).ok()?, value >> (10 * shift)))
        }
        Format::BinarySi => None,
    }
}

/// Amounts that are read.
pub(super) struct AmountsIn<'a> {
    units: In<'a>,
    values: In<'a>,
}

impl<'a> AmountsIn<'a> {
    pub(super) fn new(units: &'a [u8], values: &'a [u8]) -> Self {
        Self {
            units: In(units),
            values: In(values),
        }
    }

    pub(super) fn take(&mut self, texts: &TextsIn<'_>) -> Option<Amount> {
        let unit = self.units.byte()?;
        if unit == TEXT {
            return Some(Amount::parse(texts.text(self.values.count()?)?));
        }
        let value = self.values.signed()?;
        let low = unit & 0x3f;
        let quantity = match unit >> 6 {
            0 => Quantity::from_integer(value, i32::from(low) - 9, Format::DecimalSi),
            1 => Quantity::from_integer(value, i32::from(low) - 9, Format::DecimalExponent),
            2 => {
                let factor = 1i64.checked_shl(10 * u32::from(low))?;
                Quantity::from_integer(value.checked_mul(factor)?, 0, Format::BinarySi)
            }
            _ => None,
        };
        quantity.map(Amount::Read)
    }
}

#[cfg(test)]
mod tests {
    use scaling::hpa::amount::Amount;

    use super::super::bytes::{In, Out};
    use super::super::texts::{TextsIn, TextsOut};
    use super::{AmountsIn, AmountsOut};

    #[test]
    fn amounts_come_back_as_they_are_kept() {
        let texts = [
            "0",
            "1",
            "250m",
            "412345678n",
            "-3",
            "12k",
            "5e3",
            "1.5",
            "1.5Gi",
            "400Ki",
            "0Ki",
            "7Ti",
            "3Ei",
            "0.3Mi",
            "123456789012345678901234",
            "8E",
            "1e-3",
            "nonsense",
            "",
        ];
        let amounts = texts.map(Amount::parse);
        let (mut out, mut all) = (AmountsOut::default(), TextsOut::default());
        for amount in &amounts {
            out.put(amount, &mut all);
        }
        let mut bytes = Out::default();
        all.finish(&mut bytes);
        let all = TextsIn::read(&mut In(&bytes.0)).expect("they were written");
        let mut read = AmountsIn::new(&out.units.0, &out.values.0);
        for (text, amount) in texts.iter().zip(&amounts) {
            let back = read.take(&all).expect("it was written");
            assert_eq!(&back, amount, "{text}");
            assert_eq!(back.to_string(), amount.to_string(), "{text}");
            assert_eq!(back.milli(), amount.milli(), "{text}");
        }
        assert!(read.take(&all).is_none());
    }
}
