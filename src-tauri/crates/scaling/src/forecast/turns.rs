//! Regular moments, most of which need not be played.

use jiff::{SignedDuration, Timestamp};

use crate::keda::next::poll_strictly_after;

/// Moments at equal distances, of which the next one that matters is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turns {
    /// One of them, the last that was played once there is one.
    pub(super) phase: Timestamp,
    pub(super) period: SignedDuration,
    is_played: bool,
    pub(super) due: Option<Timestamp>,
}

impl Turns {
    pub(super) fn from(first: Timestamp, period: SignedDuration) -> Self {
        Self {
            phase: first,
            period,
            is_played: false,
            due: Some(first),
        }
    }

    /// The first one not yet played at or after a moment.
    pub(super) fn at(&self, moment: Timestamp) -> Timestamp {
        if !self.is_played && moment <= self.phase {
            return self.phase;
        }
        let just_before = moment
            .saturating_sub(SignedDuration::from_nanos(1))
            .unwrap_or(Timestamp::MIN);
        poll_strictly_after(
            self.phase,
            self.period,
            if self.is_played {
                just_before.max(self.phase)
            } else {
                just_before
            },
        )
    }

    pub(super) fn wake(&mut self, moment: Timestamp) {
        let at = self.at(moment);
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    pub(super) fn play(&mut self, at: Timestamp) {
        self.phase = at;
        self.is_played = true;
        self.due = None;
    }

    /// How many lie between the last played one and a later one.
    pub(super) fn skipped(&self, at: Timestamp) -> i128 {
        if !self.is_played {
            return 0;
        }
        at.duration_since(self.phase).as_nanos() / self.period.as_nanos().max(1) - 1
    }
}
