//! Every cell equals kubectl's, for objects in states that are awkward to word.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use cluster_tests::{
    Plane, Printed, Window, fixture, halves, kubectl_cells, server_cells, straight, until,
};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: every_cell_is_the_servers;
    by_kubectl: every_cell_is_kubectls;
}

/// Rows that the fixture has at least, of kinds that it writes piece by piece.
const LEAST: [(&str, usize); 10] = [
    ("pods", 220),
    ("deployments", 4),
    ("replicasets", 8),
    ("horizontalpodautoscalers", 20),
    ("scaledobjects", 4),
    ("nodes", 14),
    ("events", 15),
    ("namespaces", 7),
    ("scalescope.test/v1/widgets", 5),
    ("core/v1/services", 2),
];

/// Kinds that cannot be compared, and why.
const LEFT_OUT: [(&str, &str); 1] = [(
    "metrics.k8s.io",
    "what is measured differs from one question to the next",
)];

/// Where the server lists a kind.
fn path_of(kind: &wire::KindEntry) -> String {
    let version = &kind.versions[0];
    if kind.group.is_empty() {
        format!("/api/{version}/{}", kind.plural)
    } else {
        format!("/apis/{}/{version}/{}", kind.group, kind.plural)
    }
}

/// For kubectl: the resource in exactly this version.
fn word_of(kind: &wire::KindEntry) -> String {
    if kind.group.is_empty() {
        kind.plural.clone()
    } else {
        format!("{}.{}.{}", kind.plural, kind.versions[0], kind.group)
    }
}

/// Rows that a kind must have: what the fixture wrote.
fn least_of(kind: &wire::KindEntry) -> usize {
    let root = path_of(kind);
    let written = fixture::kinds::all()
        .into_iter()
        .filter(|one| format!("{}/{}", one.root, one.plural) == root)
        .map(|one| one.len())
        .sum::<usize>();
    let piecewise = LEAST.iter().find(|(id, _)| *id == kind.id);
    piecewise.map_or(0, |(_, least)| *least).max(written)
}

/// Until a table is live, or as fresh as a kind that cannot be watched gets.
async fn listed(window: &Window, view: u32) {
    until("a listed table", Duration::from_secs(40), async || {
        let state = window.state(view).await;
        let unwatched = state.why.contains("offers no watch of this kind");
        if state.phase == wire::Phase::Live || unwatched {
            Ok(())
        } else {
            Err(format!("{state:?}"))
        }
    })
    .await;
}

/// A window on the fixture, with every kind that can be compared: those that the server lists, custom ones included.
async fn opened(plane: &Plane) -> (Window, String, Vec<wire::KindEntry>) {
    plane
        .blocking(|plane| {
            plane.halt_simulation();
            fixture::write(plane);
        })
        .await;
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let known: wire::KindList = window
        .ask("kinds", serde_json::json!({"cluster": cluster}))
        .await
        .unwrap();
    let mut kinds = known.kinds;
    kinds.retain(|kind| LEFT_OUT.iter().all(|(group, _)| *group != kind.group));
    (window, cluster, kinds)
}

/// What was compared of all kinds, and what differs.
#[derive(Default)]
struct Sum {
    cells: usize,
    objects: usize,
    kinds: usize,
    wrong: Vec<String>,
}

impl Sum {
    fn add(&mut self, kind: &wire::KindEntry, rows: usize, result: Compared) {
        self.objects += rows;
        self.kinds += usize::from(rows > 0);
        match result {
            Ok(cells) => self.cells += cells,
            Err(wrong) => {
                for (cell, words) in wrong {
                    self.wrong.push(format!("{}: {cell}: {words}", kind.id));
                }
            }
        }
    }

    fn conclude(self, plane: &Plane) {
        let Self {
            cells,
            objects,
            kinds,
            wrong,
        } = self;
        eprintln!("{cells} cells of {objects} objects of {kinds} kinds compared");
        assert!(
            wrong.is_empty(),
            "{} cells differ:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        let (some_cells, some_kinds) = match plane {
            Plane::Real(_) => (5_000, 40),
            // It serves fewer kinds.
            Plane::Demo(_) => (3_000, 30),
        };
        assert!(
            cells > some_cells && objects >= 400 && kinds >= some_kinds,
            "{cells} {objects} {kinds}"
        );
    }
}

async fn close(window: &Window, view: u32) {
    let ask = serde_json::json!({"id": view});
    let () = window.ask("close_view", ask).await.unwrap();
}

async fn every_cell_is_the_servers(plane: Plane) {
    let (window, cluster, kinds) = opened(&plane).await;
    let connection = straight(&plane.kubeconfig()).await;
    let mut sum = Sum::default();
    for kind in &kinds {
        let view = window.view(&cluster, &kind.id).await;
        listed(&window, view).await;
        let mut result = Err(BTreeMap::new());
        let mut rows = 0;
        for _ in 0..20 {
            let before = window.snapshot(view).await.rows;
            let server = server_cells(&connection, &path_of(kind)).await;
            let after = window.snapshot(view).await.rows;
            rows = server.len();
            assert!(rows >= least_of(kind), "{rows} {}", kind.id);
            result = compare(&server, &before, &after);
            if result.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        close(&window, view).await;
        sum.add(kind, rows, result);
    }
    sum.conclude(&plane);
}

async fn every_cell_is_kubectls(plane: Plane) {
    let (window, cluster, kinds) = opened(&plane).await;
    let mut sum = Sum::default();
    for kind in &kinds {
        let view = window.view(&cluster, &kind.id).await;
        listed(&window, view).await;
        let mut result = Err(BTreeMap::new());
        let mut rows = 0;
        // kubectl itself takes half a second, so an age may tick while it runs.
        for _ in 0..5 {
            let before = window.snapshot(view).await.rows;
            let (word, namespaced) = (word_of(kind), kind.namespaced);
            let printed = plane
                .blocking(move |plane| kubectl_cells(plane, &word, namespaced))
                .await;
            let after = window.snapshot(view).await.rows;
            rows = printed.len();
            result = compare(&printed, &before, &after);
            if result.is_ok() {
                break;
            }
        }
        close(&window, view).await;
        sum.add(kind, rows, result);
    }
    sum.conclude(&plane);
}

/// How many cells are equal, or which are not.
type Compared = Result<usize, BTreeMap<String, String>>;

/// How many cells are equal to ours before or after they were asked for, or which are not.
fn compare(theirs: &Printed, before: &Printed, after: &Printed) -> Compared {
    let mut wrong = BTreeMap::new();
    let mut count = 0;
    for key in before
        .keys()
        .filter(|key| after.contains_key(*key) && !theirs.contains_key(*key))
    {
        wrong.insert(key.clone(), "a row that kubectl does not have".to_owned());
    }
    for (key, cells) in theirs {
        for (heading, cell) in cells {
            count += 1;
            let ours = [before, after].map(|rows| rows.get(key).and_then(|row| row.get(heading)));
            if !ours.iter().flatten().any(|ours| *ours == cell) {
                wrong.insert(
                    format!("{key} {heading}"),
                    format!("kubectl {cell:?}, ours {:?} then {:?}", ours[0], ours[1]),
                );
            }
        }
    }
    if wrong.is_empty() {
        Ok(count)
    } else {
        Err(wrong)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comparison_sees_a_difference() {
    let row = |status: &str| {
        let cells = BTreeMap::from([("STATUS".to_owned(), status.to_owned())]);
        Printed::from([("ns/pod".to_owned(), cells)])
    };
    let (running, pending) = (row("Running"), row("Pending"));
    assert_eq!(compare(&running, &pending, &running), Ok(1));
    assert!(compare(&running, &pending, &pending).is_err());
    assert!(compare(&Printed::new(), &running, &running).is_err());
    assert!(compare(&running, &Printed::new(), &Printed::new()).is_err());
    // What the comparison waits with is a condition, too.
    until("at once", Duration::from_secs(1), async || Ok(())).await;
}
