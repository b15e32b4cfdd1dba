//! The computations of a ScaledJob.

use crate::keda::scaled_job::queue::{Queue, Queues};
use crate::keda::scaled_job::strategy::{Arithmetic, Strategy};
use crate::words::figure::number;

/// What one queue is worth.
pub(in crate::words) fn of_queue(queue: &Queue) -> Vec<String> {
    let (length, target) = (
        number(queue.queue_length),
        number(queue.target_average_value),
    );
    if queue.target_average_value == 0.0 {
        return vec![format!("length {length}, without a target: at most 0 Jobs")];
    }
    let full = number(queue.queue_length / queue.target_average_value);
    let most = number(queue.max_value);
    if full == most {
        vec![format!("{length} ÷ {target} = {most}")]
    } else {
        vec![format!("{length} ÷ {target} = {full}, capped at {most}")]
    }
}

/// What all queues are worth.
pub(in crate::words) fn of_queues(queues: &Queues) -> Vec<String> {
    vec![
        format!("length {}", queues.scale_to),
        format!("at most {} Jobs for it", queues.max_scale),
    ]
}

/// What the strategy leaves of it.
pub(in crate::words) fn of_strategy(arithmetic: &Arithmetic) -> Vec<String> {
    let Arithmetic {
        running,
        pending,
        min_jobs,
        max_jobs,
        max_scale,
        effective_max_scale,
        ..
    } = *arithmetic;
    let above = running.saturating_sub(min_jobs);
    let line = match arithmetic.strategy {
        Strategy::FillMinimum => format!("{min_jobs} − {running} running"),
        Strategy::Default => format!("max(0, {max_scale} − {above} running above the least)"),
        Strategy::Custom {
            deduction,
            running_share,
        } => format!(
            "max(0, min({max_scale} − {deduction} − ⌊{above} running above the least × {}⌋, {max_jobs}))",
            number(running_share)
        ),
        Strategy::Accurate => {
            let filled = max_scale.wrapping_add(above).wrapping_sub(pending);
            if filled > max_jobs {
                format!(
                    "{max_scale} + {above} running − {pending} pending > {max_jobs}, so max(0, {max_jobs} − {above})"
                )
            } else {
                format!("max(0, {max_scale} − {pending} pending)")
            }
        }
        Strategy::Eager => format!(
            "max(0, min({max_jobs} − {above} running above the least − {pending} pending, {max_scale}))"
        ),
    };
    vec![format!("{line} = {effective_max_scale}")]
}

/// The Jobs to create.
pub(in crate::words) fn of_creation(arithmetic: &Arithmetic) -> Vec<String> {
    vec![format!(
        "min({}, {}) = {}",
        arithmetic.scale_to,
        arithmetic.effective_max_scale,
        arithmetic.created()
    )]
}
