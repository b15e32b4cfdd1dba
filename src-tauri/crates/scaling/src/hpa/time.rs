//! Arithmetic on moments that stops at the ends of time.

use jiff::{SignedDuration, Timestamp};

/// The moment a while after.
pub(crate) fn after(moment: Timestamp, span: SignedDuration) -> Timestamp {
    moment.checked_add(span).unwrap_or(if span.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// The moment a while before.
pub(crate) fn before(moment: Timestamp, span: SignedDuration) -> Timestamp {
    span.checked_neg()
        .map_or(Timestamp::MIN, |back| after(moment, back))
}

/// Whole seconds.
pub(crate) fn seconds(count: i32) -> SignedDuration {
    SignedDuration::from_secs(count.into())
}

/// As the API keeps it: to the second, rounded down.
pub(crate) fn stored(moment: Timestamp) -> Timestamp {
    let whole = moment.as_second();
    let floor = whole - i64::from(moment.subsec_nanosecond() < 0);
    Timestamp::from_second(floor).unwrap_or(moment)
}

/// Go's zero time, which stands for a time that an object does not have.
pub(crate) fn zero() -> Timestamp {
    Timestamp::from_second(-62_135_596_800).unwrap_or(Timestamp::MIN)
}
