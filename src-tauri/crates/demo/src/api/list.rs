//! Lists, in pages.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::options::{Match, Options};
use super::path::Target;
use super::query::Query;
use super::render::Rendering;
use super::{Answer, JSON, Reply, Request, Watch, accept, snapshot};
use crate::World;
use crate::status::Status;

/// Objects that were found, yet to be written down.
#[derive(Debug)]
pub struct List {
    rendering: Rendering,
    objects: Vec<Arc<Value>>,
    metadata: Value,
    now: Timestamp,
    warnings: Vec<String>,
}

impl List {
    /// What it costs to write it all down is paid here.
    pub fn answer(self) -> Answer {
        Answer {
            code: 200,
            content_type: JSON,
            body: self.rendering.list(&self.objects, &self.metadata, self.now),
            warnings: self.warnings,
            retry_after: None,
        }
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
}

/// A list, or a watch where one is asked for.
pub(crate) fn list(world: &World, request: &Request, target: &Target) -> Result<Reply, Status> {
    let query = Query::of(&request.query);
    let shape = accept::negotiate(&request.accept)?;
    let options = Options::of(&query, &target.resource)?;
    let rendering = Rendering::of(target, shape, &query)?;
    if options.watch {
        return Watch::new(world, target, options, rendering).map(Reply::Watch);
    }
    let rendering = rendering.of_lists()?;
    let mut page = page(world, target, &options)?;
    if rendering.is_untyped() && page.metadata["continue"].is_null() {
        page.metadata["continue"] = json!("");
    }
    Ok(Reply::List(List {
        rendering,
        objects: page.objects,
        metadata: page.metadata,
        now: world.now(),
        warnings: Vec::new(),
    }))
}

struct Page {
    objects: Vec<Arc<Value>>,
    metadata: Value,
}

/// The revision and place that are read (apiserver, `etcd3.store.resolveGetListRev`).
struct Start {
    revision: u64,
    after: Option<String>,
    paged: bool,
}

fn start(world: &World, target: &Target, options: &Options) -> Result<Start, Status> {
    let now = world.store.revision();
    if !options.token.is_empty() {
        let token = Token::read(&options.token)?;
        if options.revision.is_some_and(|revision| revision != 0) {
            return Err(Status::bad_request(
                "specifying resource version is not allowed when using continue",
            ));
        }
        return Ok(Start {
            revision: u64::try_from(token.revision).unwrap_or(now),
            after: Some(format!("{}{}", target.prefix(), token.after)),
            paged: true,
        });
    }
    let exact = match (options.revision, options.matching) {
        (None | Some(0), _) | (_, Some(Match::NotOlderThan)) => false,
        (Some(_), Some(Match::Exact)) => true,
        (Some(_), None) => options.limit.is_some(),
    };
    if let Some(asked) = options.revision
        && asked > now
    {
        return Err(Status::too_large(asked, now));
    }
    Ok(Start {
        revision: options.revision.filter(|_| exact).unwrap_or(now),
        after: None,
        paged: false,
    })
}

fn page(world: &World, target: &Target, options: &Options) -> Result<Page, Status> {
    let Start {
        revision,
        after,
        paged,
    } = start(world, target, options)?;
    let prefix = target.prefix();
    let key = target.resource.key();
    let found = snapshot::at(&world.store, &key, &prefix, after.as_deref(), revision);
    let Some(found) = found else {
        return Err(if paged {
            let token = Token {
                revision: -1,
                after: after.unwrap_or_default()[prefix.len()..]
                    .trim_start_matches('/')
                    .to_owned(),
            };
            Status::expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
            )
            .going_on(token.write())
        } else {
            Status::expired("The resourceVersion for the provided list is too old.")
        });
    };
    // Where any version will do, all is answered from memory, whatever the limit (apiserver, `shouldDelegateList`).
    let limit = options
        .limit
        .filter(|_| options.revision != Some(0))
        .unwrap_or(usize::MAX);
    let total = found.len();
    let mut objects = Vec::new();
    let mut metadata = json!({"resourceVersion": revision.to_string()});
    let mut last: Option<(usize, Arc<str>)> = None;
    for (at, (path, object)) in found.into_iter().enumerate() {
        if !options.matches(&object) {
            continue;
        }
        if objects.len() == limit {
            if let Some((at, path)) = &last {
                let token = Token {
                    revision: i64::try_from(revision).unwrap_or(i64::MAX),
                    after: path[prefix.len()..].to_owned(),
                };
                metadata["continue"] = json!(token.write());
                if options.selects_all() {
                    metadata["remainingItemCount"] = json!(total - at - 1);
                }
            }
            break;
        }
        objects.push(object);
        last = Some((at, path));
    }
    Ok(Page { objects, metadata })
}

/// Where a list goes on (apiserver, `storage.EncodeContinue`).
struct Token {
    /// -1 goes on in the present, whatever happened since the beginning.
    revision: i64,
    /// Path of the last object so far, without what all paths of the list begin with.
    after: String,
}

impl Token {
    fn write(&self) -> String {
        let start = format!("/{}\u{0}", self.after);
        let token = json!({"v": "meta.k8s.io/v1", "rv": self.revision, "start": start});
        BASE64_URL_SAFE_NO_PAD.encode(token.to_string())
    }

    fn read(text: &str) -> Result<Self, Status> {
        let bad = |why: &str| {
            Status::bad_request(format!(
                "invalid continue token: continue key is not valid{why}"
            ))
        };
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| bad(": illegal base64 data at input byte 0"))?;
        let token: Value = serde_json::from_slice(&bytes).map_err(|_| bad(&garbled(&bytes)))?;
        if token["v"] != "meta.k8s.io/v1" {
            return Err(bad(&format!(
                ": server does not recognize this encoded version {}",
                token["v"].as_str().unwrap_or_default()
            )));
        }
        let revision = token["rv"].as_i64().unwrap_or(0);
        if revision == 0 {
            return Err(bad(
                ": incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
            ));
        }
        let start = token["start"].as_str().unwrap_or_default();
        if start.is_empty() {
            return Err(bad(": encoded start key empty (version meta.k8s.io/v1)"));
        }
        let after = start.strip_prefix('/').unwrap_or(start);
        if after.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(bad(&format!(": {start}")));
        }
        Ok(Self {
            revision,
            after: after.strip_suffix('\u{0}').unwrap_or(after).to_owned(),
        })
    }
}

/// As Go's JSON says that there is none.
fn garbled(bytes: &[u8]) -> String {
    match String::from_utf8_lossy(bytes).chars().next() {
        None => ": unexpected end of JSON input".to_owned(),
        Some(first) => format!(": invalid character '{first}' looking for beginning of value"),
    }
}
