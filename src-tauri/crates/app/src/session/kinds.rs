//! What the cluster serves, for the sidebar and the palette.

mod entries;

use std::collections::BTreeMap;

use cluster::discovery::Discovery;
use cluster::update::Change;
use cluster::{RequestError, discover};
use model::{Kind, Resource};
use tokio::sync::oneshot;
use wire::{ErrorCode, KindList, ObjectRef, WireError};

use super::Session;
use super::collection::CollectionId;
use entries::{entries, failed_groups};

/// While groups do not answer, or nothing does, discovery is tried again so often.
const HEAL_MS: i64 = 30_000;
/// Without a watch of definitions, discovery older than this is asked again when somebody wants to know.
const OLD_MS: i64 = 180_000;
/// Definitions come in bursts: how long after the last one discovery is asked, and at the latest after the first.
const SETTLE_MS: i64 = 1_000;
const SETTLE_AT_LATEST_MS: i64 = 5_000;
/// The server serves a new kind a moment after it tells of its definition: discovery is asked once more.
const AFTERTHOUGHT_MS: i64 = 4_000;
/// Discovery of a removed kind may lag behind by any of the server's caches: so often, and so long, it is asked again.
const DOUBT_EVERY_MS: i64 = 2_000;
const DOUBT_FOR_MS: i64 = 30_000;

/// What is known of the served kinds, and who waits for it.
#[derive(Default)]
pub(crate) struct KindsState {
    /// The last answer of discovery.
    known: Option<Discovery>,
    asking: bool,
    answered_ms: i64,
    /// Why the last question had no answer.
    error: Option<RequestError>,
    /// When discovery is to be asked again, Unix ms.
    due_ms: Option<i64>,
    /// First change of definitions since discovery was asked, Unix ms.
    changed_ms: Option<i64>,
    afterthought: bool,
    /// `plural.group` of definitions that were deleted while discovery may still list them, and until when it is doubted.
    removed: BTreeMap<String, i64>,
    /// What was last told to the window.
    told: Option<KindList>,
    waiting: Vec<oneshot::Sender<KindList>>,
    namespaces_waiting: Vec<oneshot::Sender<Result<Vec<String>, WireError>>>,
}

impl KindsState {
    pub(crate) fn discovery(&self) -> Option<&Discovery> {
        self.known.as_ref()
    }

    /// Whether the cluster is known to serve a resource; `None` before anything is known.
    pub(crate) fn serves(&self, resource: &Resource) -> Option<bool> {
        let known = self.known.as_ref()?;
        Some(known.resources.iter().any(|found| found.serves(resource)))
    }

    /// Every kind that can be listed at all.
    pub(crate) fn listable(&self) -> impl Iterator<Item = &Resource> {
        self.known
            .iter()
            .flat_map(|known| &known.resources)
            .filter(|found| found.can("list"))
            .map(|found| &found.resource)
    }

    /// Where a kind is served, as far as that is known.
    pub(crate) fn resource(&self, api_version: &str, kind: &str) -> Option<Resource> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let own = Kind::ALL
            .into_iter()
            .map(Kind::spec)
            .map(|spec| &spec.resource);
        let found = self
            .discovery()
            .into_iter()
            .flat_map(|d| d.resources.iter().map(|r| &r.resource));
        own.chain(found)
            .find(|r| r.kind == kind && r.group == group)
            .cloned()
    }

    /// A reference to an object, a link where the cluster is known to serve its kind.
    pub(crate) fn reference(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> ObjectRef {
        let resource = self.resource(api_version, kind);
        let resource = resource.as_ref();
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

    /// A reference to an object of a kind that is open.
    pub(crate) fn at(resource: &Resource, namespace: &str, name: &str) -> ObjectRef {
        ObjectRef {
            kind_id: kind_id(resource),
            kind: resource.kind.clone(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The name in commands of `group/version/plural`, exactly that version; empty where it is not known to be served.
    pub(crate) fn served_id(&self, group: &str, version: &str, plural: &str) -> String {
        let found = self.discovery().into_iter().flat_map(|d| &d.resources);
        let same = |r: &Resource| r.group == group && r.plural == plural;
        let mut served = found.filter(|found| same(&found.resource));
        let is_served = served.any(|found| {
            found.serves(&Resource {
                version: version.to_owned(),
                ..found.resource.clone()
            })
        });
        if !is_served {
            return String::new();
        }
        let group = if group.is_empty() { "core" } else { group };
        format!("{group}/{version}/{plural}")
    }

    /// Definitions of kinds changed: discovery is asked again when they have settled.
    fn changed(&mut self, now_ms: i64) {
        let first = *self.changed_ms.get_or_insert(now_ms);
        self.due_ms = Some((now_ms + SETTLE_MS).min(first + SETTLE_AT_LATEST_MS));
        self.afterthought = true;
    }

    /// The definition of `plural.group` is gone: it is served no more, whatever discovery says for a while.
    fn removed(&mut self, name: &str, now_ms: i64) {
        self.removed.insert(name.to_owned(), now_ms + DOUBT_FOR_MS);
    }

    /// The definition is there (again).
    fn defined(&mut self, name: &str) {
        self.removed.remove(name);
    }

    /// Takes out what is known to be removed; whether anything had to be.
    fn without_removed(&mut self, discovery: &mut Discovery, now_ms: i64) -> bool {
        self.removed.retain(|_, until| *until > now_ms);
        let before = discovery.resources.len();
        discovery.resources.retain(|found| {
            let Resource { group, plural, .. } = &found.resource;
            !self.removed.contains_key(&format!("{plural}.{group}"))
        });
        discovery.resources.len() < before
    }

    /// Something hints that groups stopped or began to answer: discovery is asked again, not often.
    pub(crate) fn doubt(&mut self, now_ms: i64) {
        let at = (self.answered_ms + HEAL_MS).max(now_ms);
        self.due_ms = Some(self.due_ms.map_or(at, |due| due.min(at)));
    }

    fn take(&mut self, answer: Result<Discovery, RequestError>, now_ms: i64) {
        self.asking = false;
        self.answered_ms = now_ms;
        let mut lags = false;
        let healthy = match answer {
            Ok(mut discovery) => {
                lags = self.without_removed(&mut discovery, now_ms);
                let whole = discovery.failed_groups.is_empty();
                self.known = Some(discovery);
                self.error = None;
                whole
            }
            Err(error) => {
                self.error = Some(error);
                false
            }
        };
        // What changed while it was on its way has set a time of its own.
        if self.due_ms.is_some() {
            return;
        }
        let afterthought = std::mem::take(&mut self.afterthought);
        if lags {
            self.afterthought = afterthought;
            self.due_ms = Some(now_ms + DOUBT_EVERY_MS);
        } else if afterthought {
            self.due_ms = Some(now_ms + AFTERTHOUGHT_MS);
        } else if !healthy {
            self.due_ms = Some(now_ms + HEAL_MS);
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
        self.kinds.asking = true;
        self.kinds.due_ms = None;
        self.kinds.changed_ms = None;
        let connection = self.connection.clone();
        self.later(
            async move { discover(&connection).await },
            |session, answer| {
                if let Err(error) = &answer {
                    tracing::info!("no discovery: {error}");
                }
                let now = session.wall_ms();
                session.kinds.take(answer, now);
                let list = session.kind_list();
                for waiting in session.kinds.waiting.drain(..) {
                    let _ = waiting.send(list.clone());
                }
                session.reopen_served();
                session.tell_kinds();
                session.follow_definitions();
                session.follow_scaling();
                session.review_relations();
                session.review_rights();
            },
        );
    }

    /// Each second: discovery that is due is asked for.
    pub(crate) fn keep_kinds(&mut self, now_ms: i64) {
        if !self.kinds.asking && self.kinds.due_ms.is_some_and(|due| due <= now_ms) {
            self.discover();
        }
    }

    /// Definitions of kinds were changed.
    pub(crate) fn definitions_changed(&mut self) {
        let now = self.wall_ms();
        self.kinds.changed(now);
    }

    /// The definition of this name was changed, or deleted.
    pub(crate) fn definition_changed(&mut self, change: &Change) {
        let now = self.wall_ms();
        match change {
            Change::Put(row) => self.kinds.defined(table::Row::identity(row).1),
            Change::Gone { name, .. } => self.kinds.removed(name, now),
        }
    }

    /// Kinds the cluster serves, once that is known; what is old is asked again meanwhile.
    pub(crate) fn kinds(&mut self) -> oneshot::Receiver<KindList> {
        let (answer, answered) = oneshot::channel();
        let now = self.wall_ms();
        let unknown = self.kinds.known.is_none();
        if unknown && self.kinds.asking {
            self.kinds.waiting.push(answer);
            return answered;
        }
        let list = self.kind_list();
        self.kinds.told = Some(list.clone());
        let _ = answer.send(list);
        let old = !self.definitions.followed() && now - self.kinds.answered_ms >= OLD_MS;
        if old && !self.kinds.asking {
            self.discover();
        } else {
            self.review_rights();
        }
        answered
    }

    /// Whether the list of kinds is another than the one last told; it counts as told from now on.
    pub(crate) fn kinds_differ(&mut self) -> bool {
        let list = self.kind_list();
        let differ = self.kinds.told.as_ref() != Some(&list);
        self.kinds.told = Some(list);
        differ
    }

    /// A reference to an object, a link where the cluster is known to serve its kind.
    pub(crate) fn object_ref(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> ObjectRef {
        self.kinds.reference(api_version, kind, namespace, name)
    }

    pub(super) fn kind_list(&self) -> KindList {
        let discovery = self.kinds.discovery();
        let (mut served, mut lacking) = (0_usize, 0_usize);
        let kinds = entries(discovery)
            .into_iter()
            .map(|(mut entry, resource)| {
                // A kind that is not there is lacking for another reason.
                if self.kinds.serves(&resource) != Some(false) {
                    (entry.lack, entry.unsure) = self.list_lack(&resource);
                    served += 1;
                    lacking += usize::from(entry.lack.is_some());
                }
                entry
            })
            .collect();
        let problem = self.kinds.error.as_ref().map(crate::errors::request);
        KindList {
            kinds,
            failed_groups: failed_groups(discovery),
            problem: problem.map(|error| error.message).unwrap_or_default(),
            nothing: served > 0 && lacking == served,
        }
    }

    /// Names of all namespaces, once they are listed; empty when they may not be.
    pub(crate) fn namespaces(&mut self) -> oneshot::Receiver<Result<Vec<String>, WireError>> {
        let (answer, answered) = oneshot::channel();
        let id = self.typed_collection(Kind::Namespaces);
        self.hold_namespace_names(id);
        self.kinds.namespaces_waiting.push(answer);
        self.answer_namespaces();
        answered
    }

    /// The namespaces stay open as long as the cluster does.
    pub(super) fn hold_namespace_names(&mut self, id: CollectionId) {
        if let Some(collection) = self.collections.get_mut(&id) {
            collection.holds = collection.holds.max(1);
        }
        self.ensure_feeds(id);
    }

    pub(crate) fn answer_namespaces(&mut self) {
        let Some(collection) = self
            .collections
            .values()
            .find(|c| c.is_of(Kind::Namespaces) && c.settled())
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
        // Who may not list them is told so by there being none; any other failure is one.
        let failure = collection.failure().filter(|_| names.is_empty());
        let told = match failure.map(crate::errors::request) {
            Some(error) if error.code != ErrorCode::Forbidden => Err(error),
            Some(_) | None => Ok(names),
        };
        for waiting in self.kinds.namespaces_waiting.drain(..) {
            let _ = waiting.send(told.clone());
        }
    }
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
    fn a_burst_of_definitions_is_one_question_and_an_afterthought() {
        let mut kinds = KindsState::default();
        for at in 0..20 {
            kinds.changed(at * 500);
        }
        assert_eq!(kinds.due_ms, Some(SETTLE_AT_LATEST_MS), "at the latest");
        kinds.due_ms = None;
        kinds.take(Ok(Discovery::default()), 10_000);
        assert_eq!(kinds.due_ms, Some(10_000 + AFTERTHOUGHT_MS));
        kinds.due_ms = None;
        kinds.take(Ok(Discovery::default()), 20_000);
        assert_eq!(kinds.due_ms, None);
    }

    #[test]
    fn a_removed_kind_is_gone_though_discovery_lags() {
        let lagging = || Discovery {
            resources: ["widgets", "gadgets"]
                .into_iter()
                .map(|plural| cluster::discovery::Discovered {
                    resource: Resource {
                        group: "example.com".to_owned(),
                        version: "v1".to_owned(),
                        plural: plural.to_owned(),
                        kind: "Any".to_owned(),
                        namespaced: true,
                    },
                    versions: vec!["v1".to_owned()],
                    singular: String::new(),
                    short_names: Vec::new(),
                    categories: Vec::new(),
                    verbs: vec!["list".to_owned()],
                })
                .collect(),
            ..Discovery::default()
        };
        let listed = |kinds: &KindsState| {
            let each = kinds.listable().map(|resource| resource.plural.clone());
            each.collect::<Vec<_>>()
        };
        let mut kinds = KindsState::default();
        kinds.removed("widgets.example.com", 0);
        kinds.take(Ok(lagging()), 1_000);
        assert_eq!(listed(&kinds), ["gadgets"]);
        assert_eq!(kinds.due_ms, Some(1_000 + DOUBT_EVERY_MS));
        // It came back before discovery noticed that it was gone.
        kinds.defined("widgets.example.com");
        kinds.due_ms = None;
        kinds.take(Ok(lagging()), 3_000);
        assert_eq!(listed(&kinds), ["widgets", "gadgets"]);
        assert_eq!(kinds.due_ms, None);
        // A server that insists for half a minute is believed.
        kinds.removed("widgets.example.com", 4_000);
        kinds.take(Ok(lagging()), 5_000);
        assert_eq!(listed(&kinds), ["gadgets"]);
        kinds.due_ms = None;
        kinds.take(Ok(lagging()), 4_000 + DOUBT_FOR_MS);
        assert_eq!(listed(&kinds), ["widgets", "gadgets"]);
        assert_eq!(kinds.due_ms, None);
    }

    #[test]
    fn what_does_not_answer_is_asked_again() {
        let mut kinds = KindsState::default();
        kinds.take(Ok(failing(&["metrics.k8s.io/v1beta1"])), 1_000);
        assert_eq!(kinds.due_ms, Some(1_000 + HEAL_MS));
        kinds.due_ms = None;
        kinds.take(Err(RequestError::Cut), 40_000);
        assert_eq!(kinds.due_ms, Some(40_000 + HEAL_MS));
        assert!(kinds.known.is_some(), "what was known stays");
        kinds.due_ms = None;
        kinds.take(Ok(Discovery::default()), 80_000);
        assert_eq!(kinds.due_ms, None);
        assert_eq!(kinds.error, None);
        // A hint soon after an answer waits, a later one does not.
        kinds.doubt(81_000);
        assert_eq!(kinds.due_ms, Some(80_000 + HEAL_MS));
        kinds.due_ms = None;
        kinds.doubt(200_000);
        assert_eq!(kinds.due_ms, Some(200_000));
    }
}
