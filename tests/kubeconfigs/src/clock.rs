//! Time that this thread has computed, however busy the machine is.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Since it started. Waiting does not count: a hang is another test's finding.
pub fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
    seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}
