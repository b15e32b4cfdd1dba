//! What is decided at an instant, and why, in words.

mod counted;
mod lines;
mod next;
mod queued;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use replay::Past;
use scaling::findings;
use scaling::keda::ScaledObject;
use scaling::keda::scaled_job;
use scaling::together::{Decider, Nobody, Together};
use scaling::words::{self, Clock, Words};
use scaling::{Certainty, Finding, finding};
use wire::{
    Counted, ExplainAsk, Explained, FindingLine, FindingSeverity, Sure, Sureness, WireError,
};

use super::super::{Session, gone};
use super::edits;
use super::titles;
use super::told::stamp;

/// How sure a figure is, and what that rests on.
pub(super) fn sure(certainty: &Certainty) -> Sure {
    let (sureness, why) = match certainty {
        Certainty::Observed => (Sureness::Observed, ""),
        Certainty::Derived => (Sureness::Derived, ""),
        Certainty::Estimated { guess } => (Sureness::Estimated, &**guess),
        Certainty::Unknown { why } => (Sureness::Unknown, &**why),
    };
    Sure {
        sureness,
        why: why.to_owned(),
    }
}

impl Session {
    /// What is known of an instant.
    pub(crate) fn explain(&mut self, ask: &ExplainAsk) -> Result<Explained, WireError> {
        self.see_until_now(ask.graph);
        let now = self.now_ms();
        let graph = self
            .graphs
            .get(&ask.graph)
            .ok_or_else(|| gone("This graph"))?;
        let at_ms = ask.at_ms.unwrap_or(now).min(now);
        let clock = self.status.reader(stamp(now));
        let instant = Instant {
            at: stamp(at_ms),
            is_live: ask.at_ms.is_none(),
            clock: &clock,
            object: graph.scaled_object(),
        };
        let mut told = explained(&graph.past, &instant);
        if instant.is_live && graph.deleted {
            "The autoscaler was deleted: nothing scales the workload."
                .clone_into(&mut told.headline);
            told.next = None;
            told.unmoved.clear();
        }
        Ok(told)
    }
}

/// Which moment is explained, and to whom.
pub(super) struct Instant<'a> {
    pub(super) at: Timestamp,
    pub(super) is_live: bool,
    pub(super) clock: &'a Clock,
    /// Whose triggers give metrics their titles.
    pub(super) object: Option<&'a ScaledObject>,
}

/// What is known of an instant.
pub(super) fn explained(past: &Past, instant: &Instant<'_>) -> Explained {
    let mut explained = match past.job_situation(instant.at) {
        Some(situation) => of_job(past, &situation, instant),
        None => of_workload(past, instant),
    };
    explained.edits = edits::shortly_before(past, instant.at, instant.clock);
    if let Some(workload) = past.workload(instant.at) {
        let report = findings::report(&workload);
        explained.findings.extend(report.findings.iter().map(line));
    }
    explained
        .findings
        .sort_by_key(|line| std::cmp::Reverse(grave(line.severity)));
    let mut known = Vec::new();
    explained.findings.retain(|line| {
        let is_new = !known.contains(line);
        known.push(line.clone());
        is_new
    });
    explained
}

fn of_workload(past: &Past, instant: &Instant<'_>) -> Explained {
    let situation = past.situation(instant.at);
    let (decided, found) = past.decide(instant.at);
    let words = words_of(&decided, instant.clock);
    let mut told = in_words(instant, &words, &decided.replicas.certainty);
    told.asks = lines::asks(&decided, instant);
    told.rules = lines::rules(&decided, instant);
    told.counted = counted::counted(&decided, &situation, instant);
    told.findings = found.iter().map(line).collect();
    if instant.is_live {
        told.next = next::next(past, &decided, instant);
        if told.next.is_none() {
            told.unmoved = next::unmoved(past, &decided, instant);
        }
    }
    told
}

fn of_job(past: &Past, situation: &scaled_job::Situation, instant: &Instant<'_>) -> Explained {
    let (decision, found) = scaled_job::decide(situation);
    let mut words = words::scaled_job(&decision, instant.clock);
    let queue = past.queue(instant.at);
    if let Certainty::Unknown { why } = &decision.certainty {
        // No API tells the queue of a ScaledJob: what is there is told, and what KEDA says of it.
        let (running, pending) = (decision.arithmetic.running, decision.arithmetic.pending);
        words.headline = match running {
            0 => "No Job runs.".to_owned(),
            1 if pending == 0 => "1 Job runs.".to_owned(),
            1 => "1 Job runs, which is pending.".to_owned(),
            _ => format!("{running} Jobs run, {pending} of them pending."),
        };
        words.why = queue.as_ref().map_or_else(
            || vec![format!("What the queue asks for is unknown: {why}.")],
            |queue| vec![queued::sentence(queue, instant)],
        );
        let conditions = situation.scaled_job.status.conditions.iter();
        let told = conditions.filter(|one| !one.message.is_empty());
        words.why.extend(
            told.map(|one| format!("{}: {}.", one.kind, one.message.trim_end_matches('.'))),
        );
    }
    let (mut asks, rules) = lines::of_job(&words, &decision, &situation.scaled_job.spec.triggers);
    asks.extend(queue.map(|queue| queued::ask(&queue, situation, instant)));
    let mut told = in_words(instant, &words, &decision.certainty);
    told.asks = asks;
    told.rules = rules;
    told.counted = counted::jobs(situation, &decision);
    told.findings = found.iter().map(line).collect();
    if instant.is_live {
        told.next = next::of_job(&decision, instant);
    }
    told
}

/// The words of whoever decides.
fn words_of(decided: &Together, clock: &Clock) -> Words {
    let keda = || decided.keda.as_ref();
    let hpa = || decided.hpa.as_ref();
    let plain = |headline: &str| Words {
        headline: headline.to_owned(),
        ..Words::default()
    };
    let of_keda = || keda().map(|decision| words::scaled_object(decision, clock));
    let of_hpa = || hpa().map(|decision| words::hpa(decision, clock));
    let told = match decided.decider {
        Decider::ScaleLoop | Decider::Pause => of_keda(),
        Decider::Hpa | Decider::HpaAlone => of_hpa(),
        Decider::Nobody(nobody) => match nobody {
            Nobody::Nothing => None,
            Nobody::NotActive | Nobody::LoopStopped => of_keda(),
            Nobody::ScalingDisabled | Nobody::NoMetrics => of_hpa(),
            Nobody::NoTarget => of_keda().or_else(of_hpa),
            Nobody::HpaUnknown => Some(plain("Nothing is known of its HPA then.")),
        },
    };
    told.unwrap_or_else(|| plain("Nothing is known of this moment."))
}

fn in_words(instant: &Instant<'_>, words: &Words, certainty: &Certainty) -> Explained {
    Explained {
        at_ms: instant.at.as_millisecond(),
        at: instant.clock.time(instant.at),
        is_live: instant.is_live,
        headline: titles::retitled(&words.headline, instant.object),
        why: words
            .why
            .iter()
            .map(|why| titles::retitled(why, instant.object))
            .collect(),
        edits: Vec::new(),
        sure: sure(certainty),
        next: None,
        unmoved: String::new(),
        asks: Vec::new(),
        rules: Vec::new(),
        counted: Counted::default(),
        findings: Vec::new(),
    }
}

fn line(finding: &Finding) -> FindingLine {
    let evidence = finding.evidence.iter();
    FindingLine {
        id: finding.id.clone(),
        severity: match finding.severity {
            finding::Severity::Note => FindingSeverity::Note,
            finding::Severity::Warning => FindingSeverity::Warning,
            finding::Severity::Error => FindingSeverity::Error,
        },
        summary: finding.summary.clone(),
        evidence: evidence
            .map(|one| format!("{} {}", one.field, one.value))
            .collect(),
        advice: finding.advice.clone(),
    }
}

fn grave(severity: FindingSeverity) -> u8 {
    match severity {
        FindingSeverity::Note => 0,
        FindingSeverity::Warning => 1,
        FindingSeverity::Error => 2,
    }
}
