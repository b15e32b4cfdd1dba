//! The past of one subject, asked for an instant or a span.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, JobState, Subject, What};
use scaling::findings::Workload;
use scaling::forecast::{self, Forecast};
use scaling::keda::scaled_job;
use scaling::together::{self, ChangeBy, Situation, Together};
use scaling::{Certainty, Finding, When, hpa};

use crate::facts::Facts;
use crate::rebuilt::Rebuilt;
use crate::replay::{Controller, Done};
use crate::situation::{self, Base};
use crate::{Band, Edit, Growth, Pass, PodBar, Queue, Settings, Step, Window};
use crate::{band, edit, growth, jobs, keda, pods, queue, step, window, workload};

/// Facts of one subject, and what follows from them.
#[derive(Debug)]
pub struct Past {
    subject: Subject,
    settings: Settings,
    facts: Facts,
    /// What was rebuilt, and since when facts have come that it does not know.
    rebuilt: Mutex<(Rebuilt, Option<Timestamp>)>,
}

impl Past {
    /// Nothing is known yet.
    pub fn new(subject: Subject, settings: Settings) -> Self {
        Self {
            rebuilt: Mutex::new((Rebuilt::new(&settings), None)),
            subject,
            settings,
            facts: Facts::default(),
        }
    }

    /// The past of the same subject with the same settings, of which nothing is known yet.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::new(self.subject.clone(), self.settings.clone())
    }

    /// Runs the passes again of which facts have come, so that who asks next does not wait for that.
    pub fn rebuild(&self) {
        self.with(|_| ());
    }

    /// Whose past it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Adds what was seen. Facts may come late, or repeat.
    pub fn add(&mut self, fact: Fact) {
        let mut at = fact.received;
        let is_reading = matches!(fact.what, What::Usage(_) | What::PodsMetric(_));
        if self.facts.add(fact) {
            let (rebuilt, late) = self
                .rebuilt
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner);
            if is_reading && let Some(pass) = rebuilt.unproved(at) {
                at = pass;
            }
            *late = Some(late.map_or(at, |late| late.min(at)));
        }
    }

    /// Forgets what no longer held at a moment.
    pub fn forget_before(&mut self, at: Timestamp) {
        self.with(|_| ());
        self.facts.forget_before(at);
        let (rebuilt, _) = self
            .rebuilt
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        rebuilt.forget_before(at);
    }

    /// Since when something is known.
    pub fn known_from(&self) -> Option<Timestamp> {
        self.facts.first
    }

    /// Until when something is known: the latest fact.
    pub fn known_to(&self) -> Option<Timestamp> {
        self.facts.last
    }

    fn with<T>(&self, ask: impl FnOnce(&Rebuilt) -> T) -> T {
        let mut guard = self.rebuilt.lock().unwrap_or_else(PoisonError::into_inner);
        let (rebuilt, late) = &mut *guard;
        if let Some(late) = late.take() {
            rebuilt.back_to(late, &self.settings);
            rebuilt.catch_up(&self.facts, &self.settings);
        }
        ask(rebuilt)
    }

    fn base(&self, at: Timestamp) -> Base<'_> {
        Base {
            facts: &self.facts,
            settings: &self.settings,
            at,
        }
    }

    fn controller(&self, at: Timestamp) -> Controller {
        self.with(|rebuilt| rebuilt.at(&self.facts, &self.settings, at))
    }

    /// What both controllers had at an instant; at the last moment of what is known: have.
    pub fn situation(&self, at: Timestamp) -> Situation {
        self.situation_of(&self.controller(at), at)
    }

    fn situation_of(&self, controller: &Controller, at: Timestamp) -> Situation {
        let base = self.base(at);
        let hpa = self.facts.hpa.at(at).and_then(|(_, hpa)| hpa.as_ref());
        let hpa = hpa.map(|state| {
            let mut hpa = base.hpa(state);
            hpa.namespace.clone_from(&self.subject.namespace);
            base.measure(&mut hpa);
            hpa.memory = controller.memory.clone();
            hpa.memory.certainty = controller.certainty(at);
            let doubt;
            (hpa.passes, doubt) = situation::passes(&controller.period, controller.seen, at);
            if hangs_on_moment(&hpa, doubt) {
                let guess =
                    "what has left its window by then, to a fraction of a second".to_owned();
                let certainty = controller.certainty(at);
                hpa.memory.certainty = certainty.and(Certainty::Estimated { guess });
            }
            hpa
        });
        Situation {
            keda: keda::situation(&base, hpa.as_ref()),
            hpa,
        }
    }

    /// What the loop of the `ScaledJob` had at an instant; `None` if the subject is none, or was not there.
    pub fn job_situation(&self, at: Timestamp) -> Option<scaled_job::Situation> {
        keda::job_situation(&self.base(at))
    }

    /// What the last poll up to an instant told of the queue of a `ScaledJob`.
    pub fn queue(&self, at: Timestamp) -> Option<Queue> {
        queue::queue_at(&self.facts, at)
    }

    /// What polls told of it in a span, the last one before it among them.
    pub fn queues(&self, from: Timestamp, to: Timestamp) -> Vec<Queue> {
        queue::queues(&self.facts, from, to)
    }

    /// What is decided at an instant, with what is wrong in either spec. The next change is as wide as the passes' phase and what was
    /// not seen of the memory leave it.
    pub fn decide(&self, at: Timestamp) -> (Together, Vec<Finding>) {
        let controller = self.controller(at);
        let situation = self.situation_of(&controller, at);
        let (mut together, findings) = together::decide(&situation);
        together.next_change = widened(&controller, &situation, together.next_change.take());
        for held in &mut together.holds {
            let until = held.hold.until;
            held.hold.until = until.map(|until| wide(&controller, at, held.by, until));
        }
        (together, findings)
    }

    /// The workload for `scaling::findings`, as far as facts go; `None` before its autoscaler is known.
    pub fn workload(&self, at: Timestamp) -> Option<Workload> {
        let since = self.facts.first?;
        let steps = self.steps(since, at);
        workload::workload(
            &self.facts,
            &self.subject,
            self.situation(at),
            self.job_situation(at),
            &steps,
            at,
        )
    }

    /// The HPA controller's passes in a span, up to the last one that must have run by the last fact.
    pub fn passes(&self, from: Timestamp, to: Timestamp) -> Vec<Pass> {
        let done = self.done(from, to);
        done.into_iter().map(|done| done.pass).collect()
    }

    fn done(&self, from: Timestamp, to: Timestamp) -> Vec<Done> {
        let end = self.facts.last.map_or(to, |last| last.min(to));
        self.with(|rebuilt| {
            let coming = rebuilt.coming(&self.facts, &self.settings, end);
            let all = rebuilt.done.iter().chain(&coming);
            all.filter(|done| done.pass.at.latest >= from && done.pass.at.earliest <= to)
                .cloned()
                .collect()
        })
    }

    /// What held the size in a span that may reach into the future.
    pub fn bands(&self, from: Timestamp, to: Timestamp) -> Vec<Band> {
        let end = self.facts.last.map_or(to, |last| last.min(to));
        let mut bands = self.with(|rebuilt| {
            let coming = rebuilt.coming(&self.facts, &self.settings, end);
            let first = rebuilt
                .done
                .partition_point(|done| done.pass.at.latest < from);
            // One pass more, as its band reaches to the next.
            let first = first.saturating_sub(1);
            let done = rebuilt.done[first..].iter().chain(&coming);
            band::of_passes(done, &rebuilt.phase())
        });
        bands.extend(keda::bands(&self.facts, from, to));
        bands.retain(|band| band.from <= to && band.until.is_none_or(|until| until.latest >= from));
        bands.sort_by_key(|band| band.from);
        bands
    }

    /// Windows of cron triggers in a span that may reach into the future.
    pub fn windows(&self, from: Timestamp, to: Timestamp) -> Vec<Window> {
        window::windows(&self.facts, from, to)
    }

    /// The pods in a span, the oldest first.
    pub fn pods(&self, from: Timestamp, to: Timestamp) -> Vec<PodBar> {
        pods::bars(&self.facts, from, to)
    }

    /// The Jobs that were there in a span as they were seen last, the oldest first; with each when it was gone, if that was seen.
    pub fn jobs(&self, from: Timestamp, to: Timestamp) -> Vec<(&JobState, Option<Timestamp>)> {
        jobs::there(&self.facts, from, to)
    }

    /// Changes of `spec.replicas` in a span.
    pub fn steps(&self, from: Timestamp, to: Timestamp) -> Vec<Step> {
        step::steps(&self.facts, from, to)
    }

    /// Edits of what the autoscaler is asked to do, in a span.
    pub fn edits(&self, from: Timestamp, to: Timestamp) -> Vec<Edit> {
        edit::edits(&self.facts, from, to)
    }

    /// Growths of the size in a span.
    pub fn growths(&self, from: Timestamp, to: Timestamp) -> Vec<Growth> {
        let before = from
            .saturating_sub(SignedDuration::from_hours(1))
            .unwrap_or(from);
        let passes = self.passes(before, to);
        growth::growths(&self.base(to), &self.steps(from, to), &passes)
    }

    /// The size to come with inputs unchanged.
    pub fn forecast(&self, at: Timestamp, horizon: SignedDuration) -> Forecast {
        let controller = self.controller(at);
        let mut situation = self.situation_of(&controller, at);
        if let Some(hpa) = &mut situation.hpa {
            let (_, doubt) = situation::passes(&controller.period, controller.seen, at);
            let longest = hpa.passes.longest.duration().saturating_add(doubt / 20);
            hpa.passes.longest = longest.into();
        }
        forecast::forecast(&situation, &[], horizon)
    }
}

/// Whether a pass a little earlier or later would come to another size.
fn hangs_on_moment(hpa: &hpa::Situation, doubt: SignedDuration) -> bool {
    let at = |now: Result<Timestamp, jiff::Error>| {
        let now = now.unwrap_or(hpa.now);
        hpa::pass(&hpa::Situation { now, ..hpa.clone() }).replicas
    };
    at(hpa.now.saturating_sub(doubt)) != at(hpa.now.saturating_add(doubt))
}

/// A moment with as much room as the phase of the passes, or polls, leaves it.
fn wide(controller: &Controller, now: Timestamp, by: together::Controller, at: When) -> When {
    let doubt = |at: Timestamp| match by {
        together::Controller::Hpa => controller.doubt_of_pass(at),
        together::Controller::Keda => SignedDuration::from_millis(500),
    };
    let earliest = at.earliest.saturating_sub(doubt(at.earliest));
    let latest = at.latest.saturating_add(doubt(at.latest));
    When {
        earliest: earliest.unwrap_or(at.earliest).max(now.min(at.earliest)),
        latest: latest.unwrap_or(at.latest),
    }
}

/// The next change over all that its moment may hang on.
fn widened(
    controller: &Controller,
    situation: &Situation,
    change: Option<ChangeBy>,
) -> Option<ChangeBy> {
    let Some(hpa) = &situation.hpa else {
        return change;
    };
    let at = hpa.now;
    let mut all: Vec<ChangeBy> = change.iter().cloned().collect();
    if controller.is_in_doubt(at) && !controller.guessed.is_empty() {
        let mut other = situation.clone();
        if let Some(hpa) = &mut other.hpa {
            hpa.memory.recommendations = controller.earliest_memory().recommendations;
        }
        all.extend(together::decide(&other).0.next_change);
    }
    let first = all.iter().min_by_key(|one| one.change.at.earliest)?.clone();
    let latest = all.iter().map(|one| one.change.at.latest).max()?;
    let mut widened = first;
    let at = &mut widened.change.at;
    at.latest = latest;
    *at = wide(controller, hpa.now, widened.by, *at);
    Some(widened)
}
