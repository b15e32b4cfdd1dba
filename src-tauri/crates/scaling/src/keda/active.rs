//! Whether the triggers ask for any replica at all.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:getScaledObjectState` with `getScalerState`.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::condition::Event;
use super::fallback::{self, Served};
use super::modifiers::{self, Composite};
use super::scaled_object::ScaledObjectStatus;
use super::situation::Situation;
use super::triggers::{
    self, BadTrigger, MetricRecord, Outcome, Place, Reading, Trigger, TriggerInput, TriggerSpec,
};
use crate::certainty::Certainty;

/// What a poll makes of the triggers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaActivity"))]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Whether replicas are asked for.
    pub is_active: bool,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why.
    pub because: Because,
    /// Whether any trigger failed.
    pub is_error: bool,
    /// Whether a fallback is in force.
    pub fallback_active: bool,
    /// Names of the metrics that are active, in the triggers' order; KEDA lists them in any order. With modifiers but no formula any
    /// one of these.
    pub active_metrics: Vec<String>,
    /// Each trigger.
    pub triggers: Vec<TriggerActivityDecision>,
    /// What the formula made of them.
    pub composite: Option<Composite>,
}

/// Why a ScaledObject counts as active or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaBecause"))]
#[serde(rename_all = "camelCase")]
pub enum Because {
    /// At least one trigger is active, or a fallback is in force.
    Trigger,
    /// The formula's result lies above its activation target.
    Formula,
    /// All triggers are cpu or memory, which count as active together.
    OnlyResources,
    /// No trigger is active.
    NoTrigger,
    /// The formula's result lies not above its activation target, or there is none.
    FormulaInactive,
    /// A trigger failed, so the formula was not asked.
    FormulaFailed,
}

/// What a poll makes of one trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaTriggerDecision"))]
#[serde(rename_all = "camelCase")]
pub struct TriggerActivityDecision {
    /// Its type.
    pub kind: String,
    /// Its name, if it has one.
    pub name: String,
    /// Whether it is active.
    pub is_active: bool,
    /// Why it counts as failed.
    pub error: Option<String>,
    /// Its metrics; none for cpu and memory.
    pub metrics: Vec<MetricDecision>,
    /// How sure all that is.
    pub certainty: Certainty,
}

/// What a poll makes of one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaMetricDecision"))]
#[serde(rename_all = "camelCase")]
pub struct MetricDecision {
    /// What was read.
    pub reading: Reading,
    /// Whether KEDA took over what the HPA's query saw in place of asking.
    pub observed_by_hpa: bool,
    /// Whether a formula does without it: a fallback's value that a query finds in the cache goes by no trigger's name.
    #[serde(default)]
    pub is_anonymous: bool,
    /// What is handed on.
    pub served: Served,
    /// Failures in a row, where they are counted.
    pub failures: Option<i32>,
    /// Whether it is active.
    pub is_active: bool,
}

/// Why the triggers gave no answer: the poll ends there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaStopped"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Stopped {
    /// A trigger cannot be built.
    BadTrigger(BadTrigger),
    /// The formula, or its target, is refused.
    BadFormula {
        /// Why.
        error: String,
    },
    /// `activationTarget` is no number; found out where no trigger failed.
    BadActivationTarget,
}

/// The triggers' answer with what it leaves in `status` (health, the Fallback condition) and events.
pub(crate) struct Asked {
    pub(crate) answer: Result<Activity, Stopped>,
    pub(crate) status: ScaledObjectStatus,
    pub(crate) events: Vec<Event>,
}

/// Who asks. Each may be given what the other saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A poll of the scale loop.
    Poll,
    /// A query of the HPA.
    Hpa,
}

/// Asks all triggers.
pub(crate) fn ask(situation: &Situation, asker: Asker) -> Asked {
    let mut status = situation.scaled_object.status.clone();
    let mut events = Vec::new();
    let answer = answer(situation, asker, &mut status, &mut events);
    Asked {
        answer,
        status,
        events,
    }
}

fn answer(
    situation: &Situation,
    asker: Asker,
    status: &mut ScaledObjectStatus,
    events: &mut Vec<Event>,
) -> Result<Activity, Stopped> {
    let object = &situation.scaled_object;
    let built = build(situation).map_err(Stopped::BadTrigger)?;
    let program = object
        .modifiers()
        .filter(|modifiers| !modifiers.formula.is_empty())
        .map(|modifiers| modifiers::compile(modifiers, &object.spec.triggers))
        .transpose()
        .map_err(|error| Stopped::BadFormula { error })?;

    let silent = TriggerInput::default();
    let decisions: Vec<TriggerActivityDecision> = built
        .iter()
        .enumerate()
        .map(|(index, trigger)| {
            let input = situation.triggers.get(index).unwrap_or(&silent);
            let place = (index, trigger);
            let decision = one(situation, asker, place, input, status);
            events.extend(decision.failures(object.modifiers().is_some()));
            decision
        })
        .collect();

    let is_error = decisions.iter().any(|trigger| trigger.error.is_some());
    let fallback_active = decisions.iter().any(TriggerActivityDecision::on_fallback);
    let mut activity = without_formula(decisions, is_error, fallback_active);
    if let Some(modifiers) = object.modifiers() {
        let composite = modifiers::composite(
            object,
            status,
            program.as_ref(),
            &activity.triggers,
            fallback_active,
        );
        let target = match asker {
            Asker::Poll => modifiers.activation_target.as_str(),
            // A query only wants the value.
            Asker::Hpa => "",
        };
        with_formula(&mut activity, composite, target)?;
    }
    if object.spec.triggers.iter().all(TriggerSpec::is_resource) && !is_error {
        activity.is_active = true;
        activity.because = Because::OnlyResources;
        activity.certainty = Certainty::Derived;
    }
    Ok(activity)
}

/// All triggers, or the first that cannot be built.
pub(crate) fn build(situation: &Situation) -> Result<Vec<Trigger>, BadTrigger> {
    let object = &situation.scaled_object;
    object
        .spec
        .triggers
        .iter()
        .enumerate()
        .map(|(index, spec)| {
            Trigger::build(
                spec,
                Place {
                    index,
                    namespace: &object.metadata.namespace,
                    as_metric_source: object.modifiers().is_some(),
                },
            )
        })
        .collect()
}

/// One trigger, with fallbacks applied (`getScalerState`).
fn one<'s>(
    situation: &Situation,
    asker: Asker,
    (index, trigger): (usize, &Trigger),
    input: &'s TriggerInput,
    status: &mut ScaledObjectStatus,
) -> TriggerActivityDecision {
    let spec = situation.scaled_object.spec.triggers.get(index);
    let mut decision = TriggerActivityDecision {
        kind: spec.map(|spec| spec.kind.clone()).unwrap_or_default(),
        name: spec.map(|spec| spec.name.clone()).unwrap_or_default(),
        is_active: false,
        error: None,
        metrics: Vec::new(),
        certainty: Certainty::Derived,
    };
    let readings = match triggers::read(trigger, input, situation.now) {
        Ok(readings) => readings,
        Err(error) => {
            decision.certainty = input.certainty.clone().derived();
            decision.error = Some(error);
            return decision;
        }
    };
    for reading in readings {
        decision.certainty = decision.certainty.and(reading.certainty.clone());
        let of = |records: &'s [MetricRecord]| {
            let mut records = records.iter();
            records.find(|record| record.metric == reading.metric)
        };
        let is_cached = spec.is_some_and(|spec| spec.use_cached_metrics);
        let record = match asker {
            Asker::Poll if situation.hpa_observations_usable() => of(&input.observed_by_hpa),
            Asker::Hpa if is_cached => of(&input.cached),
            Asker::Poll | Asker::Hpa => None,
        };
        let metric = match (record, asker) {
            (Some(record), Asker::Poll) => taken_over(reading, record),
            // It goes through the fallback a second time, so that a fallback's value counts as a success.
            (record, _) => asked(situation, reading, record, status),
        };
        // The last of several metrics decides, unless it failed.
        match &metric.served {
            Served::Failed { error } => decision.error = Some(error.clone()),
            Served::Measured { .. } | Served::Fallback { .. } | Served::Nil => {
                decision.is_active = metric.is_active;
            }
        }
        decision.metrics.push(metric);
    }
    decision
}

fn asked(
    situation: &Situation,
    reading: Reading,
    record: Option<&MetricRecord>,
    status: &mut ScaledObjectStatus,
) -> MetricDecision {
    let (measured, active) = match (record, &reading.outcome) {
        (Some(record), _) => (record.measured(), record.is_active),
        (None, Outcome::Value(value)) => (Ok(value.amount), value.is_active),
        (None, Outcome::Failed { error }) => (Err(error.as_str()), false),
    };
    let served = fallback::serve(
        &situation.scaled_object,
        status,
        &reading.metric,
        &reading.target,
        measured,
        &situation.target,
    );
    let failures = status
        .health
        .get(&reading.metric)
        .and_then(|health| health.number_of_failures);
    MetricDecision {
        is_active: active || matches!(served, Served::Fallback { .. }),
        observed_by_hpa: false,
        is_anonymous: record.is_some_and(|record| record.fallback_active),
        served,
        failures,
        reading,
    }
}

fn taken_over(reading: Reading, observed: &MetricRecord) -> MetricDecision {
    let served = match observed.measured() {
        Err(error) => Served::Failed {
            error: error.to_owned(),
        },
        Ok(amount) if observed.fallback_active => Served::Fallback {
            amount,
            replicas: 0,
        },
        Ok(amount) => Served::Measured { amount },
    };
    MetricDecision {
        is_active: observed.is_active || observed.fallback_active,
        observed_by_hpa: true,
        is_anonymous: false,
        served,
        failures: None,
        reading,
    }
}

impl TriggerActivityDecision {
    /// Whether any metric is on a fallback.
    pub fn on_fallback(&self) -> bool {
        self.metrics
            .iter()
            .any(|metric| matches!(metric.served, Served::Fallback { .. }))
    }

    /// Whether it failed before any metric could be asked for.
    pub(crate) fn is_nameless(&self) -> bool {
        self.metrics.is_empty() && self.error.is_some()
    }

    /// The events of its failures.
    fn failures(&self, with_formula: bool) -> Vec<Event> {
        if self.metrics.is_empty() {
            let specs = |error: &String| Event::warning("KEDAScalerFailed", error);
            return self.error.iter().map(specs).collect();
        }
        let reason = if with_formula {
            "KEDAMetricSourceFailed"
        } else {
            "KEDAScalerFailed"
        };
        let errors = self
            .metrics
            .iter()
            .filter_map(|metric| match &metric.served {
                Served::Failed { error } => Some(error),
                Served::Measured { .. } | Served::Fallback { .. } | Served::Nil => None,
            });
        errors.map(|error| Event::warning(reason, error)).collect()
    }
}

impl MetricRecord {
    fn measured(&self) -> Result<Amount, &str> {
        match &self.error {
            Some(error) => Err(error),
            None => Ok(self.value.unwrap_or(Amount::Whole(0))),
        }
    }
}

impl MetricDecision {
    /// What KEDA keeps of it.
    pub(crate) fn record(&self) -> MetricRecord {
        let (fallback_active, error) = match &self.served {
            Served::Measured { .. } | Served::Nil => (false, None),
            Served::Fallback { .. } => (true, None),
            Served::Failed { error } => (false, Some(error.clone())),
        };
        MetricRecord {
            metric: self.reading.metric.clone(),
            value: self.amount(),
            is_active: self.is_active,
            fallback_active,
            error,
        }
    }

    /// What the trigger's metric comes to; `None` if it failed.
    pub(super) fn amount(&self) -> Option<Amount> {
        match self.served {
            Served::Failed { .. } => None,
            Served::Measured { amount } | Served::Fallback { amount, .. } => Some(amount),
            Served::Nil => Some(Amount::Whole(-1)),
        }
    }
}

/// Any active trigger makes all active.
fn without_formula(
    triggers: Vec<TriggerActivityDecision>,
    is_error: bool,
    fallback_active: bool,
) -> Activity {
    let active_metrics = triggers
        .iter()
        .filter(|trigger| trigger.is_active)
        .flat_map(|trigger| &trigger.metrics)
        .filter(|metric| metric.amount().is_some())
        .map(|metric| metric.reading.metric.clone())
        .collect();
    let surest = triggers
        .iter()
        .filter(|trigger| trigger.is_active)
        .map(|trigger| trigger.certainty.clone())
        .min_by_key(Certainty::rank);
    let is_active = surest.is_some();
    let all = || {
        triggers.iter().fold(Certainty::Derived, |all, trigger| {
            all.and(trigger.certainty.clone())
        })
    };
    Activity {
        is_active,
        certainty: surest.unwrap_or_else(all),
        because: if is_active {
            Because::Trigger
        } else {
            Because::NoTrigger
        },
        is_error,
        fallback_active,
        active_metrics,
        triggers,
        composite: None,
    }
}

/// The formula's result alone decides.
fn with_formula(
    activity: &mut Activity,
    composite: Composite,
    activation_target: &str,
) -> Result<(), Stopped> {
    activity.is_active = false;
    activity.active_metrics = Vec::new();
    activity.certainty = activity
        .triggers
        .iter()
        .fold(composite.certainty.clone(), |all, trigger| {
            all.and(trigger.certainty.clone())
        });
    activity.because = if activity.is_error {
        Because::FormulaFailed
    } else {
        let threshold = match activation_target {
            "" => 0.0,
            text => super::go::parse_float(text).ok_or(Stopped::BadActivationTarget)?,
        };
        activity.active_metrics = composite
            .metrics
            .iter()
            .filter(|metric| metric.amount.as_f64() > threshold)
            .map(|metric| metric.metric.clone())
            .collect();
        activity.is_active = !activity.active_metrics.is_empty();
        if activity.is_active {
            Because::Formula
        } else {
            Because::FormulaInactive
        }
    };
    activity.composite = Some(composite);
    Ok(())
}
