//! Sequences in which the demo cluster is known to answer otherwise: `known.tsv`, a name and the reason on each line.

use std::collections::BTreeMap;
use std::fs;

use crate::sequence::folder;

/// Reasons by name of the sequence. Panics where the file is wrong, as it is part of a test.
pub fn read() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder("known.tsv")).unwrap_or_default();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut known = BTreeMap::new();
    for line in lines {
        let (name, reason) = line
            .split_once('\t')
            .unwrap_or_else(|| panic!("known.tsv: no reason in {line:?}"));
        let before = known.insert(name.to_owned(), reason.to_owned());
        assert!(before.is_none(), "known.tsv: {name:?} stands twice");
    }
    known
}
