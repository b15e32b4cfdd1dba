//! A log across cuts, and its ways to end.

use std::time::Duration;

use cluster::{LogChunk, LogRequest, RequestError, follow_log};
use tokio::sync::mpsc;

use crate::server::{Act, Server, chunk, chunked, json};

fn request(follow: bool) -> LogRequest {
    LogRequest {
        namespace: "web".to_owned(),
        pod: "shop-0".to_owned(),
        container: "app".to_owned(),
        previous: false,
        tail: Some(100),
        follow,
    }
}

async fn all(server: &Server, request: LogRequest) -> (Vec<LogChunk>, String) {
    let (sink, mut chunks) = mpsc::channel(16);
    let _task = follow_log(server.connect().await, request, sink);
    let mut got = Vec::new();
    let mut text = Vec::new();
    while let Some(chunk) = tokio::time::timeout(Duration::from_secs(20), chunks.recv())
        .await
        .unwrap()
    {
        match chunk {
            LogChunk::Bytes(bytes) => text.extend_from_slice(&bytes),
            other => got.push(other),
        }
    }
    (got, String::from_utf8(text).unwrap())
}

const A: &str = "2026-11-21T10:00:00.100000000Z a\n";
const B: &str = "2026-11-21T10:00:01.100000000Z b\n";
const C: &str = "2026-11-21T10:00:01.200000000Z c\n";
const D: &str = "2026-11-21T10:00:02.100000000Z d\n";

#[tokio::test]
async fn a_cut_loses_and_doubles_nothing() {
    let server = Server::kubernetes(|seen| {
        let send = |text: &str| chunk(text.as_bytes());
        match seen.line.split_once("&sinceTime=") {
            None => vec![chunked(""), send(A), send(B), send(&C[..12]), Act::Close],
            Some((_, "2026-11-21T10%3A00%3A01Z")) => {
                vec![chunked(""), send(B), send(C), send(D), chunk(b"")]
            }
            Some((_, other)) => panic!("{other}"),
        }
    })
    .await;
    let (chunks, text) = all(&server, request(true)).await;
    assert_eq!(text, [A, B, C, D].concat());
    let expected = [
        LogChunk::Opened,
        LogChunk::Interrupted(RequestError::Cut),
        LogChunk::Opened,
        LogChunk::Ended,
    ];
    assert_eq!(chunks, expected);
    let path =
        "GET /api/v1/namespaces/web/pods/shop-0/log?container=app&timestamps=true&follow=true";
    assert_eq!(
        server.asked(),
        [
            format!("{path}&tailLines=100"),
            format!("{path}&sinceTime=2026-11-21T10%3A00%3A01Z")
        ]
    );
}

#[tokio::test]
async fn refusals_say_what_they_mean() {
    for (code, message, means) in [
        (
            400,
            "container \"app\" in pod \"shop-0\" is waiting to start: PodInitializing",
            "has not started yet",
        ),
        (
            400,
            "previous terminated container \"app\" in pod \"shop-0\" not found",
            "was not restarted",
        ),
        (
            404,
            "pods \"shop-0\" not found",
            "pods \"shop-0\" not found",
        ),
        (403, "pods \"shop-0\" is forbidden", "forbids"),
    ] {
        let body =
            serde_json::json!({"kind": "Status", "reason": "X", "message": message}).to_string();
        let server = Server::kubernetes(move |_| json(code, &body)).await;
        let (chunks, text) = all(&server, request(true)).await;
        assert_eq!(text, "");
        let [LogChunk::Failed(error)] = &chunks[..] else {
            panic!("{chunks:?}")
        };
        assert!(
            error.to_string().contains(means) && error.to_string().contains("shop-0"),
            "{error}"
        );
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn dropping_the_task_closes_its_connection() {
    let server = Server::kubernetes(|_| vec![chunked(""), chunk(A.as_bytes()), Act::Hang]).await;
    let (sink, mut chunks) = mpsc::channel(16);
    let task = follow_log(server.connect().await, request(true), sink);
    assert_eq!(chunks.recv().await, Some(LogChunk::Opened));
    assert_eq!(chunks.recv().await, Some(LogChunk::Bytes(A.into())));
    drop(task);
    assert_eq!(chunks.recv().await, None);
}
