//! What the HPA gets from KEDA when a pass asks for external metrics.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:GetScaledObjectMetrics`. `useCachedMetrics` is not followed: each query is live.

use super::active::{self, Activity, MetricDecision};
use super::fallback::{self, Served};
use super::scaled_object::ScaledObjectStatus;
use super::situation::Situation;
use super::triggers::ObservedByHpa;
use crate::certainty::Certainty;
use crate::hpa;
use crate::hpa::situation::{Answer, Answered, ExternalAnswer};
use crate::hpa::spec::MetricIdentifier;

/// What a query leaves behind in KEDA.
#[derive(Clone, Debug, PartialEq)]
pub struct Queried {
    status: ScaledObjectStatus,
    observed: Vec<Vec<ObservedByHpa>>,
    /// Whether a metric fails and each further query brings its fallback nearer.
    pub is_counting: bool,
}

/// Puts KEDA's answers at `keda.now` into the HPA's situation. Metrics that KEDA does not know are left as they are.
pub fn serve(keda: &Situation, hpa: &mut hpa::Situation) -> Option<Queried> {
    let asked = if keda.triggers.iter().any(|t| !t.observed_by_hpa.is_empty()) {
        let mut live = keda.clone();
        for input in &mut live.triggers {
            input.observed_by_hpa.clear();
        }
        active::ask(&live)
    } else {
        active::ask(keda)
    };
    let activity = asked.answer.ok()?;
    let replicas_certainty = keda.target.replicas.certainty.clone();
    let external = hpa.spec.metrics.iter().filter_map(|m| m.external.as_ref());
    let names: Vec<MetricIdentifier> = external.map(|source| source.metric.clone()).collect();
    for metric in names {
        let Some(mut answer) = answer(&activity, &metric.name) else {
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
            .map(|trigger| trigger.metrics.iter().map(observed).collect())
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

fn answer(activity: &Activity, name: &str) -> Option<Answer<Vec<hpa::amount::Amount>>> {
    let value = |amount: super::amount::Amount| {
        Answered::Value(vec![hpa::amount::Amount::parse(&amount.quantity())])
    };
    if activity.composite.is_some() && !activity.fallback_active && has_failed(activity) {
        // Though the formula may do without the metric that failed.
        return Some(Answer {
            result: Answered::Error(format!("metric:{name} encountered error")),
            certainty: activity.certainty.clone(),
        });
    }
    if let Some(composite) = &activity.composite
        && let Some(found) = composite.metrics.iter().find(|found| found.metric == name)
    {
        let certainty = activity.certainty.clone().and(composite.certainty.clone());
        return Some(Answer {
            result: value(found.amount),
            certainty,
        });
    }
    let mut metrics = activity
        .triggers
        .iter()
        .flat_map(|trigger| &trigger.metrics);
    let metric = metrics.find(|metric| metric.reading.metric == name);
    let Some(metric) = metric else {
        let composite = activity.composite.as_ref()?;
        (name == super::scaled_object::COMPOSITE_METRIC).then_some(())?;
        let why = "no matching metrics found".to_owned();
        return Some(Answer {
            result: Answered::Error(why),
            certainty: composite.certainty.clone(),
        });
    };
    let result = match &metric.served {
        Served::Measured { amount } | Served::Fallback { amount, .. } => value(*amount),
        Served::Nil => value(super::amount::Amount::Whole(-1)),
        Served::Failed { error } => Answered::Error(error.clone()),
    };
    let certainty: Certainty = metric.reading.certainty.clone();
    Some(Answer { result, certainty })
}

fn has_failed(activity: &Activity) -> bool {
    let triggers = activity.triggers.iter();
    let mut metrics = triggers.flat_map(|trigger| &trigger.metrics);
    metrics.any(|metric| match metric.served {
        Served::Failed { .. } => true,
        Served::Measured { .. } | Served::Fallback { .. } | Served::Nil => false,
    })
}

fn observed(metric: &MetricDecision) -> ObservedByHpa {
    let (value, fallback_active, error) = match &metric.served {
        Served::Measured { amount } => (Some(*amount), false, None),
        Served::Fallback { amount, .. } => (Some(*amount), true, None),
        Served::Nil => (None, false, None),
        Served::Failed { error } => (None, false, Some(error.clone())),
    };
    ObservedByHpa {
        metric: metric.reading.metric.clone(),
        value,
        is_active: metric.is_active,
        fallback_active,
        error,
    }
}
