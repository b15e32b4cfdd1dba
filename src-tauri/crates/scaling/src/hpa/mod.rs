//! The decisions of the HPA controller (Kubernetes 1.36).
//!
//! References are to k8s.io/kubernetes 1.36.3, `pkg/controller/podautoscaler`.

pub mod amount;
mod behavior;
mod conditions;
mod custom;
pub mod decision;
pub mod defaults;
mod external;
mod go;
mod history;
mod holds;
mod label;
mod legacy;
mod metric;
mod metrics;
mod names;
pub(crate) mod next;
mod normalize;
mod object;
mod place;
mod plain;
mod pods;
mod policies;
mod rebalance;
mod reconcile;
pub(crate) mod requests;
mod resource;
mod samples;
mod selection;
pub mod selector;
mod settle;
pub mod situation;
pub mod spec;
pub mod status;
mod time;
mod timetable;
pub(crate) mod tolerance;
mod total;
mod trace;
mod usage;
mod utilization;
pub mod validate;
mod validate_metric;

pub use decision::Decision;
pub(crate) use reconcile::foreseeing;
pub use reconcile::{decide, follow, following, pass};
pub use situation::Situation;
