//! What the cluster page sums up: each part from rows or from one answer, without regard to the others.

pub mod autoscaler;
pub mod capacity;
pub mod checks;
pub mod deprecated;
pub mod quotas;
pub mod versions;
pub mod warnings;
pub mod workloads;
