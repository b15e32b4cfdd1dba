//! What the controller must remember, from what it did: where its passes were not seen, or came out otherwise than foretold.

use jiff::{SignedDuration, Timestamp};
use model::fact::HpaState;
use scaling::hpa::situation::{Memory, Recommendation};
use scaling::hpa::spec::Spec;
use scaling::hpa::status::Status;

use crate::Settings;
use crate::facts::Facts;
use crate::memory::{self, Windows};
use crate::outcome::{Outcome, Told};
use crate::replay::Controller;

/// Longer ago than any window or period reaches.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(2);

/// What a pass did that its inputs do not explain.
pub(crate) const OTHERWISE: &str =
    "the controller decided otherwise than what was seen of it tells";

const BEFORE: &str = "what metrics asked for before it was watched";

impl Controller {
    /// The autoscaler is seen for the first time.
    pub(crate) fn begin(
        &mut self,
        facts: &Facts,
        settings: &Settings,
        at: Timestamp,
        state: &HpaState,
    ) {
        let period = self.period.clone();
        let known = self.known.take();
        *self = Self::new(settings);
        self.period = period;
        self.known = known;
        let is_new = state.status == Status::default()
            || state
                .created
                .is_some_and(|created| at.duration_since(created) < SignedDuration::from_secs(10));
        if is_new {
            // Its first pass comes a period after it was made.
            self.seen = None;
            self.last = None;
            return;
        }
        self.begun = Some(at);
        let windows = Windows::of(&state.spec, &settings.config);
        let status = &state.status;
        // It is remembered, so that nothing takes the coming pass for its first; too old to count.
        self.memory.recommendations.push(Recommendation {
            replicas: status.current_replicas,
            at: at.saturating_sub(LONG_AGO).unwrap_or(Timestamp::MIN),
        });
        let told = Told::of(status);
        let earliest = at
            .saturating_sub(windows.longest())
            .unwrap_or(Timestamp::MIN);
        let scaled = status.last_scale_time;
        for step in crate::step::rescales(facts, earliest, at) {
            if let Some(from) = step.from {
                memory::store(&mut self.memory, &state.spec, from, step.to, step.at);
            }
            if step.from.is_some_and(|from| step.to > from) {
                self.guess(step.to, step.at, step.at);
            }
        }
        match told.able {
            Outcome::HeldUp => {
                let since = scaled
                    .filter(|scaled| *scaled > earliest)
                    .unwrap_or(earliest);
                self.guess(status.current_replicas, since, at);
            }
            Outcome::HeldDown => {
                self.guess(status.current_replicas, earliest, at);
            }
            Outcome::Ready if windows.is_legacy && !told.is_limited => {
                // No recommendation of the window was higher.
                let last = at.saturating_sub(self.period.typical()).unwrap_or(at);
                self.guess(status.current_replicas, last, at);
                self.wanted = Some((status.current_replicas, true));
                return;
            }
            Outcome::Ready | Outcome::Rescaled | Outcome::Other => {}
        }
        self.doubt(at, &state.spec, settings, BEFORE);
    }

    fn guess(&mut self, replicas: i32, earliest: Timestamp, latest: Timestamp) {
        let recommendation = Recommendation {
            replicas,
            at: latest,
        };
        self.memory.recommendations.push(recommendation);
        if earliest < latest {
            self.guessed.push((recommendation, earliest));
        }
    }

    /// The memory if what is guessed was as early as can be.
    pub(crate) fn earliest_memory(&self) -> Memory {
        let mut memory = self.memory.clone();
        for (guess, earliest) in &self.guessed {
            let mut slots = memory.recommendations.iter_mut();
            if let Some(slot) = slots.find(|slot| **slot == *guess) {
                slot.at = *earliest;
            }
        }
        memory
    }

    /// Brings the memory in line with what a pass did that it does not explain.
    pub(crate) fn mend(
        &mut self,
        status: &Status,
        told: &Told,
        is_rescaled: bool,
        spec: &Spec,
        settings: &Settings,
        at: Timestamp,
    ) {
        let windows = Windows::of(spec, &settings.config);
        let size = status.desired_replicas;
        let slots = &mut self.memory.recommendations;
        match told.able {
            Outcome::HeldUp => {
                if memory::holds_up(&self.memory, windows, size, at).is_none() {
                    let earliest = at.saturating_sub(windows.down).unwrap_or(at);
                    let just_before = at.saturating_sub(self.period.typical()).unwrap_or(at);
                    self.guess(size, earliest, just_before);
                    self.doubt(at, spec, settings, OTHERWISE);
                }
            }
            Outcome::HeldDown => {
                if memory::holds_down(&self.memory, windows, size, at).is_none() {
                    let earliest = at.saturating_sub(windows.up).unwrap_or(at);
                    let just_before = at.saturating_sub(self.period.typical()).unwrap_or(at);
                    self.guess(size, earliest, just_before);
                    self.doubt(at, spec, settings, OTHERWISE);
                }
            }
            Outcome::Ready if windows.is_legacy => slots.retain(|slot| slot.replicas <= size),
            Outcome::Rescaled if is_rescaled && size < status.current_replicas => {
                slots.retain(|slot| slot.replicas <= size);
            }
            Outcome::Rescaled if is_rescaled && !told.is_limited && !windows.up.is_zero() => {
                slots.retain(|slot| slot.replicas >= size);
            }
            Outcome::Ready | Outcome::Rescaled | Outcome::Other => {}
        }
    }
}
