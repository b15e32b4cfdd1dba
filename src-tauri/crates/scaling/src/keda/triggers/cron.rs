//! The cron trigger (KEDA v2.21.0 `pkg/scalers/cron_scaler.go`): a number of replicas within windows of time, none outside.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::{
    BadField, MetricTarget, MetricValue, Outcome, Place, Reading, TriggerSpec, metric_name,
};
use crate::certainty::Certainty;
use crate::keda::amount::Amount;
use crate::keda::cron::{Schedule, UnknownZone, Zone};

/// A cron trigger understood.
#[derive(Clone, Debug, PartialEq)]
pub struct CronTrigger {
    /// `s0-cron-Europe-Oslo-08xx1-5-018xx1-5`
    pub metric: String,
    /// When windows begin.
    pub start: Schedule,
    /// When windows end.
    pub end: Schedule,
    /// Whose clocks count. A name that is none is found out by each query only.
    pub zone: Result<Zone, UnknownZone>,
    /// Replicas within a window; never 0, below 0 counts as 0.
    pub desired_replicas: i64,
    kind: String,
}

/// Where a moment stands among the windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaCronWindow"))]
#[serde(rename_all = "camelCase")]
pub struct CronWindow {
    /// The next begin; `None` if none comes within five years.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub next_start: Option<Timestamp>,
    /// The next end; `None` if none comes within five years.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub next_end: Option<Timestamp>,
    /// Whether the end comes first, or both at once.
    pub is_active: bool,
}

impl CronTrigger {
    pub(super) fn build(spec: &TriggerSpec, place: Place<'_>) -> Result<Self, Vec<BadField>> {
        let mut parameters = Parameters::of(spec);
        let start_text = parameters.required("start");
        let end_text = parameters.required("end");
        let timezone = parameters.required("timezone");
        let desired_replicas = parameters.required_int("desiredReplicas");
        let start = schedule(&mut parameters, "start", start_text);
        let end = schedule(&mut parameters, "end", end_text);
        if start_text == end_text && !start_text.is_empty() {
            parameters.refuse("end", "it is the same text as start");
        }
        if desired_replicas == 0 && parameters.optional("desiredReplicas").is_some() {
            parameters.refuse("desiredReplicas", "it must not be 0");
        }
        let target = MetricTarget::new(&spec.metric_type, Amount::Whole(1));
        let kind = match target {
            Ok(target) => target.kind,
            Err(bad) => {
                parameters.add(bad);
                String::new()
            }
        };
        let metric = metric_name(
            place.index,
            &format!(
                "cron-{timezone}-{}-{}",
                name_part(start_text),
                name_part(end_text)
            ),
        );
        let built = start.zip(end).map(|(start, end)| Self {
            metric,
            start,
            end,
            zone: Zone::named(timezone),
            desired_replicas,
            kind,
        });
        match parameters.finish(built)? {
            Some(built) => Ok(built),
            // A text that was refused was noted.
            None => Err(Vec::new()),
        }
    }

    pub(super) fn target(&self) -> MetricTarget {
        MetricTarget {
            kind: self.kind.clone(),
            amount: Amount::Whole(1),
        }
    }

    /// The window at a moment; `None` in an unknown zone.
    pub fn window(&self, now: Timestamp) -> Option<CronWindow> {
        let zone = self.zone.as_ref().ok()?;
        let next_start = self.start.next(now, zone);
        let next_end = self.end.next(now, zone);
        // A moment that never comes is year 1 upstream, which lies before all others.
        let before = next_start < next_end;
        let is_active = if before {
            next_start.is_none()
        } else {
            next_start.is_none() || next_end.is_some()
        };
        Some(CronWindow {
            next_start,
            next_end,
            is_active,
        })
    }

    /// The first moment after `now` at which the trigger turns from active to not, or back; `None` if it never does, or not within
    /// so many windows that nobody would wait for them.
    pub fn turns_after(&self, now: Timestamp) -> Option<Timestamp> {
        let was_active = self.window(now)?.is_active;
        let turned = |at| self.window(at).is_some_and(|w| w.is_active != was_active);
        let mut from = now;
        for _ in 0..WINDOWS {
            let CronWindow {
                next_start,
                next_end,
                ..
            } = self.window(from)?;
            let (start, end) = (next_start?, next_end?);
            let first = start.min(end);
            if turned(first) {
                return Some(first);
            }
            // Until the later of the two passes, it is the earlier that repeats; it turns once and stays so.
            let later = start.max(end);
            if turned(later) || turned(just_before(later)) {
                return Some(first_turned(first, later, turned));
            }
            from = later;
        }
        None
    }

    pub(super) fn read(&self, now: Timestamp) -> Reading {
        let window = self.window(now);
        let outcome = match (&window, &self.zone) {
            (Some(window), _) => {
                #[allow(clippy::cast_precision_loss)] // as upstream
                let number = if window.is_active {
                    self.desired_replicas as f64
                } else {
                    0.0
                };
                Outcome::Value(MetricValue {
                    amount: Amount::Float(number),
                    number,
                    activation_threshold: None,
                    is_active: window.is_active,
                })
            }
            (None, zone) => Outcome::Failed {
                error: format!(
                    "unable to load timezone: {}",
                    zone.as_ref()
                        .err()
                        .map_or_else(String::new, ToString::to_string)
                ),
            },
        };
        let local = self.zone.as_ref().is_ok_and(Zone::is_local);
        let certainty = if local {
            Certainty::Estimated {
                guess: "the operator's own time zone is UTC".into(),
            }
        } else {
            Certainty::Derived
        };
        Reading {
            metric: self.metric.clone(),
            target: self.target(),
            outcome,
            window,
            certainty,
        }
    }
}

/// So many windows are looked through for one that makes a difference.
const WINDOWS: usize = 64;

fn just_before(at: Timestamp) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at)
}

/// The first second after `low` and up to `high` that has turned, given that `low` has not and `high` or the second before has.
fn first_turned(low: Timestamp, high: Timestamp, turned: impl Fn(Timestamp) -> bool) -> Timestamp {
    let (mut low, mut high) = (low.as_second(), high.as_second());
    let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
    if turned(at(high - 1)) {
        high -= 1;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if turned(at(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    at(high)
}

fn schedule(parameters: &mut Parameters<'_>, name: &str, text: &str) -> Option<Schedule> {
    if text.is_empty() {
        return None;
    }
    match Schedule::parse(text) {
        Ok(schedule) => Some(schedule),
        Err(error) => {
            parameters.refuse(name, error.to_string());
            None
        }
    }
}

/// `parseCronTimeFormat`
fn name_part(text: &str) -> String {
    text.replace(' ', "")
        .replace('*', "x")
        .replace('/', "Sl")
        .replace('?', "Qm")
        .replace(',', "Cm")
}
