//! What of this computer decides what a kubeconfig would do here, as a program started from a terminal would have it.

use std::path::PathBuf;
use std::time::Duration;

use cluster::{Surroundings, login_shell_path};

/// A shell that takes longer to start has something in its start-up files that waits.
const PATIENCE: Duration = Duration::from_secs(6);

/// Adds to what the host knows the `PATH` of the login shell: a program started from the desktop has the session's, in which
/// the plugins that people install are often missing. One of a terminal has it already. Blocks for as long as the shell takes to
/// start, up to six seconds.
pub(crate) fn complete(mut around: Surroundings, of_terminal: bool) -> Surroundings {
    if of_terminal {
        return around;
    }
    let mut environment = around.environment.iter();
    let shell = environment.find(|(name, _)| name == "SHELL");
    let Some(shell) = shell.map(|(_, shell)| PathBuf::from(shell)) else {
        return around;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime
        .map(|runtime| runtime.block_on(login_shell_path(&shell, &around.environment, PATIENCE)))
    {
        Ok(Some(path)) => around.path = path,
        Ok(None) => tracing::warn!("the login shell does not tell its PATH"),
        Err(error) => tracing::warn!(%error, "the login shell is not asked for its PATH"),
    }
    around
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    #[test]
    fn the_path_is_the_login_shells_unless_a_terminal_has_given_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let shell = folder.path().join("shell");
        let text = "#!/bin/sh\nfor last; do :; done\nPATH=/of/the/shell:/usr/bin:/bin\nexport PATH\neval \"$last\"\n";
        std::fs::write(&shell, text).unwrap();
        std::fs::set_permissions(&shell, std::fs::Permissions::from_mode(0o755)).unwrap();
        let around = |shell: &[(&str, &std::path::Path)]| Surroundings {
            path: "/of/the/session".into(),
            environment: shell
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            ..Surroundings::default()
        };
        let path = |around, of_terminal| complete(around, of_terminal).path;
        assert_eq!(
            path(around(&[("SHELL", &shell)]), false),
            "/of/the/shell:/usr/bin:/bin"
        );
        assert_eq!(path(around(&[("SHELL", &shell)]), true), "/of/the/session");
        let absent = folder.path().join("absent");
        assert_eq!(
            path(around(&[("SHELL", &absent)]), false),
            "/of/the/session"
        );
        assert_eq!(path(around(&[]), false), "/of/the/session");
    }
}
