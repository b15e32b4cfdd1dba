//! What follows when the demo cluster's time is moved or goes otherwise.

use demo::Clock;
use demo::clock::Rate;
use jiff::{SignedDuration, Timestamp};
use wire::{DemoTime, Notice, WireError};

use super::{Session, gone};
use crate::time::times;

/// A clock that is off by more than this was moved.
const MOVED: SignedDuration = SignedDuration::from_secs(1);

/// How its time goes, as the page was told.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Known {
    clock: Clock,
    is_present: bool,
}

/// In what its time differs from what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Differs {
    Nothing,
    /// It goes on from where it was, at another rate, or is the present no longer.
    Rate,
    /// It is another time.
    Moved,
}

fn differs(known: Known, is: Known, wall: Timestamp) -> Differs {
    let off = is.clock.at(wall).duration_since(known.clock.at(wall));
    if off.abs() > MOVED {
        Differs::Moved
    } else if is.clock.rate != known.clock.rate || is.is_present != known.is_present {
        Differs::Rate
    } else {
        Differs::Nothing
    }
}

impl Session {
    /// From now on the page is told when the demo cluster's time goes otherwise; nothing for any other cluster.
    pub(super) fn follow_demo_time(&mut self) {
        let Some(running) = self.time.demo() else {
            return;
        };
        let mut changes = running.changes();
        self.demo_known = Some(Known {
            clock: running.clock(),
            is_present: running.time().is_present,
        });
        let jobs = self.jobs.clone();
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                let Some(jobs) = jobs.upgrade() else { return };
                let _ = jobs.send(Box::new(Self::demo_time_changed));
            }
        });
    }

    fn demo_time_changed(&mut self) {
        let (Some(running), Some(known)) = (self.time.demo(), self.demo_known) else {
            return;
        };
        let is = Known {
            clock: running.clock(),
            is_present: running.time().is_present,
        };
        let wall = Timestamp::from_millisecond(self.wall_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.demo_known = Some(is);
        match differs(known, is, wall) {
            Differs::Nothing => return,
            Differs::Rate => {}
            Differs::Moved => {
                self.begin_graphs_again();
                self.begin_recording_again();
                self.begin_made_jobs_again();
                self.begin_findings_again();
            }
        }
        // Every age is another, or ticks otherwise.
        self.touch_tables();
        self.drawers.values_mut().for_each(super::Drawer::touch);
        self.graphs.values_mut().for_each(super::Graph::touch);
        self.overview.dirty = true;
        let cluster = self.info.cluster.clone();
        // Its status tells as of when it is.
        self.host.notify(Notice::Cluster {
            cluster: cluster.clone(),
        });
        self.host.notify(Notice::Demo { cluster });
    }

    /// Which time it is in the demo cluster.
    ///
    /// # Errors
    /// [`wire::ErrorCode::Gone`] for any other cluster.
    pub(crate) fn demo_time(&self) -> Result<DemoTime, WireError> {
        let running = self.time.demo().ok_or_else(|| gone("The demo cluster"))?;
        let time = running.time();
        Ok(DemoTime {
            now_ms: time.now.as_millisecond(),
            begin_ms: time.begin.as_millisecond(),
            present_ms: time.present.as_millisecond(),
            rate: times(time.rate),
            is_present: time.is_present,
            zone: self.status.zone_name(),
        })
    }

    /// To let its time go at this rate.
    ///
    /// # Errors
    /// [`wire::ErrorCode::Gone`] for any other cluster, [`wire::ErrorCode::Malformed`] for a rate beyond 60.
    pub(crate) fn demo_rate(&self, rate: u32) -> Result<impl FnOnce() + Send + use<>, WireError> {
        let running = self.time.demo().ok_or_else(|| gone("The demo cluster"))?;
        let running = running.clone();
        let rate = match rate {
            0 => Rate::Still,
            times @ 1..=FASTEST => Rate::Times(times),
            _ => {
                return Err(wrong(
                    "The demo cluster's time goes 60 times as fast at most.",
                ));
            }
        };
        Ok(move || running.set_rate(rate))
    }

    /// To move it to this time, or to the present.
    ///
    /// # Errors
    /// [`wire::ErrorCode::Gone`] for any other cluster, [`wire::ErrorCode::Malformed`] for what is no time.
    pub(crate) fn demo_move(
        &self,
        to_ms: Option<i64>,
    ) -> Result<impl FnOnce() + Send + use<>, WireError> {
        let running = self.time.demo().ok_or_else(|| gone("The demo cluster"))?;
        let running = running.clone();
        let to = to_ms.map(Timestamp::from_millisecond).transpose();
        let to = to.map_err(|_| wrong("That is no time."))?;
        Ok(move || match to {
            Some(to) => running.go_to(to),
            None => running.go_to_present(),
        })
    }
}

/// So many of its seconds in one, at most.
const FASTEST: u32 = 60;

fn wrong(message: &str) -> WireError {
    WireError::new(wire::ErrorCode::Malformed, message, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_goes_on_was_not_moved() {
        let at = |second| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let known = Known {
            clock: Clock::following(at(100)),
            is_present: true,
        };
        // The same clock read later, as a value with another beginning.
        let later = Known {
            clock: known.clock.at_rate(at(130), Rate::Times(1)),
            ..known
        };
        assert_eq!(differs(known, later, at(140)), Differs::Nothing);
        let faster = Known {
            clock: known.clock.at_rate(at(140), Rate::Times(60)),
            ..known
        };
        assert_eq!(differs(known, faster, at(140)), Differs::Rate);
        let past = Known {
            is_present: false,
            ..known
        };
        assert_eq!(differs(known, past, at(140)), Differs::Rate);
        let moved = Clock {
            demo: at(0),
            ..known.clock
        };
        let moved = Known {
            clock: moved,
            ..known
        };
        assert_eq!(differs(known, moved, at(140)), Differs::Moved);
    }
}
