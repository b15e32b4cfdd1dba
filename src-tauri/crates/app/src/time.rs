//! Which time it is in a cluster: this computer's, or its own.

use demo::Running;
use demo::clock::Rate;
use jiff::Timestamp;

/// The clock that a cluster's objects are dated by.
#[derive(Clone)]
pub(crate) enum ClusterTime {
    /// Of this computer.
    Computer,
    /// Of the demo cluster.
    Demo(Running),
}

impl ClusterTime {
    /// Its time, Unix ms, when it is `wall_ms` on this computer.
    pub(crate) fn at(&self, wall_ms: i64) -> i64 {
        match self {
            Self::Computer => wall_ms,
            Self::Demo(running) => {
                let wall = Timestamp::from_millisecond(wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
                running.clock().at(wall).as_millisecond()
            }
        }
    }

    /// So many of its seconds pass in one of this computer's; 0 while it stands still.
    pub(crate) fn rate(&self) -> u32 {
        match self {
            Self::Computer => 1,
            Self::Demo(running) => times(running.clock().rate),
        }
    }

    /// After how long on this computer `ms` have passed there; `None` while it stands still. Never sooner than a quarter second:
    /// what is due at this very moment would be asked for without end.
    pub(crate) fn wait_ms(&self, ms: i64) -> Option<u32> {
        let wait = ms.max(0).checked_div(i64::from(self.rate()))?;
        Some(u32::try_from(wait.max(250)).unwrap_or(u32::MAX))
    }

    /// The demo cluster, if it is that.
    pub(crate) fn demo(&self) -> Option<&Running> {
        match self {
            Self::Computer => None,
            Self::Demo(running) => Some(running),
        }
    }
}

/// A rate as a number; standing still is 0.
pub(crate) fn times(rate: Rate) -> u32 {
    match rate {
        Rate::Still => 0,
        Rate::Times(times) => times,
    }
}
