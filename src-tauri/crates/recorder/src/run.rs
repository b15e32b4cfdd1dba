//! A run: facts of one subject that follow each other, as the body of a row.

use std::io::{Read as _, Write as _};

use jiff::Timestamp;
use model::fact::{Fact, Subject};
use serde::{Deserialize, Serialize};

use crate::packed;
use crate::slots::Slots;

/// First byte of a body: JSON in a frame of zstd with a checksum, as version 2 of the file wrote it.
const JSON: u8 = 1;
/// First byte of a body: columns in a frame of zstd with a checksum.
const COLUMNS: u8 = 2;
/// Higher ones take far longer and save little.
const LEVEL: i32 = 3;
/// A body is never larger; a damaged one could claim to be.
const MOST: u64 = 256 * 1024 * 1024;

/// Facts that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Run {
    /// What it can be read by alone; without it, it continues the run before.
    #[serde(default)]
    pub(crate) key: Option<Key>,
    /// In their order.
    pub(crate) facts: Vec<Fact>,
}

/// What makes a run readable without those before.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Key {
    /// The cluster's uid: a damaged file may have lost its tables of names.
    pub(crate) cluster: String,
    /// Whose facts these are.
    pub(crate) subject: Subject,
    /// What held where it begins, in the order in which it was told.
    pub(crate) held: Vec<Fact>,
}

/// What of a [`Key`] stands beside columns, whose first facts are those that held.
#[derive(Serialize, Deserialize)]
struct Beside {
    cluster: String,
    subject: Subject,
    held: usize,
}

/// The body of a run.
pub(crate) fn encode(key: Option<&Key>, facts: &[&Fact]) -> Vec<u8> {
    let beside = key.map_or_else(Vec::new, |key| {
        let beside = Beside {
            cluster: key.cluster.clone(),
            subject: key.subject.clone(),
            held: key.held.len(),
        };
        serde_json::to_vec(&beside).expect("it has no key that is no text")
    });
    let held = key.iter().flat_map(|key| &key.held);
    let columns = packed::pack(&beside, held.chain(facts.iter().copied()));
    let compressed = || {
        let mut encoder = zstd::Encoder::new(vec![COLUMNS], LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.write_all(&columns)?;
        encoder.finish()
    };
    compressed().expect("memory takes all")
}

impl Run {
    /// The run of a body, and the bytes that it was compressed from; `None`: it is damaged.
    pub(crate) fn decode(body: &[u8]) -> Option<(Self, usize)> {
        let (format, compressed) = body.split_first()?;
        let mut bytes = Vec::with_capacity(compressed.len() * 4);
        let decoder = zstd::Decoder::with_buffer(compressed).ok()?;
        decoder.take(MOST).read_to_end(&mut bytes).ok()?;
        let run = match *format {
            JSON => serde_json::from_slice(&bytes).ok()?,
            COLUMNS => Self::of_columns(&bytes)?,
            _ => return None,
        };
        Some((run, bytes.len()))
    }

    fn of_columns(bytes: &[u8]) -> Option<Self> {
        let (beside, mut facts) = packed::unpack(bytes)?;
        if beside.is_empty() {
            return Some(Self { key: None, facts });
        }
        let beside: Beside = serde_json::from_slice(beside).ok()?;
        if beside.held > facts.len() {
            return None;
        }
        let since = facts.split_off(beside.held);
        let key = Key {
            cluster: beside.cluster,
            subject: beside.subject,
            held: facts,
        };
        Some(Self {
            key: Some(key),
            facts: since,
        })
    }

    /// Adds to what holds.
    pub(crate) fn fold(self, held: &mut Slots<Fact>) {
        if let Some(key) = self.key {
            *held = Slots::default();
            key.held.into_iter().for_each(|fact| held.put_fact(fact));
        }
        self.facts.into_iter().for_each(|fact| held.put_fact(fact));
    }
}

/// The first and the last time at which one of these was received, in ms, rounded outwards; `None` of none.
pub(crate) fn span(facts: &[&Fact]) -> Option<(i64, i64)> {
    let first = facts.iter().map(|fact| fact.received).min()?;
    let last = facts.iter().map(|fact| fact.received).max()?;
    Some((floor_ms(first), ceil_ms(last)))
}

/// ms since 1970, rounded down.
pub(crate) fn floor_ms(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(1_000_000)).expect("a timestamp's ms fit")
}

/// ms since 1970, rounded up.
pub(crate) fn ceil_ms(at: Timestamp) -> i64 {
    i64::try_from((at.as_nanosecond() + 999_999).div_euclid(1_000_000))
        .expect("a timestamp's ms fit")
}
