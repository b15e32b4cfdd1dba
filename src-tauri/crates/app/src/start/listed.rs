//! What the start page lists, of everything that was read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use cluster::{ContextEntry, Opened};

use super::{Chosen, Found, Key, MOST, Reading, Root};
use crate::shown;
use crate::whose::{Place, Whose};

/// Variants of one context that keep their ids; a file that is edited all day must not grow without end.
const VARIANTS: usize = 32;

/// Whether the page has to be pulled again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Changed,
    Same,
}

/// Every root with what it came down to.
#[derive(Default)]
pub(crate) struct Listing {
    roots: Vec<Standing>,
    pub(super) sources: Vec<Listed>,
    ids: Ids,
    /// Roots that were ever added, for their ids.
    added: u32,
    pasted: u32,
    /// Something was opened, or taken off, and the page not told yet.
    untold: bool,
}

/// One root.
pub(super) struct Standing {
    pub(super) id: u32,
    pub(super) root: Root,
    /// Unix ms of when it was opened last.
    pub(super) opened_ms: i64,
    /// The page was pulled since.
    pub(super) shown: bool,
    pub(super) reading: Option<Reading>,
}

/// One source of the page.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) id: u32,
    /// Roots that lead to it, the one it is listed under first.
    pub(super) roots: Vec<u32>,
    pub(super) root: Root,
    pub(super) found: Found,
    /// In the order of its contexts.
    pub(super) contexts: Vec<u32>,
}

/// Ids that stay the same as long as what they name.
#[derive(Default)]
struct Ids {
    /// Every context that was ever read, with its id: one that was edited is another.
    contexts: BTreeMap<(Key, String), Vec<(ContextEntry, u32)>>,
    next_context: u32,
    sources: BTreeMap<Key, u32>,
    next_source: u32,
}

impl Ids {
    fn context(&mut self, key: &Key, context: &ContextEntry) -> u32 {
        let place = (key.clone(), context.name.clone());
        let same_name = self.contexts.entry(place).or_default();
        if let Some((_, id)) = same_name.iter().find(|(known, _)| known == context) {
            return *id;
        }
        if same_name.len() >= VARIANTS {
            same_name.remove(0);
        }
        let id = self.next_context;
        self.next_context += 1;
        same_name.push((context.clone(), id));
        id
    }

    fn source(&mut self, key: &Key) -> u32 {
        *self.sources.entry(key.clone()).or_insert_with(|| {
            self.next_source += 1;
            self.next_source
        })
    }
}

impl Listing {
    /// Adds a root, or brings it into sight again; whether there was room.
    pub(super) fn add(&mut self, root: Root, now_ms: i64) -> bool {
        self.untold = true;
        if let Some(standing) = self.roots.iter_mut().find(|one| one.root == root) {
            standing.opened_ms = now_ms;
            standing.shown = false;
            return true;
        }
        if self.roots.len() >= MOST {
            return false;
        }
        self.roots.push(Standing {
            id: self.added,
            root,
            opened_ms: now_ms,
            shown: false,
            reading: None,
        });
        self.added += 1;
        true
    }

    /// Adds roots that nobody opened just now.
    pub(super) fn add_all(&mut self, roots: impl IntoIterator<Item = Root>) {
        for root in roots {
            self.add(root, 0);
        }
    }

    /// Adds pasted text; whether there was room.
    pub(super) fn paste(&mut self, opened: Arc<Opened>, now_ms: i64) -> bool {
        let number = self.pasted;
        self.pasted += 1;
        let root = Root::Pasted(number);
        if !self.add(root.clone(), now_ms) {
            return false;
        }
        let found = Found {
            key: Key::Pasted(number),
            files: Vec::new(),
            real: Vec::new(),
            opened: Ok(opened),
            warnings: Vec::new(),
        };
        let reading = Reading {
            found: vec![found],
            ..Reading::default()
        };
        self.standing(&root, |standing| standing.reading = Some(reading));
        true
    }

    /// Watched folders.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let folders = self.roots.iter().filter_map(|one| match &one.root {
            Root::Folder(path) => Some(path.clone()),
            Root::Opened(_) | Root::Pasted(_) | Root::Environment(_) | Root::Home(_) => None,
        });
        folders.collect()
    }

    /// Takes a watched folder off; whether there was one with this id.
    pub(super) fn remove_folder(&mut self, id: &str) -> bool {
        let before = self.roots.len();
        self.roots
            .retain(|one| !(matches!(one.root, Root::Folder(_)) && folder_id(one) == id));
        let removed = self.roots.len() != before;
        self.untold |= removed;
        removed
    }

    /// Takes an opened or pasted source off.
    pub(super) fn remove(&mut self, id: &str) {
        let Some(source) = self.sources.iter().find(|one| one.id.to_string() == id) else {
            return;
        };
        let roots = source.roots.clone();
        self.roots.retain(|one| {
            !(roots.contains(&one.id) && matches!(one.root, Root::Opened(_) | Root::Pasted(_)))
        });
        self.untold = true;
    }

    /// Everything there is on disk to be read.
    pub(super) fn to_read(&self) -> Vec<Root> {
        let roots = self.roots.iter().map(|one| &one.root);
        let on_disk = roots.filter(|root| !matches!(root, Root::Pasted(_)));
        on_disk.cloned().collect()
    }

    /// What was read of a root, if it is still one.
    pub(super) fn read(&mut self, root: &Root, reading: Reading) {
        self.standing(root, |standing| standing.reading = Some(reading));
    }

    /// A root does not answer: what was read before stays.
    pub(super) fn silent(&mut self, root: &Root) {
        self.standing(root, |standing| {
            standing.reading.get_or_insert_with(|| root.silent());
        });
    }

    fn standing(&mut self, root: &Root, how: impl FnOnce(&mut Standing)) {
        if let Some(standing) = self.roots.iter_mut().find(|one| one.root == *root) {
            how(standing);
        }
    }

    /// What to watch.
    pub(super) fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.roots.iter().filter_map(|one| one.reading.as_ref())
    }

    /// Roots of the page.
    pub(super) fn standing_of(&self, id: u32) -> Option<&Standing> {
        self.roots.iter().find(|one| one.id == id)
    }

    /// Watched folders with what they hold.
    pub(super) fn standing_folders(&self) -> impl Iterator<Item = &Standing> {
        let roots = self.roots.iter();
        roots.filter(|one| matches!(one.root, Root::Folder(_)))
    }

    /// From now on nothing is fresh but what is opened later.
    pub(super) fn all_shown(&mut self) {
        for standing in &mut self.roots {
            standing.shown = true;
        }
    }

    /// Lists what was read. The same file is listed once, in the first of its places.
    pub(super) fn take_in(&mut self) -> Taken {
        let mut standing: Vec<&Standing> = self.roots.iter().collect();
        standing.sort_by_key(|one| (one.root.rank(), one.id));
        let mut sources: Vec<Listed> = Vec::new();
        let mut by_key: BTreeMap<Key, usize> = BTreeMap::new();
        let mut listed: BTreeSet<PathBuf> = BTreeSet::new();
        for one in standing {
            for found in one.reading.iter().flat_map(|reading| &reading.found) {
                if let Some(&place) = by_key.get(&found.key) {
                    sources[place].roots.push(one.id);
                    continue;
                }
                let merged = found.key == Key::Merged;
                if !merged && found.real.iter().any(|path| listed.contains(path)) {
                    continue;
                }
                listed.extend(found.real.iter().cloned());
                by_key.insert(found.key.clone(), sources.len());
                let contexts = found.opened.iter().flat_map(|opened| &opened.contexts);
                let ids = &mut self.ids;
                sources.push(Listed {
                    id: ids.source(&found.key),
                    roots: vec![one.id],
                    root: one.root.clone(),
                    contexts: contexts.map(|one| ids.context(&found.key, one)).collect(),
                    found: found.clone(),
                });
            }
        }
        let same = self.sources.len() == sources.len()
            && self.sources.iter().zip(&sources).all(|(a, b)| a.same(b));
        self.sources = sources;
        if std::mem::take(&mut self.untold) || !same {
            Taken::Changed
        } else {
            Taken::Same
        }
    }

    /// Names of all contexts, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        let opened = self
            .sources
            .iter()
            .filter_map(|source| source.found.opened.as_ref().ok());
        let contexts = opened.flat_map(|opened| opened.contexts.iter());
        contexts.map(|context| context.name.clone()).collect()
    }

    /// The first context that is wanted.
    pub(super) fn find(&self, wanted: impl Fn(u32, &Whose) -> bool) -> Option<Chosen> {
        self.sources.iter().find_map(|source| {
            let opened = source.found.opened.as_ref().ok()?;
            let mut contexts = opened.contexts.iter().zip(&source.contexts);
            contexts.find_map(|(context, &id)| {
                let whose = source.whose(context);
                wanted(id, &whose).then(|| Chosen {
                    id,
                    name: context.name.clone(),
                    namespace: context.namespace.clone().unwrap_or_default(),
                    file: source.file(context),
                    whose,
                    opened: opened.clone(),
                })
            })
        })
    }
}

/// Id of a watched folder on the page: none that a source has.
pub(super) fn folder_id(standing: &Standing) -> String {
    format!("folder-{}", standing.id)
}

impl Listed {
    /// Nothing on the page differs.
    fn same(&self, other: &Self) -> bool {
        let entries = |one: &Self| match &one.found.opened {
            Ok(opened) => Ok(opened.current.clone()),
            Err(error) => Err(error.clone()),
        };
        self.id == other.id
            && self.root == other.root
            && self.found.files == other.found.files
            && self.found.warnings == other.found.warnings
            && self.contexts == other.contexts
            && entries(self) == entries(other)
    }

    pub(super) fn whose(&self, context: &ContextEntry) -> Whose {
        let place = match &self.found.key {
            Key::File(path) => Place::File(path.clone()),
            Key::Merged => Place::Merged(context.file.clone()),
            Key::Pasted(number) => Place::Pasted(*number),
        };
        Whose {
            place,
            name: context.name.clone(),
        }
    }

    /// Path of the file a context stands in.
    pub(super) fn file(&self, context: &ContextEntry) -> String {
        match &self.found.key {
            Key::File(_) | Key::Merged => shown(&context.file),
            Key::Pasted(_) => "pasted text".to_owned(),
        }
    }
}
