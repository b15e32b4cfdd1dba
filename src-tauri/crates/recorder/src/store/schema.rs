//! The layout of the file, version 3.

use rusqlite::Connection;

use crate::error::Error;

/// `PRAGMA application_id`: "Scal".
pub(crate) const APPLICATION: u32 = 0x5363_616c;
/// `PRAGMA user_version` of this layout.
pub(crate) const VERSION: u32 = 3;

/// Pages before the WAL is written back to the file.
const WAL_PAGES: u32 = 250;

/// A run's row carries all that finding it asks for, so that the index alone answers.
/// `first` and `last` are ms; `keyed` says that it can be read without the runs before.
const LAYOUT: &str = "
CREATE TABLE clusters (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE
);
CREATE TABLE subjects (
    id INTEGER PRIMARY KEY,
    cluster INTEGER NOT NULL REFERENCES clusters (id),
    kind INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    watched INTEGER NOT NULL DEFAULT 0,
    UNIQUE (cluster, kind, namespace, name)
);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    facts INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    keyed INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX runs_of_subject ON runs (subject, seq, upto, facts, first, last, keyed);
";

/// Makes the layout in an empty file.
pub(crate) fn create(connection: &mut Connection) -> Result<(), Error> {
    // Before the first table, or it has no effect.
    connection.pragma_update(None, "auto_vacuum", 2)?;
    let transaction = connection.transaction()?;
    make_tables(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

/// The tables alone.
pub(crate) fn make_tables(connection: &Connection) -> Result<(), Error> {
    Ok(connection.execute_batch(LAYOUT)?)
}

/// How every connection to the file works.
pub(crate) fn set_up(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(std::time::Duration::from_secs(1))?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_PAGES * 4096)?;
    Ok(())
}

/// A file that was made otherwise is brought to give pages back.
pub(crate) fn let_it_shrink(connection: &Connection) -> Result<(), Error> {
    let kind: u32 = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    if kind != 2 {
        connection.pragma_update(None, "auto_vacuum", 2)?;
        connection.execute_batch("VACUUM")?;
    }
    Ok(())
}
