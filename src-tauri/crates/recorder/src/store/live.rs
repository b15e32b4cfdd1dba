//! A subject that is appended to: what holds of it, and its runs that are not joined yet.

use std::hash::{DefaultHasher, Hasher as _};

use jiff::Timestamp;
use model::fact::{Fact, What};
use rusqlite::Connection;

use super::Whose;
use super::rows::{self, Line};
use crate::error::Error;
use crate::reading::gap;
use crate::run::{Key, Run};
use crate::slots::{Slots, Watched};

/// Facts of a run, and of loose ones before they are joined to one with a key.
const FACTS: usize = 256;
/// Bytes of JSON after which loose runs are joined.
const BYTES: usize = 2_000_000;
/// ms that a run spans at most, as well as it can be: a quarter of a day.
const SPAN_MS: i64 = 6 * 60 * 60 * 1000;

/// A subject that is appended to.
pub(super) struct Live {
    id: i64,
    /// What holds, known by a hash of it: what is told again is not written again.
    seen: Slots<u64>,
    watched: Watched,
    loose: Loose,
    /// When its last fact was received.
    last: Option<Timestamp>,
}

/// The runs since the last one with a key.
#[derive(Default)]
struct Loose {
    facts: usize,
    bytes: usize,
    /// The earliest that one of theirs was received, in ms.
    first: Option<i64>,
}

impl Loose {
    fn add(&mut self, facts: usize, bytes: usize, first: i64) {
        self.facts += facts;
        self.bytes += bytes;
        self.first = Some(self.first.map_or(first, |before| before.min(first)));
    }

    fn is_full(&self, now: i64) -> bool {
        self.facts >= FACTS
            || self.bytes >= BYTES
            || self.first.is_some_and(|first| now - first >= SPAN_MS)
    }
}

impl Live {
    /// Of what the file says; new in it if it does not know the subject.
    pub(super) fn load(connection: &Connection, whose: &Whose) -> Result<Self, Error> {
        let (id, watched) = rows::subject_or_new(connection, whose)?;
        let tail = Tail::read(connection, id)?;
        let mut loose = Loose::default();
        for (line, run, bytes) in &tail.loose {
            loose.add(run.facts.len(), *bytes, line.first);
        }
        let last = tail.last;
        let mut seen = Slots::default();
        for fact in tail.end().into_values() {
            seen.put(&fact.what, hash(&fact.what).0);
        }
        Ok(Self {
            id,
            seen,
            watched,
            loose,
            last,
        })
    }

    /// Puts what is new of these into the file.
    pub(super) fn append(
        &mut self,
        connection: &Connection,
        whose: &Whose,
        facts: &[Fact],
        next: &mut i64,
    ) -> Result<(), Error> {
        let before = self.watched;
        let mut bytes = 0;
        let mut new = Vec::with_capacity(facts.len());
        for fact in facts {
            let (hash, length) = hash(&fact.what);
            if self.repeats(&fact.what, hash) {
                continue;
            }
            self.seen.put(&fact.what, hash);
            self.watched.follow(&fact.what);
            bytes += length;
            new.push(fact);
        }
        for chunk in new.chunks(FACTS) {
            self.put(
                connection,
                whose,
                chunk,
                bytes * chunk.len() / new.len(),
                next,
            )?;
        }
        if self.watched != before {
            rows::set_watched(connection, self.id, self.watched)?;
        }
        Ok(())
    }

    /// Puts into the file that what is watched was not for a while.
    pub(super) fn lose(
        &mut self,
        connection: &Connection,
        whose: &Whose,
        next: &mut i64,
    ) -> Result<(), Error> {
        let at = self.last.unwrap_or_default();
        let gaps: Vec<Fact> = self.watched.parts().map(|part| gap(part, at)).collect();
        self.append(connection, whose, &gaps, next)
    }

    /// Whether this holds already. That a part is watched is no state: it begins anew.
    fn repeats(&self, what: &What, hash: u64) -> bool {
        !matches!(what, What::Watched(_)) && self.seen.get(what) == Some(&hash)
    }

    fn put(
        &mut self,
        connection: &Connection,
        whose: &Whose,
        facts: &[&Fact],
        bytes: usize,
        next: &mut i64,
    ) -> Result<(), Error> {
        let line = take_line(facts, next);
        rows::put(connection, self.id, line, None, facts)?;
        self.loose.add(facts.len(), bytes, line.first);
        self.last = facts.last().map(|fact| fact.received);
        if self.loose.is_full(line.last) {
            join(connection, self.id, whose)?;
            self.loose = Loose::default();
        }
        Ok(())
    }
}

/// The next numbers of the sequence for these facts, of which there is at least one.
pub(super) fn take_line(facts: &[&Fact], next: &mut i64) -> Line {
    let seq = *next;
    let count = i64::try_from(facts.len()).expect("a run is short");
    *next += count;
    let (first, last) = crate::run::span(facts).expect("a run has facts");
    Line {
        seq,
        upto: *next - 1,
        facts: count,
        first,
        last,
        is_keyed: false,
    }
}

/// Joins the runs since the last one with a key to one with a key.
pub(super) fn join(connection: &Connection, id: i64, whose: &Whose) -> Result<(), Error> {
    let tail = Tail::read(connection, id)?;
    let (Some((first, ..)), Some((last, ..))) = (tail.loose.first(), tail.loose.last()) else {
        return Ok(());
    };
    let lines = || tail.loose.iter().map(|(line, ..)| line);
    let line = Line {
        seq: first.seq,
        upto: last.upto,
        facts: lines().map(|line| line.facts).sum(),
        first: lines().map(|line| line.first).min().unwrap_or(first.first),
        last: lines().map(|line| line.last).max().unwrap_or(last.last),
        is_keyed: true,
    };
    let key = Key {
        cluster: whose.cluster.clone(),
        subject: whose.subject.clone(),
        held: tail.held.into_values(),
    };
    for (line, ..) in &tail.loose {
        rows::delete(connection, line.seq)?;
    }
    let facts: Vec<&Fact> = tail
        .loose
        .iter()
        .flat_map(|(_, run, _)| &run.facts)
        .collect();
    rows::put(connection, id, line, Some(&key), &facts)
}

/// The end of a subject's runs: from the last one with a key.
pub(super) struct Tail {
    /// What holds before the loose runs.
    pub(super) held: Slots<Fact>,
    /// Those after the last run with a key, or that cannot be read; with the bytes of their JSON.
    pub(super) loose: Vec<(Line, Run, usize)>,
    /// When the last fact was received.
    pub(super) last: Option<Timestamp>,
}

impl Tail {
    pub(super) fn read(connection: &Connection, id: i64) -> Result<Self, Error> {
        let lines = rows::lines(connection, id)?;
        let begin = lines.iter().rposition(|line| line.is_keyed).unwrap_or(0);
        let mut tail = Self {
            held: Slots::default(),
            loose: Vec::new(),
            last: None,
        };
        for line in &lines[begin..] {
            let run = Run::decode(&rows::body(connection, line.seq)?);
            if let Some((run, _)) = &run {
                tail.last = run.facts.last().map(|fact| fact.received).or(tail.last);
            }
            match run {
                Some((run, bytes)) if !line.is_keyed => tail.loose.push((*line, run, bytes)),
                Some((run, _)) => run.fold(&mut tail.held),
                None => {
                    // Nothing is known to hold after it, and what is before it is read without what follows.
                    tail.held = Slots::default();
                    tail.loose.clear();
                }
            }
        }
        Ok(tail)
    }

    /// What holds at the end.
    pub(super) fn end(self) -> Slots<Fact> {
        let mut held = self.held;
        for (_, run, _) in self.loose {
            run.fold(&mut held);
        }
        held
    }
}

/// What a fact is known by, and the bytes of its JSON.
fn hash(what: &What) -> (u64, usize) {
    let json = serde_json::to_vec(what).expect("facts have no key that is no text");
    let mut hasher = DefaultHasher::new();
    hasher.write(&json);
    (hasher.finish(), json.len())
}
