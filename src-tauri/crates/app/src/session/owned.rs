//! What a drawer's object owns or holds, followed by watches of just that.

use std::collections::BTreeMap;

use cluster::follow::follow;
use cluster::health::Health;
use cluster::update::{Change, Reading, Scope, Update};
use cluster::{RequestError, fetch};
use model::links::Selector;
use model::{Kind, ObjectRow, PodResources, Resource};
use serde_json::Value;
use table::Cell;
use wire::OwnedObject;

use super::Session;
use super::feeds::{FeedId, Message, Owner};
use super::rights::list_of;
use crate::lacks::{self, Where};

/// Objects named in the drawer at most; how many there are is told.
const MOST: usize = 100;
/// Namespaces that keep more events than this are not followed for what an object owns.
const MOST_EVENTS: u64 = 3_000;
/// The same of Jobs: no selector finds those of one `CronJob`.
const MOST_JOBS: u64 = 3_000;

/// One watch of what is owned.
struct Followed {
    feed: FeedId,
    /// `None`: what objects refer to, and how they fare.
    kind: Option<Kind>,
    /// `endpointslices`.
    resource: String,
    /// Whether all of them are here.
    listed: bool,
    rows: BTreeMap<(String, String), ObjectRow>,
}

/// Whether a namespace's Jobs may be followed for one `CronJob`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Jobs {
    #[default]
    Unasked,
    Asked,
    Few,
    /// So many.
    Many(u64),
}

/// What an object owns, as far as it is followed.
#[derive(Default)]
pub(crate) struct Owned {
    scopes: Vec<Scope>,
    followed: Vec<Followed>,
    events_feed: Option<FeedId>,
    events_asked: bool,
    jobs: Jobs,
    /// Why something is not shown; empty if all is.
    problem: String,
    events_problem: String,
}

impl Owned {
    pub(crate) fn feeds(&self) -> impl Iterator<Item = FeedId> {
        let rows = self.followed.iter().map(|followed| followed.feed);
        rows.chain(self.events_feed)
    }

    /// Whether a feed brings events of what is owned.
    pub(crate) fn is_events(&self, feed: FeedId) -> bool {
        self.events_feed == Some(feed)
    }

    pub(crate) fn events_problem(&self) -> &str {
        &self.events_problem
    }

    pub(crate) fn problem(&self) -> String {
        match self.jobs {
            Jobs::Many(count) => format!(
                "Its Jobs are not shown: the namespace has {count} of them. The Jobs table has them."
            ),
            Jobs::Unasked | Jobs::Asked | Jobs::Few => self.problem.clone(),
        }
    }

    /// Uids of the Jobs of the `CronJob` `uid` that run now.
    pub(crate) fn running_jobs(&self, uid: &str) -> Vec<String> {
        let jobs = self.of(uid).filter_map(|row| match row {
            ObjectRow::Linked(job) if job.kind == "Job" && job.state == "Running" => {
                Some(job.meta.uid.to_string())
            }
            _ => None,
        });
        jobs.collect()
    }

    /// Takes an update of one of its feeds; whether it was one, and news.
    pub(crate) fn take(&mut self, feed: FeedId, update: &mut Option<Update>) -> bool {
        let Some(followed) = self.followed.iter_mut().find(|f| f.feed == feed) else {
            return false;
        };
        let Some(update) = update.take() else {
            return false;
        };
        let key = |row: &ObjectRow| {
            let (namespace, name) = table::Row::identity(row);
            (namespace.to_owned(), name.to_owned())
        };
        match update {
            Update::Rows(rows) => followed.rows.extend(rows.into_iter().map(|r| (key(&r), r))),
            Update::Listed {
                rows: Some(rows), ..
            } => {
                followed.rows = rows.into_iter().map(|r| (key(&r), r)).collect();
                followed.listed = true;
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => drop(followed.rows.insert(key(&row), row)),
                        Change::Gone { namespace, name } => {
                            followed.rows.remove(&(namespace.into(), name.into()));
                        }
                    }
                }
            }
            Update::Health(Health::Failed { error, .. }) => {
                self.problem = refusal(&error, followed.kind, &followed.resource);
            }
            Update::Health(Health::Live { .. }) => self.problem.clear(),
            Update::Listed { rows: None, .. } => followed.listed = true,
            Update::Health(Health::Listing | Health::Stale { .. })
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. } => {}
        }
        true
    }

    fn rows(&self) -> impl Iterator<Item = &ObjectRow> {
        self.followed
            .iter()
            .flat_map(|followed| followed.rows.values())
    }

    /// Uids of what the object `uid` owns, over one step in between.
    pub(crate) fn uids(&self, uid: &str) -> Vec<String> {
        self.of(uid).map(|row| row.meta().uid.to_string()).collect()
    }

    /// What the object `uid` owns itself, and what that owns. A selector may match more than that.
    fn of(&self, uid: &str) -> impl Iterator<Item = &ObjectRow> {
        let owner = |row: &ObjectRow| match row {
            ObjectRow::Linked(row) => row.owners.first().map(|o| o.uid.to_string()),
            row => row.meta().owner.as_ref().map(|o| o.uid.to_string()),
        };
        let direct: Vec<String> = self
            .rows()
            .filter(|row| owner(row).as_deref() == Some(uid))
            .map(|row| row.meta().uid.to_string())
            .collect();
        let uid = uid.to_owned();
        self.rows().filter(move |row| {
            owner(row).is_some_and(|owner| owner == uid || direct.contains(&owner))
        })
    }

    /// Endpoints of a Service that are ready, of how many, if they are followed.
    pub(crate) fn endpoints(&self) -> Option<(usize, usize)> {
        let slices = self
            .followed
            .iter()
            .find(|f| f.resource == "endpointslices" && f.listed)?;
        // A slice's state is `2/3 ready`.
        let counts = slices.rows.values().filter_map(|row| match row {
            ObjectRow::Linked(slice) => {
                let (ready, all) = slice.state.split(' ').next()?.split_once('/')?;
                Some((ready.parse().ok()?, all.parse().ok()?))
            }
            _ => None,
        });
        Some(
            counts.fold((0, 0), |sum: (usize, usize), one: (usize, usize)| {
                (sum.0 + one.0, sum.1 + one.1)
            }),
        )
    }

    /// What a node's pods hold of it together, if they are followed; ended pods hold nothing.
    pub(crate) fn held(&self) -> Option<(usize, PodResources)> {
        let pods = self
            .followed
            .iter()
            .find(|f| f.kind == Some(Kind::Pods) && f.listed)?;
        let mut sum = PodResources::default();
        let mut count = 0;
        for row in pods.rows.values() {
            if let ObjectRow::Pod(pod) = row
                && !matches!(&*pod.phase, "Succeeded" | "Failed")
            {
                sum.requests.add(&pod.resources.requests);
                sum.limits.add(&pod.resources.limits);
                count += 1;
            }
        }
        Some((count, sum))
    }

    /// What is owned, what still runs first; and how much there is. A node's pods are its own.
    pub(crate) fn shown(
        &self,
        session: &Session,
        uid: &str,
        all: bool,
    ) -> (usize, Vec<OwnedObject>) {
        let mut rows: Vec<&ObjectRow> = if all {
            self.rows().collect()
        } else {
            self.of(uid).collect()
        };
        rows.sort_by_key(|row| match row {
            ObjectRow::ReplicaSet(set) => (u8::from(set.desired == 0) * 2, row.meta().created_ms),
            // The last Job first, but for those that still run.
            ObjectRow::Linked(job) if job.kind == "Job" => (
                u8::from(job.state != "Running"),
                job.meta.created_ms.map(i64::wrapping_neg),
            ),
            _ => (1, row.meta().created_ms),
        });
        let one = |row: &&ObjectRow| {
            let (api_version, kind, state, note) = told(row)?;
            let meta = row.meta();
            Some(OwnedObject {
                object: session.object_ref(api_version, kind, &meta.namespace, &meta.name),
                state,
                note,
                age: model::duration::human(
                    session
                        .now_ms()
                        .saturating_sub(meta.created_ms.unwrap_or_default()),
                ),
            })
        };
        (rows.len(), rows.iter().filter_map(one).take(MOST).collect())
    }
}

fn told(row: &ObjectRow) -> Option<(&'static str, &'static str, Cell, String)> {
    match row {
        ObjectRow::Pod(pod) => Some((
            "v1",
            "Pod",
            Cell::toned(pod.status.to_string(), pod.tone()),
            format!("{}/{}", pod.ready, pod.total),
        )),
        ObjectRow::ReplicaSet(set) => {
            let tone = if set.ready < set.desired {
                table::Tone::Warn
            } else {
                table::Tone::Plain
            };
            let revision = set.revision.map(|r| format!("revision {r}"));
            Some((
                "apps/v1",
                "ReplicaSet",
                Cell::toned(format!("{} of {} ready", set.ready, set.desired), tone),
                revision.unwrap_or_default(),
            ))
        }
        ObjectRow::Linked(row) => Some((
            if row.kind == "Job" {
                "batch/v1"
            } else {
                "discovery.k8s.io/v1"
            },
            if row.kind == "Job" {
                "Job"
            } else {
                "EndpointSlice"
            },
            Cell::toned(row.state.clone(), row.tone),
            String::new(),
        )),
        _ => None,
    }
}

fn refusal(error: &RequestError, kind: Option<Kind>, resource: &str) -> String {
    let Some(spec) = kind.map(Kind::spec) else {
        let title = if resource == "jobs" {
            "Jobs"
        } else {
            "EndpointSlices"
        };
        return format!("{title} cannot be read: {error}");
    };
    let said = lacks::request(error, list_of(&spec.resource), Where::Everywhere);
    match said.lack {
        Some(lack) => lack.sentence,
        None => format!("{} cannot be read: {error}", spec.title),
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

/// What to follow for an object of this kind.
fn scopes(kind: &str, name: &str, namespace: &str, object: &Value) -> Vec<Scope> {
    let scope = |kind: Kind| {
        let namespace = Some(namespace.to_owned()).filter(|n| !n.is_empty());
        Scope::of(kind.spec().resource.clone(), Some(kind), namespace)
    };
    let spec = &object["spec"];
    let selector = match kind {
        "Node" => {
            return vec![Scope {
                fields: format!("spec.nodeName={name}"),
                ..scope(Kind::Pods)
            }];
        }
        // An ExternalName has none.
        "Service" if spec["type"] != "ExternalName" => {
            let slices = Resource {
                group: "discovery.k8s.io".to_owned(),
                version: "v1".to_owned(),
                plural: "endpointslices".to_owned(),
                kind: "EndpointSlice".to_owned(),
                namespaced: true,
            };
            return vec![Scope {
                labels: format!("kubernetes.io/service-name={name}"),
                reading: Reading::Links,
                ..Scope::of(slices, None, Some(namespace.to_owned()))
            }];
        }
        "CronJob" => {
            return vec![Scope {
                reading: Reading::Links,
                ..Scope::of(jobs(), None, Some(namespace.to_owned()))
            }];
        }
        "ReplicationController" => Selector::of_map(&spec["selector"]),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => {
            Selector::of_object(&spec["selector"])
        }
        _ => None,
    };
    // An empty selector would follow the whole namespace.
    let Some(labels) = selector
        .map(|s| s.query())
        .filter(|query| !query.is_empty())
    else {
        return Vec::new();
    };
    let labelled = |kind: Kind| Scope {
        labels: labels.clone(),
        ..scope(kind)
    };
    if kind == "Deployment" {
        vec![labelled(Kind::ReplicaSets), labelled(Kind::Pods)]
    } else {
        vec![labelled(Kind::Pods)]
    }
}

impl Session {
    /// Follows what the drawer's object owns, by its selector as it is now.
    pub(crate) fn follow_owned(&mut self, id: u32) {
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        let Some(object) = drawer.object() else {
            return;
        };
        let kind = drawer.resource().kind.clone();
        if kind == "CronJob" && drawer.owned.jobs != Jobs::Few {
            if drawer.owned.jobs == Jobs::Unasked {
                drawer.owned.jobs = Jobs::Asked;
                let namespace = drawer.namespace().to_owned();
                self.weigh_jobs(id, namespace);
            }
            return;
        }
        let wanted = scopes(&kind, drawer.name(), drawer.namespace(), object);
        if wanted == drawer.owned.scopes {
            return;
        }
        let namespace = drawer.namespace().to_owned();
        let old: Vec<FeedId> = drawer.owned.followed.drain(..).map(|f| f.feed).collect();
        drawer.owned.scopes.clone_from(&wanted);
        for feed in old {
            self.feeds.close(feed);
        }
        let mut followed = Vec::new();
        for scope in wanted {
            let connection = self.connection.clone();
            let (kind, resource) = (scope.kind, scope.resource.plural.clone());
            let feed = self.feeds.open(Owner::Drawer(id), Message::Update, |sink| {
                follow(connection, scope, sink)
            });
            followed.push(Followed {
                feed,
                kind,
                resource,
                listed: false,
                rows: BTreeMap::new(),
            });
        }
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        drawer.owned.followed = followed;
        // A node's pods have events enough of their own.
        if !matches!(&*kind, "Node" | "Service")
            && !drawer.owned.scopes.is_empty()
            && !drawer.owned.events_asked
        {
            drawer.owned.events_asked = true;
            self.weigh_events(id, namespace);
        }
    }

    /// Follows the namespace's Jobs, if there are not too many of them. What may not be counted is told by the watch.
    fn weigh_jobs(&mut self, id: u32, namespace: String) {
        let connection = self.connection.clone();
        self.later(
            async move { fetch::count(&connection, &jobs(), Some(&namespace)).await },
            move |session, count| {
                let Some(drawer) = session.drawers.get_mut(&id) else {
                    return;
                };
                drawer.owned.jobs = match count {
                    Ok(count) if count > MOST_JOBS => Jobs::Many(count),
                    Ok(_) | Err(_) => Jobs::Few,
                };
                drawer.touch();
                session.follow_owned(id);
            },
        );
    }

    /// Follows the namespace's events for what is owned, if there are not too many of them.
    fn weigh_events(&mut self, id: u32, namespace: String) {
        let connection = self.connection.clone();
        let events = &Kind::Events.spec().resource;
        let path = namespace.clone();
        self.later(
            async move { fetch::count(&connection, events, Some(&path)).await },
            move |session, count| {
                if !session.drawers.contains_key(&id) {
                    return;
                }
                let feed = match count {
                    Ok(count) if count <= MOST_EVENTS => {
                        let scope = Scope::of(events.clone(), Some(Kind::Events), Some(namespace));
                        let connection = session.connection.clone();
                        let open = |sink| follow(connection, scope, sink);
                        Some(session.feeds.open(Owner::Drawer(id), Message::Update, open))
                    }
                    Ok(_) | Err(_) => None,
                };
                let Some(drawer) = session.drawers.get_mut(&id) else {
                    return;
                };
                drawer.owned.events_feed = feed;
                if let Ok(count) = count
                    && count > MOST_EVENTS
                {
                    drawer.owned.events_problem = format!(
                        "Those of what it owns are not shown: the namespace keeps {count} events. The Events table has them."
                    );
                }
                drawer.touch();
            },
        );
    }
}
