//! The desktop as the backend sees it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use app::Host;
use tauri::ipc::Channel;
use wire::Notice;

use crate::folders::Folders;

/// The window's channel, the clock and the folders.
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
}
