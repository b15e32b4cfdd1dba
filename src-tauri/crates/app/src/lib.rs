//! What the window can ask for: sessions with clusters, live tables, drawers, logs, graphs.
//!
//! [`App`] implements every command of `wire` behind the narrow [`Host`] trait; it names neither
//! tauri nor a window, so tests drive exactly what the window drives.

mod app;
mod bells_kept;
mod connecting;
mod consent_words;
mod consents;
mod contexts_kept;
mod copying;
mod demo_cluster;
mod diff;
mod errors;
mod exporting;
mod finding;
mod flight;
mod folders;
mod going;
mod host;
mod kept;
mod lacks;
mod live_table;
mod log_ring;
mod series;
mod session;
mod sessions;
mod settings;
mod start;
mod surroundings;
mod time;
mod typed;
mod watching;
mod whose;

use std::path::Path;

use model::text::visible;

pub use app::App;
pub use cluster::{Kuberc, Surroundings};
pub use host::{Host, Notification};

/// A path as it may stand on screen.
fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}
