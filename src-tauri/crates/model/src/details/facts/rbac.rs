//! Roles, who has them, and accounts.

use super::super::look::Look;
use super::super::read::{joined, line, link, list, selector, words};
use super::super::shape::{FactValue, Section};
use super::Known;
use super::build::{Facts, grid, kinded, named};

const GROUP: &str = "rbac.authorization.k8s.io/v1";

pub(super) fn role(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let object = look.object;
    facts.each(
        "Aggregates",
        list(&object["aggregationRule"]["clusterRoleSelectors"])
            .map(|chosen| format!("roles with {}", selector(chosen))),
    );
    let rules = list(&object["rules"]).map(|rule| {
        let groups: Vec<String> = list(&rule["apiGroups"])
            .map(|group| match line(group) {
                core if core.is_empty() => "core".to_owned(),
                group => group,
            })
            .collect();
        let what = match joined(&rule["resources"], ", ") {
            none if none.is_empty() => joined(&rule["nonResourceURLs"], ", "),
            resources => resources,
        };
        vec![
            words(what),
            words(groups.join(", ")),
            words(joined(&rule["resourceNames"], ", ")),
            words(joined(&rule["verbs"], ", ")),
        ]
    });
    grid(
        more,
        "Rules",
        &["Resources", "API groups", "Names", "Verbs"],
        rules,
    );
    if list(&object["rules"]).next().is_none() {
        facts.text("Rules", "none: it allows nothing");
    }
    Known::Yes
}

pub(super) fn binding(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let role = &look.object["roleRef"];
    let kind = line(&role["kind"]);
    let namespace = look.namespace.filter(|_| kind == "Role");
    facts.values(
        "Role",
        [kinded(link(GROUP, &kind, namespace, &line(&role["name"])))],
    );
    let subjects = list(&look.object["subjects"]).map(|subject| {
        let (kind, name) = (line(&subject["kind"]), line(&subject["name"]));
        let namespace = line(&subject["namespace"]);
        let value = if kind == "ServiceAccount" {
            named(link("v1", "ServiceAccount", Some(&namespace), &name))
        } else {
            words(name)
        };
        vec![words(kind), value, words(namespace)]
    });
    grid(more, "Subjects", &["Kind", "Name", "Namespace"], subjects);
    Known::Yes
}

pub(super) fn account(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let object = look.object;
    for (label, member) in [
        ("Image Pull Secrets", "imagePullSecrets"),
        ("Secrets", "secrets"),
    ] {
        let secrets = list(&object[member]);
        facts.values(
            label,
            secrets.map(|s| named(look.near("v1", "Secret", &line(&s["name"])))),
        );
    }
    let mounts = object["automountServiceAccountToken"] != false;
    let value = FactValue {
        note: if mounts {
            String::new()
        } else {
            "pods must ask for it".to_owned()
        },
        ..words(if mounts { "yes" } else { "no" })
    };
    facts.values("Token in Pods", [value]);
    Known::Yes
}
