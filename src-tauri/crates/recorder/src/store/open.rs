//! Opening the file, whatever state it is in.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::header::Header;
use super::place::{Found, Lock, Place, failed, make_ours};
use super::recover::recover;
use super::schema::{self, APPLICATION, VERSION};
use super::wal::Wal;
use super::{Store, migrate};
use crate::Limits;
use crate::error::Error;
use crate::opened::Opened;

/// The file in this folder, and what was found; without a store, nothing is recorded.
pub(crate) fn open(
    folder: &Path,
    limits: Limits,
    now: Timestamp,
) -> Result<(Option<Store>, Opened), Error> {
    let place = Place::new(folder)?;
    let Some(lock) = place.lock()? else {
        let reason = "Another Scalescope records into the same folder; this one does not.";
        return Ok((None, off(reason)));
    };
    let opening = Opening {
        place,
        lock,
        limits: limits.sane(),
        now,
    };
    opening.open()
}

impl Store {
    /// It turned out to be damaged while it was open.
    pub(crate) fn reopen(self, why: &Error, now: Timestamp) -> Result<(Store, Opened), Error> {
        let opening = Opening {
            place: self.place,
            lock: self.lock,
            limits: self.limits,
            now,
        };
        // Nothing is written back: what is damaged stays as it is.
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        drop(self.connection);
        opening.recover(&why.to_string())
    }
}

struct Opening {
    place: Place,
    lock: Lock,
    limits: Limits,
    now: Timestamp,
}

/// How a database is.
enum Health {
    Current,
    Older(u32),
    Newer(u32),
    Damaged(String),
}

impl Opening {
    fn open(self) -> Result<(Option<Store>, Opened), Error> {
        match self.place.look()? {
            Found::File => self.existing(),
            Found::Other => {
                let aside = self.place.set_aside(self.now)?;
                let words = format!(
                    "Where the recorder's file should be was something else. It is now {}, and a new file was made.",
                    aside.display()
                );
                let aside = Some(aside);
                Ok((Some(self.fresh()?), Opened::Recovered { words, aside }))
            }
            Found::Nothing if let Some(version) = self.recovered_version() => {
                self.place.put_recovered()?;
                let words = "The recorder's file was damaged, and recovering it was interrupted. It is finished now.";
                let (words, aside) = (words.to_owned(), None);
                Ok((
                    Some(self.current(version)?),
                    Opened::Recovered { words, aside },
                ))
            }
            Found::Nothing => match Wal::look(&self.place.wal()) {
                Ok(Wal::Absent) => Ok((Some(self.fresh()?), Opened::Fresh)),
                Ok(Wal::Sound | Wal::Foreign | Wal::Torn) | Err(_) => {
                    let aside = self.place.set_aside(self.now)?;
                    let words = format!(
                        "The recorder's file is gone; what is left of it is kept as {}-wal. A new file was made.",
                        aside.display()
                    );
                    let aside = Some(aside);
                    Ok((Some(self.fresh()?), Opened::Recovered { words, aside }))
                }
            },
        }
    }

    fn existing(self) -> Result<(Option<Store>, Opened), Error> {
        let file = self.place.file();
        match Header::read(&file).map_err(failed(&file))? {
            Header::Sqlite {
                application: APPLICATION,
                version,
            } if version > VERSION => return Ok((None, newer(version))),
            Header::Empty => return self.recovered("it is empty"),
            Header::Foreign => return self.recovered("it does not begin as a database does"),
            Header::Sqlite { .. } => {}
        }
        make_ours(&file)?;
        let wal_path = self.place.wal();
        let wal = Wal::look(&wal_path).map_err(failed(&wal_path))?;
        let mut told = Vec::new();
        let mut aside = None;
        match wal {
            Wal::Absent if self.lock.was_recording => told.push(
                "The recorder's last changes are missing: recorder.sqlite-wal, which held them, is gone.".to_owned(),
            ),
            Wal::Sound | Wal::Absent => {}
            Wal::Foreign => {
                let kept = self.place.set_wal_aside(self.now)?;
                told.push(format!(
                    "The recorder's last changes could not be read: recorder.sqlite-wal was damaged. It is kept as {}.",
                    kept.display()
                ));
                aside = Some(kept);
            }
            Wal::Torn => {
                let kept = self.place.copy_wal_aside(self.now)?;
                told.push(format!(
                    "Some of the recorder's last changes were lost: recorder.sqlite-wal was damaged. A copy of it is kept as {}.",
                    kept.display()
                ));
                aside = Some(kept);
            }
        }
        let (opened, version) = match health(&file) {
            Ok(Health::Current) => (Opened::Found, VERSION),
            Ok(Health::Older(from)) => (Opened::Migrated { from }, from),
            Ok(Health::Newer(version)) => return Ok((None, newer(version))),
            Ok(Health::Damaged(why)) | Err(Error::Damaged(why)) => return self.recovered(&why),
            Err(error) => return Err(error),
        };
        let store = self.current(version)?;
        if told.is_empty() {
            return Ok((Some(store), opened));
        }
        let words = told.join(" ");
        Ok((Some(store), Opened::Recovered { words, aside }))
    }

    fn recovered(self, why: &str) -> Result<(Option<Store>, Opened), Error> {
        self.recover(why)
            .map(|(store, opened)| (Some(store), opened))
    }

    /// Sets the file aside, with what could be read of it in a new one.
    fn recover(self, why: &str) -> Result<(Store, Opened), Error> {
        let salvage = recover(&self.place)?;
        let aside = self.place.set_aside(self.now)?;
        self.place.put_recovered()?;
        let words = format!(
            "The recorder's file was damaged: {why}. {salvage} The damaged file is kept as {}.",
            aside.display()
        );
        let aside = Some(aside);
        Ok((self.current(VERSION)?, Opened::Recovered { words, aside }))
    }

    /// The version of a recovery that was finished but for its renames.
    fn recovered_version(&self) -> Option<u32> {
        match Header::read(&self.place.recovering()).ok()? {
            Header::Sqlite {
                application: APPLICATION,
                version: version @ (2 | VERSION),
            } => Some(version),
            Header::Sqlite { .. } | Header::Empty | Header::Foreign => None,
        }
    }

    fn fresh(self) -> Result<Store, Error> {
        let file = self.place.file();
        make_ours(&file)?;
        let mut connection = connect(&file)?;
        schema::create(&mut connection)?;
        drop(connection);
        self.current(VERSION)
    }

    /// The file, which is sound and of this version or to be migrated to it.
    fn current(mut self, version: u32) -> Result<Store, Error> {
        let file = self.place.file();
        make_ours(&file)?;
        let mut connection = connect(&file)?;
        schema::set_up(&connection)?;
        match version {
            1 => migrate::from_1(&mut connection)?,
            2 => migrate::from_2(&connection)?,
            _ => {}
        }
        schema::let_it_shrink(&connection)?;
        let last: Option<i64> =
            connection.query_row("SELECT max(upto) FROM runs", [], |row| row.get(0))?;
        // The WAL is there now: one that is missing at the next start was taken away.
        self.lock.note(true).map_err(failed(&file))?;
        let mut store = Store {
            connection,
            place: self.place,
            lock: self.lock,
            limits: self.limits,
            live: std::collections::HashMap::new(),
            next: last.unwrap_or(0) + 1,
        };
        store.end_watches()?;
        Ok(store)
    }
}

/// How a database is; it is left as it is.
fn health(file: &Path) -> Result<Health, Error> {
    let connection = connect(file)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0));
    let application = number("application_id")?;
    let version = number("user_version")?;
    if application != APPLICATION {
        return Ok(Health::Damaged(
            "it is marked as another program's".to_owned(),
        ));
    }
    if version > VERSION {
        return Ok(Health::Newer(version));
    }
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        let line = found.lines().last().unwrap_or_default().to_owned();
        return Ok(Health::Damaged(line));
    }
    let tables: u32 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('clusters', 'subjects', 'runs', 'runs_of_subject', 'facts')",
        [],
        |row| row.get(0),
    )?;
    Ok(match (version, tables) {
        (1, 1) => Health::Older(1),
        (2, 4) => Health::Older(2),
        (VERSION, 4) => Health::Current,
        _ => Health::Damaged("its tables are not those of a recorder".to_owned()),
    })
}

/// A connection to a file that is there.
pub(super) fn connect(file: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(file, flags)?)
}

fn newer(version: u32) -> Opened {
    off(&format!(
        "The recorder's file was written by a newer Scalescope (version {version} of its layout, this one knows {VERSION}). \
         It was left as it is."
    ))
}

fn off(reason: &str) -> Opened {
    Opened::Off {
        reason: reason.to_owned(),
    }
}
