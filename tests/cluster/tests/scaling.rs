//! The graph of an autoscaler has every step that kubectl saw; what nobody saw stays empty.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cluster_tests::{FaultProxy, Window, plane, until};
use serde_json::Value;
use wire::{FlagTone, LaneRole};

const NAMESPACE: &str = "scaling";
const THINGS: &str = r#"
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
---
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
"#;

/// Every pair of desired and current replicas that a watch of kubectl's shows.
fn watch_with_kubectl(stop: &AtomicBool) -> Vec<(i64, i64)> {
    use std::io::BufRead;
    let columns = "custom-columns=D:.status.desiredReplicas,C:.status.currentReplicas";
    let mut child = plane()
        .kubectl_command()
        .args([
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

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn hpa() -> Value {
    let path = format!("/apis/autoscaling/v2/namespaces/{NAMESPACE}/horizontalpodautoscalers/web");
    blocking(move || plane().client().get(&path).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_on_the_graph() {
    blocking(|| {
        plane().create_namespace(NAMESPACE).unwrap();
        plane().apply(THINGS).unwrap();
        plane().wait_for_metrics().unwrap();
    })
    .await;
    until(
        "an HPA that knows its metric",
        Duration::from_secs(60),
        async || {
            let hpa = hpa().await;
            let used =
                &hpa["status"]["currentMetrics"][0]["resource"]["current"]["averageUtilization"];
            if used == 50 {
                Ok(())
            } else {
                Err(hpa["status"].to_string())
            }
        },
    )
    .await;
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
    let graph = window.graph(&cluster, NAMESPACE, "web").await;
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
    let stop = Arc::new(AtomicBool::new(false));
    let (watcher, stopped) = (stop.clone(), stop.clone());
    let watcher = tokio::task::spawn_blocking(move || watch_with_kubectl(&watcher));

    for (cpu, wanted) in [("120m", 6), ("5m", 2)] {
        // New pods begin with the template's usage: every pod is told until all are enough.
        until(
            &format!("{wanted} replicas"),
            Duration::from_secs(120),
            async || {
                blocking(move || plane().set_cpu_usage(NAMESPACE, "app=web", cpu).unwrap()).await;
                let status = hpa().await["status"].clone();
                let there =
                    status["currentReplicas"] == wanted && status["desiredReplicas"] == wanted;
                if there {
                    Ok(())
                } else {
                    Err(status.to_string())
                }
            },
        )
        .await;
    }
    stopped.store(true, Ordering::SeqCst);
    // kubectl's watch ends with the next line it prints.
    blocking(|| {
        plane()
            .kubectl(&[
                "annotate",
                "hpa",
                "web",
                "-n",
                NAMESPACE,
                "scalescope.test/end=1",
            ])
            .unwrap()
    })
    .await;
    let printed = watcher.await.unwrap();

    let meta = window.graph_meta(graph).await;
    let role = |role: LaneRole| {
        meta.lanes
            .iter()
            .position(|lane| lane.role == role)
            .unwrap()
    };
    let (desired, current) = (role(LaneRole::Desired), role(LaneRole::Current));
    let seen_desired = dedup(printed.iter().map(|pair| pair.0));
    let seen_current = dedup(printed.iter().map(|pair| pair.1));
    assert!(
        seen_desired.len() >= 3 && seen_desired.contains(&6),
        "it went up and down: {printed:?}"
    );
    let first = meta.seen[0].from_ms;
    until("every step on the graph", Duration::from_secs(5), async || {
        let series = window.graph_series(graph, first, meta.now_ms + 10_000).await;
        let (of_desired, of_current) = (series.steps(desired), series.steps(current));
        if of_desired == seen_desired && of_current == seen_current {
            return Ok(());
        }
        Err(format!("{of_desired:?} and {of_current:?}; kubectl saw {seen_desired:?} and {seen_current:?}"))
    })
    .await;
    let series = window
        .graph_series(graph, first, window.graph_meta(graph).await.now_ms)
        .await;
    let metric = series.steps(role(LaneRole::Metric));
    assert!(metric.contains(&120) && metric.contains(&5), "{metric:?}");
    assert_eq!(series.steps(role(LaneRole::Target)), [50]);
    assert_eq!(
        (
            series.steps(role(LaneRole::Min)),
            series.steps(role(LaneRole::Max))
        ),
        (vec![2], vec![6])
    );
    assert!(series.steps(role(LaneRole::Ready)).contains(&6));
    let flags = window.graph_meta(graph).await.flags;
    let scaled: Vec<&str> = flags
        .iter()
        .filter(|flag| flag.tone == FlagTone::Scaled)
        .map(|flag| flag.label.as_str())
        .collect();
    for size in &seen_desired[1..] {
        assert!(
            scaled.contains(&format!("→ {size}").as_str()),
            "{size}: {scaled:?}"
        );
    }
    eprintln!(
        "desired {seen_desired:?}, current {seen_current:?}, cpu {metric:?}, flags {scaled:?}"
    );

    a_second_graph_knows_the_past_from_events(&window, &cluster, &scaled).await;
    time_in_the_dark_stays_empty(&proxy, &window, graph).await;
}

/// Opened after all was over: the steps that events tell of are there, and nothing else is.
async fn a_second_graph_knows_the_past_from_events(
    window: &Window,
    cluster: &str,
    scaled: &[&str],
) {
    let graph = window.graph(cluster, NAMESPACE, "web").await;
    until("the second graph", Duration::from_secs(10), async || {
        let meta = window.graph_meta(graph).await;
        let known = meta
            .flags
            .iter()
            .filter(|flag| flag.tone == FlagTone::Scaled)
            .count();
        if !meta.seen.is_empty() && known == scaled.len() {
            Ok(())
        } else {
            Err(format!("{known} of {}", scaled.len()))
        }
    })
    .await;
    let meta = window.graph_meta(graph).await;
    let lane = |role: LaneRole| {
        meta.lanes
            .iter()
            .position(|lane| lane.role == role)
            .unwrap()
    };
    let steps: Vec<(i64, i64)> = meta
        .flags
        .iter()
        .filter(|flag| flag.tone == FlagTone::Scaled)
        .map(|flag| {
            (
                flag.at_ms,
                flag.label.trim_start_matches("→ ").parse().unwrap(),
            )
        })
        .collect();
    let first = steps[0].0;
    let series = window
        .graph_series(graph, first - 60_000, meta.now_ms)
        .await;
    let seconds = |ms: i64| ms as f64 / 1e3;
    assert!(
        series
            .value(lane(LaneRole::Desired), seconds(first - 30_000))
            .is_nan(),
        "nothing is known before the first event"
    );
    for (at, size) in &steps {
        let value = series.value(lane(LaneRole::Desired), seconds(*at) + 0.2);
        assert!(
            (value - *size as f64).abs() < 0.5,
            "{value} at the event of {size}"
        );
    }
    let before = seconds(meta.seen[0].from_ms) - 1.0;
    for role in [LaneRole::Current, LaneRole::Ready, LaneRole::Metric] {
        let value = series.value(lane(role), before);
        assert!(
            value.is_nan(),
            "{role:?} was not seen before the graph was opened, but is {value}"
        );
        assert!(
            !series.value(lane(role), seconds(meta.now_ms)).is_nan(),
            "{role:?} is seen now"
        );
    }
}

/// While nothing comes from the server the graph has a gap, and goes on behind it.
async fn time_in_the_dark_stays_empty(proxy: &FaultProxy, window: &Window, graph: u32) {
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
    let desired = meta
        .lanes
        .iter()
        .position(|lane| lane.role == LaneRole::Desired)
        .unwrap();
    assert!(
        series
            .value(desired, (doubted + 1_500) as f64 / 1e3)
            .is_nan(),
        "nobody saw this"
    );
    assert!(!series.value(desired, meta.now_ms as f64 / 1e3).is_nan());
}
