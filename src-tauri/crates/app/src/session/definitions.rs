//! Definitions of custom kinds, watched so that kinds come and go in the sidebar.
//!
//! Of each definition only its name is read (the server's Table, whose objects are metadata). Where the account may not
//! watch them, discovery is asked again when somebody wants to know what is served.

use cluster::ListPlan;
use cluster::RequestError;
use cluster::follow::follow_by;
use cluster::health::Health;
use cluster::update::{Scope, Update};
use model::Resource;

use super::Session;
use super::feeds::{FeedId, Message, Owner};

/// The watch of definitions.
#[derive(Default)]
pub(crate) struct Definitions {
    feed: Option<FeedId>,
    listed: bool,
    /// The server refuses it, or has no definitions.
    refused: bool,
}

impl Definitions {
    /// Whether changes of definitions are seen by themselves.
    pub(crate) fn followed(&self) -> bool {
        self.listed
    }
}

fn definitions() -> Resource {
    Resource {
        group: "apiextensions.k8s.io".to_owned(),
        version: "v1".to_owned(),
        plural: "customresourcedefinitions".to_owned(),
        kind: "CustomResourceDefinition".to_owned(),
        namespaced: false,
    }
}

impl Session {
    /// Begins to watch definitions, once it is known that the server has them.
    pub(crate) fn follow_definitions(&mut self) {
        let resource = definitions();
        let wanted = self.definitions.feed.is_none() && !self.definitions.refused;
        if !wanted || self.kinds.serves(&resource) != Some(true) {
            return;
        }
        let scope = Scope::of(resource, None, None);
        let connection = self.connection.clone();
        let open = |sink| follow_by(ListPlan::names(), connection, scope, sink);
        self.definitions.feed = Some(self.feeds.open(Owner::Definitions, Message::Update, open));
    }

    pub(crate) fn definitions_update(&mut self, feed: FeedId, update: &Update) {
        if self.definitions.feed != Some(feed) {
            return;
        }
        match update {
            // Known from discovery, which was asked before.
            Update::Listed { rows: None, .. } => self.definitions.listed = true,
            // After a gap.
            Update::Listed { rows: Some(_), .. } => {
                if std::mem::replace(&mut self.definitions.listed, true) {
                    self.definitions_changed();
                }
            }
            Update::Changed(changes) => {
                for change in changes {
                    self.definition_changed(change);
                }
                self.definitions_changed();
            }
            Update::Health(Health::Failed {
                error:
                    RequestError::Status {
                        code: 401..=405, ..
                    },
                ..
            }) => {
                self.feeds.close(feed);
                self.definitions = Definitions {
                    refused: true,
                    ..Definitions::default()
                };
            }
            Update::Health(
                Health::Failed { .. }
                | Health::Listing
                | Health::Live { .. }
                | Health::Stale { .. },
            )
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Rows(_)
            | Update::Progress { .. } => {}
        }
    }
}
