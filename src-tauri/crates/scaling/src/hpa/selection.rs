//! Which pods the target's selector selects, if they are this autoscaler's alone.
//!
//! Follows `horizontal.go` (`validateAndParseSelector`, `hpasControllingPodsUnderSelector`).

use super::selector::Selector;
use super::situation::{Pod, Situation};

/// A selector that cannot be used: words of the event and of the condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(crate) event_reason: &'static str,
    pub(crate) condition_reason: &'static str,
    pub(crate) event: String,
    pub(crate) condition: String,
}

/// The pods under the selector, in the situation's order.
pub(crate) fn select<'a>(
    situation: &'a Situation,
    selector: &str,
) -> Result<Vec<&'a Pod>, Unusable> {
    if selector.is_empty() {
        return Err(Unusable {
            event_reason: "SelectorRequired",
            condition_reason: "InvalidSelector",
            event: "selector is required".to_owned(),
            condition: "the HPA target's scale is missing a selector".to_owned(),
        });
    }
    let unusable = |reason, error: String| Unusable {
        event_reason: reason,
        condition_reason: reason,
        condition: error.clone(),
        event: error,
    };
    let parsed = Selector::parse(selector).map_err(|error| {
        let error = format!(
            "couldn't convert selector into a corresponding internal selector object: {error}"
        );
        unusable("InvalidSelector", error)
    })?;
    let selected: Vec<&Pod> = situation
        .pods
        .iter()
        .filter(|pod| parsed.matches(&pod.labels))
        .collect();
    if situation.other_autoscalers.is_empty() {
        return Ok(selected);
    }
    let mut names = others_of(situation, &selected);
    // The controller's table takes a selector of blanks, which selects everything, for the one that it starts with, which selects
    // nothing: their texts are equal.
    if !parsed.is_empty() {
        names.push(&situation.name);
    }
    if names.len() < 2 {
        return Ok(selected);
    }
    // The controller lists them in random order.
    names.sort_unstable();
    let names: Vec<String> = names
        .into_iter()
        .map(|name| format!("{}/{name}", situation.namespace))
        .collect();
    Err(unusable(
        "AmbiguousSelector",
        format!(
            "pods by selector {selector} are controlled by multiple HPAs: [{}]",
            names.join(" ")
        ),
    ))
}

/// The other autoscalers that select one of the pods.
fn others_of<'a>(situation: &'a Situation, selected: &[&Pod]) -> Vec<&'a str> {
    let mut names: Vec<&str> = situation
        .other_autoscalers
        .iter()
        .filter(|other| other.name != situation.name)
        .filter(|other| {
            // One whose selector cannot be read never got into the controller's table.
            let selector = other.selector.as_deref().map(Selector::parse);
            let Some(Ok(selector)) = selector else {
                return false;
            };
            selected.iter().any(|pod| selector.matches(&pod.labels))
        })
        .map(|other| other.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
