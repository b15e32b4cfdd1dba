//! The rows of the kinds Scalescope knows, one file a kind.

mod deployment;
mod event;
mod hpa;
mod hpa_metrics;
mod namespace;
mod node;
mod pod;
mod pod_status;
mod replica_set;
mod scaled_job;
mod scaled_object;
mod template;

pub use deployment::DeploymentRow;
pub use event::EventRow;
pub use hpa::{Condition, HpaRow, Reference};
pub use hpa_metrics::{Amount, Metric, MetricSource};
pub use namespace::NamespaceRow;
pub use node::NodeRow;
pub use pod::PodRow;
pub use pod_status::{ContainerBrief, ContainerPhase, ContainerRole};
pub use replica_set::ReplicaSetRow;
pub use scaled_job::ScaledJobRow;
pub use scaled_object::{Pause, ScaledObjectRow, Trigger};
