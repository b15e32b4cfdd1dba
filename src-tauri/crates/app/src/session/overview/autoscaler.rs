//! cluster-autoscaler's status: one `ConfigMap`, watched.

use cluster::follow::follow;
use cluster::health::Health;
use cluster::update::{Change, Scope, Update};
use cluster::{Deed, RequestError, fetch};
use model::Resource;
use model::overview::autoscaler::{AutoscalerStatus, NodeGroup, status};
use table::{Cell, Tone};
use wire::{AutoscalerPart, NodeGroupLine, ViewState};

use super::super::Session;
use super::super::feeds::{FeedId, Message, Owner};
use super::{failed, listing, live};
use crate::lacks::{self, Where};

const NAMESPACE: &str = "kube-system";
const NAME: &str = "cluster-autoscaler-status";

/// What is known of it.
#[derive(Default)]
enum Known {
    #[default]
    Unread,
    /// It has not come yet, for this reason.
    Delayed(String),
    /// There is no such `ConfigMap`.
    Absent,
    Read(AutoscalerStatus),
    /// It is there and says nothing that can be read.
    Unreadable,
    Failed(RequestError),
}

/// Its watch.
#[derive(Default)]
pub(crate) struct AutoscalerWatch {
    feed: Option<FeedId>,
    known: Known,
    fetching: bool,
    fetch_again: bool,
}

fn config_maps() -> Resource {
    Resource {
        group: String::new(),
        version: "v1".to_owned(),
        plural: "configmaps".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespaced: true,
    }
}

impl Session {
    pub(super) fn watch_autoscaler(&mut self) {
        let scope = Scope {
            fields: format!("metadata.name={NAME}"),
            ..Scope::of(config_maps(), None, Some(NAMESPACE.to_owned()))
        };
        let connection = self.connection.clone();
        let open = |sink| follow(connection, scope, sink);
        self.overview.autoscaler = AutoscalerWatch {
            feed: Some(self.feeds.open(Owner::Autoscaler, Message::Update, open)),
            ..AutoscalerWatch::default()
        };
    }

    pub(super) fn unwatch_autoscaler(&mut self) {
        if let Some(feed) = self.overview.autoscaler.feed.take() {
            self.feeds.close(feed);
        }
    }

    pub(crate) fn autoscaler_update(&mut self, feed: FeedId, update: Update) {
        let watch = &mut self.overview.autoscaler;
        if watch.feed != Some(feed) {
            return;
        }
        let is_there = match update {
            Update::Rows(rows) => (!rows.is_empty()).then_some(true),
            Update::Listed {
                rows: Some(rows), ..
            } => Some(!rows.is_empty()),
            // Its row came before, if there is one.
            Update::Listed { rows: None, .. } => (!watch.fetching
                && matches!(watch.known, Known::Unread | Known::Delayed(_)))
            .then_some(false),
            Update::Changed(changes) => changes.last().map(|change| match change {
                Change::Put(_) => true,
                Change::Gone { .. } => false,
            }),
            Update::Health(Health::Failed { error, .. }) => {
                watch.known = Known::Failed(error);
                self.overview.dirty = true;
                None
            }
            Update::Health(Health::Stale { why, .. })
                if matches!(watch.known, Known::Unread | Known::Delayed(_)) =>
            {
                watch.known = Known::Delayed(why);
                self.overview.dirty = true;
                None
            }
            Update::Health(Health::Listing | Health::Live { .. } | Health::Stale { .. })
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. } => None,
        };
        match is_there {
            Some(true) => self.read_autoscaler(),
            Some(false) => {
                self.overview.autoscaler.known = Known::Absent;
                self.overview.dirty = true;
            }
            None => {}
        }
    }

    fn read_autoscaler(&mut self) {
        let watch = &mut self.overview.autoscaler;
        if watch.fetching {
            watch.fetch_again = true;
            return;
        }
        watch.fetching = true;
        let connection = self.connection.clone();
        self.later(
            async move { fetch::object(&connection, &config_maps(), NAMESPACE, NAME).await },
            |session, answer| {
                let watch = &mut session.overview.autoscaler;
                watch.fetching = false;
                watch.known = match answer {
                    Ok(object) => {
                        let written = object.pointer("/data/status").and_then(|v| v.as_str());
                        match written.and_then(status) {
                            Some(status) => Known::Read(status),
                            None => Known::Unreadable,
                        }
                    }
                    Err(RequestError::Status { code: 404, .. }) => Known::Absent,
                    Err(error) => Known::Failed(error),
                };
                session.overview.dirty = true;
                if std::mem::take(&mut session.overview.autoscaler.fetch_again) {
                    session.read_autoscaler();
                }
            },
        );
    }

    pub(super) fn autoscaler_part(&self) -> AutoscalerPart {
        let (state, note, groups): (ViewState, String, Vec<NodeGroupLine>) = match &self
            .overview
            .autoscaler
            .known
        {
            Known::Unread => (listing(), String::new(), Vec::new()),
            Known::Delayed(why) => {
                let state = ViewState {
                    why: why.clone(),
                    ..listing()
                };
                (state, String::new(), Vec::new())
            }
            Known::Absent => (
                live(),
                format!(
                    "No cluster-autoscaler: there is no ConfigMap {NAME} in {NAMESPACE}. A managed cluster may keep its own elsewhere."
                ),
                Vec::new(),
            ),
            Known::Unreadable => (
                live(),
                format!(
                    "ConfigMap {NAMESPACE}/{NAME} is there, but its status is in no form that is known."
                ),
                Vec::new(),
            ),
            Known::Failed(error) => {
                let deed = Deed {
                    verb: "list",
                    group: "",
                    resource: "configmaps",
                };
                let error = lacks::request(error, deed, Where::Namespace(NAMESPACE));
                (failed(error), String::new(), Vec::new())
            }
            Known::Read(status) => (
                live(),
                note(status),
                status.groups.iter().map(line).collect(),
            ),
        };
        AutoscalerPart {
            state,
            note,
            groups,
        }
    }
}

fn note(status: &AutoscalerStatus) -> String {
    let state = match status.state.as_str() {
        "" => "Running",
        state => state,
    };
    let at = match status.at.as_str() {
        "" => String::new(),
        at => format!(", as it said at {at}"),
    };
    match status.left_out {
        0 => format!("{state}{at}."),
        more => format!("{state}{at}. {more} more node groups are not shown."),
    }
}

fn line(group: &NodeGroup) -> NodeGroupLine {
    let health = match group.health.as_str() {
        "Healthy" => Tone::Good,
        "" => Tone::Plain,
        _ => Tone::Bad,
    };
    let scale_up = match group.scale_up.as_str() {
        "Backoff" => Tone::Warn,
        _ => Tone::Plain,
    };
    NodeGroupLine {
        name: match group.name.as_str() {
            "" => "Whole cluster".to_owned(),
            name => name.to_owned(),
        },
        health: Cell::toned(group.health.clone(), health),
        ready: group
            .ready
            .map(|(ready, all)| format!("{ready} of {all} ready"))
            .unwrap_or_default(),
        target: group
            .target
            .map(|(target, least, most)| format!("{target} wanted ({least} to {most})"))
            .unwrap_or_default(),
        scale_up: Cell::toned(group.scale_up.clone(), scale_up),
        scale_down: Cell::plain(group.scale_down.clone()),
        words: group.scale_up_words.clone(),
    }
}
