//! What is wrong with how workloads are scaled, of all autoscalers: the rows of their table.
//!
//! Each autoscaler is examined when something was seen of it, and every minute as pauses grow old; a few at a time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::fact::Subject;
use model::scaling::{FindingRow, ScalingKey, ScalingKind, severity_cell};
use scaling::Severity;
use scaling::findings::remedy::{Remedy, remedy};
use scaling::findings::{self, Untold};
use wire::{
    EvidenceLine, FindingAsk, FindingDetail, FindingsAsk, FindingsTold, NotExamined, ObjectRef,
    Phase, Snippet, ViewState, WireError,
};

use super::derived::{Derived, DerivedRow, place_of};
use super::scaling::{ScalingTable, key_kind_id, key_of};
use super::{Session, gone};

/// Examined between two flushes at most.
const AT_ONCE: usize = 16;
/// What has not come by then, ms, may never come: what did is shown.
const PATIENCE_MS: i64 = 10_000;
/// After so long each is examined again, though nothing was seen of it.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// What is known of one autoscaler.
struct Known {
    /// When it was examined.
    at: Timestamp,
    /// What could not be told; `None`: too little was known to examine it.
    untold: Option<Vec<Untold>>,
}

/// What was examined, while somebody looks.
#[derive(Default)]
pub(crate) struct Findings {
    known: BTreeMap<Subject, Known>,
    due: BTreeSet<Subject>,
    /// Each one that there was has been examined once.
    is_whole: bool,
    /// When somebody began to look, by this computer's time.
    since_ms: i64,
}

impl Findings {
    /// Whom to examine (again): `all` that are there, with when something was seen of each last.
    fn review(&mut self, all: &[(Subject, Option<Timestamp>)], now: Timestamp) {
        for (subject, seen) in all {
            let is_due = match self.known.get(subject) {
                None => true,
                Some(known) => {
                    // What comes in the moment of an examination may have come after it.
                    seen.is_some_and(|seen| seen >= known.at)
                        || now.duration_since(known.at) >= AGAIN
                        || known.at > now
                }
            };
            if is_due {
                self.due.insert(subject.clone());
            }
        }
    }

    /// The next ones, of those that are due.
    fn take_due(&mut self) -> Vec<Subject> {
        let taken: Vec<Subject> = self.due.iter().take(AT_ONCE).cloned().collect();
        for subject in &taken {
            self.due.remove(subject);
        }
        taken
    }
}

fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

impl Session {
    /// Begins to look: what is not followed yet is from now on.
    pub(crate) fn open_findings(&mut self) {
        if self.findings.since_ms == 0 {
            self.findings.since_ms = self.wall_ms();
        }
        self.follow_scaling();
        self.keep_findings();
    }

    /// Nobody looks any more.
    pub(crate) fn close_findings(&mut self) {
        self.findings = Findings::default();
    }

    /// Its time was moved: what was found of another time tells nothing of this one.
    pub(crate) fn begin_findings_again(&mut self) {
        if self.findings.since_ms == 0 {
            return;
        }
        self.findings = Findings {
            since_ms: self.wall_ms(),
            ..Findings::default()
        };
        let table = self.derived.table(Derived::Findings);
        table.retain(|row| !matches!(row, DerivedRow::Finding(_)));
        table.touch();
    }

    /// Each second, while somebody looks: who is to be examined, and whose findings went with it.
    pub(crate) fn keep_findings(&mut self) {
        if !self.derived.is_visible(Derived::Findings) {
            return;
        }
        let all = self.recording.subjects();
        let now = stamp(self.now_ms());
        self.findings.review(&all, now);
        let there: BTreeSet<&Subject> = all.iter().map(|(subject, _)| subject).collect();
        let is_gone = |subject: &&Subject| !there.contains(subject);
        let gone: Vec<Subject> = self
            .findings
            .known
            .keys()
            .filter(is_gone)
            .cloned()
            .collect();
        for subject in gone {
            self.findings.known.remove(&subject);
            self.findings.due.remove(&subject);
            self.put_findings(&key_of(&subject), Vec::new());
        }
        self.examine();
    }

    /// Examines some of those that are due.
    pub(crate) fn examine(&mut self) {
        // While nobody looks nothing is whole: else the next look would begin with an empty table that says so.
        if self.findings.since_ms == 0 {
            return;
        }
        let now = stamp(self.now_ms());
        for subject in self.findings.take_due() {
            let found = self.recording.examine(&subject, now);
            let key = key_of(&subject);
            let (rows, untold) = match found {
                Some(found) => {
                    let (kind, name) = (found.target.0.as_str(), found.target.1.as_str());
                    let each = found.report.findings.into_iter().enumerate();
                    let rows = each.map(|(index, finding)| {
                        FindingRow::new(key.clone(), (kind, name), index, finding)
                    });
                    (rows.collect(), Some(found.report.untold))
                }
                None => (Vec::new(), None),
            };
            self.put_findings(&key, rows);
            self.findings
                .known
                .insert(subject, Known { at: now, untold });
        }
        let was_whole = self.findings.is_whole;
        if !was_whole {
            // Who came since the last look is to be examined before anything is called whole.
            let all = self.recording.subjects();
            self.findings.review(&all, now);
            let known = &self.findings.known;
            let is_each = all.iter().all(|(subject, _)| known.contains_key(subject));
            let waited = self.wall_ms() - self.findings.since_ms >= PATIENCE_MS;
            // What one scales comes after it.
            let mut each = known.values();
            let has_come = self.recording.is_whole() && each.all(|known| known.untold.is_some());
            self.findings.is_whole = is_each && (waited || has_come);
        }
        if !self.findings.due.is_empty() || was_whole != self.findings.is_whole {
            self.derived.table(Derived::Findings).touch();
        }
    }

    /// The findings about one autoscaler are these.
    fn put_findings(&mut self, key: &ScalingKey, rows: Vec<FindingRow>) {
        let table = self.derived.table(Derived::Findings);
        table.retain(|row| match row {
            DerivedRow::Finding(old) => {
                let id = table::Row::identity(&**old);
                old.key != *key || rows.iter().any(|row| table::Row::identity(row) == id)
            }
            DerivedRow::Capacity(_) | DerivedRow::EventGroup(_) | DerivedRow::Release(_) => true,
        });
        for row in rows {
            let row = DerivedRow::Finding(Box::new(row));
            let (namespace, name) = table::Row::identity(&row);
            let old = table.rows().find(namespace, name);
            if old.is_none_or(|(_, old)| *old != row) {
                table.put(row);
            }
        }
    }

    /// How far the findings are: what they are made from, then the examination itself.
    pub(crate) fn findings_state(&self, namespaces: &[String]) -> ViewState {
        let mut state = ScalingTable::state(&self.collections, namespaces, &self.status);
        if state.phase == Phase::Live && !self.findings.is_whole {
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let known = count(self.findings.known.len());
            state.phase = Phase::Listing;
            state.received = known;
            state.expected = Some(known.saturating_add(count(self.findings.due.len())));
        }
        state
    }

    /// What was examined in these namespaces, and what was not.
    pub(crate) fn findings_told(&self, ask: &FindingsAsk) -> FindingsTold {
        let within = |namespace: &str| {
            ask.namespaces.is_empty() || ask.namespaces.iter().any(|own| own == namespace)
        };
        let known = self.findings.known.iter();
        let known = known.filter(|(subject, _)| within(&subject.namespace));
        let mut told = FindingsTold::default();
        let mut untold: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for (_, known) in known {
            told.autoscalers += 1;
            let Some(each) = &known.untold else {
                told.unexamined += 1;
                continue;
            };
            for one in each {
                *untold.entry((&one.id, &one.why)).or_default() += 1;
            }
        }
        for (_, row) in self.derived.rows(Derived::Findings).iter() {
            let DerivedRow::Finding(row) = row else {
                continue;
            };
            if within(&row.key.namespace) {
                match row.finding.severity {
                    Severity::Error => told.errors += 1,
                    Severity::Warning => told.warnings += 1,
                    Severity::Note => told.notes += 1,
                }
            }
        }
        let each = untold.into_iter();
        told.not_examined = each
            .map(|((id, why), autoscalers)| NotExamined {
                id: id.to_owned(),
                looks_for: looks_for(id).to_owned(),
                why: why.to_owned(),
                autoscalers,
            })
            .collect();
        told
    }

    /// The finding that a row stands for.
    ///
    /// # Errors
    /// When it is found no more, or the table is closed.
    pub(crate) fn finding(&self, ask: &FindingAsk) -> Result<FindingDetail, WireError> {
        let rows = self.derived.rows(Derived::Findings);
        let found = place_of(&ask.key).and_then(|(namespace, name)| rows.find(namespace, name));
        let Some((_, DerivedRow::Finding(row))) = found else {
            return Err(gone("This finding"));
        };
        let (finding, key) = (&row.finding, &row.key);
        let evidence = finding.evidence.iter().map(|one| EvidenceLine {
            field: one.field.clone(),
            value: one.value.clone(),
        });
        let written = remedy(&finding.id);
        let (kind, name) = &row.target;
        let target = (key.kind != ScalingKind::ScaledJob).then(|| {
            let api_version = if matches!(&**kind, "Deployment" | "StatefulSet" | "ReplicaSet") {
                "apps/v1"
            } else {
                ""
            };
            self.kinds
                .reference(api_version, kind, &key.namespace, name)
        });
        Ok(FindingDetail {
            id: finding.id.clone(),
            severity: severity_cell(finding.severity),
            summary: finding.summary.clone(),
            looks_for: looks_for(&finding.id).to_owned(),
            autoscaler: ObjectRef {
                kind_id: key_kind_id(key).to_owned(),
                kind: key.kind.to_string(),
                namespace: key.namespace.to_string(),
                name: key.name.to_string(),
            },
            target,
            evidence: evidence.collect(),
            advice: finding.advice.clone(),
            snippet: written.filter(|remedy| !remedy.yaml.is_empty()).map(
                |Remedy { place, yaml, .. }| Snippet {
                    place: place.to_owned(),
                    yaml: yaml.to_owned(),
                },
            ),
            documented: written.map_or_else(String::new, |remedy| remedy.doc.to_owned()),
        })
    }
}

/// What a check looks for; of a spec's fields no check stands here.
fn looks_for(id: &str) -> &'static str {
    let check = findings::all().iter().find(|check| check.id() == id);
    check.map_or("", |check| check.summary())
}

#[cfg(test)]
mod tests {
    use model::fact::SubjectKind;

    use super::*;

    fn subject(name: &str) -> Subject {
        Subject {
            kind: SubjectKind::Hpa,
            namespace: "shop".to_owned(),
            name: name.to_owned(),
        }
    }

    fn at(second: i64) -> Timestamp {
        stamp(second * 1_000)
    }

    #[test]
    fn who_is_due_is_examined_a_few_at_a_time() {
        let mut findings = Findings::default();
        let all: Vec<_> = (0..40).map(|n| (subject(&format!("{n}")), None)).collect();
        findings.review(&all, at(0));
        let mut examined = BTreeSet::new();
        for expected in [16, 16, 8, 0] {
            let taken = findings.take_due();
            assert_eq!(taken.len(), expected);
            examined.extend(taken);
        }
        assert_eq!(examined.len(), 40);
    }

    #[test]
    fn one_is_examined_again_when_seen_again_or_after_a_minute() {
        for (seen, now, is_due) in [
            (Some(9), 20, false),
            (Some(10), 20, true),
            (Some(15), 20, true),
            (None, 69, false),
            (None, 70, true),
            // The clock was put back.
            (None, 5, true),
        ] {
            let mut findings = Findings::default();
            let known = Known {
                at: at(10),
                untold: None,
            };
            findings.known.insert(subject("web"), known);
            findings.review(&[(subject("web"), seen.map(at))], at(now));
            assert_eq!(findings.due.len(), usize::from(is_due), "{seen:?} {now}");
        }
    }
}
