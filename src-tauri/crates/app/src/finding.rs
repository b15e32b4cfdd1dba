//! What fits a few letters, the best first.

use std::borrow::Cow;

use frizbee::{CaseMatching, Config, Matcher};
use wire::{FindEntry, FindSort, Found, FoundItem, KindEntry, RowKey};

/// Kinds searched for objects with so many rows are searched by several threads.
const LARGE: usize = 20_000;

/// Objects of one kind, by namespace and name.
pub(crate) struct Objects<'a> {
    pub(crate) kind: &'a KindEntry,
    pub(crate) rows: Vec<(&'a str, &'a str)>,
}

/// How well something fits: the smaller the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is what was typed, or its short name is.
    Exact,
    /// It begins with it.
    Prefix,
    /// It contains it.
    Inside,
    /// Its letters come in that order; the worse the larger.
    Fuzzy(u16),
}

type Rank = (Fit, FindSort, usize, usize);

/// A search for what was typed.
pub(crate) struct Search {
    /// Looked for in titles and names.
    needle: String,
    /// Kinds or namespaces that objects must be of.
    narrow: Vec<String>,
    /// All of it, for what is no object.
    whole: String,
    config: Config,
}

impl Search {
    pub(crate) fn new(text: &str) -> Self {
        let whole = text.trim().to_lowercase();
        let mut words: Vec<String> = whole
            .split([' ', '/'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let needle = words.pop().unwrap_or_default();
        Self {
            needle,
            narrow: words,
            whole,
            config: Config::default().casing(CaseMatching::Ignore),
        }
    }

    /// The best of all these.
    pub(crate) fn found(
        &self,
        entries: &[FindEntry],
        kinds: &[KindEntry],
        objects: &[Objects<'_>],
        limit: u32,
    ) -> Found {
        let limit = limit as usize;
        let mut ranked: Vec<(Rank, FoundItem)> = Vec::new();
        let mut matcher = Matcher::new(self.whole.as_str(), &self.config);
        let given = kinds
            .iter()
            .map(kind_entry)
            .chain(entries.iter().map(|e| (e.clone(), String::new())));
        for (at, (entry, lack)) in given.enumerate() {
            let Some(fit) = self.entry_fit(&mut matcher, &entry) else {
                continue;
            };
            let about = about(entry.sort, kinds.get(at));
            let item = FoundItem {
                id: entry.id,
                sort: entry.sort,
                marks: Vec::new(),
                title: entry.title,
                about,
                object: None,
                lack,
            };
            ranked.push(((fit, item.sort, at, 0), item));
        }
        let mut fitting = ranked.len();
        if !self.needle.is_empty() {
            for (at, of_kind) in objects.iter().enumerate() {
                fitting += self.objects(at, of_kind, limit, &mut ranked);
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.truncate(limit);
        let mut items: Vec<FoundItem> = ranked.into_iter().map(|(_, item)| item).collect();
        for item in &mut items {
            let wanted = if item.object.is_some() {
                &self.needle
            } else {
                &self.whole
            };
            item.marks = marks(&item.title, wanted, &self.config);
        }
        Found {
            items,
            matched: u32::try_from(fitting).unwrap_or(u32::MAX),
            ..Found::default()
        }
    }

    fn entry_fit(&self, matcher: &mut Matcher, entry: &FindEntry) -> Option<Fit> {
        if self.whole.is_empty() {
            return Some(Fit::Inside);
        }
        let title = matcher
            .match_one(&entry.title, 0)
            .map(|found| fit_of(&entry.title, &self.whole, found.score));
        // Of other words only the beginning counts: short names are short.
        let words = entry.words.iter().filter_map(|word| {
            let word = word.to_lowercase();
            (word == self.whole)
                .then_some(Fit::Exact)
                .or_else(|| word.starts_with(&self.whole).then_some(Fit::Inside))
        });
        title.into_iter().chain(words).min()
    }

    /// Adds the best objects of a kind; how many fit.
    fn objects(
        &self,
        at: usize,
        of: &Objects<'_>,
        limit: usize,
        ranked: &mut Vec<(Rank, FoundItem)>,
    ) -> usize {
        let of_kind = |word: &String| {
            let names = [&of.kind.plural, &of.kind.singular].into_iter();
            names
                .chain(&of.kind.short_names)
                .any(|name| name.starts_with(word.as_str()))
        };
        // A word that is not about the kind is about the namespace.
        let spaces: Vec<&String> = self.narrow.iter().filter(|word| !of_kind(word)).collect();
        let mut rows = Cow::Borrowed(&of.rows);
        if !spaces.is_empty() {
            let within =
                |namespace: &str| spaces.iter().all(|word| namespace.contains(word.as_str()));
            rows.to_mut().retain(|(namespace, _)| within(namespace));
        }
        let names: Vec<&str> = rows.iter().map(|(_, name)| *name).collect();
        let mut matcher = Matcher::new(self.needle.as_str(), &self.config);
        let fitting = if names.len() >= LARGE {
            matcher.match_list_parallel(&names, 0)
        } else {
            matcher.match_list(&names)
        };
        let mut best: Vec<(Fit, usize, usize)> = fitting
            .iter()
            .map(|one| {
                let index = one.index as usize;
                let name = names[index];
                (fit_of(name, &self.needle, one.score), name.len(), index)
            })
            .collect();
        let count = best.len();
        if best.len() > limit && limit > 0 {
            best.select_nth_unstable(limit - 1);
            best.truncate(limit);
        }
        ranked.extend(best.into_iter().map(|(fit, length, index)| {
            let (namespace, name) = rows[index];
            let item = FoundItem {
                id: format!("{}/{namespace}/{name}", of.kind.id),
                sort: FindSort::Object,
                title: name.to_owned(),
                about: object_about(of.kind, namespace),
                marks: Vec::new(),
                object: Some(RowKey {
                    key: format!("{}/{namespace}/{name}", of.kind.id),
                    kind: of.kind.id.clone(),
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                }),
                lack: String::new(),
            };
            ((fit, FindSort::Object, length, at), item)
        }));
        count
    }
}

fn fit_of(text: &str, wanted: &str, score: u16) -> Fit {
    // Names are ASCII; of other text only ASCII letters count as the same in either case.
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let starts = |at: usize| {
        let piece = text.get(at..at + wanted.len());
        piece.is_some_and(|piece| piece.eq_ignore_ascii_case(wanted))
    };
    if starts(0) {
        if text.len() == wanted.len() {
            Fit::Exact
        } else {
            Fit::Prefix
        }
    } else if (1..text.len()).any(starts) {
        Fit::Inside
    } else {
        Fit::Fuzzy(u16::MAX - score)
    }
}

/// Characters of `text` that were found.
fn marks(text: &str, wanted: &str, config: &Config) -> Vec<u32> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut matcher = Matcher::new(wanted, config);
    let mut marks = matcher
        .match_one_indices(text, 0)
        .map(|found| found.indices)
        .unwrap_or_default();
    marks.sort_unstable();
    marks
}

fn kind_entry(kind: &KindEntry) -> (FindEntry, String) {
    let mut words = kind.short_names.clone();
    words.extend([
        kind.singular.clone(),
        kind.plural.clone(),
        kind.kind.to_lowercase(),
    ]);
    let entry = FindEntry {
        id: kind.id.clone(),
        sort: FindSort::Kind,
        title: kind.title.clone(),
        words,
    };
    let lack = kind.lack.as_ref().map(|lack| lack.sentence.clone());
    (entry, lack.unwrap_or_default())
}

fn about(sort: FindSort, kind: Option<&KindEntry>) -> String {
    match (sort, kind) {
        (FindSort::Kind, Some(kind)) if !kind.group.is_empty() => format!("kind · {}", kind.group),
        (FindSort::Kind, _) => "kind".to_owned(),
        (FindSort::View, _) => "view".to_owned(),
        (FindSort::Namespace, _) => "namespace".to_owned(),
        (FindSort::Command, _) => "command".to_owned(),
        (FindSort::Context, _) => "context".to_owned(),
        (FindSort::Object, _) => "object".to_owned(),
    }
}

fn object_about(kind: &KindEntry, namespace: &str) -> String {
    if namespace.is_empty() {
        kind.kind.clone()
    } else {
        format!("{} · {namespace}", kind.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(title: &str, kind: &str, plural: &str, short: &[&str]) -> KindEntry {
        KindEntry {
            id: plural.to_owned(),
            title: title.to_owned(),
            kind: kind.to_owned(),
            group: String::new(),
            plural: plural.to_owned(),
            singular: kind.to_lowercase(),
            section: String::new(),
            namespaced: true,
            short_names: short.iter().map(|&s| s.to_owned()).collect(),
            categories: Vec::new(),
            versions: Vec::new(),
            custom: false,
            lack: None,
            unsure: false,
        }
    }

    fn entry(sort: FindSort, title: &str, words: &[&str]) -> FindEntry {
        FindEntry {
            id: format!("{sort:?} {title}"),
            sort,
            title: title.to_owned(),
            words: words.iter().map(|&s| s.to_owned()).collect(),
        }
    }

    #[test]
    fn ranking() {
        let kinds = [
            kind("Pods", "Pod", "pods", &["po"]),
            kind("Deployments", "Deployment", "deployments", &["deploy"]),
            kind(
                "PodDisruptionBudgets",
                "PodDisruptionBudget",
                "poddisruptionbudgets",
                &["pdb"],
            ),
            kind(
                "PersistentVolumes",
                "PersistentVolume",
                "persistentvolumes",
                &["pv"],
            ),
        ];
        let entries = [
            entry(FindSort::Namespace, "shop", &["ns shop"]),
            entry(FindSort::Command, "Theme: dark", &[]),
            entry(FindSort::View, "Broken pods", &[]),
            entry(FindSort::Context, "prod", &[]),
        ];
        let pods = Objects {
            kind: &kinds[0],
            rows: vec![
                ("shop", "web-1"),
                ("shop", "shop"),
                ("blog", "web-2"),
                ("shop", "pod-web"),
                ("shop", "kube-dns"),
            ],
        };
        let deployments = Objects {
            kind: &kinds[1],
            rows: vec![("shop", "web")],
        };
        let objects = [pods, deployments];
        for (text, wanted) in [
            ("po", "Pods PodDisruptionBudgets pod-web Broken\u{a0}pods"),
            ("pod", "Pods PodDisruptionBudgets pod-web Broken\u{a0}pods"),
            ("pv", "PersistentVolumes"),
            ("pdb", "PodDisruptionBudgets"),
            ("shop", "shop shop"),
            ("web", "web web-1 web-2 pod-web"),
            ("blog web", "web-2"),
            ("blog/web", "web-2"),
            ("deploy web", "web"),
            ("po w2", "web-2"),
            ("kdns", "kube-dns"),
            ("theme dark", "Theme:\u{a0}dark"),
            ("zzzz", ""),
        ] {
            let found = Search::new(text).found(&entries, &kinds, &objects, 10);
            let titles: Vec<String> = found
                .items
                .iter()
                .map(|item| item.title.replace(' ', "\u{a0}"))
                .collect();
            let titles = titles.join(" ");
            // What only has the letters in their order comes after these.
            assert!(titles.starts_with(wanted), "{text:?}: {titles}");
            assert_eq!(titles.is_empty(), wanted.is_empty(), "{text:?}: {titles}");
        }
        let all = Search::new("").found(&entries, &kinds, &objects, 10);
        assert_eq!(all.items.len(), 8, "no objects before anything is typed");
        let few = Search::new("web").found(&entries, &kinds, &objects, 2);
        assert_eq!((few.items.len(), few.matched), (2, 4));
    }

    #[test]
    fn found_letters_are_marked() {
        let config = Search::new("").config;
        for (text, wanted, places) in [
            ("kube-dns", "kdns", vec![0, 5, 6, 7]),
            ("Pods", "po", vec![0, 1]),
            ("Pods", "", vec![]),
        ] {
            assert_eq!(marks(text, wanted, &config), places, "{wanted} in {text}");
        }
    }

    #[test]
    fn fifty_thousand_objects_take_less_than_fifty_ms() {
        let kinds = [kind("Pods", "Pod", "pods", &["po"])];
        let names: Vec<(String, String)> = (0..50_000)
            .map(|n| {
                (
                    format!("team-{}", n % 200),
                    format!("checkout-{:x}-{n:05}", n * 7919 % 65_536),
                )
            })
            .collect();
        for text in [
            "c",
            "checkout",
            "chk",
            "out-4",
            "team-7 check",
            "49999",
            "zzz",
        ] {
            let rounds = if cfg!(debug_assertions) { 1 } else { 5 };
            let times = (0..rounds).map(|_| {
                let began = std::time::Instant::now();
                let rows = names
                    .iter()
                    .map(|(a, b)| (a.as_str(), b.as_str()))
                    .collect();
                let objects = [Objects {
                    kind: &kinds[0],
                    rows,
                }];
                let found = Search::new(text).found(&[], &kinds, &objects, 60);
                assert!(found.items.len() <= 60);
                began.elapsed()
            });
            let took = times.min().expect("five times");
            println!("{text:?} among 50,000: {took:.1?}");
            // Without optimization, on a machine that builds beside it, it only must not be a blunder.
            let most = if cfg!(debug_assertions) { 2_000 } else { 50 };
            assert!(took.as_millis() < most, "{text:?}: {took:?}");
        }
    }
}
