//! Each finding's id is an anchor in `FINDINGS.md`, and each anchor there a finding.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use scaling::findings;

const PAGE: &str = include_str!("../FINDINGS.md");

/// Where ids of findings about fields are written.
const FIELDS: [&str; 4] = [
    include_str!("../src/hpa/validate.rs"),
    include_str!("../src/hpa/validate_metric.rs"),
    include_str!("../src/keda/findings.rs"),
    include_str!("../src/keda/scaled_job/findings.rs"),
];

fn is_id(text: &str) -> bool {
    let is_kebab = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_kebab && (text.starts_with("hpa-") || text.starts_with("keda-"))
}

#[test]
fn every_finding_has_its_anchor() {
    let anchors: Vec<&str> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    let of_workloads = findings::all().iter().map(|check| check.id());
    let of_fields = FIELDS
        .iter()
        .flat_map(|source| source.split('"'))
        .filter(|text| is_id(text));
    let ids: BTreeSet<&str> = of_workloads.chain(of_fields).collect();
    let distinct: BTreeSet<&str> = anchors.iter().copied().collect();
    assert_eq!(distinct, ids);
    assert_eq!(anchors.len(), distinct.len(), "an anchor twice");
}
