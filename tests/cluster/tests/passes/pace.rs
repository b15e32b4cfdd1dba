//! How fast everything goes: within minutes, or with upstream's own timings.

use std::time::Duration;

use cluster_tests::{Plane, prove};
use control_plane::{Autoscaling, ControlPlane, Options, Prometheus};
use jiff::SignedDuration;
use scaling::hpa::situation::{Config, PassPhase, Passes, Span, Version};

use crate::audit;

/// Timings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The controller's.
    pub(crate) autoscaling: Autoscaling,
    /// How many seconds pass where a scenario says one.
    pub(crate) stretch: u32,
    /// Whether KEDA's objects say how often it polls and how long it waits; else its own defaults count.
    pub(crate) is_quick: bool,
}

/// How long scenarios run, in their own seconds.
pub(crate) const LENGTH: u32 = 150;

impl Pace {
    /// Quick, or upstream's if `SCALESCOPE_PROVE` says so.
    pub(crate) fn of_this_run() -> Self {
        if prove() {
            return Self {
                autoscaling: Autoscaling::default(),
                stretch: 11,
                is_quick: false,
            };
        }
        Self {
            autoscaling: Autoscaling {
                // Passes are a little further apart, about 1.33 s. No window of a scenario is near a multiple of that: whether its edge was
                // reached is then never a matter of milliseconds.
                sync_period: Duration::from_millis(1_300),
                downscale_stabilization: Duration::from_secs(7),
                cpu_initialization_period: Duration::from_secs(4),
                initial_readiness_delay: Duration::from_secs(2),
            },
            stretch: 1,
            is_quick: true,
        }
    }

    /// So many seconds of a scenario.
    pub(crate) fn seconds(self, seconds: u32) -> u32 {
        seconds * self.stretch
    }

    /// The controller's flags.
    pub(crate) fn config(self) -> Config {
        let span = |duration| Span::from(SignedDuration::try_from(duration).unwrap());
        let own = self.autoscaling;
        Config {
            downscale_stabilization: span(own.downscale_stabilization),
            cpu_initialization_period: span(own.cpu_initialization_period),
            initial_readiness_delay: span(own.initial_readiness_delay),
            ..Config::of(Version::V1_36)
        }
    }

    /// When the controller looks.
    pub(crate) fn passes(self) -> Passes {
        let period = SignedDuration::try_from(self.autoscaling.sync_period).unwrap();
        Passes {
            shortest: period.into(),
            longest: period.into(),
            phase: PassPhase::Now,
        }
    }
}

/// A control plane of this test's own, with an audit log.
pub(crate) fn plane() -> Plane {
    let pace = Pace::of_this_run();
    let options = Options {
        keda: true,
        prometheus: Some(Prometheus::quick()),
        autoscaling: pace.autoscaling,
        apiserver_arguments: audit::arguments(),
        files: vec![(audit::POLICY_FILE.to_owned(), audit::POLICY.to_owned())],
        ..Options::default()
    };
    Plane::Real(Box::leak(Box::new(ControlPlane::start(&options).unwrap())))
}
