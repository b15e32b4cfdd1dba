//! How far a ratio may lie from 1 without a change.
//!
//! Follows `replica_calculator.go` (`Tolerances.isWithin`), `horizontal.go` (`tolerancesForHpa`).

use super::decision::{Arithmetic, Number};
use super::situation::Config;
use super::spec::{ScalingRules, Spec};
use super::trace::Trace;
use crate::quantity::Quantity;

/// The tolerance each way, as fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerances {
    down: f64,
    up: f64,
}

impl Tolerances {
    /// The controller's flag, replaced one by one by what the spec's behavior says.
    pub(crate) fn of(spec: &Spec, config: &Config) -> Self {
        let of = |rules: Option<&ScalingRules>| {
            rules
                .filter(|_| config.gates.configurable_tolerance)
                .and_then(|rules| rules.tolerance.as_ref()?.quantity())
                .map_or(config.tolerance, Quantity::controller_f64)
        };
        let behavior = spec.behavior.as_ref();
        Self {
            down: of(behavior.and_then(|behavior| behavior.scale_down.as_ref())),
            up: of(behavior.and_then(|behavior| behavior.scale_up.as_ref())),
        }
    }

    /// Whether the ratio lies within, both ends included.
    pub(crate) fn contain(self, ratio: f64) -> bool {
        1.0 - self.down <= ratio && ratio <= 1.0 + self.up
    }

    /// The same as a step of the arithmetic.
    pub(crate) fn check(self, ratio: f64, trace: &mut Trace) -> bool {
        let within = self.contain(ratio);
        trace.step(Arithmetic::Tolerance {
            ratio: Number(ratio),
            lowest: Number(1.0 - self.down),
            highest: Number(1.0 + self.up),
            within,
        });
        within
    }
}
