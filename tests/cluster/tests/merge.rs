//! Lists of kubeconfigs are merged as kubectl merges them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cluster::{Access, Source};
use serde_json::Value;

/// Random lists; each is asked of kubectl, which takes a tenth of a second.
const LISTS: u64 = 60;

/// Numbers that look random and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let count = u64::try_from(choices.len()).unwrap();
        choices[usize::try_from(self.below(count)).unwrap()]
    }
}

/// A file whose entries share names with those of others, and say which file they are of.
fn file(dice: &mut Dice, number: u64) -> String {
    let mut text = "apiVersion: v1\nkind: Config\n".to_owned();
    let names = ["a", "b", "c"];
    let mut list = |key: &str, entry: &mut dyn FnMut(&mut Dice, &str) -> String| {
        let some: Vec<&str> = names
            .iter()
            .copied()
            .filter(|_| dice.below(2) == 0)
            .collect();
        let _ = writeln!(text, "{key}:{}", if some.is_empty() { " []" } else { "" });
        for name in some {
            let entry = entry(dice, name);
            let _ = writeln!(text, "- {{name: {name}, {entry}}}");
        }
    };
    list("clusters", &mut |_, name| {
        format!("cluster: {{server: 'https://{name}{number}:6443'}}")
    });
    list("users", &mut |dice, _| {
        let user = dice.pick(&[
            "token: t",
            "client-certificate-data: YQ==, client-key-data: YQ==",
            "as: somebody",
        ]);
        format!("user: {{{user}}}")
    });
    list("contexts", &mut |dice, _| {
        let (cluster, user) = (dice.pick(&names), dice.pick(&names));
        let namespace = dice.pick(&["", ", namespace: shop", ", namespace: web"]);
        format!("context: {{cluster: {cluster}, user: {user}{namespace}}}")
    });
    let current = dice.pick(&["", "a", "b", "zz"]);
    let _ = writeln!(text, "current-context: '{current}'");
    text
}

/// What a context comes to: server, how it logs in, namespace.
type Contexts = BTreeMap<String, (String, &'static str, String)>;

fn ours(paths: &[PathBuf]) -> (Contexts, String) {
    let opened = Source::Environment(paths.to_vec()).open().unwrap();
    let contexts = opened.contexts.iter().map(|context| {
        let way = match &context.access {
            Access::Token => "token",
            Access::ClientCertificate => "certificate",
            Access::Anonymous => "none",
            Access::Broken(_) => "broken",
            Access::TokenFile | Access::Basic | Access::Program(_) | Access::Oidc(_) => {
                panic!("{context:?}")
            }
        };
        let namespace = context.namespace.clone().unwrap_or_default();
        (
            context.name.clone(),
            (context.server.clone(), way, namespace),
        )
    });
    (contexts.collect(), opened.current.unwrap_or_default())
}

fn kubectls(kubectl: &Path, paths: &[PathBuf]) -> (Contexts, String) {
    let output = Command::new(kubectl)
        .args(["config", "view", "--raw", "--output", "json"])
        .env("KUBECONFIG", std::env::join_paths(paths).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let merged: Value = serde_json::from_slice(&output.stdout).unwrap();
    let entry = |list: &str, name: &Value| -> Option<Value> {
        let mut entries = merged[list].as_array()?.iter();
        entries.find(|entry| entry["name"] == *name).cloned()
    };
    let mut contexts = Contexts::new();
    for named in merged["contexts"].as_array().into_iter().flatten() {
        let context = &named["context"];
        let cluster = entry("clusters", &context["cluster"]);
        let user = entry("users", &context["user"]);
        let server = cluster
            .as_ref()
            .map_or("", |one| one["cluster"]["server"].as_str().unwrap());
        let way = match (&cluster, &user) {
            (Some(_), Some(user)) if user["user"].get("token").is_some() => "token",
            (Some(_), Some(user)) if user["user"].get("client-key-data").is_some() => "certificate",
            (Some(_), Some(_)) => "none",
            (None, _) | (_, None) => "broken",
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        contexts.insert(
            text(&named["name"]),
            (server.to_owned(), way, text(&context["namespace"])),
        );
    }
    let current = merged["current-context"].as_str().unwrap_or_default();
    // One that names no context is none.
    let current = if contexts.contains_key(current) {
        current
    } else {
        ""
    };
    let current = current.to_owned();
    (contexts, current)
}

#[test]
fn lists_of_files_are_merged_as_kubectl_merges_them() {
    let kubectl = control_plane::build(|_| ()).unwrap().kubectl();
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(1);
    let mut several = 0;
    for list in 0..LISTS {
        let count = dice.below(4) + 1;
        let mut paths = Vec::new();
        for number in 0..count {
            let path = folder.path().join(format!("{list}-{number}"));
            // The last is always there, others may be missing.
            if number + 1 == count || dice.below(6) > 0 {
                std::fs::write(&path, file(&mut dice, number)).unwrap();
            }
            paths.push(path);
        }
        let (mine, theirs) = (ours(&paths), kubectls(&kubectl, &paths));
        assert_eq!(mine, theirs, "{paths:?}");
        several += usize::from(mine.0.len() > 1);
    }
    assert!(several > 20, "only {several} lists had contexts to merge");
}
