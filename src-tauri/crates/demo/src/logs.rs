//! What containers print.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

/// Lines of one run that are kept.
const KEPT: usize = 10_000;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Rising from 0 in each run.
    pub number: u64,
    /// When it was printed.
    pub at: Timestamp,
    /// Without the newline.
    pub text: String,
}

/// Namespace, pod, container.
type Place = (String, String, String);

/// The logs of all containers: of the run that is, and of the one before.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    runs: BTreeMap<Place, Runs>,
    written: u64,
}

#[derive(Clone, Debug, Default)]
struct Runs {
    present: Run,
    previous: Option<Run>,
}

#[derive(Clone, Debug, Default)]
struct Run {
    lines: VecDeque<Line>,
    printed: u64,
}

impl Logs {
    /// Prints a line.
    pub fn print(
        &mut self,
        namespace: &str,
        pod: &str,
        container: &str,
        at: Timestamp,
        text: &str,
    ) {
        let run = &mut self
            .runs
            .entry(place(namespace, pod, container))
            .or_default()
            .present;
        run.lines.push_back(Line {
            number: run.printed,
            at,
            text: text.to_owned(),
        });
        run.printed += 1;
        if run.lines.len() > KEPT {
            run.lines.pop_front();
        }
        self.written += 1;
    }

    /// The container starts again: what it printed so far is its previous run's.
    pub fn restart(&mut self, namespace: &str, pod: &str, container: &str) {
        let runs = self
            .runs
            .entry(place(namespace, pod, container))
            .or_default();
        runs.previous = Some(std::mem::take(&mut runs.present));
        self.written += 1;
    }

    /// The pod is gone.
    pub fn forget(&mut self, namespace: &str, pod: &str) {
        self.runs
            .retain(|(own, name, _), _| own != namespace || name != pod);
        self.written += 1;
    }

    /// Lines of a run, oldest first; None where there was no such run.
    pub fn lines(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        previous: bool,
    ) -> Option<&VecDeque<Line>> {
        let runs = self.runs.get(&place(namespace, pod, container))?;
        let run = if previous {
            runs.previous.as_ref()?
        } else {
            &runs.present
        };
        Some(&run.lines)
    }

    /// Counts on from another log's count, in whose place it comes.
    pub(crate) fn go_on_after(&mut self, written: u64) {
        self.written = written + 1;
    }

    /// How much was ever written: differs after every change.
    pub fn written(&self) -> u64 {
        self.written
    }
}

fn place(namespace: &str, pod: &str, container: &str) -> Place {
    (namespace.to_owned(), pod.to_owned(), container.to_owned())
}
