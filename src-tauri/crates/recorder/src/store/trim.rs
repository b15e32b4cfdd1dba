//! What is beyond the limits goes, step by step.

use std::fs;

use jiff::Timestamp;
use model::fact::{Fact, What};
use rusqlite::{Connection, TransactionBehavior};

use super::live::{Tail, join};
use super::rows::{self, Line};
use super::{Store, Whose};
use crate::error::Error;
use crate::run::{Key, floor_ms};

/// Runs that go in one step.
const RUNS: i64 = 16;
/// Pages that are given back in one step.
const PAGES: i64 = 256;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trimmed {
    /// All is within the limits.
    Done,
    /// There may be more to do.
    More,
}

impl Store {
    /// One step: takes out the oldest runs that are beyond the limits, or gives pages back that are free.
    pub(crate) fn trim(&mut self, now: Timestamp) -> Result<Trimmed, Error> {
        let age = i64::try_from(self.limits.age.as_millis()).unwrap_or(i64::MAX);
        let oldest = floor_ms(now).saturating_sub(age);
        if self.take_out("last < ?1 AND facts > 0", oldest)? {
            return Ok(Trimmed::More);
        }
        let pages = self.number("page_count")?;
        let free = self.number("freelist_count")?;
        let is_large = self.is_large()?;
        if free > 0 && (is_large || free > pages / 8) {
            self.give_back()?;
            return Ok(Trimmed::More);
        }
        // At last only states are left.
        if is_large
            && (self.take_out("last < ?1 AND facts > 0", i64::MAX)?
                || self.take_out("last < ?1 AND facts = 0", i64::MAX)?)
        {
            return Ok(Trimmed::More);
        }
        Ok(Trimmed::Done)
    }

    /// Takes the oldest runs of these out that end before a time; whether there were any.
    fn take_out(&mut self, which: &str, before: i64) -> Result<bool, Error> {
        let mut after = 0;
        loop {
            let beyond = self.oldest_runs(which, before, after)?;
            let Some((last, _)) = beyond.last() else {
                return Ok(false);
            };
            after = *last;
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            // What is known of subjects is read anew where their runs changed.
            self.live.clear();
            let mut is_some = false;
            for (seq, subject) in beyond {
                is_some |= take_out(&transaction, seq, subject, before)?;
            }
            transaction.commit()?;
            if is_some {
                return Ok(true);
            }
        }
    }

    /// Whether it is larger than the limit.
    pub(crate) fn is_large(&self) -> Result<bool, Error> {
        Ok(self.size()? > self.limits.size)
    }

    /// Bytes of the file with its WAL.
    fn size(&self) -> Result<u64, Error> {
        let pages = self.number("page_count")? * self.number("page_size")?;
        let wal = fs::metadata(self.place.wal()).map_or(0, |metadata| metadata.len());
        Ok(u64::try_from(pages).unwrap_or(0) + wal)
    }

    fn number(&self, pragma: &str) -> Result<i64, Error> {
        Ok(self
            .connection
            .pragma_query_value(None, pragma, |row| row.get(0))?)
    }

    fn oldest_runs(&self, which: &str, before: i64, after: i64) -> Result<Vec<(i64, i64)>, Error> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT seq, subject FROM runs INDEXED BY runs_of_subject WHERE {which} AND seq > ?2 ORDER BY seq LIMIT {RUNS}"
        ))?;
        let runs = statement.query_map([before, after], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(runs.collect::<rusqlite::Result<_>>()?)
    }

    fn give_back(&self) -> Result<(), Error> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        drop(rows);
        drop(statement);
        // The file shrinks when the WAL is written back to it.
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Takes a run out that ends before a time; what holds after it stays, in the next run with a key. `false`: it stays, since one before
/// it ends later (a clock went backwards), or it is joined to one that does.
fn take_out(connection: &Connection, seq: i64, subject: i64, before: i64) -> Result<bool, Error> {
    let is_followed = |lines: &[Line]| lines.iter().any(|line| line.seq > seq && line.is_keyed);
    let stays = |lines: &[Line]| {
        lines
            .iter()
            .any(|line| line.seq <= seq && line.last >= before)
    };
    let mut lines = rows::lines(connection, subject)?;
    // It was joined to one that went in this step, or is to stay.
    if lines.iter().all(|line| line.seq != seq) || stays(&lines) {
        return Ok(false);
    }
    let Some(whose) = rows::whose(connection, subject)? else {
        forget(connection, subject)?;
        return Ok(true);
    };
    if !is_followed(&lines) {
        join(connection, subject, &whose)?;
        lines = rows::lines(connection, subject)?;
    }
    if stays(&lines) {
        return Ok(false);
    }
    if is_followed(&lines) {
        rows::delete(connection, seq)?;
    } else {
        keep_state(connection, subject, whose, &lines)?;
    }
    Ok(true)
}

/// Only what holds at the end of a subject's runs stays of it; nothing, if nothing does.
fn keep_state(
    connection: &Connection,
    subject: i64,
    whose: Whose,
    lines: &[Line],
) -> Result<(), Error> {
    let held = Tail::read(connection, subject)?.end().into_values();
    let last = lines.last().filter(|line| line.facts > 0);
    let (Some(last), true) = (last, held.iter().any(holds)) else {
        return forget(connection, subject);
    };
    for line in lines {
        rows::delete(connection, line.seq)?;
    }
    let line = Line {
        facts: 0,
        first: last.last,
        is_keyed: true,
        ..*last
    };
    let key = Key {
        cluster: whose.cluster,
        subject: whose.subject,
        held,
    };
    rows::put(connection, subject, line, Some(&key), &[])
}

/// Whether something is there, or watched.
fn holds(fact: &Fact) -> bool {
    match &fact.what {
        What::Unwatched(_)
        | What::Hpa(None)
        | What::ScaledObject(None)
        | What::ScaledJob(None)
        | What::Target(None)
        | What::PodGone(_)
        | What::JobGone(_)
        | What::Event(_) => false,
        What::Watched(_)
        | What::Hpa(Some(_))
        | What::ScaledObject(Some(_))
        | What::ScaledJob(Some(_))
        | What::Target(Some(_))
        | What::Pod(_)
        | What::Job(_)
        | What::Usage(_)
        | What::PodsMetric(_)
        | What::ObjectMetric(_)
        | What::ExternalMetric(_) => true,
    }
}

fn forget(connection: &Connection, subject: i64) -> Result<(), Error> {
    connection.execute("DELETE FROM runs WHERE subject = ?1", [subject])?;
    connection.execute("DELETE FROM subjects WHERE id = ?1", [subject])?;
    connection.execute(
        "DELETE FROM clusters WHERE id NOT IN (SELECT cluster FROM subjects)",
        [],
    )?;
    Ok(())
}
