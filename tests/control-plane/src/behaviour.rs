//! Annotations that say how a simulated pod behaves. Durations are Go's (`30s`, `1m30s`); a delay starts anew whenever the
//! pod is changed by somebody else.

/// What the pod does; one of the values below. Without it the pod starts at once, is ready and stays so; a pod of a Job
/// completes.
pub const POD: &str = "scalescope.test/pod";
/// Value of [`POD`]: the simulation leaves the pod alone, except for deleting it when asked; a test writes its status.
pub const MANUAL: &str = "manual";
/// Value of [`POD`]: the first container runs for [`RUNS_FOR`], ends with exit code 1, and waits [`BACK_OFF`] in
/// `CrashLoopBackOff` before it is started again.
pub const CRASH_LOOP: &str = "crash-loop";
/// Value of [`POD`]: runs, and never becomes ready.
pub const NEVER_READY: &str = "never-ready";
/// Value of [`POD`]: ready and not ready by turns, [`RUNS_FOR`] each.
pub const FLAPPING: &str = "flapping";
/// Value of [`POD`]: its images cannot be pulled.
pub const IMAGE_PULL_BACK_OFF: &str = "image-pull-back-off";
/// Value of [`POD`]: its containers end with exit code 0 after [`RUNS_FOR`].
pub const COMPLETES: &str = "completes";
/// Value of [`POD`]: its containers end with exit code 1 after [`RUNS_FOR`], and the pod has failed.
pub const FAILS: &str = "fails";

/// Time from being scheduled to running; none by default.
pub const START_DELAY: &str = "scalescope.test/start-delay";
/// Time from running to ready; none by default.
pub const READY_DELAY: &str = "scalescope.test/ready-delay";
/// See the values of [`POD`]; 5 s by default.
pub const RUNS_FOR: &str = "scalescope.test/runs-for";
/// See [`CRASH_LOOP`]; 10 s by default.
pub const BACK_OFF: &str = "scalescope.test/back-off";
/// With any value, the pod stays `Terminating` when deleted, until this annotation is gone.
pub const STAYS_TERMINATING: &str = "scalescope.test/stays-terminating";

/// CPU the pod uses, in its first container; `1m` by default. metrics-server needs two scrapes, 10 s apart, to notice.
pub const CPU: &str = "kwok.x-k8s.io/usage-cpu";
/// Memory the pod uses, in its first container; `1Mi` by default.
pub const MEMORY: &str = "kwok.x-k8s.io/usage-memory";
