//! What `kubectl describe` says of each kind, as groups of facts.

mod api;
mod batch;
mod build;
mod config;
mod network;
mod network_policy;
mod node;
mod pod;
mod policy;
mod rbac;
mod storage;
mod tree;
mod workload;

use super::look::Look;
use super::shape::{Fact, Section};
use build::Facts;
pub(super) use policy::is_spent;

/// All groups with anything in them; `columns` are the facts that the kind's table words already.
pub(super) fn sections(look: &Look<'_>, columns: Vec<Fact>) -> Vec<Section> {
    let mut facts = Facts::after(columns);
    let mut more = Vec::new();
    let known = match look.kind {
        "Pod" => pod::pod(look, &mut facts, &mut more),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" => {
            workload::workload(look, &mut facts, &mut more)
        }
        "Job" => batch::job(look, &mut facts, &mut more),
        "CronJob" => batch::cron_job(look, &mut facts, &mut more),
        "Service" => network::service(look, &mut facts, &mut more),
        "Ingress" => network::ingress(look, &mut facts, &mut more),
        "EndpointSlice" => network::endpoint_slice(look, &mut facts, &mut more),
        "Endpoints" => network::endpoints(look, &mut facts, &mut more),
        "NetworkPolicy" => network_policy::policy(look, &mut facts, &mut more),
        "PersistentVolumeClaim" => storage::claim(look, &mut facts, &mut more),
        "PersistentVolume" => storage::volume(look, &mut facts, &mut more),
        "StorageClass" => storage::class(look, &mut facts, &mut more),
        "Node" => node::node(look, &mut facts, &mut more),
        "Role" | "ClusterRole" => rbac::role(look, &mut facts, &mut more),
        "RoleBinding" | "ClusterRoleBinding" => rbac::binding(look, &mut facts, &mut more),
        "ServiceAccount" => rbac::account(look, &mut facts, &mut more),
        "ResourceQuota" => policy::quota(look, &mut facts, &mut more),
        "LimitRange" => policy::limits(look, &mut facts, &mut more),
        "PodDisruptionBudget" => policy::budget(look, &mut facts, &mut more),
        "HorizontalPodAutoscaler" => policy::autoscaler(look, &mut facts, &mut more),
        "ScaledObject" => policy::scaled_object(look, &mut facts, &mut more),
        "ConfigMap" | "Secret" => config::config(look, &mut facts, &mut more),
        "Namespace" => config::namespace(look, &mut facts, &mut more),
        "PriorityClass" => config::priority_class(look, &mut facts, &mut more),
        "Lease" => config::lease(look, &mut facts, &mut more),
        "Event" => config::event(look, &mut facts, &mut more),
        "CustomResourceDefinition" => api::definition(look, &mut facts, &mut more),
        "APIService" => api::service(look, &mut facts, &mut more),
        _ => Known::No,
    };
    if matches!(known, Known::No) {
        more.extend(tree::sections(look.object));
    }
    let others = super::owners(&look.meta()["ownerReferences"], look.namespace);
    facts.values(
        "Also Owned By",
        others.into_iter().skip(1).map(build::kinded),
    );
    let first = Section {
        title: String::new(),
        facts: facts.done(),
        grid: None,
    };
    let all = std::iter::once(first).chain(more);
    all.filter(|section| !section.facts.is_empty() || section.grid.is_some())
        .collect()
}

/// Whether a kind's facts were told by a module of its own.
pub(super) enum Known {
    Yes,
    No,
}
