//! What is read of the file.

use std::num::NonZero;

use jiff::Timestamp;
use model::fact::{Fact, Subject};
use rusqlite::TransactionBehavior;

use super::live::take_line;
use super::{Store, Whose, rows};
use crate::error::Error;
use crate::reading::{Gatherer, Known, Reading, gap};
use crate::run::{Run, ceil_ms, floor_ms};
use crate::slots::Watched;

impl Store {
    /// What was recorded of a subject in a stretch of time.
    pub(crate) fn read(
        &self,
        whose: &Whose,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Reading, Error> {
        let mut gatherer = Gatherer::new(from, to);
        let Some((id, _)) = rows::subject(&self.connection, whose)? else {
            return Ok(gatherer.finish());
        };
        let lines = rows::lines(&self.connection, id)?;
        let (from, to) = (floor_ms(from), ceil_ms(to));
        // The first run that may hold a fact of the stretch; before it, the one that says what held.
        let begin = lines
            .iter()
            .position(|line| line.last >= from)
            .unwrap_or(lines.len().saturating_sub(1));
        let end = lines
            .iter()
            .rposition(|line| line.first <= to)
            .map_or(0, |last| last + 1)
            // What held is told also where nothing followed within.
            .max(begin + 1);
        let before = &lines[..lines.len().min(begin + 1)];
        let key = before.iter().rposition(|line| line.is_keyed).unwrap_or(0);
        let lines: Vec<_> = lines.iter().take(end).skip(key).collect();
        let bodies = lines
            .iter()
            .map(|line| rows::body(&self.connection, line.seq));
        let bodies: Vec<Vec<u8>> = bodies.collect::<Result<_, Error>>()?;
        for (line, run) in lines.into_iter().zip(decoded(&bodies)) {
            gatherer.take(run, time(line.first));
        }
        Ok(gatherer.finish())
    }

    /// The subjects of a cluster of which something is recorded, by kind, namespace and name.
    pub(crate) fn subjects(&self, cluster: &str) -> Result<Vec<Known>, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, namespace, name, min(first), max(last) FROM clusters
             JOIN subjects ON subjects.cluster = clusters.id JOIN runs INDEXED BY runs_of_subject ON runs.subject = subjects.id
             WHERE uid = ?1 GROUP BY subjects.id ORDER BY kind, namespace, name",
        )?;
        let found = statement.query_map([cluster], |row| {
            let kind = rows::kind_of_number(row.get(0)?);
            let (namespace, name) = (row.get(1)?, row.get(2)?);
            let (first, last) = (time(row.get(3)?), time(row.get(4)?));
            Ok(kind.map(|kind| Known {
                subject: Subject {
                    kind,
                    namespace,
                    name,
                },
                first,
                last,
            }))
        })?;
        let found: Vec<Option<Known>> = found.collect::<rusqlite::Result<_>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Nobody watches any more: what the file says is watched was so up to the last fact of its cluster.
    pub(super) fn end_watches(&mut self) -> Result<(), Error> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut statement =
            transaction.prepare("SELECT id, cluster, watched FROM subjects WHERE watched != 0")?;
        let watched = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, Watched::from_bits(row.get(2)?)))
        })?;
        let watched: Vec<(i64, i64, Watched)> = watched.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        for (id, cluster, watched) in watched {
            // Outer loop: the runs, from the last one.
            let last: i64 = transaction.query_row(
                "SELECT last FROM runs CROSS JOIN subjects ON subjects.id = subject WHERE cluster = ?1 ORDER BY seq DESC LIMIT 1",
                [cluster],
                |row| row.get(0),
            )?;
            let own = rows::lines(&transaction, id)?;
            let last = own.last().map_or(last, |line| line.last.max(last));
            let gaps: Vec<Fact> = watched.parts().map(|part| gap(part, time(last))).collect();
            let gaps: Vec<&Fact> = gaps.iter().collect();
            if !gaps.is_empty() {
                let line = take_line(&gaps, &mut self.next);
                rows::put(&transaction, id, line, None, &gaps)?;
            }
            rows::set_watched(&transaction, id, Watched::default())?;
        }
        Ok(transaction.commit()?)
    }
}

/// Bytes of bodies that are worth a thread.
const WORTH: usize = 64 * 1024;

/// The runs of these bodies, in their order; a person waits for them, so all processors have a share.
fn decoded(bodies: &[Vec<u8>]) -> Vec<Option<Run>> {
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(bytes / WORTH).min(bodies.len()).max(1);
    // Each takes every so manieth, as the last ones are the longest.
    let share = |first: usize| {
        let own = bodies.iter().skip(first).step_by(threads);
        let runs = own.map(|body| Run::decode(body).map(|(run, _)| run));
        runs.collect::<Vec<_>>()
    };
    let shares: Vec<Vec<Option<Run>>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|first| scope.spawn(move || share(first)))
            .collect();
        let others = others.into_iter().map(|other| {
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        std::iter::once(share(0)).chain(others).collect()
    });
    let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
    (0..bodies.len())
        .filter_map(|index| shares[index % threads].next())
        .collect()
}

/// Of ms; what no clock shows becomes 1970.
fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}
