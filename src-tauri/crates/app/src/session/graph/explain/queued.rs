//! What the Jobs that KEDA made tell of a `ScaledJob`'s queue, in words.

use replay::Queue;
use scaling::keda::scaled_job;
use wire::AskLine;

use super::super::jobs::count_of_queue;
use super::{Instant, sure};

/// `Load asks for about 5 Jobs: at 21:24:05 KEDA made 3 beside 2 that ran.`
pub(super) fn sentence(queue: &Queue, instant: &Instant<'_>) -> String {
    let made = made(queue, instant);
    match (queue.asks(), queue.most) {
        (None, _) => format!(
            "What load asks for cannot be told: all the Jobs that the limit lets run did so; {made}."
        ),
        (Some(_), Some(0)) => "Load asks for no Job: no trigger is active.".to_owned(),
        (Some(asks), _) => {
            let jobs = if asks == 1 { "Job" } else { "Jobs" };
            format!("Load asks for {} {jobs}: {made}.", count_of_queue(queue))
        }
    }
}

/// `at 21:24:05 KEDA made 3 beside 2 that ran`
fn made(queue: &Queue, instant: &Instant<'_>) -> String {
    let at = instant.clock.time(queue.at);
    match queue.created {
        0 => format!("at {at} KEDA made none beside {} that ran", queue.running),
        created => format!(
            "at {at} KEDA made {created} beside {} that ran",
            queue.running
        ),
    }
}

/// The same as a line, with the strategy that bounds it.
pub(super) fn ask(
    queue: &Queue,
    situation: &scaled_job::Situation,
    instant: &Instant<'_>,
) -> AskLine {
    let job = &situation.scaled_job;
    let strategy = match job.spec.scaling_strategy.strategy.as_str() {
        "" => "default",
        named => named,
    };
    let mut arithmetic = vec![made(queue, instant)];
    if queue.most.is_none() {
        let most = job.min_jobs().saturating_add(job.max_jobs());
        arithmetic.push(format!(
            "no more than {most} may run: a longer queue looks the same"
        ));
    }
    AskLine {
        name: "the queue".to_owned(),
        note: format!("estimated from the Jobs that KEDA made; strategy {strategy}"),
        arithmetic,
        result: count_of_queue(queue),
        decides: true,
        sure: sure(&queue.certainty),
    }
}
