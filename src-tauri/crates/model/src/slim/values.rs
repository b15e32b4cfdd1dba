//! Values that JSON writes as text and protobuf as a message of their own.

use super::Lenient;

/// metav1 `Time` or `MicroTime`: RFC 3339 text, or seconds with nanos.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub(crate) struct Time {
    /// Absent in the zero time, which means "never".
    #[prost(int64, optional, tag = "1")]
    pub(crate) seconds: Option<i64>,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

impl Time {
    /// Unix ms; `None` for the zero time and for absurd values.
    pub(crate) fn ms(&self) -> Option<i64> {
        /// Go's zero time, 1 January of the year 1, as Unix seconds.
        const GO_ZERO: i64 = -62_135_596_800;
        let seconds = self.seconds.filter(|&s| s != GO_ZERO)?;
        seconds
            .checked_mul(1000)?
            .checked_add(i64::from(self.nanos) / 1_000_000)
    }
}

impl Lenient for Time {
    fn string(text: &str) -> Option<Self> {
        let stamp: jiff::Timestamp = text.parse().ok()?;
        // Whole seconds below the time, so that nanos are never negative.
        let nanos = stamp.as_nanosecond();
        Some(Self {
            seconds: Some(i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?),
            nanos: i32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?,
        })
    }
}

/// resource.Quantity: text (or a bare number), or a message of one string. The server has made
/// it canonical, so its text is what kubectl shows.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Quantity {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) string: Vec<u8>,
}

impl Lenient for Quantity {
    fn string(text: &str) -> Option<Self> {
        Some(Self {
            string: text.as_bytes().to_vec(),
        })
    }
    fn integer(number: i128) -> Option<Self> {
        Self::string(&number.to_string())
    }
    fn float(number: f64) -> Option<Self> {
        number.is_finite().then(|| Self {
            string: number.to_string().into_bytes(),
        })
    }
}
