//! Where what there is of each source is known, now.

use std::collections::BTreeMap;

use super::source::Source;

/// How far a source is in a namespace, or in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feeding {
    /// It is listed for the first time, or was lost sight of.
    Coming,
    /// It shows all there is.
    Whole,
    /// The account may not have it, or may only list it: then it is listed again now and then.
    Refused,
}

/// How far a source is, by namespace; `None` is all of them.
pub(crate) type Feeds = Vec<(Option<String>, Feeding)>;

/// All sources.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<Source, Feeds>);

impl Sources {
    /// From now on it is so; whether it was otherwise.
    pub(super) fn set(&mut self, source: Source, feeds: Feeds) -> bool {
        if feeds.is_empty() {
            return self.0.remove(&source).is_some();
        }
        let differs = self.0.get(&source) != Some(&feeds);
        if differs {
            self.0.insert(source, feeds);
        }
        differs
    }

    /// How far it is in a namespace; `None`: it is not followed there.
    pub(super) fn feeding(&self, source: Source, namespace: &str) -> Option<Feeding> {
        let feeds = self.0.get(&source)?;
        let covers = |own: &Option<String>| own.as_deref().is_none_or(|own| own == namespace);
        feeds
            .iter()
            .find(|(own, _)| covers(own))
            .map(|(_, how)| *how)
    }

    /// Whether nothing of any source is still to come.
    pub(super) fn are_settled(&self) -> bool {
        let mut feeds = self.0.values().flatten();
        !self.0.is_empty() && feeds.all(|(_, how)| *how != Feeding::Coming)
    }

    pub(super) fn is_whole(&self, source: Source, namespace: &str) -> bool {
        self.feeding(source, namespace) == Some(Feeding::Whole)
    }

    pub(super) fn is_whole_somewhere(&self, source: Source) -> bool {
        let feeds = self.0.get(&source).into_iter().flatten();
        feeds.into_iter().any(|(_, how)| *how == Feeding::Whole)
    }
}
