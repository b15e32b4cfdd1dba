//! Amounts that a column's key is compared with: counts, quantities with suffixes, ages.

use crate::SortKey;

/// What the keys of a column count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Ones of whatever it is: restarts, bytes.
    #[default]
    Ones,
    /// Billionths of one: a measured share.
    Billionths,
    /// Keys are the time something began, as the negative of Unix ms; people say how long ago.
    Age,
}

/// How a key shall stand to the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Comparison {
    fn holds(self, key: f64, amount: f64) -> bool {
        let near = (key - amount).abs() <= 1e-9 * amount.abs().max(1e-3);
        match self {
            Self::Less => key < amount && !near,
            Self::AtMost => key < amount || near,
            Self::Equal => near,
            Self::AtLeast => key > amount || near,
            Self::More => key > amount && !near,
        }
    }
}

impl Measure {
    /// The amount in the unit that keys count, and ages in ms; `None` if it is none.
    pub(super) fn parse(self, text: &str) -> Option<f64> {
        match self {
            Self::Ones => quantity(text),
            Self::Billionths => quantity(text).map(|amount| amount * 1e9),
            Self::Age => age(text),
        }
    }

    /// What amounts of it look like, for a person.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Ones => "a number such as 3, 1.5k or 200Mi",
            Self::Billionths => "an amount such as 100m or 1.5",
            Self::Age => "a time such as 90s, 10m, 1h30m or 7d",
        }
    }

    /// Whether a row's key stands so to `amount`; what has no amount never does.
    pub(super) fn compares(
        self,
        key: &SortKey<'_>,
        how: Comparison,
        amount: f64,
        now_ms: i64,
    ) -> bool {
        let value = match (key, self) {
            (SortKey::Absent, _) => None,
            (SortKey::Int(began), Self::Age) => Some(now_ms.saturating_add(*began) as f64),
            (SortKey::Int(count), Self::Ones | Self::Billionths) => Some(*count as f64),
            (SortKey::Float(figure), _) => Some(*figure),
            // Text that begins with an amount, as servers print it: `5 (3m ago)`.
            (SortKey::Text(text), _) => text.split(' ').next().and_then(|text| self.parse(text)),
        };
        value.is_some_and(|value| how.holds(value, amount))
    }
}

/// A number with a decimal or binary suffix.
fn quantity(text: &str) -> Option<f64> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let scale = match suffix {
        "" | "%" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * scale)
}

/// Figures with units, as ages are shown: `1h30m`. In ms.
fn age(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = &rest[end..];
        let after = unit
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(unit.len());
        sum += number
            * match &unit[..after] {
                "ms" => 1.0,
                "s" => 1e3,
                "m" => 60e3,
                "h" => 3600e3,
                "d" => 86_400e3,
                "w" => 7.0 * 86_400e3,
                "y" => 365.0 * 86_400e3,
                _ => return None,
            };
        rest = &unit[after..];
    }
    (!text.is_empty()).then_some(sum)
}
