//! Lists a kind by the server's own Table, row by row while it arrives.
//!
//! One row is held at a time, with its object where columns are taken from it: a page of huge objects
//! costs no more than the largest of them. A server that makes no Table of a kind sends the objects by
//! themselves: names and ages are shown then, as kubectl does.

use std::time::Instant;

use model::{TableHeader, generic};

use super::{CHUNK_PATIENCE, Intake, ListMeta, Listed, Listing, Pace, Paging, TABLE_OR_PLAIN};
use crate::connection::{Answer, Ask};
use crate::error::RequestError;
use crate::json_stream::JsonList;
use crate::list_piece::Piece;
use crate::update::{Reading, Update};

/// What pages of one list share.
struct Pages {
    objects: bool,
    header: Option<TableHeader>,
    /// The first page's column definitions are no Table's.
    broken: Option<RequestError>,
}

impl Listing<'_> {
    pub(super) async fn tables(&self, page: u32, objects: bool) -> Result<Listed, RequestError> {
        let limit = match self.paging {
            Paging::Paged => Some(page),
            Paging::Whole => None,
        };
        let mut intake = Intake::new(self);
        let mut pages = Pages {
            objects,
            header: None,
            broken: None,
        };
        let mut more = String::new();
        loop {
            let mut path = self.path(limit, &more);
            if objects {
                let joint = if path.contains('?') { '&' } else { '?' };
                path = format!("{path}{joint}includeObject=Object");
            }
            let ask = Ask {
                path: &path,
                accept: TABLE_OR_PLAIN,
                gzip: true,
            };
            let answer = self.connection.request(ask).await?;
            let meta = self.table_page(&mut intake, &mut pages, answer).await?;
            intake.send().await;
            if meta.more.is_empty() {
                let header = pages.header.take();
                return Ok(intake.listed(meta.resource_version, header));
            }
            more = meta.more;
        }
    }

    async fn table_page(
        &self,
        intake: &mut Intake<'_>,
        pages: &mut Pages,
        mut answer: Answer,
    ) -> Result<ListMeta, RequestError> {
        let before = intake.bytes;
        let mut bounds = Pace::begin();
        let mut list = JsonList::default();
        let mut meta = ListMeta::default();
        let mut told = pages.header.is_some();
        let now_ms = self.connection.server_now_ms();
        while let Some(chunk) = answer.chunk_within(CHUNK_PATIENCE).await? {
            bounds.keep(chunk.len(), Instant::now())?;
            list.push(&chunk, &mut |piece| match piece {
                Piece::Meta(found) => meta = found,
                Piece::Columns(json) => self.columns(pages, json),
                Piece::Row(json) => {
                    let header = pages.header.as_ref();
                    intake.take(header.and_then(|header| generic::row(json, header, now_ms).ok()));
                }
                Piece::Item(json) => {
                    let header = pages.header.get_or_insert_with(|| self.plain_header());
                    intake.take(generic::plain(json, header).ok());
                }
            })?;
            if let Some(error) = pages.broken.take() {
                return Err(error);
            }
            intake.bytes = before + answer.wire_bytes();
            self.heard();
            told = told || self.tell(pages).await;
            if told {
                intake.send_when_due().await;
            }
        }
        list.finish()?;
        if pages.header.is_none() {
            // A list of no objects at all, by a server without Tables.
            pages.header = Some(self.plain_header());
        }
        if !told {
            self.tell(pages).await;
        }
        intake.expected = meta.remaining.map(|left| left + intake.received);
        Ok(meta)
    }

    fn columns(&self, pages: &mut Pages, json: &[u8]) {
        // metrics-server defines the columns of its Tables by their first row: those of none are `null`.
        if pages.header.is_some() || json.trim_ascii() == b"null" {
            return;
        }
        match generic::header(json, &self.scope.resource, pages.objects) {
            Ok(header) => pages.header = Some(self.telling(header)),
            // Only the place of an error in JSON is told, never the text there.
            Err(error) => {
                pages.broken = Some(RequestError::Malformed {
                    what: error.to_string(),
                });
            }
        }
    }

    fn plain_header(&self) -> TableHeader {
        self.telling(generic::plain_header(&self.scope.resource))
    }

    fn telling(&self, header: TableHeader) -> TableHeader {
        match self.scope.reading {
            Reading::Both => header.with_facts(&self.scope.resource),
            Reading::Tables | Reading::Links | Reading::Scaling => header,
        }
    }

    /// Sends the header, once it is known; whether it is.
    async fn tell(&self, pages: &Pages) -> bool {
        let Some(header) = &pages.header else {
            return false;
        };
        if self.progressive {
            // A closed sink is noticed by whoever follows.
            let _ = self.sink.send(Update::Header(header.clone())).await;
        }
        true
    }
}
