//! What the real API server answered: one file for each file of sequences, one line for each answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::sequence::folder;

/// Answers, made comparable, by name of their sequence.
pub type Recorded = BTreeMap<String, Vec<Value>>;

/// All that is recorded. Panics where a file is wrong, as it is part of a test.
pub fn read() -> Recorded {
    let mut all = Recorded::new();
    let Ok(entries) = fs::read_dir(folder("recorded")) else {
        return all;
    };
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let text = fs::read_to_string(&path).expect("a record can be read");
        let file: Recorded = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all.extend(file);
    }
    all
}

/// Writes what is recorded anew: by stem of the sequences' file, then as [`read`] gives it.
pub fn write(files: &BTreeMap<String, Recorded>) {
    let folder = folder("recorded");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("old records can be removed");
    }
    fs::create_dir_all(&folder).expect("the folder of records can be made");
    for (stem, sequences) in files {
        let each = sequences.iter().map(|(name, answers)| {
            let mut text = format!("{}: [", Value::String(name.clone()));
            for (index, answer) in answers.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                write!(text, "{comma}\n{answer}").expect("a string takes everything");
            }
            text + "\n]"
        });
        let text = format!("{{\n{}\n}}\n", each.collect::<Vec<_>>().join(",\n"));
        fs::write(folder.join(format!("{stem}.json")), text).expect("a record can be written");
    }
}
