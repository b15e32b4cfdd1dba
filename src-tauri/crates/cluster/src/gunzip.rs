//! Decompresses a gzip body piece by piece, in bounded pieces.

use std::io::Write;

use bytes::{Buf, Bytes};
use flate2::write::GzDecoder;

use crate::error::RequestError;

/// Compressed bytes handed to the decoder at a time: at gzip's best ratio they become 4 MiB.
const SLICE: usize = 4 << 10;
/// Only past this many bytes is the ratio judged: small bodies may well be repetitive.
const RATIO_FROM: u64 = 32 << 20;
/// Lists of Kubernetes objects shrink 15 to 30 times; gzip cannot go past 1032.
const RATIO_LIMIT: u64 = 300;

/// Feed it wire bytes, take pieces until it has none, at the end ask whether it was complete.
pub(crate) struct Gunzip {
    decoder: GzDecoder<Vec<u8>>,
    waiting: Bytes,
    taken: u64,
    given: u64,
}

impl Gunzip {
    pub(crate) fn new() -> Self {
        Self {
            decoder: GzDecoder::new(Vec::new()),
            waiting: Bytes::new(),
            taken: 0,
            given: 0,
        }
    }

    /// Only after [`Self::next`] returned `None`: what was fed before must be used up.
    pub(crate) fn feed(&mut self, wire: Bytes) {
        debug_assert!(
            self.waiting.is_empty(),
            "fed before the last piece was taken"
        );
        self.waiting = wire;
    }

    /// The next decompressed piece of what was fed.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, RequestError> {
        while !self.waiting.is_empty() {
            let slice = &self.waiting[..self.waiting.len().min(SLICE)];
            let used = self.decoder.write(slice).map_err(|_| corrupt())?;
            if used == 0 {
                // The gzip stream is over and bytes follow it.
                return Err(corrupt());
            }
            self.waiting.advance(used);
            self.taken += used as u64;
            if let Some(piece) = self.take()? {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    fn take(&mut self) -> Result<Option<Bytes>, RequestError> {
        let piece = std::mem::take(self.decoder.get_mut());
        self.given += piece.len() as u64;
        if self.given > RATIO_FROM && self.given / self.taken.max(1) > RATIO_LIMIT {
            return Err(RequestError::TooLarge {
                limit: self.taken * RATIO_LIMIT,
            });
        }
        Ok((!piece.is_empty()).then(|| Bytes::from(piece)))
    }

    /// Once, when the wire has ended: the last piece, or an error if the stream was not whole.
    pub(crate) fn finish(&mut self) -> Result<Option<Bytes>, RequestError> {
        // An early end and a wrong checksum are the same to whoever waits for the rest.
        self.decoder.try_finish().map_err(|_| RequestError::Cut)?;
        self.take()
    }
}

fn corrupt() -> RequestError {
    RequestError::Malformed {
        what: "its compression is damaged".to_owned(),
    }
}
