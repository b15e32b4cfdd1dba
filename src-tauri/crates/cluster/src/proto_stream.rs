//! Takes a protobuf list apart while it arrives.
//!
//! The body is `k8s\0`, then a `runtime.Unknown` whose field 2 (`raw`) holds the list message:
//! field 1 its `ListMeta`, field 2 each item. Every part is framed by its length, so items can be
//! handed on one by one: no more than one is held, whatever the list's size.

use crate::lines::MAX_OBJECT;
use crate::list_piece::{ListMeta, Piece, SplitError};

const MAGIC: &[u8; 4] = b"k8s\0";
/// `resourceVersion` and continue tokens are short; anything longer than this is not a `ListMeta`.
const MAX_META: u64 = 64 << 10;

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Magic,
    /// A field's tag, or its length or varint value, after its tag.
    Tag,
    Length {
        field: u64,
    },
    Varint,
    /// `left` bytes nobody needs.
    Skip {
        left: u64,
    },
    /// `left` bytes of an item or of the metadata.
    Body {
        field: u64,
        left: u64,
    },
}

/// Splits one protobuf list.
#[derive(Debug)]
pub(crate) struct ProtoList {
    expect: Expect,
    /// Bytes of a varint, of the magic or of a body cut by the end of a chunk.
    partial: Vec<u8>,
    /// Bytes left of the list message; `None` outside it.
    inner: Option<u64>,
    /// Whether the list message was passed completely.
    complete: bool,
}

impl Default for ProtoList {
    fn default() -> Self {
        Self {
            expect: Expect::Magic,
            partial: Vec::new(),
            inner: None,
            complete: false,
        }
    }
}

impl ProtoList {
    /// Hands every piece completed by `chunk` to `take`. An item within one chunk is not copied.
    pub(crate) fn push(
        &mut self,
        mut chunk: &[u8],
        take: &mut dyn FnMut(Piece<'_>),
    ) -> Result<(), SplitError> {
        while !chunk.is_empty() {
            let used = self.advance(chunk, take)?;
            if let Some(inner) = &mut self.inner {
                *inner = inner
                    .checked_sub(used.bytes as u64)
                    .ok_or(malformed("an item reaches beyond its list"))?;
            }
            self.leave_list_when_done();
            if let Some(length) = used.enters {
                self.inner = Some(length);
                self.leave_list_when_done();
            }
            chunk = &chunk[used.bytes..];
        }
        Ok(())
    }

    /// To be asked at the end of the body: an error if any part is missing.
    pub(crate) fn finish(&self) -> Result<(), SplitError> {
        if self.complete
            && self.inner.is_none()
            && self.expect == Expect::Tag
            && self.partial.is_empty()
        {
            Ok(())
        } else {
            Err(SplitError::Incomplete)
        }
    }

    fn leave_list_when_done(&mut self) {
        if self.inner == Some(0) && self.expect == Expect::Tag && self.partial.is_empty() {
            self.inner = None;
            self.complete = true;
        }
    }

    fn advance(
        &mut self,
        chunk: &[u8],
        take: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Used, SplitError> {
        match self.expect {
            Expect::Magic => {
                let missing = (MAGIC.len() - self.partial.len()).min(chunk.len());
                self.partial.extend_from_slice(&chunk[..missing]);
                if !MAGIC.starts_with(&self.partial) {
                    return Err(malformed("it does not start as Kubernetes' protobuf does"));
                }
                if self.partial.len() == MAGIC.len() {
                    self.next(Expect::Tag);
                }
                Ok(Used::plain(missing))
            }
            Expect::Tag => {
                let (bytes, value) = self.varint(chunk)?;
                if let Some(tag) = value {
                    let field = tag >> 3;
                    match tag & 7 {
                        0 => self.next(Expect::Varint),
                        1 => self.next(Expect::Skip { left: 8 }),
                        2 => self.next(Expect::Length { field }),
                        5 => self.next(Expect::Skip { left: 4 }),
                        _ => return Err(malformed("a field has an unknown wire type")),
                    }
                }
                Ok(Used::plain(bytes))
            }
            Expect::Varint => {
                let (bytes, value) = self.varint(chunk)?;
                if value.is_some() {
                    self.next(Expect::Tag);
                }
                Ok(Used::plain(bytes))
            }
            Expect::Length { field } => {
                let (bytes, value) = self.varint(chunk)?;
                let Some(length) = value else {
                    return Ok(Used::plain(bytes));
                };
                self.begin(field, length, bytes, take)
            }
            Expect::Skip { left } => {
                let bytes = up_to(left, chunk);
                let left = left - bytes as u64;
                self.expect = if left == 0 {
                    Expect::Tag
                } else {
                    Expect::Skip { left }
                };
                Ok(Used::plain(bytes))
            }
            Expect::Body { field, left } => self.body(field, left, chunk, take),
        }
    }

    /// A length-delimited field begins, its tag and length just passed.
    fn begin(
        &mut self,
        field: u64,
        length: u64,
        bytes: usize,
        take: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Used, SplitError> {
        if let Some(inner) = self.inner {
            let rest = inner
                .checked_sub(bytes as u64)
                .ok_or(malformed("a length reaches beyond its list"))?;
            if length > rest {
                return Err(malformed("an item is longer than its list"));
            }
            match field {
                1 if length > MAX_META => return Err(malformed("its metadata is too long")),
                2 if length > MAX_OBJECT as u64 => return Err(SplitError::TooLarge),
                1 | 2 if length == 0 => {
                    // An empty message is one with every field at its default.
                    self.next(Expect::Tag);
                    emit(field, &[], take)?;
                }
                1 | 2 => self.next(Expect::Body {
                    field,
                    left: length,
                }),
                _ => self.skip(length),
            }
            Ok(Used::plain(bytes))
        } else if field == 2 && !self.complete {
            self.next(Expect::Tag);
            Ok(Used {
                bytes,
                enters: Some(length),
            })
        } else {
            self.skip(length);
            Ok(Used::plain(bytes))
        }
    }

    fn body(
        &mut self,
        field: u64,
        left: u64,
        chunk: &[u8],
        take: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Used, SplitError> {
        let bytes = up_to(left, chunk);
        let part = &chunk[..bytes];
        if bytes as u64 == left {
            if self.partial.is_empty() {
                emit(field, part, take)?;
            } else {
                self.partial.extend_from_slice(part);
                emit(field, &self.partial, take)?;
            }
            self.next(Expect::Tag);
        } else {
            self.partial.extend_from_slice(part);
            self.expect = Expect::Body {
                field,
                left: left - bytes as u64,
            };
        }
        Ok(Used::plain(bytes))
    }

    fn skip(&mut self, length: u64) {
        self.next(if length == 0 {
            Expect::Tag
        } else {
            Expect::Skip { left: length }
        });
    }

    fn next(&mut self, expect: Expect) {
        self.expect = expect;
        self.partial.clear();
    }

    /// Consumes bytes of a varint; its value once it is whole.
    fn varint(&mut self, chunk: &[u8]) -> Result<(usize, Option<u64>), SplitError> {
        for (at, &byte) in chunk.iter().enumerate() {
            self.partial.push(byte);
            if self.partial.len() > 10 {
                return Err(malformed("a number is longer than 64 bits"));
            }
            if byte & 0x80 == 0 {
                let value = varint_value(&self.partial);
                self.partial.clear();
                return Ok((at + 1, Some(value)));
            }
        }
        Ok((chunk.len(), None))
    }
}

/// What one step took from the chunk.
struct Used {
    bytes: usize,
    /// The list message begins right behind, this long.
    enters: Option<u64>,
}

impl Used {
    fn plain(bytes: usize) -> Self {
        Self {
            bytes,
            enters: None,
        }
    }
}

fn up_to(left: u64, chunk: &[u8]) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len())
}

fn varint_value(bytes: &[u8]) -> u64 {
    bytes.iter().enumerate().fold(0, |sum, (at, &byte)| {
        sum | u64::from(byte & 0x7f)
            .checked_shl(7 * u32::try_from(at).unwrap_or(u32::MAX))
            .unwrap_or(0)
    })
}

fn emit(field: u64, bytes: &[u8], take: &mut dyn FnMut(Piece<'_>)) -> Result<(), SplitError> {
    if field == 1 {
        take(Piece::Meta(list_meta(bytes)?));
    } else {
        take(Piece::Item(bytes));
    }
    Ok(())
}

/// `meta/v1.ListMeta`: 2 resourceVersion, 3 continue, 4 remainingItemCount.
fn list_meta(bytes: &[u8]) -> Result<ListMeta, SplitError> {
    let mut meta = ListMeta::default();
    fields(bytes, |field, value| match (field, value) {
        (2, Field::Bytes(text)) => {
            meta.resource_version = String::from_utf8_lossy(text).into_owned();
        }
        (3, Field::Bytes(text)) => meta.more = String::from_utf8_lossy(text).into_owned(),
        (4, Field::Number(count)) => meta.remaining = Some(count),
        (_, Field::Bytes(_) | Field::Number(_)) => {}
    })?;
    Ok(meta)
}

/// Reason and message of a `meta/v1.Status` in its envelope: a refusal comes in the representation
/// that was asked for. `None` if it is something else.
pub(crate) fn status(body: &[u8]) -> Option<(String, String)> {
    let envelope = body.strip_prefix(MAGIC)?;
    let mut raw: &[u8] = &[];
    fields(envelope, |field, value| {
        if let (2, Field::Bytes(bytes)) = (field, value) {
            raw = bytes;
        }
    })
    .ok()?;
    let (mut reason, mut message) = (String::new(), String::new());
    fields(raw, |field, value| match (field, value) {
        (3, Field::Bytes(text)) => message = String::from_utf8_lossy(text).into_owned(),
        (4, Field::Bytes(text)) => reason = String::from_utf8_lossy(text).into_owned(),
        (_, Field::Bytes(_) | Field::Number(_)) => {}
    })
    .ok()?;
    Some((reason, message))
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a small message held whole.
fn fields<'a>(mut bytes: &'a [u8], mut take: impl FnMut(u64, Field<'a>)) -> Result<(), SplitError> {
    let damaged = || malformed("its metadata is damaged");
    while !bytes.is_empty() {
        let tag = pull_varint(&mut bytes)?;
        match tag & 7 {
            0 => take(tag >> 3, Field::Number(pull_varint(&mut bytes)?)),
            2 => {
                let length = usize::try_from(pull_varint(&mut bytes)?).map_err(|_| damaged())?;
                let (field, rest) = bytes.split_at_checked(length).ok_or_else(damaged)?;
                bytes = rest;
                take(tag >> 3, Field::Bytes(field));
            }
            _ => return Err(damaged()),
        }
    }
    Ok(())
}

fn pull_varint(bytes: &mut &[u8]) -> Result<u64, SplitError> {
    let end = bytes
        .iter()
        .take(10)
        .position(|byte| byte & 0x80 == 0)
        .ok_or(malformed("its metadata is damaged"))?;
    let (number, rest) = bytes.split_at(end + 1);
    *bytes = rest;
    Ok(varint_value(number))
}

fn malformed(what: &'static str) -> SplitError {
    SplitError::Malformed(what)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    fn put_varint(into: &mut Vec<u8>, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                into.push(low);
                return;
            }
            into.push(low | 0x80);
        }
    }

    fn put_bytes(into: &mut Vec<u8>, field: u64, bytes: &[u8]) {
        put_varint(into, field << 3 | 2);
        put_varint(into, bytes.len() as u64);
        into.extend_from_slice(bytes);
    }

    fn put_number(into: &mut Vec<u8>, field: u64, value: u64) {
        put_varint(into, field << 3);
        put_varint(into, value);
    }

    /// A list as the API server would send it.
    pub(crate) fn encode(
        version: &str,
        more: &str,
        remaining: Option<u64>,
        items: &[Vec<u8>],
    ) -> Vec<u8> {
        let mut meta = Vec::new();
        put_bytes(&mut meta, 1, b"");
        put_bytes(&mut meta, 2, version.as_bytes());
        put_bytes(&mut meta, 3, more.as_bytes());
        if let Some(remaining) = remaining {
            put_number(&mut meta, 4, remaining);
        }
        let mut list = Vec::new();
        put_bytes(&mut list, 1, &meta);
        for item in items {
            put_bytes(&mut list, 2, item);
        }
        let mut type_meta = Vec::new();
        put_bytes(&mut type_meta, 1, b"v1");
        put_bytes(&mut type_meta, 2, b"PodList");
        let mut body = MAGIC.to_vec();
        put_bytes(&mut body, 1, &type_meta);
        put_bytes(&mut body, 2, &list);
        put_bytes(&mut body, 3, b"");
        put_bytes(&mut body, 4, b"");
        body
    }

    type Split = (Vec<Vec<u8>>, Vec<ListMeta>);

    fn split<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Split, SplitError> {
        let (mut items, mut metas) = (Vec::new(), Vec::new());
        let mut list = ProtoList::default();
        for part in parts {
            list.push(part, &mut |piece| match piece {
                Piece::Item(bytes) => items.push(bytes.to_vec()),
                Piece::Meta(meta) => metas.push(meta),
                Piece::Row(_) | Piece::Columns(_) => unreachable!("Tables are JSON"),
            })?;
        }
        list.finish()?;
        Ok((items, metas))
    }

    fn sample() -> (Vec<u8>, Vec<Vec<u8>>, ListMeta) {
        let items = vec![
            b"one".to_vec(),
            vec![],
            vec![7; 300],
            vec![0x0a, 0x12, 0x80],
            b"last".to_vec(),
        ];
        let body = encode("4711", "token", Some(9500), &items);
        (
            body,
            items,
            ListMeta {
                resource_version: "4711".into(),
                more: "token".into(),
                remaining: Some(9500),
            },
        )
    }

    #[test]
    fn any_cut_gives_the_same_items() {
        let (body, items, meta) = sample();
        for first in 0..=body.len() {
            for second in (first..=body.len()).step_by(7) {
                let got = split([&body[..first], &body[first..second], &body[second..]]).unwrap();
                assert_eq!(
                    got,
                    (items.clone(), vec![meta.clone()]),
                    "cut at {first} and {second}"
                );
            }
        }
        assert_eq!(split(body.chunks(1)).unwrap(), (items, vec![meta]));
    }

    #[test]
    fn every_truncation_is_noticed() {
        let (body, ..) = sample();
        // The last four bytes are the envelope's two empty fields behind the list.
        for end in 0..body.len() - 4 {
            assert!(split([&body[..end]]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn an_empty_list_is_a_list() {
        let body = encode("1", "", None, &[]);
        let (items, metas) = split([&body[..]]).unwrap();
        assert!(items.is_empty());
        assert_eq!(metas[0].resource_version, "1");
        let mut bare = MAGIC.to_vec();
        put_bytes(&mut bare, 2, b"");
        assert_eq!(split([&bare[..]]).unwrap(), (vec![], vec![]));
    }

    #[test]
    fn unknown_fields_are_passed_over() {
        let mut list = Vec::new();
        put_number(&mut list, 9, 1 << 40);
        put_bytes(&mut list, 2, b"a");
        put_bytes(&mut list, 12, b"unknown");
        put_varint(&mut list, 13 << 3 | 1);
        list.extend_from_slice(&[0; 8]);
        put_varint(&mut list, 14 << 3 | 5);
        list.extend_from_slice(&[0; 4]);
        put_bytes(&mut list, 2, b"b");
        let mut body = MAGIC.to_vec();
        put_bytes(&mut body, 2, &list);
        assert_eq!(
            split(body.chunks(1)).unwrap().0,
            [b"a".to_vec(), b"b".to_vec()]
        );
    }

    #[test]
    fn a_refusal_in_protobuf_keeps_its_words() {
        let mut inner = Vec::new();
        put_bytes(&mut inner, 1, b"");
        put_bytes(&mut inner, 2, b"Failure");
        put_bytes(&mut inner, 3, "pods is forbidden: größe".as_bytes());
        put_bytes(&mut inner, 4, b"Forbidden");
        put_number(&mut inner, 6, 403);
        let mut body = MAGIC.to_vec();
        put_bytes(&mut body, 1, b"");
        put_bytes(&mut body, 2, &inner);
        let words = (
            "Forbidden".to_owned(),
            "pods is forbidden: größe".to_owned(),
        );
        assert_eq!(status(&body), Some(words));
        assert_eq!(status(b"{}"), None);
        assert_eq!(status(&body[..20]), None);
    }

    #[test]
    fn damage_is_an_error() {
        let too_long = {
            let mut list = Vec::new();
            put_varint(&mut list, 2 << 3 | 2);
            put_varint(&mut list, MAX_OBJECT as u64 + 1);
            list.resize(MAX_OBJECT + 100, 0);
            let mut body = MAGIC.to_vec();
            put_bytes(&mut body, 2, &list);
            body
        };
        assert_eq!(split([&too_long[..]]), Err(SplitError::TooLarge));
        let beyond = {
            let mut body = MAGIC.to_vec();
            put_bytes(&mut body, 2, &[2 << 3 | 2, 100, 1, 2, 3]);
            body
        };
        let cases: [&[u8]; 5] = [
            b"{\"kind\":\"PodList\"}",
            b"k8s\x01",
            b"k8s\0\x0b",
            b"k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            &beyond,
        ];
        for body in cases {
            assert!(
                matches!(split([body]), Err(SplitError::Malformed(_))),
                "{body:?}"
            );
        }
    }
}
