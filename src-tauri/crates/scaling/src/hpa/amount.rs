//! A quantity as an object has it: read, or kept as written where it cannot be read.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::quantity::Quantity;

/// A quantity of an object. Two are equal if the amount is the same, however it is written.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(type = "string"))]
pub enum Amount {
    /// It is a quantity.
    Read(Quantity),
    /// It is none; the text as written. The API server refuses such an object.
    Unreadable(String),
}

impl Amount {
    /// From a text.
    pub fn parse(text: &str) -> Self {
        Quantity::parse(text).map_or_else(|| Self::Unreadable(text.to_owned()), Self::Read)
    }

    /// The quantity, if it is one.
    pub fn quantity(&self) -> Option<Quantity> {
        match self {
            Self::Read(quantity) => Some(*quantity),
            Self::Unreadable(_) => None,
        }
    }

    /// Thousandths as the controller computes them; 0 if unreadable.
    pub fn milli(&self) -> i64 {
        self.quantity().map_or(0, Quantity::controller_milli)
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Read(one), Self::Read(other)) => one.nano() == other.nano(),
            (Self::Unreadable(one), Self::Unreadable(other)) => one == other,
            (Self::Read(_), Self::Unreadable(_)) | (Self::Unreadable(_), Self::Read(_)) => false,
        }
    }
}

impl Eq for Amount {}

impl From<Quantity> for Amount {
    fn from(quantity: Quantity) -> Self {
        Self::Read(quantity)
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read(quantity) => quantity.fmt(f),
            Self::Unreadable(text) => f.write_str(text),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Go reads the characters of a JSON number as it reads a text.
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(serde_json::Number),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => Self::parse(text.trim()),
            Written::Number(number) => Self::parse(&number.to_string()),
        })
    }
}
