//! Edits of what an autoscaler is asked to do.

mod behavior;
mod hpa;
mod keda;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use model::fact::{HpaState, Part};
use scaling::Certainty;
use scaling::keda::ScaledObject;
use scaling::keda::scaled_job::ScaledJob;

use crate::facts::{Facts, Held};

/// A change of the spec of an HPA, `ScaledObject` or `ScaledJob`, or of a pause.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// When it was seen.
    pub at: Timestamp,
    /// The field manager that wrote it; empty if that is not told.
    pub by: String,
    /// What is otherwise since; never empty.
    pub changes: Vec<Change>,
    /// How sure the time and the author are: what changed unseen may have been more than one edit.
    pub certainty: Certainty,
}

/// What is otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A field has another value.
    Value {
        /// `maxReplicas`, `prometheus threshold`.
        field: String,
        /// As it was; empty: it was not set.
        from: String,
        /// As it is; empty: it is not set.
        to: String,
    },
    /// A metric or trigger is new.
    Added {
        /// `cpu`
        what: String,
        /// What it shall reach; may be empty.
        value: String,
    },
    /// A metric or trigger is gone.
    Removed {
        /// `cpu`
        what: String,
    },
    /// It was paused.
    Paused(Pause),
    /// A pause ended.
    Resumed(Pause),
}

/// What is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// All scaling, at the size it had.
    Whole,
    /// All scaling, at this size, as written.
    At(String),
    /// Scaling in alone.
    In,
    /// Scaling out alone.
    Out,
}

/// Edits in a span, in order of time.
pub(crate) fn edits(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<Edit> {
    let is_kedas = facts
        .scaled_object
        .all()
        .iter()
        .any(|(_, object)| object.is_some());
    let mut edits = of_line(facts, &facts.scaled_object);
    edits.extend(of_line(facts, &facts.scaled_job));
    // What KEDA makes of an edit is none of its own.
    let of_hpa = of_line(facts, &facts.hpa).into_iter();
    edits.extend(of_hpa.filter(|edit| !(is_kedas && is_keda(&edit.by))));
    edits.retain(|edit| edit.at >= from && edit.at <= to);
    edits.sort_by_key(|edit| edit.at);
    edits
}

/// Whether KEDA writes by this name; what is not told of the HPA that it made is its own.
fn is_keda(manager: &str) -> bool {
    matches!(manager, "" | "keda" | "keda-operator")
}

/// What is edited.
trait Edited {
    /// Who wrote it last, and when; empty if that is not told.
    fn author(&self) -> (&str, Option<Timestamp>);
    /// Whether it is the same object, not another one of its name.
    fn is_same(&self, before: &Self) -> bool;
    /// In what it differs.
    fn changes(&self, before: &Self) -> Vec<Change>;
}

impl Edited for HpaState {
    fn author(&self) -> (&str, Option<Timestamp>) {
        let author = self.spec_by.as_ref();
        author.map_or(("", None), |author| (&author.manager, author.at))
    }
    fn is_same(&self, before: &Self) -> bool {
        self.uid == before.uid
    }
    fn changes(&self, before: &Self) -> Vec<Change> {
        // Most of what is told of it is its status.
        if before.spec == self.spec {
            return Vec::new();
        }
        hpa::changes(&before.spec, &self.spec)
    }
}

impl Edited for ScaledObject {
    fn author(&self) -> (&str, Option<Timestamp>) {
        (&self.metadata.written_by, self.metadata.written_at)
    }
    fn is_same(&self, before: &Self) -> bool {
        self.metadata.creation_timestamp == before.metadata.creation_timestamp
    }
    fn changes(&self, before: &Self) -> Vec<Change> {
        let is_same = before.metadata.annotations == self.metadata.annotations;
        if is_same && before.spec == self.spec {
            return Vec::new();
        }
        keda::of_object(before, self)
    }
}

impl Edited for ScaledJob {
    fn author(&self) -> (&str, Option<Timestamp>) {
        (&self.metadata.written_by, self.metadata.written_at)
    }
    fn is_same(&self, before: &Self) -> bool {
        self.metadata.creation_timestamp == before.metadata.creation_timestamp
    }
    fn changes(&self, before: &Self) -> Vec<Change> {
        let is_same = before.metadata.annotations == self.metadata.annotations;
        if is_same && before.spec == self.spec {
            return Vec::new();
        }
        keda::of_job(before, self)
    }
}

fn of_line<T: Edited>(facts: &Facts, line: &Held<T>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut known: Option<(Timestamp, &Arc<T>)> = None;
    for (at, object) in line.all() {
        let Some(object) = object else { continue };
        let before = known.replace((*at, object));
        let Some((since, before)) = before.filter(|(_, before)| object.is_same(before)) else {
            continue;
        };
        let changes = object.changes(before);
        if changes.is_empty() {
            continue;
        }
        // Who takes a field away leaves no trace: then it is not who wrote before.
        let author = object.author();
        let by = if author == before.author() {
            ""
        } else {
            author.0
        };
        let is_gap = facts.gap(Part::Autoscaler, since, *at).is_some();
        edits.push(Edit {
            at: *at,
            by: by.to_owned(),
            changes,
            certainty: if is_gap {
                Certainty::Estimated {
                    guess: "the autoscaler was not watched when it changed".to_owned(),
                }
            } else {
                Certainty::Observed
            },
        });
    }
    edits
}

/// A field's change, if it is one.
fn value(
    field: &str,
    from: impl Into<Option<String>>,
    to: impl Into<Option<String>>,
) -> Option<Change> {
    let (from, to) = (
        from.into().unwrap_or_default(),
        to.into().unwrap_or_default(),
    );
    (from != to).then(|| Change::Value {
        field: field.to_owned(),
        from,
        to,
    })
}

/// The same of a number.
fn number(field: &str, from: Option<i32>, to: Option<i32>) -> Option<Change> {
    let text = |number: Option<i32>| number.map(|number| number.to_string());
    value(field, text(from), text(to))
}

/// The same of seconds.
fn seconds(field: &str, from: Option<i32>, to: Option<i32>) -> Option<Change> {
    let text = |number: Option<i32>| number.map(|number| format!("{number} s"));
    value(field, text(from), text(to))
}
