//! A Helm release that somebody looks at, followed so that its page tells what changed.

use cluster::ListPlan;
use cluster::follow::follow_by;
use cluster::update::{Scope, Update};
use model::helm::release::Driver;
use wire::{ReleaseAsk, ReleaseOpened};

use super::Session;
use super::feeds::{FeedId, Message, Owner};
use super::helm::selector;

/// No oftener is a change told: each costs a reading of the release.
const PACE_MS: i64 = 1_000;

/// One release on a page. Its revisions are watched by their metadata alone.
#[derive(Default)]
pub(crate) struct FollowedRelease {
    feeds: Vec<FeedId>,
    version: u32,
    announced: u32,
    announced_ms: i64,
}

impl FollowedRelease {
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

    fn take(&mut self, update: &Update) {
        match update {
            // A first list, too: something may have changed since the page read the release.
            Update::Listed { .. } | Update::Changed(_) => {
                self.version = self.version.wrapping_add(1);
            }
            Update::Rows(_)
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. }
            | Update::Health(_) => {}
        }
    }
}

impl Session {
    /// Begins to follow a release.
    pub(crate) fn open_release(&mut self, ask: &ReleaseAsk) -> ReleaseOpened {
        let id = self.new_id();
        let mut followed = FollowedRelease::default();
        for driver in Driver::ALL {
            let scope = Scope {
                labels: selector(&ask.name),
                ..Scope::of(driver.resource(), None, Some(ask.namespace.clone()))
            };
            let connection = self.connection.clone();
            let open = |sink| follow_by(ListPlan::names(), connection, scope, sink);
            let feed = self.feeds.open(Owner::Release(id), Message::Update, open);
            followed.feeds.push(feed);
        }
        self.releases.insert(id, followed);
        ReleaseOpened { release: id }
    }

    pub(crate) fn release_update(&mut self, id: u32, update: &Update) {
        if let Some(followed) = self.releases.get_mut(&id) {
            followed.take(update);
        }
    }

    pub(crate) fn close_release(&mut self, id: u32) {
        if let Some(followed) = self.releases.remove(&id) {
            for feed in followed.feeds {
                self.feeds.close(feed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_at_a_pace() {
        let mut followed = FollowedRelease::default();
        assert_eq!(followed.announce(0), None);
        followed.take(&Update::Changed(Vec::new()));
        assert_eq!(followed.announce(10_000), Some(1));
        followed.take(&Update::Changed(Vec::new()));
        assert_eq!(followed.announce(10_500), None);
        followed.take(&Update::Changed(Vec::new()));
        assert_eq!(followed.announce(11_000), Some(3));
        assert_eq!(followed.announce(13_000), None);
    }
}
