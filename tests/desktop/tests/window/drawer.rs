//! The details drawer: what it says of an object, its events, its YAML.

use desktop::{Window, cluster, namespace};
use serde_json::{Value, json};

use crate::steps::{
    apply, connected, go_to, open_drawer, open_table, rows, until_cell, until_drawer_says,
    until_row,
};

fn open_yaml(window: &Window) {
    window.click_found("the YAML tab", "return one('tab', 'YAML', drawer())", &[]);
    window.until(
        "the YAML",
        "return /apiVersion:/.test(one('region', 'YAML', drawer())?.textContent)",
        &[],
    );
}

fn yaml(window: &Window) -> String {
    let text = window.eval(
        "return [...one('region', 'YAML', drawer()).querySelectorAll('pre')].map((e) => e.textContent).join('\\n')",
        &[],
    );
    text.as_str().unwrap().to_owned()
}

#[test]
fn a_pod_with_everything_about_it() {
    let space = namespace("drawer-pod");
    apply(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": space},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {
                    "labels": {"app": "web", "tier": "front"},
                    "annotations": {"scalescope.test/pod": "crash-loop", "scalescope.test/runs-for": "1s", "scalescope.test/back-off": "90s"},
                },
                "spec": {
                    "containers": [
                        {"name": "main", "image": "registry.example.com/web:1", "resources": {"requests": {"cpu": "250m", "memory": "128Mi"}}},
                        {"name": "proxy", "image": "registry.example.com/proxy:2"},
                    ],
                },
            },
        },
    }));
    let window = connected();
    open_table(&window, "Pods", space);
    window.until(
        "the pod",
        "return rowsOf(grid()).some((row) => row.status === 'CrashLoopBackOff')",
        &[],
    );
    let name = rows(&window)[0]["name"].clone();
    open_drawer(&window, &name);
    for words in [
        "CrashLoopBackOff",
        "Ready",
        "ContainersNotReady",
        "main",
        "proxy",
        "registry.example.com/proxy:2",
        "app=web",
        "tier=front",
        "ReplicaSet",
        "node-",
        "Scheduled",
    ] {
        until_drawer_says(&window, words);
    }
    window.shot("drawer-pod");
    open_yaml(&window);
    let text = yaml(&window);
    assert!(
        text.contains("kind: Pod") && !text.contains("managedFields"),
        "{text}"
    );
    window.shot("drawer-yaml");
    window.click_found(
        "managedFields",
        "return one('button', 'managedFields', drawer())",
        &[],
    );
    window.until(
        "managedFields unfolded",
        "return one('button', 'managedFields', drawer())?.getAttribute('aria-pressed') === 'true'",
        &[],
    );

    // The owner is a link.
    window.click_found(
        "the overview",
        "return one('tab', 'Overview', drawer())",
        &[],
    );
    window.click_found(
        "the owner",
        "return one('button', 'ReplicaSet web-*', drawer())",
        &[],
    );
    window.until(
        "the ReplicaSet's drawer",
        "return nameOf(drawer()).startsWith('Details of web-') && squeezed(drawer().innerText).startsWith('ReplicaSet')",
        &[],
    );
    window.until(
        "conditions or facts",
        "return one('heading', 'Facts', drawer())",
        &[],
    );
    window.click_found("back", "return one('button', 'Back', drawer())", &[]);
    window.until(
        "the pod's drawer again",
        "return nameOf(drawer()) === `Details of ${arguments[0]}`",
        &[json!(name)],
    );

    // What changes is seen, and so is its end.
    cluster()
        .kubectl(&["label", "pod", "-n", space, &name, "colour=blue"])
        .unwrap();
    until_drawer_says(&window, "colour=blue");
    cluster()
        .kubectl(&["delete", "deployment", "-n", space, "web"])
        .unwrap();
    until_drawer_says(&window, "Deleted while open");
    window.shot("drawer-deleted");
}

#[test]
fn secret_values_are_masked() {
    let space = namespace("drawer-secret");
    apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "vault", "namespace": space},
        "stringData": {"password": "correct-horse-battery", "user": "somebody-in-particular"},
    }));
    let window = connected();
    open_table(&window, "Secrets", space);
    until_row(&window, "vault");
    open_drawer(&window, "vault");
    open_yaml(&window);
    let text = yaml(&window);
    assert!(text.contains("password") && text.contains("user"), "{text}");
    window.shot("drawer-secret");
    let html = window.eval("return document.documentElement.outerHTML", &[]);
    // As text and as base64, in the drawer and everywhere else.
    for secret in [
        "correct-horse-battery",
        "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5",
        "somebody-in-particular",
        "c29tZWJvZHktaW4tcGFydGljdWxhcg",
    ] {
        assert!(
            !html.as_str().unwrap().contains(secret),
            "{secret} is on the page"
        );
    }
    // kubectl apply keeps a copy of the whole object in an annotation.
    let manifest = cluster().folder().join("applied-secret.json");
    let object = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "applied", "namespace": space},
        "stringData": {"password": "staple-on-the-client"},
    });
    std::fs::write(&manifest, object.to_string()).unwrap();
    cluster()
        .kubectl(&["apply", "-f", manifest.to_str().unwrap()])
        .unwrap();
    until_row(&window, "applied");
    open_drawer(&window, "applied");
    open_yaml(&window);
    let everything = window.eval(
        "for (const fold of document.querySelectorAll('details')) fold.open = true;
         return document.documentElement.outerHTML",
        &[],
    );
    assert!(
        !everything
            .as_str()
            .unwrap()
            .contains("staple-on-the-client")
    );
    window.click_found(
        "the overview",
        "return one('tab', 'Overview', drawer())",
        &[],
    );
    window.until(
        "labels or events",
        "return one('heading', 'Events', drawer())",
        &[],
    );
    let everything = window.eval("return document.documentElement.outerHTML", &[]);
    assert!(
        !everything
            .as_str()
            .unwrap()
            .contains("staple-on-the-client"),
        "the last-applied annotation shows it"
    );
    for (path, bytes) in window.home().written("") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains("staple-on-the-client"),
            "{} holds it",
            path.display()
        );
    }
}

#[test]
fn a_node_and_a_namespace() {
    let window = connected();
    go_to(&window, "Nodes");
    until_cell(&window, "node-1", "status", "Ready");
    open_drawer(&window, "node-1");
    until_drawer_says(&window, "Ready");
    window.shot("drawer-node");
    go_to(&window, "Namespaces");
    until_row(&window, "kube-system");
    open_drawer(&window, "kube-system");
    until_drawer_says(&window, "Active");
    let text = window.eval("return drawer().innerText", &[]);
    assert_ne!(text, Value::Null);
}
