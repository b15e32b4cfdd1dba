//! Rows of the tables, one by one.

use model::fact::{Fact, Subject, SubjectKind};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Whose;
use crate::error::Error;
use crate::run::{self, Key};
use crate::slots::Watched;

/// What is told of a run beside its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) seq: i64,
    pub(super) upto: i64,
    pub(super) facts: i64,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) is_keyed: bool,
}

impl Line {
    /// Of columns `seq, upto, facts, first, last, keyed`.
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            upto: row.get(1)?,
            facts: row.get(2)?,
            first: row.get(3)?,
            last: row.get(4)?,
            is_keyed: row.get(5)?,
        })
    }
}

/// All runs of a subject, from the index alone.
pub(super) fn lines(connection: &Connection, subject: i64) -> Result<Vec<Line>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, upto, facts, first, last, keyed FROM runs INDEXED BY runs_of_subject WHERE subject = ?1 ORDER BY seq",
    )?;
    let lines = statement.query_map([subject], Line::of)?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}

/// The body of a run.
pub(super) fn body(connection: &Connection, seq: i64) -> Result<Vec<u8>, Error> {
    let mut statement = connection.prepare_cached("SELECT body FROM runs WHERE seq = ?1")?;
    Ok(statement.query_row([seq], |row| row.get(0))?)
}

/// Puts a run into the file, in the place of one with the same number.
pub(super) fn put(
    connection: &Connection,
    subject: i64,
    line: Line,
    key: Option<&Key>,
    facts: &[&Fact],
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO runs (seq, subject, upto, facts, first, last, keyed, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    statement.execute(params![
        line.seq,
        subject,
        line.upto,
        line.facts,
        line.first,
        line.last,
        line.is_keyed,
        run::encode(key, facts),
    ])?;
    Ok(())
}

/// Takes a run out of the file.
pub(super) fn delete(connection: &Connection, seq: i64) -> Result<(), Error> {
    let mut statement = connection.prepare_cached("DELETE FROM runs WHERE seq = ?1")?;
    statement.execute([seq])?;
    Ok(())
}

/// The number of a subject, and what of it is watched; `None`: nothing is recorded of it.
pub(super) fn subject(
    connection: &Connection,
    whose: &Whose,
) -> Result<Option<(i64, Watched)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT subjects.id, watched FROM subjects JOIN clusters ON clusters.id = cluster
         WHERE uid = ?1 AND kind = ?2 AND namespace = ?3 AND name = ?4",
    )?;
    let Subject {
        kind,
        namespace,
        name,
    } = &whose.subject;
    let found = statement.query_row(
        params![whose.cluster, kind_number(*kind), namespace, name],
        |row| Ok((row.get(0)?, Watched::from_bits(row.get(1)?))),
    );
    Ok(found.optional()?)
}

/// The number of a subject that is put into the file if it is not there.
pub(super) fn subject_or_new(
    connection: &Connection,
    whose: &Whose,
) -> Result<(i64, Watched), Error> {
    if let Some(found) = subject(connection, whose)? {
        return Ok(found);
    }
    connection.execute(
        "INSERT OR IGNORE INTO clusters (uid) VALUES (?1)",
        [&whose.cluster],
    )?;
    connection.execute(
        "INSERT INTO subjects (cluster, kind, namespace, name) SELECT id, ?2, ?3, ?4 FROM clusters WHERE uid = ?1",
        params![
            whose.cluster,
            kind_number(whose.subject.kind),
            whose.subject.namespace,
            whose.subject.name
        ],
    )?;
    Ok((connection.last_insert_rowid(), Watched::default()))
}

/// Whose number this is; `None`: nobody's, or the file says what cannot be.
pub(super) fn whose(connection: &Connection, subject: i64) -> Result<Option<Whose>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT uid, kind, namespace, name FROM subjects JOIN clusters ON clusters.id = cluster WHERE subjects.id = ?1",
    )?;
    let found = statement.query_row([subject], |row| {
        let kind = kind_of_number(row.get(1)?);
        let (cluster, namespace, name) = (row.get(0)?, row.get(2)?, row.get(3)?);
        Ok(kind.map(|kind| Whose {
            cluster,
            subject: Subject {
                kind,
                namespace,
                name,
            },
        }))
    });
    Ok(found.optional()?.flatten())
}

/// Notes what of a subject is watched.
pub(super) fn set_watched(
    connection: &Connection,
    subject: i64,
    watched: Watched,
) -> Result<(), Error> {
    let mut statement =
        connection.prepare_cached("UPDATE subjects SET watched = ?2 WHERE id = ?1")?;
    statement.execute(params![subject, watched.bits()])?;
    Ok(())
}

/// As kinds stand in the file.
pub(super) fn kind_number(kind: SubjectKind) -> i64 {
    match kind {
        SubjectKind::Hpa => 1,
        SubjectKind::ScaledObject => 2,
        SubjectKind::ScaledJob => 3,
    }
}

/// The kind of a number.
pub(super) fn kind_of_number(number: i64) -> Option<SubjectKind> {
    match number {
        1 => Some(SubjectKind::Hpa),
        2 => Some(SubjectKind::ScaledObject),
        3 => Some(SubjectKind::ScaledJob),
        _ => None,
    }
}
