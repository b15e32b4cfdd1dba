//! What the backend needs of the program around it.

use std::path::PathBuf;

use cluster::Surroundings;
use futures_util::future::BoxFuture;
use wire::Notice;

/// What a notification says; both are shown as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// A few words.
    pub title: String,
    /// A sentence.
    pub body: String,
}

/// The narrow door to the desktop. Operations, not handles: no window, no event loop, no clipboard
/// (the page copies through its own permission), no way to run a program.
pub trait Host: Send + Sync + 'static {
    /// Tells the page that something changed. Never blocks; a notice may be lost.
    fn notify(&self, notice: Notice);
    /// Now, in Unix ms.
    fn now_ms(&self) -> i64;
    /// Where settings and consents are kept. What a person opens is never written there.
    fn config_folder(&self) -> PathBuf;
    /// Where what was seen is kept; `None`: nothing is.
    fn data_folder(&self) -> Option<PathBuf> {
        None
    }
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
    /// Lets the person choose where a file is saved, `name` proposed; an existing one only after the system's own dialog asked.
    fn choose_place(&self, name: &str) -> BoxFuture<'static, Option<PathBuf>> {
        let _ = name;
        Box::pin(async { None })
    }
    /// Shows a notification on the desktop, whether or not the window is in front.
    ///
    /// # Errors
    /// A sentence says why the desktop shows none.
    fn show(&self, notification: Notification) -> BoxFuture<'static, Result<(), String>> {
        let _ = notification;
        self.shows_notifications()
    }
    /// Whether the desktop shows notifications.
    ///
    /// # Errors
    /// A sentence says why it does not.
    fn shows_notifications(&self) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async { Err("This desktop shows no notifications.".to_owned()) })
    }
    /// Random bits for an id that cannot be guessed.
    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("every system this runs on gives random bytes");
        bytes
    }
}
