//! A thousand faults over a changing cluster, and not one lie on screen.
//!
//! By etcd's method: what the server did and what the views showed are both recorded while the
//! proxy does its worst; whether the one is an honest picture of the other is checked afterwards.
#![allow(clippy::unwrap_used)]

mod faults;
mod lane;
mod naive;
mod report;
mod run;
mod stage;
mod twins;
mod viewer;
mod world;
