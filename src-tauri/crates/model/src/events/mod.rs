//! Events in bulk: what repeats is one group, how often it happens is a rate.

pub mod group;
pub mod objects;
pub mod pattern;
pub mod rate;
pub mod row;
pub mod spread;
