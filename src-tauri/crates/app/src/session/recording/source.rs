//! The kinds whose objects tell of scaling.

use model::fact::{Part, SubjectKind};
use model::{Kind, Resource};

/// A kind of autoscaler, or of workload that one scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Hpas,
    ScaledObjects,
    ScaledJobs,
    Deployments,
    StatefulSets,
}

impl Source {
    pub(super) const AUTOSCALERS: [Self; 3] = [Self::Hpas, Self::ScaledObjects, Self::ScaledJobs];
    /// They are followed where something scales them.
    pub(super) const WORKLOADS: [Self; 2] = [Self::Deployments, Self::StatefulSets];

    /// The source that a resource is.
    pub(crate) fn of(resource: &Resource) -> Option<Self> {
        let mut all = Self::AUTOSCALERS.into_iter().chain(Self::WORKLOADS);
        all.find(|source| {
            let own = source.resource();
            own.group == resource.group && own.plural == resource.plural
        })
    }

    /// The workloads of this kind.
    pub(super) fn of_workload(kind: &str) -> Option<Self> {
        let mut all = Self::WORKLOADS.into_iter();
        all.find(|source| source.resource().kind == kind)
    }

    pub(super) fn resource(self) -> Resource {
        let other = |group: &str, version: &str, plural: &str, kind: &str| Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: plural.to_owned(),
            kind: kind.to_owned(),
            namespaced: true,
        };
        match self {
            Self::Hpas => Kind::HorizontalPodAutoscalers.spec().resource.clone(),
            Self::ScaledObjects => Kind::ScaledObjects.spec().resource.clone(),
            Self::ScaledJobs => other("keda.sh", "v1alpha1", "scaledjobs", "ScaledJob"),
            Self::Deployments => Kind::Deployments.spec().resource.clone(),
            Self::StatefulSets => other("apps", "v1", "statefulsets", "StatefulSet"),
        }
    }

    /// The part of a subject's facts that it brings.
    pub(super) fn part(self) -> Part {
        match self {
            Self::Hpas | Self::ScaledObjects | Self::ScaledJobs => Part::Autoscaler,
            Self::Deployments | Self::StatefulSets => Part::Target,
        }
    }
}

/// The parts of a subject that are followed all the time.
pub(super) fn parts(kind: SubjectKind) -> &'static [Part] {
    match kind {
        SubjectKind::Hpa | SubjectKind::ScaledObject => &[Part::Autoscaler, Part::Target],
        // What it makes are Jobs; they are looked at where somebody looks.
        SubjectKind::ScaledJob => &[Part::Autoscaler],
    }
}
