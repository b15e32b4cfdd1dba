//! What an open graph watches.

use cluster::health::Health;
use cluster::update::{Reading, Scope};
use model::fact::{Part, SubjectKind};
use model::{Kind, ObjectRow, Resource};
use std::collections::BTreeMap;

use super::super::feeds::FeedId;
use super::state::Graph;

/// The label by which KEDA marks Jobs of a `ScaledJob` and their pods.
const OF_SCALED_JOB: &str = "scaledjob.keda.sh/name";

/// What one of a graph's watches brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Hpa,
    ScaledObject,
    ScaledJob,
    /// The workload, of this resource.
    Target(Resource),
    /// Of a Deployment, by its selector.
    ReplicaSets(String),
    /// By the workload's selector.
    Pods(String),
    /// Of the `ScaledJob`.
    Jobs,
    /// Events about the object of this name.
    Events(String),
}

impl Role {
    /// The part of what is recorded that it belongs to.
    pub(super) fn part(&self) -> Option<Part> {
        match self {
            Self::Hpa | Self::ScaledObject | Self::ScaledJob => Some(Part::Autoscaler),
            Self::Target(_) => Some(Part::Target),
            Self::Pods(_) => Some(Part::Pods),
            Self::Jobs => Some(Part::Jobs),
            Self::Events(_) => Some(Part::Events),
            Self::ReplicaSets(_) => None,
        }
    }

    /// Whether what is on screen is as fresh as this watch.
    pub(super) fn matters(&self) -> bool {
        match self {
            Self::Hpa | Self::ScaledObject | Self::ScaledJob | Self::Target(_) => true,
            Self::ReplicaSets(_) | Self::Pods(_) | Self::Jobs | Self::Events(_) => false,
        }
    }
}

/// One of a graph's watches.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) feed: FeedId,
    pub(super) role: Role,
    pub(super) health: Health,
    pub(super) listed: bool,
    /// What it brought, by name.
    pub(super) rows: BTreeMap<Box<str>, ObjectRow>,
}

impl Watch {
    pub(super) fn new(feed: FeedId, role: Role) -> Self {
        Self {
            feed,
            role,
            health: Health::Listing,
            listed: false,
            rows: BTreeMap::new(),
        }
    }

    /// Whether it shows all there is, now.
    pub(super) fn is_whole(&self) -> bool {
        self.listed && matches!(self.health, Health::Live { .. })
    }
}

impl Graph {
    /// Watches it needs by what is known so far.
    pub(super) fn wanted(&self) -> Vec<Role> {
        let mut wanted = Vec::new();
        match self.kind {
            // One that KEDA made is understood through its ScaledObject.
            SubjectKind::Hpa => wanted.extend(self.object_name().map(|_| Role::ScaledObject)),
            SubjectKind::ScaledObject => wanted.push(Role::ScaledObject),
            SubjectKind::ScaledJob => {
                wanted.extend([
                    Role::ScaledJob,
                    Role::Jobs,
                    Role::Pods(format!("{OF_SCALED_JOB}={}", self.name)),
                    Role::Events(self.name.clone()),
                ]);
                return wanted;
            }
        }
        let hpa = self.hpa_name();
        if hpa.is_some() {
            wanted.push(Role::Hpa);
        }
        let reference = self.reference();
        if reference.is_some()
            && let Some(resource) = &self.target_resource
        {
            wanted.push(Role::Target(resource.clone()));
        }
        if let Some(target) = &self.target
            && !target.selector.is_empty()
        {
            wanted.push(Role::Pods(target.selector.clone()));
            if target.kind == "Deployment" {
                wanted.push(Role::ReplicaSets(target.selector.clone()));
            }
        }
        let mut names: Vec<String> = [
            Some(self.name.clone()),
            hpa,
            reference.map(|target| target.name.to_string()),
        ]
        .into_iter()
        .flatten()
        .collect();
        names.sort_unstable();
        names.dedup();
        wanted.extend(
            names
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(Role::Events),
        );
        wanted
    }

    pub(super) fn scope(&self, role: &Role) -> Scope {
        let named = |name: &str| format!("metadata.name={name}");
        let own = |kind: Kind| kind.spec().resource.clone();
        let nothing = String::new;
        let (resource, fields, labels) = match role {
            Role::Hpa => (
                own(Kind::HorizontalPodAutoscalers),
                named(&self.hpa_name().unwrap_or_default()),
                nothing(),
            ),
            Role::ScaledObject => (
                own(Kind::ScaledObjects),
                named(&self.object_name().unwrap_or_default()),
                nothing(),
            ),
            Role::ScaledJob => (scaled_jobs(), named(&self.name), nothing()),
            Role::Target(resource) => {
                let target = self.reference();
                let name = target.map(|target| target.name.to_string());
                (
                    resource.clone(),
                    named(&name.unwrap_or_default()),
                    nothing(),
                )
            }
            Role::ReplicaSets(selector) => (own(Kind::ReplicaSets), nothing(), selector.clone()),
            Role::Pods(selector) => (own(Kind::Pods), nothing(), selector.clone()),
            Role::Jobs => (jobs(), nothing(), format!("{OF_SCALED_JOB}={}", self.name)),
            Role::Events(name) => (
                own(Kind::Events),
                format!("involvedObject.name={name}"),
                nothing(),
            ),
        };
        let (kind, reading) = match role {
            Role::ReplicaSets(_) => (Some(Kind::ReplicaSets), Reading::Tables),
            Role::Hpa
            | Role::ScaledObject
            | Role::ScaledJob
            | Role::Target(_)
            | Role::Pods(_)
            | Role::Jobs
            | Role::Events(_) => (None, Reading::Scaling),
        };
        Scope {
            fields,
            labels,
            reading,
            ..Scope::of(resource, kind, Some(self.namespace.clone()))
        }
    }
}

/// `scaledjobs.keda.sh`
fn scaled_jobs() -> Resource {
    Resource {
        group: "keda.sh".to_owned(),
        version: "v1alpha1".to_owned(),
        plural: "scaledjobs".to_owned(),
        kind: "ScaledJob".to_owned(),
        namespaced: true,
    }
}

fn jobs() -> Resource {
    Resource {
        group: "batch".to_owned(),
        version: "v1".to_owned(),
        plural: "jobs".to_owned(),
        kind: "Job".to_owned(),
        namespaced: true,
    }
}
