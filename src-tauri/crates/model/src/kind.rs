//! The kinds with rows of their own.

use std::sync::LazyLock;

use table::Column;

use crate::rows::{
    DeploymentRow, EventRow, HpaRow, NamespaceRow, NodeRow, PodRow, ReplicaSetRow, ScaledJobRow,
    ScaledObjectRow,
};

/// Where a kind is served.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// API group; empty is the core group.
    pub group: String,
    /// Version: `v1`.
    pub version: String,
    /// Plural, lower case: `pods`.
    pub plural: String,
    /// Kind: `Pod`.
    pub kind: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// A kind whose rows Scalescope makes itself. Every other kind uses the server's Table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// core/v1 Pod
    Pods,
    /// apps/v1 Deployment
    Deployments,
    /// apps/v1 `ReplicaSet`
    ReplicaSets,
    /// autoscaling/v2 `HorizontalPodAutoscaler`
    HorizontalPodAutoscalers,
    /// keda.sh/v1alpha1 `ScaledObject`
    ScaledObjects,
    /// keda.sh/v1alpha1 `ScaledJob`
    ScaledJobs,
    /// core/v1 Node
    Nodes,
    /// core/v1 Event (kubectl's columns)
    Events,
    /// core/v1 Namespace
    Namespaces,
}

/// What is known of a kind without a cluster.
#[derive(Clone, Debug)]
pub struct KindSpec {
    /// Which.
    pub kind: Kind,
    /// Where it is served.
    pub resource: Resource,
    /// Stable name in commands and settings: `pods`.
    pub id: &'static str,
    /// Heading: `Pods`.
    pub title: &'static str,
    /// Whether lists may be asked as protobuf (custom resources are JSON only).
    pub protobuf: bool,
    /// Its columns: those of `kubectl get -o wide` in kubectl's order, then ours.
    pub columns: Vec<Column>,
}

impl Kind {
    /// Every kind with rows of its own, in the sidebar's order.
    pub const ALL: [Kind; 9] = [
        Kind::Pods,
        Kind::Deployments,
        Kind::ReplicaSets,
        Kind::HorizontalPodAutoscalers,
        Kind::ScaledObjects,
        Kind::ScaledJobs,
        Kind::Nodes,
        Kind::Events,
        Kind::Namespaces,
    ];

    /// What is known of it without a cluster.
    pub fn spec(self) -> &'static KindSpec {
        static SPECS: LazyLock<[KindSpec; 9]> = LazyLock::new(|| Kind::ALL.map(describe));
        &SPECS[self as usize]
    }

    /// The kind with this [`KindSpec::id`].
    pub fn from_id(id: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.spec().id == id)
    }

    /// The kind that objects with this `apiVersion` and `kind` have.
    pub fn of_object(api_version: &str, kind: &str) -> Option<Kind> {
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        Kind::ALL.into_iter().find(|k| {
            let resource = &k.spec().resource;
            resource.group == group && resource.kind == kind
        })
    }
}

fn describe(kind: Kind) -> KindSpec {
    let (id, title, group, version, name, columns) = match kind {
        Kind::Pods => ("pods", "Pods", "", "v1", "Pod", PodRow::columns()),
        Kind::Deployments => (
            "deployments",
            "Deployments",
            "apps",
            "v1",
            "Deployment",
            DeploymentRow::columns(),
        ),
        Kind::ReplicaSets => (
            "replicasets",
            "ReplicaSets",
            "apps",
            "v1",
            "ReplicaSet",
            ReplicaSetRow::columns(),
        ),
        Kind::HorizontalPodAutoscalers => (
            "horizontalpodautoscalers",
            "HPAs",
            "autoscaling",
            "v2",
            "HorizontalPodAutoscaler",
            HpaRow::columns(),
        ),
        Kind::ScaledObjects => (
            "scaledobjects",
            "ScaledObjects",
            "keda.sh",
            "v1alpha1",
            "ScaledObject",
            ScaledObjectRow::columns(),
        ),
        Kind::ScaledJobs => (
            "scaledjobs",
            "ScaledJobs",
            "keda.sh",
            "v1alpha1",
            "ScaledJob",
            ScaledJobRow::columns(),
        ),
        Kind::Nodes => ("nodes", "Nodes", "", "v1", "Node", NodeRow::columns()),
        Kind::Events => ("events", "Events", "", "v1", "Event", EventRow::columns()),
        Kind::Namespaces => (
            "namespaces",
            "Namespaces",
            "",
            "v1",
            "Namespace",
            NamespaceRow::columns(),
        ),
    };
    KindSpec {
        kind,
        resource: Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: id.to_owned(),
            kind: name.to_owned(),
            namespaced: !matches!(kind, Kind::Nodes | Kind::Namespaces),
        },
        id,
        title,
        protobuf: !matches!(kind, Kind::ScaledObjects | Kind::ScaledJobs),
        columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_kind_finds_itself() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            let spec = kind.spec();
            assert_eq!((spec.kind, kind as usize), (kind, index));
            assert_eq!(Kind::from_id(spec.id), Some(kind));
            let resource = &spec.resource;
            let api_version = if resource.group.is_empty() {
                resource.version.clone()
            } else {
                format!("{}/{}", resource.group, resource.version)
            };
            assert_eq!(Kind::of_object(&api_version, &resource.kind), Some(kind));
            let ids: BTreeSet<&str> = spec.columns.iter().map(|c| c.id.as_str()).collect();
            assert_eq!(
                ids.len(),
                spec.columns.len(),
                "{kind:?} names two columns alike"
            );
            assert_eq!(
                resource.namespaced,
                spec.columns[0].id == "namespace",
                "{kind:?}"
            );
        }
        assert_eq!(Kind::from_id("secrets"), None);
        assert_eq!(Kind::of_object("events.k8s.io/v1", "Event"), None);
    }
}
