//! What a server answers when everything is listed anew.

use std::time::Duration;

use cluster_tests::{Answer, Piece};

use super::{Fault, PAGES, RECORDS, SLOWLY, once};

const GZIP: &str = "Content-Encoding: gzip\r\n";

fn refused(code: u16, reason: &str) -> Answer {
    Answer::status(code, reason, "told so by a test")
}

/// The head of a gzip stream and a stored block that promises more than comes.
fn half_a_block() -> Vec<u8> {
    let mut bytes = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    bytes.extend([1, 0x00, 0x10, 0xFF, 0xEF]);
    bytes.extend_from_slice(br#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVer"#);
    bytes
}

fn script(headers: &str, pieces: impl IntoIterator<Item = Piece>) -> Answer {
    let head = Piece::head_of("application/json", headers);
    Answer::Script([head].into_iter().chain(pieces).collect())
}

pub(super) const FAULTS: &[Fault] = &[
    once("a list cut in its head", |stage| {
        stage.next_list(1, Answer::CutAfter(60));
    }),
    once("a list cut behind its head", |stage| {
        stage.next_list(1, Answer::CutAfter(900));
    }),
    once("three lists cut inside a frame of protobuf", |stage| {
        stage.next_list(1, Answer::CutAfter(3_000));
        stage.next_list(1, Answer::CutAfter(9_001));
        stage.next_list(1, Answer::CutAfter(17_003));
    })
    .on(RECORDS)
    .within(10),
    once("a list closed inside a block of gzip", |stage| {
        let pieces = [Piece::Chunk(half_a_block()), Piece::Fin];
        stage.next_list(1, script(GZIP, pieces));
    }),
    once("a list ended in order inside a block of gzip", |stage| {
        let pieces = [Piece::Chunk(half_a_block()), Piece::end()];
        stage.next_list(1, script(GZIP, pieces));
    }),
    once("a list of garbage that claims to be gzip", |stage| {
        let pieces = [Piece::Chunk(vec![0xA5; 2_000]), Piece::end()];
        stage.next_list(1, script(GZIP, pieces));
    }),
    once("a list shorter than it said", |stage| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{\"items\":[";
        let script = vec![Piece::Bytes(head.as_bytes().to_vec()), Piece::Fin];
        stage.next_list(1, Answer::Script(script));
    }),
    once("an empty body in place of a list", |stage| {
        stage.next_list(1, script("", [Piece::end()]));
    }),
    once("a page for people in place of a list", |stage| {
        let text = Piece::line("<html><body>Please log in</body></html>");
        let script = vec![Piece::head_of("text/html", ""), text, Piece::end()];
        stage.next_list(1, Answer::Script(script));
    }),
    once("a list without end that says nothing", |stage| {
        let begun = Piece::Chunk(br#"{"kind":"List","metadata":{},"items":["#.to_vec());
        let spaces = Piece::Endless(b"    ".to_vec(), Duration::from_millis(100));
        stage.next_list(1, script("", [begun, spaces]));
    })
    .within(26),
    once("a list with an item of nine mebibytes", |stage| {
        let mut text = br#"{"kind":"List","metadata":{},"items":[{"x":""#.to_vec();
        text.resize(9 << 20, b'x');
        stage.next_list(1, script("", [Piece::Chunk(text), Piece::Hang]));
    })
    .on(RECORDS),
    once("a list byte by byte", |stage| {
        stage.next_list(1, Answer::Slow(Duration::from_millis(20)));
    })
    .within(50),
    once("a list three seconds late", |stage| {
        stage.next_list(1, Answer::Late(Duration::from_secs(3)));
    })
    .within(9),
    once("a list that never comes", |stage| {
        stage.next_list(1, Answer::Silence);
    })
    .heals(SLOWLY),
    once("500 for a list", |stage| {
        stage.next_list(2, refused(500, "InternalError"));
    }),
    once("503 for a list", |stage| {
        stage.next_list(1, refused(503, "ServiceUnavailable"));
    }),
    once("429 for a list", |stage| {
        stage.next_list(1, Answer::throttled("1"));
    }),
    once("403 for a list", |stage| {
        stage.next_list(1, refused(403, "Forbidden"));
    })
    .heals(SLOWLY),
    once("406 for a list", |stage| {
        stage.next_list(1, refused(406, "NotAcceptable"));
    })
    .on(RECORDS),
    once("410 on page two", |stage| {
        stage.next_page(Some(1), Answer::expired());
    })
    .on(PAGES),
    once("410 on three pages in a row", |stage| {
        stage.next_page(Some(3), Answer::expired());
    })
    .on(PAGES)
    .within(10),
    once("410 on every page behind the first for a while", |stage| {
        stage.next_page(None, Answer::expired());
    })
    .on(PAGES)
    .lasting(5),
    once("page two cut", |stage| {
        stage.next_page(Some(1), Answer::CutAfter(2_000));
    })
    .on(PAGES),
    once("page two never comes", |stage| {
        stage.next_page(Some(1), Answer::Silence);
    })
    .on(PAGES)
    .heals(SLOWLY),
    once("500 on page two", |stage| {
        stage.next_page(Some(1), refused(500, "InternalError"));
    })
    .on(PAGES),
];
