//! Whether the cluster is proven alive, for the status bar.

use cluster::health::Health;
use cluster::update::Update;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use wire::ClusterStatus;

use super::Session;
use crate::time::ClusterTime;

/// Without proof of life for this long nothing is called live.
const DOUBT_MS: i64 = 10_000;
/// While it stays live, the status bar is told no oftener.
const TELL_MS: i64 = 10_000;

/// What a second changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ticked {
    Nothing,
    /// Figures of the status bar are old.
    Figures,
    /// Everything shown became live, or is so no longer.
    Turned,
}

/// What the status bar needs.
pub(crate) struct Status {
    pub(crate) problem: String,
    pub(crate) latency_ms: u32,
    as_of_ms: i64,
    why: String,
    live: bool,
    told: Option<bool>,
    told_ms: i64,
    zone: TimeZone,
    time: ClusterTime,
}

impl Status {
    pub(crate) fn new(now_ms: i64, latency_ms: u32, time: ClusterTime) -> Self {
        Self {
            problem: String::new(),
            latency_ms,
            as_of_ms: now_ms,
            why: String::new(),
            live: true,
            told: None,
            told_ms: now_ms,
            zone: TimeZone::system(),
            time,
        }
    }

    /// A feed says why the server is in doubt.
    pub(crate) fn observe(&mut self, update: &Update) {
        if let Update::Health(Health::Stale { why, .. }) = update {
            self.why.clone_from(why);
        }
    }

    /// The server answered at `at_ms`: reasons to doubt it from before are over.
    pub(crate) fn prove(&mut self, at_ms: i64) {
        if at_ms > self.as_of_ms {
            self.as_of_ms = at_ms;
            self.why.clear();
        }
    }

    /// Each second.
    pub(crate) fn tick(&mut self, now_ms: i64) -> Ticked {
        // A clock set back must not make an old proof look like a future one.
        self.as_of_ms = self.as_of_ms.min(now_ms);
        self.told_ms = self.told_ms.min(now_ms);
        self.live = now_ms - self.as_of_ms < DOUBT_MS;
        let turned = self.told != Some(self.live);
        // Where time goes faster, what is told is old sooner.
        let tell_ms = TELL_MS / i64::from(self.time.rate().clamp(1, 10));
        if !turned && now_ms - self.told_ms < tell_ms {
            return Ticked::Nothing;
        }
        self.told = Some(self.live);
        self.told_ms = now_ms;
        if turned {
            Ticked::Turned
        } else {
            Ticked::Figures
        }
    }

    /// Why nothing may be called live now, in words.
    pub(crate) fn doubt(&self) -> Option<String> {
        (!self.live).then(|| self.stale_words(self.as_of_ms, &self.why))
    }

    /// Why it is not live; empty when it is.
    fn why(&self) -> &str {
        if self.live { "" } else { or_silence(&self.why) }
    }

    /// "as of 14:03:12: The connection broke …"
    pub(crate) fn stale_words(&self, as_of_ms: i64, why: &str) -> String {
        let why = or_silence(why);
        if as_of_ms == 0 {
            return why.to_owned();
        }
        format!("as of {}: {why}", self.as_of(as_of_ms))
    }

    /// What the cluster's clock showed, `14:03:12`, when it was `at_ms` on this computer.
    pub(crate) fn as_of(&self, at_ms: i64) -> String {
        self.clock(self.time.at(at_ms))
    }

    /// `14:03:12` in the local zone.
    pub(crate) fn clock(&self, at_ms: i64) -> String {
        self.local(at_ms, "%H:%M:%S")
    }

    /// The local zone's clock for words, whose reader has this time.
    pub(crate) fn reader(&self, now: Timestamp) -> scaling::words::Clock {
        scaling::words::Clock::new(self.zone.clone(), now)
    }

    /// The local zone.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// `14:03` in the local zone.
    pub(crate) fn clock_minute(&self, at_ms: i64) -> String {
        self.local(at_ms, "%H:%M")
    }

    /// `14:03:12.123` in the local zone.
    pub(crate) fn clock_ms(&self, at_ms: i64) -> String {
        self.local(at_ms, "%H:%M:%S.%3f")
    }

    /// `2026-11-21 14:03:12` in the local zone.
    pub(crate) fn date_and_clock(&self, at_ms: i64) -> String {
        self.local(at_ms, "%Y-%m-%d %H:%M:%S")
    }

    fn local(&self, at_ms: i64, format: &str) -> String {
        Timestamp::from_millisecond(at_ms).map_or_else(
            |_| "—".to_owned(),
            |at| at.to_zoned(self.zone.clone()).strftime(format).to_string(),
        )
    }

    /// Name of the local zone.
    pub(crate) fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("local time").to_owned()
    }
}

/// A feed's reason, or what is known without one.
fn or_silence(why: &str) -> &str {
    if why.is_empty() {
        "The server does not answer. Reconnecting."
    } else {
        why
    }
}

/// `3.2 MB`
pub(crate) fn size(bytes: u64) -> String {
    let b = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", b / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", b / 1e6),
        _ => format!("{:.2} GB", b / 1e9),
    }
}

impl Session {
    /// What the status bar shows now.
    pub(crate) fn cluster_status(&self) -> ClusterStatus {
        let received = self.connection.received();
        let objects = self
            .collections
            .values()
            .map(|c| c.table.rows().len())
            .sum::<usize>();
        ClusterStatus {
            live: self.status.live,
            as_of_ms: self.status.as_of_ms,
            as_of: self.status.as_of(self.status.as_of_ms),
            why: self.status.why().to_owned(),
            latency_ms: self.status.latency_ms,
            watches: u32::try_from(self.watches()).unwrap_or(u32::MAX),
            objects: u32::try_from(objects).unwrap_or(u32::MAX),
            received: size(received),
            received_bytes: received,
            zone: self.status.zone_name(),
            problem: [
                self.status.problem.clone(),
                self.recording_problem(),
                self.bells_problem(),
            ]
            .into_iter()
            .find(|problem| !problem.is_empty())
            .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_begins_after_ten_seconds_and_ends_with_a_proof() {
        let mut status = Status::new(100_000, 3, ClusterTime::Computer);
        assert_eq!(status.tick(101_000), Ticked::Turned);
        assert_eq!(status.tick(102_000), Ticked::Nothing);
        status.prove(103_000);
        assert_eq!(status.tick(110_999), Ticked::Nothing);
        assert_eq!(status.tick(111_000), Ticked::Figures);
        assert_eq!(status.tick(112_999), Ticked::Nothing);
        assert_eq!(status.doubt(), None);
        assert_eq!(status.tick(113_000), Ticked::Turned);
        assert!(status.doubt().is_some_and(|why| why.starts_with("as of ")));
        status.prove(113_500);
        assert_eq!(status.tick(114_000), Ticked::Turned);
        assert_eq!(status.doubt(), None);
    }

    #[test]
    fn a_clock_set_back_does_not_keep_a_dead_link_alive() {
        let mut status = Status::new(10_000_000, 3, ClusterTime::Computer);
        status.tick(1_000_000);
        assert!(status.doubt().is_none());
        status.tick(1_011_000);
        assert!(status.doubt().is_some());
    }

    #[test]
    fn a_reason_told_before_the_doubt_begins_is_kept_until_a_proof() {
        let mut status = Status::new(100_000, 3, ClusterTime::Computer);
        status.tick(108_000);
        status.observe(&Update::Health(Health::Stale {
            as_of_ms: 100_000,
            why: "The cable is out.".to_owned(),
            retry_at_ms: None,
        }));
        status.tick(109_000);
        assert_eq!(status.why(), "");
        status.tick(110_000);
        assert_eq!(status.why(), "The cable is out.");
        status.prove(110_500);
        status.tick(111_000);
        assert_eq!(status.why(), "");
        status.tick(121_000);
        assert_eq!(status.why(), "The server does not answer. Reconnecting.");
    }

    #[test]
    fn sizes() {
        for (bytes, words) in [
            (12, "12 B"),
            (3_400, "3 kB"),
            (3_200_000, "3.2 MB"),
            (2_500_000_000, "2.50 GB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
