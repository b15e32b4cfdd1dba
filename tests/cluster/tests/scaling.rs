//! The graph of an autoscaler has every step that kubectl saw; what nobody saw stays empty.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cluster_tests::{FaultProxy, Plane, Window, halves, until, within};
use serde_json::{Value, json};
use wire::{FlagTone, GraphMeta, LaneRole};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: an_explanation_gives_the_controllers_count,
        the_desktop_tells_who_came_to_its_most;
    by_kubectl: each_step_is_on_the_graph;
}

const NAMESPACE: &str = "scaling";
const HPA: &str = "/apis/autoscaling/v2/namespaces/scaling/horizontalpodautoscalers/web";
const WORKLOAD: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: scaling}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {kwok.x-k8s.io/usage-cpu: 50m}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        resources: {requests: {cpu: 100m}}
";
const AUTOSCALER: &str = r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: scaling}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 6
  metrics:
  - type: Resource
    resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
";

/// Every pair of desired and current replicas that a watch of kubectl's shows.
fn watch_with_kubectl(plane: &Plane, stop: &AtomicBool) -> Vec<(i64, i64)> {
    use std::io::BufRead;
    let columns = "custom-columns=D:.status.desiredReplicas,C:.status.currentReplicas";
    let mut child = plane
        .kubectl(&[
            "get",
            "hpa",
            "web",
            "-n",
            NAMESPACE,
            "-w",
            "--no-headers",
            "-o",
            columns,
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    for line in std::io::BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let mut figures = line
            .split_whitespace()
            .map(|word| word.parse().unwrap_or(0));
        let pair = (figures.next().unwrap_or(0), figures.next().unwrap_or(0));
        if seen.last() != Some(&pair) {
            seen.push(pair);
        }
        if stop.load(Ordering::SeqCst) {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    seen
}

fn dedup(steps: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut steps: Vec<i64> = steps.collect();
    steps.dedup();
    steps
}

async fn hpa(plane: &Plane) -> Value {
    plane
        .blocking(move |plane| plane.client().get(HPA).unwrap())
        .await
}

/// Waits for an HPA that knows its metric.
async fn measured(plane: &Plane) {
    plane.blocking(Plane::wait_for_metrics).await;
    until(
        "an HPA that knows its metric",
        Duration::from_mins(1),
        async || {
            let status = hpa(plane).await["status"].clone();
            let used = &status["currentMetrics"][0]["resource"]["current"]["averageUtilization"];
            if used == 50 {
                Ok(())
            } else {
                Err(status.to_string())
            }
        },
    )
    .await;
}

/// Lets the load rise and fall until the HPA has followed.
async fn up_and_down(plane: &Plane) {
    for (cpu, wanted) in [("120m", 6), ("5m", 2)] {
        // New pods begin with the template's usage: every pod is told until all are enough.
        until(
            &format!("{wanted} replicas"),
            Duration::from_mins(2),
            async || {
                plane
                    .blocking(move |plane| plane.set_cpu_usage(NAMESPACE, "app=web", cpu))
                    .await;
                let status = hpa(plane).await["status"].clone();
                let there =
                    status["currentReplicas"] == wanted && status["desiredReplicas"] == wanted;
                if there {
                    return Ok(());
                }
                // Telling them all the time would keep the whole control plane busy.
                tokio::time::sleep(Duration::from_millis(500)).await;
                Err(status.to_string())
            },
        )
        .await;
    }
}

/// Now, and after a growth: the rules lead to the count that the status has, from arithmetic over the pods that are drawn.
async fn an_explanation_gives_the_controllers_count(plane: Plane) {
    const OTHER: &str = "explained";
    plane
        .blocking(|plane| {
            plane.create_namespace(OTHER);
            for text in [WORKLOAD, AUTOSCALER] {
                let text = text.replace("namespace: scaling", "namespace: explained");
                plane.apply(&text).unwrap();
            }
        })
        .await;
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let graph = window.graph(&cluster, OTHER, "web").await;
    for (cpu, wanted) in [("50m", 2), ("120m", 6)] {
        within(
            &format!("{wanted} replicas explained"),
            Duration::from_mins(2),
            async || {
                plane
                    .blocking(move |plane| plane.set_cpu_usage(OTHER, "app=web", cpu))
                    .await;
                let path = HPA.replace("/scaling/", "/explained/");
                let status = plane
                    .blocking(move |plane| plane.client().get(&path).unwrap())
                    .await["status"]
                    .clone();
                let told: wire::Explained = window
                    .ask("explain", json!({"graph": graph, "atMs": null}))
                    .await
                    .unwrap();
                let span =
                    json!({"graph": graph, "fromMs": told.at_ms - 600_000, "toMs": told.at_ms});
                let marks: wire::Marks = window.ask("graph_marks", span).await.unwrap();
                let count = told
                    .rules
                    .last()
                    .map(|rule| rule.after.trim_start_matches("about "));
                let has_arithmetic = told
                    .asks
                    .iter()
                    .any(|ask| ask.decides && !ask.arithmetic.is_empty());
                let is_there =
                    status["desiredReplicas"] == wanted && status["currentReplicas"] == wanted;
                if is_there
                    && count == Some(&*wanted.to_string())
                    && has_arithmetic
                    && marks.pods.len() >= wanted
                    && told.counted.rows.len() == wanted
                {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
                Err(format!("{status} {told:#?} {}", marks.pods.len()))
            },
        )
        .await;
    }
}

/// Once it was well for a minute, and then asks for more than its most for longer than a moment.
async fn the_desktop_tells_who_came_to_its_most(plane: Plane) {
    const OTHER: &str = "bells";
    plane
        .blocking(|plane| {
            plane.create_namespace(OTHER);
            for text in [WORKLOAD, AUTOSCALER] {
                let text = text.replace("namespace: scaling", "namespace: bells");
                plane.apply(&text).unwrap();
            }
            plane.wait_for_metrics();
        })
        .await;
    let path = HPA.replace("/scaling/", "/bells/");
    let used = async || {
        let path = path.clone();
        let hpa = plane.blocking(move |plane| plane.client().get(&path).unwrap());
        hpa.await["status"]["currentMetrics"][0]["resource"]["current"]["averageUtilization"]
            .clone()
    };
    within("its metric", Duration::from_mins(2), async || {
        match used().await {
            Value::Null => Err("none yet".to_owned()),
            _ => Ok(()),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let (window, cluster) = Window::recording(&plane.kubeconfig(), folder.path()).await;
    let ask = json!({"cluster": cluster, "kind": "horizontalpodautoscalers", "namespace": OTHER, "name": "web", "on": true});
    until("a bell", Duration::from_secs(20), async || {
        // Which cluster it is must be known first.
        let told: Result<wire::BellTold, _> = window.ask("set_bell", ask.clone()).await;
        match told {
            Ok(told) if told.on => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    // What comes sooner may have been so before anybody looked.
    tokio::time::sleep(Duration::from_secs(70)).await;
    assert_eq!(window.shown(), []);
    within("the bell's ring", Duration::from_mins(2), async || {
        plane
            .blocking(move |plane| plane.set_cpu_usage(OTHER, "app=web", "400m"))
            .await;
        match window.shown().as_slice() {
            [] => {
                tokio::time::sleep(Duration::from_millis(500)).await;
                Err(used().await.to_string())
            }
            [one] => {
                assert_eq!(one.title, "web needs attention");
                assert!(
                    one.body
                        .starts_with("It is at its most replicas, and load asks for ")
                        && one.body.contains("HPA bells/web in "),
                    "{one:?}"
                );
                Ok(())
            }
            more => panic!("{more:?}"),
        }
    })
    .await;
    // What lasts is told once.
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(window.shown().len(), 1);
}

fn lane(meta: &GraphMeta, role: LaneRole) -> usize {
    meta.lanes
        .iter()
        .position(|lane| lane.role == role)
        .unwrap()
}

/// Labels of the flags of rescales.
fn rescales(meta: &GraphMeta) -> Vec<(i64, String)> {
    let scaled = meta
        .flags
        .iter()
        .filter(|flag| flag.tone == FlagTone::Scaled);
    scaled
        .map(|flag| (flag.at_ms, flag.label.clone()))
        .collect()
}

/// Opens the graph and waits until it watches.
async fn seen(window: &Window, cluster: &str) -> u32 {
    let graph = window.graph(cluster, NAMESPACE, "web").await;
    until(
        "a graph that watches",
        Duration::from_secs(10),
        async || {
            let meta = window.graph_meta(graph).await;
            if meta.seen.is_empty() {
                Err(format!("{:?}", meta.state))
            } else {
                Ok(())
            }
        },
    )
    .await;
    graph
}

async fn each_step_is_on_the_graph(plane: Plane) {
    plane
        .blocking(|plane| {
            plane.create_namespace(NAMESPACE);
            plane.apply(WORKLOAD).unwrap();
            plane.wait_for_metrics();
        })
        .await;
    // Only then the autoscaler: one that fails each second until its pods are measured tells so much of that that nobody hears it any more
    // for minutes (client-go, `EventSourceObjectSpamFilter`).
    until("both pods measured", Duration::from_mins(1), async || {
        let path = "/apis/metrics.k8s.io/v1beta1/namespaces/scaling/pods";
        let listed = plane.blocking(move |plane| plane.client().get(path));
        let listed = listed.await.map_err(|error| error.to_string())?;
        match listed["items"].as_array().map_or(0, Vec::len) {
            2 => Ok(()),
            _ => Err(listed.to_string()),
        }
    })
    .await;
    plane
        .blocking(|plane| plane.apply(AUTOSCALER).unwrap())
        .await;
    // The first measurements take as long as a network that goes and comes back.
    tokio::join!(measured(&plane), time_in_the_dark_stays_empty(&plane));
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let graph = seen(&window, &cluster).await;
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let watcher = tokio::spawn({
        let plane = plane.clone();
        async move {
            plane
                .blocking(move |plane| watch_with_kubectl(plane, &stopped))
                .await
        }
    });
    up_and_down(&plane).await;
    stop.store(true, Ordering::SeqCst);
    // kubectl's watch ends with the next line it prints.
    plane
        .blocking(|plane| {
            let end = json!({"metadata": {"annotations": {"scalescope.test/end": "1"}}});
            plane.client().merge_patch(HPA, &end).unwrap();
        })
        .await;
    let printed = watcher.await.unwrap();
    let desired = dedup(printed.iter().map(|pair| pair.0));
    let current = dedup(printed.iter().map(|pair| pair.1));
    assert!(
        desired.len() >= 3 && desired.contains(&6),
        "it went up and down: {printed:?}"
    );

    every_step_is_there(&window, graph, &desired, &current).await;
    a_second_graph_knows_the_past_from_events(&window, &cluster).await;
}

async fn every_step_is_there(window: &Window, graph: u32, desired: &[i64], current: &[i64]) {
    let meta = window.graph_meta(graph).await;
    let first = meta.seen[0].from_ms;
    let (series, _) = within(
        "every step on the graph",
        Duration::from_secs(5),
        async || {
            let series = window
                .graph_series(graph, first, meta.now_ms + 10_000)
                .await;
            let [of_desired, of_current] =
                [LaneRole::Desired, LaneRole::Current].map(|role| series.steps(lane(&meta, role)));
            if of_desired == desired && of_current == current {
                Ok(series)
            } else {
                Err(format!(
                    "{of_desired:?} and {of_current:?}; kubectl saw {desired:?} and {current:?}"
                ))
            }
        },
    )
    .await;
    let steps = |role| series.steps(lane(&meta, role));
    let metric = steps(LaneRole::Metric);
    // What is metered is counted over time, and so may be a little off what was set.
    let metered = |set: i64| metric.iter().any(|seen| (seen - set).abs() <= 2);
    assert!(metered(120) && metered(5), "{metric:?}");
    assert_eq!(
        [LaneRole::Target, LaneRole::Min, LaneRole::Max].map(steps),
        [[50], [2], [6]]
    );
    assert!(steps(LaneRole::Ready).contains(&6));
    let flags = rescales(&window.graph_meta(graph).await);
    for size in &desired[1..] {
        let label = format!("→ {size}");
        assert!(
            flags.iter().any(|flag| flag.1 == label),
            "{label}: {flags:?}"
        );
    }
    eprintln!("desired {desired:?}, current {current:?}, cpu {metric:?}, flags {flags:?}");
}

/// Opened after all was over: the steps that events tell of are there, and nothing else is.
async fn a_second_graph_knows_the_past_from_events(window: &Window, cluster: &str) {
    let graph = window.graph(cluster, NAMESPACE, "web").await;
    until("the second graph", Duration::from_secs(10), async || {
        let meta = window.graph_meta(graph).await;
        let known = rescales(&meta).len();
        if !meta.seen.is_empty() && known >= 2 {
            Ok(())
        } else {
            Err(format!("{known} rescales"))
        }
    })
    .await;
    let meta = window.graph_meta(graph).await;
    let steps = rescales(&meta);
    let first = steps[0].0;
    let series = window
        .graph_series(graph, first - 60_000, meta.now_ms)
        .await;
    let value = |role, ms: i64| series.value(lane(&meta, role), ms as f64 / 1e3);
    let unknown = value(LaneRole::Desired, first - 30_000);
    assert!(
        unknown.is_nan(),
        "nothing is known before the first event, not {unknown}"
    );
    for (at, label) in &steps {
        let size: f64 = label.trim_start_matches("→ ").parse().unwrap();
        let drawn = value(LaneRole::Desired, at + 200);
        assert!((drawn - size).abs() < 0.5, "{drawn} at the event of {size}");
    }
    let before = meta.seen[0].from_ms - 1_000;
    let edge = meta.seen.last().unwrap().to_ms;
    for role in [LaneRole::Current, LaneRole::Ready, LaneRole::Metric] {
        let drawn = value(role, before);
        assert!(
            drawn.is_nan(),
            "{role:?} was not seen before the graph was opened, but is {drawn}"
        );
        assert!(!value(role, edge).is_nan(), "{role:?} is seen now");
    }
}

/// While nothing comes from the server the graph has a gap, and goes on behind it.
async fn time_in_the_dark_stays_empty(plane: &Plane) {
    let proxy = FaultProxy::before(plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane)).await;
    let graph = seen(&window, &cluster).await;
    let dark = window.graph_meta(graph).await.now_ms;
    proxy.mute(true);
    until("doubt", Duration::from_secs(12), async || {
        let state = window.graph_meta(graph).await.state;
        if state.phase == wire::Phase::Stale {
            Ok(())
        } else {
            Err(format!("{state:?}"))
        }
    })
    .await;
    let doubted = window.graph_meta(graph).await.now_ms;
    until("some time in doubt", Duration::from_secs(5), async || {
        let now = window.graph_meta(graph).await.now_ms;
        if now > doubted + 2_500 {
            Ok(())
        } else {
            Err(String::new())
        }
    })
    .await;
    proxy.mute(false);
    proxy.cut();
    until("light again", Duration::from_secs(20), async || {
        let meta = window.graph_meta(graph).await;
        let again = meta
            .seen
            .last()
            .is_some_and(|span| span.from_ms > doubted && span.to_ms > span.from_ms);
        if again {
            Ok(())
        } else {
            Err(format!("{:?} {:?}", meta.seen, meta.state))
        }
    })
    .await;
    let meta = window.graph_meta(graph).await;
    let series = window.graph_series(graph, dark - 5_000, meta.now_ms).await;
    // What the HPA asks for is not known before its first measurement; what it sees is.
    let current = lane(&meta, LaneRole::Current);
    assert!(
        series
            .value(current, (doubted + 1_500) as f64 / 1e3)
            .is_nan(),
        "nobody saw this"
    );
    let edge = meta.seen.last().unwrap().to_ms;
    assert!(!series.value(current, edge as f64 / 1e3).is_nan());
}
