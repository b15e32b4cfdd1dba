//! How fast a control plane with seeds lives.

use std::time::Duration;

use crate::{Autoscaling, Options, Prometheus};

/// The timings of controllers, triggers and load together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Everything is seen within minutes.
    Quick,
    /// Upstream's defaults, an hour from one crest of the load to the next.
    Upstream,
}

impl Pace {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Quick, Self::Upstream];

    /// As it is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Upstream => "upstream",
        }
    }

    /// What it means, for people.
    pub fn told(self) -> &'static str {
        match self {
            Self::Quick => {
                "HPA every 5 s, 45 s of downscale stabilization, KEDA polls every 5 s, waves of 6 min"
            }
            Self::Upstream => {
                "HPA every 15 s, 5 min of downscale stabilization, KEDA polls every 30 s, waves of 1 h"
            }
        }
    }

    /// A control plane that lives at it, with KEDA and Prometheus.
    pub fn options(self) -> Options {
        let (autoscaling, prometheus) = match self {
            Self::Quick => (
                Autoscaling {
                    sync_period: Duration::from_secs(5),
                    downscale_stabilization: Duration::from_secs(45),
                    cpu_initialization_period: Duration::from_secs(15),
                    initial_readiness_delay: Duration::from_secs(5),
                },
                Prometheus::quick(),
            ),
            Self::Upstream => (Autoscaling::default(), Prometheus::default()),
        };
        Options {
            keda: true,
            prometheus: Some(prometheus),
            autoscaling,
            ..Options::default()
        }
    }

    /// From one crest of the load to the next.
    pub fn wave(self) -> Duration {
        match self {
            Self::Quick => Duration::from_mins(6),
            Self::Upstream => Duration::from_hours(1),
        }
    }

    /// One of two counts.
    pub(crate) fn pick<T>(self, quick: T, upstream: T) -> T {
        match self {
            Self::Quick => quick,
            Self::Upstream => upstream,
        }
    }
}
