//! The Jobs of a `ScaledJob` over time.

use jiff::Timestamp;
use model::fact::JobState;

use crate::facts::Facts;

/// The Jobs that were there in a span, the oldest first.
pub(crate) fn there(
    facts: &Facts,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(&JobState, Option<Timestamp>)> {
    let mut all: Vec<(&JobState, Option<Timestamp>)> = Vec::new();
    for line in facts.jobs.values() {
        let points = line.all();
        let last = points.iter().rev().find_map(|(_, job)| job.as_deref());
        let Some(job) = last else { continue };
        let gone = points
            .last()
            .filter(|(_, job)| job.is_none())
            .map(|(at, _)| *at);
        let end = [job.ended, gone].into_iter().flatten().min();
        if job.created.is_some_and(|created| created <= to) && end.is_none_or(|end| end >= from) {
            all.push((job, gone));
        }
    }
    all.sort_by_key(|(job, _)| job.created);
    all
}
