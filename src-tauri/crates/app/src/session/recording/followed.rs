//! One autoscaler: its past, and what its row tells of it.

use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, Part, Subject, What};
use model::scaling::Told;
use replay::{Past, Settings};

use super::known::Seen;
use super::saying;
use super::spark::Spark;

/// What is remembered of each: longer than any stabilization window that is usual.
const KEPT: SignedDuration = SignedDuration::from_mins(20);

pub(super) struct Followed {
    past: Past,
    spark: Spark,
    told: Told,
    /// Something was seen since that was told.
    pub(super) is_stale: bool,
    /// When what is told changes though nothing is seen.
    until: Option<Timestamp>,
    /// What was told of each part: whether it is watched.
    watched: Vec<(Part, bool)>,
    /// When something was seen of it last.
    seen: Timestamp,
}

impl Followed {
    pub(super) fn new(subject: Subject, settings: Settings) -> Self {
        Self {
            past: Past::new(subject, settings),
            spark: Spark::default(),
            told: Told::default(),
            is_stale: true,
            until: None,
            watched: Vec::new(),
            seen: Timestamp::UNIX_EPOCH,
        }
    }

    /// What was seen of it.
    pub(super) fn past(&self) -> &Past {
        &self.past
    }

    /// What was told of a part; `None` if nothing was.
    pub(super) fn is_watched(&self, part: Part) -> Option<bool> {
        let mut all = self.watched.iter();
        all.find(|(own, _)| *own == part).map(|(_, is)| *is)
    }

    /// That a part is watched from here on, or is not.
    pub(super) fn mark(&mut self, part: Part, is_watched: bool, now: Timestamp) -> Fact {
        self.watched.retain(|(own, _)| *own != part);
        self.watched.push((part, is_watched));
        let what = if is_watched {
            What::Watched(part)
        } else {
            What::Unwatched(part)
        };
        self.add(Seen { what, source: None }, now)
    }

    /// The fact that something is, for it to be kept elsewhere too.
    pub(super) fn add(&mut self, seen: Seen, now: Timestamp) -> Fact {
        let replicas = match &seen.what {
            What::Hpa(Some(hpa)) => Some(hpa.status.current_replicas),
            What::Target(Some(target)) => target.replicas,
            _ => None,
        };
        if let Some(replicas) = replicas {
            self.spark.note(now.as_millisecond(), replicas);
        }
        let fact = Fact {
            received: now,
            source: seen.source,
            what: seen.what,
        };
        self.past.add(fact.clone());
        self.is_stale = true;
        self.seen = now;
        fact
    }

    /// Forgets what is old; whether anything is left to remember.
    pub(super) fn forget(&mut self, now: Timestamp) -> bool {
        let before = now.saturating_sub(KEPT).unwrap_or(now);
        self.past.forget_before(before);
        self.spark.stay(now.as_millisecond());
        self.is_stale = true;
        self.seen >= before
    }

    /// Whether something is told otherwise by now.
    pub(super) fn tick(&mut self, now: Timestamp) -> bool {
        self.is_stale |= self.until.is_some_and(|until| until <= now);
        self.is_stale
    }

    /// What is told of it beyond its conditions; `clock` tells a moment in Unix ms.
    pub(super) fn told(&mut self, now: Timestamp, clock: impl Fn(i64) -> String) -> Told {
        if std::mem::take(&mut self.is_stale) {
            let bands = self.past.bands(now, now);
            let ends = bands.iter().filter_map(|band| band.until);
            let next = ends.map(|until| until.latest).filter(|end| *end > now);
            self.until = next.min();
            let wakes = self.spark.is_at_zero().then(|| wakes(&self.past, now));
            self.told = Told {
                saying: saying::saying(&bands, wakes.flatten(), |at| clock(at.as_millisecond())),
                hour: self.spark.text(now.as_millisecond()).into(),
                steps: self.spark.steps(),
            };
        }
        self.told.clone()
    }
}

/// When the next cron window begins, if one does within two days.
fn wakes(past: &Past, now: Timestamp) -> Option<Timestamp> {
    let end = now.saturating_add(SignedDuration::from_hours(48)).ok()?;
    let windows = past.windows(now, end);
    let begins = windows.iter().map(|window| window.from);
    begins.filter(|begin| *begin > now).min()
}
