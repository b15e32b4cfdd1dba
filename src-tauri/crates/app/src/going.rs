//! Where a typed kind, namespace or context leads, as in k9s after a colon.

use table::nearest;
use wire::{GoTo, KindEntry};

/// Suggestions given.
const NEAR: usize = 3;

/// Where `text` leads: `deploy`, `po kube-system`, `po all`, `ns shop`, `ctx dev`, `widgets.example.com`,
/// `widgets.v1beta1.example.com`.
pub(crate) fn go(
    text: &str,
    kinds: &[KindEntry],
    namespaces: &[String],
    contexts: &[String],
) -> GoTo {
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else {
        return GoTo::default();
    };
    let rest: Vec<&str> = words.collect();
    let word = first.to_lowercase();
    match (word.as_str(), rest.as_slice()) {
        ("ctx" | "context" | "contexts", []) => GoTo {
            context: Some(String::new()),
            ..GoTo::default()
        },
        ("ctx" | "context" | "contexts", [name]) => {
            known(name, contexts, "context", |context| GoTo {
                context: Some(context),
                ..GoTo::default()
            })
        }
        ("ns" | "namespace" | "namespaces", [name]) if !is_all(name) => {
            known(name, namespaces, "namespace", |namespace| GoTo {
                namespaces: Some(vec![namespace]),
                ..GoTo::default()
            })
        }
        ("ns" | "namespace" | "namespaces", [_]) => GoTo {
            namespaces: Some(Vec::new()),
            ..GoTo::default()
        },
        (_, rest) => to_kind(&word, rest, kinds, namespaces),
    }
}

fn is_all(word: &str) -> bool {
    matches!(word, "all" | "*" | "0")
}

/// A name that must be one of `names`, where these are known.
fn known(name: &str, names: &[String], what: &str, then: impl Fn(String) -> GoTo) -> GoTo {
    // Who may not list namespaces may still know the name of one.
    if names.is_empty() || names.iter().any(|one| one == name) {
        return then(name.to_owned());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    refused(
        format!("There is no {what} “{name}”."),
        nearest(name, &names, NEAR),
    )
}

fn refused(problem: String, near: Vec<&str>) -> GoTo {
    GoTo {
        problem,
        near: near.into_iter().map(str::to_owned).collect(),
        ..GoTo::default()
    }
}

fn to_kind(word: &str, rest: &[&str], kinds: &[KindEntry], namespaces: &[String]) -> GoTo {
    let Some(kind) = named(word, kinds)
        .cloned()
        .or_else(|| versioned(word, kinds))
    else {
        let names: Vec<&str> = kinds
            .iter()
            .flat_map(|kind| {
                [kind.plural.as_str()]
                    .into_iter()
                    .chain(kind.short_names.iter().map(String::as_str))
            })
            .collect();
        return refused(
            format!("This cluster has no kind “{word}”."),
            nearest(word, &names, NEAR),
        );
    };
    let to = |namespaces: Option<Vec<String>>| GoTo {
        kind: Some(kind.clone()),
        namespaces,
        ..GoTo::default()
    };
    match rest {
        [] => to(None),
        _ if !kind.namespaced => refused(
            format!(
                "{} belong to no namespace: type “{word}” alone.",
                kind.title
            ),
            Vec::new(),
        ),
        [one] if is_all(one) => to(Some(Vec::new())),
        several => {
            for name in several {
                let found = known(name, namespaces, "namespace", |_| GoTo::default());
                if !found.problem.is_empty() {
                    return found;
                }
            }
            to(Some(several.iter().map(|&name| name.to_owned()).collect()))
        }
    }
}

/// The kind with this short name, plural, singular or kind, by itself or before its group. Of
/// several the first in the order of the sidebar, a short name before all.
fn named<'a>(word: &str, kinds: &'a [KindEntry]) -> Option<&'a KindEntry> {
    let (name, group) = match word.split_once('.') {
        Some((name, group)) => (name, Some(group)),
        None => (word, None),
    };
    let of_group = |kind: &&KindEntry| {
        group.is_none_or(|group| {
            kind.group == group || format!("{}.", kind.group).starts_with(&format!("{group}."))
        })
    };
    let is = |kind: &&KindEntry| {
        kind.plural == name
            || kind.singular == name
            || kind.kind.to_lowercase() == name
            || kind.title.to_lowercase() == name
    };
    let all = || kinds.iter().filter(of_group);
    all()
        .find(|kind| kind.short_names.iter().any(|short| short == name))
        .or_else(|| all().find(is))
}

/// The kind in the version named between its name and its group, as kubectl takes it (`ParseResourceArg` of
/// apimachinery/pkg/runtime/schema).
fn versioned(word: &str, kinds: &[KindEntry]) -> Option<KindEntry> {
    let mut parts = word.splitn(3, '.');
    let (name, version, group) = (parts.next()?, parts.next()?, parts.next()?);
    let kind = named(&format!("{name}.{group}"), kinds)?;
    kind.versions.iter().find(|served| *served == version)?;
    Some(KindEntry {
        id: format!("{}/{version}/{}", kind.group, kind.plural),
        title: format!("{} {version}", kind.title),
        ..kind.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(plural: &str, kind: &str, group: &str, short: &[&str], namespaced: bool) -> KindEntry {
        KindEntry {
            id: format!("{group}/{plural}"),
            title: format!("{kind}s"),
            kind: kind.to_owned(),
            group: group.to_owned(),
            plural: plural.to_owned(),
            singular: kind.to_lowercase(),
            section: String::new(),
            namespaced,
            short_names: short.iter().map(|&s| s.to_owned()).collect(),
            categories: Vec::new(),
            versions: vec!["v1".to_owned(), "v1beta1".to_owned()],
            custom: false,
            lack: None,
            unsure: false,
        }
    }

    #[test]
    fn what_is_typed_leads_somewhere_or_says_why_not() {
        let kinds = [
            kind("pods", "Pod", "", &["po"], true),
            kind("deployments", "Deployment", "apps", &["deploy"], true),
            kind("namespaces", "Namespace", "", &["ns"], false),
            kind("events", "Event", "", &["ev"], true),
            kind("events", "Event", "events.k8s.io", &["ev"], true),
            kind("widgets", "Widget", "example.com", &[], true),
        ];
        let namespaces = ["shop".to_owned(), "kube-system".to_owned()];
        let contexts = ["dev".to_owned()];
        let words = |to: &GoTo| {
            let kind = to.kind.as_ref().map_or("-", |kind| &kind.id);
            let spaces = to
                .namespaces
                .as_ref()
                .map_or("-".to_owned(), |n| format!("[{}]", n.join(" ")));
            let context = to.context.as_deref().unwrap_or("-");
            format!(
                "{kind} {spaces} {context}|{}|{}",
                to.problem,
                to.near.join(" ")
            )
        };
        for (text, wanted) in [
            ("", "- - -||"),
            ("po", "/pods - -||"),
            ("Pods", "/pods - -||"),
            ("deploy", "apps/deployments - -||"),
            ("deployment.apps", "apps/deployments - -||"),
            ("po kube-system", "/pods [kube-system] -||"),
            ("po shop kube-system", "/pods [shop kube-system] -||"),
            ("po all", "/pods [] -||"),
            ("ns", "/namespaces - -||"),
            ("ns shop", "- [shop] -||"),
            ("ns all", "- [] -||"),
            ("ctx", "- - ||"),
            ("ctx dev", "- - dev||"),
            ("ev", "/events - -||"),
            ("events.events.k8s.io", "events.k8s.io/events - -||"),
            ("widget.example.com", "example.com/widgets - -||"),
            ("widgets.example", "example.com/widgets - -||"),
            (
                "widgets.v1beta1.example.com",
                "example.com/v1beta1/widgets - -||",
            ),
            (
                "widgets.v7.example.com",
                "- - -|This cluster has no kind “widgets.v7.example.com”.|",
            ),
            ("deplyo", "- - -|This cluster has no kind “deplyo”.|deploy"),
            ("po shpo", "- - -|There is no namespace “shpo”.|shop"),
            ("ns nowhere", "- - -|There is no namespace “nowhere”.|"),
            ("ctx prod", "- - -|There is no context “prod”.|"),
            (
                "ns shop more",
                "- - -|Namespaces belong to no namespace: type “ns” alone.|",
            ),
        ] {
            assert_eq!(
                words(&go(text, &kinds, &namespaces, &contexts)),
                wanted,
                "{text:?}"
            );
        }
        assert_eq!(
            words(&go("po hidden", &kinds, &[], &contexts)),
            "/pods [hidden] -||"
        );
    }
}
