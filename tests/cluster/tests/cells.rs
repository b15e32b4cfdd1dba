//! Every cell equals kubectl's, for objects in states that are awkward to word.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use cluster::Connection;
use cluster_tests::{
    Printed, Window, fixture, halt_simulation, kubectl_cells, plane, server_cells, until,
};

struct Kind {
    /// In commands.
    id: &'static str,
    /// Where the server lists it.
    path: &'static str,
    /// For kubectl.
    word: &'static str,
    namespaced: bool,
    /// Rows the fixture has at least.
    least: usize,
}

const KINDS: [Kind; 10] = [
    Kind {
        id: "pods",
        path: "/api/v1/pods",
        word: "pods",
        namespaced: true,
        least: 220,
    },
    Kind {
        id: "deployments",
        path: "/apis/apps/v1/deployments",
        word: "deployments",
        namespaced: true,
        least: 4,
    },
    Kind {
        id: "replicasets",
        path: "/apis/apps/v1/replicasets",
        word: "replicasets",
        namespaced: true,
        least: 8,
    },
    Kind {
        id: "horizontalpodautoscalers",
        path: "/apis/autoscaling/v2/horizontalpodautoscalers",
        word: "hpa",
        namespaced: true,
        least: 20,
    },
    Kind {
        id: "scaledobjects",
        path: "/apis/keda.sh/v1alpha1/scaledobjects",
        word: "scaledobjects",
        namespaced: true,
        least: 4,
    },
    Kind {
        id: "nodes",
        path: "/api/v1/nodes",
        word: "nodes",
        namespaced: false,
        least: 14,
    },
    Kind {
        id: "events",
        path: "/api/v1/events",
        word: "events",
        namespaced: true,
        least: 15,
    },
    Kind {
        id: "namespaces",
        path: "/api/v1/namespaces",
        word: "namespaces",
        namespaced: false,
        least: 7,
    },
    Kind {
        id: "scalescope.test/v1/widgets",
        path: "/apis/scalescope.test/v1/widgets",
        word: "widgets",
        namespaced: true,
        least: 5,
    },
    Kind {
        id: "core/v1/services",
        path: "/api/v1/services",
        word: "services",
        namespaced: true,
        least: 2,
    },
];

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
    let _: wire::KindList = window
        .ask("kinds", serde_json::json!({"cluster": cluster}))
        .await
        .unwrap();
    let target = cluster::open(&kubeconfig)
        .unwrap()
        .target(
            "admin",
            &cluster::Surroundings::default(),
            &cluster::Plan::default(),
        )
        .unwrap();
    let (connection, _) = Connection::open(target).await.unwrap();

    let mut wrong = Vec::new();
    let mut cells = 0;
    for kind in &KINDS {
        let view = window.view(&cluster, kind.id).await;
        window.live(view).await;
        let mut table = Err(BTreeMap::new());
        for _ in 0..20 {
            let before = window.snapshot(view).await.rows;
            let server = server_cells(&connection, kind.path).await;
            let after = window.snapshot(view).await.rows;
            assert!(server.len() >= kind.least, "{} {}", server.len(), kind.id);
            table = compare(&server, &before, &after);
            if let Ok(count) = table {
                cells += count;
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // kubectl itself takes half a second, so an age may tick while it runs.
        let mut text = Err(BTreeMap::new());
        for _ in 0..5 {
            let before = window.snapshot(view).await.rows;
            let (word, namespaced) = (kind.word, kind.namespaced);
            let printed =
                tokio::task::spawn_blocking(move || kubectl_cells(plane(), word, namespaced))
                    .await
                    .unwrap();
            let after = window.snapshot(view).await.rows;
            text = compare(&printed, &before, &after);
            if text.is_ok() {
                break;
            }
        }
        for (source, result) in [("the server's table", table), ("kubectl's text", text)] {
            for (cell, words) in result.err().unwrap_or_default() {
                wrong.push(format!("{} against {source}: {cell}: {words}", kind.id));
            }
        }
    }
    eprintln!("{cells} cells compared");
    assert!(
        wrong.is_empty(),
        "{} cells differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cells > 2_500, "{cells}");
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
