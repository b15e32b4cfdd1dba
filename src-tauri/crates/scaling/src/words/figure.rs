//! Figures as Kubernetes users read them.

use std::fmt::Display;

use crate::certainty::Certainty;

/// What thousandths are thousandths of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Cores, requests, messages: `250m`, `1.5`.
    Plain,
    /// Bytes: `512Mi`.
    Bytes,
}

impl Unit {
    /// The unit of a resource of pods.
    pub(super) fn of_resource(name: &str) -> Self {
        let is_bytes =
            matches!(name, "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
        if is_bytes { Self::Bytes } else { Self::Plain }
    }

    /// Thousandths in this unit.
    pub(super) fn amount(self, milli: i64) -> String {
        match self {
            Self::Plain if milli % 1000 == 0 => (milli / 1000).to_string(),
            Self::Plain if milli.unsigned_abs() < 1000 => format!("{milli}m"),
            Self::Plain => {
                let sign = if milli < 0 { "-" } else { "" };
                let (whole, rest) = (milli.unsigned_abs() / 1000, milli.unsigned_abs() % 1000);
                format!(
                    "{sign}{whole}.{}",
                    format!("{rest:03}").trim_end_matches('0')
                )
            }
            Self::Bytes => bytes(milli),
        }
    }
}

const BINARY: [(f64, &str); 4] = [
    (1_099_511_627_776.0, "Ti"),
    (1_073_741_824.0, "Gi"),
    (1_048_576.0, "Mi"),
    (1024.0, "Ki"),
];

#[allow(clippy::cast_precision_loss)] // two decimals are shown
fn bytes(milli: i64) -> String {
    let bytes = milli as f64 / 1000.0;
    BINARY
        .iter()
        .find(|(size, _)| bytes.abs() >= *size)
        .map_or_else(
            || number(bytes),
            |(size, suffix)| format!("{}{suffix}", rounded(bytes / size, 2)),
        )
}

/// With so many decimals at most.
fn rounded(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// With four decimals at most.
pub(super) fn number(value: f64) -> String {
    rounded(value, 4)
}

/// With as few decimals as still lead to the same result.
pub(super) fn number_that(value: f64, keeps: impl Fn(f64) -> bool) -> String {
    for decimals in [4, 6, 9] {
        let text = rounded(value, decimals);
        if text.parse().is_ok_and(&keeps) {
            return text;
        }
    }
    value.to_string()
}

/// `1 pod`, `3 pods`
pub(super) fn counted(count: impl Into<i64>, one: &str) -> String {
    match count.into() {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    }
}

/// A figure with its certainty.
pub(super) fn sure(figure: impl Display, certainty: &Certainty) -> String {
    match certainty {
        Certainty::Observed | Certainty::Derived => figure.to_string(),
        Certainty::Estimated { .. } => format!("about {figure}"),
        Certainty::Unknown { why } => format!("unknown: {why}"),
    }
}

/// Whether a figure is more than a placeholder.
pub(super) fn is_known(certainty: &Certainty) -> bool {
    match certainty {
        Certainty::Observed | Certainty::Derived | Certainty::Estimated { .. } => true,
        Certainty::Unknown { .. } => false,
    }
}

/// A figure with its certainty in one word.
pub(super) fn short(figure: impl Display, certainty: &Certainty) -> String {
    match certainty {
        Certainty::Observed | Certainty::Derived => figure.to_string(),
        Certainty::Estimated { .. } => format!("about {figure}"),
        Certainty::Unknown { .. } => "unknown".to_owned(),
    }
}

/// A computation, unless its figures are placeholders. That they are guessed says its result.
pub(super) fn computed(steps: Vec<String>, certainty: &Certainty) -> Vec<String> {
    if is_known(certainty) {
        steps
    } else {
        Vec::new()
    }
}

/// A headline that is a fact, likely, or not known.
pub(super) fn headline(text: &str, certainty: &Certainty) -> String {
    match certainty {
        Certainty::Observed | Certainty::Derived => sentence(text),
        Certainty::Estimated { .. } => {
            let mut letters = text.chars();
            let first = letters.next().into_iter().flat_map(char::to_lowercase);
            sentence(&format!(
                "Probably {}{}",
                first.collect::<String>(),
                letters.as_str()
            ))
        }
        Certainty::Unknown { why } => sentence(&format!("Unknown: {why}")),
    }
}

/// What a guess rests on.
pub(super) fn guess(certainty: &Certainty) -> Option<String> {
    match certainty {
        Certainty::Observed | Certainty::Derived | Certainty::Unknown { .. } => None,
        Certainty::Estimated { guess } => Some(sentence(&format!("An estimate: {guess}"))),
    }
}

/// With a full stop, once.
pub(super) fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_kubernetes_writes_them() {
        for (unit, milli, text) in [
            (Unit::Plain, 0, "0"),
            (Unit::Plain, 250, "250m"),
            (Unit::Plain, -250, "-250m"),
            (Unit::Plain, 1500, "1.5"),
            (Unit::Plain, -1050, "-1.05"),
            (Unit::Plain, 12_000, "12"),
            (Unit::Plain, i64::MIN, "-9223372036854775.808"),
            (Unit::Bytes, 512_000, "512"),
            (Unit::Bytes, 134_217_728_000, "128Mi"),
            (Unit::Bytes, 1_610_612_736_000, "1.5Gi"),
            (Unit::of_resource("hugepages-2Mi"), 2_097_152_000, "2Mi"),
            (Unit::of_resource("cpu"), 100, "100m"),
        ] {
            assert_eq!(unit.amount(milli), text);
        }
    }

    #[test]
    fn decimals_are_added_until_the_result_is_the_same() {
        assert_eq!(number_that(1.000_04, |shown| shown > 1.0), "1.00004");
        assert_eq!(number_that(1.5, |shown| shown > 1.0), "1.5");
        assert_eq!(
            number_that(1.0 + 1e-12, |shown| shown > 1.0),
            "1.000000000001"
        );
        assert_eq!(number_that(f64::NAN, f64::is_nan), "NaN");
    }

    #[test]
    fn a_guess_never_reads_like_a_fact() {
        let guessed = Certainty::Estimated {
            guess: "from events".to_owned(),
        };
        let unknown = Certainty::Unknown {
            why: "no samples".to_owned(),
        };
        assert_eq!(sure(6, &guessed), "about 6");
        assert_eq!(sure(6, &unknown), "unknown: no samples");
        assert_eq!(headline("Holds 6", &guessed), "Probably holds 6.");
        assert_eq!(headline("Holds 6", &unknown), "Unknown: no samples.");
        assert_eq!(headline("Holds 6.", &Certainty::Derived), "Holds 6.");
    }
}
