//! What a `ConfigMap` or Secret holds, key by key.

use serde_json::Value;

use super::read::members;
use super::shape::DataEntry;
use crate::text;

/// Characters of a value that are shown at once.
const PREVIEW: usize = 2_000;

/// Each key with the size of its value, in the object's order. Values of Secrets are left out.
pub(super) fn entries(object: &Value) -> Vec<DataEntry> {
    let secret = match object["kind"].as_str() {
        Some("ConfigMap") => false,
        Some("Secret") => true,
        _ => return Vec::new(),
    };
    let plain = members(&object["data"]).map(|(key, value)| {
        let value = value.as_str().unwrap_or_default();
        if secret {
            let bytes = decode(value).unwrap_or_default();
            DataEntry {
                key,
                bytes: bytes.len(),
                binary: std::str::from_utf8(&bytes).is_err(),
                preview: String::new(),
                cut: false,
                secret: true,
            }
        } else {
            let shown: String = value.chars().take(PREVIEW).collect();
            DataEntry {
                key,
                bytes: value.len(),
                binary: false,
                cut: shown.len() < value.len(),
                preview: text::visible_lines(&shown).into_owned(),
                secret: false,
            }
        }
    });
    let binary = members(&object["binaryData"]).map(|(key, value)| DataEntry {
        key,
        bytes: decode(value.as_str().unwrap_or_default()).map_or(0, |bytes| bytes.len()),
        binary: true,
        preview: String::new(),
        cut: false,
        secret: false,
    });
    plain.chain(binary).collect()
}

/// The bytes behind one key of a Secret; `None` if it has no such key.
pub fn secret_value(secret: &Value, key: &str) -> Option<Vec<u8>> {
    decode(secret["data"].get(key)?.as_str()?)
}

/// The bytes behind one key of a `ConfigMap`; `None` if it has no such key.
pub fn data_value(map: &Value, key: &str) -> Option<Vec<u8>> {
    match map["data"].get(key).and_then(Value::as_str) {
        Some(value) => Some(value.as_bytes().to_vec()),
        None => decode(map["binaryData"].get(key)?.as_str()?),
    }
}

/// Base64 as the API server writes it; `None` for anything else.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut word = 0u32;
        for digit in chunk {
            let six = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            word = word << 6 | u32::from(six);
        }
        word <<= 6 * (4 - chunk.len());
        let whole = word.to_be_bytes();
        bytes.extend_from_slice(match chunk.len() {
            4 => &whole[1..4],
            3 => &whole[1..3],
            2 => &whole[1..2],
            _ => return None,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_measured_not_shown() {
        let secret = json!({"kind": "Secret", "data": {"a": "aHVudGVyMg==", "b": "/w==", "c": "", "d": "!"}});
        let told: Vec<_> = entries(&secret)
            .into_iter()
            .map(|e| (e.key, e.bytes, e.binary, e.preview, e.secret))
            .collect();
        let none = String::new;
        assert_eq!(
            told,
            [
                ("a".to_owned(), 7, false, none(), true),
                ("b".to_owned(), 1, true, none(), true),
                ("c".to_owned(), 0, false, none(), true),
                ("d".to_owned(), 0, false, none(), true),
            ]
        );
        assert_eq!(secret_value(&secret, "a").as_deref(), Some(&b"hunter2"[..]));
        assert_eq!(secret_value(&secret, "x"), None);
    }

    #[test]
    fn config_maps_show_the_beginning() {
        let map = json!({"kind": "ConfigMap", "data": {"long": "é".repeat(PREVIEW + 1), "odd": "a\u{202e}"}, "binaryData": {"bin": "AAEC"}});
        let told = entries(&map);
        assert!(told[0].cut && told[0].preview.chars().count() == PREVIEW);
        assert_eq!(told[1].preview, "a⟨U+202E⟩");
        assert_eq!((told[2].bytes, told[2].binary), (3, true));
        assert_eq!(data_value(&map, "bin"), Some(vec![0, 1, 2]));
    }
}
