//! What was found when the recorder was opened.

use std::path::PathBuf;

/// What was found when the recorder was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// There was no file: one was made.
    Fresh,
    /// What was recorded before is there.
    Found,
    /// It was of an older version and was brought to this one.
    Migrated {
        /// Of which.
        from: u32,
    },
    /// It was damaged: set aside, and what could be read of it recovered.
    Recovered {
        /// What was wrong, what was recovered and what was lost, in sentences for the person.
        words: String,
        /// Where the damaged file is now; `None`: nothing was there to set aside.
        aside: Option<PathBuf>,
    },
    /// Recording is off and the file was left alone: it is of a newer version, or another program records.
    Off {
        /// Why, in a sentence for the person.
        reason: String,
    },
}
