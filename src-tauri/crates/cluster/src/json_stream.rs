//! Takes a JSON list apart while it arrives.
//!
//! Finds the elements of the outermost `items`, or the `rows` of a Table, without parsing them: each is handed on as bytes
//! and parsed once, by whoever knows its type. No more than one is held.

use serde::Deserialize;

use crate::lines::MAX_OBJECT;
use crate::list_piece::{ListMeta, Piece, SplitError};

/// Where in the list's outermost object the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before `{`.
    Start,
    /// Before a key or `}`.
    Key,
    /// Between a key and its value.
    Colon,
    /// Before or in the value of a key.
    Value,
    /// Between the elements of `items` or `rows`.
    Elements,
    /// In an element of `items` or `rows`.
    Element,
    /// Behind the last `}`.
    End,
}

/// How deep inside a value the scan is.
#[derive(Clone, Copy, Debug, Default)]
struct Nest {
    depth: u32,
    string: bool,
    escape: bool,
    /// Anything of the value was seen.
    begun: bool,
}

/// What is done with a value's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Items,
    Rows,
    Columns,
    Metadata,
    Other,
}

impl Member {
    /// Whether its array is taken apart.
    fn is_list(self) -> bool {
        matches!(self, Self::Items | Self::Rows)
    }
}

/// Splits one JSON list.
#[derive(Debug)]
pub(crate) struct JsonList {
    place: Place,
    nest: Nest,
    member: Member,
    /// Bytes of a key, of the metadata or of an element cut by the end of a chunk.
    partial: Vec<u8>,
    seen_items: bool,
}

impl Default for JsonList {
    fn default() -> Self {
        Self {
            place: Place::Start,
            nest: Nest::default(),
            member: Member::Other,
            partial: Vec::new(),
            seen_items: false,
        }
    }
}

impl JsonList {
    /// Hands every piece completed by `chunk` to `take`. An item within one chunk is not copied.
    pub(crate) fn push(
        &mut self,
        chunk: &[u8],
        take: &mut dyn FnMut(Piece<'_>),
    ) -> Result<(), SplitError> {
        let mut at = 0;
        while at < chunk.len() {
            at += match self.place {
                Place::Value | Place::Element => self.value(&chunk[at..], take)?,
                Place::Start | Place::Key | Place::Colon | Place::Elements | Place::End => {
                    self.between(chunk[at])?
                }
            };
        }
        Ok(())
    }

    /// To be asked at the end of the body: an error if any part is missing.
    pub(crate) fn finish(&self) -> Result<(), SplitError> {
        match (self.place, self.seen_items) {
            (Place::End, true) => Ok(()),
            (Place::End, false) => Err(SplitError::Malformed("it has no items")),
            (
                Place::Start
                | Place::Key
                | Place::Colon
                | Place::Value
                | Place::Elements
                | Place::Element,
                _,
            ) => Err(SplitError::Incomplete),
        }
    }

    /// One byte outside values, or the first of a value (then zero bytes are used).
    fn between(&mut self, byte: u8) -> Result<usize, SplitError> {
        if byte.is_ascii_whitespace() && !self.nest.string {
            return Ok(1);
        }
        match self.place {
            Place::Start if byte == b'{' => self.place = Place::Key,
            Place::Key if self.nest.string => self.key_byte(byte)?,
            Place::Key => match byte {
                b'"' => self.nest.string = true,
                b',' => {}
                b'}' => self.place = Place::End,
                _ => return Err(SplitError::Malformed("a key is missing")),
            },
            Place::Colon if byte == b':' => {
                self.place = Place::Value;
                self.nest = Nest::default();
            }
            Place::Elements => match byte {
                b',' => {}
                b']' => self.place = Place::Key,
                _ => {
                    self.place = Place::Element;
                    self.nest = Nest::default();
                    return Ok(0);
                }
            },
            Place::Start => return Err(SplitError::Malformed("it is not a JSON object")),
            Place::Colon => return Err(SplitError::Malformed("a colon is missing")),
            Place::End => return Err(SplitError::Malformed("something follows it")),
            Place::Value | Place::Element => {}
        }
        Ok(1)
    }

    fn key_byte(&mut self, byte: u8) -> Result<(), SplitError> {
        match byte {
            b'"' => {
                self.member = match self.partial.as_slice() {
                    b"items" => Member::Items,
                    b"rows" => Member::Rows,
                    b"columnDefinitions" => Member::Columns,
                    b"metadata" => Member::Metadata,
                    _ => Member::Other,
                };
                self.partial.clear();
                self.nest.string = false;
                self.place = Place::Colon;
            }
            b'\\' => return Err(SplitError::Malformed("a key is escaped")),
            _ if self.partial.len() > 256 => {
                return Err(SplitError::Malformed("a key is too long"));
            }
            _ => self.partial.push(byte),
        }
        Ok(())
    }

    /// Bytes of a value: up to its end or the chunk's.
    fn value(
        &mut self,
        chunk: &[u8],
        take: &mut dyn FnMut(Piece<'_>),
    ) -> Result<usize, SplitError> {
        if self.place == Place::Value && !self.nest.begun {
            match chunk[0] {
                byte if byte.is_ascii_whitespace() => return Ok(1),
                b'[' if self.member.is_list() => {
                    self.place = Place::Elements;
                    self.seen_items = true;
                    return Ok(1);
                }
                _ => {}
            }
        }
        let (used, done) = self.nest.scan(chunk);
        let part = &chunk[..used];
        let keep = self.place == Place::Element || self.member != Member::Other;
        if !done {
            if keep {
                if self.partial.len() + part.len() > MAX_OBJECT {
                    return Err(SplitError::TooLarge);
                }
                self.partial.extend_from_slice(part);
            }
            return Ok(used);
        }
        if keep {
            if self.partial.len() + part.len() > MAX_OBJECT {
                return Err(SplitError::TooLarge);
            }
            if self.partial.is_empty() {
                self.emit(part, take)?;
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(part);
                self.emit(&whole, take)?;
                whole.clear();
                whole.shrink_to(64 << 10);
                self.partial = whole;
            }
        }
        self.place = if self.place == Place::Element {
            Place::Elements
        } else {
            Place::Key
        };
        self.nest = Nest::default();
        Ok(used)
    }

    fn emit(&mut self, bytes: &[u8], take: &mut dyn FnMut(Piece<'_>)) -> Result<(), SplitError> {
        if self.place == Place::Element {
            // Go writes null for a nil pointer in a list; there is no object to show.
            match self.member {
                Member::Rows => take(Piece::Row(bytes)),
                _ if bytes == b"null" => {}
                _ => take(Piece::Item(bytes)),
            }
            return Ok(());
        }
        match self.member {
            // An empty list may be written as null.
            Member::Items | Member::Rows if bytes == b"null" => self.seen_items = true,
            Member::Items | Member::Rows => {
                return Err(SplitError::Malformed("its items are not an array"));
            }
            Member::Metadata => take(Piece::Meta(list_meta(bytes)?)),
            Member::Columns => take(Piece::Columns(bytes)),
            Member::Other => {}
        }
        Ok(())
    }
}

impl Nest {
    /// How many bytes belong to the value, and whether it ends with them.
    fn scan(&mut self, chunk: &[u8]) -> (usize, bool) {
        for (at, &byte) in chunk.iter().enumerate() {
            if self.string {
                if self.escape {
                    self.escape = false;
                } else if byte == b'\\' {
                    self.escape = true;
                } else if byte == b'"' {
                    self.string = false;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                continue;
            }
            match byte {
                b'"' => self.string = true,
                b'{' | b'[' => self.depth += 1,
                // A number, true, false or null has no end of its own.
                b'}' | b']' | b',' if self.depth == 0 => return (at, true),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                _ if self.depth == 0 && self.begun && byte.is_ascii_whitespace() => {
                    return (at, true);
                }
                _ => {}
            }
            self.begun = true;
        }
        (chunk.len(), false)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    #[serde(default)]
    resource_version: Option<String>,
    #[serde(default, rename = "continue")]
    more: Option<String>,
    #[serde(default)]
    remaining_item_count: Option<u64>,
}

pub(crate) fn list_meta(bytes: &[u8]) -> Result<ListMeta, SplitError> {
    let meta: Option<Meta> = serde_json::from_slice(bytes)
        .map_err(|_| SplitError::Malformed("its metadata is damaged"))?;
    Ok(meta.map_or_else(ListMeta::default, |meta| ListMeta {
        resource_version: meta.resource_version.unwrap_or_default(),
        more: meta.more.unwrap_or_default(),
        remaining: meta.remaining_item_count,
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    type Split = (Vec<String>, Vec<ListMeta>);

    fn split<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Split, SplitError> {
        let (mut items, mut metas) = (Vec::new(), Vec::new());
        let mut list = JsonList::default();
        for part in parts {
            list.push(part, &mut |piece| match piece {
                Piece::Item(bytes) | Piece::Row(bytes) | Piece::Columns(bytes) => {
                    items.push(String::from_utf8(bytes.to_vec()).unwrap());
                }
                Piece::Meta(meta) => metas.push(meta),
            })?;
        }
        list.finish()?;
        Ok((items, metas))
    }

    const SAMPLE: &str = r#" {"kind":"PodList","apiVersion":"v1", "other" : {"items":[1,"}"]} ,"n":-1.5e3,
        "metadata":{"resourceVersion":"4711","continue":"to\"ken","remainingItemCount":9500},
        "items" : [ {"a":"größe ]}\\","items":[{}]} ,{"b":[[1],{"c":null}]},null,{},{"d":"\"items\""} ],"last":true}
"#;

    fn want() -> Split {
        (
            [
                r#"{"a":"größe ]}\\","items":[{}]}"#,
                r#"{"b":[[1],{"c":null}]}"#,
                "{}",
                r#"{"d":"\"items\""}"#,
            ]
            .map(String::from)
            .to_vec(),
            vec![ListMeta {
                resource_version: "4711".into(),
                more: "to\"ken".into(),
                remaining: Some(9500),
            }],
        )
    }

    #[test]
    fn any_cut_gives_the_same_items() {
        let body = SAMPLE.as_bytes();
        for first in 0..=body.len() {
            for second in (first..=body.len()).step_by(5) {
                let got = split([&body[..first], &body[first..second], &body[second..]]).unwrap();
                assert_eq!(got, want(), "cut at {first} and {second}");
            }
        }
        assert_eq!(split(body.chunks(1)).unwrap(), want());
    }

    #[test]
    fn every_truncation_is_noticed() {
        let body = SAMPLE.trim_end().as_bytes();
        for end in 0..body.len() {
            assert_eq!(
                split([&body[..end]]),
                Err(SplitError::Incomplete),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn a_table_comes_apart_by_rows() {
        let body = br#"{"kind":"Table","metadata":{"resourceVersion":"9"},"columnDefinitions":[{"name":"Name"}],
            "rows":[{"cells":["a"],"object":{"items":[1]}},null]}"#;
        for cut in 0..body.len() {
            let (pieces, metas) = split([&body[..cut], &body[cut..]]).unwrap();
            assert_eq!(
                pieces,
                [
                    r#"[{"name":"Name"}]"#,
                    r#"{"cells":["a"],"object":{"items":[1]}}"#,
                    "null"
                ]
            );
            assert_eq!(metas[0].resource_version, "9");
        }
    }

    #[test]
    fn odd_lists() {
        let empty: [&str; 3] = [
            r#"{"items":[]}"#,
            r#"{"items":null,"metadata":null}"#,
            "{\"items\":[ ]\n,\"metadata\":{}}",
        ];
        for body in empty {
            assert!(split([body.as_bytes()]).unwrap().0.is_empty(), "{body}");
        }
        let damaged = [
            "[]",
            "k8s\0",
            r#"{"items":{}}"#,
            r#"{"kind":"Status"}"#,
            r#"{"items":[]} {"#,
            r#"{"metadata":{"resourceVersion":5},"items":[]}"#,
            "{5:1}",
            r#"{"a" 1}"#,
        ];
        for body in damaged {
            assert!(
                matches!(split([body.as_bytes()]), Err(SplitError::Malformed(_))),
                "{body}"
            );
        }
    }

    #[test]
    fn an_item_without_end_is_refused_at_the_cap() {
        let mut list = JsonList::default();
        let mut none = |_: Piece<'_>| unreachable!("no item is whole");
        list.push(br#"{"items":[{"a":""#, &mut none).unwrap();
        let chunk = vec![b'x'; 1 << 20];
        let refused = (0..9).find_map(|_| list.push(&chunk, &mut none).err());
        assert_eq!(refused, Some(SplitError::TooLarge));
        let mut skipped = JsonList::default();
        skipped.push(br#"{"other":""#, &mut none).unwrap();
        for _ in 0..9 {
            skipped.push(&chunk, &mut none).unwrap();
        }
        assert!(skipped.partial.is_empty(), "what nobody needs is not held");
    }
}
