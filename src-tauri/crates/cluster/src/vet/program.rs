//! Judges an exec entry: which program would print the credentials, and how it would be asked.

use std::path::PathBuf;

use model::text::visible;

use super::{bytes, given};
use crate::document::{Exec, Origin};
use crate::target::ExecVersion;

/// Arguments and variables of one entry, each; far beyond what any program takes.
const ITEMS: usize = 1_000;

/// What an exec entry asks for, with its command not looked for yet.
#[derive(Clone)]
pub(crate) struct Program {
    /// As it is written.
    pub(crate) command: String,
    /// Whole path if the command is one; else it is looked for in the search path.
    pub(crate) path: Option<PathBuf>,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) version: ExecVersion,
    pub(crate) wants_cluster: bool,
    pub(crate) install_hint: Option<String>,
}

pub(super) fn program(exec: &Exec, origin: &Origin) -> Result<Program, String> {
    let command = given(exec.command.as_deref()).ok_or(
        "Its exec entry has no command. Correct the kubeconfig, or get it again from whoever gave it to you.",
    )?;
    let arguments = exec.args.clone().unwrap_or_default();
    let environment = environment(exec)?;
    if command.contains('\0') || arguments.iter().any(|argument| argument.contains('\0')) {
        return Err(
            "Its exec.command or exec.args holds a zero byte, which no program can be given."
                .to_owned(),
        );
    }
    if arguments.len() > ITEMS || environment.len() > ITEMS {
        return Err(format!(
            "Its exec entry has more than {ITEMS} args or env variables, which no program takes."
        ));
    }
    let version = version(exec.api_version.as_deref())?;
    interactive(exec.interactive_mode.as_deref(), command)?;
    Ok(Program {
        path: bytes::command(command, origin)?,
        command: command.to_owned(),
        arguments,
        environment,
        version,
        wants_cluster: exec.provide_cluster_info == Some(true),
        install_hint: given(exec.install_hint.as_deref()).map(|hint| {
            let hint = visible(hint.trim());
            hint.chars().take(1_000).collect()
        }),
    })
}

fn environment(exec: &Exec) -> Result<Vec<(String, String)>, String> {
    let mut environment: Vec<(String, String)> = Vec::new();
    for variable in exec.env.iter().flatten() {
        let name = given(variable.name.as_deref())
            .ok_or("Its exec.env holds a variable without a name.")?;
        let value = variable.value.clone().unwrap_or_default();
        if name.contains(['=', '\0']) || value.contains('\0') {
            return Err(format!(
                "Its exec.env holds a variable ({}) that no program can be given: its name has an equals sign, or it holds a zero byte.",
                visible(name)
            ));
        }
        // Of one name the last counts, as in Go's `os/exec`.
        environment.retain(|(own, _)| own != name);
        environment.push((name.to_owned(), value));
    }
    Ok(environment)
}

/// client-go 0.36 `plugin/pkg/client/auth/exec/exec.go:apiVersions`.
fn version(version: Option<&str>) -> Result<ExecVersion, String> {
    match given(version) {
        Some("client.authentication.k8s.io/v1") => Ok(ExecVersion::V1),
        Some("client.authentication.k8s.io/v1beta1") => Ok(ExecVersion::V1Beta1),
        Some("client.authentication.k8s.io/v1alpha1") => Err(
            "Its exec.apiVersion is client.authentication.k8s.io/v1alpha1, which kubectl has not known since 1.24. Update the tool that made this kubeconfig and have it written again (aws eks update-kubeconfig, gcloud container clusters get-credentials, …).".to_owned(),
        ),
        Some(other) => Err(format!(
            "Its exec.apiVersion is {}, which is not known. It must be client.authentication.k8s.io/v1 or v1beta1, whichever its program prints.",
            visible(other)
        )),
        None => Err("Its exec entry has no apiVersion. Add client.authentication.k8s.io/v1 or v1beta1, whichever its program prints.".to_owned()),
    }
}

/// Where kubectl insists on a mode for version 1 none is needed here: a terminal is given to no program.
fn interactive(mode: Option<&str>, command: &str) -> Result<(), String> {
    match given(mode) {
        None | Some("Never" | "IfAvailable") => Ok(()),
        Some("Always") => Err(format!(
            "Its program {} needs a terminal (exec.interactiveMode: Always), and there is none in this window. Use a kubeconfig whose program asks in the browser, or set interactiveMode to IfAvailable if it can do without.",
            visible(command)
        )),
        Some(other) => Err(format!(
            "Its exec.interactiveMode is {}, which is not known. It must be Never, IfAvailable or Always.",
            visible(other)
        )),
    }
}
