//! kubectl's own preferences, read for their policy on credential plugins.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use model::text::visible;
use serde::Deserialize;

use crate::document::yaml;
use crate::gate::files::{self, Refusal};
use crate::surroundings::Kuberc;

/// Largest kuberc read, in bytes.
const LIMIT: u64 = 1 << 20;

/// `kubectl.config.k8s.io/v1beta1` `Preference` of kubectl 0.36 `pkg/config/v1beta1/types.go`, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Preference {
    api_version: Option<String>,
    kind: Option<String>,
    credential_plugin_policy: Option<String>,
    credential_plugin_allowlist: Option<Vec<Entry>>,
}

/// `command` was called `name` in 1.35.
#[derive(Deserialize)]
struct Entry {
    name: Option<String>,
    command: Option<String>,
}

/// Where kubectl looks (0.36 `pkg/kuberc/kuberc.go:LoadKuberc`): the file in `KUBERC`, which then must be there, else
/// `~/.kube/kuberc`; None for `off`.
fn locate(home: Option<&Path>, variable: Option<&OsStr>) -> Option<(PathBuf, bool)> {
    match variable.filter(|value| !value.is_empty()) {
        Some(value) if value == "off" => None,
        Some(value) => Some((value.into(), true)),
        None => Some((home?.join(".kube").join("kuberc"), false)),
    }
}

/// Reads the file kubectl would. Where kubectl would go on without a file it cannot understand, this says
/// [`Kuberc::Unreadable`]: what it forbids is then not known. Blocks.
pub(crate) fn read(home: Option<&Path>, variable: Option<&OsStr>) -> Kuberc {
    let Some((path, named)) = locate(home, variable) else {
        return Kuberc::AllowAll;
    };
    match files::read(&path, LIMIT) {
        Ok(bytes) => parse(&path, &bytes),
        Err(Refusal::Missing) if !named => Kuberc::AllowAll,
        Err(refusal) => Kuberc::Unreadable(format!(
            "kubectl's preferences ({}) cannot be read: the file {}. Correct it, or set KUBERC=off.",
            shown(&path),
            refusal.words(LIMIT)
        )),
    }
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn parse(path: &Path, bytes: &[u8]) -> Kuberc {
    let wrong = |what: &str| {
        Kuberc::Unreadable(format!(
            "kubectl's preferences ({}) cannot be understood: {what}. Correct them, or set KUBERC=off.",
            shown(path)
        ))
    };
    let text = match yaml::utf8(path, bytes) {
        Ok(text) => text,
        Err(error) => return Kuberc::Unreadable(error.to_string()),
    };
    if text.trim().is_empty() {
        return Kuberc::AllowAll;
    }
    let preference = match yaml::parse::<Preference>(path, text) {
        Ok(Some(preference)) => preference,
        Ok(None) => return Kuberc::AllowAll,
        Err(error) => return Kuberc::Unreadable(error.to_string()),
    };
    let known = preference
        .api_version
        .is_some_and(|version| version.starts_with("kubectl.config.k8s.io/"));
    if !known || preference.kind.as_deref() != Some("Preference") {
        return wrong("the file is no Preference of kubectl.config.k8s.io");
    }
    let policy = preference.credential_plugin_policy.unwrap_or_default();
    let list = preference.credential_plugin_allowlist;
    match (policy.as_str(), list) {
        ("" | "AllowAll", None) => Kuberc::AllowAll,
        ("DenyAll", None) => Kuberc::DenyAll,
        ("" | "AllowAll" | "DenyAll", Some(_)) => wrong(
            "there is a credentialPluginAllowlist, and credentialPluginPolicy is not Allowlist",
        ),
        ("Allowlist", None) => {
            wrong("credentialPluginPolicy is Allowlist, and there is no credentialPluginAllowlist")
        }
        ("Allowlist", Some(entries)) => match allowed(entries) {
            Some(list) => Kuberc::Allowlist(list),
            None => wrong(
                "the credentialPluginAllowlist is empty, or holds an entry without one command",
            ),
        },
        (other, _) => wrong(&format!(
            "credentialPluginPolicy is {}, which is not known",
            visible(other)
        )),
    }
}

/// None if kubectl would refuse the list, or an entry has two names that differ: both would have to match.
fn allowed(entries: Vec<Entry>) -> Option<Vec<String>> {
    let list: Vec<String> = entries
        .into_iter()
        .map(|entry| {
            let given = |text: Option<String>| text.filter(|text| !text.is_empty());
            match (given(entry.name), given(entry.command)) {
                (Some(name), Some(command)) => (name == command).then_some(command),
                (name, command) => command.or(name),
            }
        })
        .collect::<Option<_>>()?;
    (!list.is_empty()).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";

    #[test]
    fn policies() {
        let list = |names: &[&str]| {
            Kuberc::Allowlist(names.iter().map(|name| (*name).to_owned()).collect())
        };
        for (text, expected) in [
            ("", Kuberc::AllowAll),
            ("defaults: []\naliases: []", Kuberc::AllowAll),
            ("credentialPluginPolicy: AllowAll", Kuberc::AllowAll),
            ("credentialPluginPolicy: DenyAll", Kuberc::DenyAll),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: aws}, {command: /usr/bin/x}, {name: b, command: b}]",
                list(&["aws", "/usr/bin/x", "b"]),
            ),
        ] {
            let text = format!("{HEAD}{text}\n");
            assert_eq!(
                parse(Path::new("kuberc"), text.as_bytes()),
                expected,
                "{text}"
            );
        }
        for text in ["", "\n", "# nothing\n"] {
            assert_eq!(
                parse(Path::new("kuberc"), text.as_bytes()),
                Kuberc::AllowAll
            );
        }
    }

    #[test]
    fn what_is_not_understood_allows_nothing() {
        for (text, words) in [
            (format!("{HEAD}credentialPluginPolicy: Denyall"), "Denyall"),
            (
                format!("{HEAD}credentialPluginPolicy: Allowlist"),
                "no credentialPluginAllowlist",
            ),
            (
                format!("{HEAD}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: []"),
                "is empty",
            ),
            (
                format!(
                    "{HEAD}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{{}}]"
                ),
                "without one command",
            ),
            (
                format!(
                    "{HEAD}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{{name: a, command: b}}]"
                ),
                "without one command",
            ),
            (
                format!("{HEAD}credentialPluginAllowlist: [{{name: a}}]"),
                "not Allowlist",
            ),
            (
                "kind: Config\ncredentialPluginPolicy: DenyAll".to_owned(),
                "no Preference",
            ),
            (format!("{HEAD}credentialPluginPolicy: ["), "line "),
            (format!("{HEAD}---\n{HEAD}"), "documents"),
        ] {
            match parse(Path::new("kuberc"), text.as_bytes()) {
                Kuberc::Unreadable(why) => assert!(why.contains(words), "{why}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
