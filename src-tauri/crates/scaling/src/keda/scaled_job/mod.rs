//! ScaledJobs: how many Jobs a poll creates, and which old ones it deletes.

pub mod decision;
pub mod history;
pub mod jobs;
pub mod queue;
pub mod rollout;
pub mod spec;
pub mod strategy;

pub use decision::{Decision, Situation, decide, poll};
pub use spec::ScaledJob;
