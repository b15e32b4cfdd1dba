//! The file and what is known of it: one connection, used by one thread.

mod header;
mod live;
mod migrate;
mod open;
mod place;
mod read;
mod recover;
mod rows;
mod schema;
mod trim;
mod wal;

use std::collections::HashMap;

use model::fact::{Fact, Subject};
use rusqlite::{Connection, TransactionBehavior};

use crate::Limits;
use crate::error::Error;
use live::Live;
use place::{Lock, Place};

pub(crate) use open::open;
pub(crate) use trim::Trimmed;

/// Whose facts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Whose {
    /// The uid of the cluster's `kube-system`.
    pub(crate) cluster: String,
    pub(crate) subject: Subject,
}

/// What is to be appended.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) whose: Whose,
    pub(crate) entry: Entry,
}

/// What is to be appended to a subject.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// These.
    Facts(Vec<Fact>),
    /// Facts came that there was no room for: nothing that held need hold any more.
    Lost,
}

/// The file, open for writing.
pub(crate) struct Store {
    connection: Connection,
    place: Place,
    lock: Lock,
    limits: Limits,
    /// What was appended to since the file was opened.
    live: HashMap<Whose, Live>,
    /// The next number of the sequence.
    next: i64,
}

impl Store {
    /// Commits all of it, or nothing.
    pub(crate) fn append(&mut self, batches: &[Batch]) -> Result<(), Error> {
        let result = self.try_append(batches);
        if result.is_err() {
            // What is known of the subjects is ahead of the file now.
            self.live.clear();
        }
        result
    }

    fn try_append(&mut self, batches: &[Batch]) -> Result<(), Error> {
        let Self {
            connection,
            live,
            next,
            ..
        } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        append(&transaction, live, next, batches)?;
        Ok(transaction.commit()?)
    }

    /// Sets how much is kept; what is beyond goes with the next steps of [`Store::trim`].
    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits.sane();
    }

    /// Ends the recording: what is still watched is not any more.
    pub(crate) fn close(mut self) -> Result<(), Error> {
        self.live.clear();
        self.end_watches()?;
        // For the planner of the next start; costs nothing where nothing changed.
        self.connection.execute_batch("PRAGMA optimize")?;
        self.connection.close().map_err(|(_, error)| error)?;
        let path = self.place.file();
        self.lock.note(false).map_err(place::failed(&path))
    }
}

/// Appends in their order; `live` is what was appended to so far, `next` the next number of the sequence.
fn append(
    connection: &Connection,
    live: &mut HashMap<Whose, Live>,
    next: &mut i64,
    batches: &[Batch],
) -> Result<(), Error> {
    for batch in batches {
        if !live.contains_key(&batch.whose) {
            let loaded = Live::load(connection, &batch.whose)?;
            live.insert(batch.whose.clone(), loaded);
        }
        let one = live.get_mut(&batch.whose).expect("it was put there");
        match &batch.entry {
            Entry::Facts(facts) => one.append(connection, &batch.whose, facts, next)?,
            Entry::Lost => one.lose(connection, &batch.whose, next)?,
        }
    }
    Ok(())
}
