//! Notices that kubeconfigs changed on disk.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Editors write in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// A file that is written on and on is read meanwhile.
const LONGEST: Duration = Duration::from_secs(2);

/// Calls `changed` some time after any of these files was written, replaced, removed or made. Ends with what it returns; `None`
/// if the system cannot watch, which is logged. Nothing is polled.
///
/// Folders are watched, not files: most programs put a new file in the old one's place.
pub(crate) fn watch(
    files: &[PathBuf],
    changed: impl Fn() + Send + 'static,
) -> Option<RecommendedWatcher> {
    let names: BTreeSet<OsString> = files
        .iter()
        .flat_map(|file| [Some(file.clone()), file.canonicalize().ok()])
        .flatten()
        .filter_map(|file| Some(file.file_name()?.to_owned()))
        .collect();
    let (told, waiting) = mpsc::channel();
    let concerns = move |event: &Event| {
        !matches!(event.kind, EventKind::Access(_))
            && event
                .paths
                .iter()
                .any(|path| path.file_name().is_some_and(|name| names.contains(name)))
    };
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.as_ref().map_or(true, &concerns) {
            // Nobody waits once it has ended.
            let _ = told.send(());
        }
    });
    let mut watcher = match watcher {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!("kubeconfigs are not watched: {error}");
            return None;
        }
    };
    for folder in folders(files) {
        if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
            tracing::warn!("a folder of kubeconfigs is not watched: {error}");
        }
    }
    let spawned = thread::Builder::new()
        .name("kubeconfigs".to_owned())
        .spawn(move || {
            while waiting.recv().is_ok() {
                let first = Instant::now();
                while first.elapsed() < LONGEST {
                    match waiting.recv_timeout(QUIET) {
                        Ok(()) => {}
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                changed();
            }
        });
    match spawned {
        Ok(_) => Some(watcher),
        Err(error) => {
            tracing::warn!("kubeconfigs are not watched: {error}");
            None
        }
    }
}

/// The folders of the files, and of what links among them lead to; those that exist.
fn folders(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    files
        .iter()
        .flat_map(|file| [Some(file.clone()), file.canonicalize().ok()])
        .flatten()
        .filter_map(|file| {
            let folder = file.parent()?;
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            folder.canonicalize().ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_written_replaced_or_removed_is_told_once_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let (tell, told) = mpsc::channel();
        let watcher = watch(std::slice::from_ref(&file), move || tell.send(()).unwrap());
        let long = Duration::from_secs(10);
        let short = QUIET * 4;

        std::fs::write(folder.path().join("other"), "x").unwrap();
        assert!(told.recv_timeout(short).is_err(), "a neighbour");
        for part in ["a", "b", "c"] {
            std::fs::write(&file, part).unwrap();
        }
        told.recv_timeout(long).expect("written");
        assert!(told.recv_timeout(short).is_err(), "told twice");
        std::fs::read(&file).unwrap();
        assert!(told.recv_timeout(short).is_err(), "read");
        std::fs::rename(folder.path().join("other"), &file).unwrap();
        told.recv_timeout(long).expect("replaced");
        std::fs::remove_file(&file).unwrap();
        told.recv_timeout(long).expect("removed");
        drop(watcher);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_to_its_folder() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let real = there.path().join("real");
        std::fs::write(&real, "a").unwrap();
        let link = here.path().join("config");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let (tell, told) = mpsc::channel();
        let _watcher = watch(&[link], move || tell.send(()).unwrap());
        std::fs::write(&real, "b").unwrap();
        told.recv_timeout(Duration::from_secs(10)).expect("written");
    }
}
