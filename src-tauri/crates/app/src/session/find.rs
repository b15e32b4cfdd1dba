//! Objects are found among the rows that are held; while somebody looks, those people mean most are.

use model::{Kind, Resource};
use table::Row;
use wire::{FindAsk, FindEntry, FindSort, Found, GoTo, KindEntry};

use super::Session;
use super::collection::CollectionId;
use crate::finding::{Objects, Search};
use crate::going;

/// How long what was opened for a search outlives the last question, if nobody says that it is over.
const HELD_MS: i64 = 120_000;

/// By group and plural.
const MEANT: [(&str, &str); 10] = [
    ("", "pods"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
    ("", "services"),
    ("", "configmaps"),
    ("", "nodes"),
    ("", "namespaces"),
];

/// What is held for a search.
#[derive(Debug, Default)]
pub(crate) struct Finding {
    held: Vec<CollectionId>,
    until_ms: i64,
}

impl Session {
    /// Finds by a few letters, and holds what is searched.
    pub(crate) fn find(&mut self, ask: &FindAsk) -> Found {
        self.hold_for_find();
        let kinds = self.kind_list().kinds;
        let mut entries = ask.entries.clone();
        entries.extend(self.namespace_names().into_iter().map(|name| FindEntry {
            id: name.clone(),
            sort: FindSort::Namespace,
            words: vec![format!("ns {name}")],
            title: name,
        }));
        let mut objects: Vec<Objects<'_>> = Vec::new();
        let mut told = Found::default();
        for collection in self.collections.values().filter(|c| c.is_whole()) {
            let Some(kind) = kinds.iter().find(|kind| kind.id == collection.kind_id) else {
                continue;
            };
            let failed = collection.failure().map(ToString::to_string);
            if let Some(why) = failed {
                told.unsearched.push(format!("{}: {why}", kind.title));
                continue;
            }
            let rows = collection.table.rows();
            if collection.settled() {
                told.searched
                    .push(format!("{} {}", kind.title, grouped(rows.len())));
            } else {
                told.loading.push(kind.title.clone());
            }
            let rows = rows.iter().map(|(_, row)| row.identity()).collect();
            objects.push(Objects { kind, rows });
        }
        told.unsearched.extend(self.withheld(&kinds));
        let found = Search::new(&ask.text).found(&entries, &kinds, &objects, ask.limit);
        Found {
            items: found.items,
            matched: found.matched,
            ..told
        }
    }

    /// Kinds that are meant but may not be listed.
    fn withheld(&self, kinds: &[KindEntry]) -> Vec<String> {
        let meant = MEANT.iter().filter_map(|(group, plural)| {
            let kind = kinds
                .iter()
                .find(|kind| kind.group == *group && kind.plural == *plural)?;
            let open = self.collections.values().any(|c| c.kind_id == kind.id);
            let lack = kind.lack.as_ref().filter(|_| !open)?;
            Some(format!("{}: {}", kind.title, lack.sentence))
        });
        meant.collect()
    }

    fn hold_for_find(&mut self) {
        self.finding.until_ms = self.wall_ms() + HELD_MS;
        for (group, plural) in MEANT {
            let Some((id, resource, kind)) = self.meant_kind(group, plural) else {
                continue;
            };
            let open = self.collections.values().any(|c| c.kind_id == id);
            // What is known to be refused is not asked for.
            if !open && self.list_lack(&resource).0.is_some() {
                continue;
            }
            let collection = self.collection(&id, resource, kind);
            if kind == Some(Kind::Namespaces) {
                self.hold_namespace_names(collection);
                continue;
            }
            if !self.finding.held.contains(&collection) {
                self.finding.held.push(collection);
                if let Some(collection) = self.collections.get_mut(&collection) {
                    collection.holds += 1;
                }
                self.ensure_feeds(collection);
            }
        }
    }

    fn meant_kind(&self, group: &str, plural: &str) -> Option<(String, Resource, Option<Kind>)> {
        let is = |resource: &&Resource| resource.group == group && resource.plural == plural;
        let typed = Kind::ALL.into_iter().map(Kind::spec);
        if let Some(spec) = typed.into_iter().find(|spec| is(&&spec.resource)) {
            return Some((spec.id.to_owned(), spec.resource.clone(), Some(spec.kind)));
        }
        let resource = self.kinds.listable().find(is)?.clone();
        Some((super::kinds::kind_id(&resource), resource, None))
    }

    /// Lets go of what was held for a search.
    pub(crate) fn end_find(&mut self) {
        for id in std::mem::take(&mut self.finding.held) {
            if let Some(collection) = self.collections.get_mut(&id) {
                collection.holds = collection.holds.saturating_sub(1);
            }
        }
    }

    /// Each second: a search that nobody ended is over.
    pub(crate) fn forget_find(&mut self, now_ms: i64) {
        if !self.finding.held.is_empty() && now_ms > self.finding.until_ms {
            self.end_find();
        }
    }

    /// Where what was typed leads.
    pub(crate) fn go(&mut self, text: &str, contexts: &[String]) -> GoTo {
        let kinds = self.kind_list().kinds;
        going::go(text, &kinds, &self.namespace_names(), contexts)
    }

    /// Names of the namespaces, as far as they are held.
    fn namespace_names(&self) -> Vec<String> {
        let held = self
            .collections
            .values()
            .find(|c| c.is_of(Kind::Namespaces));
        let rows = held.into_iter().flat_map(|c| c.table.rows().iter());
        let mut names: Vec<String> = rows.map(|(_, row)| row.meta().name.to_string()).collect();
        names.sort_unstable();
        names
    }
}

/// `50,000`
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures_are_grouped() {
        for (count, wanted) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (50_000, "50,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(super::grouped(count), wanted);
        }
    }
}
