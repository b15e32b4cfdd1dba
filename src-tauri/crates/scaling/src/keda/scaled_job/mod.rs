//! ScaledJobs: how many Jobs a poll creates, and which old ones it deletes.

pub mod decision;
pub mod history;
pub mod jobs;
pub mod queue;
pub mod rollout;
pub mod situation;
pub mod spec;
pub mod strategy;

mod findings;
mod next;

pub use decision::{Decision, decide, poll};
pub use situation::Situation;
pub use spec::ScaledJob;
