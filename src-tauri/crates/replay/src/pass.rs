//! One pass of the HPA controller as it was seen or must have been.

use scaling::hold::HoldRule;
use scaling::{Certain, When};

/// A pass of the HPA controller.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// When it ran.
    pub at: When,
    /// Whether it was seen by what it wrote; else it changed nothing and lies between two that were.
    pub is_seen: bool,
    /// What each metric asked for, in the spec's order; empty if metrics were not looked at.
    pub asks: Vec<Asked>,
    /// What all of them asked for, before any limit; `None` if nothing usable.
    pub wanted: Option<Certain<i32>>,
    /// `minReplicas`
    pub min: i32,
    /// `maxReplicas`
    pub max: i32,
    /// The size before.
    pub before: i32,
    /// The size after.
    pub after: i32,
    /// What kept the size from going where load asked it to go.
    pub holds: Vec<HoldRule>,
}

/// What one metric asked for in a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The metric's own name.
    pub metric: String,
    /// The count; `None` if the metric failed.
    pub replicas: Option<Certain<i32>>,
}
