//! In what two ScaledObjects, or two ScaledJobs, differ.

use std::collections::BTreeSet;

use scaling::keda::ScaledObject;
use scaling::keda::metadata::{
    Metadata, PAUSED, PAUSED_REPLICAS, PAUSED_SCALE_IN, PAUSED_SCALE_OUT,
};
use scaling::keda::scaled_job::ScaledJob;
use scaling::keda::scaled_object::{
    COOLDOWN_PERIOD, Fallback, POLLING_INTERVAL, ScaleTargetRef, ScaledObjectSpec,
};
use scaling::keda::triggers::TriggerSpec;

use super::{Change, Pause, behavior, number, seconds, value};

pub(super) fn of_object(before: &ScaledObject, after: &ScaledObject) -> Vec<Change> {
    let mut changes = pauses(&before.metadata, &after.metadata);
    let (old, new) = (&before.spec, &after.spec);
    let both = |of: fn(&ScaledObjectSpec) -> Option<i32>, default: i32| {
        (
            Some(of(old).unwrap_or(default)),
            Some(of(new).unwrap_or(default)),
        )
    };
    let (least, next_least) = both(|spec| spec.min_replica_count, 0);
    let (most, next_most) = both(|spec| spec.max_replica_count, 100);
    let (poll, next_poll) = both(|spec| spec.polling_interval, POLLING_INTERVAL);
    let (cooldown, next_cooldown) = both(|spec| spec.cooldown_period, COOLDOWN_PERIOD);
    let (initial, next_initial) = both(|spec| spec.initial_cooldown_period, 0);
    let values = [
        value(
            "target",
            target(&old.scale_target_ref),
            target(&new.scale_target_ref),
        ),
        number("minReplicaCount", least, next_least),
        number("maxReplicaCount", most, next_most),
        number(
            "idleReplicaCount",
            old.idle_replica_count,
            new.idle_replica_count,
        ),
        seconds("pollingInterval", poll, next_poll),
        seconds("cooldownPeriod", cooldown, next_cooldown),
        seconds("initialCooldownPeriod", initial, next_initial),
        value("fallback", fallback(old), fallback(new)),
    ];
    changes.extend(values.into_iter().flatten());
    changes.extend(triggers(&old.triggers, &new.triggers));
    changes.extend(formula(before, after));
    let rules = |spec: &ScaledObjectSpec| {
        let advanced = spec.advanced.clone()?;
        advanced.horizontal_pod_autoscaler_config?.behavior
    };
    changes.extend(behavior::changes(rules(old).as_ref(), rules(new).as_ref()));
    changes
}

pub(super) fn of_job(before: &ScaledJob, after: &ScaledJob) -> Vec<Change> {
    let mut changes = pauses(&before.metadata, &after.metadata);
    let (old, new) = (&before.spec, &after.spec);
    let or = |of: Option<i32>, default: i32| Some(of.unwrap_or(default));
    let text = |text: &str| Some(text.to_owned());
    let (was, is) = (&old.scaling_strategy, &new.scaling_strategy);
    let values = [
        number(
            "minReplicaCount",
            or(old.min_replica_count, 0),
            or(new.min_replica_count, 0),
        ),
        number(
            "maxReplicaCount",
            or(old.max_replica_count, 100),
            or(new.max_replica_count, 100),
        ),
        seconds(
            "pollingInterval",
            or(old.polling_interval, POLLING_INTERVAL),
            or(new.polling_interval, POLLING_INTERVAL),
        ),
        number(
            "successfulJobsHistoryLimit",
            or(old.successful_jobs_history_limit, 100),
            or(new.successful_jobs_history_limit, 100),
        ),
        number(
            "failedJobsHistoryLimit",
            or(old.failed_jobs_history_limit, 100),
            or(new.failed_jobs_history_limit, 100),
        ),
        value(
            "rollout strategy",
            text(&old.rollout.strategy),
            text(&new.rollout.strategy),
        ),
        value("scaling strategy", text(&was.strategy), text(&is.strategy)),
        number(
            "customScalingQueueLengthDeduction",
            was.custom_scaling_queue_length_deduction,
            is.custom_scaling_queue_length_deduction,
        ),
        value(
            "customScalingRunningJobPercentage",
            text(&was.custom_scaling_running_job_percentage),
            text(&is.custom_scaling_running_job_percentage),
        ),
        value(
            "pendingPodConditions",
            was.pending_pod_conditions.join(", "),
            is.pending_pod_conditions.join(", "),
        ),
        value(
            "multipleScalersCalculation",
            text(&was.multiple_scalers_calculation),
            text(&is.multiple_scalers_calculation),
        ),
    ];
    changes.extend(values.into_iter().flatten());
    changes.extend(triggers(&old.triggers, &new.triggers));
    changes
}

fn target(target: &ScaleTargetRef) -> String {
    let kind = match &*target.kind {
        "" => "Deployment",
        kind => kind,
    };
    format!("{kind} {}", target.name)
}

/// `6 after 3 failures`
fn fallback(spec: &ScaledObjectSpec) -> Option<String> {
    let Fallback {
        failure_threshold,
        replicas,
        behavior,
    } = spec.fallback.as_ref()?;
    let behavior = match &**behavior {
        "" | "static" => String::new(),
        other => format!(" ({other})"),
    };
    Some(format!(
        "{replicas} after {failure_threshold} failures{behavior}"
    ))
}

fn formula(before: &ScaledObject, after: &ScaledObject) -> Vec<Change> {
    let modifiers = |object: &ScaledObject| object.modifiers().cloned().unwrap_or_default();
    let (old, new) = (modifiers(before), modifiers(after));
    [
        value("formula", old.formula, new.formula),
        value("formula target", old.target, new.target),
        value(
            "formula activationTarget",
            old.activation_target,
            new.activation_target,
        ),
        value("formula metricType", old.metric_type, new.metric_type),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Annotations, as KEDA reads them (`NeedToBePausedByAnnotation`).
fn pauses(before: &Metadata, after: &Metadata) -> Vec<Change> {
    let whole = |metadata: &Metadata| match metadata.annotations.get(PAUSED_REPLICAS) {
        Some(size) => Some(Pause::At(size.clone())),
        None => metadata.switched_on(PAUSED).then_some(Pause::Whole),
    };
    let mut changes = Vec::new();
    match (whole(before), whole(after)) {
        (old, new) if old == new => {}
        (_, Some(pause)) => changes.push(Change::Paused(pause)),
        (Some(pause), None) => changes.push(Change::Resumed(pause)),
        (None, None) => {}
    }
    for (annotation, pause) in [(PAUSED_SCALE_IN, Pause::In), (PAUSED_SCALE_OUT, Pause::Out)] {
        match (
            before.switched_on(annotation),
            after.switched_on(annotation),
        ) {
            (false, true) => changes.push(Change::Paused(pause)),
            (true, false) => changes.push(Change::Resumed(pause)),
            (false, false) | (true, true) => {}
        }
    }
    changes
}

/// Triggers of a type are told apart by their names, those without by their order.
fn triggers(before: &[TriggerSpec], after: &[TriggerSpec]) -> Vec<Change> {
    let mut left: Vec<(String, &TriggerSpec)> = named(before);
    let mut changes = Vec::new();
    for (name, trigger) in named(after) {
        match left.iter().position(|(other, _)| *other == name) {
            Some(at) => {
                let (_, old) = left.remove(at);
                changes.extend(of_trigger(&name, old, trigger));
            }
            None => changes.push(Change::Added {
                what: format!("trigger {name}"),
                value: String::new(),
            }),
        }
    }
    let gone = left.into_iter();
    changes.extend(gone.map(|(name, _)| Change::Removed {
        what: format!("trigger {name}"),
    }));
    changes
}

/// `prometheus`, `prometheus 2`, `prometheus by-rate`
fn named(triggers: &[TriggerSpec]) -> Vec<(String, &TriggerSpec)> {
    let mut named: Vec<(String, &TriggerSpec)> = Vec::new();
    for trigger in triggers {
        let plain = match &*trigger.name {
            "" => trigger.kind.clone(),
            name => format!("{} {name}", trigger.kind),
        };
        let mut name = plain.clone();
        let mut count = 1;
        while named.iter().any(|(other, _)| *other == name) {
            count += 1;
            name = format!("{plain} {count}");
        }
        named.push((name, trigger));
    }
    named
}

fn of_trigger(name: &str, before: &TriggerSpec, after: &TriggerSpec) -> Vec<Change> {
    let keys: BTreeSet<&String> = before
        .metadata
        .keys()
        .chain(after.metadata.keys())
        .collect();
    let fields = keys.into_iter().filter_map(|key| {
        let of = |trigger: &TriggerSpec| trigger.metadata.get(key).cloned();
        value(&format!("{name} {key}"), of(before), of(after))
    });
    let text = |trigger: &TriggerSpec| Some(trigger.metric_type.clone());
    let cached = |trigger: &TriggerSpec| trigger.use_cached_metrics.to_string();
    let others = [
        value(&format!("{name} metricType"), text(before), text(after)),
        value(
            &format!("{name} useCachedMetrics"),
            cached(before),
            cached(after),
        ),
    ];
    fields.chain(others.into_iter().flatten()).collect()
}
