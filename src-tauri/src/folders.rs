//! Where settings, caches and logs live on this platform.

use std::path::PathBuf;

use etcetera::app_strategy::{AppStrategy, AppStrategyArgs, choose_app_strategy};

/// The program's own folders. On Linux the XDG variables move them, so tests stay apart.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    /// The user's home.
    pub(crate) home: PathBuf,
    /// Settings.
    pub(crate) config: PathBuf,
    /// What the webview keeps.
    pub(crate) webview: PathBuf,
    /// What was seen of clusters.
    pub(crate) data: PathBuf,
    /// Log files.
    pub(crate) logs: PathBuf,
    /// What lives as long as the user's session, where the system has such a folder.
    pub(crate) runtime: Option<PathBuf>,
}

impl Folders {
    /// The platform's own choice.
    ///
    /// # Errors
    /// Without a home folder, as a sentence.
    pub(crate) fn of_platform() -> Result<Self, String> {
        let strategy = choose_app_strategy(AppStrategyArgs {
            top_level_domain: "dev".to_owned(),
            author: "Scalescope".to_owned(),
            app_name: "scalescope".to_owned(),
        })
        .map_err(|error| format!("there is no home folder ({error}). Set HOME."))?;
        Ok(Self {
            home: strategy.home_dir().to_owned(),
            config: strategy.config_dir(),
            webview: strategy.cache_dir().join("webview"),
            data: strategy.data_dir(),
            logs: strategy
                .state_dir()
                .unwrap_or_else(|| strategy.data_dir())
                .join("logs"),
            runtime: strategy.runtime_dir(),
        })
    }
}
