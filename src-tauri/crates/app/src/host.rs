//! What the backend needs of the program around it.

use std::path::PathBuf;

use cluster::Surroundings;
use futures_util::future::BoxFuture;
use wire::Notice;

/// The narrow door to the desktop. Operations, not handles: no window, no event loop, no clipboard
/// (the page copies through its own permission), no way to run a program.
pub trait Host: Send + Sync + 'static {
    /// Tells the page that something changed. Never blocks; a notice may be lost.
    fn notify(&self, notice: Notice);
    /// Now, in Unix ms.
    fn now_ms(&self) -> i64;
    /// Where settings and consents are kept. What a person opens is never written there.
    fn config_folder(&self) -> PathBuf;
    /// What of this computer decides what a kubeconfig would do, as this process has it ([`Surroundings::of`] with its variables):
    /// the backend asks the login shell (`SHELL`) for its `PATH` itself. Called once, on a thread of its own.
    fn surroundings(&self) -> Surroundings {
        Surroundings::default()
    }
    /// Lets the person choose kubeconfigs; empty when none was chosen.
    fn choose_files(&self) -> BoxFuture<'static, Vec<PathBuf>> {
        Box::pin(async { Vec::new() })
    }
    /// Lets the person choose a folder.
    fn choose_folder(&self) -> BoxFuture<'static, Option<PathBuf>> {
        Box::pin(async { None })
    }
    /// Random bits for an id that cannot be guessed.
    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("every system this runs on gives random bytes");
        bytes
    }
}
