//! What the HPA gets from KEDA when a pass asks for external metrics.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:GetScaledObjectMetrics`.

use super::active::{self, Activity, Asker, MetricDecision};
use super::amount::Amount;
use super::fallback::{self, Served};
use super::modifiers::Composite;
use super::scaled_object::{COMPOSITE_METRIC, ScaledObjectStatus};
use super::situation::Situation;
use super::triggers::MetricRecord;
use crate::certainty::Certainty;
use crate::hpa;
use crate::hpa::situation::{Answer, Answered, ExternalAnswer};
use crate::hpa::spec::MetricIdentifier;

/// What a query leaves behind in KEDA.
#[derive(Clone, Debug, PartialEq)]
pub struct Queried {
    status: ScaledObjectStatus,
    observed: Vec<Vec<MetricRecord>>,
    /// Whether a metric fails and each further query brings its fallback nearer.
    pub is_counting: bool,
}

/// Puts KEDA's answers at `keda.now` into the HPA's situation. Metrics that KEDA does not know are left as they are.
pub fn serve(keda: &Situation, hpa: &mut hpa::Situation) -> Option<Queried> {
    let asked = active::ask(keda, Asker::Hpa);
    let activity = asked.answer.ok()?;
    let replicas_certainty = keda.target.replicas.certainty.clone();
    let modifiers = keda.scaled_object.modifiers();
    let has_target = modifiers.is_some_and(|modifiers| !modifiers.target.is_empty());
    let external = hpa.spec.metrics.iter().filter_map(|m| m.external.as_ref());
    let names: Vec<MetricIdentifier> = external.map(|source| source.metric.clone()).collect();
    for metric in names {
        let Some(mut answer) = answer(&activity, has_target, &metric.name) else {
            continue;
        };
        if activity.fallback_active {
            answer.certainty = answer.certainty.and(replicas_certainty.clone());
        }
        let answers = &mut hpa.metrics.external;
        match answers.iter_mut().find(|found| found.metric == metric) {
            Some(found) => found.answer = answer,
            None => answers.push(ExternalAnswer { metric, answer }),
        }
    }
    Some(Queried {
        is_counting: is_counting(keda, &activity),
        observed: activity
            .triggers
            .iter()
            .map(|trigger| trigger.metrics.iter().map(MetricDecision::record).collect())
            .collect(),
        status: asked.status,
    })
}

impl Queried {
    /// What remains of the query once a pass has made it: failures counted, values that the loop may take over.
    pub fn remember(self, keda: &mut Situation) {
        keda.scaled_object.status = self.status;
        keda.triggers.resize_with(
            self.observed.len().max(keda.triggers.len()),
            Default::default,
        );
        for (input, observed) in keda.triggers.iter_mut().zip(self.observed) {
            input.observed_by_hpa = observed;
        }
    }
}

/// Whether a metric fails whose fallback is not in force yet.
pub(crate) fn is_counting(keda: &Situation, activity: &Activity) -> bool {
    let mut metrics = activity
        .triggers
        .iter()
        .flat_map(|trigger| &trigger.metrics);
    fallback::valid(&keda.scaled_object).is_some()
        && metrics.any(|metric| metric.amount().is_none())
}

/// What a query for a metric gives; `None` if KEDA does not know it. Where the formula has a target, each query is for what it makes
/// of all metrics (`getTrueMetricArray`).
fn answer(
    activity: &Activity,
    has_target: bool,
    name: &str,
) -> Option<Answer<Vec<hpa::amount::Amount>>> {
    let triggers = activity.triggers.iter();
    let mut metrics = triggers.flat_map(|trigger| &trigger.metrics);
    let metric = metrics.find(|metric| metric.reading.metric == name);
    if let Some(composite) = &activity.composite
        && (metric.is_some() || name == COMPOSITE_METRIC)
    {
        let certainty = activity.certainty.clone().and(composite.certainty.clone());
        let result = if has_target {
            of_all(activity, composite, name)
        } else {
            Err(none(name))
        };
        return Some(answered(result, certainty.and(twins(activity, composite))));
    }
    let metric = metric?;
    let mut certainty = metric.reading.certainty.clone();
    let mut triggers = activity.triggers.iter();
    let nameless = triggers.find(|trigger| trigger.is_nameless());
    let result = match (&metric.served, nameless) {
        (Served::Failed { error }, _) => Err(error.clone()),
        (Served::Fallback { amount, .. }, _) | (Served::Measured { amount }, None) => {
            Ok(vec![*amount])
        }
        (Served::Nil, None) => Ok(vec![Amount::Whole(-1)]),
        // A trigger that cannot even name its metrics fails every query.
        (Served::Measured { .. } | Served::Nil, Some(trigger)) => {
            certainty = certainty.and(trigger.certainty.clone());
            Err(failed(name))
        }
    };
    Some(answered(result, certainty))
}

/// What the formula makes of all metrics.
fn of_all(activity: &Activity, composite: &Composite, name: &str) -> Result<Vec<Amount>, String> {
    // Though the formula may do without the metric that failed.
    if !activity.fallback_active && has_failed(activity) {
        return Err(failed(name));
    }
    let mut metrics = activity
        .triggers
        .iter()
        .flat_map(|trigger| &trigger.metrics);
    if composite.metrics.is_empty() || !metrics.any(|metric| metric.amount().is_some()) {
        return Err(none(name));
    }
    Ok(composite.metrics.iter().map(|found| found.amount).collect())
}

fn answered(
    result: Result<Vec<Amount>, String>,
    certainty: Certainty,
) -> Answer<Vec<hpa::amount::Amount>> {
    let amount = |amount: Amount| hpa::amount::Amount::parse(&amount.quantity());
    let result = match result {
        Ok(amounts) => Answered::Value(amounts.into_iter().map(amount).collect()),
        Err(error) => Answered::Error(error),
    };
    Answer { result, certainty }
}

fn failed(name: &str) -> String {
    format!("metric:{name} encountered error")
}

fn none(name: &str) -> String {
    format!("no matching metrics found for {name}")
}

/// How sure a formula's result is with several metrics that go by one name.
fn twins(activity: &Activity, composite: &Composite) -> Certainty {
    let mut triggers = activity.triggers.iter();
    if composite.result.is_some() && triggers.any(|trigger| trigger.metrics.len() > 1) {
        let why = "a trigger has several metrics, of which KEDA gives the formula any one";
        return Certainty::Unknown {
            why: why.to_owned(),
        };
    }
    Certainty::Observed
}

fn has_failed(activity: &Activity) -> bool {
    let failed = |metric: &MetricDecision| match metric.served {
        Served::Failed { .. } => true,
        Served::Measured { .. } | Served::Fallback { .. } | Served::Nil => false,
    };
    let mut triggers = activity.triggers.iter();
    triggers.any(|trigger| trigger.is_nameless() || trigger.metrics.iter().any(failed))
}
