//! CPU and memory of pods and nodes, polled while somebody looks at them.

use std::collections::HashMap;
use std::time::Duration;

use cluster::usage::{UsageKind, UsageUpdate, poll_usage};
use model::{Kind, ObjectRow};

use super::Session;
use super::derived::Derived;
use super::feeds::{FeedId, Message, Owner};

/// metrics-server measures no oftener.
const EVERY: Duration = Duration::from_secs(15);

/// Whose usage is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measured {
    Pods,
    Nodes,
}

impl Measured {
    const ALL: [Self; 2] = [Self::Pods, Self::Nodes];

    fn kind(self) -> Kind {
        match self {
            Self::Pods => Kind::Pods,
            Self::Nodes => Kind::Nodes,
        }
    }
}

/// The polls that run.
#[derive(Default)]
pub(crate) struct UsagePolls {
    running: Vec<(Measured, UsageKind, FeedId)>,
    /// Why usage that the cluster has is not shown.
    withheld: Vec<(Measured, String)>,
    /// What was answered last: why there is no usage, nothing where there is.
    answered: Vec<(Measured, Option<String>)>,
}

impl UsagePolls {
    /// Why the usage of a kind is not shown, where somebody could change that.
    pub(crate) fn withheld(&self, kind: Option<Kind>) -> Option<&str> {
        let found = self
            .withheld
            .iter()
            .find(|(of, _)| Some(of.kind()) == kind)?;
        Some(&found.1)
    }

    /// Why no node is measured, in words for a person.
    pub(crate) fn why_no_node_is(&self) -> &str {
        let answered = self
            .answered
            .iter()
            .find(|(of, _)| *of == Measured::Nodes)
            .map(|(_, why)| why.as_deref());
        match answered {
            None => "CPU and memory in use are not measured yet: the metrics API is being asked.",
            Some(None) => {
                "CPU and memory in use are not measured yet: the metrics API has no figures of any node so far."
            }
            Some(Some(why)) => why,
        }
    }
}

impl Session {
    /// Starts and stops polls as tables of pods and nodes come on screen and leave it.
    pub(crate) fn update_usage_polls(&mut self) {
        for what in Measured::ALL {
            // Views that are made of nodes show their usage as well.
            let elsewhere = what == Measured::Nodes
                && (self.overview.is_open() || self.derived.is_visible(Derived::Capacity));
            let wanted = self
                .collections
                .values()
                .filter(|c| c.kind == Some(what.kind()))
                .find(|c| elsewhere || c.table.views().values().any(|view| view.visible))
                .map(|c| match (what, c.allowed_namespaces()) {
                    (Measured::Nodes, _) => UsageKind::Nodes,
                    (Measured::Pods, None) => UsageKind::Pods,
                    (Measured::Pods, Some(namespaces)) => UsageKind::PodsIn(namespaces),
                });
            let running = self
                .usage
                .running
                .iter()
                .position(|(running, _, _)| *running == what);
            if running.map(|at| &self.usage.running[at].1) == wanted.as_ref() {
                continue;
            }
            if let Some(at) = running {
                let (_, _, feed) = self.usage.running.swap_remove(at);
                self.feeds.close(feed);
            }
            if let Some(kind) = wanted {
                let (connection, asked) = (self.connection.clone(), kind.clone());
                let feed = self.feeds.open(Owner::Usage(what), Message::Usage, |sink| {
                    poll_usage(connection, asked, EVERY, sink)
                });
                self.usage.running.push((what, kind, feed));
            }
        }
    }

    pub(crate) fn usage_update(&mut self, what: Measured, update: UsageUpdate) {
        self.usage.withheld.retain(|(of, _)| *of != what);
        self.usage.answered.retain(|(of, _)| *of != what);
        let why = match &update {
            UsageUpdate::Measured(_) => None,
            UsageUpdate::Absent { reason, .. } => Some(reason.clone()),
        };
        self.usage.answered.push((what, why));
        let measured = match update {
            UsageUpdate::Measured(measured) => measured,
            UsageUpdate::Absent { reason, withheld } => {
                tracing::info!(?what, reason, "no usage");
                if withheld {
                    self.usage.withheld.push((what, reason));
                    let now = self.wall_ms();
                    self.kinds.doubt(now);
                }
                Vec::new()
            }
        };
        for collection in self
            .collections
            .values_mut()
            .filter(|c| c.kind == Some(what.kind()))
        {
            collection.touch();
            self.overview.mark(collection.id());
        }
        let now = self.wall_ms();
        self.derived.mark(what.kind(), true, now);
        let measured: HashMap<(&str, &str), model::Usage> = measured
            .iter()
            .map(|(namespace, name, usage)| ((&**namespace, &**name), *usage))
            .collect();
        for collection in self
            .collections
            .values_mut()
            .filter(|c| c.kind == Some(what.kind()))
        {
            collection.table.alter_all(|row| {
                let (namespace, name) = table::Row::identity(row);
                let usage = measured.get(&(namespace, name)).copied();
                // The time of measurement is not shown: the same figures are no change.
                let differs = figures(row.usage()) != figures(usage);
                if differs {
                    row.set_usage(usage);
                }
                differs
            });
        }
    }
}

fn figures(usage: Option<model::Usage>) -> Option<(i64, i64)> {
    usage.map(|usage| (usage.cpu_nano, usage.memory_bytes))
}

/// What was measured for a row, if it is of a kind that is measured.
pub(crate) trait RowUsage {
    fn usage(&self) -> Option<model::Usage>;
}

impl RowUsage for ObjectRow {
    fn usage(&self) -> Option<model::Usage> {
        match self {
            Self::Pod(row) => row.usage,
            Self::Node(row) => row.usage,
            Self::Deployment(_)
            | Self::ReplicaSet(_)
            | Self::Hpa(_)
            | Self::ScaledObject(_)
            | Self::ScaledJob(_)
            | Self::Event(_)
            | Self::Namespace(_)
            | Self::Generic(_)
            | Self::Linked(_)
            | Self::Seen(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_asked_yet_is_no_missing_api() {
        let mut usage = UsagePolls::default();
        assert!(usage.why_no_node_is().contains("not measured yet"));
        // Of pods something is known, of nodes still nothing.
        usage.answered.push((Measured::Pods, Some("no API".into())));
        assert!(usage.why_no_node_is().contains("is being asked"));
        usage.answered.push((Measured::Nodes, None));
        assert!(usage.why_no_node_is().contains("no figures of any node"));
        usage.answered[1].1 = Some("This cluster has no metrics API.".into());
        assert_eq!(usage.why_no_node_is(), "This cluster has no metrics API.");
    }
}
