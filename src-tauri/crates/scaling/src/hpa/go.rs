//! Go's conversions between numbers on amd64, where what does not fit is no error.

/// `int32(f)`: truncated; the smallest integer for NaN and for what does not fit.
pub(crate) fn int32(float: f64) -> i32 {
    if float > -2_147_483_649.0 && float < 2_147_483_648.0 {
        #[allow(clippy::cast_possible_truncation)] // the point of it
        {
            float as i32
        }
    } else {
        i32::MIN
    }
}

/// `int64(f)`: truncated; the smallest integer for NaN and for what does not fit.
pub(crate) fn int64(float: f64) -> i64 {
    // 2⁶³ is exact in a float.
    let limit = 9_223_372_036_854_775_808.0;
    if float >= -limit && float < limit {
        #[allow(clippy::cast_possible_truncation)] // the point of it
        {
            float as i64
        }
    } else {
        i64::MIN
    }
}

/// `int32(i)` of a 64-bit integer: the lower half.
pub(crate) fn truncated(wide: i64) -> i32 {
    #[allow(clippy::cast_possible_truncation)] // the point of it
    {
        wide as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_the_smallest() {
        for (float, narrow, wide) in [
            (f64::NAN, i32::MIN, i64::MIN),
            (f64::INFINITY, i32::MIN, i64::MIN),
            (2_147_483_647.5, i32::MAX, 2_147_483_647),
            (2_147_483_648.0, i32::MIN, 2_147_483_648),
            (4_294_967_297.5, i32::MIN, 4_294_967_297),
            (9.3e18, i32::MIN, i64::MIN),
            (-1.5, -1, -1),
        ] {
            assert_eq!((int32(float), int64(float)), (narrow, wide), "{float}");
        }
        assert_eq!(truncated(0x1_0000_0007), 7);
    }
}
