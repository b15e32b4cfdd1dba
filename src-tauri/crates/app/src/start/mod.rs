//! The start page: contexts of every kubeconfig that was opened, pasted, found or is watched.

mod about_file;
mod listed;
mod page;
mod reader;
mod roots;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use cluster::{Opened, Source, locate};
use tokio::sync::watch;
use wire::{ErrorCode, Notice, StartPage, WireError};

use crate::contexts_kept::ContextsKept;
use crate::host::Host;
use crate::watching::Watching;
use crate::whose::Whose;
use crate::{errors, folders, shown};
use listed::{Listing, Taken};
pub(crate) use page::Clock;
use reader::{Reader, Word};
use roots::{Found, Key, Reading, Root};

/// Files and pasted texts listed at most: someone who drops a whole disk gets the first ones.
const MOST: usize = 1_000;

/// One context of the page, as it was read last.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) id: u32,
    /// The context's name, as the kubeconfig has it.
    pub(crate) name: String,
    /// Namespace the kubeconfig lets it begin with; empty is all.
    pub(crate) namespace: String,
    /// Path of its file, or how else it came; safe to show.
    pub(crate) file: String,
    pub(crate) whose: Whose,
    pub(crate) opened: Arc<Opened>,
}

/// All kubeconfigs there are for this program. They are read on a thread of its own, never written.
pub(crate) struct Start {
    shared: Arc<Shared>,
    words: Sender<Word>,
    home: Option<PathBuf>,
    /// Whether the page was told before.
    told: AtomicBool,
}

struct Shared {
    host: Arc<dyn Host>,
    listing: Mutex<Listing>,
    /// Counts the times that reading was asked for.
    wanted: AtomicU64,
    /// The one of them up to which everything was read.
    done: watch::Sender<u64>,
}

impl Shared {
    fn listing(&self) -> MutexGuard<'_, Listing> {
        // Nothing under this lock can leave it half-changed.
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, taken: Taken) {
        match taken {
            Taken::Changed => self.host.notify(Notice::Start),
            Taken::Same => {}
        }
    }
}

/// What reading was asked for; tells when it was done.
pub(crate) struct Asked {
    number: u64,
    done: watch::Receiver<u64>,
}

impl Asked {
    /// Waits until everything that was there when it was asked for has been read.
    pub(crate) async fn done(mut self) {
        // An error is the end of the program: nothing will be read any more.
        let _ = self.done.wait_for(|done| *done >= self.number).await;
    }
}

impl Start {
    /// Begins to read what `arguments`, the `KUBECONFIG` value, `home` and the watched folders lead to. Contacts nothing and
    /// runs nothing.
    pub(crate) fn read(
        host: Arc<dyn Host>,
        arguments: Vec<PathBuf>,
        environment: Option<OsString>,
        home: Option<PathBuf>,
    ) -> Self {
        let shared = Arc::new(Shared {
            listing: Mutex::default(),
            wanted: AtomicU64::new(0),
            done: watch::Sender::new(0),
            host,
        });
        let (words, inbox) = mpsc::channel();
        let watching = Watching::start({
            let (shared, words) = (shared.clone(), words.clone());
            move || {
                ask(&shared, &words);
            }
        });
        let start = Self {
            shared,
            words,
            home,
            told: AtomicBool::new(false),
        };
        {
            let mut listing = start.shared.listing();
            // The list of KUBECONFIG is taken apart as kubectl does it; which of the places counts is not asked here.
            if let Source::Environment(paths) = locate(None, environment, None) {
                listing.add(Root::Environment(distinct(paths)), 0);
            }
            listing.add_all(start.usual_place().map(Root::Home));
            let folders = folders::load(&start.shared.host.config_folder());
            listing.add_all(folders.into_iter().map(Root::Folder));
        }
        let reader = Reader::new(start.shared.clone(), start.words.clone(), inbox, watching);
        let spawned = thread::Builder::new()
            .name("reading".to_owned())
            .spawn(move || reader.run());
        if let Err(error) = spawned {
            tracing::error!(%error, "no kubeconfig can be read");
        }
        start.open(arguments);
        start
    }

    /// Lists these files, each brought into sight, also those that are listed already. Returns at once; the page is told when
    /// they were read.
    pub(crate) fn open(&self, paths: Vec<PathBuf>) -> Asked {
        let now_ms = self.shared.host.now_ms();
        {
            let mut listing = self.shared.listing();
            for path in paths {
                let path = std::path::absolute(&path).unwrap_or(path);
                if !listing.add(Root::Opened(path), now_ms) {
                    tracing::warn!("more than {MOST} files are open: the rest is not listed");
                    break;
                }
            }
        }
        self.read_again()
    }

    /// Opens pasted text as a kubeconfig. It stays in memory.
    pub(crate) fn paste(&self, text: &str) -> Result<Asked, WireError> {
        let opened = cluster::pasted(text, "The pasted text");
        let opened = opened.map_err(|error| errors::kubeconfig(&error))?;
        let now_ms = self.shared.host.now_ms();
        let mut listing = self.shared.listing();
        if !listing.paste(Arc::new(opened), now_ms) {
            return Err(too_many());
        }
        drop(listing);
        Ok(self.read_again())
    }

    /// Lists the kubeconfigs of a folder from now on, also after a restart.
    pub(crate) fn add_folder(&self, folder: &Path) -> Result<Asked, WireError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mut listing = self.shared.listing();
        let mut all = listing.folders();
        if !all.contains(&folder) {
            if all.len() >= folders::MOST {
                return Err(too_many());
            }
            all.push(folder.clone());
            folders::save(&self.shared.host.config_folder(), all)?;
        }
        listing.add(Root::Folder(folder), self.shared.host.now_ms());
        drop(listing);
        Ok(self.read_again())
    }

    /// Lists a folder's kubeconfigs no more; there may be no such folder.
    pub(crate) fn forget_folder(&self, id: &str) -> Result<Asked, WireError> {
        let mut listing = self.shared.listing();
        if listing.remove_folder(id) {
            folders::save(&self.shared.host.config_folder(), listing.folders())?;
        }
        drop(listing);
        Ok(self.read_again())
    }

    /// Takes an opened or pasted source off the page; there may be none.
    pub(crate) fn remove(&self, id: &str) -> Asked {
        self.shared.listing().remove(id);
        self.read_again()
    }

    /// Reads everything as it is now: files may have been mended, or come to be. Calls that come meanwhile share one reading.
    pub(crate) fn read_again(&self) -> Asked {
        let number = ask(&self.shared, &self.words);
        let done = self.shared.done.subscribe();
        Asked { number, done }
    }

    /// The first reading of all.
    pub(crate) fn first(&self) -> Asked {
        Asked {
            number: 1,
            done: self.shared.done.subscribe(),
        }
    }

    /// The page as it was read last. What was opened since the last one is told as fresh. Where the first one lists nothing at
    /// all, not even what could not be read, the demo cluster opens.
    pub(crate) fn page(&self, kept: &ContextsKept) -> StartPage {
        let clock = Clock::local(self.shared.host.now_ms());
        let usual_place = self.usual_place().map(|path| shown(&path));
        let first = !self.told.swap(true, Ordering::SeqCst);
        self.shared
            .listing()
            .page(kept, &clock, usual_place.unwrap_or_default(), first)
    }

    /// The context with this id.
    pub(crate) fn context(&self, id: &str) -> Option<Chosen> {
        let id: u32 = id.parse().ok()?;
        self.shared.listing().find(|context, _| context == id)
    }

    /// Names of all contexts, in the page's order.
    pub(crate) fn context_names(&self) -> Vec<String> {
        self.shared.listing().names()
    }

    /// The context that stands where this one did: another one if it was edited.
    pub(crate) fn like(&self, whose: &Whose) -> Option<Chosen> {
        self.shared.listing().find(|_, one| one == whose)
    }

    fn usual_place(&self) -> Option<PathBuf> {
        self.home
            .as_ref()
            .map(|home| home.join(".kube").join("config"))
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        // The reader ends with it; it may have ended already.
        let _ = self.words.send(Word::End);
    }
}

fn ask(shared: &Shared, words: &Sender<Word>) -> u64 {
    let number = shared.wanted.fetch_add(1, Ordering::SeqCst) + 1;
    // Nobody reads any more when the program ends.
    let _ = words.send(Word::Wanted);
    number
}

fn distinct(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for path in paths {
        if !all.contains(&path) {
            all.push(path);
        }
    }
    all
}

fn too_many() -> WireError {
    WireError::new(
        ErrorCode::Other,
        "The start page is full.",
        "Take something off it first.",
    )
}

#[cfg(test)]
mod tests;
