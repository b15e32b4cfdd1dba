//! What can go wrong on purpose.

use std::time::Duration;

use crate::status::Status;

/// Faults of a server. The default has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Waited before each answer.
    pub latency: Duration,
    /// Answered in place of everything whose path begins so.
    pub refusals: Vec<(String, Status)>,
    /// Watches and logs are cut after this long, in the middle.
    pub cut_after: Option<Duration>,
}

impl Faults {
    /// How a request for `path` is refused, if it is.
    pub fn refusal(&self, path: &str) -> Option<&Status> {
        let mut all = self.refusals.iter();
        all.find(|(prefix, _)| path.starts_with(prefix))
            .map(|(_, status)| status)
    }
}
