//! A file of an older version becomes one of version 3.
//!
//! Version 1 had a row a fact: `facts (seq, cluster, kind, namespace, name, received, source, what)`, `received` and `source` in ns,
//! `kind` by its number, `what` as JSON. Version 2 joined facts to runs, which are a fraction in size and begin with what holds; their
//! bodies were JSON. Version 3 has the tables of version 2 and bodies of columns. A body says by its first byte which it is, so those of
//! version 2 stay as they are until their time is over: an older program would take the new ones for damaged, so it must not read them.

use std::collections::HashMap;

use jiff::Timestamp;
use model::fact::{Fact, Subject};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, TransactionBehavior};

use super::live::Live;
use super::schema::{self, VERSION};
use super::{Batch, Entry, Whose, append, rows};
use crate::error::Error;

/// Facts that are read before they are written.
const CHUNK: i64 = 256;

/// Migrates in one transaction: it is done, or nothing is.
pub(super) fn from_1(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch("ALTER TABLE facts RENAME TO facts_1")?;
    schema::make_tables(&transaction)?;
    let mut live: HashMap<Whose, Live> = HashMap::new();
    let (mut after, mut next) = (0, 1);
    loop {
        let mut statement = transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM facts_1 WHERE seq > ?1 ORDER BY seq LIMIT {CHUNK}"
        ))?;
        let chunk = statement.query_map([after], of_1)?;
        let chunk: Vec<(i64, Batch)> = chunk.collect::<rusqlite::Result<_>>()?;
        let Some((last, _)) = chunk.last() else {
            break;
        };
        after = *last;
        let batches = join(chunk.into_iter().map(|(_, batch)| batch));
        append(&transaction, &mut live, &mut next, &batches)?;
    }
    transaction.execute_batch("DROP TABLE facts_1")?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

/// Migrates by marking the file: its bodies stay as they are.
pub(super) fn from_2(connection: &Connection) -> Result<(), Error> {
    Ok(connection.pragma_update(None, "user_version", VERSION)?)
}

/// What [`of_1`] reads.
pub(super) const COLUMNS: &str = "seq, cluster, kind, namespace, name, received, source, what";

/// A row of version 1.
pub(super) fn of_1(row: &Row<'_>) -> rusqlite::Result<(i64, Batch)> {
    let kind = rows::kind_of_number(row.get(2)?)
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(2, row.get(2)?))?;
    let time = |column, ns: i64| {
        Timestamp::from_nanosecond(i128::from(ns))
            .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, ns))
    };
    let source: Option<i64> = row.get(6)?;
    let json: String = row.get(7)?;
    let what = serde_json::from_str(&json)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(7, Type::Text, error.into()))?;
    let fact = Fact {
        received: time(5, row.get(5)?)?,
        source: source.map(|ns| time(6, ns)).transpose()?,
        what,
    };
    let whose = Whose {
        cluster: row.get(1)?,
        subject: Subject {
            kind,
            namespace: row.get(3)?,
            name: row.get(4)?,
        },
    };
    let batch = Batch {
        whose,
        entry: Entry::Facts(vec![fact]),
    };
    Ok((row.get(0)?, batch))
}

/// Facts of one subject become one batch; between subjects the order is that of their first.
fn join(batches: impl Iterator<Item = Batch>) -> Vec<Batch> {
    let mut joined: Vec<Batch> = Vec::new();
    for batch in batches {
        let same = joined.iter_mut().find(|one| one.whose == batch.whose);
        match (same, batch.entry) {
            (
                Some(Batch {
                    entry: Entry::Facts(all),
                    ..
                }),
                Entry::Facts(more),
            ) => all.extend(more),
            (_, entry) => joined.push(Batch {
                whose: batch.whose,
                entry,
            }),
        }
    }
    joined
}
