//! A `ScaledJob` with the Jobs that it made.

use table::Tone;

use super::{ScalingKey, ScalingKind, ScalingRow, Told, trigger_words};
use crate::meta::Word;
use crate::rows::{Reference, ScaledJobRow};

/// So many Jobs that failed one after the other are no accident.
const FAILING: usize = 3;

/// The Jobs of a `ScaledJob`, as far as they were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Those that have not ended.
    pub running: usize,
    /// Of these, those without a ready pod, where the server tells of that.
    pub pending: usize,
    /// How many of those that ended last failed, one after the other.
    pub failed_last: usize,
}

impl JobCounts {
    /// Whether so many failed that it is no accident.
    pub fn is_failing(self) -> bool {
        self.failed_last >= FAILING
    }
}

impl ScalingRow {
    /// The row of a `ScaledJob`; `None` for Jobs that are not known (yet).
    pub fn of_job(job: &ScaledJobRow, jobs: Option<JobCounts>) -> Self {
        let (status, tone) = status(job, jobs);
        let running = jobs.and_then(|jobs| i32::try_from(jobs.running).ok());
        Self {
            key: ScalingKey {
                namespace: job.meta.namespace.clone(),
                kind: ScalingKind::ScaledJob,
                name: job.meta.name.clone(),
            },
            id: format!("{}/{}", ScalingKind::ScaledJob, job.meta.name).into(),
            target: Reference {
                kind: Word::Borrowed("Job"),
                ..Reference::default()
            },
            hpa_name: None,
            metrics: trigger_words(&job.triggers),
            load: None,
            current: running,
            desired: None,
            min: job.min.unwrap_or(0),
            max: most(job),
            last_change_ms: None,
            status,
            tone,
            created_ms: job.meta.created_ms,
            labels: job.meta.labels.clone(),
            told: Told::default(),
        }
    }
}

/// `maxReplicaCount`; KEDA takes 100 for none.
fn most(job: &ScaledJobRow) -> i32 {
    job.max.unwrap_or(100)
}

/// What most deserves saying, most pressing first.
fn status(job: &ScaledJobRow, jobs: Option<JobCounts>) -> (Word, Tone) {
    let say = |text: String, tone| (Word::Owned(text), tone);
    let is = |kind: &str, status: &str| job.condition(kind).filter(|c| c.status == status);
    let running = jobs.map_or(0, |jobs| jobs.running);
    let is_active = is("Active", "True").is_some();
    if job.is_paused {
        return match running {
            0 => say("paused".to_owned(), Tone::Warn),
            count => say(format!("paused, {} on", run(count)), Tone::Warn),
        };
    }
    if let Some(ready) = is("Ready", "False") {
        return say(format!("failing: {}", ready.reason), Tone::Bad);
    }
    if let Some(jobs) = jobs.filter(|jobs| jobs.is_failing()) {
        let words = format!("failing: the last {} Jobs failed", jobs.failed_last);
        return say(words, Tone::Bad);
    }
    if most(job) > 0 && i32::try_from(running).is_ok_and(|count| count >= most(job)) {
        return say(format!("at max: {}", run(running)), Tone::Warn);
    }
    // No Job ends a cron window: each that ends is followed by another.
    let of_time = job.triggers.iter().all(|trigger| trigger.kind == "cron");
    if is_active && of_time && !job.triggers.is_empty() {
        return say(
            "loops: a Job follows each that ends while the cron window is open".to_owned(),
            Tone::Warn,
        );
    }
    match (running, jobs) {
        (1.., Some(JobCounts { pending: 1.., .. })) => {
            let pending = jobs.map_or(0, |jobs| jobs.pending);
            say(format!("{}, {pending} pending", run(running)), Tone::Plain)
        }
        (1.., _) => say(run(running), Tone::Plain),
        (0, Some(_)) if is_active => say("queue: no Job runs yet".to_owned(), Tone::Plain),
        (0, None) if is_active => say("active".to_owned(), Tone::Plain),
        (0, _) if job.conditions.is_empty() => {
            say("not yet looked at by KEDA".to_owned(), Tone::Quiet)
        }
        (0, _) => say("idle: no trigger is active".to_owned(), Tone::Quiet),
    }
}

fn run(count: usize) -> String {
    match count {
        1 => "1 Job runs".to_owned(),
        count => format!("{count} Jobs run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{Condition, Trigger};

    fn job(conditions: &[(&'static str, &'static str)], trigger: &'static str) -> ScaledJobRow {
        let condition = |(kind, status): &(&'static str, &'static str)| Condition {
            kind: Word::Borrowed(kind),
            status: Word::Borrowed(status),
            reason: "ScaledJobCheckFailed".into(),
            ..Condition::default()
        };
        ScaledJobRow {
            max: Some(3),
            triggers: [Trigger {
                kind: Word::Borrowed(trigger),
                ..Trigger::default()
            }]
            .into(),
            conditions: conditions.iter().map(condition).collect(),
            ..ScaledJobRow::default()
        }
    }

    #[test]
    fn what_most_deserves_saying_is_said() {
        const ACTIVE: &[(&str, &str)] = &[("Ready", "True"), ("Active", "True")];
        const IDLE: &[(&str, &str)] = &[("Ready", "True"), ("Active", "False")];
        const BROKEN: &[(&str, &str)] = &[("Ready", "False"), ("Active", "True")];
        let counts = |running, pending, failed_last| {
            Some(JobCounts {
                running,
                pending,
                failed_last,
            })
        };
        for (conditions, trigger, jobs, expected, tone) in [
            (
                IDLE,
                "prometheus",
                counts(0, 0, 0),
                "idle: no trigger is active",
                Tone::Quiet,
            ),
            (
                IDLE,
                "prometheus",
                None,
                "idle: no trigger is active",
                Tone::Quiet,
            ),
            (ACTIVE, "prometheus", None, "active", Tone::Plain),
            (
                ACTIVE,
                "prometheus",
                counts(0, 0, 0),
                "queue: no Job runs yet",
                Tone::Plain,
            ),
            (
                ACTIVE,
                "prometheus",
                counts(1, 0, 0),
                "1 Job runs",
                Tone::Plain,
            ),
            (
                IDLE,
                "prometheus",
                counts(2, 1, 2),
                "2 Jobs run, 1 pending",
                Tone::Plain,
            ),
            (
                ACTIVE,
                "prometheus",
                counts(3, 0, 0),
                "at max: 3 Jobs run",
                Tone::Warn,
            ),
            (
                ACTIVE,
                "prometheus",
                counts(3, 0, 3),
                "failing: the last 3 Jobs failed",
                Tone::Bad,
            ),
            (
                BROKEN,
                "prometheus",
                counts(3, 0, 0),
                "failing: ScaledJobCheckFailed",
                Tone::Bad,
            ),
            (
                ACTIVE,
                "cron",
                counts(1, 0, 0),
                "loops: a Job follows each that ends while the cron window is open",
                Tone::Warn,
            ),
            (
                IDLE,
                "cron",
                counts(0, 0, 0),
                "idle: no trigger is active",
                Tone::Quiet,
            ),
            (
                &[],
                "prometheus",
                counts(0, 0, 0),
                "not yet looked at by KEDA",
                Tone::Quiet,
            ),
        ] {
            let row = ScalingRow::of_job(&job(conditions, trigger), jobs);
            assert_eq!(
                (&*row.status, row.tone),
                (expected, tone),
                "{trigger} {jobs:?}"
            );
        }
    }

    #[test]
    fn a_pause_is_said_before_all_else() {
        let paused = ScaledJobRow {
            is_paused: true,
            ..job(&[("Ready", "False")], "cron")
        };
        let running = |running| {
            Some(JobCounts {
                running,
                ..JobCounts::default()
            })
        };
        for (jobs, expected) in [
            (None, "paused"),
            (running(0), "paused"),
            (running(2), "paused, 2 Jobs run on"),
        ] {
            assert_eq!(&*ScalingRow::of_job(&paused, jobs).status, expected);
        }
    }

    #[test]
    fn without_a_number_keda_takes_its_own() {
        let row = ScalingRow::of_job(&ScaledJobRow::default(), None);
        assert_eq!((row.min, row.max, row.current), (0, 100, None));
    }
}
