//! The computations of decisions, written out.

pub(super) mod hpa;
pub(super) mod job;
pub(super) mod keda;
