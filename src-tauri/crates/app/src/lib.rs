//! What the window can ask for: sessions with clusters, live tables, drawers, logs, graphs.
//!
//! [`App`] implements every command of `wire` behind the narrow [`Host`] trait; it names neither
//! tauri nor a window, so tests drive exactly what the window drives.

mod app;
mod errors;
mod host;
mod lacks;
mod live_table;
mod log_ring;
mod series;
mod session;
mod settings;
mod start;
mod watching;

pub use app::App;
pub use host::Host;
