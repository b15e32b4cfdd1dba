//! What can go wrong with a control plane.

use std::time::Duration;
use std::{fmt, io};

/// Each variant says what was being done; none is worth retrying without a change, except [`Error::Api`] with a 5xx.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file, folder, port or process could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A `go build` ended with an error.
    #[error("building {module} failed:\n{output}")]
    Build {
        /// Folder of the module under `modules/`.
        module: String,
        /// The end of what the compiler said.
        output: String,
    },
    /// A `go.mod` lacks something that this crate reads from it.
    #[error("{path} names no version of {module}")]
    Version {
        /// The `go.mod` file.
        path: String,
        /// The module that was looked for.
        module: String,
    },
    /// Certificates could not be made.
    #[error("making certificates: {0}")]
    Certificates(#[from] rcgen::Error),
    /// A component ended, or did not become ready in time.
    #[error("{component} {state}; its log ({log_path}) ends with:\n{log}")]
    Component {
        /// Name of the component.
        component: String,
        /// What was seen of it.
        state: String,
        /// Its log file; gone with the control plane unless `SCALESCOPE_KEEP_LOGS` is set.
        log_path: String,
        /// The last lines of that log.
        log: String,
    },
    /// The API server refused a request.
    #[error("{request} was answered with {status}: {message}")]
    Api {
        /// Method and path.
        request: String,
        /// HTTP status.
        status: u16,
        /// The `message` of the returned Status.
        message: String,
    },
    /// A request got no answer.
    #[error("{request} got no answer: {source}")]
    Http {
        /// Method and path.
        request: String,
        /// What the HTTP client said.
        source: Box<ureq::Error>,
    },
    /// `kubectl` ended with an error.
    #[error("kubectl {arguments} failed: {output}")]
    Kubectl {
        /// Its arguments.
        arguments: String,
        /// Its standard error.
        output: String,
    },
    /// Something awaited did not happen.
    #[error("after {} s still waiting for {what}; last seen: {last}", limit.as_secs())]
    Timeout {
        /// What was awaited.
        what: String,
        /// What was last seen instead.
        last: String,
        /// How long it was awaited.
        limit: Duration,
    },
}

/// As for people: this is what `unwrap` shows in a failed test.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Names what was being done when `result` failed.
pub(crate) fn doing<T>(what: impl Into<String>, result: io::Result<T>) -> Result<T, Error> {
    result.map_err(|source| Error::Io {
        what: what.into(),
        source,
    })
}
