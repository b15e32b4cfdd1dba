//! The scaling page: all autoscalers in one table, one of them over time.

use std::time::Duration;

use desktop::{Window, cluster, namespace, workload_in_motion};
use serde_json::{Value, json};

use crate::steps::{apply, connected, open_table, rows, until_row};

/// Metrics pass through kwok's sampling, metrics-server's two scrapes and the HPA's own period.
const METRICS: Duration = Duration::from_secs(75);

/// Canvases with something painted on them: colours seen on each.
fn painted(window: &Window) -> Value {
    window.eval(
        "return [...document.querySelectorAll('canvas')].filter(shown).map((canvas) => {
           const { width, height } = canvas;
           if (!width || !height) return 0;
           const data = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer);
           return new Set(data).size;
         })",
        &[],
    )
}

fn until_painted(window: &Window, what: &str) {
    window.until(
        what,
        "return [...document.querySelectorAll('canvas')].some((canvas) => {
           const { width, height } = canvas;
           if (!width || !height) return false;
           const data = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer);
           return new Set(data).size > 8;
         })",
        &[],
    );
}

#[test]
#[allow(clippy::too_many_lines)] // one scene, watched from its first pod to its last
fn an_autoscaler_is_seen_to_scale() {
    let space = namespace("scaling-live");
    apply(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "mill", "namespace": space},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "mill"}},
            "template": {
                "metadata": {"labels": {"app": "mill"}, "annotations": {"kwok.x-k8s.io/usage-cpu": "50m"}},
                "spec": {"containers": [{"name": "mill", "image": "registry.example.com/mill:1", "resources": {"requests": {"cpu": "100m"}}}]},
            },
        },
    }));
    apply(&json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "mill", "namespace": space},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "mill"}, "minReplicas": 1, "maxReplicas": 6,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}],
        },
    }));
    // Other tests can have their window until the HPA knows something.
    let used = "jsonpath={.status.currentMetrics[0].resource.current.averageUtilization}";
    cluster()
        .wait("the HPA's first measurement", METRICS, || {
            let used = cluster().kubectl(&["get", "hpa", "mill", "-n", space, "-o", used]);
            match used.map_err(|error| error.to_string())?.as_str() {
                "" => Err("nothing is measured".to_owned()),
                _ => Ok(()),
            }
        })
        .unwrap();
    let window = connected();
    open_table(&window, "Scaling", space);
    until_row(&window, "mill");
    window.until_within(
        METRICS,
        "the metric in the table",
        "return JSON.stringify(rowsOf(grid())).includes('50%')",
        &[],
    );
    window.shot("scaling-table");
    window.click_found(
        "the row",
        "return rowNamed('mill')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until(
        "the scaling page",
        "return one('heading', 'mill') && document.querySelector('canvas')",
        &[],
    );
    until_painted(&window, "a graph with something on it");
    window.until_text("80%");

    // The panel tells of the moment under the mouse; there is none.

    window.move_mouse_away();

    // More load: it scales, and the page says so while it happens.
    cluster().set_cpu_usage(space, "app=mill", "400m").unwrap();
    cluster()
        .wait("the HPA to scale up", METRICS, || {
            let replicas = cluster().kubectl(&[
                "get",
                "hpa",
                "mill",
                "-n",
                space,
                "-o",
                "jsonpath={.status.desiredReplicas}",
            ]);
            let replicas = replicas.map_err(|error| error.to_string())?;
            if replicas.parse().unwrap_or(0) >= 4 {
                Ok(())
            } else {
                Err(replicas)
            }
        })
        .unwrap();
    window.until(
        "the present replicas in the panel",
        "const aside = one('complementary', 'Details of the moment');
         const values = Object.fromEntries([...aside.querySelectorAll('dl.values dt')]
           .map((dt) => [squeezed(dt.textContent), squeezed(dt.nextElementSibling.textContent)]));
         return Object.entries(values).some(([label, value]) => /desired/i.test(label) && Number(value) >= 4) && values",
        &[],
    );
    window.until(
        "the event",
        "return /New size: \\d/.test(one('complementary', 'Details of the moment').innerText)",
        &[],
    );
    let colours = painted(&window);
    assert!(
        colours
            .as_array()
            .unwrap()
            .iter()
            .all(|count| count.as_u64().unwrap() > 3),
        "each canvas is painted: {colours}"
    );
    // The new pods count as idle until they are measured.
    window.until_within(
        METRICS,
        "the end of the climb",
        "return /upper limit allows no more/.test(one('complementary', 'Details of the moment').innerText)",
        &[],
    );
    window.click("radio", "15 m");
    window.until(
        "15 minutes",
        "return one('radio', '15 m').getAttribute('aria-checked') === 'true'",
        &[],
    );
    until_painted(&window, "the graph of 15 minutes");
    window.shot("scaling-live");

    window.click("button", "Scaling /");
    until_row(&window, "mill");
}

#[test]
fn all_autoscalers_stand_in_one_table() {
    let space = workload_in_motion();
    let window = connected();
    open_table(&window, "Scaling", space);
    for name in ["checkout", "catalogue", "orders"] {
        until_row(&window, name);
    }
    let found = rows(&window);
    let kinds: std::collections::BTreeSet<_> =
        found.iter().filter_map(|row| row.get("kind")).collect();
    assert!(kinds.len() >= 2, "HPAs and ScaledObjects: {found:?}");
    window.shot("scaling-shop");
    window.click_found(
        "checkout",
        "return rowNamed('checkout')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until(
        "the scaling page",
        "return one('heading', 'checkout') && document.querySelector('canvas')",
        &[],
    );
    until_painted(&window, "a graph with something on it");
    window.shot("scaling-checkout");
}

#[test]
fn an_autoscaler_without_metrics_says_so() {
    let space = workload_in_motion();
    let window = connected();
    open_table(&window, "Scaling", space);
    until_row(&window, "catalogue");
    window.click_found(
        "catalogue",
        "return rowNamed('catalogue')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until(
        "the scaling page",
        "return one('heading', 'catalogue')",
        &[],
    );
    window.until_text("FailedGetExternalMetric");
    window.shot("scaling-without-metrics");
}
