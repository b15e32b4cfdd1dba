//! Every cell equals kubectl's, for objects in states that are awkward to word.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use cluster_tests::{
    Printed, Window, fixture, halt_simulation, kubectl_cells, plane, server_cells, straight, until,
};

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

/// Every kind that the server lists, custom ones included: a kind is compared by being served.
#[tokio::test(flavor = "multi_thread")]
async fn every_cell_is_kubectls() {
    tokio::task::spawn_blocking(|| {
        plane();
        halt_simulation();
        fixture::write(plane());
    })
    .await
    .unwrap();
    let kubeconfig = plane().kubeconfig();
    let (window, cluster) = Window::connected(&kubeconfig).await;
    let known: wire::KindList = window
        .ask("kinds", serde_json::json!({"cluster": cluster}))
        .await
        .unwrap();
    let connection = straight(&kubeconfig).await;

    let mut wrong = Vec::new();
    let (mut cells, mut objects, mut kinds) = (0, 0, 0);
    for kind in &known.kinds {
        if LEFT_OUT.iter().any(|(group, _)| *group == kind.group) {
            continue;
        }
        let view = window.view(&cluster, &kind.id).await;
        listed(&window, view).await;
        let mut table = Err(BTreeMap::new());
        for _ in 0..20 {
            let before = window.snapshot(view).await.rows;
            let server = server_cells(&connection, &path_of(kind)).await;
            let after = window.snapshot(view).await.rows;
            assert!(
                server.len() >= least_of(kind),
                "{} {}",
                server.len(),
                kind.id
            );
            table = compare(&server, &before, &after);
            if let Ok(count) = table {
                cells += count;
                objects += server.len();
                kinds += usize::from(!server.is_empty());
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // kubectl itself takes half a second, so an age may tick while it runs.
        let mut text = Err(BTreeMap::new());
        for _ in 0..5 {
            let before = window.snapshot(view).await.rows;
            let (word, namespaced) = (word_of(kind), kind.namespaced);
            let printed =
                tokio::task::spawn_blocking(move || kubectl_cells(plane(), &word, namespaced))
                    .await
                    .unwrap();
            let after = window.snapshot(view).await.rows;
            text = compare(&printed, &before, &after);
            if text.is_ok() {
                break;
            }
        }
        let _: () = window
            .ask("close_view", serde_json::json!({"id": view}))
            .await
            .unwrap();
        for (source, result) in [("the server's table", table), ("kubectl's text", text)] {
            for (cell, words) in result.err().unwrap_or_default() {
                wrong.push(format!("{} against {source}: {cell}: {words}", kind.id));
            }
        }
    }
    eprintln!("{cells} cells of {objects} objects of {kinds} kinds compared");
    assert!(
        wrong.is_empty(),
        "{} cells differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cells > 5_000, "{cells}");
    assert!(objects >= 400 && kinds >= 40, "{objects} {kinds}");
}

/// How many cells are equal to ours before or after they were asked for, or which are not.
fn compare(
    theirs: &Printed,
    before: &Printed,
    after: &Printed,
) -> Result<usize, BTreeMap<String, String>> {
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
