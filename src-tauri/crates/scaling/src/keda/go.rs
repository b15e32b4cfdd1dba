//! Texts and numbers as Go reads and converts them.

/// `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `strconv.ParseInt(text, 10, 64)`; 32 bits are the caller's to check.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// `strconv.ParseFloat(text, 64)`; overflow is an error there, so it is none here.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "infinity" => {
            return Some(if text.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            });
        }
        "nan" => return (unsigned.len() == text.len()).then_some(f64::NAN),
        _ => {}
    }
    let plain = without_underscores(&lower)?;
    let value = if let Some(digits) = plain.strip_prefix("0x") {
        parse_hexadecimal(digits)?
    } else if plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        plain.parse().ok()?
    } else {
        return None;
    };
    let value = if text.starts_with('-') { -value } else { value };
    value.is_finite().then_some(value)
}

/// The text without underscores, which may stand between two digits, or after `0x`.
fn without_underscores(lower: &str) -> Option<String> {
    let hexadecimal = lower.starts_with("0x");
    let digit = |byte: Option<&u8>| {
        byte.is_some_and(|b| b.is_ascii_digit() || hexadecimal && b.is_ascii_hexdigit())
    };
    let bytes = lower.as_bytes();
    for (i, _) in bytes.iter().enumerate().filter(|&(_, &b)| b == b'_') {
        let before = i.checked_sub(1).and_then(|before| bytes.get(before));
        let after_prefix = hexadecimal && i == 2;
        if !(after_prefix || digit(before)) || !digit(bytes.get(i + 1)) {
            return None;
        }
    }
    Some(lower.replace('_', ""))
}

/// `1.8p3` after `0x`. `None` also beyond 15 digits, which nobody writes into an object.
fn parse_hexadecimal(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.len() > 15 || !all.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = u64::from_str_radix(&all, 16).ok()? as f64;
    let exponent: i32 = exponent.parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(value * f64::from(exponent.checked_sub(places)?).exp2())
}

/// A JSON number read into a float64, as `json.Unmarshal` does; anything else is an error there.
pub(crate) fn parse_json_float(text: &str) -> Option<f64> {
    is_json_number(text)
        .then(|| text.parse().ok())?
        .filter(|value: &f64| value.is_finite())
}

/// A JSON number read into an int64: no fraction, no exponent.
pub(crate) fn parse_json_int(text: &str) -> Option<i64> {
    is_json_number(text).then(|| text.parse().ok())?
}

fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let places = digits(fraction);
        if places == 0 {
            return false;
        }
        rest = &fraction[places..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let places = digits(exponent);
        return places > 0 && places == exponent.len();
    }
    rest.is_empty()
}

/// `int64(f)` on amd64: towards zero, and the least int64 for what does not fit.
#[allow(clippy::cast_possible_truncation)] // that is what is asked for
pub(crate) fn to_int64(value: f64) -> i64 {
    // 2⁶³ is exact; −2⁶³ itself fits.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// `strings.TrimSpace`, which knows the same blanks.
pub(crate) fn trim(text: &str) -> &str {
    text.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_as_in_go() {
        for (text, value) in [
            ("1", Some(1.0)),
            ("1.", Some(1.0)),
            (".5", Some(0.5)),
            ("+2e3", Some(2000.0)),
            ("0x1.8p3", Some(12.0)),
            ("-Inf", Some(f64::NEG_INFINITY)),
            ("1e400", None),
            ("+nan", None),
            ("1_000", Some(1000.0)),
            ("1__0", None),
            ("1_.5", None),
            ("-0x_1p1", Some(-2.0)),
            ("", None),
            (".", None),
            ("e5", None),
            (" 1", None),
        ] {
            assert_eq!(parse_float(text), value, "{text}");
        }
        assert!(parse_float("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn json_numbers_are_strict() {
        for text in [
            "05", "+5", ".5", "5.", "1e", "null", "\"5\"", "0x5", "1e400", "",
        ] {
            assert_eq!(parse_json_float(text), None, "{text}");
        }
        assert_eq!(parse_json_float("-0.5e1"), Some(-5.0));
        assert_eq!(parse_json_int("5.0"), None);
        assert_eq!(parse_json_int("9223372036854775808"), None);
        assert_eq!(parse_json_int("-3"), Some(-3));
    }

    #[test]
    fn conversions_to_int64_are_those_of_amd64() {
        for (value, int) in [
            (1.9, 1),
            (-1.9, -1),
            (f64::NAN, i64::MIN),
            (f64::INFINITY, i64::MIN),
            (9.3e18, i64::MIN),
            (-9_223_372_036_854_775_808.0, i64::MIN),
        ] {
            assert_eq!(to_int64(value), int, "{value}");
        }
    }
}
