//! A finding about one autoscaler as a row of a table.

use scaling::Finding;
use scaling::finding::Severity;
use table::{Cell, SortKey, Tone};

use super::{ScalingKey, ScalingKind};
use crate::cells::{text_column, text_key};
use crate::columns::{Def, columnar};

/// One finding about one autoscaler.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRow {
    /// About which.
    pub key: ScalingKey,
    /// `HPA/web/missing-request/0`: unique in the namespace.
    id: Box<str>,
    /// Kind and name of what it scales; of a `ScaledJob` itself.
    pub target: (Box<str>, Box<str>),
    /// What is wrong.
    pub finding: Finding,
}

impl FindingRow {
    /// Finding number `index` of those about `key`.
    pub fn new(key: ScalingKey, target: (&str, &str), index: usize, finding: Finding) -> Self {
        Self {
            id: format!("{}/{}/{}/{index}", key.kind, key.name, finding.id).into(),
            target: (target.0.into(), target.1.into()),
            key,
            finding,
        }
    }

    /// The column that tells how much it matters: the gravest first.
    pub const SEVERITY: &'static str = "severity";

    fn workload(&self) -> String {
        let (kind, name) = &self.target;
        format!("{kind}/{name}")
    }

    fn evidence(&self) -> String {
        let each = self.finding.evidence.iter();
        let each = each.map(|one| format!("{}: {}", one.field, one.value));
        each.collect::<Vec<_>>().join("; ")
    }
}

/// A severity in a word and its colour.
pub fn severity_cell(severity: Severity) -> Cell {
    match severity {
        Severity::Error => Cell::toned("Error", Tone::Bad),
        Severity::Warning => Cell::toned("Warning", Tone::Warn),
        Severity::Note => Cell::toned("Note", Tone::Quiet),
    }
}

/// The gravest first; of the same the autoscaler's name, so that rows stay where they are.
fn severity_key(row: &FindingRow) -> SortKey<'_> {
    SortKey::Int(match row.finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    })
}

const COLUMNS: &[Def<FindingRow>] = &[
    Def::new(
        || text_column(FindingRow::SEVERITY, "Severity", 96),
        |r, _| severity_cell(r.finding.severity),
        severity_key,
    ),
    Def::new(
        || text_column("finding", "Finding", 380),
        |r, _| Cell::plain(&*r.finding.summary),
        |r| text_key(&r.finding.id),
    ),
    Def::new(
        || text_column("namespace", "Namespace", 130),
        |r, _| Cell::plain(&*r.key.namespace),
        |r| text_key(&r.key.namespace),
    ),
    Def::new(
        || text_column("workload", "Workload", 200),
        |r, _| Cell::plain(r.workload()),
        |r| SortKey::Text(r.workload().into()),
    ),
    Def::new(
        || text_column("autoscaler", "Autoscaler", 200),
        |r, _| Cell::plain(format!("{}/{}", r.key.kind, r.key.name)),
        |r| text_key(&r.key.name),
    ),
    Def::new(
        || text_column("evidence", "Evidence", 320),
        |r, _| Cell::plain(r.evidence()),
        |r| SortKey::Text(r.evidence().into()),
    ),
    Def::new(
        || text_column("fix", "Fix", 360),
        |r, _| Cell::plain(&*r.finding.advice),
        |r| text_key(&r.finding.advice),
    ),
];

columnar!(FindingRow, |row| (&row.key.namespace, &row.id));

impl ScalingKey {
    /// The API's name of what decides.
    pub fn object_kind(&self) -> &'static str {
        match self.kind {
            ScalingKind::Hpa => "HorizontalPodAutoscaler",
            ScalingKind::ScaledObject => "ScaledObject",
            ScalingKind::ScaledJob => "ScaledJob",
        }
    }
}

#[cfg(test)]
mod tests {
    use scaling::finding::Evidence;
    use table::Row;

    use super::*;

    #[test]
    fn a_row_tells_what_is_wrong_of_whom_and_what_to_do() {
        let key = ScalingKey {
            namespace: "shop".into(),
            kind: ScalingKind::Hpa,
            name: "web".into(),
        };
        let finding = |severity| Finding {
            id: "min-equals-max".into(),
            severity,
            summary: "Nothing scales.".into(),
            evidence: vec![
                Evidence::new("spec.minReplicas", "4"),
                Evidence::new("spec.maxReplicas", "4"),
            ],
            advice: "Widen the limits.".into(),
        };
        let row =
            |severity| FindingRow::new(key.clone(), ("Deployment", "web"), 0, finding(severity));
        let note = row(Severity::Note);
        assert_eq!(note.identity(), ("shop", "HPA/web/min-equals-max/0"));
        let texts: Vec<String> = (0..COLUMNS.len()).map(|at| note.cell(at, 0).text).collect();
        assert_eq!(
            texts,
            [
                "Note",
                "Nothing scales.",
                "shop",
                "Deployment/web",
                "HPA/web",
                "spec.minReplicas: 4; spec.maxReplicas: 4",
                "Widen the limits.",
            ]
        );
        for (severity, place) in [
            (Severity::Error, 0),
            (Severity::Warning, 1),
            (Severity::Note, 2),
        ] {
            assert_eq!(row(severity).sort_key(0), SortKey::Int(place));
        }
    }
}
