//! What the cluster serves, for the sidebar and the palette.

use cluster::discovery::{Discovered, Discovery};
use cluster::{RequestError, discover};
use model::{Kind, Resource};
use tokio::sync::oneshot;
use wire::{KindEntry, KindList, Notice, ObjectRef, WireError};

use super::Session;

/// Discovery: asked for, answered, or failed (asked again when somebody wants to know).
#[derive(Default)]
enum State {
    #[default]
    Unknown,
    Asked,
    Known(Discovery),
    Failed(RequestError),
}

/// What is known of the served kinds, and who waits for it.
#[derive(Default)]
pub(crate) struct KindsState {
    state: State,
    waiting: Vec<oneshot::Sender<Result<KindList, WireError>>>,
    namespaces_waiting: Vec<oneshot::Sender<Vec<String>>>,
}

impl KindsState {
    pub(crate) fn discovery(&self) -> Option<&Discovery> {
        match &self.state {
            State::Known(discovery) => Some(discovery),
            State::Unknown | State::Asked | State::Failed(_) => None,
        }
    }
}

/// The name of a kind in commands: `pods`, or `group/version/plural`.
pub(crate) fn kind_id(resource: &Resource) -> String {
    Kind::ALL
        .into_iter()
        .map(Kind::spec)
        .find(|spec| {
            spec.resource.group == resource.group && spec.resource.plural == resource.plural
        })
        .map_or_else(
            || {
                let group = if resource.group.is_empty() {
                    "core"
                } else {
                    &resource.group
                };
                format!("{group}/{}/{}", resource.version, resource.plural)
            },
            |spec| spec.id.to_owned(),
        )
}

impl Session {
    /// Asks what the server serves; the first table does not wait for this.
    pub(crate) fn discover(&mut self) {
        self.kinds.state = State::Asked;
        let connection = self.connection.clone();
        self.later(
            async move { discover(&connection).await },
            |session, answer| {
                session.kinds.state = match answer {
                    Ok(discovery) => State::Known(discovery),
                    Err(error) => State::Failed(error),
                };
                let list = session.kind_list();
                for waiting in session.kinds.waiting.drain(..) {
                    let _ = waiting.send(list.clone());
                }
                session.host.notify(Notice::Kinds {
                    cluster: session.info.cluster.clone(),
                });
            },
        );
    }

    /// Kinds the cluster serves, once that is known.
    pub(crate) fn kinds(&mut self) -> oneshot::Receiver<Result<KindList, WireError>> {
        let (answer, answered) = oneshot::channel();
        match self.kinds.state {
            State::Known(_) => {
                let _ = answer.send(self.kind_list());
            }
            State::Asked => self.kinds.waiting.push(answer),
            State::Unknown | State::Failed(_) => {
                self.kinds.waiting.push(answer);
                self.discover();
            }
        }
        answered
    }

    /// A reference to an object, a link where the cluster is known to serve its kind.
    pub(crate) fn object_ref(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> ObjectRef {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let own = Kind::ALL
            .into_iter()
            .map(Kind::spec)
            .map(|spec| &spec.resource);
        let found = self
            .kinds
            .discovery()
            .into_iter()
            .flat_map(|d| d.resources.iter().map(|r| &r.resource));
        let resource = own
            .chain(found)
            .find(|r| r.kind == kind && r.group == group);
        ObjectRef {
            kind_id: resource.map(kind_id).unwrap_or_default(),
            kind: kind.to_owned(),
            namespace: match resource {
                Some(resource) if !resource.namespaced => String::new(),
                Some(_) | None => namespace.to_owned(),
            },
            name: name.to_owned(),
        }
    }

    fn kind_list(&self) -> Result<KindList, WireError> {
        match &self.kinds.state {
            State::Known(discovery) => Ok(list(discovery)),
            State::Failed(error) => Err(crate::errors::request(error)),
            State::Unknown | State::Asked => Ok(KindList {
                kinds: Vec::new(),
                failed_groups: Vec::new(),
            }),
        }
    }

    /// Names of all namespaces, once they are listed; empty when they may not be.
    pub(crate) fn namespaces(&mut self) -> oneshot::Receiver<Vec<String>> {
        let (answer, answered) = oneshot::channel();
        let id = self.typed_collection(Kind::Namespaces);
        if let Some(collection) = self.collections.get_mut(&id) {
            // The selector stays open as long as the cluster does.
            collection.holds = collection.holds.max(1);
        }
        self.ensure_feeds(id);
        self.kinds.namespaces_waiting.push(answer);
        self.answer_namespaces();
        answered
    }

    pub(crate) fn answer_namespaces(&mut self) {
        let Some(collection) = self
            .collections
            .values()
            .find(|c| c.kind == Some(Kind::Namespaces) && c.settled())
        else {
            return;
        };
        let mut names: Vec<String> = collection
            .table
            .rows()
            .iter()
            .map(|(_, row)| row.meta().name.to_string())
            .collect();
        names.sort_unstable();
        for waiting in self.kinds.namespaces_waiting.drain(..) {
            let _ = waiting.send(names.clone());
        }
    }
}

fn list(discovery: &Discovery) -> KindList {
    let typed = Kind::ALL.into_iter().map(|kind| {
        let spec = kind.spec();
        let served = discovery
            .resources
            .iter()
            .find(|found| kind_id(&found.resource) == spec.id);
        KindEntry {
            id: spec.id.to_owned(),
            title: spec.title.to_owned(),
            kind: spec.resource.kind.clone(),
            group: spec.resource.group.clone(),
            namespaced: spec.resource.namespaced,
            short_names: served
                .map(|found| found.short_names.clone())
                .unwrap_or_default(),
            custom: is_custom(&spec.resource.group),
        }
    });
    let others = discovery
        .resources
        .iter()
        .filter(|found| found.can("list") && Kind::from_id(&kind_id(&found.resource)).is_none())
        .map(entry);
    KindList {
        kinds: typed.chain(others).collect(),
        failed_groups: discovery.failed_groups.clone(),
    }
}

fn entry(found: &Discovered) -> KindEntry {
    KindEntry {
        id: kind_id(&found.resource),
        title: title(&found.resource.plural, &found.resource.kind),
        kind: found.resource.kind.clone(),
        group: found.resource.group.clone(),
        namespaced: found.resource.namespaced,
        short_names: found.short_names.clone(),
        custom: is_custom(&found.resource.group),
    }
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

    #[test]
    fn titles_keep_the_kinds_capitals() {
        assert_eq!(title("ingresses", "Ingress"), "Ingresses");
        assert_eq!(title("networkpolicies", "NetworkPolicy"), "NetworkPolicies");
        assert_eq!(title("endpointslices", "EndpointSlice"), "EndpointSlices");
        assert_eq!(title("people", "Human"), "Human");
    }
}
