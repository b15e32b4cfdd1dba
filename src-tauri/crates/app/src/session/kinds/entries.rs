//! Served kinds as the sidebar names them.

use cluster::Discovery;
use cluster::discovery::Discovered;
use model::catalog::{self, Section};
use model::{Kind, Resource};
use wire::KindEntry;

use super::kind_id;

/// Kinds with rows of their own and every other that can be listed, in the order of the sidebar.
pub(super) fn entries(discovery: Option<&Discovery>) -> Vec<(KindEntry, Resource)> {
    let found = || discovery.into_iter().flat_map(|known| &known.resources);
    let typed = Kind::ALL.into_iter().map(|kind| {
        let spec = kind.spec();
        let served = found().find(|one| kind_id(&one.resource) == spec.id);
        entry(&spec.resource, served)
    });
    let others = found()
        .filter(|one| one.can("list") && Kind::from_id(&kind_id(&one.resource)).is_none())
        .map(|one| entry(&one.resource, Some(one)));
    let mut placed: Vec<_> = typed.chain(others).collect();
    placed.sort_by(|(a, one, _), (b, other, _)| {
        a.cmp(b)
            .then_with(|| table::natural_cmp(&one.title, &other.title))
    });
    let mut all: Vec<_> = placed
        .into_iter()
        .map(|(_, entry, resource)| (entry, resource))
        .collect();
    tell_apart(&mut all);
    all
}

/// Where a kind stands: its section, the heading within it, its place under that.
type Place = (Section, String, u16);

fn entry(resource: &Resource, served: Option<&Discovered>) -> (Place, KindEntry, Resource) {
    let known = catalog::known(&resource.group, &resource.plural);
    let section = known.map_or_else(
        || {
            if is_custom(&resource.group) {
                Section::Custom
            } else {
                Section::Other
            }
        },
        |known| known.section,
    );
    let custom = section == Section::Custom;
    let heading = if custom {
        resource.group.clone()
    } else {
        section.title().to_owned()
    };
    let entry = KindEntry {
        id: kind_id(resource),
        title: known.map_or_else(
            || title(&resource.plural, &resource.kind),
            |known| known.definition.title.to_owned(),
        ),
        kind: resource.kind.clone(),
        group: resource.group.clone(),
        plural: resource.plural.clone(),
        singular: served.map_or_else(
            || resource.kind.to_lowercase(),
            |served| served.singular.clone(),
        ),
        section: heading.clone(),
        namespaced: resource.namespaced,
        short_names: served.map_or_else(Vec::new, |served| served.short_names.clone()),
        categories: served.map_or_else(Vec::new, |served| served.categories.clone()),
        versions: versions(resource, served),
        custom,
        lack: None,
        unsure: false,
    };
    let place = (
        section,
        heading,
        known.map_or(u16::MAX, |known| known.place),
    );
    (place, entry, resource.clone())
}

/// The version shown, then the others.
fn versions(resource: &Resource, served: Option<&Discovered>) -> Vec<String> {
    let others = served
        .into_iter()
        .flat_map(|served| &served.versions)
        .filter(|version| **version != resource.version);
    std::iter::once(&resource.version)
        .chain(others)
        .cloned()
        .collect()
}

/// Kinds of the same title under one heading carry their group, as kubectl tells them apart.
fn tell_apart(all: &mut [(KindEntry, Resource)]) {
    let titles: Vec<(String, String)> = all
        .iter()
        .map(|(entry, _)| (entry.section.clone(), entry.title.clone()))
        .collect();
    for (place, (entry, _)) in all.iter_mut().enumerate() {
        let twice = titles
            .iter()
            .enumerate()
            .any(|(other, same)| other != place && *same == titles[place]);
        if twice && !entry.group.is_empty() && !entry.custom {
            entry.title = format!("{} · {}", entry.title, entry.group);
        }
    }
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn failing(groups: &[&str]) -> Discovery {
        Discovery {
            failed_groups: groups.iter().map(|&group| group.to_owned()).collect(),
            ..Discovery::default()
        }
    }

    fn served(group: &str, versions: &[&str], plural: &str, kind: &str) -> Discovered {
        Discovered {
            resource: Resource {
                group: group.to_owned(),
                version: versions[0].to_owned(),
                plural: plural.to_owned(),
                kind: kind.to_owned(),
                namespaced: true,
            },
            versions: versions.iter().map(|&version| version.to_owned()).collect(),
            singular: kind.to_lowercase(),
            short_names: Vec::new(),
            categories: vec!["all".to_owned()],
            verbs: vec!["list".to_owned()],
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
        assert_eq!(known[0].0.versions, ["v1"]);
    }

    #[test]
    fn every_kind_has_its_place() {
        let discovery = Discovery {
            resources: vec![
                served("b.example", &["v1"], "jobs", "Job"),
                served("a.example", &["v2", "v1beta1"], "certs", "Cert"),
                served("a.example", &["v2"], "authorities", "Authority"),
                served("keda.sh", &["v1alpha1"], "scaledjobs", "ScaledJob"),
                served("x.k8s.io", &["v1"], "odds", "Odd"),
                served("events.k8s.io", &["v1"], "events", "Event"),
                served("y.k8s.io", &["v1"], "odds", "Odd"),
                served("coordination.k8s.io", &["v1"], "leases", "Lease"),
                served("", &["v1"], "secrets", "Secret"),
                served("apps", &["v1"], "statefulsets", "StatefulSet"),
                served("gateway.networking.k8s.io", &["v1"], "gateways", "Gateway"),
                served(
                    "autoscaling",
                    &["v2", "v1"],
                    "horizontalpodautoscalers",
                    "HorizontalPodAutoscaler",
                ),
            ],
            failed_groups: Vec::new(),
        };
        let found = entries(Some(&discovery));
        let shown: Vec<String> = found
            .iter()
            .map(|(entry, _)| format!("{}: {}", entry.section, entry.title))
            .collect();
        assert_eq!(
            shown,
            [
                "Workloads: Pods",
                "Workloads: Deployments",
                "Workloads: StatefulSets",
                "Workloads: ReplicaSets",
                "Config: Secrets",
                "Config: HPAs",
                "Config: Leases",
                "Network: Gateways",
                ": Nodes",
                ": Namespaces",
                ": Events",
                "Other: Events · events.k8s.io",
                "Other: Odds · x.k8s.io",
                "Other: Odds · y.k8s.io",
                "a.example: Authorities",
                "a.example: Certs",
                "b.example: Jobs",
                "keda.sh: ScaledObjects",
                "keda.sh: ScaledJobs",
            ]
        );
        let versions = |id: &str| {
            let found = found.iter().find(|(entry, _)| entry.id == id);
            found.unwrap().0.versions.clone()
        };
        assert_eq!(versions("a.example/v2/certs"), ["v2", "v1beta1"]);
        assert_eq!(versions("horizontalpodautoscalers"), ["v2", "v1"]);
    }

    #[test]
    fn titles_keep_the_kinds_capitals() {
        assert_eq!(title("ingresses", "Ingress"), "Ingresses");
        assert_eq!(title("networkpolicies", "NetworkPolicy"), "NetworkPolicies");
        assert_eq!(title("endpointslices", "EndpointSlice"), "EndpointSlices");
        assert_eq!(title("people", "Human"), "Human");
    }
}
