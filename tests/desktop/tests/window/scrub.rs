//! The scaling page over time: instants under the cursor, a countdown that comes true.

use std::time::Duration;

use desktop::{Home, Window, cluster, namespace};
use fantoccini::key::Key;
use serde_json::json;

use crate::cursor::{PANEL, change_after_zero, scrub_to};
use crate::demo::until_demo;
use crate::steps::{apply, connected, go_to, look, open_table, until_row};

/// Metrics pass through kwok's sampling, metrics-server's two scrapes and the HPA's own period.
const METRICS: Duration = Duration::from_secs(90);
/// Between two passes of the HPA controller, ms, in the demo cluster.
const PASS_MS: i64 = 15_000;
/// What is seen of a pass later: the notice, a page that redraws each second.
const SEEN_MS: i64 = 3_000;

pub(crate) fn open_page(window: &Window, name: &str) {
    until_row(window, name);
    window.click_found(
        name,
        "return rowNamed(arguments[0])?.querySelector('[data-column=name]')",
        &[json!(name)],
    );
    window.until_within(
        Duration::from_mins(1),
        "the scaling page",
        "return one('heading', arguments[0]) && document.querySelector('canvas')",
        &[json!(name)],
    );
}

/// Waits until all that was seen before is drawn, which takes the demo's day some time where much else runs.
pub(crate) fn until_told(window: &Window) {
    window.until_within(
        Duration::from_mins(5),
        "what was seen before",
        "return document.querySelector('canvas') && !/reading what was seen before/.test(squeezed(document.body.innerText))",
        &[],
    );
}

#[test]
fn three_instants_of_the_demo_day_are_explained() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    // The last time that it was one of these hours in Oslo, well within the day.
    let instants = window.eval(
        "const zone = { timeZone: 'Europe/Oslo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
         const oslo = new Intl.DateTimeFormat('en-GB', zone);
         const last = (...hours) => {
           for (let at = Math.floor(Date.now() / 60e3) * 60e3 - 600e3; at > Date.now() - 23.5 * 3600e3; at -= 60e3) {
             if (hours.includes(oslo.format(at))) return at / 1e3;
           }
         };
         return [last('18:40', '20:20'), last('21:40', '23:20'), last('01:40', '06:20')]",
        &[],
    );
    go_to(&window, "Scaling");
    open_page(&window, "cosci");
    window.click("radio", "24 h");
    let at = |index: usize| instants[index].as_i64().unwrap();
    for (what, at, must) in [
        (
            "before the evening",
            at(0),
            "values.current === '2' && says('kubernetes-workload')",
        ),
        (
            "in the evening",
            at(1),
            "values.current === '4' && says('kubernetes-workload') && says('cron')",
        ),
        (
            "after midnight",
            at(2),
            "values.current === '2' && says('kubernetes-workload')",
        ),
    ] {
        scrub_to(&window, what, at, must);
    }
    // Off the graph it is the present again.
    window.move_mouse_away();
    window.until(
        "the present",
        &format!("{PANEL} return panel.querySelector('.moment').textContent.includes('live')"),
        &[],
    );
}

#[test]
fn a_countdown_of_the_demo_comes_true() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    // Less than a minute before the evening's window begins, when there was one last.
    let minute = window.eval(
        "const zone = { timeZone: 'Europe/Oslo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
         const oslo = new Intl.DateTimeFormat('en-GB', zone);
         let at = Math.floor(Date.now() / 60e3) * 60e3 - 600e3;
         while (oslo.format(at) !== '20:59') at -= 60e3;
         return at + 15e3",
        &[],
    );
    let ask = json!({"cluster": "context-demo", "toMs": minute});
    window.rpc("go_to_demo_time", &ask).unwrap();
    open_table(&window, "Scaling", "web");
    open_page(&window, "nginx");
    window.move_mouse_away();
    window.until(
        "a countdown",
        &format!("{PANEL} return /^0:\\d\\d$/.test(left) && values.desired === '1'"),
        &[],
    );
    window.shot("countdown-demo");
    let (after, seen) = change_after_zero(&window, Duration::from_mins(2));
    assert!(
        (-1_000..=PASS_MS + SEEN_MS).contains(&after),
        "{after} ms: {seen}"
    );
}

#[test]
fn a_held_size_of_a_real_cluster_goes_when_it_was_counted_down_to() {
    let space = namespace("scaling-foreseen");
    apply(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "press", "namespace": space},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "press"}},
            "template": {
                "metadata": {"labels": {"app": "press"}, "annotations": {"kwok.x-k8s.io/usage-cpu": "50m"}},
                "spec": {"containers": [{"name": "press", "image": "registry.example.com/press:1", "resources": {"requests": {"cpu": "100m"}}}]},
            },
        },
    }));
    let autoscaler = |most: u32| {
        json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "press", "namespace": space},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "press"}, "minReplicas": 1, "maxReplicas": most,
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 45}},
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}],
            },
        })
    };
    apply(&autoscaler(4));
    let window = connected();
    open_table(&window, "Scaling", space);
    open_page(&window, "press");
    let until = |what: &str, must: &str| {
        window.until_within(METRICS, what, &format!("{PANEL} return {must}"), &[]);
        window
            .eval("return Math.floor(Date.now() / 1000)", &[])
            .as_i64()
            .unwrap()
    };
    window.move_mouse_away();
    until(
        "the first measurement",
        "values.desired === '1' && values.current === '1' && said.includes('50%')",
    );
    std::thread::sleep(Duration::from_secs(8));
    let before = window
        .eval("return Math.floor(Date.now() / 1000) - 3", &[])
        .as_i64()
        .unwrap();
    cluster().set_cpu_usage(space, "app=press", "300m").unwrap();
    until(
        "its most",
        "values.desired === '4' && values.current === '4'",
    );
    std::thread::sleep(Duration::from_secs(6));
    let most = window
        .eval("return Math.floor(Date.now() / 1000) - 2", &[])
        .as_i64()
        .unwrap();
    cluster().set_cpu_usage(space, "app=press", "5m").unwrap();
    until("a countdown", "/^0:\\d\\d$/.test(left) && left !== '0:00'");
    window.shot("countdown-real");
    let (late, seen) = change_after_zero(&window, METRICS);
    assert!(
        (-1_000..=PASS_MS + SEEN_MS).contains(&late),
        "{late} ms: {seen}"
    );
    until("the smaller size", "Number(values.current) < 4");
    std::thread::sleep(Duration::from_secs(6));
    let after = window
        .eval("return Math.floor(Date.now() / 1000) - 2", &[])
        .as_i64()
        .unwrap();
    for (what, at, must) in [
        (
            "before the load",
            before,
            "values.current === '1' && values.desired === '1'",
        ),
        (
            "at its most",
            most,
            "values.current === '4' && (says('max') || says('most'))",
        ),
        ("after the load", after, "Number(values.current) < 4"),
    ] {
        scrub_to(&window, what, at, must);
    }
    // An edit is told where its flag stands and in words, with who made it.
    apply(&autoscaler(6));
    window.until_text("maxReplicas 4 → 6");
    look(&window, "edited-real");
}
