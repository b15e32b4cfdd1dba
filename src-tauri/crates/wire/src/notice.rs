//! What the backend tells unasked: only *that* something changed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A fact of change; the UI pulls what it shows. A lost notice is healed by the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Notice {
    /// A view's rows or state.
    View {
        /// Which.
        view: u32,
        /// Its version.
        version: u32,
        /// Rows in it.
        total: u32,
    },
    /// A drawer's object.
    Details {
        /// Which.
        details: u32,
        /// Its version.
        version: u32,
    },
    /// A log.
    Log {
        /// Which.
        log: u32,
        /// Its version.
        version: u32,
    },
    /// A graph.
    Graph {
        /// Which.
        graph: u32,
        /// Its version.
        version: u32,
    },
    /// A cluster page.
    Overview {
        /// Which.
        overview: u32,
        /// Its version.
        version: u32,
    },
    /// What an object has to do with others.
    Relations {
        /// Which.
        relations: u32,
        /// Its version.
        version: u32,
    },
    /// A Helm release on a page.
    Release {
        /// Which.
        release: u32,
        /// Its version.
        version: u32,
    },
    /// A cluster's status.
    Cluster {
        /// Which.
        cluster: String,
    },
    /// The kinds a cluster serves.
    Kinds {
        /// Which.
        cluster: String,
    },
    /// The demo cluster's time goes otherwise than it was told: it was moved, or its rate changed.
    Demo {
        /// Which.
        cluster: String,
    },
    /// The start page: a file was opened or changed, a folder changed.
    Start,
    /// Files are dragged over the window, or no longer.
    Dragging {
        /// Whether letting go would open them.
        over: bool,
    },
}
