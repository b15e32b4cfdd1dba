//! In which form an answer is wanted.

use std::cmp::Reverse;

use crate::status::Status;

/// The form of an answer; of Tables and metadata in the version of `meta.k8s.io` that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The objects.
    Plain,
    /// The server's own columns.
    Table(&'static str),
    /// One object's metadata; also for each event of a watch.
    Metadata(&'static str),
    /// A list of objects' metadata.
    MetadataList(&'static str),
}

/// What this server writes; protobuf and YAML are not among it.
const SERVED: &str = "application/json";

/// The first of what is accepted that can be had (apiserver, `negotiation.NegotiateMediaTypeOptions`).
pub(crate) fn negotiate(accept: &str) -> Result<Shape, Status> {
    let mut known = false;
    for clause in clauses(accept) {
        match clause.media {
            "application/json" | "application/*" | "*/*" => {}
            "application/vnd.kubernetes.protobuf" | "application/yaml" => {
                known = true;
                continue;
            }
            _ => continue,
        }
        known = true;
        if let Some(shape) = clause.shape() {
            return Ok(shape);
        }
    }
    if known {
        return Err(Status::of(
            406,
            "NotAcceptable",
            format!("only the following media types are accepted: {SERVED}"),
        ));
    }
    Err(Status::of(
        406,
        "NotAcceptable",
        format!(
            "406: Not Acceptable\n\nAvailable representations: {SERVED}, {SERVED};stream=watch"
        ),
    )
    .with_empty_details())
}

/// Whether `wanted` (`as=…`) of `group` is accepted before plain JSON; its version then.
pub(crate) fn transformed<'a>(accept: &'a str, group: &str, wanted: &str) -> Option<&'a str> {
    for clause in clauses(accept) {
        match clause.media {
            "application/json" | "application/*" | "*/*" => {}
            _ => continue,
        }
        if clause.named.is_empty() {
            return None;
        }
        if clause.named == wanted && clause.group == group {
            return Some(clause.version);
        }
    }
    None
}

struct Clause<'a> {
    media: &'a str,
    named: &'a str,
    group: &'a str,
    version: &'a str,
    /// Thousandths.
    quality: u32,
}

impl Clause<'_> {
    fn shape(&self) -> Option<Shape> {
        if self.named.is_empty() {
            return Some(Shape::Plain);
        }
        let version = match (self.group, self.version) {
            ("meta.k8s.io", "v1") => "v1",
            ("meta.k8s.io", "v1beta1") => "v1beta1",
            _ => return None,
        };
        match self.named {
            "Table" => Some(Shape::Table(version)),
            "PartialObjectMetadata" => Some(Shape::Metadata(version)),
            "PartialObjectMetadataList" => Some(Shape::MetadataList(version)),
            _ => None,
        }
    }
}

/// The best first. Nothing at all accepts everything.
fn clauses(accept: &str) -> Vec<Clause<'_>> {
    let accept = if accept.trim().is_empty() {
        "*/*"
    } else {
        accept
    };
    let mut all: Vec<Clause<'_>> = accept.split(',').map(clause).collect();
    all.sort_by_key(|clause| Reverse(clause.quality));
    all
}

fn clause(text: &str) -> Clause<'_> {
    let mut parts = text.split(';').map(str::trim);
    let mut clause = Clause {
        media: parts.next().unwrap_or_default(),
        named: "",
        group: "",
        version: "",
        quality: 1000,
    };
    for part in parts {
        match part.split_once('=') {
            Some(("as", named)) => clause.named = named,
            Some(("g", group)) => clause.group = group,
            Some(("v", version)) => clause.version = version,
            Some(("q", quality)) => clause.quality = thousandths(quality),
            _ => {}
        }
    }
    clause
}

/// `0.9` as 900.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{fraction:0<3}");
    let fraction = padded.get(..3).and_then(|digits| digits.parse().ok());
    whole.parse::<u32>().unwrap_or(1) * 1000 + fraction.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_first_that_can_be_had() {
        for (accept, expected) in [
            ("", Shape::Plain),
            ("*/*", Shape::Plain),
            (
                "application/vnd.kubernetes.protobuf, application/json",
                Shape::Plain,
            ),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                Shape::Table("v1"),
            ),
            (
                "application/json;q=0.5,application/json;as=Table;v=v1beta1;g=meta.k8s.io;q=0.9",
                Shape::Table("v1beta1"),
            ),
            (
                "application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json",
                Shape::Plain,
            ),
            (
                "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
                Shape::MetadataList("v1"),
            ),
        ] {
            assert_eq!(negotiate(accept).unwrap(), expected, "{accept}");
        }
        for refused in [
            "text/html",
            "application/vnd.kubernetes.protobuf",
            "application/json;as=Nonsense;v=v1;g=meta.k8s.io",
        ] {
            assert_eq!(negotiate(refused).unwrap_err().code, 406, "{refused}");
        }
    }
}
