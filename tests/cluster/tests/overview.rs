//! The cluster page and grouped events.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use cluster_tests::{Plane, Window, halves, until, within};
use serde_json::{Value, json};
use wire::{Overview, OverviewOpened, Phase};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: warnings_and_the_autoscaler_come_live;
    by_kubectl: sums_equal_kubectls;
}

const PATIENCE: Duration = Duration::from_secs(40);

async fn overview(window: &Window, id: u32) -> Overview {
    window.ask("overview", json!({"id": id})).await.unwrap()
}

/// A page on which every part has an answer.
async fn settled(window: &Window, id: u32) -> Overview {
    within("every part answers", PATIENCE, async || {
        let page = overview(window, id).await;
        let states = [
            &page.capacity.state,
            &page.warnings.state,
            &page.quotas.state,
            &page.deprecated.state,
            &page.autoscaler.state,
            &page.health.probes[0].state,
            &page.health.probes[1].state,
        ];
        let lines = page.workloads.iter().map(|line| &line.state);
        let late = {
            let mut all = states.into_iter().chain(lines);
            all.find(|state| state.phase != Phase::Live)
        };
        match late.map(|state| format!("{state:?}")) {
            None => Ok(page),
            Some(state) => Err(state),
        }
    })
    .await
    .0
}

fn pod(name: &str, node: &str, spec: &Value) -> String {
    let mut spec = spec.clone();
    spec["nodeName"] = json!(node);
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "sums"}, "spec": spec}).to_string()
}

/// `cpu  1250m (7%)  2 (12%)` of `kubectl describe node`: requests and limits in billionths.
fn allocated(described: &str, resource: &str) -> (i128, i128) {
    let part = described.split("Allocated resources:").nth(1).unwrap();
    let line = part
        .lines()
        .find(|line| line.trim_start().starts_with(&format!("{resource} ")))
        .unwrap();
    let figures: Vec<i128> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|word| Some(model::quantity::Quantity::parse(word)?.nano()))
        .collect();
    (figures[0], figures[1])
}

/// The figure before the percents: `1250m 31%`.
fn figure(cell: &str) -> i128 {
    model::quantity::Quantity::parse(cell.split(' ').next().unwrap())
        .unwrap()
        .nano()
}

/// Pods of all sorts on one node, and a quota; the node's name and how many nodes there are.
fn world(plane: &Plane) -> (String, usize) {
    plane.create_namespace("sums");
    let nodes = plane.printed(&["get", "nodes", "-o", "name"]);
    let node = nodes.lines().next().unwrap().strip_prefix("node/").unwrap();
    let container = |name: &str, cpu: &str, memory: &str| json!({"name": name, "image": "registry.example.com/x:1", "resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": "1", "memory": "256Mi"}}});
    let mut sidecar = container("side", "50m", "16Mi");
    sidecar["restartPolicy"] = json!("Always");
    let specs = [
        (
            "plain",
            json!({"containers": [container("a", "250m", "64Mi"), container("b", "0.5", "100M")]}),
        ),
        (
            "nothing",
            json!({"containers": [{"name": "a", "image": "registry.example.com/x:1"}]}),
        ),
        (
            "init",
            json!({"initContainers": [container("i", "900m", "8Mi")], "containers": [container("a", "250m", "64Mi")]}),
        ),
        (
            "sidecar",
            json!({"initContainers": [sidecar, container("i", "100m", "128Mi")], "containers": [container("a", "250m", "64Mi")]}),
        ),
    ];
    for (name, spec) in &specs {
        plane.apply(&pod(name, node, spec)).unwrap();
    }
    // One that has ended holds nothing.
    plane
        .apply(&pod(
            "ended",
            node,
            &json!({"restartPolicy": "Never", "containers": [container("a", "1", "256Mi")]}),
        ))
        .unwrap();
    let ended = json!({"status": {"phase": "Succeeded"}});
    plane
        .client()
        .merge_patch("/api/v1/namespaces/sums/pods/ended/status", &ended)
        .unwrap();
    plane
        .apply(&json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "tight", "namespace": "sums"}, "spec": {"hard": {"pods": "5", "requests.cpu": "40"}}}).to_string())
        .unwrap();
    plane.wait_running("sums", "plain");
    (node.to_owned(), nodes.lines().count())
}

async fn sums_equal_kubectls(plane: Plane) {
    let (node, nodes) = plane.blocking(world).await;
    let node = node.as_str();
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let view = window.view(&cluster, "nodecapacity").await;
    until("the node's sums equal kubectl's", PATIENCE, async || {
        let described = plane.printed(&["describe", "node", node]);
        let rows = window.live(view).await.rows;
        let Some(row) = rows.get(&format!("/{node}")) else {
            return Err(format!("no row of {node} among {}", rows.len()));
        };
        for (resource, prefix) in [("cpu", "CPU"), ("memory", "MEMORY")] {
            let (requests, limits) = allocated(&described, resource);
            let ours = [
                figure(&row[&format!("{prefix} REQUESTS")]),
                figure(&row[&format!("{prefix} LIMITS")]),
            ];
            // Memory is shown in whole mebibytes.
            let shown = |nano: i128| match resource {
                "memory" => nano / 1_000_000_000 / (1 << 20) * (1 << 20) * 1_000_000_000,
                _ => nano,
            };
            if ours != [shown(requests), shown(limits)] {
                return Err(format!("{resource}: {ours:?}, kubectl {requests} {limits}"));
            }
        }
        let pods = described.split("Non-terminated Pods:").nth(1).unwrap();
        let pods = pods.split('(').nth(1).unwrap().split(' ').next().unwrap();
        match row["PODS"].split('/').next() {
            Some(ours) if ours == pods => Ok(()),
            ours => Err(format!("{ours:?} pods, kubectl {pods}")),
        }
    })
    .await;

    let opened: OverviewOpened = window
        .ask("open_overview", json!({"cluster": cluster}))
        .await
        .unwrap();
    let page = settled(&window, opened.overview).await;
    assert_eq!(usize::try_from(page.capacity.nodes).unwrap(), nodes);
    for probe in &page.health.probes {
        assert!(
            probe.checks.len() > 10 && probe.verdict.text.contains("checks pass"),
            "{probe:?}"
        );
    }
    assert!(
        page.autoscaler.note.starts_with("No cluster-autoscaler"),
        "{}",
        page.autoscaler.note
    );
    let quota = page
        .quotas
        .lines
        .iter()
        .find(|line| line.quota.name == "tight" && line.resource == "pods");
    let quota = quota.unwrap_or_else(|| panic!("{:?}", page.quotas));
    assert_eq!(quota.hard, "5");
    let pods = page
        .workloads
        .iter()
        .find(|line| line.kind == "pods")
        .unwrap();
    assert!(
        pods.total >= 5
            && pods
                .counts
                .iter()
                .any(|count| count.word.text == "Completed" || count.word.text == "Running")
    );

    // Asked at once, and not again with each look.
    let checked = page.health.as_of.clone();
    assert_eq!(
        overview(&window, opened.overview).await.health.as_of,
        checked
    );
    let open = window.status(&cluster).await.watches;
    let _: () = window
        .ask("close_overview", json!({"id": opened.overview}))
        .await
        .unwrap();
    let left = window
        .ask::<Overview>("overview", json!({"id": opened.overview}))
        .await;
    assert!(left.is_err());
    until(
        "watches to be let go",
        Duration::from_secs(50),
        async || {
            let watches = window.status(&cluster).await.watches;
            if watches + 6 <= open {
                Ok(())
            } else {
                Err(format!("{watches} of {open}"))
            }
        },
    )
    .await;
}

const STATUS: &str = "time: 2026-01-11 09:39:02.45 +0000 UTC
autoscalerStatus: Running
clusterWide:
  health: {status: Healthy, nodeCounts: {registered: {total: 4, ready: 3}}}
  scaleUp: {status: NoActivity}
  scaleDown: {status: NoCandidates}
";

async fn warnings_and_the_autoscaler_come_live(plane: Plane) {
    plane
        .blocking(|plane| plane.create_namespace("spoken"))
        .await;
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let opened: OverviewOpened = window
        .ask("open_overview", json!({"cluster": cluster}))
        .await
        .unwrap();
    settled(&window, opened.overview).await;
    let groups = window.view_in(&cluster, "eventgroups", &["spoken"]).await;
    window.live(groups).await;

    let now = jiff::Timestamp::now();
    let event = |n: usize, name: &str| {
        json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("{name}.{n}"), "namespace": "spoken"},
            "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": "spoken", "name": name},
            "type": "Warning", "reason": "TestedOut", "message": format!("attempt {n} of {name} failed"), "count": 3,
            "firstTimestamp": now - jiff::SignedDuration::from_mins(5), "lastTimestamp": now,
        })
    };
    let events = "/api/v1/namespaces/spoken/events";
    for (n, name) in ["web-7d4b9c6f5-x2x4z", "web-7d4b9c6f5-kk8xz", "api-0"]
        .into_iter()
        .enumerate()
    {
        let event = event(n, name);
        plane.client().create(events, &event).unwrap();
    }
    plane
        .apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cluster-autoscaler-status", "namespace": "kube-system"}, "data": {"status": STATUS}}).to_string())
        .unwrap();
    until("the warnings and the status", PATIENCE, async || {
        let page = overview(&window, opened.overview).await;
        let group = page
            .warnings
            .groups
            .iter()
            .find(|group| group.reason == "TestedOut");
        let count = group.map(|group| (group.count, group.namespaces.clone()));
        if count != Some((9, "spoken".to_owned())) {
            return Err(format!("{count:?}"));
        }
        match page.autoscaler.groups.first() {
            Some(all) if all.ready == "3 of 4 ready" => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let told = |rows: &BTreeMap<String, BTreeMap<String, String>>| {
        let each = rows.values().filter(|row| row["REASON"] == "TestedOut");
        let mut told: Vec<String> = each
            .map(|row| format!("{} {} {}", row["OBJECT"], row["EVENTS"], row["COUNT"]))
            .collect();
        told.sort();
        told
    };
    until("two groups", PATIENCE, async || {
        let told = told(&window.snapshot(groups).await.rows);
        if told == ["pod/api-* 1 3", "pod/web-* 2 6"] {
            Ok(())
        } else {
            Err(format!("{told:?}"))
        }
    })
    .await;
    let rate: wire::EventRate = window
        .ask(
            "event_rate",
            json!({"cluster": cluster, "namespaces": ["spoken"]}),
        )
        .await
        .unwrap();
    assert_eq!(
        (rate.warnings.iter().sum::<u32>(), rate.warnings.len()),
        (9, 60)
    );

    // One event goes: its group shrinks. The status goes: that is said.
    plane
        .client()
        .delete(&format!("{events}/web-7d4b9c6f5-x2x4z.0"))
        .unwrap();
    plane
        .client()
        .delete("/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status")
        .unwrap();
    until("one event less, and no status", PATIENCE, async || {
        let told = told(&window.snapshot(groups).await.rows);
        let note = overview(&window, opened.overview).await.autoscaler.note;
        if told == ["pod/api-* 1 3", "pod/web-* 1 3"] && note.starts_with("No cluster-autoscaler") {
            Ok(())
        } else {
            Err(format!("{told:?} {note}"))
        }
    })
    .await;
}
