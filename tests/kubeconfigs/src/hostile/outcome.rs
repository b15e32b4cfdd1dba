//! What became of a hostile kubeconfig, and whether that is what must.

use serde::{Deserialize, Serialize};

/// How long opening and judging one kubeconfig may compute, in milliseconds; a hang ends the whole run.
const PATIENCE_MS: u128 = 2_000;

/// All secrets in the hostile part of the corpus have the first of them inside; then its base64, wherever it begins.
const SECRETS: [&str; 4] = ["PLANTED", "UExBTlRFRA", "BMQU5URU", "QTEFOVEVE"];

/// What of a hostile kubeconfig's secrets a text tells.
pub fn told(text: &str) -> Option<&'static str> {
    SECRETS.into_iter().find(|secret| text.contains(secret))
}

/// What must become of a case. The words are all said.
#[derive(Clone, Debug)]
pub enum Expectation {
    /// It comes to no target, and a message has these words, which name the field.
    Refused(Vec<String>),
    /// A danger of this kind is pointed out at this field.
    Warned {
        /// Name of a `DangerKind`.
        kind: String,
        /// Field of a fact.
        field: String,
    },
    /// The plan has a fact of this field with this in its value, and nothing of it happens.
    Planned {
        /// Field of a fact.
        field: String,
        /// Part of its value.
        value: String,
    },
    /// The list has these words, and nothing that moves the text around it.
    Shown(Vec<String>),
}

impl Expectation {
    /// From the columns of `hostile.tsv`.
    pub(super) fn of(outcome: &str, words: &str) -> Self {
        let words: Vec<String> = words.split('|').map(str::to_owned).collect();
        match (outcome, &words[..]) {
            ("refused", _) => Self::Refused(words),
            ("shown", _) => Self::Shown(words),
            ("warned", [kind, field]) => Self::Warned {
                kind: kind.clone(),
                field: field.clone(),
            },
            ("planned", [field, value]) => Self::Planned {
                field: field.clone(),
                value: value.clone(),
            },
            other => panic!("{other:?} is no expectation"),
        }
    }
}

/// What became of one case in a probe.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Name of the case.
    pub case: String,
    /// Why it could not be opened.
    pub unopened: Option<String>,
    /// What the list shows: all texts of each context.
    pub listed: Vec<String>,
    /// What was done with each context.
    pub steps: Vec<Step>,
    /// `Debug` of everything that came about.
    pub debug: String,
    /// What a panic said, or how the probe ended.
    pub panicked: Option<String>,
    /// Milliseconds it computed.
    pub took_ms: u128,
}

/// One step with one context.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Step {
    /// Why it failed or is refused.
    pub refusal: Option<String>,
    /// Kind, field and words of each danger.
    pub dangers: Vec<(String, String, String)>,
    /// Field and value of each fact.
    pub facts: Vec<(String, String)>,
    /// Whether a connection could be made now.
    pub ready: bool,
}

/// Whether a case came to what was expected of it.
pub fn verdict(expected: &Expectation, outcome: &Outcome) -> Result<(), String> {
    if let Some(how) = &outcome.panicked {
        return Err(format!("it ended with: {how}"));
    }
    if outcome.took_ms > PATIENCE_MS {
        return Err(format!("it computes for {} ms", outcome.took_ms));
    }
    if let Some(secret) = told(&serde_json::to_string(outcome).unwrap()) {
        return Err(format!("it tells a secret of the file: {secret}"));
    }
    let steps = || outcome.steps.iter();
    match expected {
        Expectation::Refused(words) => {
            if steps().any(|step| step.ready) {
                return Err("it is ready to connect".to_owned());
            }
            let said: Vec<&String> = outcome
                .unopened
                .iter()
                .chain(steps().filter_map(|step| step.refusal.as_ref()))
                .collect();
            let fits = |text: &&&String| words.iter().all(|word| text.contains(word.as_str()));
            said.iter()
                .find(fits)
                .map(drop)
                .ok_or_else(|| format!("it says {said:?}, not {words:?}"))
        }
        Expectation::Warned { kind, field } => {
            let fits = |danger: &(String, String, String)| {
                danger.0 == *kind && danger.1 == *field && !danger.2.is_empty()
            };
            let all: Vec<_> = steps().flat_map(|step| &step.dangers).collect();
            all.iter()
                .any(|danger| fits(danger))
                .then_some(())
                .ok_or_else(|| {
                    format!(
                        "no {kind} of {field} is pointed out: {all:?} {:?}",
                        refusals(outcome)
                    )
                })
        }
        Expectation::Planned { field, value } => {
            let fits =
                |fact: &&(String, String)| fact.0 == *field && fact.1.contains(value.as_str());
            let all: Vec<_> = steps().flat_map(|step| &step.facts).collect();
            all.iter().copied().find(fits).map(drop).ok_or_else(|| {
                format!(
                    "no fact is {field} with {value}: {all:?} {:?}",
                    refusals(outcome)
                )
            })
        }
        Expectation::Shown(words) => {
            let text = outcome.listed.join("\n");
            if let Some(missing) = words.iter().find(|word| !text.contains(word.as_str())) {
                return Err(format!(
                    "the list lacks {missing}: {text:?}, {:?}",
                    refusals(outcome)
                ));
            }
            let moves = |c: &char| {
                (c.is_control() && *c != '\n')
                    || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            };
            text.chars()
                .find(moves)
                .map_or(Ok(()), |c| Err(format!("the list has {c:?} in it")))
        }
    }
}

fn refusals(outcome: &Outcome) -> Vec<&String> {
    let of_steps = outcome
        .steps
        .iter()
        .filter_map(|step| step.refusal.as_ref());
    outcome.unopened.iter().chain(of_steps).collect()
}
