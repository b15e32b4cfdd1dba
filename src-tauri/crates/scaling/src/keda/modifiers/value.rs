//! Values of the expression language, with its arithmetic.

use std::cmp::Ordering;

use super::Rejected;
use crate::keda::go;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Array(Vec<Value>),
}

impl Value {
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Array(_) => "array",
        }
    }

    pub(super) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            Self::Nil | Self::Bool(_) | Self::Array(_) => None,
        }
    }

    fn mismatch(&self, operator: &str, right: &Self) -> Rejected {
        Rejected::Refused(format!(
            "invalid operation: {} {operator} {}",
            self.type_name(),
            right.type_name()
        ))
    }

    /// Two numbers as they are computed with: whole as long as both are.
    fn arithmetic(
        &self,
        operator: &str,
        right: &Self,
        ints: fn(i64, i64) -> i64,
        floats: fn(f64, f64) -> f64,
    ) -> Result<Self, Rejected> {
        match (self, right) {
            (Self::Int(a), Self::Int(b)) => Ok(Self::Int(ints(*a, *b))),
            _ => match (self.as_f64(), right.as_f64()) {
                (Some(a), Some(b)) => Ok(Self::Float(floats(a, b))),
                _ => Err(self.mismatch(operator, right)),
            },
        }
    }

    pub(super) fn add(&self, right: &Self) -> Result<Self, Rejected> {
        self.arithmetic("+", right, i64::wrapping_add, |a, b| a + b)
    }

    pub(super) fn subtract(&self, right: &Self) -> Result<Self, Rejected> {
        self.arithmetic("-", right, i64::wrapping_sub, |a, b| a - b)
    }

    pub(super) fn multiply(&self, right: &Self) -> Result<Self, Rejected> {
        self.arithmetic("*", right, i64::wrapping_mul, |a, b| a * b)
    }

    pub(super) fn divide(&self, right: &Self) -> Result<Self, Rejected> {
        match (self.as_f64(), right.as_f64()) {
            (Some(a), Some(b)) => Ok(Self::Float(a / b)),
            _ => Err(self.mismatch("/", right)),
        }
    }

    pub(super) fn modulo(&self, right: &Self) -> Result<Self, Rejected> {
        match (self, right) {
            (Self::Int(_), Self::Int(0)) => Err(Rejected::Refused("integer divide by zero".into())),
            (Self::Int(a), Self::Int(b)) => Ok(Self::Int(a.wrapping_rem(*b))),
            _ => Err(self.mismatch("%", right)),
        }
    }

    pub(super) fn power(&self, right: &Self) -> Result<Self, Rejected> {
        match (self.as_f64(), right.as_f64()) {
            (Some(a), Some(b)) => power(a, b).map(Self::Float).ok_or_else(|| {
                Rejected::unsupported("a power that is not whole, or beyond bounds")
            }),
            _ => Err(self.mismatch("**", right)),
        }
    }

    pub(super) fn negate(&self) -> Result<Self, Rejected> {
        match self {
            Self::Int(int) => Ok(Self::Int(int.wrapping_neg())),
            Self::Float(float) => Ok(Self::Float(-float)),
            Self::Nil | Self::Bool(_) | Self::Array(_) => Err(Rejected::Refused(format!(
                "invalid operation: - {}",
                self.type_name()
            ))),
        }
    }

    /// `None` beside NaN, where every comparison is false.
    pub(super) fn compare(
        &self,
        operator: &str,
        right: &Self,
    ) -> Result<Option<Ordering>, Rejected> {
        match (self, right) {
            (Self::Int(a), Self::Int(b)) => Ok(Some(a.cmp(b))),
            _ => match (self.as_f64(), right.as_f64()) {
                (Some(a), Some(b)) => Ok(a.partial_cmp(&b)),
                _ => Err(self.mismatch(operator, right)),
            },
        }
    }

    pub(super) fn equals(&self, right: &Self) -> bool {
        match (self, right) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b))
            }
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Nil, Self::Nil) => true,
            _ => match (self.as_f64(), right.as_f64()) {
                #[allow(clippy::float_cmp)] // as upstream
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }

    pub(super) fn truth(&self) -> Result<bool, Rejected> {
        match self {
            Self::Bool(truth) => Ok(*truth),
            Self::Nil | Self::Int(_) | Self::Float(_) | Self::Array(_) => Err(Rejected::Refused(
                format!("interface conversion: {} is no bool", self.type_name()),
            )),
        }
    }

    /// `int(…)`
    pub(super) fn to_int(&self) -> Result<Self, Rejected> {
        match self {
            Self::Int(int) => Ok(Self::Int(*int)),
            Self::Float(float) => Ok(Self::Int(go::to_int64(*float))),
            Self::Nil | Self::Bool(_) | Self::Array(_) => Err(Rejected::Refused(format!(
                "invalid operation: int({})",
                self.type_name()
            ))),
        }
    }
}

/// `math.Pow` for whole exponents and square roots; `None` for others, whose last digits depend on Go's own logarithm.
fn power(base: f64, exponent: f64) -> Option<f64> {
    #[allow(clippy::float_cmp)] // exact cases
    if exponent == 0.0 || base == 1.0 {
        return Some(1.0);
    } else if exponent == 1.0 {
        return Some(base);
    } else if base == 0.0 {
        let odd = exponent.rem_euclid(2.0) == 1.0;
        let size: f64 = if exponent > 0.0 { 0.0 } else { f64::INFINITY };
        return Some(if odd { size.copysign(base) } else { size });
    } else if exponent == 0.5 {
        return Some(base.sqrt());
    } else if exponent == -0.5 {
        return Some(1.0 / base.sqrt());
    }
    if !base.is_finite() || exponent.fract() != 0.0 || exponent.abs() > 1e6 {
        return None;
    }
    let mut left = go::to_int64(exponent.abs());
    let mut square = base;
    let mut product = 1.0;
    while left != 0 {
        if left & 1 == 1 {
            product *= square;
        }
        left >>= 1;
        if left != 0 {
            square *= square;
        }
    }
    let result = if exponent < 0.0 {
        1.0 / product
    } else {
        product
    };
    (result.is_normal() && product.is_normal()).then_some(result)
}
