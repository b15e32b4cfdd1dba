//! What KEDA's loops have at an instant, and what of it holds a size.

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::situation::Answered;
use scaling::hpa::spec::{SourceKind, Target};
use scaling::keda::amount::Amount;
use scaling::keda::condition::{self, ACTIVE, FALLBACK};
use scaling::keda::pause;
use scaling::keda::scaled_job;
use scaling::keda::scaled_object::COOLDOWN_PERIOD;
use scaling::keda::situation::TargetState;
use scaling::keda::triggers::{
    ExternalMetric, MetricTarget, MetricValue, Outcome, Place, PrometheusAnswer, Source, Trigger,
    TriggerInput, WorkloadPod,
};
use scaling::keda::{ScaledObject, Situation};
use scaling::{Certain, Certainty, When, hpa};

use crate::facts::Facts;
use crate::situation::Base;
use crate::{Band, BandKind, inputs, polls};

/// What the scale loop has.
pub(crate) fn situation(base: &Base<'_>, hpa: Option<&hpa::Situation>) -> Option<Situation> {
    let (_, object) = base.facts.scaled_object.at(base.at)?;
    let object = object.as_ref()?;
    Some(Situation {
        now: base.at,
        target: target(base, object, hpa),
        triggers: triggers(base, object, hpa),
        hpa_conditions: hpa.map(|hpa| hpa.status.conditions.clone()),
        last_poll: polls::last(base.facts, base.at),
        scaled_object: object.as_ref().clone(),
    })
}

fn target(base: &Base<'_>, object: &ScaledObject, hpa: Option<&hpa::Situation>) -> TargetState {
    match base.facts.target.at(base.at) {
        Some((_, Some(target))) => TargetState {
            ready_pods: Some(target.ready),
            ..TargetState::at(target.replicas.unwrap_or(1))
        },
        Some((_, None)) => {
            let reference = &object.spec.scale_target_ref;
            let kind = if reference.kind.is_empty() {
                "Deployment"
            } else {
                &reference.kind
            };
            let error = format!("{kind} \"{}\" not found", reference.name);
            TargetState {
                read_error: Some(error.clone()),
                scale_read_error: Some(error),
                ..TargetState::at(0)
            }
        }
        None => {
            let told = hpa.map_or(0, |hpa| hpa.status.desired_replicas);
            TargetState {
                replicas: Certain {
                    value: told,
                    certainty: Certainty::Estimated {
                        guess: "the workload's size is that of the HPA's status".to_owned(),
                    },
                },
                ..TargetState::at(told)
            }
        }
    }
}

/// What each trigger's source says, as far as the metrics that the HPA gets of it tell.
fn triggers(
    base: &Base<'_>,
    object: &ScaledObject,
    hpa: Option<&hpa::Situation>,
) -> Vec<TriggerInput> {
    let with_formula = object.modifiers().is_some();
    let each = object.spec.triggers.iter().enumerate();
    each.map(|(index, spec)| {
        let place = Place {
            index,
            namespace: &object.metadata.namespace,
            as_metric_source: with_formula,
        };
        let Ok(trigger) = Trigger::build(spec, place) else {
            return TriggerInput::default();
        };
        let begin = format!("s{index}-");
        let mut names = object.status.external_metric_names.iter();
        let known = names.find(|name| name.starts_with(&begin));
        let metric = match &trigger {
            Trigger::Cron(_) | Trigger::Resource(_) => return TriggerInput::default(),
            Trigger::Workload(workload) => Some(&workload.metric),
            Trigger::Prometheus(prometheus) => Some(&prometheus.metric),
            Trigger::External { .. } => known,
        };
        let Some(metric) = metric else {
            return TriggerInput::default();
        };
        // With a formula the API gives what the formula makes, whichever metric is asked for.
        if with_formula {
            return TriggerInput::default();
        }
        let Some((value, certainty)) = value(base, object, hpa, metric) else {
            return TriggerInput::default();
        };
        let source = match value {
            Err(error) => Source::Failed { error },
            Ok(milli) => source(&trigger, object, hpa, metric, milli),
        };
        TriggerInput {
            source,
            certainty,
            ..TriggerInput::default()
        }
    })
    .collect()
}

/// What a metric measured, in thousandths, or its error.
fn value(
    base: &Base<'_>,
    object: &ScaledObject,
    hpa: Option<&hpa::Situation>,
    metric: &str,
) -> Option<(Result<i64, String>, Certainty)> {
    let fresh = i64::from(object.polling_interval().max(0))
        .saturating_mul(2)
        .max(40);
    let oldest = base
        .at
        .saturating_sub(SignedDuration::from_secs(fresh))
        .ok()?;
    let mut lines = base.facts.external_metrics.iter();
    let line = lines
        .find(|(known, _)| known.name == metric)
        .map(|(_, line)| line);
    if let Some((_, answer)) = line
        .and_then(|line| line.at(base.at))
        .filter(|(at, _)| *at >= oldest)
    {
        let value = match &answer.answer.result {
            Answered::Value(values) => Ok(values.iter().map(hpa::amount::Amount::milli).sum()),
            Answered::Error(error) => Err(error.clone()),
        };
        return Some((value, answer.answer.certainty.clone()));
    }
    let hpa = hpa?;
    let replicas = match &hpa.scale.result {
        Answered::Value(scale) => scale.status_replicas,
        Answered::Error(_) => return None,
    };
    let (total, certainty) = inputs::external_total(&hpa.status, metric, replicas)?;
    Some((Ok(total), certainty))
}

fn source(
    trigger: &Trigger,
    object: &ScaledObject,
    hpa: Option<&hpa::Situation>,
    metric: &str,
    milli: i64,
) -> Source {
    let number = milli as f64 / 1000.0;
    match trigger {
        Trigger::Workload(_) => Source::Pods {
            // Each on a node of its own, so that they count the same with `groupByNode`.
            pods: (0..(milli / 1000).clamp(0, MOST_PODS))
                .map(|index| WorkloadPod {
                    phase: "Running".to_owned(),
                    node_name: index.to_string(),
                })
                .collect(),
        },
        Trigger::Prometheus(_) => Source::Prometheus {
            answer: PrometheusAnswer::Value {
                text: number.to_string(),
            },
        },
        Trigger::External { .. } => Source::Metrics {
            metrics: external_target(hpa, metric)
                .map(|target| ExternalMetric {
                    metric: metric.to_owned(),
                    target,
                    outcome: Outcome::Value(MetricValue {
                        amount: Amount::Float(number),
                        number,
                        activation_threshold: None,
                        is_active: object
                            .status
                            .triggers_activity
                            .get(metric)
                            .map_or(number > 0.0, |activity| activity.is_active),
                    }),
                })
                .into_iter()
                .collect(),
        },
        Trigger::Cron(_) | Trigger::Resource(_) => Source::Silent,
    }
}

/// More pods than this are not told apart.
const MOST_PODS: i64 = 100_000;

/// A metric's target as the HPA has it.
fn external_target(hpa: Option<&hpa::Situation>, metric: &str) -> Option<MetricTarget> {
    let external = hpa?
        .spec
        .metrics
        .iter()
        .filter(|of| of.kind == SourceKind::External);
    let mut sources = external.filter_map(|of| of.external.as_ref());
    let source = sources.find(|source| source.metric.name == metric)?;
    let Target {
        value,
        average_value,
        ..
    } = &source.target;
    let (kind, amount) = match (average_value, value) {
        (Some(amount), _) => ("AverageValue", amount),
        (None, Some(amount)) => ("Value", amount),
        (None, None) => return None,
    };
    Some(MetricTarget {
        kind: kind.to_owned(),
        amount: Amount::Float(amount.milli() as f64 / 1000.0),
    })
}

/// What the loop of a `ScaledJob` has.
pub(crate) fn job_situation(base: &Base<'_>) -> Option<scaled_job::Situation> {
    let (_, job) = base.facts.scaled_job.at(base.at)?;
    let scaled_job = job.as_ref()?.as_ref().clone();
    let jobs = base.facts.jobs.values();
    let jobs = jobs.filter_map(|line| line.at(base.at)?.1.as_ref());
    let points = base.facts.scaled_job.within(Timestamp::MIN, base.at);
    let polled = points.windows(2).rev().find_map(|pair| match pair {
        [(_, Some(before)), (seen, Some(after))] => {
            let is_poll = before.metadata.generation != after.metadata.generation
                || before.status.last_active_time != after.status.last_active_time;
            is_poll.then_some(*seen)
        }
        _ => None,
    });
    Some(scaled_job::Situation {
        now: base.at,
        triggers: Vec::new(),
        jobs: jobs.map(|job| job.job.clone()).collect(),
        create_error: None,
        last_poll: polled,
        scaled_job,
    })
}

/// What holds a size on KEDA's account.
pub(crate) fn bands(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let points = facts.scaled_object.all();
    let first = points
        .partition_point(|(at, _)| *at <= from)
        .saturating_sub(1);
    for (at, object) in points[first..].iter().take_while(|(at, _)| *at <= to) {
        let found = object
            .as_ref()
            .map_or_else(Vec::new, |object| of(facts, *at, object));
        let mut still = Vec::new();
        for band in found {
            let same = open
                .iter()
                .copied()
                .find(|index| bands[*index].kind == band.kind);
            let index = same.unwrap_or_else(|| {
                bands.push(band.clone());
                bands.len() - 1
            });
            bands[index].until = band.until;
            still.push(index);
        }
        for index in open.iter().filter(|index| !still.contains(index)) {
            bands[*index].until = Some(When::exactly(*at));
            bands[*index].holds = false;
        }
        open = still;
    }
    bands
}

fn of(facts: &Facts, at: Timestamp, object: &ScaledObject) -> Vec<Band> {
    let mut bands = Vec::new();
    let mut add = |kind, from, until| {
        bands.push(Band {
            kind,
            from,
            until,
            holds: true,
            held: None,
            asked: None,
            certainty: Certainty::Observed,
        });
    };
    if pause::pause(object).is_some() {
        add(BandKind::Paused, at, None);
        return bands;
    }
    let (is_in, is_out) = pause::one_way(object);
    for (is_paused, is_out) in [(is_in, false), (is_out, true)] {
        if is_paused {
            add(BandKind::PausedOneWay { is_out }, at, None);
        }
    }
    let conditions = &object.status.conditions;
    if condition::status(conditions, FALLBACK) == condition::TRUE {
        add(BandKind::Fallback, at, None);
    }
    let active = conditions.iter().find(|condition| condition.kind == ACTIVE);
    if active.is_some_and(|active| active.reason == "ScalerCooldown") {
        let (since, period) = match object.status.last_active_time {
            Some(last) => (last, object.spec.cooldown_period.unwrap_or(COOLDOWN_PERIOD)),
            None => (
                object.metadata.creation_timestamp.unwrap_or(at),
                object.spec.initial_cooldown_period.unwrap_or(0),
            ),
        };
        let end = since
            .saturating_add(SignedDuration::from_secs(i64::from(period)))
            .unwrap_or(Timestamp::MAX);
        add(
            BandKind::Cooldown,
            since,
            Some(poll_after(facts, object, at, end)),
        );
    }
    bands
}

/// The first poll strictly after a moment.
fn poll_after(facts: &Facts, object: &ScaledObject, at: Timestamp, end: Timestamp) -> When {
    let interval = SignedDuration::from_secs(i64::from(object.polling_interval().max(1)));
    let latest = end.saturating_add(interval).unwrap_or(Timestamp::MAX);
    let Some(polled) = polls::last(facts, at) else {
        return When {
            earliest: end,
            latest,
        };
    };
    let passed = end.duration_since(polled).as_secs_f64() / interval.as_secs_f64();
    let ahead = interval.as_secs_f64() * (passed.floor() + 1.0).max(0.0);
    let ahead = SignedDuration::try_from_secs_f64(ahead).unwrap_or(SignedDuration::ZERO);
    let next = polled.saturating_add(ahead).unwrap_or(latest).max(end);
    let slack = SignedDuration::from_millis(500);
    When {
        earliest: next.saturating_sub(slack).unwrap_or(next).max(end),
        latest: next.saturating_add(slack).unwrap_or(next),
    }
}
