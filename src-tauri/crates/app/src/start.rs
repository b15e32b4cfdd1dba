//! The start page: contexts of the opened kubeconfig.

use std::ffi::OsString;
use std::path::PathBuf;

use cluster::{Access, ConnectError, KubeconfigError, Opened, Source, Target, locate};
use wire::{ContextEntry, StartPage};

use crate::errors;

/// The kubeconfig this program was opened on.
pub(crate) struct Start {
    origin: &'static str,
    path: String,
    opened: Option<Result<Opened, KubeconfigError>>,
}

impl Start {
    /// Finds and reads the kubeconfig. Contacts nothing and runs nothing.
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
        let path = match &source {
            Source::Argument(path) | Source::Home(path) => path.display().to_string(),
            Source::Environment(paths) => paths
                .first()
                .map(|p| p.display().to_string())
                .unwrap_or_default(),
            Source::None => String::new(),
        };
        let opened = match &source {
            Source::None => None,
            // The usual place is only looked at: no file there is no mistake of anybody's.
            Source::Home(path) if !path.exists() => None,
            Source::Argument(_) | Source::Environment(_) | Source::Home(_) => Some(source.open()),
        };
        let path = match &opened {
            Some(Ok(opened)) => opened.path.display().to_string(),
            Some(Err(_)) => path,
            None => String::new(),
        };
        Self {
            origin,
            path,
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
                        name: context.name.clone(),
                        cluster: context.cluster.clone(),
                        server: context.server.clone(),
                        user: context.user.clone(),
                        namespace: context.namespace.clone().unwrap_or_default(),
                        current: opened.current.as_deref() == Some(context.name.as_str()),
                        access: access(&context.access),
                        warnings: opened
                            .warnings
                            .iter()
                            .chain(&context.warnings)
                            .cloned()
                            .collect(),
                    })
                    .collect(),
                None,
            ),
        };
        StartPage {
            path: self.path.clone(),
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

fn access(access: &Access) -> wire::Access {
    match access {
        Access::Token => wire::Access::Token,
        Access::ClientCertificate => wire::Access::ClientCertificate,
        Access::Anonymous => wire::Access::Anonymous,
        Access::NotYet(why) => wire::Access::NotYet(why.clone()),
        Access::Broken(why) => wire::Access::Broken(why.clone()),
    }
}
