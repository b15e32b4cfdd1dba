//! One fault after another on one stage.

use std::time::{Duration, Instant};

use cluster_tests::Request;
use cluster_tests::chaos::{Event, Moment};

use crate::faults::SLOWLY;
use crate::stage::{Effect, Fault, Stage};

/// Longest a fault may take to be met.
const MET: Duration = Duration::from_secs(45);
/// What a view shows may be written down so much later.
const LATE: Duration = Duration::from_secs(2);
/// How long requests of a dead server are not counted.
const FIRST_MOMENTS: Duration = Duration::from_secs(30);
/// After so long a watch counts as one that was of use.
const CALM: Duration = Duration::from_millis(5_500);
/// What a fault does may reach the view so much later; until then it looks whole.
const SINKS_IN: Duration = Duration::from_millis(300);
/// Two watches of a kind for longer than it takes a closed one to be noticed.
const DOUBLE: Duration = Duration::from_secs(1);

/// How one fault went.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) effect: Effect,
    /// From the last word of the server to the badge, where there was nothing else to hear.
    pub(crate) noticed: Option<Duration>,
    /// From when it was put right, or struck if it passes by itself, to a complete live view.
    pub(crate) healed: Duration,
    /// What was wrong beside what the histories tell.
    pub(crate) wrong: Vec<String>,
}

impl Stage {
    /// Waits for a complete live view of a moment behind `since`, fed by one watch, that stays so
    /// for a moment; since when.
    async fn whole(&self, since: Moment, limit: Duration) -> Result<Moment, String> {
        let from = self.world.moment();
        let mut first = None;
        loop {
            let now = self.world.moment();
            if let Some(why) = self.flaw(since, now) {
                if now > from + limit {
                    return Err(why);
                }
                first = None;
            } else {
                let first = *first.get_or_insert(now);
                if now >= first + SINKS_IN {
                    return Ok(first);
                }
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    fn flaw(&self, since: Moment, now: Moment) -> Option<String> {
        let log = self.viewer.log.lock().unwrap();
        let began = since.max(now.saturating_sub(LATE));
        let watches = self.proxy.watches().get(self.path()).copied();
        if !log.live {
            Some(format!("not live: {}", log.why))
        } else if watches != Some(1) || !self.proxy.watch_brings(self.path()) {
            Some(format!(
                "{watches:?} watches, or one that brought nothing yet"
            ))
        } else if self.world.was(self.seen(), &log.rows, began, now) {
            None
        } else {
            Some("rows differ".to_owned())
        }
    }

    /// Waits until it is whole for the first time.
    pub(crate) async fn settled(&self) {
        let now = self.world.moment();
        self.whole(now, Duration::from_mins(1)).await.unwrap();
    }

    fn lists(&self) -> usize {
        let path = self.path();
        self.proxy.count(|request| request.is_list_of(path))
    }

    /// Lets one fault happen, and waits until it has healed.
    pub(crate) async fn suffer(&self, fault: &Fault, span: Duration) -> Outcome {
        let mut wrong = Vec::new();
        // Half of them come right after the one before: then it is waited longer and longer.
        let calm = self.random.lock().unwrap().once_in(2);
        if calm {
            tokio::time::sleep(CALM).await;
        }
        let heals = if calm {
            fault.heals
        } else {
            fault.heals.max(SLOWLY)
        };
        let outage = matches!(fault.effect, Effect::Outage | Effect::Dead);
        let lists = self.lists();
        self.note(Event::Bound(fault.bound));
        if outage {
            self.note(Event::Outage(true));
        }
        let struck = self.world.moment();
        let begun = Instant::now();
        self.struck.lock().unwrap().push((struck, fault.name));
        (fault.strike)(self);
        self.go_on(fault, begun, span, &mut wrong).await;
        // One that passes by itself may need the view to do something first.
        while !self.proxy.done() {
            if begun.elapsed() > span + MET {
                wrong.push("the fault was never met".to_owned());
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if fault.effect == Effect::Dead {
            wrong.extend(self.hurried(begun));
        }
        self.lift();
        let lifted = self.world.moment();
        if outage {
            self.note(Event::Outage(false));
        }
        let healed = match self.whole(lifted, heals).await {
            Ok(at) => {
                self.note(Event::Whole);
                at.saturating_sub(lifted)
            }
            Err(why) => {
                wrong.push(format!("not healed {heals:?} later: {why}"));
                // What comes next is not to blame.
                let late = self.whole(lifted, Duration::from_mins(1)).await;
                late.map_or(Duration::MAX, |at| at.saturating_sub(lifted))
            }
        };
        if fault.effect == Effect::Cut && self.lists() > lists {
            self.note(Event::Relisted);
        }
        let noticed = outage.then(|| self.noticed(struck, lifted)).flatten();
        Outcome {
            name: fault.name,
            effect: fault.effect,
            noticed,
            healed,
            wrong,
        }
    }

    /// While a fault lasts it strikes again, and no kind is watched twice.
    async fn go_on(&self, fault: &Fault, begun: Instant, span: Duration, wrong: &mut Vec<String>) {
        let mut next = fault.every;
        let mut double: Option<Instant> = None;
        while begun.elapsed() < span {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Some((at, every)) = next.zip(fault.every)
                && begun.elapsed() >= at
            {
                (fault.strike)(self);
                next = Some(at + every);
            }
            if self.proxy.watches().values().all(|count| *count <= 1) {
                double = None;
            } else if double.get_or_insert_with(Instant::now).elapsed() > DOUBLE {
                wrong.push(format!("watched twice: {:?}", self.proxy.watches()));
                return;
            }
        }
    }

    /// Kinds of a dead server that were asked for more than four times a minute.
    fn hurried(&self, begun: Instant) -> Vec<String> {
        let from = begun + FIRST_MOMENTS;
        let Some(span) = Instant::now().checked_duration_since(from) else {
            return Vec::new();
        };
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for seen in self.proxy.seen().iter().filter(|seen| seen.at >= from) {
            let Request { path, .. } = &seen.request;
            *counts.entry(path.clone()).or_default() += 1;
        }
        // One may fall on either end of the span.
        let allowed = usize::try_from(span.as_secs() / 15).unwrap() + 1;
        counts
            .into_iter()
            .filter(|(path, count)| path != "/version" && *count > allowed)
            .map(|(path, count)| format!("{path} asked for {count} times in {span:.0?}"))
            .collect()
    }

    fn noticed(&self, struck: Moment, lifted: Moment) -> Option<Duration> {
        let log = self.viewer.log.lock().unwrap();
        let told = log.shown.iter().find(|shown| {
            shown.at >= struck && shown.at < lifted && shown.event == Event::Live(false)
        });
        told.map(|shown| shown.at.saturating_sub(struck))
    }
}
