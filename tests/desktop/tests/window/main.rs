//! The real window, driven as a person drives it, against a real control plane.
#![allow(clippy::unwrap_used, missing_docs)]

mod batch;
mod connecting;
mod consent;
mod custom;
mod drawer;
mod drawer_parts;
mod habits;
mod helm;
mod hostile;
mod limited;
mod logs;
mod managers;
mod mouse;
mod overview;
mod relations;
mod scaling;
mod start;
mod states;
mod steps;
mod tables;
mod truth;
mod walls;
mod working;
