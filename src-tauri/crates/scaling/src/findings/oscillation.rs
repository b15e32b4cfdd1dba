//! A count that swings up and down.

use jiff::{SignedDuration, Timestamp};

use super::workload::Recording;
use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};

/// So far back changes count.
const SPAN: SignedDuration = SignedDuration::from_hours(1);
/// So many swings in a row oscillate.
const SWINGS: usize = 4;

/// Oscillation: within the last hour of the recording at least four swings in a row, each of which goes back at least half of the swing
/// before it. A swing is all changes in one direction until the direction turns, so growth in steps is one swing.
#[derive(Debug)]
pub(super) struct Oscillation;

impl Check for Oscillation {
    fn id(&self) -> &'static str {
        "oscillation"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "The count swung at least four times within an hour, each time half of the way back or more."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let Some(recording) = &workload.recording else {
            return Outcome::unknown("how the count changed");
        };
        let from = workload.now.checked_sub(SPAN).unwrap_or(Timestamp::MIN);
        let run = longest_run(&swings(recording, from, workload.now));
        if run.len() < SWINGS {
            return Outcome {
                seen: Vec::new(),
                unknown: (recording.since > from)
                    .then(|| format!("how the count changed before {}", recording.since)),
            };
        }
        let evidence = run.iter().map(|swing| {
            Evidence::new(
                format!("spec.replicas {} to {}", swing.begin, swing.end),
                format!("{} to {}", swing.from, swing.to),
            )
        });
        let summary = format!(
            "The count swung {} times within an hour, each time half of the way back or more.",
            run.len()
        );
        let advice = "Lengthen the stabilization window or the cooldown, or move the target away from the load of one replica more.";
        [Seen::new(summary, evidence.collect(), advice)]
            .into_iter()
            .collect()
    }
}

/// Changes in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Swing {
    begin: Timestamp,
    end: Timestamp,
    from: i32,
    to: i32,
}

impl Swing {
    fn is_up(self) -> bool {
        self.to > self.from
    }

    /// Whether it goes back half of the swing before it or more.
    fn undoes(self, before: Self) -> bool {
        let size = |swing: Self| i64::from(swing.to).abs_diff(i64::from(swing.from));
        self.is_up() != before.is_up() && size(self).saturating_mul(2) >= size(before)
    }
}

fn swings(recording: &Recording, from: Timestamp, now: Timestamp) -> Vec<Swing> {
    let mut swings: Vec<Swing> = Vec::new();
    for change in &recording.changes {
        if change.at < from || change.at > now || change.from == change.to {
            continue;
        }
        let next = Swing {
            begin: change.at,
            end: change.at,
            from: change.from,
            to: change.to,
        };
        match swings.last_mut() {
            Some(last) if last.is_up() == next.is_up() => {
                last.end = next.end;
                last.to = next.to;
            }
            Some(_) | None => swings.push(next),
        }
    }
    swings
}

/// The longest row of swings that each go back what the one before went; of equals the last.
fn longest_run(swings: &[Swing]) -> Vec<Swing> {
    let mut longest = Vec::new();
    let mut run: Vec<Swing> = Vec::new();
    for &swing in swings {
        if run.last().is_some_and(|&before| !swing.undoes(before)) {
            run.clear();
        }
        run.push(swing);
        if run.len() >= longest.len() {
            longest.clone_from(&run);
        }
    }
    longest
}
