//! What the backend needs of the program around it.

use std::path::PathBuf;

use wire::Notice;

/// The narrow door to the desktop. Operations, not handles: no window, no event loop, no clipboard
/// (the page copies through its own permission), no way to run a program.
pub trait Host: Send + Sync + 'static {
    /// Tells the page that something changed. Never blocks; a notice may be lost.
    fn notify(&self, notice: Notice);
    /// Now, in Unix ms.
    fn now_ms(&self) -> i64;
    /// Where settings are kept.
    fn config_folder(&self) -> PathBuf;
}
