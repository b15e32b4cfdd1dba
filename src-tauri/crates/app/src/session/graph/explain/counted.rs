//! The pods or values that went into a decision.

use model::quantity::{cpu_text, memory_text};
use scaling::hpa::decision::{Input, MetricEvaluation, PodGroups};
use scaling::hpa::situation::{Phase, Pod};
use scaling::hpa::spec::SourceKind;
use scaling::keda::scaled_job;
use scaling::keda::triggers::Source;
use scaling::together::{Situation, Together};
use wire::Counted;

use super::Instant;
use crate::session::graph::titles;

/// Rows of a table; what is beyond is told.
const MOST: usize = 100;

/// What counted for the metric that decides, or for the first that tells of single pods.
pub(super) fn counted(decided: &Together, situation: &Situation, instant: &Instant<'_>) -> Counted {
    let Some(hpa) = &decided.hpa else {
        return Counted::default();
    };
    let winner = hpa.winner.and_then(|index| usize::try_from(index).ok());
    let winner = winner.and_then(|index| hpa.metrics.get(index));
    let mut metrics = hpa.metrics.iter();
    let Some(metric) = winner.or_else(|| metrics.find(|metric| metric.groups.is_some())) else {
        return Counted::default();
    };
    match &metric.groups {
        Some(groups) => pods(metric, groups, situation),
        None => of_trigger(metric, situation).unwrap_or_else(|| values(metric, instant)),
    }
}

fn pods(metric: &MetricEvaluation, groups: &PodGroups, situation: &Situation) -> Counted {
    let known = situation.hpa.iter().flat_map(|hpa| &hpa.pods);
    let known: Vec<&Pod> = known.collect();
    let mut rows = Vec::new();
    for (names, how) in [
        (&groups.ready, How::Measured),
        (&groups.unready, How::Unready),
        (&groups.missing, How::Missing),
        (&groups.ignored, How::Ignored),
    ] {
        for name in names {
            let input = metric.inputs.iter().find(|input| input.of == *name);
            let pod = known.iter().find(|pod| pod.name == *name);
            rows.push(vec![
                name.to_string(),
                amount(metric, input.and_then(|input| input.usage)),
                amount(metric, input.and_then(|input| input.request)),
                how.words(pod.copied()),
            ]);
        }
    }
    let parts = [
        (groups.ready.len(), "measured"),
        (groups.unready.len(), "not ready"),
        (groups.missing.len(), "without a sample"),
        (groups.ignored.len(), "ignored"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let summary = match parts.join(", ") {
        parts if parts.is_empty() => "No pods.".to_owned(),
        parts => format!("Pods for {}: {parts}.", metric.metric),
    };
    table(summary, &["Pod", "Usage", "Request", "Counts as"], rows)
}

/// How a pod counted.
#[derive(Clone, Copy)]
enum How {
    Measured,
    Unready,
    Missing,
    Ignored,
}

impl How {
    fn words(self, pod: Option<&Pod>) -> String {
        let deleted = pod.is_some_and(|pod| pod.deletion_timestamp.is_some());
        let pending = pod.is_some_and(|pod| pod.phase == Phase::Pending);
        match self {
            Self::Measured => "measured",
            Self::Unready if pending => "not ready: still pending",
            Self::Unready => "not ready, or ready for less than its sample looks back",
            Self::Missing => "no sample: holds the count back both ways",
            Self::Ignored if deleted => "ignored: it is being deleted",
            Self::Ignored => "ignored: it failed",
        }
        .to_owned()
    }
}

/// The pods that a kubernetes-workload trigger counts.
fn of_trigger(metric: &MetricEvaluation, situation: &Situation) -> Option<Counted> {
    let keda = situation.keda.as_ref()?;
    let index = metric.metric.strip_prefix('s')?.split_once('-')?.0;
    let index: usize = index.parse().ok()?;
    let trigger = keda.scaled_object.spec.triggers.get(index)?;
    let Source::Pods { pods } = &keda.triggers.get(index)?.source else {
        return None;
    };
    let counts = |phase: &str| !matches!(phase, "Succeeded" | "Failed");
    let count = pods.iter().filter(|pod| counts(&pod.phase)).count();
    let selector = trigger.metadata.get("podSelector").map_or("", |text| text);
    Some(Counted {
        summary: format!(
            "{count} {} of {selector} that {} not finished; readiness does not matter to this trigger.",
            if count == 1 { "pod" } else { "pods" },
            if count == 1 { "has" } else { "have" },
        ),
        ..Counted::default()
    })
}

/// The values of series, or of an object.
fn values(metric: &MetricEvaluation, instant: &Instant<'_>) -> Counted {
    let title = titles::of_external(&metric.metric, instant.object);
    let name = title.map_or_else(|| metric.metric.clone(), |title| title.whole());
    let row = |input: &Input| vec![input.of.to_string(), amount(metric, input.usage)];
    let summary = match metric.inputs.as_slice() {
        [] => return Counted::default(),
        [one] => format!("One value of {name}: {}.", amount(metric, one.usage)),
        all => format!("{} values of {name}, added up.", all.len()),
    };
    let rows = metric.inputs.iter().map(row).collect();
    table(summary, &["Series", "Value"], rows)
}

/// The Jobs of a `ScaledJob` that run.
pub(super) fn jobs(situation: &scaled_job::Situation, decision: &scaled_job::Decision) -> Counted {
    let conditions = &situation
        .scaled_job
        .spec
        .scaling_strategy
        .pending_pod_conditions;
    let running = situation.jobs.iter().filter(|job| job.end().is_none());
    let rows = running.map(|job| {
        let counts = if job.is_pending(conditions) {
            "running, pending"
        } else {
            "running"
        };
        vec![job.name.clone(), counts.to_owned()]
    });
    let arithmetic = &decision.arithmetic;
    let summary = match (arithmetic.running, arithmetic.pending) {
        (0, _) => "No Job runs.".to_owned(),
        (1, 0) => "1 Job runs.".to_owned(),
        (1, _) => "1 Job runs, which is pending.".to_owned(),
        (running, 0) => format!("{running} Jobs run."),
        (running, 1) => format!("{running} Jobs run, 1 of them is pending."),
        (running, pending) => format!("{running} Jobs run, {pending} of them are pending."),
    };
    table(summary, &["Job", "Counts as"], rows.collect())
}

fn table(mut summary: String, columns: &[&str], mut rows: Vec<Vec<String>>) -> Counted {
    if rows.len() > MOST {
        summary = format!("{summary} The first {MOST} of {} are listed.", rows.len());
        rows.truncate(MOST);
    }
    Counted {
        summary,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows,
    }
}

/// Thousandths in the metric's unit.
fn amount(metric: &MetricEvaluation, milli: Option<i64>) -> String {
    let Some(milli) = milli else {
        return "—".to_owned();
    };
    let is_resource = match &metric.source {
        SourceKind::Resource | SourceKind::ContainerResource => true,
        SourceKind::Object | SourceKind::Pods | SourceKind::External | SourceKind::Other(_) => {
            false
        }
    };
    match &*metric.metric {
        "cpu" if is_resource => cpu_text(milli.saturating_mul(1_000_000)),
        "memory" if is_resource => memory_text(milli / 1000),
        _ if milli % 1000 == 0 => (milli / 1000).to_string(),
        _ => {
            #[allow(clippy::cast_precision_loss)] // three decimals are shown
            let value = milli as f64 / 1000.0;
            value.to_string()
        }
    }
}
