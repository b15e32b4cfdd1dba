//! The start page: contexts of the opened kubeconfigs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cluster::{Access, ConnectError, KubeconfigError, Opened, Source, Target, locate};
use model::text::visible;
use wire::{ContextEntry, StartPage};

use crate::errors;

/// The kubeconfigs this program was opened on.
pub(crate) struct Start {
    origin: &'static str,
    files: Vec<String>,
    opened: Option<Result<Opened, KubeconfigError>>,
}

impl Start {
    /// Finds and reads them. Contacts nothing and runs nothing.
    pub(crate) fn read(
        argument: Option<PathBuf>,
        environment: Option<OsString>,
        home: Option<PathBuf>,
    ) -> Self {
        let source = locate(argument, environment, home);
        let origin = match &source {
            Source::Argument(_) => "given as argument",
            Source::Environment(_) => "from KUBECONFIG",
            Source::Home(_) => "the usual place",
            Source::None => "",
        };
        let opened = match &source {
            Source::None => None,
            // The usual place is only looked at: no file there is no mistake of anybody's.
            Source::Home(path) if !path.exists() => None,
            Source::Argument(_) | Source::Environment(_) | Source::Home(_) => Some(source.open()),
        };
        let shown = |paths: &[PathBuf]| paths.iter().map(|path| shown(path)).collect();
        let files = match (&opened, &source) {
            (None, _) | (Some(Err(_)), Source::None) => Vec::new(),
            (Some(Ok(opened)), _) => shown(&opened.files),
            (Some(Err(_)), Source::Argument(path) | Source::Home(path)) => {
                shown(std::slice::from_ref(path))
            }
            (Some(Err(_)), Source::Environment(paths)) => shown(paths),
        };
        Self {
            origin,
            files,
            opened,
        }
    }

    pub(crate) fn page(&self) -> StartPage {
        let (contexts, problem) = match &self.opened {
            None => (Vec::new(), None),
            Some(Err(error)) => (Vec::new(), Some(errors::kubeconfig(error))),
            Some(Ok(opened)) => (
                opened
                    .contexts
                    .iter()
                    .enumerate()
                    .map(|(index, context)| ContextEntry {
                        id: index.to_string(),
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
                    .collect(),
                None,
            ),
        };
        StartPage {
            files: self.files.clone(),
            origin: self.origin.to_owned(),
            contexts,
            problem,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The target of the context with this id, with its name and the namespace it begins with
    /// (empty: all). Reads the files the context names, regular ones only.
    pub(crate) fn target(&self, id: &str) -> Result<(String, String, Target), ConnectError> {
        let unknown = || ConnectError::UnknownContext(id.chars().take(32).collect());
        let Some(Ok(opened)) = &self.opened else {
            return Err(unknown());
        };
        let context = id
            .parse::<usize>()
            .ok()
            .and_then(|index| opened.contexts.get(index))
            .ok_or_else(unknown)?;
        let namespace = context.namespace.clone().unwrap_or_default();
        Ok((
            context.name.clone(),
            namespace,
            opened.target(&context.name)?,
        ))
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
