//! The drawer: one object in detail, kept fresh by a watch on just that object.

use std::collections::BTreeMap;

use cluster::follow::follow;
use cluster::health::Health;
use cluster::measure::Whose;
use cluster::update::{Change, Scope, Update};
use cluster::{Deed, RequestError, fetch};
use model::details::{Around, ObjectLink, PairKind};
use model::{EventRow, Kind, ObjectRow, Resource};
use serde_json::Value;
use wire::{Details, DetailsOpened, ObjectRef, OpenDetails, Pairs, PairsAsk, WireError};

use super::defined::Defined;
use super::feeds::{FeedId, Message, Owner};
use super::measured::Measured;
use super::owned::Owned;
use super::rights::list_of;
use super::scaled_by::{Scalers, scaled_by};
use super::{Session, gone};
use crate::lacks::{self, Where};

/// Labels and annotations told at once, and in one answer at most.
const FIRST_PAIRS: usize = 20;
const MOST_PAIRS: usize = 200;

/// How far the object's own events are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnEvents {
    /// Neither listed nor refused yet.
    Awaited,
    /// Listed once, or they cannot be.
    Settled,
}

/// One open drawer.
pub(crate) struct Drawer {
    kind_id: String,
    resource: Resource,
    namespace: String,
    name: String,
    object_feed: FeedId,
    events_feed: FeedId,
    object: Option<Value>,
    /// A request for the object is on its way; another is wanted after it.
    fetching: bool,
    fetch_again: bool,
    deleted: bool,
    problem: Option<WireError>,
    events: BTreeMap<String, EventRow>,
    own_events: OwnEvents,
    events_problem: String,
    /// Its controller, that one's controller, and so on.
    pub(super) lineage: Vec<ObjectLink>,
    pub(super) owned: Owned,
    pub(super) defined: Defined,
    pub(super) measured: Measured,
    pub(super) scalers: Scalers,
    version: u32,
    announced: u32,
}

impl Drawer {
    pub(crate) fn is_dirty(&self) -> bool {
        self.version != self.announced
    }

    /// The version to announce, if it is news.
    pub(crate) fn announce(&mut self) -> Option<u32> {
        let news = self.is_dirty();
        self.announced = self.version;
        news.then_some(self.version)
    }

    pub(crate) fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
    }

    pub(crate) fn resource(&self) -> &Resource {
        &self.resource
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// `kubectl describe deployments.apps web -n shop`: names need no quoting.
    fn command(&self) -> String {
        let Resource { group, plural, .. } = &self.resource;
        let dot = if group.is_empty() { "" } else { "." };
        let place = if self.resource.namespaced {
            format!(" -n {}", self.namespace)
        } else {
            String::new()
        };
        format!("kubectl describe {plural}{dot}{group} {}{place}", self.name)
    }

    /// Whether there is anything to draw: of what runs, or of what ran.
    fn measures(&self, object: &Value) -> bool {
        self.measured.has_lines() || self.measured_now(object).is_some()
    }

    /// Whom to measure for the object now.
    pub(super) fn measured_now(&self, object: &Value) -> Option<Whose> {
        if self.resource.kind == "CronJob" {
            let running = self.owned.running_jobs(self.uid());
            return super::measured::pods_of_jobs(&self.namespace, &running);
        }
        super::measured::whose(&self.resource.kind, &self.namespace, &self.name, object)
    }

    pub(crate) fn object(&self) -> Option<&Value> {
        self.object.as_ref()
    }

    fn uid(&self) -> &str {
        let uid = self
            .object
            .as_ref()
            .map(|object| &object["metadata"]["uid"]);
        uid.and_then(Value::as_str).unwrap_or_default()
    }

    fn pairs(&self, kind: PairKind, filter: &str, from: usize, count: usize) -> Pairs {
        let Some(object) = &self.object else {
            return Pairs::default();
        };
        let (total, items) = model::details::pairs(object, kind, filter, from, count);
        Pairs {
            total: u32::try_from(total).unwrap_or(u32::MAX),
            items: items.into_iter().map(|p| (p.key, p.value)).collect(),
        }
    }

    fn take_events(&mut self, update: Update, owned: bool) {
        // What a workload owns bears its name with something behind it.
        let ours = format!("{}-", self.name);
        let mut put = |row: ObjectRow| {
            if let ObjectRow::Event(event) = row
                && (*event.object_kind == *self.resource.kind
                    || owned && event.object_name.starts_with(&ours))
            {
                self.events.insert(event.meta.name.to_string(), *event);
            }
        };
        match update {
            Update::Rows(rows) => rows.into_iter().for_each(put),
            Update::Listed { rows, .. } => {
                rows.into_iter().flatten().for_each(put);
                self.settle_events(owned);
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => put(row),
                        // An event's hour is over; it stays while the drawer is open.
                        Change::Gone { .. } => {}
                    }
                }
            }
            Update::Health(Health::Failed { error, .. }) => {
                self.settle_events(owned);
                let events = &Kind::Events.spec().resource;
                let place = match self.namespace.as_str() {
                    "" => Where::Everywhere,
                    namespace => Where::Namespace(namespace),
                };
                let said = lacks::request(&error, list_of(events), place);
                self.events_problem = match said.lack {
                    Some(lack) => format!("Events are not shown. {}", lack.sentence),
                    None => format!("Events cannot be read: {error}"),
                };
            }
            Update::Health(Health::Live { .. }) => self.events_problem.clear(),
            Update::Health(Health::Stale { why, .. })
                if self.own_events == OwnEvents::Awaited && !owned =>
            {
                self.events_problem = format!("Events have not come yet. {why}");
            }
            Update::Health(Health::Listing | Health::Stale { .. })
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. } => return,
        }
        self.touch();
    }

    fn settle_events(&mut self, owned: bool) {
        if !owned {
            self.own_events = OwnEvents::Settled;
        }
    }

    /// Applies an update of the object's own watch; whether the object must be read (again).
    fn take_object(&mut self, update: &Update) -> bool {
        match update {
            Update::Rows(rows) => !rows.is_empty(),
            Update::Listed {
                rows: Some(rows), ..
            } => {
                if rows.is_empty() {
                    self.vanished();
                }
                !rows.is_empty()
            }
            // The first listing's rows came before: none means there is no such object.
            Update::Listed { rows: None, .. } => {
                if self.object.is_none() && !self.fetching {
                    self.vanished();
                }
                false
            }
            Update::Changed(changes) => match changes.last() {
                Some(Change::Put(_)) => true,
                Some(Change::Gone { .. }) => {
                    self.vanished();
                    false
                }
                None => false,
            },
            Update::Health(Health::Failed { error, .. }) => {
                self.problem = Some(self.refusal(error, "list"));
                self.touch();
                false
            }
            Update::Health(Health::Live { .. } | Health::Listing | Health::Stale { .. })
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. } => false,
        }
    }

    /// Why `verb` on the object failed.
    fn refusal(&self, error: &RequestError, verb: &str) -> WireError {
        let deed = Deed {
            verb,
            ..list_of(&self.resource)
        };
        let place = Where::of(&self.resource, Some(&self.namespace));
        lacks::request(error, deed, place)
    }

    /// The object does not exist, or no more; what was last known stays.
    fn vanished(&mut self) {
        if self.object.is_some() {
            self.deleted = true;
        } else {
            self.problem = Some(WireError::new(
                wire::ErrorCode::Gone,
                format!("{} {} does not exist.", self.resource.kind, self.name),
                "It may have been deleted meanwhile.",
            ));
        }
        self.touch();
    }
}

impl Session {
    /// Opens the drawer on an object.
    ///
    /// # Errors
    /// For a kind that the cluster does not serve.
    pub(crate) fn open_details(&mut self, ask: &OpenDetails) -> Result<DetailsOpened, WireError> {
        let (resource, kind) = self.resource(&ask.kind)?;
        self.review_namespaces([&ask.namespace]);
        let id = self.new_id();
        let namespace = resource.namespaced.then(|| ask.namespace.clone());
        let object_scope = Scope {
            fields: format!("metadata.name={}", ask.name),
            ..Scope::of(resource.clone(), kind, namespace.clone())
        };
        let events_scope = Scope {
            fields: format!("involvedObject.name={}", ask.name),
            // Events of objects outside namespaces lie in `default`; ask everywhere for those.
            ..Scope::of(
                Kind::Events.spec().resource.clone(),
                Some(Kind::Events),
                namespace,
            )
        };
        let mut open = |scope| {
            let connection = self.connection.clone();
            self.feeds.open(Owner::Drawer(id), Message::Update, |sink| {
                follow(connection, scope, sink)
            })
        };
        let drawer = Drawer {
            kind_id: ask.kind.clone(),
            resource,
            namespace: ask.namespace.clone(),
            name: ask.name.clone(),
            object_feed: open(object_scope),
            events_feed: open(events_scope),
            object: None,
            fetching: false,
            fetch_again: false,
            deleted: false,
            problem: None,
            events: BTreeMap::new(),
            own_events: OwnEvents::Awaited,
            events_problem: String::new(),
            lineage: Vec::new(),
            owned: Owned::default(),
            defined: Defined::default(),
            measured: Measured::default(),
            scalers: Scalers::default(),
            version: 1,
            announced: 0,
        };
        self.drawers.insert(id, drawer);
        self.fetch_object(id);
        Ok(DetailsOpened { details: id })
    }

    pub(crate) fn drawer_update(&mut self, id: u32, feed: FeedId, update: Update) {
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        if feed == drawer.events_feed || drawer.owned.is_events(feed) {
            let owned = drawer.owned.is_events(feed);
            drawer.take_events(update, owned);
            return;
        }
        let mut update = Some(update);
        if drawer.owned.take(feed, &mut update) || drawer.scalers.take(feed, &mut update) {
            drawer.touch();
        } else if let Some(update) = update
            && drawer.take_object(&update)
        {
            drawer.deleted = false;
            self.fetch_object(id);
        }
    }

    /// Reads the whole object: the watch's slim row only says that it changed.
    fn fetch_object(&mut self, id: u32) {
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        if drawer.fetching {
            drawer.fetch_again = true;
            return;
        }
        drawer.fetching = true;
        let connection = self.connection.clone();
        let (resource, namespace, name) = (
            drawer.resource.clone(),
            drawer.namespace.clone(),
            drawer.name.clone(),
        );
        self.later(
            async move { fetch::object(&connection, &resource, &namespace, &name).await },
            move |session, answer| {
                if answer
                    .as_ref()
                    .is_err_and(|error| error.code() == Some(403))
                    && let Some(drawer) = session.drawers.get(&id)
                {
                    let namespace = drawer.namespace.clone();
                    session.refused_in(&namespace);
                }
                let Some(drawer) = session.drawers.get_mut(&id) else {
                    return;
                };
                drawer.fetching = false;
                match answer {
                    Ok(object) => {
                        drawer.object = Some(object);
                        drawer.problem = None;
                    }
                    Err(RequestError::Status { code: 404, .. }) => drawer.vanished(),
                    Err(error) => drawer.problem = Some(drawer.refusal(&error, "get")),
                }
                drawer.touch();
                let again = std::mem::take(&mut drawer.fetch_again);
                session.climb(id);
                session.follow_owned(id);
                session.count_defined(id);
                session.follow_scalers(id);
                if again {
                    session.fetch_object(id);
                }
            },
        );
    }

    /// The drawer's content.
    pub(crate) fn details(&self, id: u32) -> Result<Details, WireError> {
        let drawer = self.drawers.get(&id).ok_or_else(|| gone("This object"))?;
        let now = self.now_ms();
        let events: Vec<_> = drawer.events.values().collect();
        let uid = drawer.uid();
        let held = drawer.owned.held();
        let peaks = drawer.measured.peaks();
        let owned_uids = drawer.owned.uids(uid);
        let around = Around {
            events: &events,
            owned: &owned_uids,
            peaks: &peaks,
            endpoints: drawer.owned.endpoints(),
            held: held.as_ref().map(|(pods, held)| (*pods, held)),
        };
        let seen = drawer
            .object
            .as_ref()
            .map(|object| model::details::details(object, around, now));
        let shown = super::shown::Shown::new(self, seen.as_ref());
        let (data_total, data) = shown.data();
        let on_node = drawer.resource.kind == "Node";
        let (owned_total, owned) = drawer.owned.shown(self, uid, on_node);
        let lineage = drawer.lineage.iter().map(|link| shown.reference(link));
        let (events_total, events) = shown.events();
        let mut sections = shown.sections();
        if let (Some(first), Some(fact)) = (sections.first_mut(), self.defined_fact(drawer)) {
            first.facts.push(fact);
        }
        let first = |kind| drawer.pairs(kind, "", 0, FIRST_PAIRS);
        Ok(Details {
            version: drawer.version,
            object: ObjectRef {
                kind_id: drawer.kind_id.clone(),
                kind: drawer.resource.kind.clone(),
                namespace: drawer.namespace.clone(),
                name: drawer.name.clone(),
            },
            loaded: drawer.object.is_some(),
            deleted: drawer.deleted,
            problem: drawer.problem.clone(),
            status: shown.status(),
            verdicts: shown.verdicts(),
            scaled_by: scaled_by(drawer, &self.scaled_jobs),
            sections,
            conditions: shown.conditions(),
            containers: shown.containers(&drawer.measured),
            measures: drawer
                .object
                .as_ref()
                .is_some_and(|object| drawer.measures(object)),
            command: drawer.command(),
            data,
            data_total,
            labels: first(PairKind::Labels),
            annotations: first(PairKind::Annotations),
            owners: lineage.collect(),
            owned,
            owned_total: u32::try_from(owned_total).unwrap_or(u32::MAX),
            owned_problem: drawer.owned.problem(),
            events,
            events_total,
            events_loading: drawer.own_events == OwnEvents::Awaited,
            events_problem: if drawer.events_problem.is_empty() {
                drawer.owned.events_problem().to_owned()
            } else {
                drawer.events_problem.clone()
            },
            actions: self.actions_on(
                &drawer.resource,
                Kind::from_id(&drawer.kind_id),
                &drawer.namespace,
            ),
            // Ages of conditions, containers and events are told to the second at most.
            next_tick_ms: (drawer.object.is_some() && self.time.rate() > 0).then_some(1_000),
        })
    }

    /// Labels or annotations of the drawer's object.
    pub(crate) fn pairs(&self, ask: &PairsAsk) -> Result<Pairs, WireError> {
        let drawer = self
            .drawers
            .get(&ask.id)
            .ok_or_else(|| gone("This object"))?;
        let kind = match ask.kind {
            wire::PairKind::Labels => PairKind::Labels,
            wire::PairKind::Annotations => PairKind::Annotations,
        };
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let count = size(ask.count).min(MOST_PAIRS);
        Ok(drawer.pairs(kind, &ask.filter, size(ask.from), count))
    }

    pub(crate) fn close_details(&mut self, id: u32) {
        if let Some(drawer) = self.drawers.remove(&id) {
            self.feeds.close(drawer.object_feed);
            self.feeds.close(drawer.events_feed);
            for feed in drawer.owned.feeds().chain(drawer.scalers.feeds()) {
                self.feeds.close(feed);
            }
        }
    }
}
