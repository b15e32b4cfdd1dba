//! What an object has to do with others: the list in the drawer, the picture, both live.

use control_plane::Credential;
use desktop::{Window, namespace};
use fantoccini::key::Key;
use serde_json::json;

use crate::steps::{
    apply, connected, connected_as, look, open_drawer, open_table, until_drawer_says, until_row,
};

/// A workload with what people put around one.
fn shop(space: &str, replicas: u32) {
    let labels = json!({"app": "web"});
    for object in [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": space}}),
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": space},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{
                    "name": "main", "image": "registry.example.com/web:1",
                    "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "nowhere", "optional": true}}],
                }]},
            }},
        }),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": space},
            "spec": {"selector": labels, "ports": [{"port": 80}]}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "shop", "namespace": space},
            "spec": {"rules": [{"host": "shop.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}),
        json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": space},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": labels}}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "all", "namespace": space},
            "spec": {"podSelector": {}}}),
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "namespace": space},
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                "minReplicas": replicas, "maxReplicas": replicas + 1}}),
    ] {
        apply(&object);
    }
}

fn until_card(window: &Window, name: &str) {
    window.until(
        &format!("the card {name}"),
        "return [...document.querySelectorAll('[data-node]')].some((card) => card.getAttribute('aria-label').startsWith(arguments[0]))",
        &[json!(name)],
    );
}

#[test]
fn a_deployment_with_everything_around_it() {
    let space = namespace("relations-list");
    shop(space, 2);
    let window = connected();
    open_table(&window, "Deployments", space);
    until_row(&window, "web");
    open_drawer(&window, "web");
    window.click_found("the tab", "return one('tab', 'Relations', drawer())", &[]);
    for words in [
        "OWNERS AND OWNED",
        "ReplicaSet web-",
        "Pod web-",
        "Running",
        "Service web",
        "Ingress shop",
        "HorizontalPodAutoscaler web",
        "PodDisruptionBudget web",
        "NetworkPolicy all",
        "ConfigMap settings",
        "Secret nowhere missing, but optional",
    ] {
        until_drawer_says(&window, words);
    }
    look(&window, "relations-list");
    // A line leads to its object, and what it leads to shows the same tab.
    window.click_found(
        "the line of the Ingress",
        "return [...drawer().querySelectorAll('button.line')].find((line) => squeezed(line.innerText).startsWith('Ingress shop'))",
        &[],
    );
    window.until(
        "the drawer of the Ingress",
        "return nameOf(drawer()) === 'Details of shop'",
        &[],
    );
    until_drawer_says(&window, "SENDS REQUESTS TO");
    until_drawer_says(&window, "Deployment web");
}

#[test]
fn a_picture_that_follows_and_is_walked_by_keys() {
    let space = namespace("relations-picture");
    shop(space, 2);
    let window = connected();
    open_table(&window, "Deployments", space);
    until_row(&window, "web");
    window.press(&[], Key::Down);
    window.press(&[], 'x');
    for card in [
        "Deployment web",
        "ReplicaSet web-",
        "Pod web-",
        "Service web",
        "Ingress shop",
    ] {
        until_card(&window, card);
    }
    window.shot("relations-picture");
    // What comes is drawn, what goes is not.
    apply(
        &json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "second", "namespace": space},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 81}]}}),
    );
    until_card(&window, "Service second");
    // By keys from the Deployment to what it uses.
    window.until(
        "the keyboard in the picture",
        "return document.activeElement?.dataset.node === '0'",
        &[],
    );
    window.press(&[], Key::Left);
    window.until(
        "the keyboard on a card left of it",
        "const card = document.activeElement; return card?.dataset.node && card.dataset.node !== '0'",
        &[],
    );
    window.press(&[], Key::Enter);
    window.until(
        "a drawer",
        "return drawer() && nameOf(drawer()).startsWith('Details of')",
        &[],
    );
    window.shot("relations-picture-drawer");
}

#[test]
fn a_picture_of_many_pods_stays_readable() {
    let space = namespace("relations-many");
    shop(space, 120);
    let window = connected();
    open_table(&window, "Deployments", space);
    until_row(&window, "web");
    window.press(&[], Key::Down);
    window.press(&[], 'x');
    window.until(
        "a block of all pods",
        "return document.querySelector('[aria-label=\"Picture of relations\"]')?.innerText.includes('120 × Pod')",
        &[],
    );
    window.shot("relations-many");
    window.resize(900, 560);
    window.press(&[], '0');
    window.shot("relations-many-small");
    window.resize(1440, 900);
    look(&window, "relations-many");
}

#[test]
fn what_the_account_may_not_see_is_said() {
    let space = namespace("relations-viewer");
    shop(space, 1);
    let window = connected_as(Credential::Reader);
    open_table(&window, "Deployments", space);
    until_row(&window, "web");
    open_drawer(&window, "web");
    window.click_found("the tab", "return one('tab', 'Relations', drawer())", &[]);
    until_drawer_says(
        &window,
        "Secret is not looked at. Your account lacks the verb list on secrets",
    );
    until_drawer_says(&window, "Secret nowhere not looked at");
    window.shot("relations-viewer");
}
