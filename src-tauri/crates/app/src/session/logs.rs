//! Logs of containers: a bounded ring each, of which the window pulls what it shows.

use cluster::logs::LogRequest;
use cluster::{LogChunk, fetch, follow_log};
use model::Kind;
use serde_json::Value;
use tokio::sync::oneshot;
use wire::{
    ErrorCode, LogAsk, LogLine, LogOpened, LogPhase, LogSpan, LogWindow, OpenLog, WireError,
};

use super::feeds::{FeedId, Message, Owner};
use super::{Session, gone};
use crate::log_ring::{LogRing, Span};

/// Bytes of text one log keeps.
const RING: usize = 8 << 20;
/// Lines asked for from before the opening.
const TAIL: u32 = 5_000;
/// Most lines given at once.
const MOST_LINES: u32 = 500;

/// One open log.
pub(crate) struct Log {
    feed: FeedId,
    ring: LogRing,
    phase: LogPhase,
    why: String,
    previous: bool,
    version: u32,
    announced: u32,
}

impl Log {
    pub(crate) fn is_dirty(&self) -> bool {
        self.version != self.announced
    }

    /// The version to announce, if it is news.
    pub(crate) fn announce(&mut self) -> Option<u32> {
        let news = self.is_dirty();
        self.announced = self.version;
        news.then_some(self.version)
    }

    fn take(&mut self, chunk: LogChunk) {
        self.version = self.version.wrapping_add(1);
        (self.phase, self.why) = match chunk {
            LogChunk::Bytes(bytes) => {
                self.ring.push_bytes(&bytes);
                return;
            }
            LogChunk::Opened => (LogPhase::Following, String::new()),
            LogChunk::Interrupted(error) => (LogPhase::Reconnecting, error.to_string()),
            LogChunk::Ended => {
                self.ring.finish();
                let why = if self.previous {
                    "the previous run"
                } else {
                    "the container ended"
                };
                (LogPhase::Ended, why.to_owned())
            }
            LogChunk::Failed(error) => {
                self.ring.finish();
                (LogPhase::Failed, error.to_string())
            }
        };
    }
}

impl Session {
    /// Opens a container's log, once the pod's containers are known.
    pub(crate) fn open_log(
        &mut self,
        ask: OpenLog,
    ) -> oneshot::Receiver<Result<LogOpened, WireError>> {
        let (answer, answered) = oneshot::channel();
        let connection = self.connection.clone();
        let (namespace, pod) = (ask.namespace.clone(), ask.pod.clone());
        self.later(
            async move {
                fetch::object(&connection, &Kind::Pods.spec().resource, &namespace, &pod).await
            },
            move |session, pod| {
                let opened = pod
                    .map_err(|error| crate::errors::request(&error))
                    .and_then(|pod| session.open_log_of(&ask, &pod));
                let _ = answer.send(opened);
            },
        );
        answered
    }

    fn open_log_of(&mut self, ask: &OpenLog, pod: &Value) -> Result<LogOpened, WireError> {
        let (containers, usual) = containers(pod);
        let container = if ask.container.is_empty() {
            usual
        } else {
            Some(ask.container.clone())
        };
        let Some(container) = container.filter(|name| containers.contains(name)) else {
            return Err(WireError::new(
                ErrorCode::Gone,
                format!("{} has no container {}.", ask.pod, ask.container),
                format!("It has: {}.", containers.join(", ")),
            ));
        };
        let log = self.new_id();
        let request = LogRequest {
            namespace: ask.namespace.clone(),
            pod: ask.pod.clone(),
            container: container.clone(),
            previous: ask.previous,
            tail: Some(TAIL),
            follow: !ask.previous,
        };
        let connection = self.connection.clone();
        let feed = self.feeds.open(Owner::Log(log), Message::Log, |sink| {
            follow_log(connection, request, sink)
        });
        self.logs.insert(
            log,
            Log {
                feed,
                ring: LogRing::new(RING),
                phase: LogPhase::Opening,
                why: String::new(),
                previous: ask.previous,
                version: 1,
                announced: 0,
            },
        );
        Ok(LogOpened {
            log,
            container,
            containers,
        })
    }

    pub(crate) fn log_chunk(&mut self, id: u32, chunk: LogChunk) {
        if let Some(log) = self.logs.get_mut(&id) {
            log.take(chunk);
        }
    }

    /// Lines of a log.
    pub(crate) fn log_lines(&self, ask: &LogAsk) -> Result<LogWindow, WireError> {
        let log = self.logs.get(&ask.log).ok_or_else(|| gone("This log"))?;
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let count = ask.count.min(MOST_LINES);
        let from = if ask.tail {
            log.ring
                .next()
                .saturating_sub(u64::from(count))
                .max(log.ring.first())
        } else {
            u64::from(ask.from)
        };
        let lines = log
            .ring
            .lines(from, count as usize)
            .into_iter()
            .map(|line| LogLine {
                n: number(line.n),
                at: line
                    .at_ms
                    .map(|at| self.status.clock_ms(at))
                    .unwrap_or_default(),
                spans: line.spans.into_iter().map(span).collect(),
            })
            .collect();
        Ok(LogWindow {
            version: log.version,
            first: number(log.ring.first()),
            next: number(log.ring.next()),
            dropped: number(log.ring.dropped()),
            phase: log.phase,
            why: log.why.clone(),
            lines,
        })
    }

    pub(crate) fn close_log(&mut self, id: u32) {
        if let Some(log) = self.logs.remove(&id) {
            self.feeds.close(log.feed);
        }
    }
}

/// Names of all containers, and of the one kubectl would take.
fn containers(pod: &Value) -> (Vec<String>, Option<String>) {
    let names = |field: &str| {
        pod["spec"][field]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|container| container["name"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let main = names("containers");
    let usual = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"]
        .as_str()
        .filter(|name| main.iter().any(|m| m == name))
        .map(str::to_owned)
        .or_else(|| main.first().cloned());
    let all = main
        .into_iter()
        .chain(names("initContainers"))
        .chain(names("ephemeralContainers"))
        .collect();
    (all, usual)
}

fn span(span: Span) -> LogSpan {
    LogSpan {
        text: span.text,
        color: span.fg.map(|colour| colour.to_string()).unwrap_or_default(),
        bold: span.bold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_default_container_is_kubectls() {
        let pod = json!({
            "metadata": {"annotations": {"kubectl.kubernetes.io/default-container": "web"}},
            "spec": {
                "containers": [{"name": "proxy"}, {"name": "web"}],
                "initContainers": [{"name": "setup"}],
            },
        });
        let (all, usual) = containers(&pod);
        assert_eq!(all, ["proxy", "web", "setup"]);
        assert_eq!(usual.as_deref(), Some("web"));
        let (_, usual) = containers(&json!({"spec": {"containers": [{"name": "a"}]}}));
        assert_eq!(usual.as_deref(), Some("a"));
        assert_eq!(containers(&json!(null)), (vec![], None));
    }
}
