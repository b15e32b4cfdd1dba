//! What the HPA controller and KEDA decide, and why, as data.
//!
//! A *situation* (what the decision maker has, and `now`) becomes a *decision* (what it will do, and every reason) with a list of
//! findings. Pure: no clock, no file, no environment, no network; nothing here fails or panics, whatever a spec says.

pub mod certainty;
pub mod finding;
pub mod findings;
pub mod forecast;
pub mod hold;
pub mod hpa;
pub mod keda;
pub mod quantity;
pub mod together;
pub mod words;

pub use certainty::{Certain, Certainty};
pub use finding::{Evidence, Finding, Severity};
pub use hold::{Hold, NextChange, When};
