//! The only place that runs programs, opens links or reads files outside the opened kubeconfigs.

pub(crate) mod digest;
pub(crate) mod files;
pub(crate) mod links;
pub(crate) mod programs;
