//! The decisions of KEDA 2.21.
//!
//! References are to github.com/kedacore/keda/v2 v2.21.0. [`activation::decide`] is the scale loop of a ScaledObject,
//! [`produced_hpa::produce`] makes its HPA, [`scaled_job::decide`] is a ScaledJob.

pub mod activation;
pub mod active;
pub mod amount;
pub mod condition;
pub mod cron;
pub mod decision;
pub mod fallback;
pub mod metadata;
pub mod modifiers;
pub mod pause;
pub mod produced_hpa;
pub mod scaled_job;
pub mod scaled_object;
pub mod serving;
pub mod situation;
pub mod triggers;

mod findings;
mod go;
pub(crate) mod next;

pub use activation::{decide, poll};
pub use decision::Decision;
pub use scaled_object::ScaledObject;
pub use situation::Situation;
