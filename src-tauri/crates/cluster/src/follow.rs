//! Keeps one resource in one scope live.
//!
//! The order of things is decided by [`crate::watch_step`], whether the server lives by
//! [`crate::pulse_step`]; here it is done. A watch asks for JSON (the server compresses no watch,
//! and events are few), takes events in as they come, and sends those that came together as one
//! update.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::TableHeader;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::backoff::random;
use crate::connection::{Answer, Ask, Connection, JSON};
use crate::error::RequestError;
use crate::fetch::{collection, escape};
use crate::health::{self, Health};
use crate::lines::{Lines, MAX_OBJECT};
use crate::list::{ListPlan, Listing, TABLE, Traces};
use crate::pulse::{Attendance, View, wall_ms};
use crate::task::Task;
use crate::update::{Change, Scope, Update};
use crate::watch_event::{self, Decoder, Event};
use crate::watch_step::{self, Fault, Input, Output, Paging, Why};

/// Events sent together at most, and the least time between two updates.
const BATCH: usize = 500;
const BATCH_EVERY: Duration = Duration::from_millis(16);
/// Bookmarks come about every minute. A link silent for longer than this is replaced: asking for
/// the watch again from the last version costs one small request.
const SILENCE: Duration = Duration::from_secs(75);
/// The head of a watch's answer comes at once, or something is wrong.
const OPENING: Duration = Duration::from_secs(10);
/// A watch that lasted this long is no failure when it ends.
const SETTLED: Duration = Duration::from_secs(5);

/// Lists `scope`, then watches it, sending what comes to `sink` until the task is dropped or the
/// sink's receiver is. See [`Update`] for the order.
pub fn follow(connection: Connection, scope: Scope, sink: mpsc::Sender<Update>) -> Task {
    let plan = ListPlan::of(&scope);
    follow_by(plan, connection, scope, sink)
}

/// [`follow()`] by another plan than the kind's own.
pub fn follow_by(
    plan: ListPlan,
    connection: Connection,
    scope: Scope,
    sink: mpsc::Sender<Update>,
) -> Task {
    let told = sink.clone();
    let work = async move {
        let attendance = connection.pulse().attend(&connection);
        let follower = Follower {
            connection,
            scope,
            plan,
            sink,
            attendance,
            header: None,
            listed: false,
            rows_sent: false,
            in_pages: false,
            as_of_ms: 0,
            told: None,
            error: None,
            link: None,
        };
        follower.run().await;
    };
    Task::spawn("follow", work, |words| async move {
        let error = RequestError::Internal {
            what: format!("following a list stopped ({words})"),
        };
        // Nobody is left to tell if the sink is closed.
        let _ = told
            .send(Update::Health(Health::Failed {
                error,
                retry: false,
            }))
            .await;
    })
}

struct Follower {
    connection: Connection,
    scope: Scope,
    plan: ListPlan,
    sink: mpsc::Sender<Update>,
    attendance: Attendance,
    header: Option<TableHeader>,
    /// A list was complete once.
    listed: bool,
    /// Rows of a list that did not become complete were sent.
    rows_sent: bool,
    /// A list in one piece was cut on its way.
    in_pages: bool,
    /// When what was sent was last known to be true.
    as_of_ms: i64,
    told: Option<Health>,
    /// Of the last failure.
    error: Option<RequestError>,
    link: Option<Link>,
}

/// An open watch.
struct Link {
    answer: Answer,
    lines: Lines,
    opened: Instant,
    /// On the connection's steady clock.
    byte_ms: u64,
    byte_at: Instant,
    brought: bool,
    changes: Vec<Change>,
    /// Version of the last event in `changes`, or of a bookmark behind them.
    version: String,
    flushed: Instant,
    /// What ended the watch, once what came before it is sent.
    end: Option<Input>,
}

impl Follower {
    async fn run(mut self) {
        self.tell(Health::Listing).await;
        let (mut state, mut output) = watch_step::begin();
        while !self.sink.is_closed() {
            let input = match output {
                Output::List(paging) => self.list(paging).await,
                Output::Watch { from } => self.open(&from).await,
                Output::Wait { pause, why } => self.pause(pause, why).await,
                Output::Continue => self.read().await,
            };
            (state, output) = watch_step::step(state, input, random());
        }
    }

    async fn list(&mut self, paging: Paging) -> Input {
        self.link = None;
        // Rows of a broken attempt cannot be taken back one by one: the next is sent whole.
        let progressive = !self.listed && !self.rows_sent;
        let view = self.attendance.catch_up();
        self.freshen(view).await;
        let traces = Traces::default();
        traces
            .byte_ms
            .store(self.connection.pulse().steady_ms(), Ordering::Relaxed);
        let (connection, scope, sink) = (
            self.connection.clone(),
            self.scope.clone(),
            self.sink.clone(),
        );
        let started_ms = wall_ms();
        let listing = Listing {
            connection: &connection,
            scope: &scope,
            plan: self.plan,
            paging,
            sink: &sink,
            progressive,
            in_pages: self.in_pages,
            traces: &traces,
        };
        let mut listing = std::pin::pin!(listing.run());
        let result = loop {
            tokio::select! {
                result = &mut listing => break result,
                news = self.attendance.news() => {
                    let heard_ms = traces.byte_ms.load(Ordering::Relaxed);
                    if news.renewed && heard_ms < news.view.replace_before_ms {
                        self.rows_sent |= traces.sent.load(Ordering::Relaxed);
                        return Input::Renewed;
                    }
                    self.freshen(news.view).await;
                }
                () = sink.closed() => return Input::Waited,
            }
        };
        self.rows_sent |= traces.sent.load(Ordering::Relaxed);
        self.in_pages |= traces.cut.load(Ordering::Relaxed);
        match result {
            Ok(listed) => {
                self.as_of_ms = started_ms;
                self.listed = true;
                if let Some(header) = listed.header {
                    if !progressive {
                        self.send(Update::Header(header.clone())).await;
                    }
                    self.header = Some(header);
                }
                let rows = (!progressive).then_some(listed.rows);
                self.send(Update::Listed {
                    rows,
                    bytes: listed.bytes,
                    unreadable: listed.unreadable,
                })
                .await;
                if progressive && !listed.gone.is_empty() {
                    let gone = |(namespace, name)| Change::Gone { namespace, name };
                    let changes = listed.gone.into_iter().map(gone).collect();
                    self.send(Update::Changed(changes)).await;
                }
                Input::Listed {
                    version: listed.version,
                }
            }
            Err(error) => self.failed(error, false),
        }
    }

    async fn open(&mut self, from: &str) -> Input {
        self.link = None;
        let view = self.attendance.catch_up();
        self.freshen(view).await;
        let base = collection(&self.scope.resource, self.scope.namespace.as_deref());
        // Spread over a minute, so that watches opened together do not end together.
        let seconds = 240.0 + random() * 60.0;
        let table = if self.scope.kind.is_none() {
            "&includeObject=Metadata"
        } else {
            ""
        };
        let fields = match self.scope.fields.as_str() {
            "" => String::new(),
            fields => format!("&fieldSelector={}", escape(fields)),
        };
        let path = format!(
            "{base}?watch=1&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={seconds:.0}{table}{fields}",
            escape(from)
        );
        let accept = if self.scope.kind.is_none() {
            TABLE
        } else {
            JSON
        };
        let connection = self.connection.clone();
        let request = tokio::time::timeout(
            OPENING,
            connection.request(Ask {
                path: &path,
                accept,
                gzip: false,
            }),
        );
        let mut request = std::pin::pin!(request);
        let opened = loop {
            tokio::select! {
                opened = &mut request => break opened,
                news = self.attendance.news() => {
                    if news.renewed { return Input::Renewed; }
                    self.freshen(news.view).await;
                }
                () = self.sink.closed() => return Input::Waited,
            }
        };
        match opened {
            Ok(Ok(answer)) => {
                let now = Instant::now();
                self.link = Some(Link {
                    answer,
                    lines: Lines::default(),
                    opened: now,
                    byte_ms: self.connection.pulse().steady_ms(),
                    byte_at: now,
                    brought: false,
                    changes: Vec::new(),
                    version: String::new(),
                    flushed: now.checked_sub(BATCH_EVERY).unwrap_or(now),
                    end: None,
                });
                self.error = None;
                self.as_of_ms = wall_ms();
                self.tell(Health::Live {
                    as_of_ms: self.as_of_ms,
                })
                .await;
                Input::Opened
            }
            Ok(Err(error)) => self.failed(error, false),
            Err(_) => {
                self.connection.renew();
                self.failed(
                    RequestError::Timeout {
                        seconds: OPENING.as_secs(),
                    },
                    false,
                )
            }
        }
    }

    /// Takes in what the watch brings, until there is something to decide.
    async fn read(&mut self) -> Input {
        loop {
            let Some(link) = &mut self.link else {
                // Only an open watch is read; without one, opening it again is right.
                return Input::Silent;
            };
            let flush_at = link.flushed + BATCH_EVERY;
            if !link.changes.is_empty()
                && (link.end.is_some() || link.changes.len() >= BATCH || Instant::now() >= flush_at)
            {
                link.flushed = Instant::now();
                let changes = std::mem::take(&mut link.changes);
                let version = std::mem::take(&mut link.version);
                self.send(Update::Changed(changes)).await;
                return Input::Advanced { version };
            }
            if !link.version.is_empty() && link.changes.is_empty() {
                return Input::Advanced {
                    version: std::mem::take(&mut link.version),
                };
            }
            if let Some(end) = link.end.take() {
                self.link = None;
                return end;
            }
            let waiting = !link.changes.is_empty();
            tokio::select! {
                chunk = link.answer.chunk() => self.take(chunk),
                () = tokio::time::sleep_until(flush_at), if waiting => {}
                () = tokio::time::sleep_until(link.byte_at + SILENCE) => {
                    self.link = None;
                    return Input::Silent;
                }
                news = self.attendance.news() => {
                    if news.renewed && link.byte_ms < news.view.replace_before_ms {
                        self.link = None;
                        return Input::Renewed;
                    }
                    self.freshen(news.view).await;
                }
                () = self.sink.closed() => return Input::Silent,
            }
        }
    }

    /// Reads the lines of what the watch brought; how it ended is kept until they are sent.
    fn take(&mut self, chunk: Result<Option<bytes::Bytes>, RequestError>) {
        let decoder = match (self.scope.kind, &self.header) {
            (Some(kind), _) => Some(Decoder::Kind(kind)),
            (None, Some(header)) => Some(Decoder::Table(header)),
            (None, None) => None,
        };
        let (Some(link), Some(decoder)) = (&mut self.link, decoder) else {
            return;
        };
        let settled = link.brought || link.opened.elapsed() >= SETTLED;
        let mut failure = None;
        match chunk {
            Ok(Some(bytes)) => {
                link.byte_ms = self.connection.pulse().steady_ms();
                link.byte_at = Instant::now();
                let Link {
                    lines,
                    changes,
                    version,
                    brought,
                    ..
                } = link;
                let pushed = lines.push(&bytes, |line| match watch_event::read(line, decoder) {
                    Ok(Event::Changed {
                        change,
                        version: of,
                    }) => {
                        changes.push(change);
                        keep(version, of);
                        *brought = true;
                        ControlFlow::Continue(())
                    }
                    Ok(Event::Bookmark { version: of }) => {
                        keep(version, of);
                        *brought = true;
                        ControlFlow::Continue(())
                    }
                    Ok(Event::Other) => ControlFlow::Continue(()),
                    Ok(Event::Error {
                        code,
                        reason,
                        message,
                        retry_after_s,
                    }) => {
                        let words = |text: String| self.connection.words(&text);
                        failure = Some(RequestError::Status {
                            code,
                            reason: words(reason),
                            message: words(message),
                            retry_after: retry_after_s.map(Duration::from_secs),
                        });
                        ControlFlow::Break(())
                    }
                    Err(watch_event::Unreadable) => {
                        failure = Some(RequestError::Malformed {
                            what: "an event of the watch".to_owned(),
                        });
                        ControlFlow::Break(())
                    }
                });
                if pushed.is_err() {
                    failure = Some(RequestError::TooLarge {
                        limit: MAX_OBJECT as u64,
                    });
                }
            }
            Ok(None) if link.lines.mid_line() => failure = Some(RequestError::Cut),
            Ok(None) => link.end = Some(Input::Ended { settled }),
            Err(error) => failure = Some(error),
        }
        if let Some(error) = failure {
            let end = self.failed(error, settled);
            if let Some(link) = &mut self.link {
                link.end = Some(end);
            }
        }
    }

    async fn pause(&mut self, pause: Duration, why: Why) -> Input {
        self.link = None;
        let until = Instant::now() + pause;
        let silent = self.attendance.catch_up().stale
            && matches!(why, Why::Hiccup | Why::Trouble | Why::Spread);
        if !silent
            && let Some(health) =
                health::of_pause(self.error.as_ref(), why, pause, self.as_of_ms, wall_ms())
        {
            self.tell(health).await;
        }
        let early = matches!(why, Why::Hiccup | Why::Trouble);
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Input::Waited,
                news = self.attendance.news() => {
                    if news.renewed && early { return Input::Renewed; }
                    if early { self.freshen(news.view).await; }
                }
                () = self.sink.closed() => return Input::Waited,
            }
        }
    }

    fn failed(&mut self, error: RequestError, settled: bool) -> Input {
        let fault = fault(&error);
        tracing::debug!(resource = %self.scope.resource.plural, ?fault, "{error}");
        self.error = Some(error);
        Input::Failed { fault, settled }
    }

    /// Tells what the server's silence, or its end, means for this resource.
    async fn freshen(&mut self, view: View) {
        let health = if view.stale {
            health::of_silence(self.as_of_ms())
        } else if self.link.is_some() {
            Health::Live {
                as_of_ms: self.as_of_ms(),
            }
        } else {
            return;
        };
        self.tell(health).await;
    }

    /// An open watch is as fresh as the server's last sign of life.
    fn as_of_ms(&mut self) -> i64 {
        if self.link.is_some() {
            self.as_of_ms = self.as_of_ms.max(self.connection.as_of_ms());
        }
        self.as_of_ms
    }

    async fn tell(&mut self, health: Health) {
        if self
            .told
            .as_ref()
            .is_none_or(|told| health.is_news_after(told))
        {
            self.told = Some(health.clone());
            self.send(Update::Health(health)).await;
        }
    }

    async fn send(&mut self, update: Update) {
        // A closed sink ends the loop in `run`.
        let _ = self.sink.send(update).await;
    }
}

/// The version of a batch is that of its last event; an empty one says nothing.
fn keep(version: &mut String, new: String) {
    if !new.is_empty() {
        *version = new;
    }
}

fn fault(error: &RequestError) -> Fault {
    match error {
        RequestError::Unreachable(link) if link.retry_helps() => Fault::Link,
        RequestError::Unreachable(_) | RequestError::Internal { .. } => Fault::Refused,
        RequestError::Credentials { passing, .. } if !passing => Fault::Refused,
        RequestError::Credentials { .. } | RequestError::Timeout { .. } | RequestError::Cut => {
            Fault::Link
        }
        RequestError::TooLarge { .. } | RequestError::Malformed { .. } => Fault::Unreadable,
        RequestError::Status {
            code, retry_after, ..
        } => match code {
            410 => Fault::Expired,
            429 => Fault::Throttled {
                retry_after: *retry_after,
            },
            503 if retry_after.is_some() => Fault::Throttled {
                retry_after: *retry_after,
            },
            408 | 500..=599 => Fault::Server,
            _ => Fault::Refused,
        },
    }
}
