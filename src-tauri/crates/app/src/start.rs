//! The start page: contexts of the opened kubeconfigs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cluster::{Access, ConnectError, KubeconfigError, Opened, Source, Target, locate};
use model::text::visible;
use wire::{ContextEntry, StartPage};

use crate::errors;

/// The kubeconfigs this program was opened on.
pub(crate) struct Start {
    source: Source,
    state: Mutex<State>,
}

/// What they held when they were last read.
#[derive(Default)]
struct State {
    opened: Option<Result<Opened, KubeconfigError>>,
    /// Every context that was ever read, by name, with its id: one that was edited is another.
    known: BTreeMap<String, Vec<(cluster::ContextEntry, u32)>>,
    ids: u32,
}

impl Start {
    /// Finds and reads them. Contacts nothing and runs nothing.
    pub(crate) fn read(
        argument: Option<PathBuf>,
        environment: Option<OsString>,
        home: Option<PathBuf>,
    ) -> Self {
        let start = Self {
            source: locate(argument, environment, home),
            state: Mutex::default(),
        };
        start.read_again();
        start
    }

    /// Reads them as they are now: they may have been mended, or come to be. May block on a slow disk.
    pub(crate) fn read_again(&self) {
        let opened = match &self.source {
            Source::None => None,
            // The usual place is only looked at: no file there is no mistake of anybody's.
            Source::Home(path) if !path.exists() => None,
            Source::Argument(_) | Source::Environment(_) | Source::Home(_) => {
                Some(self.source.open())
            }
        };
        self.state().take(opened);
    }

    /// Where they are, or should be.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        match &self.source {
            Source::Argument(path) | Source::Home(path) => std::slice::from_ref(path),
            Source::Environment(paths) => paths,
            Source::None => &[],
        }
    }

    pub(crate) fn page(&self) -> StartPage {
        let state = self.state();
        let (contexts, problem) = match &state.opened {
            None => (Vec::new(), None),
            Some(Err(error)) => (Vec::new(), Some(errors::kubeconfig(error))),
            Some(Ok(opened)) => {
                let contexts = opened.contexts.iter();
                let shown = contexts.filter_map(|context| state.shown(opened, context));
                (shown.collect(), None)
            }
        };
        let origin = match &self.source {
            Source::Argument(_) => "given as argument",
            Source::Environment(_) => "from KUBECONFIG",
            Source::Home(_) => "the usual place",
            Source::None => "",
        };
        StartPage {
            files: self.files(&state),
            origin: origin.to_owned(),
            contexts,
            problem,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The files that were read, else those that should have been.
    fn files(&self, state: &State) -> Vec<String> {
        let shown = |paths: &[PathBuf]| paths.iter().map(|path| shown(path)).collect();
        match (&state.opened, &self.source) {
            (None, _) | (Some(Err(_)), Source::None) => Vec::new(),
            (Some(Ok(opened)), _) => shown(&opened.files),
            (Some(Err(_)), Source::Argument(_) | Source::Home(_) | Source::Environment(_)) => {
                shown(self.paths())
            }
        }
    }

    /// The target of the context with this id, with its name and the namespace it begins with
    /// (empty: all). Reads the files the context names, regular ones only.
    pub(crate) fn target(&self, id: &str) -> Result<(String, String, Target), ConnectError> {
        let unknown = || ConnectError::UnknownContext(id.chars().take(32).collect());
        let state = self.state();
        let Some(Ok(opened)) = &state.opened else {
            return Err(unknown());
        };
        let wanted: u32 = id.parse().map_err(|_| unknown())?;
        let mut contexts = opened.contexts.iter();
        let context = contexts
            .find(|context| state.id(context) == Some(wanted))
            .ok_or_else(unknown)?;
        let namespace = context.namespace.clone().unwrap_or_default();
        Ok((
            context.name.clone(),
            namespace,
            opened.target(&context.name)?,
        ))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock can leave it half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, opened: Option<Result<Opened, KubeconfigError>>) {
        let contexts = match &opened {
            Some(Ok(opened)) => opened.contexts.as_slice(),
            Some(Err(_)) | None => &[],
        };
        for context in contexts {
            if self.id(context).is_none() {
                let same_name = self.known.entry(context.name.clone()).or_default();
                same_name.push((context.clone(), self.ids));
                self.ids += 1;
            }
        }
        self.opened = opened;
    }

    fn id(&self, context: &cluster::ContextEntry) -> Option<u32> {
        let mut same_name = self.known.get(&context.name)?.iter();
        same_name
            .find(|(known, _)| known == context)
            .map(|(_, id)| *id)
    }

    fn shown(&self, opened: &Opened, context: &cluster::ContextEntry) -> Option<ContextEntry> {
        Some(ContextEntry {
            id: self.id(context)?.to_string(),
            file: shown(&context.file),
            name: context.name.clone(),
            cluster: context.cluster.clone(),
            server: context.server.clone(),
            user: context.user.clone(),
            namespace: context.namespace.clone().unwrap_or_default(),
            current: opened.current.as_deref() == Some(context.name.as_str()),
            access: access(&context.access),
            warnings: context.warnings.clone(),
        })
    }
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

fn access(access: &Access) -> wire::Access {
    match access {
        Access::Token => wire::Access::Token,
        Access::ClientCertificate => wire::Access::ClientCertificate,
        Access::Anonymous => wire::Access::Anonymous,
        Access::NotYet(why) => wire::Access::NotYet(why.clone()),
        Access::Broken(why) => wire::Access::Broken(why.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(server: &str, names: &[&str]) -> String {
        let contexts = names
            .iter()
            .map(|name| format!("{{name: {name}, context: {{cluster: c}}}}"));
        format!(
            "kind: Config\nclusters: [{{name: c, cluster: {{server: '{server}'}}}}]\ncontexts: [{}]\n",
            contexts.collect::<Vec<_>>().join(", ")
        )
    }

    fn ids(start: &Start) -> Vec<(String, String)> {
        let contexts = start.page().contexts.into_iter();
        contexts.map(|one| (one.name, one.id)).collect()
    }

    #[test]
    fn read_again_contexts_keep_their_ids_and_edited_ones_get_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            let pairs = pairs.iter();
            pairs
                .map(|(name, id)| ((*name).into(), (*id).into()))
                .collect()
        };
        write("kind: Config\ncontexts: {");
        let start = Start::read(Some(path.clone()), None, None);
        assert!(start.page().problem.is_some());

        write(&config("https://a", &["x", "y"]));
        start.read_again();
        assert!(start.page().problem.is_none());
        assert_eq!(ids(&start), pairs(&[("x", "0"), ("y", "1")]));
        assert_eq!(start.target("1").unwrap().0, "y");

        write(&config("https://a", &["z", "y"]));
        start.read_again();
        assert_eq!(ids(&start), pairs(&[("z", "2"), ("y", "1")]));
        assert!(start.target("0").is_err());

        write(&config("https://b", &["y"]));
        start.read_again();
        assert_eq!(ids(&start), pairs(&[("y", "3")]));

        write(&config("https://a", &["y", "x"]));
        start.read_again();
        assert_eq!(ids(&start), pairs(&[("y", "1"), ("x", "0")]));
    }

    #[test]
    fn a_file_that_comes_to_be_is_found() {
        let home = tempfile::tempdir().unwrap();
        let start = Start::read(None, None, Some(home.path().to_owned()));
        assert!(start.page().files.is_empty());
        let folder = home.path().join(".kube");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("config"), config("https://a", &["x"])).unwrap();
        start.read_again();
        assert_eq!(ids(&start), [("x".to_owned(), "0".to_owned())]);
    }
}
