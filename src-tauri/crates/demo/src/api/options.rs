//! What a list or watch is narrowed to (apimachinery, `ListOptions`).

use serde_json::json;

use super::fields::Fields;
use super::labels::Labels;
use super::query::Query;
use crate::kinds::Resource;
use crate::status::Status;

/// Read and found consistent.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) labels: Labels,
    pub(crate) fields: Fields,
    /// None for no limit.
    pub(crate) limit: Option<usize>,
    /// Empty for the first page.
    pub(crate) token: String,
    /// None where none is named.
    pub(crate) revision: Option<u64>,
    pub(crate) matching: Option<Match>,
    pub(crate) watch: bool,
    pub(crate) bookmarks: bool,
    /// Seconds.
    pub(crate) timeout: Option<u32>,
    pub(crate) initial_events: Option<bool>,
}

/// `resourceVersionMatch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Exact,
    NotOlderThan,
}

impl Options {
    pub(crate) fn of(query: &Query, resource: &Resource) -> Result<Self, Status> {
        let limit = query.number("limit")?;
        let timeout = query.number("timeoutSeconds")?;
        let watch = query.flag("watch");
        let labels = Labels::parse(query.text("labelSelector"))?;
        let fields = Fields::parse(query.text("fieldSelector"), resource)?;
        let initial_events = query.maybe_flag("sendInitialEvents");
        check(query, watch, initial_events)?;
        let revision = match query.text("resourceVersion") {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                Status::bad_request(format!(
                    "invalid resource version: resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
                ))
            })?),
        };
        Ok(Self {
            labels,
            fields,
            limit: limit
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| *limit > 0),
            token: query.text("continue").to_owned(),
            revision,
            matching: match query.text("resourceVersionMatch") {
                "Exact" => Some(Match::Exact),
                "NotOlderThan" => Some(Match::NotOlderThan),
                _ => None,
            },
            watch,
            bookmarks: query.flag("allowWatchBookmarks"),
            timeout: timeout
                .and_then(|seconds| u32::try_from(seconds).ok())
                .filter(|seconds| *seconds > 0),
            initial_events,
        })
    }

    /// Whether everything is meant.
    pub(crate) fn selects_all(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn matches(&self, object: &serde_json::Value) -> bool {
        self.labels.matches(object) && self.fields.matches(object)
    }
}

/// Apimachinery, `ValidateListOptions`.
fn check(query: &Query, watch: bool, initial_events: Option<bool>) -> Result<(), Status> {
    let matching = query.text("resourceVersionMatch");
    let mut found = Vec::new();
    let mut forbid = |field: &'static str, why: &str| {
        found.push((field, "FieldValueForbidden", format!("Forbidden: {why}")));
    };
    let by_match = "resourceVersionMatch";
    if watch {
        if initial_events.is_some() && matching != "NotOlderThan" {
            forbid(
                by_match,
                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            );
        }
        if !matching.is_empty() && initial_events.is_none() {
            forbid(
                by_match,
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            );
        }
    } else if !matching.is_empty() && query.text("resourceVersion").is_empty() {
        forbid(
            by_match,
            "resourceVersionMatch is forbidden unless resourceVersion is provided",
        );
    }
    if !matching.is_empty() && !query.text("continue").is_empty() {
        forbid(
            by_match,
            "resourceVersionMatch is forbidden when continue is provided",
        );
    }
    if !watch && matching == "Exact" && query.text("resourceVersion") == "0" {
        forbid(
            by_match,
            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        );
    }
    if !watch && initial_events.is_some() {
        forbid(
            "sendInitialEvents",
            "sendInitialEvents is forbidden for list",
        );
    }
    let supported = match (matching, watch) {
        ("" | "NotOlderThan", _) | ("Exact", false) => None,
        (_, true) => Some("\"NotOlderThan\""),
        (_, false) => Some("\"Exact\", \"NotOlderThan\", \"\""),
    };
    if let Some(supported) = supported {
        let why = format!("Unsupported value: {matching:?}: supported values: {supported}");
        found.push((by_match, "FieldValueNotSupported", why));
    }
    if found.is_empty() {
        return Ok(());
    }
    let each: Vec<String> = found
        .iter()
        .map(|(field, _, why)| format!("{field}: {why}"))
        .collect();
    let told = match each.as_slice() {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    };
    let causes: Vec<_> = found
        .iter()
        .map(|(field, reason, why)| json!({"reason": reason, "message": why, "field": field}))
        .collect();
    let mut status = Status::of(
        422,
        "Invalid",
        format!("ListOptions.meta.k8s.io \"\" is invalid: {told}"),
    );
    status.details = Some(json!({"group": "meta.k8s.io", "kind": "ListOptions", "causes": causes}));
    Err(status)
}
