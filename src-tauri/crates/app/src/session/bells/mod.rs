//! The desktop tells when a workload comes to need attention, where somebody wants that.

mod step;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::fact::{Subject, SubjectKind};
use model::scaling::Saying;
use scaling::Severity;
use wire::{BellAsk, BellTold, ErrorCode, Notice, SetBell, WireError};

use super::Session;
use super::graph::subject_kind;
use super::scaling::key_of as scaling_key;
use crate::bells_kept::BellsKept;
use crate::host::Notification;
use step::{Bell, Need, step};

/// The demo cluster has no uid that lasts.
const DEMO: &str = "demo";
/// Between two looks: half of what a need must last, as each looks at all of an autoscaler's past.
const LOOK_MS: i64 = step::SETTLE_MS / 2;

/// Of one cluster.
pub(crate) struct Bells {
    kept: Arc<BellsKept>,
    states: BTreeMap<Subject, Bell>,
    /// Why the desktop shows nothing; empty if it does, or nothing was shown yet.
    problem: String,
    /// A notification was not shown for that.
    is_missed: bool,
    /// When all were looked at last, by this computer's time.
    looked_ms: i64,
}

impl Bells {
    pub(crate) fn new(kept: Arc<BellsKept>) -> Self {
        Self {
            kept,
            states: BTreeMap::new(),
            problem: String::new(),
            is_missed: false,
            looked_ms: 0,
        }
    }

    /// Takes the desktop's answer to a question, or to a notification; whether that is news.
    fn answered(&mut self, outcome: Result<(), String>, has_rung: bool) -> bool {
        let problem = outcome.err().unwrap_or_default();
        let is_missed = !problem.is_empty() && (has_rung || self.is_missed);
        let is_news = problem != self.problem || is_missed != self.is_missed;
        (self.problem, self.is_missed) = (problem, is_missed);
        is_news
    }

    /// Why something was not shown; empty if nothing was missed since the desktop last took one.
    fn missed(&self) -> &str {
        if self.is_missed { &self.problem } else { "" }
    }
}

/// Where it is kept whether the desktop tells of an autoscaler.
pub(crate) struct BellPlace {
    kept: Arc<BellsKept>,
    cluster: String,
    subject: Subject,
}

impl BellPlace {
    /// From now on it does, or does not. Writes a file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn set(&self, on: bool) -> Result<(), WireError> {
        self.kept.set(&self.cluster, &self.subject, on)
    }
}

impl Session {
    /// Whose bell it is: an HPA that KEDA made has that of its `ScaledObject`.
    fn subject_of(&self, kind: &str, namespace: &str, name: &str) -> Result<Subject, WireError> {
        let kind = subject_kind(kind).ok_or_else(|| {
            WireError::new(
                ErrorCode::Malformed,
                format!("{kind} are no autoscalers."),
                "Notifications exist for HPAs, ScaledObjects and ScaledJobs.",
            )
        })?;
        Ok(self.recording.whose(Subject {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }))
    }

    /// The cluster, for what is kept of it; `None` while it is not known.
    fn bells_of(&self) -> Option<String> {
        if self.info.demo {
            return Some(DEMO.to_owned());
        }
        self.recording.cluster()
    }

    /// Whether the desktop tells of an autoscaler.
    ///
    /// # Errors
    /// [`ErrorCode::Malformed`] for a kind that is no autoscaler.
    pub(crate) fn bell(&self, ask: &BellAsk) -> Result<BellTold, WireError> {
        let subject = self.subject_of(&ask.kind, &ask.namespace, &ask.name)?;
        let cluster = self.bells_of();
        let on = cluster.is_some_and(|cluster| self.bells.kept.of(&cluster).contains(&subject));
        Ok(BellTold {
            on,
            problem: if on {
                self.bells.problem.clone()
            } else {
                String::new()
            },
        })
    }

    /// Where it is kept that the desktop tells of an autoscaler; what was known of that one is forgotten.
    ///
    /// # Errors
    /// [`ErrorCode::Malformed`] for a kind that is no autoscaler, [`ErrorCode::Other`] where that cannot be kept.
    pub(crate) fn bell_place(&mut self, ask: &SetBell) -> Result<BellPlace, WireError> {
        let subject = self.subject_of(&ask.kind, &ask.namespace, &ask.name)?;
        let Some(cluster) = self.bells_of() else {
            return Err(WireError::new(
                ErrorCode::Other,
                "It is not known yet which cluster this is, so nothing can be kept of it.",
                "That is told by the uid of its namespace kube-system, which this account must be able to read.",
            ));
        };
        self.bells.states.remove(&subject);
        Ok(BellPlace {
            kept: self.bells.kept.clone(),
            cluster,
            subject,
        })
    }

    /// Why the desktop did not show what it was to tell; empty if it did. Who turns a bell on is told where that is done.
    pub(crate) fn bells_problem(&self) -> String {
        self.bells.missed().to_owned()
    }

    /// Whether the desktop would show a notification.
    pub(crate) fn bell_asked(&mut self, outcome: Result<(), String>) {
        self.bell_answered(outcome, false);
    }

    /// How the desktop took a notification.
    pub(crate) fn bell_rang(&mut self, outcome: Result<(), String>) {
        self.bell_answered(outcome, true);
    }

    fn bell_answered(&mut self, outcome: Result<(), String>, has_rung: bool) {
        if !self.bells.answered(outcome, has_rung) {
            return;
        }
        self.host.notify(Notice::Cluster {
            cluster: self.info.cluster.clone(),
        });
    }

    /// Each second, done every few: what came to need attention is told.
    pub(crate) fn keep_bells(&mut self, wall_ms: i64) {
        if (0..LOOK_MS).contains(&(wall_ms - self.bells.looked_ms)) {
            return;
        }
        self.bells.looked_ms = wall_ms;
        let Some(cluster) = self.bells_of() else {
            return;
        };
        let wanted = self.bells.kept.of(&cluster);
        if wanted.is_empty() {
            self.bells.states.clear();
            return;
        }
        self.bells
            .states
            .retain(|subject, _| wanted.contains(subject));
        for subject in wanted {
            // What is not seen now needs nobody and is not well either: it stays as it was.
            let Some(need) = self.need(&subject) else {
                continue;
            };
            let bell = self.bells.states.remove(&subject).unwrap_or_default();
            let (bell, words) = step(bell, need.as_ref(), wall_ms);
            self.bells.states.insert(subject.clone(), bell);
            if let Some(words) = words {
                self.ring(&subject, &words);
            }
        }
    }

    fn ring(&self, subject: &Subject, words: &str) {
        let shown = self.host.show(Notification {
            title: format!("{} needs attention", subject.name),
            body: format!("{words} {} in {}", called(subject), self.info.name),
        });
        self.later(shown, Self::bell_rang);
    }

    /// What an autoscaler needs attention for, if for anything; `None` while nothing is known of it.
    #[expect(
        clippy::option_option,
        reason = "that nothing is known is not that nothing is needed"
    )]
    fn need(&mut self, subject: &Subject) -> Option<Option<Need>> {
        let now_ms = self.now_ms();
        let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
        let found = self.recording.examine(subject, now)?;
        let status = &self.status;
        let told = self
            .recording
            .told(&scaling_key(subject), now_ms, |at| status.clock_minute(at));
        let need = |sort: &str, words: String| {
            Some(Need {
                sort: sort.to_owned(),
                words,
            })
        };
        let said = match told.saying {
            Some(Saying::MetricsFail) => need("metrics", "No metric gives a count.".to_owned()),
            Some(Saying::AtMax { asks }) => need(
                "max",
                format!("It is at its most replicas, and load asks for {asks}."),
            ),
            Some(Saying::Held { .. } | Saying::Cooldown { .. } | Saying::Asleep { .. }) | None => {
                None
            }
        };
        let jobs = match subject.kind {
            SubjectKind::ScaledJob => self.scaled_jobs.counts(&subject.namespace, &subject.name),
            SubjectKind::Hpa | SubjectKind::ScaledObject => None,
        };
        let failing = jobs.filter(|jobs| jobs.is_failing()).and_then(|jobs| {
            need(
                "jobs",
                format!("The last {} Jobs failed.", jobs.failed_last),
            )
        });
        let errors = found.report.findings.iter();
        let error = errors
            .filter(|finding| finding.severity == Severity::Error)
            .find_map(|finding| need(&finding.id, finding.summary.clone()));
        Some(said.or(failing).or(error))
    }
}

/// `ScaledObject shop/orders`
fn called(subject: &Subject) -> String {
    let key = scaling_key(subject);
    format!("{} {}/{}", key.kind, key.namespace, key.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_told_until_something_is_shown() {
        let folder = std::path::PathBuf::from("/nonexistent");
        let mut bells = Bells::new(Arc::new(BellsKept::in_folder(folder)));
        let none = || Err("nobody answers".to_owned());
        let mut all = Vec::new();
        for (outcome, has_rung) in [
            (none(), false),
            (none(), false),
            (none(), true),
            (none(), false),
            (Ok(()), false),
            (none(), true),
            (Ok(()), true),
        ] {
            let is_news = bells.answered(outcome, has_rung);
            all.push((is_news, bells.missed().to_owned()));
        }
        let told = |is_news: bool, missed: &str| (is_news, missed.to_owned());
        assert_eq!(
            all,
            [
                told(true, ""),
                told(false, ""),
                told(true, "nobody answers"),
                told(false, "nobody answers"),
                told(true, ""),
                told(true, "nobody answers"),
                told(true, ""),
            ]
        );
    }
}
