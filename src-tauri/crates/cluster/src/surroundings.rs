//! What of this computer decides what a kubeconfig would do here.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::kuberc;

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

impl Surroundings {
    /// Takes them from what the program was started with. `login_path` is `PATH` of the login shell, where that is known;
    /// `variables` are the program's own. Reads kubectl's kuberc, which `KUBERC` or the home folder names, and nothing
    /// else. Blocks.
    pub fn of(
        home: Option<PathBuf>,
        login_path: Option<OsString>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let mut environment: Vec<(OsString, OsString)> = variables.into_iter().collect();
        let find = |name: &str| {
            environment
                .iter()
                .find(|(own, value)| own == name && !value.is_empty())
                .map(|(_, value)| value.clone())
        };
        // In capitals first, as Go's `golang.org/x/net/http/httpproxy.FromEnvironment`.
        let word = |name: &str| {
            find(name)
                .or_else(|| find(&name.to_ascii_lowercase()))
                .and_then(|value| value.into_string().ok())
        };
        let https_proxy = word("HTTPS_PROXY");
        let http_proxy = word("HTTP_PROXY");
        let no_proxy = word("NO_PROXY");
        let path = login_path.or_else(|| find("PATH")).unwrap_or_default();
        let kuberc = kuberc::read(home.as_deref(), find("KUBERC").as_deref());
        environment.retain(|(name, _)| name != "PATH");
        Self {
            home,
            path,
            environment,
            https_proxy,
            http_proxy,
            no_proxy,
            kuberc,
        }
    }
}

/// The credential plugin policy of kubectl's kuberc (`kubectl.config.k8s.io/v1beta1`, 1.35).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kuberc {
    /// No file, or it says nothing, or `AllowAll`.
    #[default]
    AllowAll,
    /// `DenyAll`.
    DenyAll,
    /// `Allowlist`: names or whole paths of programs, at least one.
    Allowlist(Vec<String>),
    /// It is there and cannot be understood: nothing may be run until it can. Says why.
    Unreadable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_from_variables() {
        let variables = |list: &[(&str, &str)]| -> Vec<(OsString, OsString)> {
            list.iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect()
        };
        let list = variables(&[
            ("PATH", "/own"),
            ("LANG", "C"),
            ("https_proxy", "small"),
            ("HTTPS_PROXY", "CAPITAL"),
            ("HTTP_PROXY", ""),
            ("http_proxy", "plain"),
            ("no_proxy", "a,b"),
        ]);
        let found = Surroundings::of(None, Some("/login".into()), list.clone());
        assert_eq!(found.path, "/login");
        assert_eq!(found.https_proxy.as_deref(), Some("CAPITAL"));
        assert_eq!(found.http_proxy.as_deref(), Some("plain"));
        assert_eq!(found.no_proxy.as_deref(), Some("a,b"));
        assert_eq!(found.kuberc, Kuberc::AllowAll);
        assert!(found.environment.iter().any(|(name, _)| name == "LANG"));
        assert!(found.environment.iter().all(|(name, _)| name != "PATH"));
        assert_eq!(Surroundings::of(None, None, list).path, "/own");
    }
}
