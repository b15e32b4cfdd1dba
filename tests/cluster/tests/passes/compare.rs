//! What the engine decides beside what the controller did.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use scaling::hold::HoldRule;
use scaling::hpa::decision::RuleStep;
use scaling::hpa::situation::Memory;
use scaling::hpa::status::Status;
use scaling::hpa::{Decision, Situation, decide};
use serde_json::json;

use crate::audit::Entry;
use crate::passes::{Pass, Scene};

/// Times in a status are whole seconds, cut off somewhat after the pass began.
const ROUNDING: SignedDuration = SignedDuration::from_millis(1_500);

/// How a namespace's passes compare.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) passes: usize,
    /// Replicas, the limiting rule or a hold changed.
    pub(crate) interesting: usize,
    /// Of all passes, those in which the engine decides otherwise.
    pub(crate) disagreements: usize,
    /// Passes in which something reached the controller, or a window's edge, sooner or later than this client.
    pub(crate) reordered: usize,
    /// Reasons and messages of all events that were decided.
    pub(crate) events: BTreeSet<(String, String)>,
    /// The first disagreements, with their whole situations.
    pub(crate) cases: Vec<serde_json::Value>,
    /// Of each pass, whether it was interesting.
    pub(crate) interest: Vec<bool>,
}

impl Score {
    /// An event that was told and never decided is a disagreement; many are never told, as client-go holds back who tells too much.
    /// What came after `until` may be of a pass that was not over.
    pub(crate) fn hear(&mut self, namespace: &str, entries: &[Entry], until: Timestamp) {
        let told = entries.iter().filter(|entry| {
            entry.is_of_hpa_controller()
                && entry.request_received_timestamp < until
                && entry.object_ref.namespace == namespace
                && entry.object_ref.resource == "events"
                && entry.verb == "create"
        });
        for entry in told {
            let text = |member: &str| {
                let value = &entry.request_object[member];
                value.as_str().unwrap_or_default().to_owned()
            };
            // client-go's words before what it has told too often.
            let message = text("message").replace("(combined from similar events): ", "");
            let event = (text("reason"), message);
            if !self.events.contains(&event) {
                self.disagreements += 1;
                let difference = format!("told {event:?}, which was not decided");
                self.cases
                    .push(json!({"scenario": namespace, "differences": [difference]}));
            }
        }
    }
}

/// What a pass looks like from outside.
#[derive(PartialEq)]
struct Look {
    rule: Option<&'static str>,
    holds: Vec<HoldRule>,
}

/// Plays all passes with the memory carried from one to the next.
pub(crate) fn compare(name: &str, scene: &Scene, passes: &[Pass]) -> Score {
    let mut score = Score::default();
    let mut memory = Memory::default();
    let mut uid = String::new();
    let mut last: Option<Look> = None;
    for pass in passes {
        let mut situations = scene.situations(pass);
        let Some((own, _)) = situations.first() else {
            score.interest.push(false);
            continue;
        };
        if *own != uid {
            uid.clone_from(own);
            memory = Memory::default();
        }
        let mut found: Option<(Situation, Decision)> = None;
        let mut problems = Vec::new();
        for (index, (_, situation)) in situations.iter_mut().enumerate() {
            situation.memory.clone_from(&memory);
            let (decision, _) = decide(situation);
            let differs = differences(&decision, pass);
            if differs.is_empty() {
                score.reordered += usize::from(index > 0);
                found = Some((situation.clone(), decision));
                break;
            }
            if index == 0 {
                problems = differs;
                found = Some((situation.clone(), decision));
            }
        }
        let (situation, decision) = found.expect("there is a situation");
        let agrees = differences(&decision, pass).is_empty();
        score.passes += 1;
        if !agrees {
            score.disagreements += 1;
            if score.cases.len() < 3 {
                score.cases.push(json!({
                    "scenario": name, "differences": problems, "situation": situation,
                    "decision": {"rescale": decision.rescale, "replicas": decision.replicas, "statusWritten": decision.status_written,
                        "status": decision.status, "events": decision.events},
                }));
            }
        }
        let look = look(&decision);
        let resized = decision.replicas != decision.current;
        let interesting = resized || last.as_ref() != Some(&look);
        score.interesting += usize::from(interesting);
        score.interest.push(interesting);
        last = Some(look);
        let told = decision.events.iter();
        score
            .events
            .extend(told.map(|event| (event.reason.clone(), event.message.clone())));
        memory = decision.memory;
    }
    score
}

fn look(decision: &Decision) -> Look {
    let limiting = decision.rules.iter().rev();
    let mut limiting = limiting.filter(|step| step.before != step.after);
    Look {
        rule: limiting.next().map(rule_name),
        holds: decision.holds.iter().map(|hold| hold.rule).collect(),
    }
}

fn rule_name(step: &RuleStep) -> &'static str {
    use scaling::hpa::decision::Rule;
    match step.rule {
        Rule::NotNegative => "not negative",
        Rule::LegacyStabilization { .. } => "legacy stabilization",
        Rule::LegacyScaleUpLimit { .. } => "legacy limit",
        Rule::Stabilization { .. } => "stabilization",
        Rule::ScaleUpPolicies { .. } => "policies up",
        Rule::ScaleDownPolicies { .. } => "policies down",
        Rule::ScaleUpDisabled => "disabled up",
        Rule::ScaleDownDisabled => "disabled down",
        Rule::MaxReplicas { .. } => "max",
        Rule::MinReplicas { .. } => "min",
    }
}

/// In words; empty if the controller did what was decided.
fn differences(decision: &Decision, pass: &Pass) -> Vec<String> {
    let mut all = Vec::new();
    let mut expect = |what: &str, decided: String, done: String| {
        if decided != done {
            all.push(format!("{what}: decided {decided}, done {done}"));
        }
    };
    let resized = pass.size_written();
    let decided = decision
        .rescale
        .then(|| decision.desired.unwrap_or_default());
    expect(
        "size written",
        format!("{decided:?}"),
        format!("{resized:?}"),
    );
    let written = pass.status.as_ref().map(|entry| {
        let status = entry.request_object["status"].clone();
        serde_json::from_value::<Status>(status).unwrap()
    });
    expect(
        "status written",
        decision.status_written.to_string(),
        written.is_some().to_string(),
    );
    let Some(written) = written else { return all };
    let own = &decision.status;
    let of = |status: &Status| {
        json!({
            "current": status.current_replicas, "desired": status.desired_replicas,
            "conditions": status.conditions.iter().map(|one| {
                json!([one.kind, one.status, one.reason, one.message])
            }).collect::<Vec<_>>(),
        })
        .to_string()
    };
    expect("status", of(own), of(&written));
    if own.current_metrics != written.current_metrics {
        let text = |status: &Status| serde_json::to_string(&status.current_metrics).unwrap();
        expect("metrics", text(own), text(&written));
    }
    if !near(own.last_scale_time, written.last_scale_time) {
        expect(
            "last scale time",
            format!("{:?}", own.last_scale_time),
            format!("{:?}", written.last_scale_time),
        );
    }
    for (one, other) in own.conditions.iter().zip(&written.conditions) {
        if !near(one.last_transition_time, other.last_transition_time) {
            expect(
                "transition time",
                format!("{:?} {:?}", one.kind, one.last_transition_time),
                format!("{:?} {:?}", other.kind, other.last_transition_time),
            );
        }
    }
    all
}

fn near(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.duration_since(other).abs() <= ROUNDING,
        (None, None) => true,
        _ => false,
    }
}
