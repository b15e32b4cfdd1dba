//! How many Jobs the queue of a `ScaledJob` asked for, from the Jobs that KEDA made: no API tells how long it is.
//!
//! The strategy's arithmetic makes so many Jobs of the most for a queue, never fewer of more; so the Jobs that a poll made bound that most.

use jiff::{SignedDuration, Timestamp};
use model::fact::{JobState, Part};
use scaling::Certainty;
use scaling::keda::condition::{self, ACTIVE};
use scaling::keda::scaled_job::ScaledJob;
use scaling::keda::scaled_job::strategy::{Arithmetic, Strategy};
use scaling::keda::triggers::{Place, Trigger};

use crate::facts::{Facts, Held};

/// What a poll told of the queue. Jobs are counted with those of `minReplicaCount`, which run whatever the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// When KEDA polled, to the second.
    pub at: Timestamp,
    /// Jobs that this poll made.
    pub created: i64,
    /// Jobs that ran before, pending ones among them.
    pub running: i64,
    /// The queue asked for so many at least.
    pub least: i64,
    /// And for so many at most; `None`: the limit cut it, so that more would have looked the same.
    pub most: Option<i64>,
    /// Always estimated.
    pub certainty: Certainty,
}

const GUESS: &str = "from the Jobs that KEDA made";

impl Queue {
    /// What it asked for, to be drawn: the least where the limit cut it, the most where no Job was made. `None` where all that the limit
    /// lets run did so: then nothing is told.
    pub fn asks(&self) -> Option<i64> {
        match self.most {
            Some(most) => Some(most),
            None => (self.created > 0).then_some(self.least),
        }
    }
}

/// What polls told in a span, the last one before it among them, in order of time.
pub(crate) fn queues(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<Queue> {
    let polls = polls(facts, to);
    let first = polls.partition_point(|poll| poll.at <= from);
    polls[first.saturating_sub(1)..]
        .iter()
        .filter_map(|poll| queue(facts, poll))
        .collect()
}

/// What the last poll told up to a moment.
pub(crate) fn queue_at(facts: &Facts, at: Timestamp) -> Option<Queue> {
    queue(facts, polls(facts, at).last()?)
}

/// A poll of which something is known.
#[derive(Clone, Copy, Debug)]
struct Poll {
    at: Timestamp,
    /// When its last Job was created.
    until: Timestamp,
    /// Jobs that it made.
    created: i64,
    is_active: bool,
}

/// The polls up to a moment, in order of time.
fn polls(facts: &Facts, to: Timestamp) -> Vec<Poll> {
    let mut polls = creations(facts, to);
    let near = near(facts, to);
    let find = |polls: &[Poll], at: Timestamp| {
        let is_near = |poll: &Poll| {
            at.duration_since(poll.until) <= near && poll.at.duration_since(at) <= near
        };
        polls.iter().position(is_near)
    };
    for (at, created) in told(facts, to) {
        match find(&polls, at) {
            // Jobs that are over soon may be gone before they are seen.
            Some(index) => polls[index].created = polls[index].created.max(created),
            None => polls.push(Poll {
                at,
                until: at,
                created,
                is_active: true,
            }),
        }
    }
    let mut last_active = None;
    let mut was_active = None;
    for (seen, job) in facts.scaled_job.within(Timestamp::MIN, to) {
        let Some(job) = job else { continue };
        let active = job.status.last_active_time;
        if let Some(at) = active.filter(|_| last_active.is_some() && active != last_active)
            && find(&polls, at).is_none()
        {
            polls.push(Poll {
                at,
                until: at,
                created: 0,
                is_active: true,
            });
        }
        last_active = active.or(last_active);
        let is_active = condition::status(&job.status.conditions, ACTIVE) != condition::FALSE;
        if !is_active && was_active != Some(false) {
            polls.push(Poll {
                at: *seen,
                until: *seen,
                created: 0,
                is_active: false,
            });
        }
        was_active = Some(is_active);
    }
    polls.sort_by_key(|poll| poll.at);
    polls
}

/// What lies so close together is of one poll: Jobs are made one after the other.
fn near(facts: &Facts, to: Timestamp) -> SignedDuration {
    let job = facts.scaled_job.at(to).and_then(|(_, job)| job.as_ref());
    let interval = job.map_or(30, |job| job.polling_interval().max(1));
    SignedDuration::from_millis(i64::from(interval) * 500).min(SignedDuration::from_secs(2))
}

/// The polls that made Jobs which were seen.
fn creations(facts: &Facts, to: Timestamp) -> Vec<Poll> {
    let near = near(facts, to);
    let all = facts.jobs.values().filter_map(last_state);
    let mut created: Vec<Timestamp> = all.filter_map(|job| job.created).collect();
    created.retain(|at| *at <= to);
    created.sort_unstable();
    let mut polls: Vec<Poll> = Vec::new();
    for at in created {
        match polls.last_mut() {
            Some(poll) if at.duration_since(poll.until) <= near => {
                poll.until = at;
                poll.created += 1;
            }
            Some(_) | None => polls.push(Poll {
                at,
                until: at,
                created: 1,
                is_active: true,
            }),
        }
    }
    polls
}

/// What events tell: `Created 3 jobs`.
fn told(facts: &Facts, to: Timestamp) -> Vec<(Timestamp, i64)> {
    let points = facts.events.values().flat_map(crate::line::Line::all);
    let told = points.filter_map(|(_, event)| {
        let is_it = event.reason == "KEDAJobsCreated" && event.about_kind == "ScaledJob";
        let at = event.last.or(event.first).filter(|at| is_it && *at <= to)?;
        let count = event.message.strip_prefix("Created ")?;
        Some((at, count.strip_suffix(" jobs")?.parse().ok()?))
    });
    told.collect()
}

/// A Job as it was last seen.
fn last_state(line: &Held<JobState>) -> Option<&JobState> {
    let mut points = line.all().iter().rev();
    points.find_map(|(_, job)| job.as_deref())
}

/// When a Job ended, or was gone.
fn end(line: &Held<JobState>) -> Option<Timestamp> {
    let gone = || match line.all().last() {
        Some((gone, None)) => Some(*gone),
        Some((_, Some(_))) | None => None,
    };
    last_state(line)?.ended.or_else(gone)
}

fn queue(facts: &Facts, poll: &Poll) -> Option<Queue> {
    let known = facts.scaled_job.at(poll.until).or_else(|| {
        let first = facts.scaled_job.all().first();
        first.filter(|_| poll.is_active)
    });
    let job = known?.1.as_deref()?;
    let ran = |line: &&Held<JobState>| {
        let created = last_state(line).and_then(|job| job.created);
        created.is_some_and(|created| created < poll.at)
            && end(line).is_none_or(|end| end > poll.at)
    };
    let ran: Vec<&Held<JobState>> = facts.jobs.values().filter(ran).collect();
    let running = i64::try_from(ran.len()).unwrap_or(i64::MAX);
    let told = |least, most: Option<i64>| Queue {
        at: poll.at,
        created: poll.created,
        running,
        least: job.min_jobs().saturating_add(least),
        most: most.map(|most| job.min_jobs().saturating_add(most)),
        certainty: Certainty::Estimated {
            guess: GUESS.to_owned(),
        },
    };
    if !poll.is_active {
        return Some(told(0, Some(0)));
    }
    let pending = match Strategy::of(&job.spec.scaling_strategy) {
        Strategy::Accurate | Strategy::Eager => pending(facts, poll, job, &ran)?,
        Strategy::Default | Strategy::Custom { .. } | Strategy::FillMinimum => 0,
    };
    let (least, most) = bounds(job, running, pending, poll.created)?;
    Some(told(least, most))
}

/// How many of these were pending; `None`: they were not watched.
fn pending(facts: &Facts, poll: &Poll, job: &ScaledJob, ran: &[&Held<JobState>]) -> Option<i64> {
    if !facts.is_told(Part::Jobs, poll.at) {
        return None;
    }
    let conditions = &job.spec.scaling_strategy.pending_pod_conditions;
    let waits = |line: &&&Held<JobState>| {
        let state = line.at(poll.at).and_then(|(_, job)| job.as_ref());
        state.is_none_or(|state| state.job.is_pending(conditions))
    };
    i64::try_from(ran.iter().filter(waits).count()).ok()
}

/// The most for a queue of which a poll makes so many Jobs: from the first to the second, or to whatever is beyond the limit. `None` where
/// the queue has no part in it, or the poll did not what the arithmetic says.
fn bounds(job: &ScaledJob, running: i64, pending: i64, created: i64) -> Option<(i64, Option<i64>)> {
    let most = job.max_jobs();
    let is_negative = |strategy| match strategy {
        Strategy::Custom {
            deduction,
            running_share,
        } => deduction < 0 || running_share < 0.0,
        Strategy::FillMinimum => true,
        Strategy::Default | Strategy::Accurate | Strategy::Eager => false,
    };
    // More than one message a Job, so that the queue is longer than the Jobs that it is worth.
    let made = |most_for_queue| Arithmetic::new(job, running, pending, i64::MAX, most_for_queue);
    if most <= 0 || is_negative(made(0).strategy) || !is_worth_a_message(job) {
        return None;
    }
    // An active trigger's queue is not empty.
    let begin = i64::from(job.min_jobs() == 0);
    let first = |is_it: &dyn Fn(i64) -> bool| {
        let (mut low, mut high) = (begin, most.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            if is_it(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    let least = first(&|count| made(count).created() >= created);
    let beyond = first(&|count| made(count).created() > created);
    if least >= beyond {
        return None;
    }
    Some((least, (beyond <= most).then_some(beyond - 1)))
}

/// Whether no trigger is known to ask for more Jobs than there are messages.
fn is_worth_a_message(job: &ScaledJob) -> bool {
    job.spec.triggers.iter().enumerate().all(|(index, spec)| {
        let place = Place {
            index,
            namespace: &job.metadata.namespace,
            as_metric_source: false,
        };
        match Trigger::build(spec, place) {
            Ok(Trigger::Workload(trigger)) => trigger.target.amount.as_f64() >= 1.0,
            Ok(Trigger::Prometheus(trigger)) => trigger.target.amount.as_f64() >= 1.0,
            Ok(Trigger::Cron(_) | Trigger::Resource(_) | Trigger::External { .. }) | Err(_) => true,
        }
    })
}
