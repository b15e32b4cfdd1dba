//! The flight recorder: what was seen of scaling, kept on disk.
//!
//! One SQLite file holds [`Fact`](model::fact::Fact)s by cluster (the uid of its `kube-system`) and [`Subject`](model::fact::Subject),
//! in the order in which they were appended: a sequence of its own, never a clock. [`Recorder`] is its only way in; a thread of its own
//! has the file, so that nobody else waits for the disk, and it sleeps while nothing is appended.

mod error;
mod limits;
mod opened;
mod packed;
mod packed_facts;
mod queue;
mod reading;
mod recorder;
mod run;
mod slots;
mod store;
mod writer;

pub use error::Error;
pub use limits::Limits;
pub use opened::Opened;
pub use packed_facts::PackedFacts;
pub use reading::{Known, Reading};
pub use recorder::{Appended, Recorder, Recording, Setup};

/// Name of the file in the recorder's folder.
pub const FILE: &str = "recorder.sqlite";

/// Bytes of the file in that folder with its WAL; 0 if there is none.
pub fn size_on_disk(folder: &std::path::Path) -> u64 {
    let of = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    of(FILE) + of(&format!("{FILE}-wal"))
}
