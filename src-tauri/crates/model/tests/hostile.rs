//! No input upsets the decoders: arbitrary bytes, mutated objects, absurd values, hidden characters.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use model::{Kind, ObjectRow, Resource, decode_json, decode_proto, details, generic, usage, yaml};
use proptest::prelude::*;
use serde_json::{Value, json};
use table::Row;

const NOW: i64 = 1_767_225_600_000;

fn objects() -> &'static [(Kind, Value, Vec<u8>)] {
    static OBJECTS: LazyLock<Vec<(Kind, Value, Vec<u8>)>> = LazyLock::new(read);
    &OBJECTS
}

fn read() -> Vec<(Kind, Value, Vec<u8>)> {
    let line = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        let object = answer["object"].clone();
        let kind = Kind::of_object(
            object["apiVersion"].as_str().unwrap(),
            object["kind"].as_str().unwrap(),
        )
        .unwrap();
        let hex = answer["proto"].as_str().unwrap();
        let byte = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).unwrap();
        (kind, object, (0..hex.len()).step_by(2).map(byte).collect())
    };
    include_str!("golden/answers.json")
        .lines()
        .map(line)
        .collect()
}

/// Every cell and sort key of a row, at sane and absurd times; text must be safe to show.
fn look(row: &ObjectRow) {
    for now in [NOW, i64::MIN, i64::MAX, 0] {
        for column in 0..20 {
            let text = row.cell(column, now).text;
            // A tab is text in an event's message, for kubectl too.
            assert!(
                !text.contains(|c| model::text::is_hidden(c) && !matches!(c, '\u{fe0f}' | '\t')),
                "{text:?}"
            );
            let _ = row.sort_key(column);
        }
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, 1, "x", {}])),
        Just(json!({"string": 1, "seconds": "x"})),
        Just(json!(1e300)),
        Just(json!(-1.5)),
        Just(json!("9999-99-99T99:99:99Z")),
        Just(json!("-009999-01-01T00:00:00Z")),
        Just(json!("a\u{202e}\u{1b}[31m\u{0}\n\u{200b}")),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ]
}

/// Replaces the value that a walk guided by `path` ends at.
fn mutate(value: &mut Value, path: &[usize], with: &Value) {
    let next = path.split_first();
    match (value, next) {
        (Value::Object(members), Some((at, rest))) if !members.is_empty() => {
            let at = at % members.len();
            mutate(members.values_mut().nth(at).unwrap(), rest, with);
        }
        (Value::Array(items), Some((at, rest))) if !items.is_empty() => {
            let at = at % items.len();
            mutate(&mut items[at], rest, with);
        }
        (value, _) => *value = with.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_bad_field_is_an_absent_field(pick in any::<prop::sample::Index>(), path in prop::collection::vec(0usize..30, 1..9), with in odd_value()) {
        let objects = objects();
        let (kind, mut object, _) = objects[pick.index(objects.len())].clone();
        mutate(&mut object, &path, &with);
        match decode_json(kind, object.to_string().as_bytes()) {
            Ok(row) => look(&row),
            Err(error) => {
                // The one thing no row can do without.
                prop_assert!(object["metadata"]["name"].as_str().is_none_or(str::is_empty), "{error}: {object}");
            }
        }
        details::details(&object, details::Around::default(), NOW);
        yaml::yaml(&object);
    }

    #[test]
    fn no_protobuf_upsets_the_decoder(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let objects = objects();
        let (kind, _, mut message) = objects[pick.index(objects.len())].clone();
        let at = at.index(message.len());
        message[at] = byte;
        if cut {
            message.truncate(at);
        }
        if let Ok(row) = decode_proto(kind, &message) {
            look(&row);
        }
    }

    #[test]
    fn no_bytes_upset_any_decoder(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        for input in [bytes.as_slice(), text.as_bytes()] {
            for kind in Kind::ALL {
                let _ = decode_json(kind, input);
                if let Ok(row) = decode_proto(kind, input) {
                    look(&row);
                }
                let _ = generic::preview(kind, input, "x");
            }
            let anything = Resource { group: "batch".into(), version: "v1".into(), plural: "cronjobs".into(), kind: "CronJob".into(), namespaced: true };
            let _ = (generic::header(input, &anything, true), generic::row(input, &generic::plain_header(&anything), 0), usage::pod_usage(input), usage::node_usage(input));
        }
    }
}

#[test]
fn times_from_absurd_protobuf_are_absent_or_clamped() {
    // metadata { name: "a", creationTimestamp { seconds } } by hand: tags 1, 8 and 1.
    let message = |seconds: i64| {
        let mut varint = Vec::new();
        let mut rest = seconds.cast_unsigned();
        while rest >= 0x80 {
            varint.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
            rest >>= 7;
        }
        varint.push(u8::try_from(rest).unwrap());
        let mut time = vec![0x08];
        time.extend(varint);
        let mut meta = vec![0x0a, 1, b'a', 0x42, u8::try_from(time.len()).unwrap()];
        meta.extend(time);
        let mut pod = vec![0x0a, u8::try_from(meta.len()).unwrap()];
        pod.extend(meta);
        pod
    };
    for (seconds, age) in [
        (i64::MAX, "<unknown>"),
        (i64::MIN, "<unknown>"),
        (-62_135_596_800, "<unknown>"),
        (i64::MAX / 2000, "<invalid>"),
        (i64::MIN / 2000, "292y"),
        (NOW / 1000 - 90, "90s"),
    ] {
        let row = decode_proto(Kind::Pods, &message(seconds)).unwrap();
        assert_eq!(row.cell(5, NOW).text, age, "{seconds}");
        look(&row);
    }
}

#[test]
fn text_that_is_not_utf8_does_not_lose_the_object() {
    // spec { nodeName: "n\xff" } beside metadata { name: "a" }
    let row = decode_proto(Kind::Pods, b"\x0a\x03\x0a\x01a\x12\x04\x52\x02n\xff").unwrap();
    assert_eq!(row.cell(7, NOW).text, "n\u{fffd}");
}
