//! The drawer's parts: what is wrong, containers, what is owned, who set which field, folding, secrets.

use std::time::Duration;

use desktop::{Window, cluster, namespace};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{
    self, apply, connected, open_drawer, open_table, pod, until_drawer_says, until_row,
};

/// Looks at the drawer in both themes and in the smallest window; text that cannot be read fails.
fn look(window: &Window, name: &str) {
    steps::look(window, &format!("drawer-{name}"));
    window.resize(900, 560);
    window.shot(&format!("drawer-{name}-small"));
    window.resize(1440, 900);
}

fn verdicts(window: &Window) -> String {
    let text = window.eval(
        "return squeezed(one('list', 'What is wrong', drawer())?.innerText ?? '')",
        &[],
    );
    text.as_str().unwrap_or_default().to_owned()
}

fn until_wrong(window: &Window, text: &str) {
    window.until(
        &format!("“{text}” among what is wrong"),
        "return squeezed(one('list', 'What is wrong', drawer())?.innerText ?? '').includes(arguments[0])",
        &[json!(text)],
    );
}

/// Writes a pod's status, as a kubelet would.
fn set_status(space: &str, name: &str, status: &Value) {
    let patch = json!({"status": status}).to_string();
    cluster()
        .kubectl(&[
            "patch",
            "pod",
            "-n",
            space,
            name,
            "--subresource=status",
            "--type=merge",
            "-p",
            &patch,
        ])
        .unwrap();
}

#[test]
fn what_is_wrong_comes_first() {
    let space = namespace("drawer-wrong");
    apply(&pod(
        space,
        "nowhere",
        json!({"spec": {"nodeSelector": {"gpu": "yes"}, "tolerations": [{"key": "gpu", "operator": "Exists"}]}}),
    ));
    // No scheduler binds it, so nothing but this test writes its status.
    apply(&pod(
        space,
        "hungry",
        json!({"spec": {"schedulerName": "none", "containers": [
        {"name": "main", "image": "registry.example.com/app:1", "command": ["serve"], "args": ["--port=8080"],
         "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
         "ports": [{"name": "http", "containerPort": 8080}],
         "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
         "env": [{"name": "MODE", "value": "fast"}, {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
         "volumeMounts": [{"name": "settings", "mountPath": "/etc/settings", "readOnly": true, "subPath": "app"}]}],
        "volumes": [{"name": "settings", "configMap": {"name": "settings"}}]}}),
    ));
    set_status(
        space,
        "hungry",
        &json!({"phase": "Running", "containerStatuses": [{
        "name": "main", "image": "registry.example.com/app:1", "imageID": "registry.example.com/app@sha256:1", "ready": false, "started": false, "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container=main"}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:09Z"}}}]}),
    );
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "nowhere");
    open_drawer(&window, "nowhere");
    until_wrong(&window, "No node takes it");
    until_wrong(&window, "3 do not match its node selector or affinity");
    for words in ["Node Selector", "gpu=yes", "gpu op=Exists"] {
        until_drawer_says(&window, words);
    }
    look(&window, "unschedulable");
    open_drawer(&window, "hungry");
    until_wrong(&window, "main keeps running out of memory (OOMKilled)");
    until_wrong(&window, "Its memory limit is 128Mi.");
    until_wrong(&window, "kubelet now waits 40s");
    window.click_found(
        "the container",
        "return one('button', 'Unfold container main', drawer())",
        &[],
    );
    for words in [
        "http 8080/TCP",
        "--port=8080",
        "http-get http://:http/healthz delay=0s timeout=1s period=10s #success=1 #failure=3",
        "MODE",
        "spec.nodeName",
        "/etc/settings",
        "ConfigMap settings",
        "volume settings, read-only, path app",
    ] {
        until_drawer_says(&window, words);
    }
    look(&window, "container");
    // What the mount names is a link; the map does not exist, and that is told.
    window.click_found(
        "the config map",
        "return one('button', 'ConfigMap settings', drawer())",
        &[],
    );
    until_drawer_says(&window, "ConfigMap settings does not exist.");
    look(&window, "missing");
    window.press(&[Key::Alt], Key::Left);
    until_wrong(&window, "main keeps running out of memory");
    assert!(!verdicts(&window).is_empty());
}

#[test]
fn a_deployment_with_what_it_owns() {
    let space = namespace("drawer-owned");
    apply(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop", "namespace": space},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": {"app": "shop"}},
            "template": {
                "metadata": {"labels": {"app": "shop"}},
                "spec": {"containers": [{"name": "main", "image": "registry.example.com/shop:1", "resources": {"requests": {"cpu": "100m"}}}]},
            },
        },
    }));
    let window = connected();
    open_table(&window, "Deployments", space);
    until_row(&window, "shop");
    open_drawer(&window, "shop");
    for words in [
        "2 of 2 ready",
        "revision 1",
        "RollingUpdate: at most 25% unavailable, 25% surge",
        "app=shop",
    ] {
        until_drawer_says(&window, words);
    }
    // Events of its pods are told beside its own, with the pod.
    until_drawer_says(&window, "ScalingReplicaSet");
    until_drawer_says(&window, "SuccessfulCreate");
    until_drawer_says(&window, "Scheduled");
    look(&window, "deployment");
    // Down to a pod, whose owners lead all the way up again.
    window.click_found(
        "a pod of it",
        "return all('button', 'shop-*', drawer()).find((e) => /shop-\\w+-\\w+/.test(e.textContent))",
        &[],
    );
    window.until(
        "both owners",
        "return one('button', 'ReplicaSet shop-*', drawer()) && one('button', 'Deployment shop', drawer())",
        &[],
    );
    window.click_found(
        "the Deployment",
        "return one('button', 'Deployment shop', drawer())",
        &[],
    );
    until_drawer_says(&window, "ScalingReplicaSet");
    // Who set what.
    window.click_found("Fields", "return one('tab', 'Fields', drawer())", &[]);
    until_drawer_says(&window, "kube-controller-manager");
    window.click_found(
        "the search",
        "return one('textbox', 'Find a field', drawer())",
        &[],
    );
    window.type_text("replicas");
    until_drawer_says(&window, ".spec.replicas");
    look(&window, "fields");
}

#[test]
fn yaml_folds_by_keyboard() {
    let space = namespace("drawer-fold");
    let labels: serde_json::Map<String, Value> = (0..10_000)
        .map(|n| (format!("label-{n:05}"), json!("x")))
        .collect();
    apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "many", "namespace": space, "labels": labels},
        "data": {"app.yaml": "a: 1\nb: 2\n"}, "binaryData": {"logo": "AAEC/w=="},
    }));
    let window = connected();
    open_table(&window, "ConfigMaps", space);
    until_row(&window, "many");
    open_drawer(&window, "many");
    for words in [
        "Show all 10000 labels",
        "label-00000=x",
        "app.yaml",
        "4 B, not text",
    ] {
        until_drawer_says(&window, words);
    }
    look(&window, "labels");
    window.click_found(
        "all labels",
        "return one('button', 'Show all 10000 labels', drawer())",
        &[],
    );
    window.click_found(
        "the filter",
        "return one('textbox', 'Filter labels', drawer())",
        &[],
    );
    window.type_text("09999");
    until_drawer_says(&window, "1 match");
    until_drawer_says(&window, "label-09999=x");
    let shown = window.eval("return document.querySelectorAll('*').length", &[]);
    assert!(
        shown.as_u64().unwrap() < 3_000,
        "{shown} elements in the page"
    );
    window.click_found("YAML", "return one('tab', 'YAML', drawer())", &[]);
    window.until(
        "the YAML",
        "return /apiVersion:/.test(one('region', 'YAML', drawer())?.textContent)",
        &[],
    );
    // To `metadata:` and its labels, which fold away.
    window.eval("one('region', 'YAML', drawer()).focus()", &[]);
    window.press(&[], Key::Home);
    let active = "return one('region', 'YAML', drawer())?.querySelector('.active')?.textContent.trim() ?? ''";
    for _ in 0..12 {
        let at = window.eval(active, &[]);
        if at.as_str() == Some("labels:") {
            break;
        }
        window.press(&[], Key::Down);
    }
    window.press(&[], Key::Left);
    window.until(
        "the labels folded",
        "return /labels: … 10000 lines/.test(one('region', 'YAML', drawer()).textContent)",
        &[],
    );
    window.until(
        "what comes after",
        "return /namespace:/.test(one('region', 'YAML', drawer()).textContent)",
        &[],
    );
    look(&window, "folded");
    // A search finds what is folded and opens it.
    window.click_found(
        "the search",
        "return one('textbox', 'Find in YAML', drawer())",
        &[],
    );
    window.type_text("label-07777");
    window.until(
        "the label in sight",
        "return /label-07777/.test(one('region', 'YAML', drawer()).textContent)",
        &[],
    );
}

#[test]
fn secrets_are_shown_when_asked_for() {
    const VALUE: &str = "mallard-in-the-reeds";
    let space = namespace("drawer-reveal");
    apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pond", "namespace": space}, "stringData": {"bird": VALUE},
    }));
    apply(&pod(
        space,
        "watcher",
        json!({"spec": {"containers": [{"name": "main", "image": "registry.example.com/app:1",
        "env": [{"name": "BIRD", "valueFrom": {"secretKeyRef": {"name": "pond", "key": "bird"}}},
            {"name": "FISH", "valueFrom": {"secretKeyRef": {"name": "pond", "key": "fish"}}}]}]}}),
    ));
    let window = connected();
    let page = || {
        let html = window.eval("return document.documentElement.outerHTML", &[]);
        html.as_str().unwrap().to_owned()
    };
    open_table(&window, "Pods", space);
    until_row(&window, "watcher");
    open_drawer(&window, "watcher");
    window.click_found(
        "the container",
        "return one('button', 'Unfold container main', drawer())",
        &[],
    );
    until_drawer_says(&window, "BIRD");
    assert!(!page().contains(VALUE));
    window.click_found(
        "the value",
        "return one('button', 'Reveal BIRD', drawer())",
        &[],
    );
    until_drawer_says(&window, VALUE);
    look(&window, "revealed");
    // The window loses the keyboard: nobody looks any more.
    window.eval("window.dispatchEvent(new Event('blur'))", &[]);
    window.until(
        "the value gone",
        "return !document.documentElement.outerHTML.includes(arguments[0])",
        &[json!(VALUE)],
    );
    window.click_found(
        "a missing key",
        "return one('button', 'Reveal FISH', drawer())",
        &[],
    );
    until_drawer_says(&window, "Secret pond has no key fish.");
    // The Secret's own drawer.
    open_table(&window, "Secrets", space);
    until_row(&window, "pond");
    open_drawer(&window, "pond");
    until_drawer_says(&window, "20 B");
    assert!(!page().contains(VALUE));
    window.click_found(
        "the value",
        "return one('button', 'Reveal the value of bird', drawer())",
        &[],
    );
    until_drawer_says(&window, VALUE);
    window.click_found(
        "the value away",
        "return one('button', 'Hide the value of bird', drawer())",
        &[],
    );
    window.until(
        "the value gone",
        "return !document.documentElement.outerHTML.includes(arguments[0])",
        &[json!(VALUE)],
    );
    for (path, bytes) in window.home().written("") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(VALUE), "{} holds it", path.display());
    }
}

#[test]
fn cpu_and_memory_are_drawn() {
    let space = namespace("drawer-usage");
    apply(&pod(
        space,
        "busy",
        json!({
            "metadata": {"annotations": {"kwok.x-k8s.io/usage-cpu": "50m", "kwok.x-k8s.io/usage-memory": "64Mi"}},
            "spec": {"containers": [{"name": "main", "image": "registry.example.com/app:1",
                "resources": {"requests": {"cpu": "100m", "memory": "96Mi"}, "limits": {"memory": "128Mi"}}}]},
        }),
    ));
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "busy");
    open_drawer(&window, "busy");
    window.until_within(
        Duration::from_secs(90),
        "both plots",
        "const said = squeezed(drawer()?.innerText);
         // What is metered is counted over time, and so is never quite what was set.
         return /CPU (4[5-9]|5[0-5])m · request 100m/.test(said) && said.includes('Memory 64Mi · request 96Mi · limit 128Mi')",
        &[],
    );
    // The same figures stand beside the container's requests.
    until_drawer_says(&window, "used");
    look(&window, "usage");
}
