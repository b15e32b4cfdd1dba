//! How sure a figure is.

use serde::{Deserialize, Serialize};

/// How sure a figure is, the surest first. A result is never surer than what it was made of: see [`Certainty::and`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Certainty {
    /// The API said so.
    Observed,
    /// Computed from observed values by the controller's own rule.
    Derived,
    /// An input was guessed.
    Estimated {
        /// Which input, and how it was guessed.
        guess: String,
    },
    /// It cannot be told.
    Unknown {
        /// Why not.
        why: String,
    },
}

impl Certainty {
    /// The less sure of two; of equals the first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }

    /// What a computation from this is: never surer than derived.
    #[must_use]
    pub fn derived(self) -> Self {
        self.and(Self::Derived)
    }

    /// 0 for observed to 3 for unknown.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Observed => 0,
            Self::Derived => 1,
            Self::Estimated { .. } => 2,
            Self::Unknown { .. } => 3,
        }
    }
}

/// A figure with its certainty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Certain<T> {
    /// The figure. With [`Certainty::Unknown`] it is a placeholder that no screen shows.
    pub value: T,
    /// How sure it is.
    pub certainty: Certainty,
}

impl<T> Certain<T> {
    /// What the API said.
    pub fn observed(value: T) -> Self {
        Self {
            value,
            certainty: Certainty::Observed,
        }
    }

    /// The same certainty, less than observed, for what is computed from this alone.
    pub fn map<U>(self, compute: impl FnOnce(T) -> U) -> Certain<U> {
        Certain {
            value: compute(self.value),
            certainty: self.certainty.derived(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_sure_wins() {
        let guess = Certainty::Estimated {
            guess: "phase of the passes".into(),
        };
        let unknown = Certainty::Unknown {
            why: "no samples".into(),
        };
        assert_eq!(
            Certainty::Observed.and(Certainty::Derived),
            Certainty::Derived
        );
        assert_eq!(guess.clone().and(Certainty::Observed), guess);
        assert_eq!(guess.and(unknown.clone()), unknown);
        assert_eq!(Certainty::Observed.derived(), Certainty::Derived);
        assert_eq!(unknown.clone().derived(), unknown);
        assert_eq!(
            Certain::observed(3).map(|n| n + 1).certainty,
            Certainty::Derived
        );
    }
}
