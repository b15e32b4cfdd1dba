//! What SQLite can still read of a damaged file, in a new one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use model::fact::{Fact, Part};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _};

use super::live::Live;
use super::open::connect;
use super::place::{Place, make_ours};
use super::rows::{self, Line};
use super::schema::{self, APPLICATION, VERSION};
use super::{Batch, Entry, Whose, append, migrate};
use crate::error::Error;
use crate::reading::gap;
use crate::run::{Key, Run};
use crate::slots::Watched;

/// What was recovered.
#[derive(Debug, Default)]
pub(super) struct Salvage {
    facts: i64,
    subjects: i64,
    lost: i64,
    /// Parts were lost of which it cannot be told what they held.
    is_more_lost: bool,
}

impl fmt::Display for Salvage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (facts, subjects) = (self.facts, self.subjects);
        if facts == 0 {
            write!(out, "Nothing of it could be read.")
        } else {
            write!(
                out,
                "{facts} recorded changes of {subjects} workloads were recovered"
            )?;
            match (self.lost, self.is_more_lost) {
                (0, false) => write!(out, ", all that it held."),
                (lost, false) => write!(out, ", {lost} were lost."),
                (0, true) => write!(out, "; how much was lost cannot be told."),
                (lost, true) => write!(out, ", at least {lost} were lost."),
            }
        }
    }
}

/// Gathers what can be read beside the damaged file, which is left as it is.
pub(super) fn recover(place: &Place) -> Result<Salvage, Error> {
    place.clear_recovering()?;
    let path = place.recovering();
    make_ours(&path)?;
    let mut target = connect(&path)?;
    target.pragma_update(None, "auto_vacuum", 2)?;
    target.pragma_update(None, "synchronous", "off")?;
    let transaction = target.transaction()?;
    schema::make_tables(&transaction)?;
    transaction.commit()?;

    let source = connect(&place.file())?;
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    source.pragma_update(None, "cell_size_check", true).ok();
    source.pragma_update(None, "query_only", true).ok();
    // Or a file that is shorter than it says is not read at all.
    source.pragma_update(None, "writable_schema", true).ok();
    let transaction = target.transaction()?;
    let mut salvage = runs(&source, &transaction)?;
    if salvage.facts == 0 {
        version_1(&source, &transaction, &mut salvage)?;
    }
    let count = "SELECT count(*) FROM subjects";
    salvage.subjects = transaction.query_row(count, [], |row| row.get(0))?;
    transaction.commit()?;
    // What marks it as whole is written when all else is on the disk.
    target.pragma_update(None, "synchronous", "full")?;
    let transaction = target.transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(salvage)
}

/// What is told of a run by an index or a table: whose it is and how many facts it has.
type Told = BTreeMap<i64, (i64, i64)>;

fn runs(source: &Connection, target: &Connection) -> Result<Salvage, Error> {
    let mut told = Told::new();
    let mut salvage = Salvage::default();
    let index = "SELECT seq, subject, facts FROM runs INDEXED BY runs_of_subject ORDER BY";
    let by_index = list(source, &format!("{index} subject, seq"), &mut told).is_some();
    if !by_index {
        list(
            source,
            &format!("{index} subject DESC, seq DESC"),
            &mut told,
        );
    }
    let table = "SELECT seq, subject, facts FROM runs NOT INDEXED ORDER BY";
    let up = list(source, &format!("{table} seq"), &mut told).is_some();
    if !up {
        list(source, &format!("{table} seq DESC"), &mut told);
    }
    salvage.is_more_lost = !up && !by_index;
    let mut copy = Copy::new(source, target, &told);
    for (&seq, &(subject, facts)) in &told {
        if !copy.run(seq)? {
            salvage.lost += facts;
            copy.cut.insert(subject);
        }
    }
    salvage.facts = copy.facts;
    copy.note_watched()?;
    Ok(salvage)
}

/// Adds rows up to the first that cannot be read; `None` if there is one.
fn list(source: &Connection, query: &str, told: &mut Told) -> Option<()> {
    let mut statement = source.prepare(query).ok()?;
    let mut rows = statement.query([]).ok()?;
    while let Some(row) = rows.next().ok()? {
        let line = (row.get(0).ok()?, (row.get(1).ok()?, row.get(2).ok()?));
        told.insert(line.0, line.1);
    }
    Some(())
}

/// Runs on their way to the new file.
struct Copy<'a> {
    source: &'a Connection,
    target: &'a Connection,
    names: HashMap<i64, Whose>,
    /// What of each is watched so far, by its number in the new file.
    watched: HashMap<i64, Watched>,
    /// Of these something was lost since the last run.
    cut: HashSet<i64>,
    facts: i64,
}

impl<'a> Copy<'a> {
    fn new(source: &'a Connection, target: &'a Connection, told: &Told) -> Self {
        let mut names: HashMap<i64, Whose> = HashMap::new();
        for (seq, (subject, _)) in told {
            if names.contains_key(subject) {
                continue;
            }
            let by_table = rows::whose(source, *subject).ok().flatten();
            let whose = by_table.or_else(|| {
                let (run, _) = Run::decode(&rows::body(source, *seq).ok()?)?;
                let key = run.key?;
                Some(Whose {
                    cluster: key.cluster,
                    subject: key.subject,
                })
            });
            whose.and_then(|whose| names.insert(*subject, whose));
        }
        Self {
            source,
            target,
            names,
            watched: HashMap::new(),
            cut: HashSet::new(),
            facts: 0,
        }
    }

    /// Copies a run; `false`: it cannot be read. What fails otherwise is the new file.
    fn run(&mut self, seq: i64) -> Result<bool, Error> {
        let Some((subject, line, run)) = self.read(seq) else {
            return Ok(false);
        };
        let Some(whose) = self.names.get(&subject) else {
            return Ok(false);
        };
        let (id, _) = rows::subject_or_new(self.target, whose)?;
        let is_first = !self.watched.contains_key(&id);
        let is_cut = self.cut.remove(&subject);
        let mut facts = Vec::new();
        let mut key = run.key;
        if is_cut && !is_first {
            let at = run
                .facts
                .first()
                .map_or_else(Default::default, |fact| fact.received);
            facts.extend(PARTS.map(|part| gap(part, at)));
            let held = key.take().map(|key| key.held).unwrap_or_default();
            facts.extend(held.into_iter().map(|fact| Fact {
                received: at,
                ..fact
            }));
        }
        if key.is_none() && (is_cut || is_first) {
            key = Some(Key {
                cluster: whose.cluster.clone(),
                subject: whose.subject.clone(),
                held: Vec::new(),
            });
        }
        self.facts += i64::try_from(run.facts.len()).unwrap_or(0);
        facts.extend(run.facts);
        let watched = self.watched.entry(id).or_default();
        for fact in key.iter().flat_map(|key| &key.held).chain(&facts) {
            watched.follow(&fact.what);
        }
        let line = Line {
            facts: i64::try_from(facts.len()).unwrap_or(0),
            is_keyed: key.is_some(),
            ..line
        };
        let facts: Vec<&Fact> = facts.iter().collect();
        rows::put(self.target, id, line, key.as_ref(), &facts)?;
        Ok(true)
    }

    fn read(&self, seq: i64) -> Option<(i64, Line, Run)> {
        let query = "SELECT seq, upto, facts, first, last, keyed, subject, body FROM runs NOT INDEXED WHERE seq = ?1";
        let mut statement = self.source.prepare_cached(query).ok()?;
        let row = statement
            .query_row([seq], |row| {
                Ok((row.get(6)?, Line::of(row)?, row.get::<_, Vec<u8>>(7)?))
            })
            .optional();
        let (subject, line, body) = row.ok()??;
        let (run, _) = Run::decode(&body)?;
        Some((subject, line, run))
    }

    fn note_watched(&self) -> Result<(), Error> {
        for (id, watched) in &self.watched {
            rows::set_watched(self.target, *id, *watched)?;
        }
        Ok(())
    }
}

/// What is left of a file of version 1.
fn version_1(source: &Connection, target: &Connection, salvage: &mut Salvage) -> Result<(), Error> {
    let query = |order| {
        format!(
            "SELECT {} FROM facts ORDER BY seq {order}",
            migrate::COLUMNS
        )
    };
    let mut found: BTreeMap<i64, Batch> = BTreeMap::new();
    let is_whole = list_1(source, &query(""), &mut found);
    let hole = found.last_key_value().map(|(seq, _)| *seq);
    if !is_whole {
        list_1(source, &query("DESC"), &mut found);
        salvage.is_more_lost = !found.is_empty();
    }
    let mut live: HashMap<Whose, Live> = HashMap::new();
    let mut next = 1;
    let mut is_told = is_whole;
    for (seq, batch) in found {
        salvage.facts += 1;
        if !is_told && Some(seq) > hole {
            is_told = true;
            let lost: Vec<Batch> = live.keys().map(lost).collect();
            append(target, &mut live, &mut next, &lost)?;
        }
        append(target, &mut live, &mut next, &[batch])?;
    }
    Ok(())
}

fn lost(whose: &Whose) -> Batch {
    Batch {
        whose: whose.clone(),
        entry: Entry::Lost,
    }
}

/// Adds rows up to the first that cannot be read; whether there was none.
fn list_1(source: &Connection, query: &str, found: &mut BTreeMap<i64, Batch>) -> bool {
    let Ok(mut statement) = source.prepare(query) else {
        return false;
    };
    let Ok(mut rows) = statement.query([]) else {
        return false;
    };
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                // A single row that means nothing is passed over.
                if let Ok((seq, batch)) = migrate::of_1(row) {
                    found.insert(seq, batch);
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

const PARTS: [Part; 6] = [
    Part::Autoscaler,
    Part::Target,
    Part::Pods,
    Part::Jobs,
    Part::Events,
    Part::Metrics,
];
