//! Deprecated APIs that somebody asks for, from the API server's metrics.
//!
//! The answer has megabytes; it is read line by line as it comes, and only lines of the one metric are kept.

use crate::text;

/// The gauge that the API server sets to 1 once a deprecated API was asked for since it started
/// (apiserver/pkg/endpoints/metrics/metrics.go, `RecordDeprecatedRequest`).
const METRIC: &str = "apiserver_requested_deprecated_apis";
/// A longer line is none of ours.
const LONGEST: usize = 16 << 10;
/// Most that are kept.
const MOST: usize = 500;

/// A deprecated API that was asked for since the API server started.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeprecatedApi {
    /// `1.41`: the release that no longer serves it; empty if none is set.
    pub removed_release: String,
    /// API group; empty is core.
    pub group: String,
    /// `v1beta1`.
    pub version: String,
    /// `flowschemas`.
    pub resource: String,
    /// `status`; mostly empty.
    pub subresource: String,
}

/// Reads metrics in Prometheus' text format piece by piece.
#[derive(Debug, Default)]
pub struct Scan {
    line: Vec<u8>,
    /// The rest of the line is too long to be kept.
    skips: bool,
    found: Vec<DeprecatedApi>,
    /// Lines of the metric that could not be read.
    unreadable: u32,
}

impl Scan {
    /// Takes in the next piece, cut anywhere.
    pub fn feed(&mut self, mut piece: &[u8]) {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            self.extend(&piece[..end]);
            self.end_line();
            piece = &piece[end + 1..];
        }
        self.extend(piece);
    }

    /// What was found, sorted by the release that removes it, and how many lines could not be read.
    pub fn finish(mut self) -> (Vec<DeprecatedApi>, u32) {
        self.end_line();
        self.found.sort_by_cached_key(|api| {
            let (major, minor) = api.removed_release.split_once('.').unwrap_or_default();
            let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
            (number(major), number(minor), api.clone())
        });
        self.found.dedup();
        (self.found, self.unreadable)
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.skips {
            return;
        }
        if self.line.len() + bytes.len() > LONGEST {
            self.skips = true;
            return;
        }
        self.line.extend_from_slice(bytes);
    }

    fn end_line(&mut self) {
        let skipped = std::mem::take(&mut self.skips);
        let is_ours = self.line.starts_with(METRIC.as_bytes())
            && matches!(
                self.line.get(METRIC.len()),
                Some(b'{' | b' ' | b'\t') | None
            );
        if is_ours && !self.line.is_empty() {
            let read = std::str::from_utf8(&self.line)
                .ok()
                .filter(|_| !skipped)
                .and_then(sample);
            match read {
                Some(Some(api)) if self.found.len() < MOST => self.found.push(api),
                Some(_) => {}
                None => self.unreadable += 1,
            }
        }
        self.line.clear();
    }
}

/// One line of the metric; `Some(None)` where its value says that nobody asked.
#[allow(clippy::option_option)] // unreadable is not the same as zero
fn sample(line: &str) -> Option<Option<DeprecatedApi>> {
    let rest = line.strip_prefix(METRIC)?;
    let mut api = DeprecatedApi::default();
    let mut chars = rest.trim_start().strip_prefix('{')?.chars();
    loop {
        let rest = chars.as_str().trim_start_matches([' ', '\t', ',']);
        if let Some(value) = rest.strip_prefix('}') {
            let value: f64 = value.split_whitespace().next()?.parse().ok()?;
            return Some((value > 0.0).then_some(api));
        }
        let (name, after) = rest.split_once('=')?;
        chars = after.trim_start().strip_prefix('"')?.chars();
        let mut value = String::new();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => value.push(match chars.next()? {
                    'n' => '\n',
                    other => other,
                }),
                c => value.push(c),
            }
        }
        let value = text::visible(&value).into_owned();
        match name.trim() {
            "group" => api.group = value,
            "version" => api.version = value,
            "resource" => api.resource = value,
            "subresource" => api.subresource = value,
            "removed_release" => api.removed_release = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = concat!(
        "# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs that have been requested\n",
        "# TYPE apiserver_requested_deprecated_apis gauge\n",
        "apiserver_requested_deprecated_apis{group=\"\",removed_release=\"\",resource=\"endpoints\",subresource=\"\",version=\"v1\"} 1\n",
        "apiserver_requested_deprecated_apis{group=\"policy\",removed_release=\"1.25\",resource=\"podsecuritypolicies\",subresource=\"\",version=\"v1beta1\"} 1\n",
        "apiserver_requested_deprecated_apis{group=\"batch\",removed_release=\"1.9\",resource=\"cronjobs\",subresource=\"status\",version=\"v1beta1\"} 1 1700000000000\r\n",
        "apiserver_requested_deprecated_apis{group=\"quiet\",removed_release=\"1.9\",resource=\"x\",subresource=\"\",version=\"v1\"} 0\n",
        "apiserver_requested_deprecated_apis_other{group=\"a\"} 1\n",
        "apiserver_requested_deprecated_apis{group=\"odd\\\"q\\\\\u{202e}\", new=\"}\" ,version=\"v1\"} 1e0\n",
        "apiserver_requested_deprecated_apis{group=\"cut\n",
        "apiserver_requested_deprecated_apis{group=\"g\"} many\n",
        "apiserver_request_total{code=\"200\"} 7",
    );

    fn words((apis, unreadable): (Vec<DeprecatedApi>, u32)) -> (Vec<String>, u32) {
        let told = apis.iter().map(|a| {
            format!(
                "{}: {}/{} {}/{}",
                a.removed_release, a.group, a.version, a.resource, a.subresource
            )
        });
        (told.collect(), unreadable)
    }

    #[test]
    fn pieces_of_any_size_read_alike() {
        let wanted = (
            vec![
                "1.9: batch/v1beta1 cronjobs/status".to_owned(),
                "1.25: policy/v1beta1 podsecuritypolicies/".to_owned(),
                ": /v1 endpoints/".to_owned(),
                ": odd\"q\\⟨U+202E⟩/v1 /".to_owned(),
            ],
            2,
        );
        for size in [1, 3, 7, 100, ANSWER.len()] {
            let mut scan = Scan::default();
            for piece in ANSWER.as_bytes().chunks(size) {
                scan.feed(piece);
            }
            assert_eq!(words(scan.finish()), wanted, "pieces of {size}");
        }
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let mut scan = Scan::default();
        scan.feed(b"apiserver_requested_deprecated_apis{group=\"");
        for _ in 0..100 {
            scan.feed(&[b'x'; 4096]);
        }
        assert!(scan.line.len() <= LONGEST);
        scan.feed(b"\napiserver_requested_deprecated_apis{resource=\"a\"} 1");
        assert_eq!(words(scan.finish()), (vec![": / a/".to_owned()], 1));
    }
}
