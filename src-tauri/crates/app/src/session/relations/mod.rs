//! What one object has to do with others, found in lists that are followed while somebody looks.

mod plan;
mod search;
mod shown;
mod source;

use cluster::follow::follow;
use cluster::update::{Reading, Scope, Update};
use model::relations::{Known, around};
use model::{Ident, LinkedRow, Resource};
use wire::{OpenDetails, RelationsOpened, WireError};

use super::feeds::{FeedId, Message, Owner};
use super::{Session, gone};
use plan::Want;
use search::Search;
use source::Source;

/// No oftener is a change told: each costs a picture.
const PACE_MS: i64 = 400;

/// The relations of one object.
pub(crate) struct RelationsView {
    resource: Resource,
    namespace: String,
    name: String,
    sources: Vec<Source>,
    search: Search,
    /// Kinds in which the search found kin: followed from then on.
    more: Vec<Resource>,
    version: u32,
    announced: u32,
    announced_ms: i64,
}

impl RelationsView {
    fn ident(&self) -> Ident {
        Ident {
            group: self.resource.group.clone(),
            kind: self.resource.kind.clone(),
            namespace: if self.resource.namespaced {
                self.namespace.clone()
            } else {
                String::new()
            },
            name: self.name.clone(),
        }
    }

    fn row(&self) -> Option<&LinkedRow> {
        let ident = self.ident();
        let place = (ident.namespace.into(), ident.name.into());
        let own = |source: &&Source| source.want.resource == self.resource;
        self.sources
            .iter()
            .filter(own)
            .find_map(|source| source.rows.get(&place))
    }

    /// Everything known, for finding what is around the object.
    fn known(&self) -> Known<'_> {
        let followed = self.sources.iter().flat_map(|source| source.rows.values());
        let searched = self
            .search
            .found
            .iter()
            .filter(|(of, _)| !self.more.contains(of))
            .map(|(_, row)| row);
        let mut known = Known::new(followed.chain(searched));
        for source in &self.sources {
            let resource = &source.want.resource;
            for (namespace, name) in &source.names {
                known.name(Ident {
                    group: resource.group.clone(),
                    kind: resource.kind.clone(),
                    namespace: namespace.to_string(),
                    name: name.to_string(),
                });
            }
            let whole = source.want.fields.is_empty() && source.want.labels.is_empty();
            if source.listed && source.error.is_none() && whole {
                let namespace = source.want.namespace.as_deref().unwrap_or("");
                known.complete(&resource.group, &resource.kind, namespace);
            }
        }
        known
    }

    pub(crate) fn is_dirty(&self, now_ms: i64) -> bool {
        self.version != self.announced && now_ms - self.announced_ms >= PACE_MS
    }

    /// The version to announce, if it is news.
    pub(crate) fn announce(&mut self, now_ms: i64) -> Option<u32> {
        let news = self.is_dirty(now_ms);
        if news {
            self.announced = self.version;
            self.announced_ms = now_ms;
        }
        news.then_some(self.version)
    }

    fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
    }
}

impl Session {
    /// Looks for what an object has to do with others.
    ///
    /// # Errors
    /// For a kind that the cluster does not serve.
    pub(crate) fn open_relations(
        &mut self,
        ask: &OpenDetails,
    ) -> Result<RelationsOpened, WireError> {
        let (resource, _) = self.resource(&ask.kind)?;
        let id = self.new_id();
        let view = RelationsView {
            resource,
            namespace: ask.namespace.clone(),
            name: ask.name.clone(),
            sources: Vec::new(),
            search: Search::default(),
            more: Vec::new(),
            version: 1,
            announced: 0,
            announced_ms: 0,
        };
        self.relations.insert(id, view);
        self.follow_relations(id);
        Ok(RelationsOpened { relations: id })
    }

    /// Opens the lists that are needed by now and closes those that are not.
    fn follow_relations(&mut self, id: u32) {
        let served: Vec<Resource> = self.kinds.listable().cloned().collect();
        let Some(view) = self.relations.get_mut(&id) else {
            return;
        };
        let (namespace, name) = (view.namespace.clone(), view.name.clone());
        let mut wants = plan::wants(&view.resource, &namespace, &name, view.row(), &served);
        let here = view.resource.namespaced.then_some(namespace);
        wants.extend(view.more.iter().map(|resource| Want {
            resource: resource.clone(),
            namespace: here.clone(),
            fields: String::new(),
            labels: String::new(),
            names_only: false,
        }));
        let feeds = &mut self.feeds;
        view.sources.retain(|source| {
            let keep = wants.contains(&source.want);
            if !keep {
                feeds.close(source.feed);
            }
            keep
        });
        for want in wants {
            if view.sources.iter().any(|source| source.want == want) {
                continue;
            }
            let scope = Scope {
                fields: want.fields.clone(),
                labels: want.labels.clone(),
                reading: if want.names_only {
                    Reading::Tables
                } else {
                    Reading::Links
                },
                ..Scope::of(want.resource.clone(), None, want.namespace.clone())
            };
            let connection = self.connection.clone();
            let feed = feeds.open(Owner::Relations(id), Message::Update, |sink| {
                follow(connection, scope, sink)
            });
            view.sources.push(Source::new(want, feed));
        }
        self.search_on(id);
    }

    pub(crate) fn relations_update(&mut self, id: u32, feed: FeedId, update: Update) {
        let Some(view) = self.relations.get_mut(&id) else {
            return;
        };
        let Some(source) = view.sources.iter_mut().find(|source| source.feed == feed) else {
            return;
        };
        let loading = source.loading();
        if !source.apply(update) {
            return;
        }
        // Which lists are needed follows from the object itself; the search waits for all of them.
        let own = source.want.resource == view.resource;
        let arrived = loading && !source.loading();
        view.touch();
        if own || arrived {
            self.follow_relations(id);
        }
    }

    /// Discovery said what is served: lists that were not known to exist are followed now.
    pub(crate) fn review_relations(&mut self) {
        for id in self.relations.keys().copied().collect::<Vec<_>>() {
            self.follow_relations(id);
        }
    }

    /// What was found so far.
    ///
    /// # Errors
    /// When it was closed.
    pub(crate) fn relations(&self, id: u32) -> Result<wire::Relations, WireError> {
        let view = self.relations.get(&id).ok_or_else(|| gone("This object"))?;
        Ok(shown::shown(self, view))
    }

    pub(crate) fn close_relations(&mut self, id: u32) {
        if let Some(view) = self.relations.remove(&id) {
            for source in view.sources {
                self.feeds.close(source.feed);
            }
        }
    }
}

impl RelationsView {
    /// Kinds in which the search found kin are followed from now on.
    fn follow_kin(&mut self) {
        let more: Vec<Resource> = {
            let known = self.known();
            let kin = around(&self.ident(), &known);
            let found = self.search.found.iter().filter(|(of, row)| {
                let ident = row.ident();
                !self.more.contains(of) && kin.nodes.iter().any(|n| n.kin && n.ident == ident)
            });
            found.map(|(of, _)| of.clone()).collect()
        };
        for resource in more {
            if !self.more.contains(&resource) {
                self.more.push(resource);
            }
        }
    }
}
