//! Bodies: whole or an error, counted on the wire, bounded; no request is repeated in silence.

use std::io::Write;
use std::time::Duration;

use cluster::{Ask, RequestError};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::server::{Act, Server, chunk, chunked, json, open, reply};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// Text that does not compress to nothing.
fn prose(lines: u32) -> Vec<u8> {
    (0..lines)
        .flat_map(|n| format!("{{\"line\":{}}}\n", u64::from(n) * 0x9E37_79B9).into_bytes())
        .collect()
}

const GZIP: &str = "Content-Encoding: gzip\r\n";

#[tokio::test]
async fn headers_are_ours() {
    let server = Server::kubernetes(|_| json(200, "{}")).await;
    let connection = server.connect().await;
    connection
        .bytes(Ask {
            path: "/a?b=c",
            accept: "x/y;z=1",
            gzip: true,
        })
        .await
        .unwrap();
    connection
        .bytes(Ask {
            path: "/d",
            accept: "*/*",
            gzip: false,
        })
        .await
        .unwrap();
    let seen = server.seen();
    let [.., first, second] = &seen[..] else {
        panic!("two requests")
    };
    assert_eq!(first.line, "GET /a?b=c");
    assert!(
        first.headers.contains("accept: x/y;z=1\r\n")
            && first.headers.contains("accept-encoding: gzip\r\n"),
        "{first:?}"
    );
    assert!(
        second.headers.contains("accept-encoding: identity\r\n"),
        "{second:?}"
    );
    assert_eq!(
        seen.iter().map(|seen| seen.connection).max(),
        Some(0),
        "one connection is enough"
    );
}

#[tokio::test]
async fn a_path_in_the_address_stays() {
    let server = Server::start(None, |seen| match seen.line.as_str() {
        "GET /k8s/clusters/c-1/version" => json(200, r#"{"gitVersion":"v1.30.0"}"#),
        _ => json(201, "{}"),
    })
    .await;
    open(
        &format!("http://127.0.0.1:{}/k8s/clusters/c-1/", server.port),
        None,
        "",
    )
    .await
    .unwrap();
    assert_eq!(
        server.seen()[1].line,
        "POST /k8s/clusters/c-1/apis/authentication.k8s.io/v1/selfsubjectreviews"
    );
}

#[tokio::test]
async fn gzip_arrives_piece_by_piece() {
    let body = prose(200_000);
    let wire = gzip(&body);
    let half = wire.len() / 2;
    let (first, second) = (wire[..half].to_vec(), wire[half..].to_vec());
    let server = Server::kubernetes(move |_| {
        let pause = Act::Pause(Duration::from_millis(300));
        vec![
            chunked(GZIP),
            chunk(&first),
            pause,
            chunk(&second),
            chunk(b""),
        ]
    })
    .await;
    let connection = server.connect().await;
    let before = connection.received();
    let mut answer = connection.request(Ask::json("/list")).await.unwrap();
    let mut got = Vec::new();
    let mut before_the_end = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        assert!(piece.len() <= 8 << 20);
        got.extend_from_slice(&piece);
        if answer.wire_bytes() <= half as u64 {
            before_the_end = got.len();
        }
    }
    assert_eq!(got, body);
    assert!(
        before_the_end > body.len() / 3,
        "{before_the_end} bytes came before the second half"
    );
    assert_eq!(answer.wire_bytes(), wire.len() as u64);
    assert_eq!(connection.received() - before, wire.len() as u64);
    assert_eq!(answer.chunk().await, Ok(None), "the end stays the end");
}

#[tokio::test]
async fn broken_bodies_are_errors() {
    type Check = fn(&RequestError) -> bool;
    let whole = gzip(&prose(20_000));
    let short = whole[..whole.len() - 9].to_vec();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0xFF;
    let cut = |bytes: &[u8]| vec![chunked(GZIP), chunk(bytes), Act::Close];
    let cases: Vec<(&str, Vec<Act>, Check)> = vec![
        ("cut in gzip", cut(&short), |error| {
            *error == RequestError::Cut
        }),
        (
            "gzip that ends early in a whole answer",
            reply(200, GZIP, &short),
            |error| *error == RequestError::Cut,
        ),
        ("damaged gzip", reply(200, GZIP, &damaged), |error| {
            matches!(error, RequestError::Malformed { .. } | RequestError::Cut)
        }),
        (
            "no gzip at all",
            reply(200, GZIP, b"plain text, but longer than a header"),
            |error| matches!(error, RequestError::Malformed { .. }),
        ),
        (
            "cut in chunks",
            vec![chunked(""), chunk(b"abc"), Act::Close],
            |error| *error == RequestError::Cut,
        ),
        (
            "cut before the length",
            vec![
                Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc".to_vec()),
                Act::Close,
            ],
            |error| *error == RequestError::Cut,
        ),
        ("too large", reply(200, "", &[b'x'; 2000]), |error| {
            *error == RequestError::TooLarge { limit: 1000 }
        }),
        (
            "too large once inflated",
            reply(200, GZIP, &gzip(&[b'x'; 2000])),
            |error| *error == RequestError::TooLarge { limit: 1000 },
        ),
    ];
    for (name, acts, check) in cases {
        let acts = std::sync::Mutex::new(acts);
        let server = Server::kubernetes(move |_| std::mem::take(&mut *acts.lock().unwrap())).await;
        let connection = server.connect().await;
        let limit = if name.starts_with("too large") {
            1000
        } else {
            1 << 30
        };
        let error = connection
            .bytes_within(Ask::json("/x"), limit)
            .await
            .expect_err(name);
        assert!(check(&error), "{name}: {error:?}");
        assert_eq!(server.asked().len(), 1, "{name}: asked once");
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_dropped() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 80_000);
    let server = Server::kubernetes(move |_| reply(200, GZIP, &bomb)).await;
    let connection = server.connect().await;
    let mut answer = connection.request(Ask::json("/x")).await.unwrap();
    let mut inflated = 0;
    let error = loop {
        match answer.chunk().await {
            Ok(Some(piece)) => inflated += piece.len(),
            Ok(None) => panic!("all {inflated} bytes came"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, RequestError::TooLarge { .. }), "{error:?}");
    assert!(inflated <= 40 << 20, "{inflated}");
}

#[tokio::test]
async fn refusals_carry_the_servers_words_once() {
    let server = Server::kubernetes(|seen| match seen.line.as_str() {
        "GET /busy" => reply(
            429,
            "Retry-After: 3600\r\n",
            br#"{"kind":"Status","reason":"TooManyRequests","message":"slow down"}"#,
        ),
        "GET /gone" => reply(
            410,
            "",
            br#"{"kind":"Status","reason":"Expired","message":"too old"}"#,
        ),
        "GET /echo" => reply(
            500,
            "",
            br#"{"kind":"Status","message":"\u001b[31m got Bearer abcdefgh12345678"}"#,
        ),
        "GET /huge" => reply(503, "", &vec![b'<'; 1 << 20]),
        "GET /half" => vec![
            Act::Send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 100\r\n\r\n{".to_vec()),
            Act::Close,
        ],
        _ => reply(404, "", b"404 page not found\n"),
    })
    .await;
    let connection = server.connect().await;
    let status = |code, reason: &str, message: &str, wait: Option<u64>| RequestError::Status {
        code,
        reason: reason.to_owned(),
        message: message.to_owned(),
        retry_after: wait.map(Duration::from_secs),
    };
    for (path, expected, retry) in [
        (
            "/busy",
            status(429, "TooManyRequests", "slow down", Some(3600)),
            true,
        ),
        ("/gone", status(410, "Expired", "too old", None), false),
        (
            "/echo",
            status(
                500,
                "Internal Server Error",
                "⟨U+001B⟩[31m got Bearer [redacted]",
                None,
            ),
            true,
        ),
        ("/huge", status(503, "Service Unavailable", "", None), true),
        ("/half", status(502, "Bad Gateway", "", None), true),
        ("/none", status(404, "Not Found", "", None), false),
    ] {
        let start = std::time::Instant::now();
        let error = connection.bytes(Ask::json(path)).await.unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.retry_helps(), retry, "{path}");
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{path}: nothing is waited for"
        );
    }
    assert_eq!(server.asked().len(), 6, "no request is repeated");
}

#[tokio::test]
async fn after_a_dead_link_connections_are_fresh() {
    let server = Server::kubernetes(|seen| match seen.line.as_str() {
        "GET /stalls" => vec![chunked(""), chunk(b"first"), Act::Hang],
        _ => json(200, "{}"),
    })
    .await;
    let connection = server.connect().await;
    let mut stalled = connection.request(Ask::json("/stalls")).await.unwrap();
    connection.bytes(Ask::json("/a")).await.unwrap();
    assert_eq!(
        stalled.chunk_within(Duration::from_secs(1)).await,
        Ok(Some("first".into()))
    );
    let idle = server.seen().last().unwrap().connection;
    let silent = stalled.chunk_within(Duration::from_millis(50)).await;
    assert_eq!(silent, Err(RequestError::Timeout { seconds: 0 }));
    connection.bytes(Ask::json("/b")).await.unwrap();
    assert_eq!(
        server.seen().last().unwrap().connection,
        idle + 1,
        "the idle connection is not used again"
    );
}

#[tokio::test]
async fn a_path_that_is_none_is_refused() {
    let server = Server::kubernetes(|_| json(200, "{}")).await;
    let connection = server.connect().await;
    let error = connection
        .bytes(Ask::json("/a b\r\nx: y"))
        .await
        .unwrap_err();
    assert!(matches!(error, RequestError::Internal { .. }), "{error:?}");
}
