//! The parts of the page that are counted over objects: workloads, warnings, quotas.

use std::collections::HashMap;

use model::overview::workloads::{KINDS, Verdict, verdict};
use model::overview::{quotas, warnings};
use model::{Kind, ObjectRow, PodRow};
use table::{Cell, Row, Tone};
use wire::{
    Bar, QuotaLine, QuotasPart, Troubled, WarningLine, WarningsPart, WorkloadCount, WorkloadLine,
};

use super::super::Session;
use super::super::collection::Collection;
use super::super::kinds::KindsState;
use super::listing;

/// Objects that are not well, named a kind.
const TROUBLED: usize = 5;
/// Words counted a kind.
const COUNTS: usize = 8;
/// Groups of warnings, and quotas, that the page shows.
const LINES: usize = 12;

impl Session {
    pub(super) fn workload_lines(&self, now_ms: i64) -> Vec<WorkloadLine> {
        let all = KINDS.into_iter();
        all.map(|plural| {
            let mut held = self
                .overview
                .held
                .iter()
                .filter_map(|id| self.collections.get(id));
            match held.find(|one| one.resource.plural == plural) {
                Some(collection) => self.workload_line(plural, collection, now_ms),
                None => WorkloadLine {
                    kind: plural.to_owned(),
                    title: plural.to_owned(),
                    state: listing(),
                    total: 0,
                    counts: Vec::new(),
                    troubled: Vec::new(),
                    more: 0,
                },
            }
        })
        .collect()
    }

    fn workload_line(&self, plural: &str, of: &Collection, now_ms: i64) -> WorkloadLine {
        let mut counts: HashMap<String, (u32, Tone)> = HashMap::new();
        let mut troubled: Vec<(Tone, String, &ObjectRow)> = Vec::new();
        let mut total = 0;
        for (_, row) in of.table.rows().iter() {
            total += 1;
            let verdict = match row {
                ObjectRow::Pod(pod) => of_pod(pod),
                other => verdict(plural, |heading| cell(of, other, heading, now_ms)),
            };
            if matches!(verdict.tone, Tone::Bad | Tone::Warn) {
                troubled.push((verdict.tone, verdict.words, row));
            }
            counts.entry(verdict.word).or_insert((0, verdict.tone)).0 += 1;
        }
        // What is broken first, then what changed last is known by its name alone.
        troubled.sort_by_cached_key(|(tone, _, row)| {
            let (namespace, name) = row.identity();
            (*tone != Tone::Bad, namespace.to_owned(), name.to_owned())
        });
        let is_pods = of.kind == Some(Kind::Pods);
        let mut counts: Vec<WorkloadCount> = counts
            .into_iter()
            .map(|(word, (count, tone))| WorkloadCount {
                count,
                // Exactly that word of the column: it may hold a colon.
                filter: if is_pods {
                    format!("status:=\"{word}\"")
                } else {
                    String::new()
                },
                word: Cell::toned(word, tone),
            })
            .collect();
        counts.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.word.text.cmp(&b.word.text))
        });
        if counts.len() > COUNTS {
            let rest: u32 = counts.drain(COUNTS - 1..).map(|one| one.count).sum();
            counts.push(WorkloadCount {
                count: rest,
                word: Cell::plain("in other states"),
                filter: String::new(),
            });
        }
        let more = troubled.len().saturating_sub(TROUBLED);
        let troubled = troubled
            .into_iter()
            .take(TROUBLED)
            .map(|(tone, words, row)| {
                let (namespace, name) = row.identity();
                Troubled {
                    object: KindsState::at(&of.resource, namespace, name),
                    words: Cell::toned(words, tone),
                }
            });
        WorkloadLine {
            kind: of.kind_id.clone(),
            title: title(&of.resource.plural, &of.resource.kind),
            state: of.state(&[], &self.status),
            total,
            counts,
            troubled: troubled.collect(),
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn warnings_part(&self, now_ms: i64) -> WarningsPart {
        let groups = warnings::warnings(super::events(&self.collections), now_ms);
        let line = |group: &warnings::WarningGroup| {
            let example = &group.example;
            let object = self.object_ref(
                &example.object_api,
                &example.object_kind,
                &example.object_namespace,
                &example.object_name,
            );
            WarningLine {
                reason: group.reason.to_string(),
                object_kind: group.object_kind.to_string(),
                count: u32::try_from(group.count).unwrap_or(u32::MAX),
                last: model::duration::human(now_ms - group.last_ms),
                namespaces: some_of(&group.namespaces),
                message: example.message.to_string(),
                object,
            }
        };
        WarningsPart {
            state: self.state_of(&[Kind::Events], &[]),
            total: u32::try_from(groups.len()).unwrap_or(u32::MAX),
            groups: groups.iter().take(LINES).map(line).collect(),
        }
    }

    pub(super) fn quotas_part(&self, now_ms: i64) -> QuotasPart {
        let Some(of) = self.held("", "resourcequotas") else {
            return QuotasPart {
                state: listing(),
                quotas: 0,
                total: 0,
                lines: Vec::new(),
            };
        };
        let mut uses = Vec::new();
        for (_, row) in of.table.rows().iter() {
            for heading in ["Request", "Limit"] {
                let cell = cell(of, row, heading, now_ms);
                uses.extend(quotas::of_cell(&cell).into_iter().map(|one| (row, one)));
            }
        }
        uses.sort_by(|(a, one), (b, other)| {
            let ties = || (a.identity(), &one.resource).cmp(&(b.identity(), &other.resource));
            other.share.total_cmp(&one.share).then_with(ties)
        });
        let line = |(row, one): &(&ObjectRow, quotas::QuotaUse)| {
            let (namespace, name) = row.identity();
            let share = one.share;
            QuotaLine {
                quota: KindsState::at(&of.resource, namespace, name),
                resource: one.resource.clone(),
                used: Bar {
                    amount: one.used.clone(),
                    percent: if share.is_finite() {
                        model::overview::capacity::percent(share)
                    } else {
                        String::new()
                    },
                    share: share.min(1e6),
                    tone: match share {
                        share if share >= 1.0 => Tone::Bad,
                        share if share >= 0.9 => Tone::Warn,
                        _ => Tone::Plain,
                    },
                },
                hard: one.hard.clone(),
            }
        };
        QuotasPart {
            state: of.state(&[], &self.status),
            quotas: u32::try_from(of.table.rows().len()).unwrap_or(u32::MAX),
            total: u32::try_from(uses.len()).unwrap_or(u32::MAX),
            lines: uses.iter().take(LINES).map(line).collect(),
        }
    }
}

/// What a row shows under a heading of kubectl's; empty where there is none such.
fn cell(of: &Collection, row: &ObjectRow, heading: &str, now_ms: i64) -> String {
    let column = of
        .columns
        .iter()
        .position(|column| column.title.eq_ignore_ascii_case(heading));
    column
        .map(|column| row.cell(column, now_ms).text)
        .unwrap_or_default()
}

fn of_pod(pod: &PodRow) -> Verdict {
    let restarts = match pod.restarts {
        0 => String::new(),
        1 => ", 1 restart".to_owned(),
        n => format!(", {n} restarts"),
    };
    let ready = match &*pod.status {
        "Running" => format!("{}/{} ready", pod.ready, pod.total),
        status => status.to_owned(),
    };
    Verdict {
        word: pod.status.to_string(),
        tone: pod.tone(),
        words: format!("{ready}{restarts}"),
    }
}

/// `Pods` of `pods`, `Pod`.
fn title(plural: &str, kind: &str) -> String {
    let known = model::catalog::known("", plural)
        .or_else(|| model::catalog::known("apps", plural))
        .or_else(|| model::catalog::known("batch", plural));
    known.map_or_else(
        || format!("{kind}s"),
        |known| known.definition.title.to_owned(),
    )
}

/// `shop`, `shop and bank`, `shop, bank and 3 more`; what lies in none is `the cluster`.
fn some_of(names: &[String]) -> String {
    let name = |at: usize| match names[at].as_str() {
        "" => "the cluster",
        name => name,
    };
    match names.len() {
        0 => String::new(),
        1 => name(0).to_owned(),
        2 => format!("{} and {}", name(0), name(1)),
        more => format!("{}, {} and {} more", name(0), name(1), more - 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted() {
        let names =
            |list: &[&str]| some_of(&list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&[]), "");
        assert_eq!(names(&[""]), "the cluster");
        assert_eq!(names(&["a", "b"]), "a and b");
        assert_eq!(names(&["a", "b", "c", "d"]), "a, b and 2 more");
    }
}
