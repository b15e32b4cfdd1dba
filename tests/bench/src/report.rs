//! The table of figures, as Markdown.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{fs, thread};

use crate::options::Options;

/// One line of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// What was measured.
    pub(crate) what: String,
    /// Our figure.
    pub(crate) ours: String,
    /// What it is compared with; may be empty.
    pub(crate) peer: String,
    /// Ours divided by theirs; may be empty.
    pub(crate) ratio: String,
    /// What it should be; empty where a figure is only told.
    pub(crate) target: String,
    /// Whether it is; `None` without a target.
    pub(crate) met: Option<bool>,
}

/// Lines so far.
pub(crate) struct Report {
    lines: Vec<Line>,
    notes: Vec<String>,
    path: PathBuf,
}

impl Report {
    pub(crate) fn begin(options: &Options) -> Self {
        let cores = thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let note = format!(
            "A real API server on the same machine ({cores} cores), release build, medians of up to {} interleaved runs; \
             {} two-container pods in {} namespaces where a line says nothing else.",
            options.runs,
            options.pods,
            crate::options::NAMESPACES,
        );
        Self {
            lines: Vec::new(),
            notes: vec![note],
            path: options.target.join("bench/README-table.md"),
        }
    }

    /// Adds a line, and says it at once: the whole takes many minutes.
    pub(crate) fn line(&mut self, line: Line) {
        eprintln!("{}", written(&line));
        self.lines.push(line);
    }

    /// Adds a sentence below the table.
    pub(crate) fn note(&mut self, sentence: String) {
        eprintln!("{sentence}");
        self.notes.push(sentence);
    }

    /// Prints the table and keeps it in `target/bench/README-table.md`.
    pub(crate) fn end(&self) -> Result<(), String> {
        let mut text =
            "| what | ours | peer | ratio | target | |\n|---|---|---|---|---|---|\n".to_owned();
        for line in &self.lines {
            let _ = writeln!(text, "{}", written(line));
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "{note}");
        }
        let folder = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.path, &text))
            .map_err(|error| format!("writing {}: {error}", self.path.display()))?;
        println!("{text}");
        Ok(())
    }
}

fn written(line: &Line) -> String {
    let met = match line.met {
        Some(true) => "pass",
        Some(false) => "miss",
        None => "",
    };
    let Line {
        what,
        ours,
        peer,
        ratio,
        target,
        ..
    } = line;
    format!("| {what} | {ours} | {peer} | {ratio} | {target} | {met} |")
}
