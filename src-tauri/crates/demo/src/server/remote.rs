//! The streams of a program over one WebSocket (`k8s.io/apimachinery/pkg/util/remotecommand/constants.go`): each message begins with the
//! number of its channel.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::Served;
use super::upgrade::Socket;
use crate::World;
use crate::api::{Protocol, Sides};
use crate::inside::{Attached, Output, Place, Process, State};

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const RESIZE: u8 = 4;
/// Closes the channel whose number follows.
const CLOSE: u8 = 255;

/// Bytes in one message, at most.
const PIECE: usize = 16 << 10;
/// How often a program is looked at that waits for a time of the demo.
const LOOKED_AT: Duration = Duration::from_millis(50);
/// How long the other end has to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

enum Program {
    Own(Process),
    Containers(Attached),
}

impl Program {
    fn go_on(&mut self, world: &World) -> (Output, State) {
        match self {
            Self::Own(process) => process.go_on(world),
            Self::Containers(attached) => attached.go_on(world),
        }
    }

    /// Takes in what came on a channel.
    fn take(&mut self, channel: u8, bytes: &[u8], sides: Sides) {
        match (self, channel) {
            (Self::Own(process), STDIN) if sides.stdin => process.input(bytes),
            (Self::Containers(attached), STDIN) if sides.stdin => attached.input(bytes),
            (Self::Own(process), CLOSE) if bytes == [STDIN] => process.close(),
            (Self::Own(process), RESIZE) => {
                let size: Value = serde_json::from_slice(bytes).unwrap_or_default();
                let of = |side: &str| {
                    size[side]
                        .as_u64()
                        .and_then(|size| u16::try_from(size).ok())
                };
                if let (Some(width), Some(height)) = (of("Width"), of("Height")) {
                    process.resize(width, height);
                }
            }
            _ => {}
        }
    }
}

/// A command of its own in a container, as it is started.
pub(super) async fn exec(
    served: &Served,
    mut socket: Socket,
    protocol: Protocol,
    sides: Sides,
    start: impl FnOnce(&mut World) -> Result<Process, String>,
) {
    if !greet(&mut socket, sides).await {
        return;
    }
    let mut program = match served.with(start) {
        Ok(process) => Program::Own(process),
        Err(why) => {
            let why = format!("error executing command in container: {why}");
            end(&mut socket, protocol, &internal_error(&why)).await;
            return;
        }
    };
    if !sides.stdin {
        program.take(CLOSE, &[STDIN], sides);
    }
    let Some(code) = run(served, &mut socket, &mut program, protocol, sides).await else {
        return;
    };
    let status = if code == 0 {
        json!({"metadata": {}, "status": "Success"})
    } else {
        non_zero(code)
    };
    end(&mut socket, protocol, &status).await;
}

/// The container's own program.
pub(super) async fn attach(
    served: &Served,
    mut socket: Socket,
    protocol: Protocol,
    place: &Place,
    sides: Sides,
) {
    if !greet(&mut socket, sides).await {
        return;
    }
    let mut program = Program::Containers(served.with(|world| Attached::new(world, place)));
    let ended = run(served, &mut socket, &mut program, protocol, sides).await;
    if ended.is_some() {
        let status = json!({"metadata": {}, "status": "Success"});
        end(&mut socket, protocol, &status).await;
    }
}

/// An empty message tells that the connection stands.
async fn greet(socket: &mut Socket, sides: Sides) -> bool {
    let channel = match (sides.stdout, sides.stderr) {
        (true, _) => STDOUT,
        (false, true) => STDERR,
        (false, false) => ERROR,
    };
    send(socket, channel, &[]).await
}

/// Until the program ends, with its code, or nobody is there any more.
async fn run(
    served: &Served,
    socket: &mut Socket,
    program: &mut Program,
    protocol: Protocol,
    sides: Sides,
) -> Option<i32> {
    let mut news = served.changes();
    loop {
        news.mark_unchanged();
        let (Output { out, err }, state) = served.with(|world| program.go_on(world));
        for (channel, bytes, wanted) in [(STDOUT, out, sides.stdout), (STDERR, err, sides.stderr)] {
            if wanted && !pieces(socket, channel, &bytes).await {
                return None;
            }
        }
        if let State::Ended(code) = state {
            return Some(code);
        }
        tokio::select! {
            message = socket.next() => match message?.ok()? {
                Message::Binary(bytes) => match bytes.split_first() {
                    Some((&CLOSE, _)) if protocol != Protocol::V5 => {}
                    Some((channel, bytes)) => program.take(*channel, bytes, sides),
                    None => {}
                },
                Message::Close(_) => return None,
                Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            },
            changed = news.changed() => changed.ok()?,
            () = sleep(LOOKED_AT), if state == State::Sleeps => {}
        }
    }
}

async fn pieces(socket: &mut Socket, channel: u8, bytes: &[u8]) -> bool {
    for piece in bytes.chunks(PIECE) {
        if !send(socket, channel, piece).await {
            return false;
        }
    }
    true
}

async fn send(socket: &mut Socket, channel: u8, bytes: &[u8]) -> bool {
    let mut message = Vec::with_capacity(bytes.len() + 1);
    message.push(channel);
    message.extend_from_slice(bytes);
    socket.send(Message::binary(message)).await.is_ok()
}

/// Tells how it ended, then closes. The oldest protocol has only words for it.
async fn end(socket: &mut Socket, protocol: Protocol, status: &Value) {
    let text = match protocol {
        Protocol::V4 | Protocol::V5 => status.to_string(),
        Protocol::First(_) => status["message"].as_str().unwrap_or_default().to_owned(),
    };
    if !text.is_empty() && !send(socket, ERROR, text.as_bytes()).await {
        return;
    }
    if socket.close(None).await.is_ok() {
        // What still comes is of no interest, but must be read for the end to be seen.
        let rest = async { while let Some(Ok(_)) = socket.next().await {} };
        let _ = timeout(GOODBYE, rest).await;
    }
}

/// `k8s.io/apiserver/pkg/util/proxy/streamtranslator.go:codeExitToStatusError`.
fn non_zero(code: i32) -> Value {
    json!({
        "metadata": {}, "status": "Failure", "reason": "NonZeroExitCode",
        "message": format!("command terminated with non-zero exit code: command terminated with exit code {code}"),
        "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
    })
}

/// apimachinery, `NewInternalError`.
fn internal_error(why: &str) -> Value {
    json!({
        "metadata": {}, "status": "Failure", "reason": "InternalError", "code": 500,
        "message": format!("Internal error occurred: {why}"),
        "details": {"causes": [{"message": why}]},
    })
}
