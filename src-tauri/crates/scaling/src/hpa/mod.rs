//! The decisions of the HPA controller (Kubernetes 1.36).
//!
//! References are to k8s.io/kubernetes 1.36.3, `pkg/controller/podautoscaler`.

pub mod amount;
pub mod decision;
pub mod situation;
pub mod spec;
pub mod status;

pub use decision::Decision;
pub use situation::Situation;
