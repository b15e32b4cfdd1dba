//! The autoscalers that a drawer's object is scaled by, in words.

use std::collections::BTreeMap;

use cluster::follow::follow;
use cluster::update::{Change, Scope, Update};
use model::scaling::{ScalingKind, join};
use model::{HpaRow, Kind, ObjectRow, Resource, ScaledJobRow, ScaledObjectRow, ScalingRow};
use wire::ScaledBy;

use super::Session;
use super::details::Drawer;
use super::feeds::{FeedId, Message, Owner};
use super::scaled_jobs::ScaledJobs;
use super::scaling::kind_id;

/// Which kinds of autoscaler may concern objects of this kind: they are followed in the object's namespace.
fn sources(resource: &Resource) -> &'static [Kind] {
    const ALL: &[Kind] = &[
        Kind::HorizontalPodAutoscalers,
        Kind::ScaledObjects,
        Kind::ScaledJobs,
    ];
    match resource.kind.as_str() {
        _ if !may_be_scaled(resource) => &[],
        "Job" | "ScaledJob" => &ALL[2..],
        // A pod may be of either.
        "Pod" => ALL,
        _ => &ALL[..2],
    }
}

/// Groups of the API server's own that hold nothing with a scale.
const WITHOUT_SCALE: [&str; 2] = ["keda.sh", "autoscaling"];

/// Autoscalers of the namespace, followed while the drawer is open.
#[derive(Default)]
pub(crate) struct Scalers {
    feeds: Vec<(FeedId, Kind)>,
    hpas: BTreeMap<String, HpaRow>,
    objects: BTreeMap<String, ScaledObjectRow>,
    jobs: BTreeMap<String, ScaledJobRow>,
}

/// Whether objects of this kind, or their owners, can be the target of an autoscaler, or are one.
fn may_be_scaled(resource: &Resource) -> bool {
    let of_their_own = !WITHOUT_SCALE.contains(&resource.group.as_str())
        && resource.group.contains('.')
        && !resource.group.ends_with(".k8s.io");
    resource.namespaced
        && (of_their_own
            || matches!(
                resource.kind.as_str(),
                "Deployment"
                    | "StatefulSet"
                    | "ReplicaSet"
                    | "ReplicationController"
                    | "Job"
                    | "Pod"
                    | "HorizontalPodAutoscaler"
                    | "ScaledObject"
                    | "ScaledJob"
            ))
}

impl Scalers {
    pub(crate) fn feeds(&self) -> impl Iterator<Item = FeedId> {
        self.feeds.iter().map(|(feed, _)| *feed)
    }

    /// Whether there are `ScaledJobs` among them, whose words tell of Jobs.
    pub(crate) fn has_jobs(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Takes an update of one of its feeds; whether it was one. Who may not list autoscalers is told so by their table.
    pub(crate) fn take(&mut self, feed: FeedId, update: &mut Option<Update>) -> bool {
        let Some((_, kind)) = self.feeds.iter().find(|(own, _)| *own == feed).copied() else {
            return false;
        };
        match update.take() {
            Some(Update::Rows(rows)) => self.put_all(rows),
            Some(Update::Listed {
                rows: Some(rows), ..
            }) => {
                match kind {
                    Kind::ScaledObjects => self.objects.clear(),
                    Kind::ScaledJobs => self.jobs.clear(),
                    _ => self.hpas.clear(),
                }
                self.put_all(rows);
            }
            Some(Update::Changed(changes)) => {
                for change in changes {
                    match change {
                        Change::Put(row) => self.put(row),
                        Change::Gone { name, .. } => match kind {
                            Kind::ScaledObjects => drop(self.objects.remove(&*name)),
                            Kind::ScaledJobs => drop(self.jobs.remove(&*name)),
                            _ => drop(self.hpas.remove(&*name)),
                        },
                    }
                }
            }
            Some(
                Update::Listed { rows: None, .. }
                | Update::Health(_)
                | Update::Header(_)
                | Update::Preview(_)
                | Update::Progress { .. },
            )
            | None => {}
        }
        true
    }

    fn put_all(&mut self, rows: Vec<ObjectRow>) {
        for row in rows {
            self.put(row);
        }
    }

    fn put(&mut self, row: ObjectRow) {
        match row {
            ObjectRow::Hpa(hpa) => drop(self.hpas.insert(hpa.meta.name.to_string(), *hpa)),
            ObjectRow::ScaledObject(object) => {
                self.objects.insert(object.meta.name.to_string(), *object);
            }
            ObjectRow::ScaledJob(job) => drop(self.jobs.insert(job.meta.name.to_string(), *job)),
            ObjectRow::Pod(_)
            | ObjectRow::Node(_)
            | ObjectRow::Namespace(_)
            | ObjectRow::Deployment(_)
            | ObjectRow::ReplicaSet(_)
            | ObjectRow::Event(_)
            | ObjectRow::Generic(_)
            | ObjectRow::Linked(_)
            | ObjectRow::Seen(_) => {}
        }
    }

    /// Those that scale one of `targets` or are one of them: kinds with names. Two on one target fight; both are told.
    fn rows(&self, targets: &[(&str, &str)], made: &ScaledJobs) -> Vec<ScalingRow> {
        let mut rows = join(self.hpas.values(), self.objects.values());
        let jobs = self.jobs.values();
        rows.extend(
            jobs.map(|job| {
                ScalingRow::of_job(job, made.counts(&job.meta.namespace, &job.meta.name))
            }),
        );
        rows.retain(|row| {
            let is = |kind: &str, name: &str| targets.contains(&(kind, name));
            let hpa = row.hpa_name.as_deref();
            match row.key.kind {
                ScalingKind::ScaledJob => is("ScaledJob", &row.key.name),
                ScalingKind::Hpa | ScalingKind::ScaledObject => {
                    is(&row.target.kind, &row.target.name)
                        || is("ScaledObject", &row.key.name)
                            && row.key.kind == ScalingKind::ScaledObject
                        || hpa.is_some_and(|name| is("HorizontalPodAutoscaler", name))
                }
            }
        });
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        rows
    }
}

impl Session {
    /// Begins to follow the autoscalers of the namespace, once, if the drawer's object may be scaled by one.
    pub(crate) fn follow_scalers(&mut self, id: u32) {
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        if !drawer.scalers.feeds.is_empty() {
            return;
        }
        for kind in sources(drawer.resource()) {
            let (kind, resource) = (*kind, kind.spec().resource.clone());
            if kind == Kind::ScaledJobs && self.kinds.serves(&resource) == Some(false) {
                continue;
            }
            let namespace = Some(drawer.namespace().to_owned());
            let scope = Scope::of(resource, Some(kind), namespace);
            let connection = self.connection.clone();
            let feed = self.feeds.open(Owner::Drawer(id), Message::Update, |sink| {
                follow(connection, scope, sink)
            });
            drawer.scalers.feeds.push((feed, kind));
        }
    }
}

/// What scales the drawer's object or its owners.
pub(crate) fn scaled_by(drawer: &Drawer, made: &ScaledJobs) -> Vec<ScaledBy> {
    let own = (drawer.resource().kind.as_str(), drawer.name());
    let owners = drawer.lineage.iter();
    let targets: Vec<(&str, &str)> = owners
        .map(|link| (link.kind.as_str(), link.name.as_str()))
        .chain([own])
        .collect();
    let rows = drawer.scalers.rows(&targets, made);
    rows.iter().map(told).collect()
}

fn told(row: &ScalingRow) -> ScaledBy {
    let things = match row.key.kind {
        ScalingKind::ScaledJob => " Jobs",
        ScalingKind::Hpa | ScalingKind::ScaledObject => "",
    };
    let bounds = format!("{} to {}{things}", row.min, row.max);
    ScaledBy {
        object: wire::ObjectRef {
            kind_id: kind_id(row).to_owned(),
            kind: row.key.kind.to_string(),
            namespace: row.key.namespace.to_string(),
            name: row.key.name.to_string(),
        },
        size: match row.current {
            Some(current) => format!("{current} of {bounds}"),
            None => bounds,
        },
        status: table::Cell::toned(&*row.status, row.tone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_scale_is_looked_after() {
        let resource = |group: &str, kind: &str, namespaced: bool| Resource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            plural: format!("{}s", kind.to_lowercase()),
            kind: kind.to_owned(),
            namespaced,
        };
        for (group, kind, namespaced, expected) in [
            ("apps", "Deployment", true, true),
            ("apps", "DaemonSet", true, false),
            ("batch", "Job", true, true),
            ("batch", "CronJob", true, false),
            ("", "Pod", true, true),
            ("", "ConfigMap", true, false),
            ("argoproj.io", "Rollout", true, true),
            ("argoproj.io", "ClusterThing", false, false),
            ("networking.k8s.io", "Ingress", true, false),
            ("keda.sh", "ScaledObject", true, true),
            ("keda.sh", "ScaledJob", true, true),
            ("keda.sh", "TriggerAuthentication", true, false),
            ("autoscaling", "HorizontalPodAutoscaler", true, true),
        ] {
            let resource = resource(group, kind, namespaced);
            assert_eq!(may_be_scaled(&resource), expected, "{group} {kind}");
        }
    }
}
