//! What one object uses right now, asked of metrics.k8s.io once.

use model::measured::{Part, parts};

use crate::connection::{Ask, Connection};
use crate::error::RequestError;
use crate::fetch::escape;

/// Whose use is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One pod.
    Pod {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// The pods that a label selector matches.
    Pods {
        /// Their namespace.
        namespace: String,
        /// As the API takes it.
        labels: String,
    },
    /// One node.
    Node {
        /// Its name.
        name: String,
    },
}

/// What there is of it now; empty where nothing was measured yet.
///
/// # Errors
/// When the cluster has no metrics API, withholds it, or does not answer.
pub async fn measure(connection: &Connection, whose: &Whose) -> Result<Vec<Part>, RequestError> {
    const API: &str = "/apis/metrics.k8s.io/v1beta1";
    let path = match whose {
        Whose::Pod { namespace, name } => {
            format!(
                "{API}/namespaces/{}/pods/{}",
                escape(namespace),
                escape(name)
            )
        }
        Whose::Pods { namespace, labels } => format!(
            "{API}/namespaces/{}/pods?labelSelector={}",
            escape(namespace),
            escape(labels)
        ),
        Whose::Node { name } => format!("{API}/nodes/{}", escape(name)),
    };
    match connection.bytes(Ask::json(&path)).await {
        Ok(body) => parts(&body).map_err(|error| RequestError::Malformed {
            what: error.to_string(),
        }),
        // The API is there and has nothing of this object yet; without the API the words are others.
        Err(RequestError::Status {
            code: 404, message, ..
        }) if message.contains("metrics.k8s.io \"") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Why there is nothing to show, in words.
pub fn reason(error: &RequestError) -> String {
    match error.code() {
        Some(404) => {
            "This cluster has no metrics API (metrics.k8s.io). metrics-server provides it."
                .to_owned()
        }
        Some(503) => {
            "The cluster's metrics API does not answer (metrics-server may be starting or down)."
                .to_owned()
        }
        Some(403) => "Your account may not read metrics.k8s.io here.".to_owned(),
        Some(_) | None => format!("CPU and memory cannot be read: {error}"),
    }
}
