//! Texts, each of which stands once in a run.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::bytes::{In, Out};

/// Texts that are written.
#[derive(Default)]
pub(super) struct TextsOut {
    places: HashMap<String, usize>,
    lengths: Out,
    all: Vec<u8>,
}

impl TextsOut {
    /// The place of a text.
    pub(super) fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.places.len();
        self.places.insert(text.to_owned(), place);
        self.lengths.count(text.len());
        self.all.extend_from_slice(text.as_bytes());
        place
    }

    pub(super) fn finish(self, out: &mut Out) {
        out.count(self.places.len());
        out.part(&self.lengths.0);
        out.part(&self.all);
    }
}

/// Texts that are read.
pub(super) struct TextsIn<'a> {
    all: Vec<&'a str>,
    /// Those that were asked for as names: long ones are shared.
    names: Vec<Option<SmolStr>>,
}

impl<'a> TextsIn<'a> {
    pub(super) fn read(bytes: &mut In<'a>) -> Option<Self> {
        let count = bytes.count()?;
        let mut lengths = In(bytes.part()?);
        let mut rest = std::str::from_utf8(bytes.part()?).ok()?;
        let mut all = Vec::new();
        for _ in 0..count {
            let (text, others) = rest.split_at_checked(lengths.count()?)?;
            all.push(text);
            rest = others;
        }
        Some(Self {
            names: vec![None; all.len()],
            all,
        })
    }

    pub(super) fn text(&self, place: usize) -> Option<&'a str> {
        self.all.get(place).copied()
    }

    pub(super) fn name(&mut self, place: usize) -> Option<SmolStr> {
        let text = self.text(place)?;
        let name = self.names.get_mut(place)?;
        Some(name.get_or_insert_with(|| SmolStr::new(text)).clone())
    }
}
