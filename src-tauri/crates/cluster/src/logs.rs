//! A container's log as it is written, across cut connections.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::connection::{Answer, Ask, Connection};
use crate::error::RequestError;
use crate::fetch::escape;
use crate::log_lines::Lines;
use crate::task::Task;

/// A follow that hears nothing this long is opened again: a quiet container and a dead link look
/// the same from here.
const SILENCE: Duration = Duration::from_mins(2);
/// Without following, the server has no reason to pause.
const PATIENCE: Duration = Duration::from_secs(20);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// One container's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// Namespace of the pod.
    pub namespace: String,
    /// Name of the pod.
    pub pod: String,
    /// Name of the container; init and ephemeral containers too.
    pub container: String,
    /// The container's last terminated run instead of the present one.
    pub previous: bool,
    /// Only so many lines from the end; all that the node keeps if none.
    pub tail: Option<u32>,
    /// Goes on until the container ends.
    pub follow: bool,
}

/// What arrives of a log, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogChunk {
    /// The server accepted; sent again after each [`Self::Interrupted`].
    Opened,
    /// Whole lines, each beginning with the node's RFC 3339 timestamp and a space, each ending with
    /// a newline, but for a last line without one and for pieces of lines over 256 KiB.
    Bytes(Bytes),
    /// The connection broke; it is opened again by itself, without lost or doubled lines.
    Interrupted(RequestError),
    /// The log is over: the container ended, or all was sent and nothing is followed.
    Ended,
    /// No more will come. For a container that has not started yet, or has no previous run, the
    /// error's message says so.
    Failed(RequestError),
}

/// Follows a log into `sink` until it ends, fails for good or the returned task is dropped. Waits
/// while `sink` is full.
pub fn follow_log(
    connection: Connection,
    request: LogRequest,
    sink: mpsc::Sender<LogChunk>,
) -> Task {
    let report = sink.clone();
    Task::spawn(
        "log",
        async move {
            // An error means that nobody listens any more.
            let _ = run(&connection, &request, &sink).await;
        },
        |what| async move {
            let _ = report
                .send(LogChunk::Failed(RequestError::Internal { what }))
                .await;
        },
    )
}

type Sent = Result<(), mpsc::error::SendError<LogChunk>>;

async fn run(connection: &Connection, request: &LogRequest, sink: &mpsc::Sender<LogChunk>) -> Sent {
    let mut lines = Lines::default();
    let mut failures = 0;
    let mut quiet_reopening = false;
    loop {
        let path = path(request, &lines);
        let ask = Ask {
            path: &path,
            accept: "*/*",
            gzip: false,
        };
        let error = match connection.request(ask).await {
            Ok(answer) => {
                if !quiet_reopening {
                    sink.send(LogChunk::Opened).await?;
                }
                failures = 0;
                match stream(answer, request, &mut lines, sink).await? {
                    End::Proper => return sink.send(LogChunk::Ended).await,
                    End::Silence => {
                        quiet_reopening = true;
                        continue;
                    }
                    End::Broken(error) => error,
                }
            }
            Err(error) => explained(error),
        };
        if !error.retry_helps() {
            return sink.send(LogChunk::Failed(error)).await;
        }
        let wait = wait(failures, error.retry_after());
        failures += 1;
        quiet_reopening = false;
        sink.send(LogChunk::Interrupted(error)).await?;
        tokio::time::sleep(wait).await;
    }
}

enum End {
    Proper,
    Silence,
    Broken(RequestError),
}

/// Passes on what one answer brings.
async fn stream(
    mut answer: Answer,
    request: &LogRequest,
    lines: &mut Lines,
    sink: &mpsc::Sender<LogChunk>,
) -> Result<End, mpsc::error::SendError<LogChunk>> {
    let patience = if request.follow { SILENCE } else { PATIENCE };
    lines.opened();
    loop {
        let chunk = tokio::select! {
            chunk = tokio::time::timeout(patience, answer.chunk()) => chunk,
            () = sink.closed() => return Err(mpsc::error::SendError(LogChunk::Ended)),
        };
        match chunk {
            Ok(Ok(Some(bytes))) => {
                if let Some(new) = lines.take(&bytes) {
                    sink.send(LogChunk::Bytes(new)).await?;
                }
            }
            Ok(Ok(None)) => {
                if let Some(rest) = lines.end() {
                    sink.send(LogChunk::Bytes(rest)).await?;
                }
                return Ok(End::Proper);
            }
            Ok(Err(error)) => return Ok(End::Broken(error)),
            Err(_) if request.follow => return Ok(End::Silence),
            Err(_) => {
                return Ok(End::Broken(RequestError::Timeout {
                    seconds: patience.as_secs(),
                }));
            }
        }
    }
}

/// Doubles from a second to half a minute; the server's own wish is obeyed within that.
fn wait(failures: u32, asked: Option<Duration>) -> Duration {
    let own = FIRST_WAIT.saturating_mul(1 << failures.min(5));
    asked.map_or(own, |asked| asked.max(own)).min(LONGEST_WAIT)
}

fn path(request: &LogRequest, lines: &Lines) -> String {
    use std::fmt::Write;
    let mut path = format!(
        "/api/v1/namespaces/{}/pods/{}/log?container={}&timestamps=true",
        escape(&request.namespace),
        escape(&request.pod),
        escape(&request.container)
    );
    if request.follow {
        path.push_str("&follow=true");
    }
    if request.previous {
        path.push_str("&previous=true");
    }
    // Writing to a String cannot fail.
    let _ = match (lines.resume_from(), request.tail) {
        (Some(second), _) => write!(path, "&sinceTime={}", escape(&second.to_string())),
        (None, Some(tail)) => write!(path, "&tailLines={tail}"),
        (None, None) => Ok(()),
    };
    path
}

/// The API server's 400s about logs, with what they mean for a person.
fn explained(mut error: RequestError) -> RequestError {
    if let RequestError::Status {
        code: 400, message, ..
    } = &mut error
    {
        if message.contains("is waiting to start") {
            message.push_str(". The container has not started yet: its log begins when it does");
        } else if message.contains("previous terminated container") {
            message.push_str(
                ". The container was not restarted, or the node no longer keeps that log",
            );
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_limits() {
        let seconds =
            |failures, asked: Option<u64>| wait(failures, asked.map(Duration::from_secs)).as_secs();
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 60].map(|failures| seconds(failures, None)),
            [1, 2, 4, 8, 16, 30, 30]
        );
        assert_eq!(seconds(0, Some(7)), 7);
        assert_eq!(seconds(0, Some(3600)), 30);
    }

    #[test]
    fn names_cannot_leave_the_path() {
        let request = LogRequest {
            namespace: "a/../b".to_owned(),
            pod: "p?x=1".to_owned(),
            container: "c&follow=true".to_owned(),
            previous: true,
            tail: Some(10),
            follow: false,
        };
        assert_eq!(
            path(&request, &Lines::default()),
            "/api/v1/namespaces/a%2F..%2Fb/pods/p%3Fx%3D1/log?container=c%26follow%3Dtrue&timestamps=true&previous=true&tailLines=10"
        );
    }
}
