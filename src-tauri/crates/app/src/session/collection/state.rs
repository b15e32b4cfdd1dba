//! How far a collection's rows are, how fresh, and what the account lacks to have more.

use cluster::RequestError;
use cluster::health::Health;
use model::{Kind, Resource};
use wire::{ErrorCode, Phase, ViewState};

use super::super::rights::list_of;
use super::super::status::Status;
use super::{Collection, Feed};
use crate::lacks::{self, Where};

impl Collection {
    /// How far or how fresh it is, for views on `namespaces`.
    pub(crate) fn state(&self, namespaces: &[String], now: &Status) -> ViewState {
        let received = self.feeds.iter().map(|f| f.received).sum::<u64>();
        let expected = self
            .feeds
            .iter()
            .map(|f| f.expected)
            .try_fold(0, |sum, e| e.map(|e| sum + e));
        let mut state = ViewState {
            phase: Phase::Live,
            why: String::new(),
            received: u32::try_from(received).unwrap_or(u32::MAX),
            expected: expected.map(|e| u32::try_from(e).unwrap_or(u32::MAX)),
            code: None,
            lack: None,
            limited_to: Vec::new(),
        };
        for feed in &self.feeds {
            let relevant = match &feed.namespace {
                None => true,
                // A namespace that another view asks for and may not have does not spoil this one.
                Some(namespace) if namespaces.is_empty() => {
                    *namespace == self.own_namespace || !feed.failed()
                }
                Some(namespace) => namespaces.contains(namespace),
            };
            if relevant {
                feed.describe(&mut state, self, now);
            }
        }
        if state.phase == Phase::Live && namespaces.is_empty() && self.wide_forbidden.is_some() {
            state.limited_to = self.allowed_namespaces().unwrap_or_default();
            let namespaces = match state.limited_to.as_slice() {
                [_] => "namespace",
                _ => "namespaces",
            };
            state.why = format!(
                "Your account may not list {} in all namespaces; this shows {namespaces} {}.",
                self.resource.plural,
                state.limited_to.join(", ")
            );
            state.code = Some(ErrorCode::Forbidden);
        }
        let unreadable = self.feeds.iter().map(|f| f.unreadable).sum::<u64>();
        if state.phase == Phase::Live && unreadable > 0 {
            state.why = format!(
                "{unreadable} objects the server sent could not be read and are missing here."
            );
        }
        if let Some(why) = now.doubt() {
            if state.phase == Phase::Live {
                state.phase = Phase::Stale;
                state.why = why;
            } else if state.phase == Phase::Listing && state.why.is_empty() {
                state.why = why;
            }
        }
        state
    }

    fn missing_words(&self) -> String {
        match self.kind {
            Some(Kind::ScaledObjects) => {
                "This cluster has no ScaledObjects: KEDA is not installed.".to_owned()
            }
            Some(Kind::ScaledJobs) => {
                "This cluster has no ScaledJobs: KEDA is not installed.".to_owned()
            }
            _ => format!(
                "The server serves no {} of {}: the kind was removed, or its API does not answer. They appear again with it.",
                self.resource.plural,
                group_words(&self.resource)
            ),
        }
    }
}

fn group_words(resource: &Resource) -> String {
    if resource.group.is_empty() {
        resource.version.clone()
    } else {
        format!("{}/{}", resource.group, resource.version)
    }
}

impl Feed {
    pub(super) fn failed(&self) -> bool {
        matches!(self.health, Health::Failed { .. })
    }

    /// Worsens `state` by what this feed knows.
    fn describe(&self, state: &mut ViewState, of: &Collection, now: &Status) {
        let rank = |phase: Phase| match phase {
            Phase::Live => 0,
            Phase::Listing => 1,
            Phase::Stale => 2,
            Phase::Failed => 3,
        };
        let mut lack = None;
        let (phase, why, code) = match &self.health {
            Health::Listing => (Phase::Listing, String::new(), None),
            Health::Live { .. } => (
                if self.listed {
                    Phase::Live
                } else {
                    Phase::Listing
                },
                String::new(),
                None,
            ),
            // What never came is not out of date.
            Health::Stale {
                as_of_ms: _, why, ..
            } if !self.listed => (Phase::Listing, why.clone(), None),
            Health::Stale { as_of_ms, why, .. } => {
                (Phase::Stale, now.stale_words(*as_of_ms, why), None)
            }
            Health::Failed { error, .. } => match error {
                // Who lacks the right is refused a kind that is not there as well.
                RequestError::Status { code: 403, .. } if of.served == Some(false) => {
                    (Phase::Failed, of.missing_words(), Some(ErrorCode::Gone))
                }
                RequestError::Status { code: 404, .. } => {
                    (Phase::Failed, of.missing_words(), Some(ErrorCode::Gone))
                }
                // There is no watch of it (metrics, component statuses), but it is listed again and again.
                RequestError::Status { code: 405, .. } if self.listed => (
                    Phase::Stale,
                    "The server offers no watch of this kind: it is listed again each half minute."
                        .to_owned(),
                    None,
                ),
                other => {
                    let place = Where::of(&of.resource, self.namespace.as_deref());
                    let said = lacks::request(other, list_of(&of.resource), place);
                    let watch_only = said.lack.as_ref().is_some_and(|lack| lack.verb == "watch");
                    lack = said.lack;
                    match lack.as_ref() {
                        // It may be listed, and is, again and again.
                        Some(lack) if watch_only && self.listed => {
                            let why =
                                format!("{} It is listed again each half minute.", lack.sentence);
                            (Phase::Stale, why, Some(ErrorCode::Forbidden))
                        }
                        Some(lack) => (
                            Phase::Failed,
                            lack.sentence.clone(),
                            Some(ErrorCode::Forbidden),
                        ),
                        None => (Phase::Failed, other.to_string(), Some(said.code)),
                    }
                }
            },
        };
        let says_more = phase == state.phase && state.why.is_empty() && !why.is_empty();
        if rank(phase) > rank(state.phase) || says_more {
            state.phase = phase;
            state.why = why;
            state.code = code;
            state.lack = lack;
        }
    }
}
