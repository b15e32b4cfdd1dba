//! What a test may choose about its control plane.

use std::time::Duration;

/// How a control plane is set up; the default is a small cluster with Kubernetes' own timings.
#[derive(Clone, Debug)]
pub struct Options {
    /// Simulated nodes to create, named `node-1` onwards.
    pub nodes: usize,
    /// Only etcd and the API server: what is written stays as it was written. No nodes are created then.
    pub still: bool,
    /// Whether metrics-server runs. It costs CPU in proportion to pods: leave it out of measurements.
    pub metrics: bool,
    /// Whether KEDA runs, in the namespace `keda`. Its timings stand in each of its objects.
    pub keda: bool,
    /// Prometheus, if it runs.
    pub prometheus: Option<Prometheus>,
    /// Timings of the HPA controller.
    pub autoscaling: Autoscaling,
    /// Further arguments of kube-apiserver, for example `--feature-gates=WatchList=false`; `{folder}` in them stands for
    /// [`ControlPlane::folder`](crate::ControlPlane::folder).
    pub apiserver_arguments: Vec<String>,
    /// Names and contents of files that these arguments name, written into the folder before anything starts.
    pub files: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodes: 3,
            still: false,
            metrics: true,
            keda: false,
            prometheus: None,
            autoscaling: Autoscaling::default(),
            apiserver_arguments: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// Timings of the HPA controller, as flags of kube-controller-manager. The default is Kubernetes' own.
#[derive(Clone, Copy, Debug)]
pub struct Autoscaling {
    /// `--horizontal-pod-autoscaler-sync-period`.
    pub sync_period: Duration,
    /// `--horizontal-pod-autoscaler-downscale-stabilization`.
    pub downscale_stabilization: Duration,
    /// `--horizontal-pod-autoscaler-cpu-initialization-period`: younger pods' CPU counts only with a sample of their own.
    pub cpu_initialization_period: Duration,
    /// `--horizontal-pod-autoscaler-initial-readiness-delay`.
    pub initial_readiness_delay: Duration,
}

impl Default for Autoscaling {
    fn default() -> Self {
        Self {
            sync_period: Duration::from_secs(15),
            downscale_stabilization: Duration::from_mins(5),
            cpu_initialization_period: Duration::from_mins(5),
            initial_readiness_delay: Duration::from_secs(30),
        }
    }
}

impl Autoscaling {
    /// Decides within seconds, so that a test sees a scale-up and a scale-down in a minute.
    pub fn quick() -> Self {
        Self {
            sync_period: Duration::from_secs(2),
            downscale_stabilization: Duration::from_secs(5),
            cpu_initialization_period: Duration::from_secs(1),
            initial_readiness_delay: Duration::from_secs(1),
        }
    }

    pub(crate) fn arguments(self) -> Vec<String> {
        [
            ("sync-period", self.sync_period),
            ("downscale-stabilization", self.downscale_stabilization),
            ("cpu-initialization-period", self.cpu_initialization_period),
            ("initial-readiness-delay", self.initial_readiness_delay),
        ]
        .map(|(flag, value)| format!("--horizontal-pod-autoscaler-{flag}={}ms", value.as_millis()))
        .to_vec()
    }
}

/// How Prometheus looks at the control plane's [`Exporter`](crate::Exporter). The default is its own timing.
#[derive(Clone, Copy, Debug)]
pub struct Prometheus {
    /// `scrape_interval`.
    pub scrape_interval: Duration,
}

impl Default for Prometheus {
    fn default() -> Self {
        Self {
            scrape_interval: Duration::from_mins(1),
        }
    }
}

impl Prometheus {
    /// Looks every second.
    pub fn quick() -> Self {
        Self {
            scrape_interval: Duration::from_secs(1),
        }
    }
}
