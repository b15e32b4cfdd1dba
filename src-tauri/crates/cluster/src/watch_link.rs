//! One open watch: its bytes in, what they changed out.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::Instant;

use crate::connection::{Answer, Connection};
use crate::error::RequestError;
use crate::event_order::{EventOrder, Place};
use crate::lines::{Lines, MAX_OBJECT};
use crate::update::Change;
use crate::watch_event::{self, Decoder, Event};
use crate::watch_step::later;

/// Least time between two updates.
const BATCH_EVERY: Duration = Duration::from_millis(16);
/// Events sent together at most.
const BATCH: usize = 500;
/// A watch that lasted this long is no failure when it ends.
const SETTLED: Duration = Duration::from_secs(5);
/// The rest of an event whose beginning came follows at once, or the link is of no use.
const LINE_PATIENCE: Duration = Duration::from_secs(15);

/// How a watch ended.
pub(crate) enum End {
    /// In order.
    Closed,
    /// Not in order.
    Broken(RequestError),
}

/// An open watch.
pub(crate) struct WatchLink {
    answer: Answer,
    lines: Lines,
    opened: Instant,
    /// When its last byte came, on the connection's steady clock.
    pub(crate) byte_ms: u64,
    /// The same on tokio's.
    pub(crate) byte_at: Instant,
    /// Since when an event is half here.
    half_since: Option<Instant>,
    /// By when the server must have ended it, or it is dead.
    until: Instant,
    brought: bool,
    changes: Vec<Change>,
    /// Version of the last event in `changes`, or of a bookmark behind them.
    version: String,
    flushed: Instant,
    /// What ended it, once what came before is sent.
    end: Option<End>,
}

/// What there is to do with a watch before its next bytes.
pub(crate) enum Due {
    /// Send these; everything up to the version is then known.
    Changes(Vec<Change>, String),
    /// Nothing changed up to this version.
    Version(String),
    /// It is over.
    End {
        /// How.
        end: End,
        /// It had lasted a while or brought something.
        settled: bool,
    },
    /// Wait for more, and for this moment at the latest.
    Wait(Instant),
}

impl WatchLink {
    /// A watch whose answer has just begun and that the server is to end within `lasts`.
    pub(crate) fn new(answer: Answer, steady_ms: u64, lasts: Duration) -> Self {
        let now = Instant::now();
        Self {
            answer,
            lines: Lines::default(),
            opened: now,
            byte_ms: steady_ms,
            byte_at: now,
            half_since: None,
            until: now + lasts,
            brought: false,
            changes: Vec::new(),
            version: String::new(),
            flushed: now.checked_sub(BATCH_EVERY).unwrap_or(now),
            end: None,
        }
    }

    /// What is to be done now. [`Due::Wait`] with a moment that is over: the watch is dead.
    pub(crate) fn due(&mut self) -> Due {
        let flush_at = self.flushed + BATCH_EVERY;
        if !self.changes.is_empty() {
            if self.end.is_some() || self.changes.len() >= BATCH || Instant::now() >= flush_at {
                self.flushed = Instant::now();
                let changes = std::mem::take(&mut self.changes);
                return Due::Changes(changes, std::mem::take(&mut self.version));
            }
            return Due::Wait(flush_at);
        }
        if !self.version.is_empty() {
            return Due::Version(std::mem::take(&mut self.version));
        }
        if let Some(end) = self.end.take() {
            let settled = self.brought || self.opened.elapsed() >= SETTLED;
            // Only time tells one that is of use from one that spoils every list that mends it.
            let spoiled = matches!(end, End::Broken(RequestError::Malformed { .. }));
            let settled = settled && (!spoiled || self.opened.elapsed() >= SETTLED);
            return Due::End { end, settled };
        }
        Due::Wait(self.dead_at())
    }

    /// When it is dead if nothing more comes.
    pub(crate) fn dead_at(&self) -> Instant {
        let half = self.half_since.map(|since| since + LINE_PATIENCE);
        half.map_or(self.until, |half| half.min(self.until))
    }

    /// The next bytes. Cancel-safe.
    pub(crate) async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, RequestError> {
        self.answer.chunk().await
    }

    /// Takes in what [`Self::chunk`] gave.
    pub(crate) fn take(
        &mut self,
        chunk: Result<Option<bytes::Bytes>, RequestError>,
        decoder: Decoder<'_>,
        order: &mut EventOrder,
        connection: &Connection,
    ) {
        match chunk {
            Ok(Some(bytes)) => {
                self.byte_ms = connection.pulse().steady_ms();
                self.byte_at = Instant::now();
                self.read(&bytes, decoder, order, connection);
            }
            Ok(None) if self.lines.mid_line() => self.end = Some(End::Broken(RequestError::Cut)),
            Ok(None) => self.end = Some(End::Closed),
            Err(error) => self.end = Some(End::Broken(error)),
        }
    }

    fn read(
        &mut self,
        bytes: &[u8],
        decoder: Decoder<'_>,
        order: &mut EventOrder,
        connection: &Connection,
    ) {
        let mut failure = None;
        let mut whole = false;
        let (changes, version, brought) = (&mut self.changes, &mut self.version, &mut self.brought);
        let pushed = self.lines.push(bytes, |line| {
            whole = true;
            match watch_event::read(line, decoder) {
                Ok(Event::Changed {
                    change,
                    version: of,
                }) => match order.place(&change, &of) {
                    Place::Next => {
                        changes.push(change);
                        *version = later(std::mem::take(version), of);
                        *brought = true;
                        ControlFlow::Continue(())
                    }
                    Place::Known => ControlFlow::Continue(()),
                    Place::Late => {
                        failure = Some(RequestError::Malformed {
                            what: "the events of the watch are out of order".to_owned(),
                        });
                        ControlFlow::Break(())
                    }
                },
                Ok(Event::Bookmark { version: of }) => {
                    *version = later(std::mem::take(version), of);
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
                    let words = |text: String| connection.words(&text);
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
            }
        });
        if pushed.is_err() {
            failure = Some(RequestError::TooLarge {
                limit: MAX_OBJECT as u64,
            });
        }
        if !self.lines.mid_line() {
            self.half_since = None;
        } else if whole || self.half_since.is_none() {
            self.half_since = Some(Instant::now());
        }
        if let Some(error) = failure {
            self.end = Some(End::Broken(error));
        }
    }
}
