//! The log file: bounded, and without what the cluster or the user keeps secret.
//!
//! Our own code never logs bodies, tokens or Secrets. kube's client logs response bodies when it
//! cannot parse them, hyper and rustls log headers at their lower levels: they are kept out here.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;

/// Only the program's own crates, and errors of the window library.
const FILTER: &str = "off,scalescope=info,app=info,cluster=info,tauri=error,wry=error";
const FILES: usize = 5;

/// Begins to log into `folder`; ends, with everything written, when the answer is dropped. A folder
/// that cannot be written costs the log, not the program.
pub(crate) fn start(folder: &Path) -> Option<WorkerGuard> {
    let appender = std::fs::create_dir_all(folder)
        .map_err(|error| error.to_string())
        .and_then(|()| {
            Builder::new()
                .rotation(Rotation::DAILY)
                .filename_prefix("scalescope")
                .filename_suffix("log")
                .max_log_files(FILES)
                .build(folder)
                .map_err(|error| error.to_string())
        });
    let appender = match appender {
        Ok(appender) => appender,
        Err(error) => {
            eprintln!(
                "scalescope: no log is kept in {}: {error}",
                folder.display()
            );
            return None;
        }
    };
    let (writer, guard) = tracing_appender::non_blocking(appender);
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(FILTER))
        .with_writer(writer)
        .with_ansi(false)
        .init();
    log_panics();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Some(guard)
}

/// A panic is written with its place. Its message is ours or a library's and may quote data, so
/// only the place goes to the file.
fn log_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(%place, "panic");
        usual(panic);
    }));
}
