//! Polls metrics.k8s.io for the CPU and memory of pods or nodes.
//!
//! The metrics API has no watch, and most clusters measure every 15 s. Where it is missing or
//! down that is a state with a reason, not an error: everything else works without it.

use std::time::Duration;

use model::DecodeError;
use model::usage::{NamedUsage, node_usage, pod_usage};
use tokio::sync::mpsc;

use crate::connection::{Ask, Connection};
use crate::error::RequestError;
use crate::fetch::escape;
use crate::task::Task;

/// How long an absent metrics API is left alone.
const ABSENT: Duration = Duration::from_mins(1);

/// Whose usage is polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageKind {
    /// Pods of all namespaces.
    Pods,
    /// Pods of these namespaces, with a request for each.
    PodsIn(Vec<String>),
    /// Nodes.
    Nodes,
}

/// One answer of the metrics API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageUpdate {
    /// Namespace (empty for nodes), name and usage of everything that is measured now.
    Measured(Vec<NamedUsage>),
    /// There is no usage at the moment; it is asked for again each minute. Sent when the reason changes.
    Absent {
        /// Why, in words.
        reason: String,
        /// Whether the cluster has the API and withholds it: no right to it, or what stands behind it is down.
        withheld: bool,
    },
}

/// Asks at once, then `every` so often, until the task is dropped or the sink's receiver is.
pub fn poll_usage(
    connection: Connection,
    what: UsageKind,
    every: Duration,
    sink: mpsc::Sender<UsageUpdate>,
) -> Task {
    let told = sink.clone();
    let work = async move {
        let mut last_reason = None;
        while !sink.is_closed() {
            let (update, pause) = match ask(&connection, &what).await {
                Ok(usages) => (UsageUpdate::Measured(usages), every),
                Err(error) => (
                    UsageUpdate::Absent {
                        reason: reason(&error, &what),
                        withheld: matches!(error.code(), Some(403 | 503)),
                    },
                    ABSENT.max(every),
                ),
            };
            let why = match &update {
                UsageUpdate::Measured(_) => None,
                UsageUpdate::Absent { reason, .. } => Some(reason.clone()),
            };
            let known = why.is_some() && why == last_reason;
            last_reason = why;
            if !known && sink.send(update).await.is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = sink.closed() => return,
            }
        }
    };
    Task::spawn("usage", work, |words| async move {
        let reason = format!("Polling the metrics API stopped: {words}. Please report this.");
        // Nobody is left to tell if the sink is closed.
        let absent = UsageUpdate::Absent {
            reason,
            withheld: true,
        };
        let _ = told.send(absent).await;
    })
}

async fn ask(connection: &Connection, what: &UsageKind) -> Result<Vec<NamedUsage>, RequestError> {
    const API: &str = "/apis/metrics.k8s.io/v1beta1";
    match what {
        UsageKind::Pods => read(connection, format!("{API}/pods"), pod_usage).await,
        UsageKind::Nodes => read(connection, format!("{API}/nodes"), node_usage).await,
        UsageKind::PodsIn(namespaces) => {
            let mut all = Vec::new();
            for namespace in namespaces {
                let path = format!("{API}/namespaces/{}/pods", escape(namespace));
                all.extend(read(connection, path, pod_usage).await?);
            }
            Ok(all)
        }
    }
}

async fn read(
    connection: &Connection,
    path: String,
    decode: fn(&[u8]) -> Result<Vec<NamedUsage>, DecodeError>,
) -> Result<Vec<NamedUsage>, RequestError> {
    let body = connection.bytes(Ask::json(&path)).await?;
    decode(&body).map_err(|error| RequestError::Malformed {
        what: error.to_string(),
    })
}

fn reason(error: &RequestError, what: &UsageKind) -> String {
    let whose = match what {
        UsageKind::Pods => "pods of all namespaces".to_owned(),
        UsageKind::PodsIn(namespaces) => format!("pods in {}", namespaces.join(", ")),
        UsageKind::Nodes => "nodes".to_owned(),
    };
    match error.code() {
        Some(404) => "This cluster has no metrics API (metrics.k8s.io), so CPU and memory are not known. metrics-server provides it.".to_owned(),
        Some(503) => "The cluster's metrics API is registered but does not answer (metrics-server may be starting or down).".to_owned(),
        Some(403) => format!("CPU and memory of {whose} are not shown: your account lacks the verb list on {}.metrics.k8s.io.", match what {
            UsageKind::Pods | UsageKind::PodsIn(_) => "pods",
            UsageKind::Nodes => "nodes",
        }),
        Some(_) | None => format!("CPU and memory cannot be read: {error}"),
    }
}
