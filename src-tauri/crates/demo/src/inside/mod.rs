//! The inside of the demo's containers: toy programs that exec, attach and port-forward lead to.

mod attached;
mod commands;
mod environment;
mod files;
mod line;
mod page;
mod place;
mod process;
mod script;
#[cfg(test)]
mod tests;

pub(crate) use attached::Attached;
pub(crate) use page::{Page, listens};
pub(crate) use place::{Place, sandbox};
pub(crate) use process::{Output, Process, State};
