//! What filter texts match, and what is said of those that mean nothing.

use super::*;
use crate::{Align, Cell, SortKey};

struct Pod;

const HOUR_MS: i64 = 3_600_000;
const NOW_MS: i64 = 100 * HOUR_MS;

impl Row for Pod {
    fn identity(&self) -> (&str, &str) {
        ("shop", "Web-7d4b9")
    }
    fn cell(&self, column: usize, _: i64) -> Cell {
        Cell::plain(match column {
            0 => "Running",
            1 => "Straße ΟΔΟΣ",
            2 => "3 (40s ago)",
            3 => "60m",
            4 => "212m",
            5 => "80/TCP,443/TCP",
            _ => "hidden",
        })
    }
    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            2 => SortKey::Int(3),
            3 => SortKey::Int(HOUR_MS - NOW_MS),
            4 => SortKey::Int(212_000_000),
            5 => SortKey::Text("80/TCP,443/TCP".into()),
            _ => SortKey::Absent,
        }
    }
    fn tag(&self, key: &str) -> Option<&str> {
        match key {
            "app" => Some("web"),
            "app.kubernetes.io/name" => Some("shop"),
            "empty" => Some(""),
            _ => None,
        }
    }
}

fn columns() -> Vec<Column> {
    [
        ("status", "Status", Measure::Ones),
        ("street", "Street", Measure::Ones),
        ("restarts", "Restarts", Measure::Ones),
        ("last-seen", "Last seen", Measure::Age),
        ("cpu", "CPU", Measure::Billionths),
        ("ports", "Port(s)", Measure::Ones),
    ]
    .map(|(id, title, measure)| Column {
        id: id.to_owned(),
        title: title.to_owned(),
        align: Align::Start,
        width: 100,
        wide: false,
        measure,
    })
    .to_vec()
}

fn is_field(key: &str) -> bool {
    key.starts_with("spec.")
}

fn parsed(text: &str) -> Result<Filter, FilterError> {
    let columns = columns();
    Filter::parse(
        text,
        &Vocabulary {
            columns: &columns,
            is_field,
        },
    )
}

/// Filter texts, and whether they match [`Pod`].
const CASES: &[(&str, bool)] = &[
    // Text.
    ("", true),
    ("   ", true),
    (",,", true),
    ("!", true),
    ("web", true),
    ("WEB-7D", true),
    ("shop/web", true),
    ("web run", true),
    ("web,run", true),
    ("web crash", false),
    ("web,crash", false),
    ("!crash", true),
    ("!crash running", true),
    ("!RUNNING", false),
    ("!web running", false),
    ("straße", true),
    ("οδο", true),
    ("ΟΔΟΣ", true),
    ("212m", true),
    ("213m", false),
    ("runningstra", false),
    ("hidden", false),
    ("(40s", true),
    ("\"3 (40s ago)\"", true),
    ("\"3 (41s ago)\"", false),
    ("!\"3 (41s ago)\"", true),
    ("\"80/TCP,443\"", true),
    ("\"app=web\"", false),
    ("in (", true),
    // Columns.
    ("status:running", true),
    ("STATUS:Runn", true),
    ("status:web", false),
    ("!status:running", false),
    ("!status:Pending", true),
    ("street:\"straße οδ\"", true),
    ("\"Last seen\":60m", true),
    ("last-seen:60", true),
    ("lastseen:60", true),
    ("port(s):443", true),
    ("ports:\"80/TCP,443/TCP\"", true),
    ("status:=running", true),
    ("status:=runn", false),
    ("!status:=runn", true),
    ("restarts:>2", true),
    ("restarts:>3", false),
    ("restarts:>=3", true),
    ("restarts:<3", false),
    ("restarts:<=3", true),
    ("restarts:=3", true),
    ("restarts:==4", false),
    ("!restarts:>3", true),
    ("restarts:<1k", true),
    ("cpu:>200m", true),
    ("cpu:>0.2", true),
    ("cpu:>1", false),
    ("cpu:<=212m", true),
    ("last-seen:<10m", false),
    ("last-seen:>10m", true),
    ("last-seen:>59m59s", true),
    ("last-seen:<1h1m", true),
    ("last-seen:<1d", true),
    ("status:>3", false),
    ("!status:>3", true),
    // Tags.
    ("app=web", true),
    ("app==web", true),
    ("app=Web", false),
    ("app=we", false),
    ("app!=web", false),
    ("app!=db", true),
    ("none=x", false),
    ("none!=x", true),
    ("!app=web", false),
    ("app=\"web\"", true),
    ("app.kubernetes.io/name=shop", true),
    ("empty=", true),
    ("app=", false),
    ("app in (web, db)", true),
    ("app in (db)", false),
    ("app notin (web,db)", false),
    ("app notin (db)", true),
    ("none notin (x)", true),
    ("none in (x)", false),
    ("!app in (web)", false),
    ("app in(web)", true),
    ("label:app", true),
    ("label:none", false),
    ("!label:none", true),
    ("!label:app", false),
    ("label:app=web", true),
    ("app=web,none!=db status:Running", true),
    ("app=web,none!=db status:Pending", false),
    ("text, app=web,tier!=db", false),
    ("spec.nodeName=n1", true),
];

#[test]
fn what_matches() {
    for (text, expected) in CASES.iter().copied() {
        let filter = parsed(text).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
        assert_eq!(filter.matches(&Pod, 6, NOW_MS), expected, "{text:?}");
    }
    assert!(CASES.len() > 60);
}

#[test]
fn what_means_nothing_is_told_with_its_place() {
    for (text, at, piece, says) in [
        ("web \"two words", 4, "\"two words", "does not end"),
        ("\"a\"b", 3, "b", "closing quote"),
        ("=web", 0, "=", "no key"),
        ("a !=web", 2, "!=", "no key"),
        (":web", 0, ":", "no column"),
        ("stat:web", 0, "stat", "Did you mean status?"),
        ("é nginx:1.2", 2, "nginx", "Columns are status"),
        ("status:", 7, "", "What shall Status be"),
        ("restarts:>many", 10, "many", "a number such as 3"),
        ("restarts:>", 10, "", "What shall"),
        ("last-seen:<10", 11, "10", "a time such as 90s"),
        ("cpu:>10x", 5, "10x", "100m"),
        ("app in (a,b", 7, "(a,b", "no “)”"),
        ("app in (a)b", 10, "b", "After a list"),
        ("label:", 6, "", "Which label?"),
        ("label:a!=b", 6, "a!=", "a!=value"),
        ("spec.a in (b)", 0, "spec.a in (", "=, == and != only"),
        (
            "spec.nodeName:n1",
            0,
            "spec.nodeName",
            "spec.nodeName=value",
        ),
    ] {
        let error = parsed(text).expect_err(text);
        assert_eq!((error.at, &*error.piece), (at, piece), "{text:?}");
        assert!(error.message.contains(says), "{text:?}: {}", error.message);
    }
}

#[test]
fn fields_are_handed_on() {
    let filter = parsed("web spec.nodeName=n1,spec.x!=\"a b\" !spec.y=z").unwrap_or_default();
    let fields: Vec<_> = filter
        .fields()
        .iter()
        .map(|field| (&*field.key, field.equal, &*field.value))
        .collect();
    assert_eq!(
        fields,
        [
            ("spec.nodeName", true, "n1"),
            ("spec.x", false, "a b"),
            ("spec.y", false, "z")
        ]
    );
    assert!(!filter.is_empty() && !filter.ages());
}

#[test]
fn emptiness_and_ages() {
    for (text, empty, ages) in [
        (" ! ", true, false),
        ("!a", false, false),
        ("last-seen:<1h", false, true),
        ("cpu:>1", false, false),
    ] {
        let filter = parsed(text).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
        assert_eq!(
            (filter.is_empty(), filter.ages()),
            (empty, ages),
            "{text:?}"
        );
    }
    // Before the columns are known, what is said of them holds back.
    let filter = Filter::parse("any:thing", &Vocabulary::default());
    assert_eq!(filter, Ok(Filter::default()));
}

/// A row whose second column lists tags.
struct Tagged;

impl Row for Tagged {
    fn identity(&self) -> (&str, &str) {
        ("shop", "web")
    }
    fn cell(&self, column: usize, _: i64) -> Cell {
        Cell::plain(["Running", "region=central"][column])
    }
    fn sort_key(&self, _: usize) -> SortKey<'_> {
        SortKey::Absent
    }
    fn lists_tags(&self, column: usize) -> bool {
        column == 1
    }
}

#[test]
fn words_are_not_looked_for_among_tags() {
    for (text, expected) in [("run", true), ("central", false), ("!central", true)] {
        let filter = parsed(text).expect("words are a filter");
        assert_eq!(filter.matches(&Tagged, 2, NOW_MS), expected, "{text}");
    }
}
