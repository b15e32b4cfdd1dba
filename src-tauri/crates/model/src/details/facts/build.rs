//! Facts one by one, without those that say nothing.

use serde_json::Value;

use super::super::read::{lines, scalar, words};
use super::super::shape::{Fact, FactValue, Grid, ObjectLink, Section};
use table::Tone;

/// Rows shown of a grid; the YAML has all.
const MOST_ROWS: usize = 200;

/// Facts in order. One that was told already, or has no value, is left out.
#[derive(Default)]
pub(super) struct Facts(Vec<Fact>);

impl Facts {
    pub(super) fn after(told: Vec<Fact>) -> Self {
        Self(told)
    }

    pub(super) fn done(self) -> Vec<Fact> {
        self.0
    }

    /// Several values under one label.
    pub(super) fn values(&mut self, label: &str, values: impl IntoIterator<Item = FactValue>) {
        let values: Vec<_> = values.into_iter().filter(|v| !v.text.is_empty()).collect();
        if values.is_empty() || self.0.iter().any(|told| told.label == label) {
            return;
        }
        self.0.push(Fact {
            label: label.to_owned(),
            values,
        });
    }

    /// Words.
    pub(super) fn text(&mut self, label: &str, text: impl Into<String>) {
        self.values(label, [words(text)]);
    }

    /// Words in a colour.
    pub(super) fn toned(&mut self, label: &str, text: impl Into<String>, tone: Tone) {
        let value = FactValue {
            tone,
            ..words(text)
        };
        self.values(label, [value]);
    }

    /// A scalar of the object.
    pub(super) fn field(&mut self, label: &str, value: &Value) {
        match value {
            Value::String(_) => self.text(label, lines(value)),
            other => self.text(label, scalar(other)),
        }
    }

    /// An object by its name.
    pub(super) fn link(&mut self, label: &str, link: ObjectLink) {
        self.values(label, [named(link)]);
    }

    /// What a list gives, one value a line.
    pub(super) fn each(&mut self, label: &str, texts: impl IntoIterator<Item = String>) {
        self.values(label, texts.into_iter().map(words));
    }
}

/// An object's name as a link to it.
pub(super) fn named(link: ObjectLink) -> FactValue {
    FactValue {
        text: link.name.clone(),
        link: Some(link),
        ..FactValue::default()
    }
}

/// An object's kind and name as a link to it.
pub(super) fn kinded(link: ObjectLink) -> FactValue {
    FactValue {
        text: format!("{} {}", link.kind, link.name),
        link: Some(link),
        ..FactValue::default()
    }
}

/// A group of facts, if there are any.
pub(super) fn group(more: &mut Vec<Section>, title: &str, facts: Vec<Fact>) {
    if !facts.is_empty() {
        more.push(Section {
            title: title.to_owned(),
            facts,
            grid: None,
        });
    }
}

/// A grid, if it has rows.
pub(super) fn grid(
    more: &mut Vec<Section>,
    title: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<FactValue>>,
) {
    let mut shown = Vec::new();
    let mut total = 0;
    for row in rows {
        if total < MOST_ROWS {
            shown.push(row);
        }
        total += 1;
    }
    if total > 0 {
        more.push(Section {
            title: title.to_owned(),
            facts: Vec::new(),
            grid: Some(Grid {
                columns: columns.iter().map(|&column| column.to_owned()).collect(),
                rows: shown,
                total,
            }),
        });
    }
}
