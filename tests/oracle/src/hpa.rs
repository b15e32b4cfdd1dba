//! The HPA controller's decisions, beside ours.

use std::path::PathBuf;

use control_plane::Error;
use scaling::certainty::Certainty;
use scaling::hpa::decision::Event;
use scaling::hpa::situation::Memory;
use scaling::hpa::status::Status;
use scaling::hpa::{Decision, Situation, following, pass};
use serde::Deserialize;
use serde_json::Value;

use crate::build::Overlay;

const PACKAGE: &str = "k8s.io/kubernetes/pkg/controller/podautoscaler";

fn overlay(cover: &'static [&'static str]) -> Overlay {
    Overlay {
        folder: "hpa",
        module: "k8s.io/kubernetes",
        package: "pkg/controller/podautoscaler",
        files: &[
            "fakes_test.go",
            "generate_test.go",
            "oracle_test.go",
            "sequence_test.go",
            "world_test.go",
        ],
        cover,
    }
}

/// The test program that counts which lines it reaches.
pub fn program() -> Result<PathBuf, Error> {
    overlay(&[
        PACKAGE,
        "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics",
    ])
    .build()
}

/// The test program without counters.
pub fn fast_program() -> Result<PathBuf, Error> {
    overlay(&[]).build()
}

/// Folder of the controller's source.
pub fn source() -> Result<PathBuf, Error> {
    let overlay = overlay(&[]);
    Ok(overlay.source()?.join(overlay.package))
}

/// A situation with what upstream made of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Of the batch.
    pub index: u64,
    /// Of a sequence.
    #[serde(default)]
    pub pass: u32,
    /// Whether the controller's memory was lost before it.
    #[serde(default)]
    pub restarted: bool,
    /// What the controller had.
    pub situation: Situation,
    /// What it did.
    pub answer: Answer,
}

/// What upstream's controller did in a pass.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The scale's `spec.replicas` afterwards.
    pub replicas: i32,
    /// Whether it wrote the scale.
    pub rescale: bool,
    /// The status that it wrote, if it did, letter by letter.
    pub status: Option<Value>,
    /// Its events.
    pub events: Vec<Event>,
    /// Its memory.
    pub memory: Memory,
}

/// A line of the speed test.
#[derive(Debug, Deserialize)]
pub struct Timed {
    /// What the controller had.
    pub situation: Situation,
    /// Time that upstream spent on all decisions up to this one.
    pub nanoseconds: u64,
}

/// Every difference between upstream's answer and ours, one a line.
pub fn differences(line: &Line, decision: &Decision) -> Vec<String> {
    let mut found = Vec::new();
    let answer = &line.answer;
    let mut compare = |what: &str, upstream: String, ours: String| {
        if upstream != ours {
            found.push(format!("{what}: upstream {upstream}, ours {ours}"));
        }
    };
    if let Some(replicas) = decision.replicas {
        compare(
            "replicas",
            answer.replicas.to_string(),
            replicas.to_string(),
        );
    }
    compare(
        "rescale",
        answer.rescale.to_string(),
        decision.rescale.to_string(),
    );
    // A list in another order is another status, so that upstream writes it again at random.
    let is_random = decision
        .events
        .iter()
        .any(|event| event.reason == "AmbiguousSelector");
    if !is_random {
        compare(
            "status written",
            answer.status.is_some().to_string(),
            decision.status_written.to_string(),
        );
    }
    if let Some(status) = &answer.status {
        let ours = serde_json::to_value(&decision.status).unwrap_or_default();
        compare("status", text_of_value(status.clone()), text_of_value(ours));
    }
    let events = |events: &[Event]| {
        let text = |event: &Event| {
            format!(
                "{} {} {}",
                event.kind.as_str(),
                event.reason,
                in_order(&event.message)
            )
        };
        events.iter().map(text).collect::<Vec<_>>().join(" | ")
    };
    compare("events", events(&answer.events), events(&decision.events));
    compare(
        "memory",
        text_of_memory(&answer.memory),
        text_of_memory(&decision.memory),
    );
    found
}

/// What [`pass`] decides otherwise than the decision with all its reasons, one a line.
pub fn unlike_pass(situation: &Situation, decision: &Decision) -> Vec<String> {
    let (ours, short) = (without_reasons(decision), without_reasons(&pass(situation)));
    if ours == short {
        Vec::new()
    } else {
        vec![format!("with reasons {ours:?}, without {short:?}")]
    }
}

fn without_reasons(decision: &Decision) -> Decision {
    Decision {
        metrics: Vec::new(),
        runners_up: Vec::new(),
        rules: Vec::new(),
        holds: Vec::new(),
        next_change: None,
        certainty: Certainty::Derived,
        ..decision.clone()
    }
}

/// What a pass of a sequence finds must be what the pass before it left.
pub fn carried(last: &Line, decision: &Decision, line: &Line) -> Vec<String> {
    let ours = following(&last.situation, decision, line.situation.now);
    let mut found = Vec::new();
    let mut compare = |what: &str, upstream: String, ours: String| {
        if upstream != ours {
            found.push(format!("carried {what}: upstream {upstream}, ours {ours}"));
        }
    };
    if !line.restarted {
        compare(
            "memory",
            text_of_memory(&line.situation.memory),
            text_of_memory(&ours.memory),
        );
    }
    compare(
        "status",
        text_of_status(&line.situation.status),
        text_of_status(&ours.status),
    );
    found
}

/// A written status as text; the names of autoscalers, which upstream lists in random order, in order.
fn text_of_value(mut status: Value) -> String {
    if status["currentMetrics"].is_null() {
        status["currentMetrics"] = Value::Array(Vec::new());
    }
    let conditions = status.get_mut("conditions").and_then(Value::as_array_mut);
    for condition in conditions.into_iter().flatten() {
        if let Some(message) = condition["message"].as_str() {
            condition["message"] = in_order(message).into();
        }
    }
    status.to_string()
}

/// A status as it reads after it was stored.
fn text_of_status(status: &Status) -> String {
    let stored = serde_json::to_string(status).and_then(|text| serde_json::from_str(&text));
    let back: Status = stored.unwrap_or_default();
    text_of_value(serde_json::to_value(&back).unwrap_or_default())
}

fn text_of_memory(memory: &Memory) -> String {
    serde_json::to_string(memory).unwrap_or_else(|error| error.to_string())
}

/// With the names of a list in brackets in order.
fn in_order(message: &str) -> String {
    let Some((start, list)) = message.split_once("are controlled by multiple HPAs: [") else {
        return message.to_owned();
    };
    let mut names: Vec<&str> = list.trim_end_matches(']').split(' ').collect();
    names.sort_unstable();
    format!(
        "{start}are controlled by multiple HPAs: [{}]",
        names.join(" ")
    )
}
