//! Keeps one resource in one scope live.
//!
//! The order of things is decided by [`crate::watch_step`], whether the server lives by
//! [`crate::pulse_step`]; here it is done. A watch asks for JSON (the server compresses no watch,
//! and events are few), takes events in as they come, and sends those that came together as one
//! update.

use std::sync::atomic::Ordering;
use std::time::Duration;

use model::TableHeader;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::backoff::random;
use crate::connection::{Ask, Connection, JSON};
use crate::error::RequestError;
use crate::event_order::EventOrder;
use crate::fetch::{collection, escape};
use crate::health::{self, Health};
use crate::list::{ListPlan, Listing, TABLE_OR_PLAIN, Traces};
use crate::pulse::{Attendance, View, wall_ms};
use crate::task::Task;
use crate::update::{Change, Record, Scope, Update};
use crate::watch_event::Decoder;
use crate::watch_link::{Due, End, WatchLink};
use crate::watch_step::{self, Fault, Input, Output, Paging, Why};

/// How long a watch is asked for. Servers send a bookmark two seconds before its end, so however
/// little happens every watch proves itself that often, for one small request; bookmarks by
/// themselves are a minute apart.
const LASTS: Duration = Duration::from_secs(14);
/// Spread of that, so that watches opened together do not end together.
const LASTS_SPREAD: Duration = Duration::from_secs(2);
/// Longer by this for each of many watches, to keep what they cost together below two requests a
/// second.
const LASTS_EACH: Duration = Duration::from_millis(500);
/// A watch that was not ended so long after it should have been is dead.
const OVERDUE: Duration = Duration::from_secs(2);
/// The head of a watch's answer comes at once, or something is wrong.
const OPENING: Duration = Duration::from_secs(10);
/// What is neither watched nor listed for so long is stale, however alive the server is; a watch
/// that is replaced has [`REPLACING`] for it.
const DOUBT: Duration = Duration::from_millis(8_500);
const REPLACING: Duration = Duration::from_secs(2);
/// A watch that goes on after a longer gap than this first brings what was missed: it is called
/// live once nothing came for [`CAUGHT_UP`], or after [`CATCHING_UP`] at the latest.
const GAP: Duration = Duration::from_secs(5);
const CAUGHT_UP: Duration = Duration::from_millis(200);
const CATCHING_UP: Duration = Duration::from_millis(1_500);

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
            order: EventOrder::default(),
            doubt_at: Instant::now() + DOUBT,
            heard: Instant::now(),
            catching_up: None,
            paused: None,
        };
        Box::pin(follower.run()).await;
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
    link: Option<WatchLink>,
    order: EventOrder,
    /// From when on rows are stale while no watch is open.
    doubt_at: Instant,
    /// When the last byte of a watch, or a complete list, came.
    heard: Instant,
    /// The open watch still brings what was missed: until then at least, and at the latest.
    catching_up: Option<(Instant, Instant)>,
    /// What it last waited for since something came through.
    paused: Option<Why>,
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
        self.unlink();
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
                () = tokio::time::sleep_until(self.doubt_at), if self.undoubted() => self.doubt().await,
                () = sink.closed() => return Input::Waited,
            }
        };
        self.rows_sent |= traces.sent.load(Ordering::Relaxed);
        self.in_pages |= traces.cut.load(Ordering::Relaxed);
        match result {
            Ok(listed) => {
                self.as_of_ms = started_ms;
                self.listed = true;
                self.order.listed(&listed.version);
                self.heard = Instant::now();
                self.doubt_at = self.heard + DOUBT;
                self.recovered();
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
        self.unlink();
        let view = self.attendance.catch_up();
        self.freshen(view).await;
        let base = collection(&self.scope.resource, self.scope.namespace.as_deref());
        let lasts = lasts(self.attendance.company(), random());
        let (accept, table) = match self.plan {
            ListPlan::Records { .. } | ListPlan::Objects { .. } => (JSON, ""),
            ListPlan::Tables { objects: false, .. } => (TABLE_OR_PLAIN, "&includeObject=Metadata"),
            ListPlan::Tables { objects: true, .. } => (TABLE_OR_PLAIN, "&includeObject=Object"),
        };
        let selectors: Vec<String> = std::iter::once(String::new())
            .chain(self.scope.selectors())
            .collect();
        let selectors = selectors.join("&");
        let path = format!(
            "{base}?watch=1&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={}{table}{selectors}",
            escape(from),
            lasts.as_secs()
        );
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
                () = tokio::time::sleep_until(self.doubt_at), if self.undoubted() => self.doubt().await,
                () = self.sink.closed() => return Input::Waited,
            }
        };
        match opened {
            Ok(Ok(answer)) => {
                let steady_ms = self.connection.pulse().steady_ms();
                self.link = Some(WatchLink::new(answer, steady_ms, lasts + OVERDUE));
                self.recovered();
                self.error = None;
                let now = Instant::now();
                if now - self.heard > GAP && !matches!(self.told, Some(Health::Live { .. })) {
                    self.catching_up = Some((now + CAUGHT_UP, now + CATCHING_UP));
                } else {
                    self.tell_live().await;
                }
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
            let at = match link.due() {
                Due::Changes(changes, version) => {
                    self.send(Update::Changed(changes)).await;
                    return Input::Advanced { version };
                }
                Due::Version(version) => return Input::Advanced { version },
                Due::End { end, settled } => {
                    self.unlink();
                    return match end {
                        End::Closed => Input::Ended { settled },
                        End::Broken(error) => self.failed(error, settled),
                    };
                }
                Due::Wait(at) => at,
            };
            let dead = link.dead_at() <= at;
            let caught_up = self.catching_up.map(|(least, most)| least.min(most));
            tokio::select! {
                chunk = link.chunk() => self.take(chunk),
                () = tokio::time::sleep_until(caught_up.unwrap_or(at)), if caught_up.is_some() => {
                    self.catching_up = None;
                    self.tell_live().await;
                }
                () = tokio::time::sleep_until(at) => if dead {
                    self.unlink();
                    return Input::Silent;
                },
                news = self.attendance.news() => {
                    if news.renewed && link.byte_ms < news.view.replace_before_ms {
                        self.unlink();
                        return Input::Renewed;
                    }
                    self.freshen(news.view).await;
                }
                () = self.sink.closed() => return Input::Silent,
            }
        }
    }

    fn take(&mut self, chunk: Result<Option<bytes::Bytes>, RequestError>) {
        let decoder = match (Record::of(&self.scope), &self.header) {
            (Some(record), _) => Some(Decoder::Record(record)),
            (None, Some(header)) => Some(Decoder::Table {
                header,
                now_ms: self.connection.server_now_ms(),
            }),
            (None, None) => None,
        };
        if let (Some(link), Some(decoder)) = (&mut self.link, decoder) {
            link.take(chunk, decoder, &mut self.order, &self.connection);
        }
        if let Some((least, _)) = &mut self.catching_up {
            *least = Instant::now() + CAUGHT_UP;
        }
    }

    async fn pause(&mut self, pause: Duration, why: Why) -> Input {
        self.unlink();
        let until = Instant::now() + pause;
        if why != Why::Spread {
            self.paused = Some(why);
        }
        let early = matches!(why, Why::Hiccup | Why::Trouble);
        // The server may have come back while the failure was on its way here.
        let missed = self.attendance.missed();
        if missed.renewed && early {
            return Input::Renewed;
        }
        let silent = missed.view.stale && (early || why == Why::Spread);
        if !silent
            && let Some(health) =
                health::of_pause(self.error.as_ref(), why, pause, self.as_of_ms, wall_ms())
        {
            self.tell(health).await;
        }
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Input::Waited,
                news = self.attendance.news() => {
                    if early && (news.renewed || (news.revived && why == Why::Trouble)) {
                        return Input::Renewed;
                    }
                    if early { self.freshen(news.view).await; }
                }
                () = tokio::time::sleep_until(self.doubt_at), if self.undoubted() => self.doubt().await,
                () = self.sink.closed() => return Input::Waited,
            }
        }
    }

    /// From here on no watch is open.
    fn unlink(&mut self) {
        self.catching_up = None;
        if let Some(link) = self.link.take() {
            self.heard = link.byte_at;
            self.doubt_at = (link.byte_at + DOUBT).max(Instant::now() + REPLACING);
        }
    }

    /// Whether what is shown passes for live though nothing feeds it.
    fn undoubted(&self) -> bool {
        self.link.is_none() && matches!(self.told, Some(Health::Live { .. }))
    }

    async fn tell_live(&mut self) {
        self.as_of_ms = self.as_of_ms.max(wall_ms());
        let as_of_ms = self.as_of_ms;
        self.tell(Health::Live { as_of_ms }).await;
    }

    async fn doubt(&mut self) {
        let health = health::of_doubt(self.as_of_ms());
        self.tell(health).await;
    }

    /// Something came through: whoever waits for the same need not wait any longer.
    fn recovered(&mut self) {
        if self.paused.take() == Some(Why::Trouble) {
            self.connection.pulse().revive();
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
        } else if self.link.is_some() && self.catching_up.is_none() {
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

/// How long a watch is asked for that is one of `company`.
fn lasts(company: usize, random: f64) -> Duration {
    let company = u32::try_from(company).unwrap_or(u32::MAX);
    LASTS.max(LASTS_EACH.saturating_mul(company)) + LASTS_SPREAD.mul_f64(random)
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
