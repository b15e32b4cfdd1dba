//! What accounts of few rights get to see, and kinds that come, go or do not answer.
#![allow(clippy::unwrap_used)]

mod kinds;
mod users;
mod walk;
