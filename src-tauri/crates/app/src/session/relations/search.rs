//! The search for owned objects in kinds that are not followed, one kind after the other.

use std::time::Duration;

use cluster::{RequestError, fetch};
use model::{LinkedRow, Resource};

use super::source::Source;
use super::{Session, plan};

/// Between two lists: beside what else goes on, four requests a second.
const PAUSE: Duration = Duration::from_millis(250);

/// How far it is.
#[derive(Default)]
pub(super) struct Search {
    /// Kinds still to be looked through; `None` before it began.
    pub(super) ahead: Option<Vec<Resource>>,
    /// Objects that have owners.
    pub(super) found: Vec<(Resource, LinkedRow)>,
    /// Kinds that could not be looked through, or not to their end.
    pub(super) closed: Vec<String>,
    pub(super) looked_through: usize,
}

impl Search {
    pub(super) fn running(&self) -> bool {
        self.ahead.as_ref().is_some_and(|ahead| !ahead.is_empty())
    }

    fn take(&mut self, of: Resource, answer: Result<fetch::Owned, RequestError>) {
        self.looked_through += 1;
        match answer {
            Ok(owned) => {
                if !owned.whole {
                    self.closed.push(format!("{} (too many)", of.kind));
                }
                let rows = owned.rows.into_iter().map(|row| (of.clone(), row));
                self.found.extend(rows);
            }
            // A kind that went meanwhile owns nothing.
            Err(RequestError::Status {
                code: 404 | 405, ..
            }) => {}
            Err(_) => self.closed.push(of.kind),
        }
    }
}

impl Session {
    /// Begins once the object's own lists have come, so that it does not delay them.
    pub(super) fn search_on(&mut self, id: u32) {
        let served: Vec<Resource> = self.kinds.listable().cloned().collect();
        let Some(view) = self.relations.get_mut(&id) else {
            return;
        };
        if view.search.ahead.is_none() {
            if view.sources.iter().any(Source::loading) || served.is_empty() {
                return;
            }
            let wants: Vec<_> = view
                .sources
                .iter()
                .map(|source| source.want.clone())
                .collect();
            let mut ahead = plan::elsewhere(&view.resource, &wants, &served);
            ahead.reverse();
            view.search.ahead = Some(ahead);
            self.search_next(id);
        }
    }

    fn search_next(&mut self, id: u32) {
        let Some(view) = self.relations.get_mut(&id) else {
            return;
        };
        let Some(of) = view.search.ahead.as_mut().and_then(Vec::pop) else {
            view.touch();
            return;
        };
        let namespace = view.resource.namespaced.then(|| view.namespace.clone());
        let connection = self.connection.clone();
        let asked = of.clone();
        self.later(
            async move {
                let answer = fetch::owned(&connection, &asked, namespace.as_deref()).await;
                tokio::time::sleep(PAUSE).await;
                answer
            },
            move |session, answer| {
                if let Some(view) = session.relations.get_mut(&id) {
                    view.search.take(of, answer);
                    view.follow_kin();
                    view.touch();
                }
                session.search_next(id);
                session.follow_relations(id);
            },
        );
    }
}
