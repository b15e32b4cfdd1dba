//! kubectl's own policy on which programs may print credentials, obeyed where it is stricter.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use model::text::visible;

use crate::gate::path;
use crate::surroundings::Kuberc;

/// Why the program at `program` may not run, if so. An entry of the list is looked for as a command is, as in client-go 0.36
/// `plugin/pkg/client/auth/exec/exec.go`, and the whole paths compared.
pub(super) fn forbids(kuberc: &Kuberc, program: &Path, search: &OsStr) -> Option<String> {
    let shown = program.to_string_lossy();
    let shown = visible(&shown);
    match kuberc {
        Kuberc::AllowAll => None,
        Kuberc::DenyAll => Some(format!(
            "kubectl's preferences (kuberc) forbid every program that prints credentials (credentialPluginPolicy: DenyAll), and this context needs {shown}. Change the policy there if you want it to run."
        )),
        Kuberc::Allowlist(entries) => {
            let allowed = entries.iter().any(|entry| {
                let place = if path::has_separator(entry) {
                    Some(PathBuf::from(entry))
                } else {
                    path::find(entry, search)
                };
                place.as_deref() == Some(program)
            });
            (!allowed).then(|| format!(
                "kubectl's preferences (kuberc) allow only the programs in credentialPluginAllowlist, and {shown} is not among them. Add it there if you want it to run."
            ))
        }
        Kuberc::Unreadable(why) => Some(format!(
            "{why} Until then no program is run for it, as the policy on credential plugins in there is not known."
        )),
    }
}
