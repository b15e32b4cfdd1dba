//! A small HTTP server that answers as a test tells it, byte by byte.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cluster::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One thing to do while answering.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Bytes(Vec<u8>),
    Pause(Duration),
    /// Keep the connection open and silent.
    Hang,
    /// Close it, whatever the headers promised.
    Cut,
}

pub(crate) type Reply = Vec<Step>;

/// What the server does, and what it was asked.
#[derive(Default)]
pub(crate) struct Script {
    lists: Mutex<VecDeque<Reply>>,
    watches: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<(Instant, String)>>,
    /// Connections numbered below this hang instead of answering.
    frozen_below: AtomicUsize,
    /// New connections hang, too.
    frozen: AtomicBool,
    connections: AtomicUsize,
}

pub(crate) struct Server {
    pub(crate) connection: Connection,
    script: Arc<Script>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Listens on loopback and connects to itself. When a queue of replies is used up, lists are
    /// empty and watches silent.
    pub(crate) async fn start(
        lists: impl IntoIterator<Item = Reply>,
        watches: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let script = Arc::new(Script::default());
        script.lists.lock().unwrap().extend(lists);
        script.watches.lock().unwrap().extend(watches);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = Arc::clone(&script);
        let accepting = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let number = serving.connections.fetch_add(1, Ordering::SeqCst);
                if serving.frozen.load(Ordering::SeqCst) {
                    serving.frozen_below.store(number + 1, Ordering::SeqCst);
                }
                tokio::spawn(serve(stream, number, Arc::clone(&serving)));
            }
        });
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(
            file,
            "apiVersion: v1\nkind: Config\ncurrent-context: t\n\
             clusters: [{{name: t, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n\
             users: [{{name: t, user: {{token: secret}}}}]\n\
             contexts: [{{name: t, context: {{cluster: t, user: t}}}}]\n"
        )
        .unwrap();
        let (opened, around) = (
            cluster::open(file.path()).unwrap(),
            cluster::Surroundings::default(),
        );
        let plan = opened.propose("t", &around).unwrap().plan;
        let target = opened.target("t", &around, &plan).unwrap();
        let (connection, _) = Connection::open(target).await.unwrap();
        Self {
            connection,
            script,
            accepting,
        }
    }

    /// Every connection there is falls silent without a word; new ones answer if `new_ones`.
    pub(crate) fn freeze(&self, new_ones: bool) {
        self.script.frozen.store(!new_ones, Ordering::SeqCst);
        self.script.frozen_below.store(
            self.script.connections.load(Ordering::SeqCst),
            Ordering::SeqCst,
        );
    }

    /// New connections answer again; the old ones stay dead.
    pub(crate) fn thaw(&self) {
        self.script.frozen.store(false, Ordering::SeqCst);
    }

    pub(crate) fn asked(&self, part: &str) -> Vec<(Instant, String)> {
        let asked = self.script.asked.lock().unwrap();
        asked
            .iter()
            .filter(|(_, path)| path.contains(part))
            .cloned()
            .collect()
    }

    pub(crate) fn lists(&self) -> usize {
        self.asked("/namespaces").len()
            - self.asked("watch=1").len()
            - self.asked("includeObject=None").len()
    }

    /// Versions watches were asked from, in order.
    pub(crate) fn watched_from(&self) -> Vec<String> {
        let version = |path: &str| {
            let (_, rest) = path.split_once("resourceVersion=").unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        self.asked("watch=1")
            .iter()
            .map(|(_, path)| version(path))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        let bare = self.watched_from().iter().any(String::is_empty);
        assert!(
            !bare || std::thread::panicking(),
            "a watch was asked for without a version"
        );
    }
}

async fn serve(mut stream: TcpStream, number: usize, script: Arc<Script>) {
    let mut buffer = Vec::new();
    loop {
        let Some((method, path)) = request(&mut stream, &mut buffer).await else {
            return;
        };
        if number < script.frozen_below.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        script
            .asked
            .lock()
            .unwrap()
            .push((Instant::now(), path.clone()));
        let reply = match path.as_str() {
            "/version" => json(200, "", r#"{"gitVersion":"v1.36.3"}"#),
            _ if method == "POST" => json(201, "", "{}"),
            _ if path.contains("includeObject=None") => json(404, "", "{}"),
            _ if path.contains("watch=1") => {
                let reply = script.watches.lock().unwrap().pop_front();
                reply.unwrap_or_else(|| watch([], End::Hang))
            }
            _ => {
                let reply = script.lists.lock().unwrap().pop_front();
                reply.unwrap_or_else(|| list("1000", &[], None))
            }
        };
        for step in reply {
            match step {
                Step::Bytes(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Step::Pause(pause) => tokio::time::sleep(pause).await,
                // Until the client closes, as a server would notice.
                Step::Hang => {
                    let _ = stream.read(&mut [0; 64]).await;
                    return;
                }
                Step::Cut => return,
            }
        }
    }
}

async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, String)> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(buffer[..end].to_vec()).ok()?;
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")
                        .map(|n| n.trim().parse().unwrap())
                })
                .unwrap_or(0);
            if buffer.len() >= end + 4 + length {
                buffer.drain(..end + 4 + length);
                let mut words = head.split(' ').map(str::to_owned);
                return Some((words.next()?, words.next()?));
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}

/// An answer with a JSON body and extra headers (each ended by `\r\n`).
pub(crate) fn json(code: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    vec![Step::Bytes(
        format!("HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into(),
    )]
}

/// A refusal as Kubernetes words it.
pub(crate) fn refusal(code: u16, headers: &str) -> Reply {
    json(
        code,
        headers,
        &format!(
            r#"{{"kind":"Status","code":{code},"reason":"Test","message":"told to say {code}"}}"#
        ),
    )
}

pub(crate) fn object(name: &str, version: u64) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{name}","resourceVersion":"{version}"}}}}"#)
}

fn list_body(version: &str, names: &[&str], more: Option<&str>) -> String {
    let items: Vec<String> = names.iter().map(|name| object(name, 1)).collect();
    let more = more
        .map(|token| format!(r#","continue":"{token}""#))
        .unwrap_or_default();
    format!(
        r#"{{"kind":"NamespaceList","metadata":{{"resourceVersion":"{version}"{more}}},"items":[{}]}}"#,
        items.join(",")
    )
}

pub(crate) fn list(version: &str, names: &[&str], more: Option<&str>) -> Reply {
    json(200, "", &list_body(version, names, more))
}

/// The first page of a list that says how many objects are left.
pub(crate) fn first_page(version: &str, names: &[&str], left: u64) -> Reply {
    let body = list_body(version, names, Some("page2"));
    let counted = format!(r#""continue":"page2","remainingItemCount":{left}"#);
    json(200, "", &body.replace(r#""continue":"page2""#, &counted))
}

/// A list compressed, and cut in the middle of the compressed bytes.
pub(crate) fn list_cut_in_gzip(version: &str, names: &[&str]) -> Reply {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(list_body(version, names, None).as_bytes())
        .unwrap();
    let body = gzip.finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    vec![
        Step::Bytes(head.into()),
        Step::Bytes(body[..body.len() / 2].to_vec()),
        Step::Pause(Duration::from_millis(50)),
        Step::Cut,
    ]
}

/// How a watch ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// In order.
    Close,
    /// In the middle.
    Cut,
    /// Not at all.
    Hang,
}

/// A watch sending these pieces, each as one HTTP chunk.
pub(crate) fn watch<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, end: End) -> Reply {
    let mut steps = vec![Step::Bytes(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec(),
    )];
    for piece in pieces {
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(piece);
        chunk.extend_from_slice(b"\r\n");
        steps.push(Step::Bytes(chunk));
        steps.push(Step::Pause(Duration::from_millis(30)));
    }
    steps.push(match end {
        End::Close => Step::Bytes(b"0\r\n\r\n".to_vec()),
        End::Cut => Step::Cut,
        End::Hang => Step::Hang,
    });
    steps
}

/// A line of a watch.
pub(crate) fn event(kind: &str, name: &str, version: u64) -> String {
    let mut line = format!(r#"{{"type":"{kind}","object":{}}}"#, object(name, version));
    line.push('\n');
    line
}

pub(crate) fn bookmark(version: &str) -> String {
    let mut line = String::new();
    let _ = writeln!(
        line,
        r#"{{"type":"BOOKMARK","object":{{"kind":"Namespace","metadata":{{"resourceVersion":"{version}"}}}}}}"#
    );
    line
}

pub(crate) fn gone() -> String {
    r#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}"#.to_owned() + "\n"
}
