//! Lists one resource, sending rows on while they arrive.
//!
//! How, by what it costs (10,000 pods; 1 is the bare JSON list on loopback): a Table without
//! objects holds kubectl's cells of every row for 0.1 and a 350th of the bytes; the whole list takes
//! 0.4 as protobuf with gzip. So kinds with records of their own come as one small page, which gives
//! the first rows and says how many there are, then previews of the rest, then all of them in one
//! piece, each as protobuf (where the kind has it) with gzip, decoded one object at a time while it
//! streams. One piece, not the pages behind the first: these the server reads from etcd, which takes
//! twice as long as the cache that serves a whole list; asking for the first page's objects again
//! costs little. Events have no such cache, so they do come in pages, and so does what is too much
//! for one piece, or was cut in the middle of one (servers end a request after a minute).
//!
//! Lists name no resourceVersion: they are then as fresh as the server can make them (since 1.31
//! from its cache, too). `resourceVersion=0` would be served from a cache that may lie minutes
//! back, and a list after a gap could then show a time before the one already on screen.

mod tables;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::{Kind, ObjectRow, TableHeader, generic};
use tokio::sync::mpsc;

use crate::connection::{Answer, Ask, Connection, JSON};
use crate::error::RequestError;
use crate::fetch::{collection, escape};
use crate::json_stream::JsonList;
use crate::lines::MAX_OBJECT;
use crate::list_pace::{CHUNK_PATIENCE, Pace};
use crate::list_piece::{ListMeta, Piece, SplitError};
use crate::preview::{Identity, Previews, identity};
use crate::proto_stream::ProtoList;
use crate::update::{Encoding, Reading, Record, Scope, Update};
use crate::watch_step::Paging;

/// Protobuf where the server has it, else JSON.
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf, application/json";
/// The server's own Table.
pub(crate) const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
/// The same, or the objects by themselves from a server that makes no Tables of them.
pub(crate) const TABLE_OR_PLAIN: &str =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
/// Objects in a page behind the first.
const PAGE: u32 = 10_000;
/// Rows sent on together, the first of them, and the longest they wait for each other.
const BATCH: usize = 500;
const FIRST_BATCH: usize = 40;
const BATCH_PATIENCE: Duration = Duration::from_millis(30);

/// How objects behind the first page are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Page by page, this many objects in each.
    Pages(u32),
    /// All of them in one piece, the first page's again, if they are this many at most; else page
    /// by page.
    Whole {
        /// As above.
        up_to: u64,
        /// As with [`Rest::Pages`].
        page: u32,
    },
}

/// How a kind is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListPlan {
    /// Objects, decoded here.
    Records {
        /// Their kind.
        kind: Kind,
        /// Ask for protobuf.
        protobuf: bool,
        /// Objects in the first page.
        first: u32,
        /// How the others are asked for.
        rest: Rest,
        /// Show the server's cells of rows whose records are still to come.
        preview: bool,
        /// How long previews are waited for before the rest is asked for.
        head_start: Duration,
    },
    /// The server's Table, with each object's metadata.
    Tables {
        /// Rows in a page.
        page: u32,
        /// With whole objects, for the columns that the Table lacks.
        objects: bool,
    },
    /// Objects, read whole for what their rows say in place of what tables show.
    Objects {
        /// Objects in a page.
        page: u32,
    },
}

impl ListPlan {
    /// Names and metadata of a kind without rows of its own, whatever columns its table has.
    pub fn names() -> Self {
        Self::Tables {
            page: 500,
            objects: false,
        }
    }

    /// The plan for a scope.
    pub fn of(scope: &Scope) -> Self {
        match scope.reading {
            Reading::Links | Reading::Scaling => return Self::Objects { page: 500 },
            Reading::Both if scope.kind.is_some() => return Self::Objects { page: 500 },
            Reading::Both => {
                return Self::Tables {
                    page: 500,
                    objects: true,
                };
            }
            Reading::Tables => {}
        }
        match scope.kind {
            None => Self::Tables {
                page: 500,
                objects: generic::reads_objects(&scope.resource),
            },
            Some(kind) => Self::Records {
                kind,
                protobuf: kind.spec().protobuf,
                first: if kind == Kind::Events { 500 } else { 250 },
                rest: if kind == Kind::Events {
                    Rest::Pages(PAGE)
                } else {
                    Rest::Whole {
                        up_to: 20_000,
                        page: PAGE,
                    }
                },
                // What a selector leaves is few.
                preview: scope.fields.is_empty() && scope.labels.is_empty(),
                head_start: Duration::from_millis(150),
            },
        }
    }
}

/// A complete list.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Its version, to watch from; may be empty.
    pub(crate) version: String,
    /// Every row, unless they were sent on while they came.
    pub(crate) rows: Vec<ObjectRow>,
    /// Columns of a server Table.
    pub(crate) header: Option<TableHeader>,
    /// Over the wire.
    pub(crate) bytes: u64,
    /// Objects that could not be decoded.
    pub(crate) unreadable: u64,
    /// Rows that were sent on, but are gone by this version.
    pub(crate) gone: Vec<Identity>,
}

/// What listing needs to know.
pub(crate) struct Listing<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) scope: &'a Scope,
    pub(crate) plan: ListPlan,
    pub(crate) paging: Paging,
    pub(crate) sink: &'a mpsc::Sender<Update>,
    /// Send rows on while they come; else they are gathered, to replace everything at once.
    pub(crate) progressive: bool,
    /// In pages, even if the plan would have the rest in one piece.
    pub(crate) in_pages: bool,
    pub(crate) traces: &'a Traces,
}

/// What a listing leaves behind even if it does not end.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// Rows were sent on.
    pub(crate) sent: AtomicBool,
    /// A list in one piece was cut on its way.
    pub(crate) cut: AtomicBool,
    /// When its last byte came, on the connection's steady clock.
    pub(crate) byte_ms: AtomicU64,
}

impl Listing<'_> {
    /// Lists everything. An error leaves nothing complete: what was sent on is a part.
    pub(crate) async fn run(&self) -> Result<Listed, RequestError> {
        match self.plan {
            ListPlan::Records {
                kind,
                protobuf,
                first,
                rest,
                preview,
                head_start,
            } => {
                let limit = match self.paging {
                    Paging::Paged => Some(first),
                    Paging::Whole => None,
                };
                let mut intake = Intake::new(self);
                let preview = preview && self.progressive;
                intake.known = Some(HashMap::new());
                let mut accept = if protobuf { PROTOBUF } else { JSON };
                let record = Record::Row(kind);
                let mut page = self.page(&mut intake, record, accept, limit, "").await;
                if let Err(RequestError::Status {
                    code: 406 | 415, ..
                }) = page
                    && protobuf
                {
                    accept = JSON;
                    page = self.page(&mut intake, record, accept, limit, "").await;
                }
                let meta = page?;
                if meta.more.is_empty() {
                    return Ok(intake.listed(meta.resource_version, None));
                }
                let version = self
                    .rest_behind_previews(
                        &mut intake,
                        kind,
                        accept,
                        (rest, meta),
                        preview.then_some(head_start),
                    )
                    .await?;
                Ok(intake.listed(version, None))
            }
            ListPlan::Tables { page, objects } => self.tables(page, objects).await,
            ListPlan::Objects { page } => self.objects(page).await,
        }
    }

    /// Page by page: a whole list of whole objects would be much for the little that is kept.
    async fn objects(&self, page: u32) -> Result<Listed, RequestError> {
        let limit = match self.paging {
            Paging::Paged => Some(page),
            Paging::Whole => None,
        };
        // A plan of objects has a reading of them.
        let record = Record::of(self.scope).unwrap_or(Record::Links(&self.scope.resource));
        let mut intake = Intake::new(self);
        let first = self.page(&mut intake, record, JSON, limit, "").await?;
        let version = if first.more.is_empty() {
            first.resource_version
        } else {
            self.rest(&mut intake, record, JSON, limit, first).await?
        };
        Ok(intake.listed(version, None))
    }

    /// Previews first, for as long as their head start; then both together until the records are there.
    async fn rest_behind_previews(
        &self,
        intake: &mut Intake<'_>,
        kind: Kind,
        accept: &str,
        (rest, first): (Rest, ListMeta),
        head_start: Option<Duration>,
    ) -> Result<String, RequestError> {
        let known = intake.known.take().unwrap_or_default();
        let identities = known.keys().cloned().collect();
        let in_one = match rest {
            Rest::Whole { up_to, .. } => {
                !self.in_pages
                    && first
                        .remaining
                        .is_some_and(|left| left + intake.received <= up_to)
            }
            Rest::Pages(_) => false,
        };
        if in_one {
            intake.again = known;
        }
        let (Rest::Pages(page) | Rest::Whole { page, .. }) = rest;
        let limit = (!in_one).then_some(page);
        let Some(head_start) = head_start else {
            return self
                .rest(intake, Record::Row(kind), accept, limit, first)
                .await;
        };
        self.traces.sent.store(true, Ordering::Relaxed);
        let previews = Previews {
            connection: self.connection,
            scope: self.scope,
            kind,
            known: identities,
            sink: self.sink,
        };
        let mut previews = std::pin::pin!(previews.run());
        let early = tokio::time::timeout(head_start, &mut previews)
            .await
            .is_ok();
        let mut rest = std::pin::pin!(self.rest(intake, Record::Row(kind), accept, limit, first));
        if early {
            return rest.await;
        }
        tokio::select! {
            version = &mut rest => version,
            () = &mut previews => rest.await,
        }
    }

    /// What is behind the first page, in one piece without a limit; the version of it all.
    async fn rest(
        &self,
        intake: &mut Intake<'_>,
        record: Record<'_>,
        accept: &str,
        limit: Option<u32>,
        first: ListMeta,
    ) -> Result<String, RequestError> {
        if limit.is_none() {
            if !self.progressive {
                intake.rows.clear();
            }
            // What cannot be read is met again and counted then.
            intake.received -= std::mem::take(&mut intake.unreadable);
            let whole = self.page(intake, record, accept, None, "").await;
            if let Err(RequestError::Cut | RequestError::Timeout { .. }) = whole {
                self.traces.cut.store(true, Ordering::Relaxed);
            }
            return Ok(whole?.resource_version);
        }
        let mut meta = first;
        let mut version = std::mem::take(&mut meta.resource_version);
        while !meta.more.is_empty() {
            meta = self.page(intake, record, accept, limit, &meta.more).await?;
            if !meta.resource_version.is_empty() {
                version = std::mem::take(&mut meta.resource_version);
            }
        }
        Ok(version)
    }

    fn heard(&self) {
        self.traces
            .byte_ms
            .store(self.connection.pulse().steady_ms(), Ordering::Relaxed);
    }

    fn path(&self, limit: Option<u32>, more: &str) -> String {
        let base = collection(&self.scope.resource, self.scope.namespace.as_deref());
        let limit = limit.map(|limit| format!("limit={limit}"));
        let more = (!more.is_empty()).then(|| format!("continue={}", escape(more)));
        let query: Vec<String> = limit
            .into_iter()
            .chain(more)
            .chain(self.scope.selectors())
            .collect();
        if query.is_empty() {
            base
        } else {
            format!("{base}?{}", query.join("&"))
        }
    }

    /// One page, object by object.
    async fn page(
        &self,
        intake: &mut Intake<'_>,
        record: Record<'_>,
        accept: &str,
        limit: Option<u32>,
        more: &str,
    ) -> Result<ListMeta, RequestError> {
        let path = self.path(limit, more);
        let mut answer = self
            .connection
            .request(Ask {
                path: &path,
                accept,
                gzip: true,
            })
            .await?;
        self.heard();
        let before = intake.bytes;
        let mut bounds = Pace::begin();
        let mut splitter = Splitter::of(&answer);
        let mut meta = ListMeta::default();
        while let Some(chunk) = answer.chunk_within(CHUNK_PATIENCE).await? {
            bounds.keep(chunk.len(), Instant::now())?;
            splitter.push(&chunk, &mut |piece, encoding| match piece {
                Piece::Item(bytes) => intake.take(record.decode(encoding, bytes)),
                Piece::Row(_) | Piece::Columns(_) => {}
                Piece::Meta(found) => {
                    if let Some(left) = found.remaining
                        && more.is_empty()
                    {
                        intake.expected = Some(left + u64::from(limit.unwrap_or(0)));
                    }
                    meta = found;
                }
            })?;
            intake.bytes = before + answer.wire_bytes();
            self.heard();
            intake.send_when_due().await;
        }
        splitter.finish()?;
        if let Some(left) = meta.remaining
            && more.is_empty()
        {
            intake.expected = Some(left + intake.received);
        }
        intake.send().await;
        Ok(meta)
    }
}

/// A list's representation, as the server chose it.
enum Splitter {
    Proto(ProtoList),
    Json(JsonList),
}

impl Splitter {
    fn of(answer: &Answer) -> Self {
        let protobuf = answer
            .headers
            .get(http::header::CONTENT_TYPE)
            .is_some_and(|kind| {
                kind.as_bytes()
                    .starts_with(b"application/vnd.kubernetes.protobuf")
            });
        if protobuf {
            Self::Proto(ProtoList::default())
        } else {
            Self::Json(JsonList::default())
        }
    }

    fn push(
        &mut self,
        chunk: &[u8],
        take: &mut dyn FnMut(Piece<'_>, Encoding),
    ) -> Result<(), SplitError> {
        match self {
            Self::Proto(list) => list.push(chunk, &mut |piece| {
                take(piece, Encoding::Protobuf);
            }),
            Self::Json(list) => list.push(chunk, &mut |piece| {
                take(piece, Encoding::Json);
            }),
        }
    }

    fn finish(&self) -> Result<(), SplitError> {
        match self {
            Self::Proto(list) => list.finish(),
            Self::Json(list) => list.finish(),
        }
    }
}

impl From<SplitError> for RequestError {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::Incomplete => Self::Cut,
            SplitError::TooLarge => Self::TooLarge {
                limit: MAX_OBJECT as u64,
            },
            SplitError::Malformed(_) => Self::Malformed {
                what: error.to_string(),
            },
        }
    }
}

/// Rows on their way to the sink.
struct Intake<'a> {
    listing: &'a Listing<'a>,
    rows: Vec<ObjectRow>,
    sent: Instant,
    received: u64,
    expected: Option<u64>,
    bytes: u64,
    unreadable: u64,
    /// Identities and versions so far, of the first page.
    known: Option<HashMap<Identity, Box<str>>>,
    /// What was known of objects that come once more.
    again: HashMap<Identity, Box<str>>,
    /// Nothing was sent yet.
    untold: bool,
}

impl<'a> Intake<'a> {
    fn new(listing: &'a Listing<'a>) -> Self {
        listing.heard();
        Self {
            listing,
            rows: Vec::new(),
            sent: Instant::now(),
            received: 0,
            expected: None,
            bytes: 0,
            unreadable: 0,
            known: None,
            again: HashMap::new(),
            untold: true,
        }
    }

    fn take(&mut self, row: Option<ObjectRow>) {
        let Some(row) = row else {
            self.received += 1;
            self.unreadable += 1;
            return;
        };
        if !self.again.is_empty()
            && let Some(version) = self.again.remove(&identity(&row))
        {
            if version != row.meta().resource_version || !self.listing.progressive {
                self.rows.push(row);
            }
            return;
        }
        self.received += 1;
        if let Some(known) = &mut self.known {
            known.insert(identity(&row), row.meta().resource_version.clone());
        }
        self.rows.push(row);
    }

    async fn send_when_due(&mut self) {
        let many = if self.untold { FIRST_BATCH } else { BATCH };
        if self.rows.len() >= many || self.sent.elapsed() >= BATCH_PATIENCE {
            self.send().await;
        }
    }

    /// Sends what there is, or only how far it is if rows are gathered.
    async fn send(&mut self) {
        self.sent = Instant::now();
        self.untold = false;
        // A closed sink is noticed by whoever follows.
        if self.listing.progressive && !self.rows.is_empty() {
            self.listing.traces.sent.store(true, Ordering::Relaxed);
            let _ = self
                .listing
                .sink
                .send(Update::Rows(std::mem::take(&mut self.rows)))
                .await;
        }
        let progress = Update::Progress {
            received: self.received,
            expected: self.expected,
            bytes: self.bytes,
        };
        let _ = self.listing.sink.send(progress).await;
    }

    fn listed(self, version: String, header: Option<TableHeader>) -> Listed {
        if self.unreadable > 0 {
            tracing::warn!(
                unreadable = self.unreadable,
                "objects of a list could not be decoded"
            );
        }
        Listed {
            version,
            rows: self.rows,
            header,
            bytes: self.bytes,
            unreadable: self.unreadable,
            gone: self.again.into_keys().collect(),
        }
    }
}
