//! What a client foresees of each pass, beside what the pass then did.

use jiff::Timestamp;
use model::fact::{Fact, HpaState, Part, Subject, SubjectKind, What};
use replay::{Past, Settings};
use scaling::hpa::situation::{Answer, ExternalAnswer, PodUsage};

use crate::pace::Pace;
use crate::passes::Pass;
use crate::watched::{Change, Watched};

/// How a namespace's passes were foreseen.
#[derive(Debug, Default)]
pub(crate) struct Foresight {
    pub(crate) passes: usize,
    /// The size was foreseen.
    pub(crate) exact: usize,
    /// The size stayed: what the baseline "nothing changes" foresees.
    pub(crate) unchanged: usize,
    /// The same of passes in which replicas, the limiting rule or a hold changed.
    pub(crate) interesting: usize,
    pub(crate) interesting_exact: usize,
    pub(crate) interesting_unchanged: usize,
    /// Of the interesting ones, those whose metrics were what the client was last told: nobody foresees what comes in between.
    pub(crate) told: usize,
    pub(crate) told_exact: usize,
    /// How far the moment of a next change was off, in passes, where inputs stayed as they were until then.
    pub(crate) errors: Vec<f64>,
}

impl Foresight {
    /// Adds another's.
    pub(crate) fn add(&mut self, other: &Self) {
        self.passes += other.passes;
        self.exact += other.exact;
        self.unchanged += other.unchanged;
        self.interesting += other.interesting;
        self.interesting_exact += other.interesting_exact;
        self.interesting_unchanged += other.interesting_unchanged;
        self.told += other.told;
        self.told_exact += other.told_exact;
        self.errors.extend(&other.errors);
    }

    /// The error that nine of ten moments are below.
    pub(crate) fn ninetieth(&self) -> Option<f64> {
        let mut errors = self.errors.clone();
        errors.sort_by(f64::total_cmp);
        errors.get(errors.len() * 9 / 10).copied()
    }
}

/// Feeds a `Past` with what the client saw before each pass, and asks it what the pass will do.
pub(crate) fn foresee(
    namespace: &str,
    pace: Pace,
    watched: &Watched,
    asked: Vec<Fact>,
    passes: &[Pass],
    interest: &[bool],
) -> Foresight {
    let mut facts = seen(namespace, watched);
    facts.extend(asked);
    facts.sort_by_key(|fact| fact.received);
    let is_scaled_object = facts
        .iter()
        .any(|fact| matches!(fact.what, What::ScaledObject(_)));
    let subject = Subject {
        kind: if is_scaled_object {
            SubjectKind::ScaledObject
        } else {
            SubjectKind::Hpa
        },
        namespace: namespace.to_owned(),
        name: namespace.to_owned(),
    };
    let settings = Settings::known(pace.config(), pace.passes().shortest);
    let mut past = Past::new(subject, settings);
    let mut facts = facts.into_iter().peekable();
    let mut foresight = Foresight::default();
    let mut told = Told::default();
    for (index, pass) in passes.iter().enumerate() {
        while let Some(fact) = facts.next_if(|fact| fact.received < pass.began) {
            told.hear(&fact.what);
            past.add(fact);
        }
        let Some(found) = pass.size_found() else {
            continue;
        };
        let done = pass.size_written().unwrap_or(found);
        let (foreseen, _) = past.decide(pass.began);
        let (exact, unchanged) = (foreseen.replicas.value == done, found == done);
        foresight.passes += 1;
        foresight.exact += usize::from(exact);
        foresight.unchanged += usize::from(unchanged);
        if interest[index] {
            foresight.interesting += 1;
            foresight.interesting_exact += usize::from(exact);
            foresight.interesting_unchanged += usize::from(unchanged);
            if told.is_given(pass) {
                foresight.told += 1;
                foresight.told_exact += usize::from(exact);
            }
        }
        if let Some(change) = next_change(&passes[index..])
            && change > 0
            && let Some(next) = &foreseen.next_change
        {
            let (earliest, latest) = (next.change.at.earliest, next.change.at.latest);
            let middle = earliest.as_millisecond().midpoint(latest.as_millisecond());
            let real = passes[index + change].given().as_millisecond();
            let period = pace.autoscaling.sync_period.as_millis() as f64;
            foresight
                .errors
                .push((middle - real).unsigned_abs() as f64 / period);
        }
    }
    foresight
}

/// What the client was last told.
#[derive(Default)]
struct Told {
    hpa: Option<Box<HpaState>>,
    usage: Option<Answer<Vec<PodUsage>>>,
    external: Vec<ExternalAnswer>,
}

impl Told {
    fn hear(&mut self, what: &What) {
        match what {
            What::Hpa(hpa) => self.hpa.clone_from(hpa),
            What::Usage(usage) => self.usage = Some(usage.clone()),
            What::ExternalMetric(answer) => {
                self.external.retain(|one| one.metric != answer.metric);
                self.external.push(answer.clone());
            }
            _ => {}
        }
    }

    /// Whether the pass was given the same.
    fn is_given(&self, pass: &Pass) -> bool {
        let Some(hpa) = &self.hpa else { return false };
        let given = pass.metrics(&hpa.spec);
        let external = given.external.iter().all(|one| self.external.contains(one));
        let usage = given.resource.is_none() || given.resource == self.usage;
        external && usage
    }
}

/// After how many passes the size next changes, if all of them until then are given the same.
fn next_change(passes: &[Pass]) -> Option<usize> {
    let told = passes.first()?.told();
    let same = passes.iter().take_while(|pass| pass.told() == told);
    same.enumerate().find_map(|(index, pass)| {
        let written = pass.size_written()?;
        (Some(written) != pass.size_found()).then_some(index)
    })
}

/// What the watches of a workload's page tell.
fn seen(namespace: &str, watched: &Watched) -> Vec<Fact> {
    let kinds = [
        "HorizontalPodAutoscaler",
        "ScaledObject",
        "Deployment",
        "Pod",
    ];
    let mut facts = Vec::new();
    for kind in kinds {
        let changes = watched.changes(namespace, kind);
        let own = changes.iter().filter(|change| match &change.what {
            Some(What::Pod(pod)) => pod
                .pod
                .labels
                .get("app")
                .is_some_and(|app| app == namespace),
            Some(What::Target(Some(target))) => target.name == namespace,
            _ => true,
        });
        facts.extend(own.map(|change| Fact {
            received: change.received,
            source: None,
            what: change.what.clone().unwrap_or_else(|| gone(kind, change)),
        }));
    }
    let first = facts.iter().map(|fact| fact.received).min();
    let first = first.unwrap_or(Timestamp::UNIX_EPOCH);
    let parts = [Part::Autoscaler, Part::Target, Part::Pods, Part::Metrics];
    let begun = parts.map(|part| Fact {
        received: first,
        source: None,
        what: What::Watched(part),
    });
    begun.into_iter().chain(facts).collect()
}

fn gone(kind: &str, change: &Change) -> What {
    match kind {
        "HorizontalPodAutoscaler" => What::Hpa(None),
        "ScaledObject" => What::ScaledObject(None),
        "Deployment" => What::Target(None),
        _ => What::PodGone(change.name.clone()),
    }
}
