//! The demo cluster's day is explained as its controllers decide it.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use cluster_tests::{Window, until};
use serde_json::{Value, json};
use wire::{BandKind, Explained, GraphTable, Marks};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// The program's own demo cluster, ten times as fast, at a minute of an hour that is over.
async fn demo_at(minute: i64) -> (Window, String) {
    let window = Window::open(Path::new("/nonexistent/kubeconfig"));
    let connecting: wire::Connecting = window
        .ask("connect", json!({"context": "demo"}))
        .await
        .unwrap();
    let wire::Connecting::Connected { cluster } = connecting else {
        panic!("{connecting:?}");
    };
    let cluster = cluster.cluster;
    let time: wire::DemoTime = window
        .ask("demo_time", json!({"cluster": cluster}))
        .await
        .unwrap();
    let hour = (time.present_ms / HOUR_MS - 2) * HOUR_MS;
    for (command, ask) in [
        (
            "go_to_demo_time",
            json!({"cluster": cluster, "toMs": hour + minute * MINUTE_MS}),
        ),
        ("set_demo_rate", json!({"cluster": cluster, "rate": 10})),
    ] {
        let _: wire::DemoTime = window.ask(command, ask).await.unwrap();
    }
    (window, cluster)
}

async fn open(window: &Window, cluster: &str, kind: &str, namespace: &str, name: &str) -> u32 {
    let ask = json!({"cluster": cluster, "kind": kind, "namespace": namespace, "name": name});
    let opened: wire::GraphOpened = window.ask("open_graph", ask).await.unwrap();
    opened.graph
}

async fn explain(window: &Window, graph: u32, at_ms: Option<i64>) -> Explained {
    window
        .ask("explain", json!({"graph": graph, "atMs": at_ms}))
        .await
        .unwrap()
}

fn span(graph: u32, from_ms: i64, to_ms: i64) -> Value {
    json!({"graph": graph, "fromMs": from_ms, "toMs": to_ms})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_scale_down_says_until_when() {
    let (window, cluster) = demo_at(46).await;
    let graph = open(
        &window,
        &cluster,
        "horizontalpodautoscalers",
        "shop",
        "cart",
    )
    .await;
    until("a hold", Duration::from_mins(1), async || {
        let told = explain(&window, graph, None).await;
        let marks: Marks = window
            .ask(
                "graph_marks",
                span(graph, told.at_ms - HOUR_MS, told.at_ms + HOUR_MS),
            )
            .await
            .unwrap();
        let band = marks.bands.iter().find(|band| {
            band.kind == BandKind::Stabilization
                && band.label.starts_with("held until")
                && band.to_ms > told.at_ms
        });
        let holds = told.headline.contains("olds") && told.headline.contains("until");
        let counts = told.next.as_ref().is_some_and(|next| {
            next.since_ms <= told.at_ms
                && told.at_ms <= next.latest_ms
                && next.earliest_ms <= next.latest_ms
        });
        let measured = told.counted.rows.len() == marks.pods.len() && !marks.pods.is_empty();
        if holds && band.is_some() && counts && measured {
            Ok(())
        } else {
            Err(format!("{told:#?} {:#?} {}", marks.bands, marks.pods.len()))
        }
    })
    .await;
    let now = explain(&window, graph, None).await;
    let before = explain(&window, graph, Some(now.at_ms - 5_000)).await;
    assert!(!before.is_live && before.next.is_none(), "{before:#?}");
    assert!(!before.asks.is_empty(), "{before:#?}");
    let table: GraphTable = window
        .ask("graph_table", span(graph, now.at_ms - HOUR_MS, now.at_ms))
        .await
        .unwrap();
    let last = table.rows.last().unwrap();
    assert_eq!(last.len(), table.columns.len());
    assert!(
        table.columns.contains(&"load asks".to_owned()) && last.iter().any(|cell| !cell.is_empty()),
        "{table:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_are_called_by_what_they_measure() {
    let (window, cluster) = demo_at(30).await;
    let graph = open(&window, &cluster, "scaledobjects", "web", "cosci").await;
    until("both triggers", Duration::from_mins(1), async || {
        let told = explain(&window, graph, None).await;
        let ask = |name: &str, note: &str| {
            let mut all = told.asks.iter();
            all.any(|ask| ask.name == name && ask.note.contains(note) && !ask.arithmetic.is_empty())
        };
        let meta = window.graph_meta(graph).await;
        let titles: Vec<&str> = meta.lanes.iter().map(|lane| &*lane.title).collect();
        let asked = meta.lanes.iter().find(|lane| lane.id == "asked").unwrap();
        let named = titles.contains(&"cron 21:00–24:00 Europe/Oslo")
            && titles.contains(&"kubernetes-workload app=nginx");
        let all = serde_json::to_string(&told).unwrap();
        let known = asked.latest.parse::<i32>().is_ok();
        if ask("cron", "Europe/Oslo") && ask("kubernetes-workload", "app=nginx") && named && known {
            assert!(
                !all.contains("s0-cron") && !all.contains("s1-workload"),
                "{all}"
            );
            // What comes next, or that nothing does before a window turns.
            assert!(
                told.next.is_some() || told.unmoved.contains("A cron window"),
                "{all}"
            );
            Ok(())
        } else {
            // Series are made when they are asked for.
            window
                .graph_series(graph, told.at_ms - HOUR_MS, told.at_ms)
                .await;
            Err(format!("{told:#?} {:?}", meta.lanes))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hpa_that_keda_made_is_understood_through_its_scaled_object() {
    let (window, cluster) = demo_at(30).await;
    let kind = "horizontalpodautoscalers";
    let graph = open(&window, &cluster, kind, "web", "keda-hpa-cosci").await;
    until("its triggers", Duration::from_mins(1), async || {
        let told = explain(&window, graph, None).await;
        if told.asks.iter().any(|ask| ask.name == "cron") {
            Ok(())
        } else {
            Err(format!("{told:#?}"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_a_scaled_job_are_counted_and_drawn() {
    let (window, cluster) = demo_at(30).await;
    let kind = "keda.sh/v1alpha1/scaledjobs";
    let graph = open(&window, &cluster, kind, "billing", "invoices").await;
    until("its Jobs", Duration::from_mins(1), async || {
        let told = explain(&window, graph, None).await;
        let marks: Marks = window
            .ask("graph_marks", span(graph, told.at_ms - HOUR_MS, told.at_ms))
            .await
            .unwrap();
        let meta = window.graph_meta(graph).await;
        let running = meta.lanes.iter().find(|lane| lane.id == "running");
        let is_counted = running.is_some_and(|lane| {
            let rows = told.counted.rows.len().to_string();
            lane.latest == rows
        });
        let has_conditions = meta.conditions.iter().any(|one| one.name == "Active");
        if meta.loaded && marks.pods.len() >= 3 && is_counted && has_conditions {
            Ok(())
        } else {
            Err(format!("{told:#?} {marks:#?} {meta:#?}"))
        }
    })
    .await;
}

/// Jobs of the told day and those of the cluster that is shown count once each, or the queue would seem to fall.
#[tokio::test(flavor = "multi_thread")]
async fn a_loop_of_jobs_is_found_also_where_the_day_was_told() {
    let (window, cluster) = demo_at(25).await;
    // A day is told slowly where much runs at once: the hour shall not be over by then.
    let slow = json!({"cluster": cluster, "rate": 1});
    let _: wire::DemoTime = window.ask("set_demo_rate", slow).await.unwrap();
    let kind = "keda.sh/v1alpha1/scaledjobs";
    let graph = open(&window, &cluster, kind, "billing", "invoices").await;
    until("the day and the loop", Duration::from_mins(6), async || {
        let told = explain(&window, graph, None).await;
        let meta = window.graph_meta(graph).await;
        let is_told = meta.known_from_ms < told.at_ms - 20 * HOUR_MS;
        let mut findings = told.findings.iter();
        let is_found = findings.any(|finding| finding.id == "job-condition-outlives-jobs");
        if is_told && is_found {
            Ok(())
        } else {
            Err(format!("{told:#?} {}", meta.known_from_ms))
        }
    })
    .await;
}

async fn bell(window: &Window, cluster: &str, name: &str, on: Option<bool>) -> wire::BellTold {
    let mut ask = json!({"cluster": cluster, "kind": "horizontalpodautoscalers", "namespace": "shop", "name": name});
    if name == "reports" {
        ask["namespace"] = json!("billing");
    }
    match on {
        Some(on) => {
            ask["on"] = json!(on);
            window.ask("set_bell", ask).await.unwrap()
        }
        None => window.ask("bell", ask).await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desktop_tells_nothing_that_was_so_before_and_says_where_it_cannot() {
    let (window, cluster) = demo_at(5).await;
    assert!(!bell(&window, &cluster, "search", None).await.on);
    // Its metrics failed before anybody looked: that is no news.
    for name in ["search", "reports"] {
        let told = bell(&window, &cluster, name, Some(true)).await;
        assert!(told.on && told.problem.is_empty(), "{told:?}");
    }
    // Longer than a need must last; `search` was at its most before anybody looked, too.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(window.shown(), []);
    // A desktop that shows nothing says so where it is turned on.
    window.mute("This desktop shows no notifications: nobody answers.");
    let told = bell(&window, &cluster, "cart", Some(true)).await;
    assert!(
        told.on && told.problem.contains("nobody answers"),
        "{told:?}"
    );
    assert_eq!(
        window.status(&cluster).await.problem,
        "",
        "nothing was missed"
    );
    window.mute("");
    let told = bell(&window, &cluster, "cart", Some(true)).await;
    assert_eq!(told.problem, "");
    assert!(!bell(&window, &cluster, "cart", Some(false)).await.on);
    assert_eq!(window.shown(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_of_all_autoscalers_stand_in_one_table() {
    let (window, cluster) = demo_at(30).await;
    let view = window.view(&cluster, "findings").await;
    let mut found = None;
    until("what reports lacks", Duration::from_mins(1), async || {
        let rows = window.page(view, 0, 500).await;
        let text = |row: &wire::RowOut| {
            let cells = row.cells.iter().map(|cell| cell.text.as_str());
            cells.collect::<Vec<_>>().join(" | ")
        };
        found = rows
            .rows
            .iter()
            .find(|row| text(row).contains("FailedGetResourceMetric"))
            .cloned();
        // What calls itself all there is lacks nothing.
        assert!(
            rows.state.phase != wire::Phase::Live || found.is_some(),
            "{rows:#?}"
        );
        if rows.state.phase == wire::Phase::Live && found.is_some() {
            Ok(())
        } else {
            let all: Vec<String> = rows.rows.iter().map(text).collect();
            Err(format!("{:?} {all:#?}", rows.state))
        }
    })
    .await;
    // The row leads to the autoscaler that it is about.
    let row = found.unwrap();
    assert_eq!(
        (&*row.kind, &*row.namespace, &*row.name),
        ("horizontalpodautoscalers", "billing", "reports")
    );
    assert_eq!(row.cells[0].text, "Error");
    let ask = json!({"cluster": cluster, "key": row.key});
    let detail: wire::FindingDetail = window.ask("finding", ask).await.unwrap();
    assert_eq!(detail.id, "hpa-unable");
    assert_eq!(detail.target.unwrap().name, "reports");
    let reason = detail
        .evidence
        .iter()
        .find(|one| one.field.contains("reason"));
    assert_eq!(reason.unwrap().value, "FailedGetResourceMetric");
    let ask = json!({"cluster": cluster, "namespaces": []});
    let told: wire::FindingsTold = window.ask("findings", ask).await.unwrap();
    assert!(told.autoscalers >= 8 && told.unexamined == 0, "{told:#?}");
    assert!(told.errors >= 1, "{told:#?}");
    let unknown: Vec<&str> = told.not_examined.iter().map(|one| &*one.id).collect();
    assert!(unknown.contains(&"metrics-api-absent"), "{unknown:?}");
    assert!(!unknown.contains(&"two-autoscalers"), "{unknown:?}");
    // A namespace is as much as was asked for.
    let ask = json!({"cluster": cluster, "namespaces": ["billing"]});
    let told: wire::FindingsTold = window.ask("findings", ask).await.unwrap();
    assert_eq!(told.autoscalers, 2, "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scaled_job_stands_among_the_autoscalers_and_on_its_jobs() {
    let (window, cluster) = demo_at(30).await;
    let view = window.view(&cluster, "scaling").await;
    let mut running = String::new();
    until("its Jobs", Duration::from_mins(2), async || {
        let rows = window.live(view).await.rows;
        let row = rows.get("billing/invoices").cloned().unwrap_or_default();
        running = row.get("STATUS").cloned().unwrap_or_default();
        let is_drawn = row
            .get("LAST HOUR")
            .is_some_and(|hour| !hour.trim().is_empty());
        if is_drawn && running.contains("Job") && row["KIND"] == "ScaledJob" {
            Ok(())
        } else {
            Err(format!("{row:?}"))
        }
    })
    .await;
    let jobs = window
        .view_in(&cluster, "batch/v1/jobs", &["billing"])
        .await;
    let jobs = window.live(jobs).await;
    let job = jobs
        .order
        .iter()
        .find(|key| key.starts_with("billing/invoices-"));
    let name = job.unwrap().split_once('/').unwrap().1;
    let ask =
        json!({"cluster": cluster, "kind": "batch/v1/jobs", "namespace": "billing", "name": name});
    let opened: wire::DetailsOpened = window.ask("open_details", ask).await.unwrap();
    until("who made the Job", Duration::from_mins(1), async || {
        let ask = json!({"id": opened.details});
        let details: wire::Details = window.ask("details", ask).await.unwrap();
        match details.scaled_by.as_slice() {
            [one] if one.object.kind_id == "scaledjobs" && one.object.name == "invoices" => {
                assert!(one.size.ends_with("0 to 3 Jobs"), "{one:?}");
                Ok(())
            }
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}
