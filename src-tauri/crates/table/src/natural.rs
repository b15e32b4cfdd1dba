//! Natural order of text: `web-2` before `web-10`, case only as a tie-break.

use std::cmp::Ordering;

/// Compares as people sort names: digit runs by their value, other characters ignoring case;
/// ties by raw bytes. A total order that is equal only for equal strings. Does not allocate.
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    loose_cmp(a, b).then_with(|| a.cmp(b))
}

/// [`natural_cmp`] without its tie-break: `web-01`, `web-1` and `Web-1` are equal.
pub(crate) fn loose_cmp(a: &str, b: &str) -> Ordering {
    let start = common_tokens(a.as_bytes(), b.as_bytes());
    compare_tokens(&a[start..], &b[start..])
}

/// Appends bytes that compare as [`loose_cmp`] does, whatever is appended after them.
pub(crate) fn write_loose_key(text: &str, key: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let (digits, after) = take_number(rest);
            rest = after;
            // Stands among other characters as a digit does; then the longer is the larger.
            key.push(b'0');
            if let Ok(length @ ..=0xFE) = u8::try_from(digits.len()) {
                key.push(length);
            } else {
                key.push(0xFF);
                key.extend((digits.len() as u64).to_be_bytes());
            }
            key.extend(digits.as_bytes());
        } else {
            rest = &rest[c.len_utf8()..];
            key.extend(fold(c).encode_utf8(&mut [0; 4]).as_bytes());
            if c == '\0' {
                key.push(0xFF);
            }
        }
    }
    key.extend([0, 0]);
}

/// Length of the common prefix, shortened so that it cuts neither a digit run nor a character.
fn common_tokens(a: &[u8], b: &[u8]) -> usize {
    let mut end = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    // A UTF-8 continuation byte is 0b10xx_xxxx.
    while end > 0 && (is_inside(a, end) || is_inside(b, end) || a[end - 1].is_ascii_digit()) {
        end -= 1;
    }
    end
}

fn is_inside(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|byte| byte & 0xC0 == 0x80)
}

fn compare_tokens(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
            return a.len().cmp(&b.len());
        };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, rest_a) = take_number(a);
            let (y, rest_b) = take_number(b);
            (a, b) = (rest_a, rest_b);
            // Without leading zeros the longer number is the larger one.
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            a = &a[x.len_utf8()..];
            b = &b[y.len_utf8()..];
            fold(x).cmp(&fold(y))
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Lower case, one character for one: `İ`, whose lower case is two, stays.
fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// The leading digits without their leading zeros, then what follows them.
fn take_number(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sorts_as_people_do() {
        let ascending = [
            "",
            " ",
            "-1",
            "0",
            "00",
            "01",
            "1",
            "2",
            "10",
            "12345678901234567890123",
            "a",
            "A1",
            "a1",
            "a1b",
            "a02",
            "a2",
            "a10",
            "B",
            "b",
            "web",
            "web-2",
            "web-2-1",
            "web-10",
            "WEB-10-x",
            "é",
            "É1",
            "é2",
            "日本",
        ];
        let mut sorted = ascending;
        sorted.reverse();
        sorted.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(sorted, ascending);
    }

    /// Few distinct characters, so that ties and shared prefixes are common.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            9 => "[aAbB019ÉéßİK本 \0\u{1}-]{0,6}",
            1 => "0{0,2}[12]{253,258}a?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn is_a_total_order(a in text(), b in text(), c in text()) {
            prop_assert_eq!(natural_cmp(&a, &b), natural_cmp(&b, &a).reverse());
            prop_assert_eq!(natural_cmp(&a, &b).is_eq(), a == b);
            let mut three = [a, b, c];
            three.sort_by(|x, y| natural_cmp(x, y));
            prop_assert!(natural_cmp(&three[0], &three[2]).is_le());
            prop_assert!(natural_cmp(&three[0], &three[1]).is_le());
            prop_assert!(natural_cmp(&three[1], &three[2]).is_le());
        }

        #[test]
        fn skipping_the_common_prefix_changes_nothing(a in text(), b in text()) {
            prop_assert_eq!(natural_cmp(&a, &b), compare_tokens(&a, &b).then_with(|| a.cmp(&b)));
        }

        #[test]
        fn keys_compare_as_texts_do(a in text(), b in text(), after_a: [u8; 2], after_b: [u8; 2]) {
            let key = |text: &str, after: [u8; 2]| {
                let mut key = Vec::new();
                write_loose_key(text, &mut key);
                key.extend(after);
                key
            };
            let expected = loose_cmp(&a, &b).then(after_a.cmp(&after_b));
            prop_assert_eq!(key(&a, after_a).cmp(&key(&b, after_b)), expected);
        }

        #[test]
        fn numbers_by_value(a in 0u64.., b in 0u64.., zeros in 0usize..3) {
            prop_assume!(a != b);
            let padded = format!("x{}{a}", "0".repeat(zeros));
            prop_assert_eq!(natural_cmp(&padded, &format!("x{b}")), a.cmp(&b));
        }
    }
}
