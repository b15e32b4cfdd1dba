//! One kind of one cluster, live: its rows, the lists and watches that feed them, the views on it.
//!
//! One watch over all namespaces feeds every view of the kind. Where that is forbidden, one watch
//! for each namespace that some view asks for takes its place, until the first, which goes on
//! asking, is let through.

mod complete;
mod state;
mod told;

use std::sync::Arc;

use cluster::follow::follow;
use cluster::health::Health;
use cluster::update::{Change, Reading, Scope, Update};
use cluster::{Connection, RequestError};
use model::{Kind, ObjectRow, Resource};
use table::Column;

use super::feeds::{FeedId, Feeds, Message, Owner};
use super::recording::Source;
use super::usage::RowUsage;
use super::{GRACE_MS, Session};
use crate::live_table::{Announcement, LiveTable};
pub(crate) use complete::{Complete, Names};
use told::Told;

/// One kind of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CollectionId(pub(crate) u32);

/// One list and watch, over all namespaces or one.
#[derive(Debug)]
struct Feed {
    id: FeedId,
    namespace: Option<String>,
    health: Health,
    /// The first listing is complete.
    listed: bool,
    received: u64,
    expected: Option<u64>,
    /// Objects the server sent that could not be decoded.
    unreadable: u64,
    /// What its first listing has brought so far, where that is noted; `None` once it is complete.
    brought: Option<Names>,
}

/// Rows of one kind, kept live.
pub(crate) struct Collection {
    id: CollectionId,
    /// Name of the kind in commands.
    pub(crate) kind_id: String,
    pub(crate) resource: Resource,
    /// `None` for kinds shown by the server's Table.
    pub(crate) kind: Option<Kind>,
    /// The field selector it is listed with; empty is everything.
    pub(crate) fields: String,
    /// The label selector it is listed with; empty is everything.
    pub(crate) labels: String,
    /// Its objects are read whole, for the recording too.
    pub(crate) source: Option<Source>,
    pub(crate) table: LiveTable<ObjectRow>,
    pub(crate) columns: Arc<Vec<Column>>,
    pub(crate) columns_version: u32,
    header_width: usize,
    feeds: Vec<Feed>,
    /// The server forbids listing over all namespaces; its words.
    wide_forbidden: Option<RequestError>,
    /// The list over all namespaces that was refused: it asks again by itself, slowly.
    asking: Option<FeedId>,
    /// Whether the server is known to serve the kind.
    served: Option<bool>,
    /// The namespace shown where a view asks for all of them and may not have them.
    own_namespace: String,
    /// Users that are not views: the namespace selector, the scaling table.
    pub(crate) holds: u32,
    /// Namespaces that those users ask for; an empty name is all of them.
    held_namespaces: Vec<String>,
    idle_since_ms: Option<i64>,
}

impl Collection {
    pub(crate) fn new(
        id: CollectionId,
        kind_id: String,
        resource: Resource,
        kind: Option<Kind>,
    ) -> Self {
        let columns = kind
            .map(|kind| kind.spec().columns.clone())
            .unwrap_or_default();
        Self {
            id,
            kind_id,
            resource,
            kind,
            fields: String::new(),
            labels: String::new(),
            source: None,
            table: LiveTable::default(),
            header_width: columns.len(),
            columns_version: u32::from(!columns.is_empty()),
            columns: Arc::new(columns),
            feeds: Vec::new(),
            wide_forbidden: None,
            asking: None,
            served: None,
            own_namespace: String::new(),
            holds: 0,
            held_namespaces: Vec::new(),
            idle_since_ms: None,
        }
    }

    /// Whether it holds all objects of that kind, not those of a selector.
    pub(crate) fn is_of(&self, kind: Kind) -> bool {
        self.kind == Some(kind) && self.is_whole()
    }

    /// Whether no selector leaves objects out.
    pub(crate) fn is_whole(&self) -> bool {
        self.fields.is_empty() && self.labels.is_empty()
    }

    pub(crate) fn id(&self) -> CollectionId {
        self.id
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.table.is_dirty()
    }

    pub(crate) fn flush(&mut self, now_ms: i64) -> Vec<Announcement> {
        self.table.flush(now_ms)
    }

    /// Every view has something new to tell though no row changed.
    pub(crate) fn touch(&mut self) {
        self.table.touch();
    }

    /// Whether the first listing of everything that feeds it is complete or has failed.
    pub(crate) fn settled(&self) -> bool {
        !self.feeds.is_empty() && self.feeds.iter().all(|feed| feed.listed || feed.failed())
    }

    /// Why nothing of it can be had; `None` while something is, or may come.
    pub(crate) fn failure(&self) -> Option<&RequestError> {
        let failed = self.feeds.iter().all(Feed::failed);
        self.feeds
            .first()
            .filter(|_| failed)
            .and_then(|feed| match &feed.health {
                Health::Failed { error, .. } => Some(error),
                Health::Listing | Health::Live { .. } | Health::Stale { .. } => None,
            })
    }

    /// The namespaces it is fed from where the account may not list all of them; `None` where it may, or that is not known yet.
    pub(crate) fn allowed_namespaces(&self) -> Option<Vec<String>> {
        self.wide_forbidden.as_ref()?;
        let allowed = self.feeds.iter().filter(|feed| !feed.failed());
        Some(allowed.filter_map(|feed| feed.namespace.clone()).collect())
    }

    /// Its resource, where all namespaces were refused and some are shown in their place.
    pub(crate) fn confined(&self) -> Option<&Resource> {
        self.wide_forbidden.as_ref().map(|_| &self.resource)
    }

    /// Opens the lists and watches that its views need and closes those they do not.
    pub(crate) fn ensure_feeds(&mut self, feeds: &mut Feeds, connection: &Connection) {
        connection
            .default_namespace()
            .clone_into(&mut self.own_namespace);
        let wanted = self.wanted_namespaces();
        self.feeds.retain(|feed| {
            let keep = wanted.contains(&feed.namespace);
            if !keep {
                feeds.close(feed.id);
            }
            keep
        });
        if self.wide_forbidden.is_some() {
            self.table
                .retain(|row| wanted.iter().flatten().any(|n| n == &*row.meta().namespace));
        } else if let Some(asking) = self.asking.take() {
            feeds.close(asking);
        }
        for namespace in wanted {
            if self.feeds.iter().any(|feed| feed.namespace == namespace) {
                continue;
            }
            let scope = Scope {
                fields: self.fields.clone(),
                labels: self.labels.clone(),
                reading: if self.source.is_some() {
                    Reading::Both
                } else {
                    Reading::Tables
                },
                ..Scope::of(self.resource.clone(), self.kind, namespace.clone())
            };
            let connection = connection.clone();
            let id = feeds.open(Owner::Collection(self.id), Message::Update, |sink| {
                follow(connection, scope, sink)
            });
            self.feeds.push(Feed {
                id,
                namespace,
                health: Health::Listing,
                listed: false,
                received: 0,
                expected: None,
                unreadable: 0,
                brought: self.source.map(|_| Names::new()),
            });
        }
    }

    fn wanted_namespaces(&self) -> Vec<Option<String>> {
        if self.wide_forbidden.is_none() {
            return vec![None];
        }
        let mut wanted: Vec<String> = Vec::new();
        for view in self.table.views().values() {
            if view.namespaces.is_empty() {
                wanted.push(self.own_namespace.clone());
            } else {
                wanted.extend(view.namespaces.iter().cloned());
            }
        }
        wanted.extend(self.held_namespaces.iter().map(|namespace| {
            if namespace.is_empty() {
                self.own_namespace.clone()
            } else {
                namespace.clone()
            }
        }));
        // What is recorded does not hang on what somebody looks at.
        if wanted.is_empty() || self.source.is_some() {
            wanted.push(self.own_namespace.clone());
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().map(Some).collect()
    }

    /// Closes feeds that failed because the kind was not served, to be opened anew.
    fn close_unserved(&mut self, feeds: &mut Feeds) -> bool {
        let before = self.feeds.len();
        self.feeds.retain(|feed| {
            let unserved = match &feed.health {
                Health::Failed { error, .. } => error.code() == Some(404),
                Health::Listing | Health::Live { .. } | Health::Stale { .. } => false,
            };
            if unserved {
                feeds.close(feed.id);
            }
            !unserved
        });
        if self.feeds.len() == before {
            return false;
        }
        // What was there went with the kind.
        let kept: Vec<Option<String>> = self.feeds.iter().map(|f| f.namespace.clone()).collect();
        self.table.retain(|row| {
            kept.iter()
                .any(|n| n.as_deref().is_none_or(|n| n == &*row.meta().namespace))
        });
        true
    }

    fn close_feeds(&mut self, feeds: &mut Feeds) {
        for feed in self
            .feeds
            .drain(..)
            .map(|feed| feed.id)
            .chain(self.asking.take())
        {
            feeds.close(feed);
        }
    }

    /// Applies one update; whether its feeds must be chosen anew.
    fn apply(&mut self, feed: FeedId, update: Update) -> bool {
        if self.asking == Some(feed) {
            if !matches!(update, Update::Listed { .. }) {
                return false;
            }
            self.wide_forbidden = None;
            self.begin_anew();
            return true;
        }
        let Some(at) = self.feeds.iter().position(|f| f.id == feed) else {
            return false;
        };
        match update {
            Update::Header(header) => {
                self.header_width = header.columns.len();
                self.columns = Arc::new(header.columns);
                self.columns_version = self.columns_version.wrapping_add(1);
                let (columns, resource) = (self.columns.clone(), &self.resource);
                self.table.columns_changed(&columns, &resource.kind, |by| {
                    super::views::order(by, resource, &columns)
                });
                self.table.touch();
            }
            Update::Preview(rows) => {
                for row in rows {
                    let (group, name) = table::Row::identity(&row);
                    if self.table.rows().find(group, name).is_none() {
                        self.table.put(row);
                    }
                }
            }
            Update::Rows(rows) => self.put_all(rows),
            Update::Progress {
                received, expected, ..
            } => {
                self.feeds[at].received = received;
                self.feeds[at].expected = expected;
                self.table.touch();
            }
            Update::Listed {
                rows, unreadable, ..
            } => {
                self.feeds[at].listed = true;
                self.feeds[at].unreadable = unreadable;
                match rows {
                    // What the preview showed and the list did not bring is gone.
                    None if self.kind.is_some() => {
                        self.table
                            .retain(|row| !matches!(row, ObjectRow::Generic(_)));
                    }
                    None => {}
                    Some(rows) => {
                        let namespace = self.feeds[at].namespace.clone();
                        let rows = self.with_usage(rows);
                        self.table.replace(
                            |row| {
                                namespace
                                    .as_deref()
                                    .is_none_or(|n| n == &*row.meta().namespace)
                            },
                            rows,
                        );
                    }
                }
                self.table.touch();
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => self.put_all(vec![row]),
                        Change::Gone { namespace, name } => self.table.remove(&namespace, &name),
                    }
                }
            }
            // It took over from another that brought what is shown.
            Update::Health(Health::Listing) if self.feeds[at].listed => {}
            Update::Health(health) => {
                let forbidden = match &health {
                    Health::Failed {
                        error: error @ RequestError::Status { code: 403, .. },
                        ..
                    } if self.resource.namespaced && self.feeds[at].namespace.is_none() => {
                        Some(error.clone())
                    }
                    _ => None,
                };
                if self.feeds[at].health != health {
                    self.feeds[at].health = health;
                    self.table.touch();
                }
                if forbidden.is_some() {
                    self.wide_forbidden = forbidden;
                    self.asking = Some(self.feeds.remove(at).id);
                    self.begin_anew();
                    return true;
                }
            }
        }
        false
    }

    /// Other feeds take over: what nobody fed meanwhile may be gone, so they begin with nothing.
    fn begin_anew(&mut self) {
        self.table.retain(|_| false);
        self.table.touch();
    }

    fn put_all(&mut self, rows: Vec<ObjectRow>) {
        for row in self.with_usage(rows) {
            self.table.put(row);
        }
    }

    /// CPU and memory come from another API: what was measured for a row outlives its change.
    fn with_usage(&self, mut rows: Vec<ObjectRow>) -> Vec<ObjectRow> {
        for row in &mut rows {
            let (group, name) = table::Row::identity(row);
            if let Some(usage) = self
                .table
                .rows()
                .find(group, name)
                .and_then(|(_, old)| old.usage())
            {
                row.set_usage(Some(usage));
            }
        }
        rows
    }
}

impl Session {
    /// The collection of a kind, opened if it is not open yet.
    pub(crate) fn collection(
        &mut self,
        kind_id: &str,
        resource: Resource,
        kind: Option<Kind>,
    ) -> CollectionId {
        self.collection_of(kind_id, resource, kind, "")
    }

    /// The collection of a kind with a field selector; an empty one selects everything.
    pub(crate) fn collection_of(
        &mut self,
        kind_id: &str,
        resource: Resource,
        kind: Option<Kind>,
        fields: &str,
    ) -> CollectionId {
        let mut of_kind = self.collections.values().filter(|c| c.kind_id == kind_id);
        if let Some(open) = of_kind.clone().find(|c| c.fields == fields) {
            return open.id;
        }
        // The same columns, so that a view that moves keeps its own.
        let header = of_kind
            .next()
            .map(|c| (c.columns.clone(), c.columns_version, c.header_width));
        let id = CollectionId(self.new_id());
        let served = self.kinds.serves(&resource);
        let source = self.recorded(&resource).filter(|_| fields.is_empty());
        let mut collection = Collection::new(id, kind_id.to_owned(), resource, kind);
        collection.served = served;
        collection.source = source;
        fields.clone_into(&mut collection.fields);
        if let Some((columns, version, width)) = header {
            collection.columns = columns;
            collection.columns_version = version;
            collection.header_width = width;
        }
        self.collections.insert(id, collection);
        id
    }

    /// The collection of a kind with rows of its own.
    pub(crate) fn typed_collection(&mut self, kind: Kind) -> CollectionId {
        let spec = kind.spec();
        self.collection(spec.id, spec.resource.clone(), Some(kind))
    }

    /// Opens what a collection's users need.
    pub(crate) fn ensure_feeds(&mut self, id: CollectionId) {
        if let Some(collection) = self.collections.get_mut(&id) {
            collection.idle_since_ms = None;
            collection.ensure_feeds(&mut self.feeds, &self.connection);
        }
    }

    /// What users that are not views ask of the collections of `kinds`.
    pub(crate) fn hold_namespaces(&mut self, kinds: &[Kind], namespaces: &[String]) {
        for collection in self.collections.values_mut() {
            if kinds.iter().any(|kind| collection.is_of(*kind)) {
                collection.held_namespaces = namespaces.to_vec();
                collection.ensure_feeds(&mut self.feeds, &self.connection);
            }
        }
    }

    /// The same of one collection.
    pub(crate) fn hold_namespaces_in(&mut self, id: CollectionId, namespaces: &[String]) {
        if let Some(collection) = self.collections.get_mut(&id) {
            collection.held_namespaces = namespaces.to_vec();
            collection.ensure_feeds(&mut self.feeds, &self.connection);
        }
    }

    /// Open lists and watches; one that is refused and asks again now and then is none.
    pub(crate) fn watches(&self) -> usize {
        let collections = self.collections.values();
        let asking = collections.filter(|one| one.asking.is_some()).count();
        self.feeds.watches().saturating_sub(asking)
    }

    /// Tables of single namespaces show all of them, once the account may list them.
    pub(crate) fn reopen_confined(&mut self) {
        for collection in self.collections.values_mut() {
            let freed = collection
                .confined()
                .is_some_and(|resource| self.rights.known.may_list_all(resource));
            if freed {
                collection.wide_forbidden = None;
                collection.begin_anew();
                collection.ensure_feeds(&mut self.feeds, &self.connection);
                collection.touch();
            }
        }
    }

    /// After discovery: tables of kinds that are served again come back at once.
    pub(crate) fn reopen_served(&mut self) {
        for collection in self.collections.values_mut() {
            collection.served = self.kinds.serves(&collection.resource);
            if collection.served == Some(true) && collection.close_unserved(&mut self.feeds) {
                collection.ensure_feeds(&mut self.feeds, &self.connection);
                collection.touch();
            }
        }
    }

    pub(crate) fn collection_update(&mut self, id: CollectionId, feed: FeedId, update: Update) {
        let Some(collection) = self.collections.get_mut(&id) else {
            return;
        };
        let rows_differ = matches!(
            update,
            Update::Rows(_) | Update::Preview(_) | Update::Listed { .. } | Update::Changed(_)
        );
        let kind = collection.kind;
        let told = collection.tells_of_rights(feed, &update);
        let mut about = None;
        let mut update = update;
        if let Some(source) = collection.source.filter(|_| collection.is_fed_by(feed)) {
            let complete = collection.complete(feed, &update);
            about = Some(self.recording.learn(source, &update, complete.as_ref()));
            update = complete::as_shown(update);
            if let Some(complete) = complete {
                collection.table.retain(|row| complete.allows(row));
            }
        }
        if collection.apply(feed, update) {
            collection.ensure_feeds(&mut self.feeds, &self.connection);
        }
        if let Some(about) = about {
            self.record_source(id, about);
        }
        match told {
            Told::Granted(resource, namespace) => {
                self.list_granted(&resource, namespace.as_deref());
            }
            Told::Refused(resource, namespace) => {
                self.list_refused(&resource, namespace.as_deref());
            }
            Told::Unserved => {
                let now = self.wall_ms();
                self.kinds.doubt(now);
            }
            Told::Nothing => {}
        }
        self.overview.mark(id);
        if let Some(kind) = kind {
            let now = self.wall_ms();
            self.derived.mark(kind, rows_differ, now);
        } else {
            self.derived.mark_other(id);
        }
        match kind {
            Some(Kind::HorizontalPodAutoscalers | Kind::ScaledObjects) => {
                self.scaling.mark(rows_differ);
            }
            Some(Kind::ScaledJobs) => {
                self.scaling.mark(rows_differ);
                self.follow_made_jobs();
            }
            Some(Kind::Namespaces) => self.answer_namespaces(),
            Some(
                Kind::Pods | Kind::Deployments | Kind::ReplicaSets | Kind::Nodes | Kind::Events,
            )
            | None => {}
        }
    }

    /// Closes tables that nobody has looked at for a while.
    pub(crate) fn close_idle_collections(&mut self, now_ms: i64) {
        let feeds = &mut self.feeds;
        self.collections.retain(|_, collection| {
            if collection.holds > 0 || !collection.table.views().is_empty() {
                collection.idle_since_ms = None;
                return true;
            }
            let since = *collection.idle_since_ms.get_or_insert(now_ms);
            // A field selector that was typed over is not typed again.
            let keep = collection.is_whole() && now_ms - since < GRACE_MS;
            if !keep {
                collection.close_feeds(feeds);
            }
            keep
        });
    }
}
