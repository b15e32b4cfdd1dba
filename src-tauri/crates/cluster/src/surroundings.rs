//! What of this computer decides what a kubeconfig would do here.

use std::ffi::OsString;
use std::path::PathBuf;

/// Taken once by the shell and given in, so that plans are functions of their inputs.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// Where programs are looked for: `PATH` of the login shell.
    pub path: OsString,
    /// What programs that are run inherit, `PATH` aside.
    pub environment: Vec<(OsString, OsString)>,
    /// The proxy for servers whose cluster names none: `HTTPS_PROXY` (or `https_proxy`).
    pub https_proxy: Option<String>,
    /// The proxy for `http://` servers.
    pub http_proxy: Option<String>,
    /// Hosts reached without a proxy: `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// kubectl's own preferences, where they restrict credential plugins.
    pub kuberc: Kuberc,
}

/// The credential plugin policy of kubectl's kuberc (`kubectl.config.k8s.io/v1beta1`, 1.35).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kuberc {
    /// No file, or it says nothing, or `AllowAll`.
    #[default]
    AllowAll,
    /// `DenyAll`.
    DenyAll,
    /// `Allowlist`: names or whole paths of programs.
    Allowlist(Vec<String>),
    /// It is there and cannot be understood: nothing may be run until it can. Says why.
    Unreadable(String),
}
