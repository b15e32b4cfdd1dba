//! The desktop as the backend sees it.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(target_os = "linux")]
use app::Notification;
use app::{Host, Surroundings};
use rfd::{AsyncFileDialog, FileHandle};
use tauri::ipc::Channel;
use wire::Notice;

use crate::folders::Folders;
#[cfg(target_os = "linux")]
use crate::notifying;

/// The window's channel, the clock, the folders and the dialogs.
pub(crate) struct Desktop {
    folders: Folders,
    notices: Mutex<Option<Channel<Notice>>>,
}

impl Desktop {
    pub(crate) fn new(folders: Folders) -> Self {
        Self {
            folders,
            notices: Mutex::default(),
        }
    }

    /// The page loaded (again): notices go to it from now on.
    pub(crate) fn attach(&self, notices: Channel<Notice>) {
        *self.notices.lock().unwrap_or_else(PoisonError::into_inner) = Some(notices);
    }

    /// A dialog that begins where kubeconfigs usually are.
    fn dialog(&self, title: &str) -> AsyncFileDialog {
        let dialog = AsyncFileDialog::new().set_title(title);
        let usual = self.folders.home.join(".kube");
        if usual.is_dir() {
            dialog.set_directory(usual)
        } else {
            dialog.set_directory(&self.folders.home)
        }
    }
}

impl Host for Desktop {
    fn notify(&self, notice: Notice) {
        let notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = notices.as_ref() {
            // A page that is gone misses nothing: it asks for everything when it is back.
            let _ = channel.send(notice);
        }
    }

    fn now_ms(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or_default()
    }

    fn config_folder(&self) -> PathBuf {
        self.folders.config.clone()
    }

    fn data_folder(&self) -> Option<PathBuf> {
        Some(self.folders.data.clone())
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings::of(Some(self.folders.home.clone()), None, std::env::vars_os())
    }

    fn choose_files(&self) -> Chosen<Vec<PathBuf>> {
        let chosen = self.dialog("Open kubeconfigs").pick_files();
        Box::pin(async {
            let files = chosen.await.unwrap_or_default();
            files.iter().map(path).collect()
        })
    }

    fn choose_place(&self, name: &str) -> Chosen<Option<PathBuf>> {
        // The dialog itself asks before something is replaced.
        let chosen = AsyncFileDialog::new()
            .set_title("Save")
            .set_directory(&self.folders.home)
            .set_file_name(name)
            .save_file();
        Box::pin(async { chosen.await.as_ref().map(path) })
    }

    #[cfg(target_os = "linux")]
    fn show(&self, notification: Notification) -> Chosen<Result<(), String>> {
        blocking(move || notifying::show(&notification))
    }

    #[cfg(target_os = "linux")]
    fn shows_notifications(&self) -> Chosen<Result<(), String>> {
        blocking(notifying::ask)
    }

    fn choose_folder(&self) -> Chosen<Option<PathBuf>> {
        let chosen = self.dialog("Watch a folder of kubeconfigs").pick_folder();
        Box::pin(async { chosen.await.as_ref().map(path) })
    }
}

/// What waits for the desktop's answer, where that is no harm.
#[cfg(target_os = "linux")]
fn blocking(
    what: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Chosen<Result<(), String>> {
    Box::pin(async {
        let done = tokio::task::spawn_blocking(what).await;
        done.unwrap_or_else(|error| Err(format!("Notifications failed: {error}.")))
    })
}

/// What a person chooses, once they did.
type Chosen<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn path(chosen: &FileHandle) -> PathBuf {
    chosen.path().to_owned()
}
