//! What a user would see of a followed resource.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use cluster::{Change, Health, Scope, Task, Update, follow};
use model::Kind;
use tokio::sync::mpsc;

use super::Server;

/// What a user would see.
pub(crate) struct Seen {
    updates: mpsc::Receiver<Update>,
    pub(crate) names: BTreeSet<String>,
    pub(crate) listed: usize,
    pub(crate) health: Vec<(Instant, Health)>,
    /// Names sent before the first complete list.
    pub(crate) early: Vec<String>,
    pub(crate) unreadable: u64,
    _task: Task,
}

pub(crate) fn look(server: &Server) -> Seen {
    look_at(server, Some(Kind::Namespaces))
}

/// The same as the server's Table: of a kind without rows of its own.
pub(crate) fn look_at_table(server: &Server) -> Seen {
    look_at(server, None)
}

fn look_at(server: &Server, kind: Option<Kind>) -> Seen {
    let scope = Scope::of(Kind::Namespaces.spec().resource.clone(), kind, None);
    let (sink, updates) = mpsc::channel(64);
    let task = follow(server.connection.clone(), scope, sink);
    Seen {
        updates,
        names: BTreeSet::new(),
        listed: 0,
        health: Vec::new(),
        early: Vec::new(),
        unreadable: 0,
        _task: task,
    }
}

impl Seen {
    pub(crate) async fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        self.within(Duration::from_secs(20), what, &mut done).await;
    }

    pub(crate) async fn within(
        &mut self,
        limit: Duration,
        what: &str,
        mut done: impl FnMut(&Self) -> bool,
    ) {
        let deadline = Instant::now() + limit;
        while !done(self) {
            assert!(
                Instant::now() < deadline,
                "{what}: not within {limit:?}; {:?} {:?}",
                self.names,
                self.health
            );
            // Some conditions are the server's, not to be seen in an update.
            let update = tokio::time::timeout(Duration::from_millis(20), self.updates.recv()).await;
            if let Ok(update) = update {
                self.take(update.expect("following goes on"));
            }
        }
    }

    /// Takes in what comes during `pause`.
    pub(crate) async fn for_a_while(&mut self, pause: Duration) {
        let deadline = tokio::time::Instant::now() + pause;
        while let Ok(Some(update)) = tokio::time::timeout_at(deadline, self.updates.recv()).await {
            self.take(update);
        }
    }

    pub(crate) fn take(&mut self, update: Update) {
        match update {
            Update::Header(_) | Update::Preview(_) | Update::Progress { .. } => {}
            Update::Rows(rows) => {
                assert_eq!(
                    self.listed, 0,
                    "rows come one by one in the first listing only"
                );
                self.early
                    .extend(rows.iter().map(|row| row.meta().name.to_string()));
                self.names
                    .extend(rows.iter().map(|row| row.meta().name.to_string()));
            }
            Update::Listed {
                rows, unreadable, ..
            } => {
                self.listed += 1;
                self.unreadable = unreadable;
                if let Some(rows) = rows {
                    self.names = rows.iter().map(|row| row.meta().name.to_string()).collect();
                }
            }
            Update::Changed(changes) => {
                assert!(self.listed > 0 && !changes.is_empty());
                for change in changes {
                    match change {
                        Change::Put(row) => {
                            self.names.insert(row.meta().name.to_string());
                        }
                        Change::Gone { name, .. } => {
                            self.names.remove(&*name);
                        }
                    }
                }
            }
            Update::Health(health) => self.health.push((Instant::now(), health)),
        }
    }

    pub(crate) fn is(&self, names: &[&str]) -> bool {
        self.names.iter().eq(names)
    }

    pub(crate) fn live(&self) -> bool {
        matches!(self.health.last(), Some((_, Health::Live { .. })))
    }

    pub(crate) fn stale(&self) -> Option<&str> {
        match self.health.last() {
            Some((_, Health::Stale { why, .. })) => Some(why),
            _ => None,
        }
    }

    pub(crate) fn ever_stale(&self) -> bool {
        self.health
            .iter()
            .any(|(_, health)| matches!(health, Health::Stale { .. }))
    }

    pub(crate) fn failed(&self) -> Option<u16> {
        match self.health.last() {
            Some((_, Health::Failed { error, .. })) => error.code(),
            _ => None,
        }
    }
}
