//! One link of the client to one link to the server.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use super::answer::{Answer, Piece, Request};
use super::chunks::Chunks;
use super::{Flow, Link, State, decide, due};

/// What a body of unknown length ends with.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The link to the server.
type Far = Box<dyn Duplex>;

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Serves one link until either end goes.
pub(super) async fn link(
    near: TcpStream,
    connector: Option<TlsConnector>,
    target: u16,
    state: Arc<Mutex<State>>,
) {
    let (number, link) = {
        let mut state = state.lock().unwrap();
        state.accepted += 1;
        if state.closed {
            return;
        }
        let flow = if state.mute {
            Flow::Silent
        } else {
            Flow::Flowing
        };
        let link = Arc::new(Link {
            flow: watch::Sender::new(flow),
            request: Mutex::default(),
            budget: AtomicUsize::new(usize::MAX),
            slow: Mutex::default(),
            pieces: AtomicUsize::new(0),
            inserted: tokio::sync::Notify::new(),
            dead_since: Mutex::default(),
        });
        let number = state.accepted;
        state.links.insert(number, link.clone());
        (number, link)
    };
    // Either end may go at any time; that link is then over.
    let _ = serve(near, connector, target, &link, &state).await;
    let mut state = state.lock().unwrap();
    state.links.remove(&number);
    let dead_since = *link.dead_since.lock().unwrap();
    if let Some(since) = dead_since
        && *link.flow.borrow() == Flow::Silent
    {
        state.kept_dead.push(since.elapsed());
    }
}

async fn serve(
    near: TcpStream,
    connector: Option<TlsConnector>,
    target: u16,
    link: &Link,
    state: &Mutex<State>,
) -> io::Result<()> {
    let mut flow = link.flow.subscribe();
    let (near_in, near_out) = near.into_split();
    let near_out = tokio::sync::Mutex::new(near_out);
    let work = async {
        flowing_or_left(link, &near_in).await?;
        let far = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
        far.set_nodelay(true)?;
        let far: Far = match connector {
            Some(connector) => {
                let name = ServerName::try_from("localhost").expect("it is a name");
                Box::new(connector.connect(name, far).await?)
            }
            None => Box::new(far),
        };
        let (far_in, mut far_out) = io::split(far);
        let mut near_in = Near {
            half: near_in,
            buffer: Vec::new(),
        };
        tokio::select! {
            done = up(&mut near_in, &near_out, &mut far_out, link, state) => done,
            done = down(far_in, &near_out, link, state) => done,
        }
    };
    tokio::select! {
        done = work => done,
        end = flow.wait_for(|flow| matches!(flow, Flow::Cut | Flow::Reset)) => {
            let reset = end.is_ok_and(|flow| *flow == Flow::Reset);
            if reset {
                // A writer in the middle of something holds it; the link is reset without it then.
                if let Ok(near_out) = near_out.try_lock() {
                    near_out.as_ref().set_zero_linger()?;
                }
            }
            Ok(())
        }
    }
}

/// What comes from the client, with what was read ahead.
struct Near {
    half: OwnedReadHalf,
    buffer: Vec<u8>,
}

async fn flowing(link: &Link) {
    // The sender lives in the link itself.
    let _ = link
        .flow
        .subscribe()
        .wait_for(|flow| *flow == Flow::Flowing)
        .await;
}

/// Waits for the link to flow; an error once the client has left.
async fn flowing_or_left(link: &Link, near: &OwnedReadHalf) -> io::Result<()> {
    tokio::select! {
        () = flowing(link) => Ok(()),
        () = left(near) => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// Waits for the client to leave.
async fn left(near: &OwnedReadHalf) {
    loop {
        let mut one = [0];
        match near.as_ref().peek(&mut one).await {
            // What it sends meanwhile waits.
            Ok(1..) => tokio::time::sleep(Duration::from_millis(50)).await,
            Ok(0) | Err(_) => return,
        }
    }
}

async fn up(
    near: &mut Near,
    near_out: &tokio::sync::Mutex<OwnedWriteHalf>,
    far_out: &mut io::WriteHalf<Far>,
    link: &Link,
    state: &Mutex<State>,
) -> io::Result<()> {
    loop {
        let Some((head, length)) = head(near).await? else {
            return Ok(());
        };
        flowing_or_left(link, &near.half).await?;
        let request = parse(&head);
        let answer = decide(state, &request);
        link.pieces.store(0, Ordering::SeqCst);
        link.budget.store(usize::MAX, Ordering::SeqCst);
        *link.slow.lock().unwrap() = None;
        *link.request.lock().unwrap() = Some(request.clone());
        let mut message = head;
        let present = length.min(near.buffer.len());
        message.extend(near.buffer.drain(..present));
        let behind = message.len();
        message.resize(behind + length - present, 0);
        near.half.read_exact(&mut message[behind..]).await?;
        let script = match answer {
            None => None,
            Some(Answer::CutAfter(bytes)) => {
                link.budget.store(bytes, Ordering::SeqCst);
                None
            }
            Some(Answer::Slow(each)) => {
                *link.slow.lock().unwrap() = Some(each);
                None
            }
            Some(Answer::Late(pause)) => {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = left(&near.half) => return Ok(()),
                }
                None
            }
            Some(Answer::Silence) => Some(vec![Piece::Hang]),
            Some(Answer::Script(pieces)) => Some(pieces),
            Some(Answer::Made(maker)) => Some(maker.make(&request)),
            Some(Answer::Whole {
                status,
                headers,
                body,
            }) => {
                let mut text = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n");
                for (name, value) in headers {
                    text.extend([name, ": ", &value, "\r\n"]);
                }
                let length = body.len().to_string();
                text.extend(["Content-Length: ", &length, "\r\n\r\n", &body]);
                Some(vec![Piece::Bytes(text.into_bytes())])
            }
            Some(Answer::Lines(lines)) => {
                let lines = lines.join("\n") + "\n";
                Some(vec![
                    Piece::head(),
                    Piece::Chunk(lines.into_bytes()),
                    Piece::end(),
                ])
            }
        };
        let Some(script) = script else {
            far_out.write_all(&message).await?;
            far_out.flush().await?;
            continue;
        };
        let play = async {
            for piece in script {
                if !play(piece, near_out, link).await? {
                    return Ok(false);
                }
            }
            Ok::<bool, io::Error>(true)
        };
        let goes_on = tokio::select! {
            played = play => played?,
            () = left(&near.half) => false,
        };
        if !goes_on {
            return Ok(());
        }
        *link.request.lock().unwrap() = None;
    }
}

/// One step towards the client; whether the link goes on.
async fn play(
    piece: Piece,
    near_out: &tokio::sync::Mutex<OwnedWriteHalf>,
    link: &Link,
) -> io::Result<bool> {
    flowing(link).await;
    let chunk = |bytes: &[u8]| {
        let mut whole = format!("{:x}\r\n", bytes.len()).into_bytes();
        whole.extend_from_slice(bytes);
        whole.extend_from_slice(b"\r\n");
        whole
    };
    match piece {
        Piece::Bytes(bytes) => near_out.lock().await.write_all(&bytes).await?,
        Piece::Chunk(bytes) => near_out.lock().await.write_all(&chunk(&bytes)).await?,
        Piece::Endless(bytes, pause) => loop {
            flowing(link).await;
            near_out.lock().await.write_all(&chunk(&bytes)).await?;
            tokio::time::sleep(pause).await;
        },
        Piece::Pause(pause) => tokio::time::sleep(pause).await,
        Piece::Hang => std::future::pending().await,
        Piece::Fin => return Ok(false),
        Piece::Reset => {
            near_out.lock().await.as_ref().set_zero_linger()?;
            return Ok(false);
        }
    }
    Ok(true)
}

async fn down(
    mut far_in: ReadHalf<Far>,
    near_out: &tokio::sync::Mutex<OwnedWriteHalf>,
    link: &Link,
    state: &Mutex<State>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut chunks = Chunks::default();
    loop {
        let count = tokio::select! {
            count = far_in.read(&mut buffer) => count?,
            () = link.inserted.notified() => {
                if chunks.between() && !insert(near_out, link, state).await? {
                    return Ok(());
                }
                continue;
            }
        };
        if count == 0 {
            return Ok(());
        }
        flowing(link).await;
        if link.pieces.fetch_add(1, Ordering::SeqCst) == 0 {
            chunks = Chunks::default();
        }
        let bytes = &buffer[..count];
        let slow = *link.slow.lock().unwrap();
        if let Some(each) = slow {
            for byte in bytes {
                flowing(link).await;
                near_out.lock().await.write_all(&[*byte]).await?;
                tokio::time::sleep(each).await;
            }
            continue;
        }
        let budget = link.budget.load(Ordering::SeqCst);
        near_out
            .lock()
            .await
            .write_all(&bytes[..count.min(budget)])
            .await?;
        if count >= budget {
            return Ok(());
        }
        if budget != usize::MAX {
            link.budget.fetch_sub(count, Ordering::SeqCst);
        }
        chunks.pass(bytes);
        // A watch that the server has ended (as it does when a CRD is settled) leaves an idle link, not a watch.
        if bytes.ends_with(LAST_CHUNK) {
            *link.request.lock().unwrap() = None;
        }
        if chunks.between() && !insert(near_out, link, state).await? {
            return Ok(());
        }
    }
}

/// Puts in what there is to put in; whether the link goes on.
async fn insert(
    near_out: &tokio::sync::Mutex<OwnedWriteHalf>,
    link: &Link,
    state: &Mutex<State>,
) -> io::Result<bool> {
    while let Some(pieces) = due(state, link) {
        for piece in pieces {
            if !play(piece, near_out, link).await? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The head of the next request with the length of its body; `None` at the end of the link.
async fn head(near: &mut Near) -> io::Result<Option<(Vec<u8>, usize)>> {
    loop {
        let end = near.buffer.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head: Vec<u8> = near.buffer.drain(..end + 4).collect();
            let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            return Ok(Some((head, length.unwrap_or(0))));
        }
        if near.half.read_buf(&mut near.buffer).await? == 0 {
            return Ok(None);
        }
    }
}

fn parse(head: &[u8]) -> Request {
    let text = String::from_utf8_lossy(head);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
    }
}
