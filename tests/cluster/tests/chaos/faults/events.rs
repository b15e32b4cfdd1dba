//! What comes in the middle of a watch.

use cluster_tests::{Answer, Piece};
use serde_json::{Value, json};

use super::{Effect, Fault, OBJECTS, once};
use crate::stage::Stage;

pub(super) fn bookmark(version: &str) -> String {
    let metadata = json!({"resourceVersion": version, "creationTimestamp": null});
    json!({"type": "BOOKMARK", "object": {"kind": "Pod", "apiVersion": "v1", "metadata": metadata}})
        .to_string()
}

fn error(status: &Value) -> String {
    json!({"type": "ERROR", "object": status}).to_string()
}

fn status(code: u16, reason: &str) -> String {
    error(
        &json!({"kind": "Status", "code": code, "reason": reason, "message": "told so by a test"}),
    )
}

/// The beginning of an event as a chunk of its own, cut where `cut` says.
fn beginning(stage: &Stage, cut: impl Fn(&[u8]) -> usize) -> Vec<u8> {
    let lines = stage.world.last_lines(1);
    let text = lines
        .first()
        .map_or(String::new(), |line| line.text.clone());
    let bytes = text.into_bytes();
    bytes[..cut(&bytes)].to_vec()
}

/// The last changes once more, the newest first.
pub(crate) fn last_to_first(stage: &Stage) {
    for line in stage.world.last_lines(60).iter().rev() {
        stage.line(&line.text);
    }
}

fn middle(bytes: &[u8]) -> usize {
    bytes.len() / 2
}

/// Behind the first byte of a character of two.
fn inside_a_character(bytes: &[u8]) -> usize {
    let first = bytes.iter().position(|byte| *byte >= 0xC0);
    first.map_or(bytes.len() / 2, |at| at + 1)
}

pub(super) const FAULTS: &[Fault] = &[
    once("closed in the middle of a line", |stage| {
        let half = Piece::Chunk(beginning(stage, middle));
        stage.insert(&[half, Piece::Fin]);
    })
    .is(Effect::Cut),
    once("reset in the middle of a line", |stage| {
        let half = Piece::Chunk(beginning(stage, middle));
        stage.insert(&[half, Piece::Reset]);
    })
    .is(Effect::Cut),
    once("closed inside a character", |stage| {
        let half = Piece::Chunk(beginning(stage, inside_a_character));
        stage.insert(&[half, Piece::Fin]);
    })
    .is(Effect::Cut),
    once("closed inside a chunk", |stage| {
        let mut bytes = b"fff\r\n".to_vec();
        bytes.extend(beginning(stage, middle));
        stage.insert(&[Piece::Bytes(bytes), Piece::Fin]);
    })
    .is(Effect::Cut),
    once("ended in order in the middle of a line", |stage| {
        let half = Piece::Chunk(beginning(stage, middle));
        stage.insert(&[half, Piece::end(), Piece::Fin]);
    })
    .is(Effect::Cut),
    once("ended in order", |stage| {
        stage.insert(&[Piece::end(), Piece::Fin]);
    })
    .is(Effect::Cut),
    once("the last events once more", |stage| {
        for line in stage.world.last_lines(3) {
            stage.line(&line.text);
        }
    })
    .on(OBJECTS),
    once("old events once more", |stage| {
        for line in stage.world.last_lines(60).iter().take(20) {
            stage.line(&line.text);
        }
    })
    .on(OBJECTS),
    once("an event of an object that is older than the list", |stage| {
        if let Some(line) = stage.world.lines_behind(0).first() {
            stage.line(&line.text);
        }
    })
    .on(OBJECTS),
    once("the deletion of an object nobody knows", |stage| {
        let metadata = json!({"name": "nobody", "namespace": stage.world.namespace, "uid": "0", "resourceVersion": "1"});
        let object = json!({"kind": "Pod", "apiVersion": "v1", "metadata": metadata});
        stage.line(&json!({"type": "DELETED", "object": object}).to_string());
    })
    .on(OBJECTS),
    once("a bookmark with a lower version", |stage| stage.line(&bookmark("1"))).on(OBJECTS),
    once("a bookmark without a version", |stage| stage.line(&bookmark(""))).on(OBJECTS),
    once("events, a lower bookmark, and the link closed", |stage| {
        stage.replay(|lines| {
            let mut text = String::new();
            for line in lines {
                text.extend([&line.text, "\n"]);
            }
            text.extend([&bookmark("1"), "\n"]);
            vec![Piece::Chunk(text.into_bytes()), Piece::Fin]
        });
    })
    .on(OBJECTS)
    .is(Effect::Cut),
    once("an error of 500", |stage| stage.line(&status(500, "InternalError"))),
    once("an error of 504", |stage| stage.line(&status(504, "Timeout"))),
    once("an error of 403", |stage| stage.line(&status(403, "Forbidden"))),
    once("an error of 410", Stage::relist),
    once("an error of 410 three times", |stage| {
        stage.next_watch(3, Answer::expired_event());
    })
    .within(9),
    once("an error that is none", |stage| {
        stage.line(r#"{"type":"ERROR","object":[1,"two"]}"#);
    }),
    once("a line that is no event", |stage| {
        stage.line("upstream connect error or disconnect/reset before headers");
    }),
    once("an event without an object", |stage| {
        stage.line(r#"{"type":"MODIFIED"}"#);
    }),
    once("an event of a kind nobody knows", |stage| {
        stage.line(r#"{"type":"IMAGINED","object":{"kind":"Pod"}}"#);
    }),
    once("empty lines", |stage| stage.line("\n\r\n\n")),
    once("fields nobody knows", |stage| {
        for line in stage.world.last_lines(1) {
            let mut event: Value = serde_json::from_str(&line.text).unwrap();
            event["object"]["future"] = json!({"deep": [1, {"er": null}]});
            event["object"]["spec"]["future"] = json!([[["x"]]]);
            event["trailer"] = json!("1");
            stage.line(&event.to_string());
        }
    })
    .on(OBJECTS),
    once("a line of nine mebibytes without an end", |stage| {
        let piece = Piece::Chunk(vec![b'x'; 1 << 20]);
        stage.insert(&vec![piece; 9]);
    })
    .within(9),
    once("every change as MODIFIED", |stage| {
        stage.replay(|lines| {
            let modified = |line: &crate::world::Line| {
                Piece::line(&line.text.replacen(r#""type":"ADDED""#, r#""type":"MODIFIED""#, 1))
            };
            let mut pieces: Vec<Piece> = lines.iter().map(modified).collect();
            pieces.extend([Piece::end(), Piece::Fin]);
            pieces
        });
    })
    .on(OBJECTS)
    .is(Effect::Cut),
    once("every change twice", |stage| {
        stage.replay(|lines| {
            let twice = lines.iter().flat_map(|line| [&line.text, &line.text]);
            let mut pieces: Vec<Piece> = twice.map(|text| Piece::line(text)).collect();
            pieces.extend([Piece::end(), Piece::Fin]);
            pieces
        });
    })
    .on(OBJECTS)
    .is(Effect::Cut),
    once("changes in the wrong order", last_to_first)
    .on(OBJECTS),
];
