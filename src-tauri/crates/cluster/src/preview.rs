//! Shows the server's own cells of every row before the records behind them arrive.
//!
//! A Table without objects costs next to nothing, but its rows do not say their namespace: it is
//! asked for namespace by namespace, while there are few of these.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use model::{Kind, ObjectRow, generic};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::connection::{Ask, Connection};
use crate::error::RequestError;
use crate::fetch::collection;
use crate::list::TABLE;
use crate::update::{Scope, Update};

/// With more namespaces than this the requests cost more than they win.
const NAMESPACES: usize = 40;
/// Tables under way at once.
const CONCURRENT: usize = 3;
/// Namespaces with nothing but their metadata.
const NAMES: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/// Namespace and name.
pub(crate) type Identity = (Box<str>, Box<str>);

/// What identifies a row in its table.
pub(crate) fn identity(row: &ObjectRow) -> Identity {
    let meta = row.meta();
    (meta.namespace.clone(), meta.name.clone())
}

/// What previews are made of.
pub(crate) struct Previews<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) scope: &'a Scope,
    pub(crate) kind: Kind,
    /// Rows that are there already.
    pub(crate) known: HashSet<Identity>,
    pub(crate) sink: &'a mpsc::Sender<Update>,
}

impl Previews<'_> {
    /// Sends what can be had. Nothing depends on it, so failures are only logged.
    pub(crate) async fn run(&self) {
        let namespaces = match (&self.scope.namespace, self.scope.resource.namespaced) {
            (Some(namespace), true) => vec![Some(namespace.clone())],
            (_, false) => vec![None],
            (None, true) => match self.namespaces().await {
                Ok(names) => names.into_iter().map(Some).collect(),
                Err(error) => return tracing::debug!("no previews: {error}"),
            },
        };
        stream::iter(namespaces)
            .for_each_concurrent(CONCURRENT, |namespace| async move {
                if let Err(error) = self.one(namespace.as_deref()).await {
                    tracing::debug!("no preview of a namespace: {error}");
                }
            })
            .await;
    }

    async fn one(&self, namespace: Option<&str>) -> Result<(), RequestError> {
        let path = format!(
            "{}?includeObject=None",
            collection(&self.scope.resource, namespace)
        );
        let body = self
            .connection
            .bytes(Ask {
                path: &path,
                accept: TABLE,
                gzip: true,
            })
            .await?;
        let mut rows =
            generic::preview(self.kind, &body, namespace.unwrap_or_default()).map_err(|error| {
                RequestError::Malformed {
                    what: error.to_string(),
                }
            })?;
        rows.retain(|row| !self.known.contains(&identity(row)));
        if !rows.is_empty() {
            // A closed sink is noticed by whoever follows.
            let _ = self.sink.send(Update::Preview(rows)).await;
        }
        Ok(())
    }

    /// Names of all namespaces; none if there are too many.
    async fn namespaces(&self) -> Result<Vec<String>, RequestError> {
        let path = format!(
            "{}?limit={}",
            collection(&Kind::Namespaces.spec().resource, None),
            NAMESPACES + 1
        );
        let body = self
            .connection
            .bytes(Ask {
                path: &path,
                accept: NAMES,
                gzip: true,
            })
            .await?;
        let list: Names = serde_json::from_slice(&body).map_err(|_| RequestError::Malformed {
            what: "it is not a list of namespaces".to_owned(),
        })?;
        let names: Vec<String> = list
            .items
            .into_iter()
            .map(|item| item.metadata.name)
            .collect();
        Ok(if names.len() > NAMESPACES {
            Vec::new()
        } else {
            names
        })
    }
}

#[derive(Deserialize)]
struct Names {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}
