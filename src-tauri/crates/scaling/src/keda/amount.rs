//! A metric's value or target as KEDA hands it to the HPA: a quantity in thousandths.

use serde::{Deserialize, Serialize};

use super::go;
use crate::quantity::{Format, Quantity};

/// How a quantity came about, which decides how Go turns it back into a number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaAmount"))]
#[serde(rename_all = "camelCase")]
pub enum Amount {
    /// A number written with three decimals (KEDA v2.21.0 `pkg/scalers/scaler.go:quantityFromFloat64`): what is negative or no number is 0.
    Float(f64),
    /// Thousandths, from a fallback or a formula; may be negative.
    Milli(#[cfg_attr(feature = "wire", ts(type = "number"))] i64),
    /// Whole units.
    Whole(#[cfg_attr(feature = "wire", ts(type = "number"))] i64),
}

/// From here on a quantity with three decimals has more digits than Go's fast path takes.
const SLOW_PATH: f64 = 1e15;

impl Amount {
    /// The number Go computes with: `Quantity.AsApproximateFloat64`.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Float(value) if !value.is_finite() || value < 0.0 => 0.0,
            // Kept as nano-units there; the value is a multiple of 1/8, so three decimals lose nothing.
            Self::Float(value) if value >= SLOW_PATH => value * 1e9 * 1e-9,
            Self::Float(_) => self.milli() as f64 * 0.001,
            Self::Milli(milli) => milli as f64 * 0.001,
            Self::Whole(value) => value as f64,
        }
    }

    /// Thousandths, exact; saturates beyond 10³⁵ units, and [`Amount::quantity`] beyond 10²⁹.
    #[allow(clippy::cast_possible_truncation)] // saturates
    pub fn milli(self) -> i128 {
        match self {
            Self::Float(value) if !value.is_finite() || value < 0.0 => 0,
            Self::Float(value) if value >= SLOW_PATH => {
                let whole = value.trunc();
                (whole as i128).saturating_mul(1000) + ((value - whole) * 1000.0) as i128
            }
            Self::Float(value) => {
                let text = format!("{value:.3}").replace('.', "");
                text.parse().unwrap_or(0)
            }
            Self::Milli(milli) => i128::from(milli),
            Self::Whole(value) => i128::from(value) * 1000,
        }
    }

    /// As the API writes it: `1500m`, `12`.
    pub fn quantity(self) -> String {
        let nano = self.milli().saturating_mul(1_000_000);
        Quantity::from_nano(nano, Format::DecimalSi).to_string()
    }

    /// Thousandths of a computed number, cut off towards 0 (`SetMilli(int64(x * 1000))`).
    pub(crate) fn truncated(value: f64) -> Self {
        Self::Milli(go::to_int64(value * 1000.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)] // to the last bit
    use super::*;

    #[test]
    fn three_decimals_round_half_to_even() {
        for (value, milli) in [
            (0.0625, 62),
            (0.1875, 188),
            (1.5, 1500),
            (-3.0, 0),
            (f64::NAN, 0),
            (1e15, 1_000_000_000_000_000_000),
            (1_000_000_000_000_000.1, 1_000_000_000_000_000_125),
        ] {
            assert_eq!(Amount::Float(value).milli(), milli, "{value}");
        }
    }

    #[test]
    fn numbers_are_those_go_computes_with() {
        // 2.3 comes back as 2300 × 0.001.
        assert_eq!(Amount::Float(2.3).as_f64(), 2300.0 * 0.001);
        assert_eq!(Amount::Milli(-2500).as_f64(), -2.5);
        assert_eq!(Amount::Whole(7).as_f64(), 7.0);
        assert_eq!(Amount::Float(0.0015).quantity(), "2m");
        assert_eq!(Amount::Whole(1).quantity(), "1");
    }
}
