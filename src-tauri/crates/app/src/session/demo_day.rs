//! The day of the demo cluster, which nobody watched, as facts of each autoscaler: played once, beside the session, in a world of its own.
//!
//! Its last hour is there first. The rest is played at a fraction of a processor until somebody waits for it, and what was told is kept as small as on a disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use demo::story::Telling;
use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, Part, Subject, SubjectKind, What};
use recorder::PackedFacts;
use tokio::sync::watch;

use crate::demo_cluster::SEED;

/// What is there first.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// What is told.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Between two rests so much of it is played.
const STRETCH: SignedDuration = SignedDuration::from_mins(10);
/// A rest is so many times as long as the work before it.
const REST: u32 = 3;
/// And no longer than this.
const LONGEST: Duration = Duration::from_secs(5);

/// How much of the day was told, in the order in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// Nothing yet.
    Nothing,
    /// Its last hour.
    Hour,
    /// All of it.
    Day,
}

impl Told {
    /// What is told after it.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Nothing => Some(Self::Hour),
            Self::Hour => Some(Self::Day),
            Self::Day => None,
        }
    }
}

/// The day, told once whoever asks. It is told no more when the last who has it lets go.
#[derive(Clone)]
pub(super) struct DemoDay(Arc<Shared>);

struct Shared {
    facts: Mutex<HashMap<Subject, Facts>>,
    told: watch::Sender<Told>,
}

/// Facts of one subject, each part in order of time.
#[derive(Default)]
struct Facts {
    day: Vec<PackedFacts>,
    hour: Vec<PackedFacts>,
}

impl Shared {
    fn facts(&self) -> MutexGuard<'_, HashMap<Subject, Facts>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DemoDay {
    /// Begins to tell the day before an instant.
    pub(super) fn begin(now: Timestamp) -> Self {
        let shared = Arc::new(Shared {
            facts: Mutex::new(HashMap::new()),
            told: watch::Sender::new(Told::Nothing),
        });
        let weak = Arc::downgrade(&shared);
        let telling = thread::Builder::new().name("demo day".to_owned());
        // Without the thread nothing is told: a graph then draws from now on.
        if telling.spawn(move || tell(&weak, now)).is_err() {
            shared.told.send_replace(Told::Day);
        }
        Self(shared)
    }

    /// The facts of a subject up to an instant, once so much was told; `None` if there are none. Of a `ScaledJob` they end at
    /// `join`.
    pub(super) async fn facts(
        &self,
        subject: &Subject,
        told: Told,
        [join, until]: [Timestamp; 2],
    ) -> Option<Vec<Fact>> {
        let mut changes = self.0.told.subscribe();
        changes.wait_for(|done| *done >= told).await.ok()?;
        let packed: Vec<PackedFacts> = {
            let facts = self.0.facts();
            let own = facts.get(subject)?;
            let day = own.day.iter().filter(|_| told == Told::Day);
            day.chain(&own.hour).cloned().collect()
        };
        // From there on the Jobs that are shown tell what was asked for: those of this telling would count beside them.
        let join = (subject.kind == SubjectKind::ScaledJob).then_some(join);
        let unpack = move || {
            let facts = packed.iter().flat_map(PackedFacts::facts);
            let end = join.unwrap_or(until).min(until);
            let mut facts: Vec<Fact> = facts.filter(|fact| fact.received <= end).collect();
            if let Some(join) = join.filter(|_| !facts.is_empty()) {
                facts.push(Fact {
                    received: join,
                    source: None,
                    what: What::Watched(Part::Jobs),
                });
            }
            facts
        };
        let facts = tokio::task::spawn_blocking(unpack).await.ok()?;
        (!facts.is_empty()).then_some(facts)
    }
}

/// Tells the day; ends early when nobody is there any more.
fn tell(shared: &Weak<Shared>, now: Timestamp) {
    let before = |length| now.saturating_sub(length).unwrap_or(now);
    let (begin, hour) = (before(DAY), before(HOUR));
    let is_wanted = tell_part(shared, [hour, now], Told::Hour);
    if is_wanted.is_some() {
        tell_part(shared, [begin, hour], Told::Day);
    }
}

/// `None`: nobody is there any more.
fn tell_part(shared: &Weak<Shared>, [from, to]: [Timestamp; 2], part: Told) -> Option<()> {
    let mut telling = Telling::new(SEED, from);
    while telling.now() < to {
        let begun = Instant::now();
        let next = telling.now().saturating_add(STRETCH).unwrap_or(to).min(to);
        let mut by_subject: HashMap<Subject, Vec<Fact>> = HashMap::new();
        for (subject, fact) in telling.until(next) {
            by_subject.entry(subject).or_default().push(fact);
        }
        let shared = shared.upgrade()?;
        for (subject, facts) in by_subject {
            let packed = PackedFacts::new(&facts);
            let mut all = shared.facts();
            let own = all.entry(subject).or_default();
            match part {
                Told::Day => own.day.push(packed),
                Told::Nothing | Told::Hour => own.hour.push(packed),
            }
        }
        let is_awaited = shared.told.receiver_count() > 0;
        drop(shared);
        if part == Told::Day && !is_awaited {
            thread::sleep(begun.elapsed().saturating_mul(REST).min(LONGEST));
        }
    }
    shared.upgrade()?.told.send_replace(part);
    Some(())
}
