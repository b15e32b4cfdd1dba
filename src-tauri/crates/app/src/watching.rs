//! Notices that kubeconfigs changed on disk.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Editors write in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// A file that is written on and on is read meanwhile.
const LONGEST: Duration = Duration::from_secs(2);

/// What to watch for some files and folders.
///
/// Folders are watched, not files: most programs put a new file in the old one's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// Names that concern us wherever they change.
    names: BTreeSet<OsString>,
    /// Folders in which every name does.
    whole: BTreeSet<PathBuf>,
    /// Folders to watch.
    folders: BTreeSet<PathBuf>,
}

impl Places {
    /// Follows links; what does not exist is passed over. May block on a slow disk.
    pub(crate) fn of(files: &[PathBuf], folders: &[PathBuf]) -> Self {
        let mut places = Self::default();
        for file in files.iter().chain(folders) {
            for path in [Some(file.clone()), real(file)].into_iter().flatten() {
                places.names.extend(path.file_name().map(ToOwned::to_owned));
                places.folders.extend(folder(&path));
            }
        }
        places.whole = folders.iter().filter_map(|folder| real(folder)).collect();
        places.folders.extend(places.whole.iter().cloned());
        places
    }

    /// Both.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.whole.extend(other.whole.iter().cloned());
        self.folders.extend(other.folders.iter().cloned());
    }

    fn concerns(&self, event: &Event) -> bool {
        !matches!(event.kind, EventKind::Access(_))
            && event.paths.iter().any(|path| {
                path.file_name()
                    .is_some_and(|name| self.names.contains(name))
                    || path
                        .parent()
                        .is_some_and(|parent| self.whole.contains(parent))
            })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "paths that a person named, to watch where they lead"
)]
fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// The folder that a file is in, if it exists.
fn folder(file: &Path) -> Option<PathBuf> {
    let folder = file.parent()?;
    real(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })
}

/// Watches until it is dropped. Nothing is polled.
pub(crate) struct Watching {
    /// None if the system cannot watch, which was logged.
    watcher: Option<RecommendedWatcher>,
    seen: Arc<Mutex<Seen>>,
    watched: BTreeSet<PathBuf>,
}

#[derive(Default)]
struct Seen {
    places: Places,
    /// Folders that are no longer where they were: whatever is there now must be watched anew.
    lost: BTreeSet<PathBuf>,
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watching {
    /// Calls `changed` some time after anything that is followed was written, replaced, removed or made.
    pub(crate) fn start(changed: impl Fn() + Send + 'static) -> Self {
        let seen = Arc::<Mutex<Seen>>::default();
        let (told, waiting) = mpsc::channel();
        let of_events = seen.clone();
        let on_event = move |event: notify::Result<Event>| {
            let concerns = event.as_ref().map_or(true, |event| {
                let mut seen = lock(&of_events);
                if matches!(
                    event.kind,
                    EventKind::Remove(_) | EventKind::Modify(notify::event::ModifyKind::Name(_))
                ) {
                    let folders = event
                        .paths
                        .iter()
                        .filter(|path| seen.places.folders.contains(*path));
                    let folders: Vec<PathBuf> = folders.cloned().collect();
                    seen.lost.extend(folders);
                }
                seen.places.concerns(event)
            });
            if concerns {
                // Nobody waits once it has ended.
                let _ = told.send(());
            }
        };
        let watcher = notify::recommended_watcher(on_event)
            .map_err(|error| error.to_string())
            .and_then(|watcher| {
                let spawned = thread::Builder::new()
                    .name("kubeconfigs".to_owned())
                    .spawn(move || tell(&waiting, changed));
                spawned.map(|_| watcher).map_err(|error| error.to_string())
            });
        if let Err(error) = &watcher {
            tracing::warn!("kubeconfigs are not watched: {error}");
        }
        Self {
            watcher: watcher.ok(),
            seen,
            watched: BTreeSet::new(),
        }
    }

    /// Watches these from now on, and nothing else.
    pub(crate) fn follow(&mut self, places: Places) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        let lost = std::mem::take(&mut lock(&self.seen).lost);
        let ended = self
            .watched
            .iter()
            .filter(|folder| lost.contains(*folder) || !places.folders.contains(*folder));
        for folder in ended.cloned().collect::<Vec<_>>() {
            // It may be gone, and the watch with it.
            let _ = watcher.unwatch(&folder);
            self.watched.remove(&folder);
        }
        for folder in places.folders.difference(&self.watched.clone()) {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder.clone());
                }
                Err(error) => tracing::warn!("a folder of kubeconfigs is not watched: {error}"),
            }
        }
        lock(&self.seen).places = places;
    }
}

fn tell(waiting: &mpsc::Receiver<()>, changed: impl Fn()) {
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    const LONG: Duration = Duration::from_secs(10);
    const SHORT: Duration = Duration::from_millis(800);

    fn watch(files: &[PathBuf], folders: &[PathBuf]) -> (Watching, mpsc::Receiver<()>) {
        let (tell, told) = mpsc::channel();
        let mut watching = Watching::start(move || tell.send(()).unwrap());
        watching.follow(Places::of(files, folders));
        (watching, told)
    }

    #[test]
    fn a_file_written_replaced_or_removed_is_told_once_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let (watching, told) = watch(std::slice::from_ref(&file), &[]);

        std::fs::write(folder.path().join("other"), "x").unwrap();
        assert!(told.recv_timeout(SHORT).is_err(), "a neighbour");
        for part in ["a", "b", "c"] {
            std::fs::write(&file, part).unwrap();
        }
        told.recv_timeout(LONG).expect("written");
        assert!(told.recv_timeout(SHORT).is_err(), "told twice");
        std::fs::read(&file).unwrap();
        assert!(told.recv_timeout(SHORT).is_err(), "read");
        std::fs::rename(folder.path().join("other"), &file).unwrap();
        told.recv_timeout(LONG).expect("replaced");
        std::fs::remove_file(&file).unwrap();
        told.recv_timeout(LONG).expect("removed");
        drop(watching);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_to_its_folder() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let real = there.path().join("real");
        std::fs::write(&real, "a").unwrap();
        let link = here.path().join("config");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let (_watching, told) = watch(&[link], &[]);
        std::fs::write(&real, "b").unwrap();
        told.recv_timeout(LONG).expect("written");
    }

    #[test]
    fn every_name_of_a_whole_folder_is_told_also_when_the_folder_comes_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("configs");
        std::fs::create_dir(&folder).unwrap();
        let (mut watching, told) = watch(&[], std::slice::from_ref(&folder));
        std::fs::write(folder.join("any"), "a").unwrap();
        told.recv_timeout(LONG).expect("made");
        std::fs::remove_dir_all(&folder).unwrap();
        told.recv_timeout(LONG).expect("removed");
        while told.recv_timeout(SHORT).is_ok() {}
        watching.follow(Places::of(&[], std::slice::from_ref(&folder)));
        std::fs::create_dir(&folder).unwrap();
        told.recv_timeout(LONG).expect("it came again");
        watching.follow(Places::of(&[], std::slice::from_ref(&folder)));
        std::fs::write(folder.join("another"), "a").unwrap();
        told.recv_timeout(LONG).expect("made there");
    }

    #[test]
    fn what_is_no_longer_followed_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let (mut watching, told) = watch(std::slice::from_ref(&file), &[]);
        watching.follow(Places::default());
        std::fs::write(&file, "a").unwrap();
        assert!(told.recv_timeout(SHORT).is_err());
        watching.follow(Places::of(std::slice::from_ref(&file), &[]));
        std::fs::write(&file, "b").unwrap();
        told.recv_timeout(LONG).expect("followed again");
    }
}
