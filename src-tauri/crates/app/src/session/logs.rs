//! Logs of containers: a bounded ring each, of which the window pulls what it shows.

use std::time::Duration;

use cluster::logs::LogRequest;
use cluster::{Deed, LogChunk, RequestError, fetch, follow_log};
use model::Kind;
use serde_json::Value;
use tokio::sync::oneshot;
use wire::{
    ErrorCode, LogAsk, LogLine, LogOpened, LogPhase, LogSpan, LogWindow, OpenLog, WireError,
};

use super::feeds::{FeedId, Message, Owner};
use super::rights::READ_LOGS;
use super::{Session, gone};
use crate::lacks::{self, Where};
use crate::log_ring::{LogRing, Span};

/// Bytes of text one log keeps.
const RING: usize = 8 << 20;
/// Lines asked for from before the opening.
const TAIL: u32 = 5_000;
/// Most lines given at once.
const MOST_LINES: u32 = 500;

/// How often a container that has not begun is looked at again: the API tells of its log only by
/// being asked for it.
const NOT_BEGUN: Duration = Duration::from_secs(2);

/// Which containers a pod has must be read before their logs.
const READ_PODS: Deed<'static> = Deed {
    verb: "get",
    group: "",
    resource: "pods",
};

/// One open log.
pub(crate) struct Log {
    feed: FeedId,
    request: LogRequest,
    ring: LogRing,
    phase: LogPhase,
    why: String,
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
                let why = if self.request.previous {
                    "the previous run"
                } else {
                    "the container ended"
                };
                (LogPhase::Ended, why.to_owned())
            }
            LogChunk::Failed(error) => {
                self.ring.finish();
                let place = Where::Namespace(&self.request.namespace);
                let said = lacks::request(&error, READ_LOGS, place);
                let why = match said.lack {
                    Some(lack) => format!("{} {}", lack.sentence, lack.advice),
                    None => error.to_string(),
                };
                (LogPhase::Failed, why)
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
                if pod.as_ref().is_err_and(|error| error.code() == Some(403)) {
                    session.refused_in(&ask.namespace);
                }
                let opened = pod
                    .map_err(|error| {
                        lacks::request(&error, READ_PODS, Where::Namespace(&ask.namespace))
                    })
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
        let (connection, asked) = (self.connection.clone(), request.clone());
        let feed = self.feeds.open(Owner::Log(log), Message::Log, |sink| {
            follow_log(connection, asked, sink)
        });
        self.logs.insert(
            log,
            Log {
                feed,
                request,
                ring: LogRing::new(RING),
                phase: LogPhase::Opening,
                why: String::new(),
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
        let Some(log) = self.logs.get_mut(&id) else {
            return;
        };
        if matches!(&chunk, LogChunk::Failed(error) if error.code() == Some(403)) {
            let namespace = log.request.namespace.clone();
            log.take(chunk);
            self.refused_in(&namespace);
            return;
        }
        let over = matches!(
            chunk,
            LogChunk::Ended | LogChunk::Failed(RequestError::Status { code: 400, .. })
        );
        if !over || log.request.previous || log.ring.next() > 0 {
            log.take(chunk);
            return;
        }
        // Nothing was written: the container may not have begun. The server answers for those with
        // an empty log or a refusal, depending on how far the pod has come.
        let connection = self.connection.clone();
        let request = log.request.clone();
        self.later(
            async move {
                let pods = &Kind::Pods.spec().resource;
                fetch::object(&connection, pods, &request.namespace, &request.pod).await
            },
            move |session, pod| {
                let Some(log) = session.logs.get_mut(&id) else {
                    return;
                };
                if !pod.is_ok_and(|pod| not_begun(&pod, &log.request.container)) {
                    log.take(chunk);
                    return;
                }
                log.version = log.version.wrapping_add(1);
                log.phase = LogPhase::Reconnecting;
                "the container has not begun yet".clone_into(&mut log.why);
                session.later(tokio::time::sleep(NOT_BEGUN), move |session, ()| {
                    session.reopen_log(id);
                });
            },
        );
    }

    fn reopen_log(&mut self, id: u32) {
        let Some(log) = self.logs.get_mut(&id) else {
            return;
        };
        let (connection, asked) = (self.connection.clone(), log.request.clone());
        self.feeds.close(log.feed);
        log.feed = self.feeds.open(Owner::Log(id), Message::Log, |sink| {
            follow_log(connection, asked, sink)
        });
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
            opened_at: if log.ring.next() >= u64::from(TAIL) {
                TAIL
            } else {
                0
            },
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

/// Whether a container of a pod has never run.
fn not_begun(pod: &Value, container: &str) -> bool {
    let statuses = [
        "containerStatuses",
        "initContainerStatuses",
        "ephemeralContainerStatuses",
    ];
    let status = statuses
        .iter()
        .filter_map(|field| pod["status"][field].as_array())
        .flatten()
        .find(|status| status["name"] == container);
    let over = matches!(
        pod["status"]["phase"].as_str(),
        Some("Succeeded" | "Failed")
    );
    let ran = status.is_some_and(|status| {
        status["state"]["running"].is_object()
            || status["state"]["terminated"].is_object()
            || status["lastState"]["terminated"].is_object()
    });
    !over && !ran
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
    fn a_container_begins_with_its_first_run() {
        let pod = |phase: &str, state: Value, last: Value| {
            json!({"status": {"phase": phase, "containerStatuses": [
                {"name": "web", "state": state, "lastState": last},
            ]}})
        };
        let (waiting, none) = (
            json!({"waiting": {"reason": "ContainerCreating"}}),
            json!({}),
        );
        let ended = json!({"terminated": {"exitCode": 1}});
        for (pod, wanted) in [
            (json!({"status": {"phase": "Pending"}}), true),
            (pod("Pending", waiting.clone(), none.clone()), true),
            (pod("Running", waiting, ended.clone()), false),
            (pod("Running", json!({"running": {}}), none.clone()), false),
            (pod("Running", ended, none), false),
            (json!({"status": {"phase": "Failed"}}), false),
        ] {
            assert_eq!(not_begun(&pod, "web"), wanted, "{pod}");
        }
    }

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
