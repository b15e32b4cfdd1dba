//! The sentences.

mod hpa;
mod job;
mod keda;

pub use hpa::words as hpa;
pub use job::words as scaled_job;
pub use keda::words as scaled_object;
