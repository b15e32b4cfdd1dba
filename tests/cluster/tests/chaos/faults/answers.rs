//! What a server answers to the start of a watch.

use std::time::Duration;

use cluster_tests::{Answer, Piece};

use super::{Fault, OBJECTS, SLOWLY, once};

fn refused(code: u16, reason: &str) -> Answer {
    Answer::status(code, reason, "told so by a test")
}

fn page(status: &'static str) -> Answer {
    Answer::Whole {
        status,
        headers: vec![("X-Gateway", "1".to_owned())],
        body: "<html><body><h1>Bad gateway</h1></body></html>".to_owned(),
    }
}

fn unavailable_for(retry_after: &str) -> Answer {
    match refused(503, "ServiceUnavailable") {
        Answer::Whole { status, body, .. } => Answer::Whole {
            status,
            headers: vec![("Retry-After", retry_after.to_owned())],
            body,
        },
        other => other,
    }
}

/// Bytes without any sense.
fn garbage() -> Vec<u8> {
    let mixed = (0..4_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    mixed.collect()
}

pub(super) const FAULTS: &[Fault] = &[
    once("410 for a watch", |stage| {
        stage.next_watch(1, Answer::expired());
    }),
    once("410 for three watches in a row", |stage| {
        stage.next_watch(3, Answer::expired());
    })
    .within(9),
    once("410 as the first event of a watch", |stage| {
        stage.next_watch(1, Answer::expired_event());
    }),
    once(
        "400 for a watch, as of a server that knows no bookmarks",
        |stage| {
            stage.next_watch(1, refused(400, "BadRequest"));
        },
    ),
    once(
        "422 for a watch, as of a server that knows no initial events",
        |stage| {
            stage.next_watch(1, refused(422, "Invalid"));
        },
    ),
    once("401 for a watch", |stage| {
        stage.next_watch(1, refused(401, "Unauthorized"));
    }),
    once("401 for everything for a while", |stage| {
        stage.proxy.always(refused(401, "Unauthorized"), |_| true);
        stage.proxy.cut();
    })
    .lasting(4)
    .heals(SLOWLY),
    once("403 for a watch", |stage| {
        stage.next_watch(1, refused(403, "Forbidden"));
    }),
    once("404 for a watch", |stage| {
        stage.next_watch(1, refused(404, "NotFound"));
    }),
    once("429 with Retry-After: 1", |stage| {
        stage.next_watch(1, Answer::throttled("1"));
    }),
    once("429 with Retry-After: 3600", |stage| {
        stage.next_watch(1, Answer::throttled("3600"));
    })
    .heals(SLOWLY),
    once("429 with Retry-After: -1", |stage| {
        stage.next_watch(1, Answer::throttled("-1"));
    }),
    once("429 with Retry-After: abc", |stage| {
        stage.next_watch(1, Answer::throttled("abc"));
    }),
    once("429 with a date as Retry-After", |stage| {
        stage.next_watch(1, Answer::throttled("Wed, 21 Oct 2026 07:28:00 GMT"));
    }),
    once("500 for a watch", |stage| {
        stage.next_watch(1, refused(500, "InternalError"));
    }),
    once("502 with a page for people", |stage| {
        stage.next_watch(1, page("502 Bad Gateway"));
    }),
    once("503 for a watch", |stage| {
        stage.next_watch(2, refused(503, "ServiceUnavailable"));
    }),
    once("503 with Retry-After: 2", |stage| {
        stage.next_watch(1, unavailable_for("2"));
    }),
    once("504 for a watch", |stage| {
        stage.next_watch(1, refused(504, "Timeout"));
    }),
    once("the head of a watch comes three seconds late", |stage| {
        stage.next_watch(1, Answer::Late(Duration::from_secs(3)));
    })
    .within(8),
    once("a watch never answers", |stage| {
        stage.next_watch(1, Answer::Silence);
    })
    .within(14),
    once("no watch answers for thirteen seconds", |stage| {
        stage.every_watch(Answer::Silence);
    })
    .lasting(13)
    .within(14),
    once("the head of a watch comes byte by byte", |stage| {
        stage.next_watch(1, Answer::Slow(Duration::from_secs(1)));
    })
    .within(14),
    once("a watch says the same bookmark and nothing else", |stage| {
        stage.replay(|lines| {
            let at = lines.first().map_or(1, |line| line.version - 1);
            let bookmark = super::events::bookmark(&at.to_string());
            let mut pieces = Vec::new();
            for _ in 0..3 {
                pieces.extend([Piece::line(&bookmark), Piece::Pause(Duration::from_secs(1))]);
            }
            pieces.extend([Piece::end(), Piece::Fin]);
            pieces
        });
    })
    .on(OBJECTS)
    .within(10),
    once("a page for people in place of a watch", |stage| {
        let head = Piece::head_of("text/html", "");
        let text = Piece::line("<html><body>Please log in</body></html>");
        let script = vec![head, text, Piece::end()];
        stage.next_watch(1, Answer::Script(script));
    }),
    once(
        "garbage that claims to be gzip in place of a watch",
        |stage| {
            let head = Piece::head_of("application/json", "Content-Encoding: gzip\r\n");
            let script = vec![head, Piece::Chunk(garbage()), Piece::end()];
            stage.next_watch(1, Answer::Script(script));
        },
    ),
    once("three watches that end at once", |stage| {
        let script = vec![Piece::head(), Piece::end()];
        stage.next_watch(3, Answer::Script(script));
    })
    .within(9),
    once("a watch shorter than it said", |stage| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"type\":\"ADD";
        let script = vec![Piece::Bytes(head.as_bytes().to_vec()), Piece::Fin];
        stage.next_watch(1, Answer::Script(script));
    }),
    once("an answer that is no HTTP", |stage| {
        let script = vec![
            Piece::Bytes(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec()),
            Piece::Fin,
        ];
        stage.next_watch(1, Answer::Script(script));
    })
    .heals(SLOWLY),
    once("half an event, then a byte a second", |stage| {
        let half = Piece::Chunk(br#"{"type":"MODIFIED","object":{"kind":"Pod","x":""#.to_vec());
        let slow = Piece::Endless(b"y".to_vec(), Duration::from_secs(1));
        stage.next_watch(1, Answer::Script(vec![Piece::head(), half, slow]));
    })
    .alone(),
];
