//! Served kinds as the sidebar names them.

use cluster::Discovery;
use model::{Kind, Resource};
use wire::KindEntry;

use super::kind_id;

/// Kinds with rows of their own, then every other that can be listed.
pub(super) fn entries(discovery: Option<&Discovery>) -> Vec<(KindEntry, Resource)> {
    let found = || discovery.into_iter().flat_map(|known| &known.resources);
    let typed = Kind::ALL.into_iter().map(|kind| {
        let spec = kind.spec();
        let served = found().find(|one| kind_id(&one.resource) == spec.id);
        let short_names = served
            .map(|one| one.short_names.clone())
            .unwrap_or_default();
        entry(&spec.resource, spec.title.to_owned(), short_names)
    });
    let others = found()
        .filter(|one| one.can("list") && Kind::from_id(&kind_id(&one.resource)).is_none())
        .map(|one| {
            let title = title(&one.resource.plural, &one.resource.kind);
            entry(&one.resource, title, one.short_names.clone())
        });
    typed.chain(others).collect()
}

fn entry(resource: &Resource, title: String, short_names: Vec<String>) -> (KindEntry, Resource) {
    let entry = KindEntry {
        id: kind_id(resource),
        title,
        kind: resource.kind.clone(),
        group: resource.group.clone(),
        namespaced: resource.namespaced,
        short_names,
        custom: is_custom(&resource.group),
        lack: None,
        unsure: false,
    };
    (entry, resource.clone())
}

/// Groups that do not answer, each once, without versions.
pub(super) fn failed_groups(discovery: Option<&Discovery>) -> Vec<String> {
    let mut groups: Vec<String> = discovery
        .into_iter()
        .flat_map(|known| &known.failed_groups)
        .map(|version| {
            version
                .split_once('/')
                .map_or(version.as_str(), |(group, _)| group)
                .to_owned()
        })
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Built-in groups have no dot, or end in .k8s.io; custom resources are named by a domain.
fn is_custom(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io")
}

/// The plural with the kind's own capitals: `ingresses` of `Ingress` is `Ingresses`.
fn title(plural: &str, kind: &str) -> String {
    let common = plural
        .chars()
        .zip(kind.chars())
        .take_while(|(p, k)| p.eq_ignore_ascii_case(k))
        .count();
    if common == 0 {
        return kind.to_owned();
    }
    kind.chars()
        .take(common)
        .chain(plural.chars().skip(common))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(groups: &[&str]) -> Discovery {
        Discovery {
            failed_groups: groups.iter().map(|&group| group.to_owned()).collect(),
            ..Discovery::default()
        }
    }

    #[test]
    fn groups_are_told_once_and_without_versions() {
        let known = failing(&[
            "metrics.k8s.io/v1beta1",
            "a.example/v1",
            "metrics.k8s.io/v1",
        ]);
        assert_eq!(failed_groups(Some(&known)), ["a.example", "metrics.k8s.io"]);
        assert_eq!(failed_groups(None), [""; 0]);
    }

    #[test]
    fn kinds_of_every_cluster_are_known_without_discovery() {
        let known = entries(None);
        assert_eq!(known.len(), Kind::ALL.len());
        assert_eq!(known[0].0.id, "pods");
    }

    #[test]
    fn titles_keep_the_kinds_capitals() {
        assert_eq!(title("ingresses", "Ingress"), "Ingresses");
        assert_eq!(title("networkpolicies", "NetworkPolicy"), "NetworkPolicies");
        assert_eq!(title("endpointslices", "EndpointSlice"), "EndpointSlices");
        assert_eq!(title("people", "Human"), "Human");
    }
}
