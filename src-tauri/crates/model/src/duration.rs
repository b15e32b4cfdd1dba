//! Elapsed time in kubectl's words (`3d4h`), and when those words change.

/// Longest span Go's `time.Duration` holds, in ms: longer ones read the same.
const LONGEST_MS: i64 = i64::MAX / 1_000_000;
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// The time elapsed as kubectl prints ages: two or three significant figures, `<invalid>` from
/// two seconds into the future on.
pub fn human(elapsed_ms: i64) -> String {
    let ms = elapsed_ms.clamp(-LONGEST_MS, LONGEST_MS);
    let two = |major: i64, unit: char, minor: i64, small: char| {
        if minor == 0 {
            format!("{major}{unit}")
        } else {
            format!("{major}{unit}{minor}{small}")
        }
    };
    match ms {
        _ if ms <= -2 * SECOND => "<invalid>".to_owned(),
        _ if ms < 0 => "0s".to_owned(),
        _ if ms < 2 * MINUTE => format!("{}s", ms / SECOND),
        _ if ms < 10 * MINUTE => two(ms / MINUTE, 'm', ms % MINUTE / SECOND, 's'),
        _ if ms < 3 * HOUR => format!("{}m", ms / MINUTE),
        _ if ms < 8 * HOUR => two(ms / HOUR, 'h', ms % HOUR / MINUTE, 'm'),
        _ if ms < 2 * DAY => format!("{}h", ms / HOUR),
        _ if ms < 8 * DAY => two(ms / DAY, 'd', ms % DAY / HOUR, 'h'),
        _ if ms < 2 * YEAR => format!("{}d", ms / DAY),
        _ if ms < 8 * YEAR => two(ms / YEAR, 'y', ms % YEAR / DAY, 'd'),
        _ => format!("{}y", ms / YEAR),
    }
}

/// The least span longer than this one (ms) that [`human`] words differently; `None` if it
/// never changes again.
pub fn next_change(elapsed_ms: i64) -> Option<i64> {
    let ms = elapsed_ms;
    if ms <= -2 * SECOND {
        return Some(1 - 2 * SECOND);
    }
    let step = match ms {
        _ if ms < SECOND => return Some(SECOND),
        _ if ms < 10 * MINUTE => SECOND,
        _ if ms < 8 * HOUR => MINUTE,
        _ if ms < 8 * DAY => HOUR,
        _ if ms < 8 * YEAR => DAY,
        _ => YEAR,
    };
    let next = (ms / step).checked_add(1)?.checked_mul(step)?;
    (next <= LONGEST_MS).then_some(next)
}

/// The least span (ms) that [`human`] words so; `None` for what it never says, and for the future.
pub fn parse_human(text: &str) -> Option<i64> {
    let (mut total, mut number) = (0_i64, None::<i64>);
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let digits = number.unwrap_or(0).checked_mul(10)?;
            number = Some(digits.checked_add(i64::from(digit))?);
            continue;
        }
        let unit = match c {
            'y' => YEAR,
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            's' => SECOND,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    (!text.is_empty() && number.is_none()).then_some(total)
}

/// A Go duration (`1m30.5s`, `250ms`) in ms; `None` if it is none.
pub fn parse_go(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let scale = match unit {
            "ns" => 1e-6,
            "us" | "µs" | "μs" => 1e-3,
            "ms" => 1.0,
            "s" => 1e3,
            "m" => 6e4,
            "h" => 3.6e6,
            _ if rest == "0" => 0.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    #[allow(clippy::cast_possible_truncation)] // `as` saturates, which is what is wanted
    Some(total.round() as i64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_kubectls() {
        for (seconds, text) in [
            (0, "0s"),
            (1, "1s"),
            (119, "119s"),
            (120, "2m"),
            (121, "2m1s"),
            (599, "9m59s"),
            (600, "10m"),
            (3600, "60m"),
            (3 * 3600 - 1, "179m"),
            (3 * 3600, "3h"),
            (3 * 3600 + 60, "3h1m"),
            (8 * 3600 - 1, "7h59m"),
            (8 * 3600, "8h"),
            (48 * 3600 - 1, "47h"),
            (48 * 3600, "2d"),
            (49 * 3600, "2d1h"),
            (8 * 86400 - 1, "7d23h"),
            (8 * 86400, "8d"),
            (730 * 86400 - 1, "729d"),
            (730 * 86400, "2y"),
            (731 * 86400, "2y1d"),
            (8 * 365 * 86400 - 1, "7y364d"),
            (8 * 365 * 86400, "8y"),
            (i64::MAX / 1000, "292y"),
        ] {
            assert_eq!(human(seconds * 1000), text, "{seconds} s");
        }
        assert_eq!(human(-1999), "0s");
        assert_eq!(human(-2000), "<invalid>");
        assert_eq!(human(i64::MIN), "<invalid>");
    }

    #[test]
    fn every_change_of_the_first_nine_hours_is_foretold() {
        let mut at = -2500;
        let end = 9 * HOUR;
        while at < end {
            let next = next_change(at).unwrap();
            // Text is monotone between two whole quarter seconds, so these samples miss nothing.
            let mut probe = at;
            while probe < next {
                assert_eq!(human(probe), human(at), "{probe} before {next}");
                probe += 250;
            }
            assert_eq!(human(next - 1), human(at));
            assert_ne!(human(next), human(at), "at {next}");
            at = next;
        }
    }

    #[test]
    fn every_change_of_three_centuries_is_foretold() {
        let mut at = 9 * HOUR;
        while let Some(next) = next_change(at) {
            for probe in (at..next).step_by(usize::try_from((next - at) / 4).unwrap()) {
                assert_eq!(human(probe), human(at));
            }
            assert_eq!(human(next - 1), human(at));
            assert_ne!(human(next), human(at), "at {next}");
            at = next;
        }
        assert_eq!(human(at), human(i64::MAX));
    }

    #[test]
    fn go_durations() {
        for (text, ms) in [
            ("10s", Some(10_000)),
            ("1m0s", Some(60_000)),
            ("15.25s", Some(15_250)),
            ("1h2m3.5s", Some(3_723_500)),
            ("250ms", Some(250)),
            ("0", Some(0)),
            ("", None),
            ("10", None),
            ("s", None),
            ("1 m", None),
        ] {
            assert_eq!(parse_go(text), ms, "{text}");
        }
    }

    #[test]
    fn odd_words_are_no_span() {
        for text in [
            "",
            "<invalid>",
            "<unknown>",
            "5",
            "m",
            "5x",
            "99999999999999999999y",
            "-5m",
        ] {
            assert_eq!(parse_human(text), None, "{text}");
        }
        assert_eq!(parse_human("2y1d"), Some(731 * DAY));
    }

    proptest! {
        #[test]
        fn words_are_read_back(ms in 0..=LONGEST_MS) {
            let words = human(ms);
            let read = parse_human(&words).unwrap();
            prop_assert!(read <= ms);
            prop_assert_eq!(human(read), words);
        }

        #[test]
        fn any_span_keeps_its_words_until_the_change(ms in any::<i64>(), part in 0.0..1.0f64) {
            let Some(next) = next_change(ms) else {
                prop_assert_eq!(human(ms), human(i64::MAX));
                return Ok(());
            };
            prop_assert!(next > ms);
            #[allow(clippy::cast_possible_truncation)] // `as` saturates
            let between = ms.saturating_add(((next as f64 - ms as f64) * part) as i64);
            prop_assert_eq!(human(between.clamp(ms, next - 1)), human(ms));
            prop_assert_eq!(human(next - 1), human(ms));
            prop_assert_ne!(human(next), human(ms));
        }

        #[test]
        fn no_text_upsets_the_parser(text in ".{0,20}") {
            let _ = parse_go(&text);
        }
    }
}
