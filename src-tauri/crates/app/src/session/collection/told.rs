//! What updates tell of the account's rights and of what the server serves.

use cluster::health::Health;
use cluster::update::Update;
use model::Resource;

use super::super::feeds::FeedId;
use super::super::rights::list_of;
use super::Collection;
use crate::lacks;

/// What an update tells besides rows.
pub(super) enum Told {
    Nothing,
    /// The account may list the resource in this namespace, or in all.
    Granted(Resource, Option<String>),
    /// It may not.
    Refused(Resource, Option<String>),
    /// The server does not serve it, or what stands behind it does not answer.
    Unserved,
}

impl Collection {
    pub(super) fn tells_of_rights(&self, feed: FeedId, update: &Update) -> Told {
        if self.asking == Some(feed) {
            return match update {
                Update::Listed { .. } => Told::Granted(self.resource.clone(), None),
                _ => Told::Nothing,
            };
        }
        let Some(feed) = self.feeds.iter().find(|own| own.id == feed) else {
            return Told::Nothing;
        };
        let of = || (self.resource.clone(), feed.namespace.clone());
        match update {
            Update::Listed { .. } => {
                let (resource, namespace) = of();
                Told::Granted(resource, namespace)
            }
            Update::Health(Health::Failed { error, .. }) => match error.code() {
                Some(403) => {
                    let (resource, namespace) = of();
                    match lacks::refusal(error, list_of(&self.resource)) {
                        Some(deed) if deed.verb == "list" => Told::Refused(resource, namespace),
                        Some(_) | None => Told::Nothing,
                    }
                }
                Some(404 | 503) => Told::Unserved,
                Some(_) | None => Told::Nothing,
            },
            Update::Health(Health::Stale { .. } | Health::Listing | Health::Live { .. })
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Rows(_)
            | Update::Progress { .. }
            | Update::Changed(_) => Told::Nothing,
        }
    }
}
