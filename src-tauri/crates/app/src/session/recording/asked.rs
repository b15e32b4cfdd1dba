//! What others ask of what is followed: who there is, and what is wrong with each.

use jiff::Timestamp;
use model::fact::{Subject, SubjectKind};
use scaling::findings::{self, Report};
use scaling::keda::scaled_job;

use super::Recording;

/// What was found out about one autoscaler.
pub(crate) struct Examined {
    /// Kind and name of what it scales; of a `ScaledJob` itself.
    pub(crate) target: (String, String),
    /// What is wrong, and what cannot be told.
    pub(crate) report: Report,
}

impl Recording {
    /// Every autoscaler that is there, with when something was seen of it last.
    pub(crate) fn subjects(&self) -> Vec<(Subject, Option<Timestamp>)> {
        let all = self.known.subjects().into_iter();
        all.map(|subject| {
            let followed = self.followed.get(&subject);
            let seen = followed.and_then(|followed| followed.past().known_to());
            (subject, seen)
        })
        .collect()
    }

    /// The cluster's name in what is kept of it: the uid of its `kube-system`, once that is known.
    pub(crate) fn cluster(&self) -> Option<String> {
        self.kept.identity.known().map(str::to_owned)
    }

    /// Whether there is any `ScaledJob`.
    pub(crate) fn knows_scaled_jobs(&self) -> bool {
        let all = self.known.subjects();
        all.iter()
            .any(|subject| subject.kind == SubjectKind::ScaledJob)
    }

    /// Whether what there is of autoscalers has come, as far as it comes.
    pub(crate) fn is_whole(&self) -> bool {
        self.sources.are_settled()
    }

    /// Looks for what is wrong with an autoscaler and its spec now; `None` before both it and its workload are known.
    pub(crate) fn examine(&self, subject: &Subject, now: Timestamp) -> Option<Examined> {
        let past = self.followed.get(subject)?.past();
        let mut workload = past.workload(now)?;
        let target = workload.target.clone();
        workload.autoscalers = match subject.kind {
            SubjectKind::Hpa | SubjectKind::ScaledObject => Some(self.known.autoscalers_on(
                &target.namespace,
                &target.kind,
                &target.name,
            )),
            SubjectKind::ScaledJob => None,
        };
        let mut report = findings::report(&workload);
        // No metrics API is read for this: an error is what the controller's condition implies, which is a finding of its own.
        report
            .findings
            .retain(|finding| finding.id != "metrics-api-failing");
        let of_spec = match past.job_situation(now) {
            Some(situation) => scaled_job::decide(&situation).1,
            None => past.decide(now).1,
        };
        for finding in of_spec {
            if !report.findings.contains(&finding) {
                report.findings.push(finding);
            }
        }
        Some(Examined {
            target: (target.kind, target.name),
            report,
        })
    }
}
