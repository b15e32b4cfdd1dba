//! Runs a credential plugin, as client-go's exec authenticator does.
//!
//! After client-go 0.36, plugin/pkg/client/auth/exec/exec.go: `newAuthenticator` (environment), `refreshCredsLocked`
//! (`KUBERNETES_EXEC_INFO`, what is read). Other than there the program has no input, limits of time and output, and
//! its complaints are shown instead of going to a terminal that nobody has.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::exec_answer::{self, Given};
use super::redact::Redactor;
use super::source::Pass;
use super::{Failure, bearer};
use crate::gate::digest::{self, PROGRAM_LIMIT};
use crate::gate::programs::{self, Program, Stopped};
use crate::target::ExecPlugin;

/// How long a program may take: a person may have to log in in a browser.
const LIMIT: Duration = Duration::from_secs(120);
/// Lines of complaints that are shown, and characters of each.
const LINES: usize = 4;
const LINE_LENGTH: usize = 300;
/// Names of variables that hold secrets.
const TELLING: [&str; 8] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "KEY",
    "CREDENTIAL",
    "AUTH",
    "PASSPHRASE",
];
/// From this length on a value of one word without a path in it may be a secret under any name.
const OPAQUE: usize = 20;

/// One plugin of one connection.
pub(crate) struct Plugin {
    exec: ExecPlugin,
    environment: Vec<(OsString, OsString)>,
    folder: PathBuf,
    limit: Duration,
    words: Arc<Redactor>,
}

impl Plugin {
    pub(crate) fn new(exec: ExecPlugin, words: &Arc<Redactor>) -> Self {
        for (name, value) in &exec.environment {
            if is_secret(name, value) {
                words.learn(value);
            }
        }
        Self {
            environment: environment(&exec),
            folder: folder(&exec),
            limit: LIMIT,
            words: Arc::clone(words),
            exec,
        }
    }

    #[cfg(test)]
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it once, if it is still the program that was agreed to.
    pub(crate) async fn obtain(&self, _now_ms: i64) -> Result<Pass, Failure> {
        self.check().await?;
        let program = Program {
            path: &self.exec.program,
            arguments: &self.exec.arguments,
            environment: &self.environment,
            folder: &self.folder,
            limit: self.limit,
        };
        let ended = programs::run(program)
            .await
            .map_err(|stopped| self.stopped(stopped))?;
        exec_answer::learn(&ended.output, &self.words);
        if !ended.status.success() {
            let how = match ended.status.code() {
                Some(code) => format!("ended with exit code {code}"),
                None => "was ended by a signal".to_owned(),
            };
            return Err(Failure::passing(
                self.sentence(&how, Some(&ended.complaints)),
            ));
        }
        let Given {
            token,
            identity,
            until_ms,
        } = exec_answer::read(&ended.output, self.exec.version).map_err(|why| {
            Failure::lasting(self.sentence(
                &format!("gave no credentials: {why}"),
                Some(&ended.complaints),
            ))
        })?;
        Ok(Pass {
            authorization: token.as_deref().and_then(bearer),
            identity,
            until_ms,
            look_again_ms: None,
        })
    }

    /// Right before each run. What happens between this and the start is the system's, as for every program.
    async fn check(&self) -> Result<(), Failure> {
        let path = self.exec.program.clone();
        let digest = tokio::task::spawn_blocking(move || digest::of_file(&path, PROGRAM_LIMIT))
            .await
            .map_err(|_| Failure::defect())?;
        match digest {
            Ok(digest) if digest == self.exec.digest => Ok(()),
            Ok(_) => Err(Failure::lasting(format!(
                "The program {} is not the one you agreed to: its content has changed. Close this context and open it again to see what differs.",
                self.shown()
            ))),
            Err(refusal) => {
                tracing::debug!("{} {}", self.shown(), refusal.words(PROGRAM_LIMIT));
                Err(self.missing())
            }
        }
    }

    fn stopped(&self, stopped: Stopped) -> Failure {
        match stopped {
            Stopped::Missing => self.missing(),
            Stopped::NotStarted(why) => {
                Failure::lasting(self.sentence(&format!("cannot be started ({why})"), None))
            }
            Stopped::TimeUp(complaints) => Failure::passing(self.sentence(
                &format!(
                    "was ended because it did not finish within {} s; it has no terminal to ask on",
                    self.limit.as_secs()
                ),
                Some(&complaints),
            )),
            Stopped::TooMuch(complaints) => Failure::lasting(self.sentence(
                "was ended because it printed more than any credentials need",
                Some(&complaints),
            )),
        }
    }

    fn missing(&self) -> Failure {
        let hint = match self.exec.install_hint.as_deref().map(str::trim) {
            Some(hint) if !hint.is_empty() => {
                format!(" The kubeconfig says of it: “{}”", self.words.visible(hint))
            }
            Some(_) | None => " Install it, or correct its path in the kubeconfig.".to_owned(),
        };
        Failure::lasting(format!(
            "The program {}, which this context logs in with, is not there or cannot be read.{hint}",
            self.shown()
        ))
    }

    fn sentence(&self, how: &str, complaints: Option<&[u8]>) -> String {
        let said = complaints
            .map(|complaints| self.last_lines(complaints))
            .filter(|said| !said.is_empty())
            .map(|said| format!(" It said: {said}"))
            .unwrap_or_default();
        format!(
            "The program {}, which this context logs in with, {how}.{said}",
            self.shown()
        )
    }

    /// Secrets are taken out before lines are: one may have several.
    fn last_lines(&self, complaints: &[u8]) -> String {
        let text = self.words.redacted(&String::from_utf8_lossy(complaints));
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let shown: Vec<String> = lines[lines.len().saturating_sub(LINES)..]
            .iter()
            .map(|line| {
                let short: String = line.chars().take(LINE_LENGTH).collect();
                model::text::visible(&short).into_owned()
            })
            .collect();
        shown.join(" · ")
    }

    fn shown(&self) -> String {
        model::text::visible(&self.exec.program.display().to_string()).into_owned()
    }
}

/// What is inherited, then the kubeconfig's, then the protocol's own; the last of a name wins.
fn environment(exec: &ExecPlugin) -> Vec<(OsString, OsString)> {
    let mut spec = json!({ "interactive": false });
    if let Some(cluster) = &exec.cluster_info {
        spec["cluster"] = cluster.clone();
    }
    let info = json!({
        "apiVersion": exec_answer::api_version(exec.version),
        "kind": "ExecCredential",
        "spec": spec,
    });
    let own = exec
        .environment
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    exec.inherited
        .iter()
        .cloned()
        .chain(own)
        .chain([("KUBERNETES_EXEC_INFO".into(), info.to_string().into())])
        .collect()
}

/// The home folder, else the root: never the folder of a download.
fn folder(exec: &ExecPlugin) -> PathBuf {
    exec.inherited
        .iter()
        .rev()
        .find(|(name, _)| name == "HOME")
        .map(|(_, home)| PathBuf::from(home))
        .filter(|home| home.is_absolute() && home.is_dir())
        .unwrap_or_else(|| Path::new("/").to_owned())
}

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let opaque =
        value.len() >= OPAQUE && !value.contains('/') && !value.contains(char::is_whitespace);
    opaque || TELLING.iter().any(|sign| name.contains(sign))
}
