//! Helm releases by keyboard: the table, a release, its differences.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desktop::namespace;
use fantoccini::key::Key;
use serde_json::json;

use crate::steps::{apply, connected, go_to, open_table, until_row};

/// A release in its Secret, as Helm writes it (uncompressed, which Helm reads too).
fn install(space: &str, name: &str, revision: u32, status: &str, replicas: u32) {
    let manifest = format!(
        "---\n# Source: shop/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}-key\nstringData:\n  password: hunter2\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: {replicas}\n"
    );
    let release = json!({
        "name": name, "namespace": space, "version": revision,
        "info": {"first_deployed": "2026-01-01T10:00:00Z", "last_deployed": "2026-02-01T10:00:00Z", "description": format!("Upgrade to {replicas} replicas"), "status": status, "notes": "Open the door."},
        "chart": {"metadata": {"name": "shop", "version": "1.2.3", "appVersion": "4.5"}, "values": {"replicas": 1, "image": {"repository": "registry.example.com/shop", "tag": "4.5"}}},
        "config": {"replicas": replicas}, "manifest": manifest,
    });
    apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {"name": format!("sh.helm.release.v1.{name}.v{revision}"), "namespace": space, "labels": {
            "owner": "helm", "name": name, "version": revision.to_string(), "status": status, "modifiedAt": "1769940000",
        }},
        "stringData": {"release": STANDARD.encode(release.to_string())},
    }));
}

#[test]
fn a_release_is_read_and_compared_by_keyboard() {
    let space = namespace("helm-window");
    install(space, "orders", 1, "superseded", 1);
    install(space, "orders", 2, "deployed", 3);
    install(space, "search", 1, "failed", 1);
    install(space, "billing", 4, "pending-upgrade", 2);
    apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {"name": "sh.helm.release.v1.torn.v1", "namespace": space},
        "stringData": {"release": "%%%"},
    }));
    // Kept by Helm's other driver, encoded once.
    apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "sh.helm.release.v1.mapped.v1", "namespace": space, "labels": {
            "owner": "helm", "name": "mapped", "version": "1", "status": "deployed",
        }},
        "data": {"release": STANDARD.encode(json!({
            "name": "mapped", "namespace": space, "version": 1, "info": {"status": "deployed", "description": "Install complete"},
            "chart": {"metadata": {"name": "map", "version": "7.0.0"}}, "config": {"kept": "in a map"},
        }).to_string())},
    }));
    let window = connected();
    open_table(&window, "Helm releases", space);
    until_row(&window, "orders");
    window.until_text("map-7.0.0");
    window.until_text("shop-1.2.3");
    window.until_text("not base64");
    window.shot("helm-releases");
    go_to(&window, "Theme: light");
    window.shot("helm-releases-light");

    window.click_found(
        "the row",
        "return rowNamed('orders')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until_text("first deployed");
    window.until_text("replicas: 3");
    window.shot("helm-values");
    // What somebody else does to it is seen here.
    install(space, "orders", 3, "deployed", 5);
    window.until_text("replicas: 5");
    window.until_text("revision 3");
    // Along the tabs with the arrows.
    window.until(
        "the tabs have the keyboard",
        "const tab = document.querySelector('[role=tab][aria-selected=true]'); tab.focus(); return document.activeElement === tab",
        &[],
    );
    window.press(&[], Key::Right);
    window.until_text("registry.example.com/shop");
    window.press(&[], Key::Right);
    window.until_text("Values of Secrets are masked.");
    assert!(!window.text().contains("hunter2"));
    window.shot("helm-manifest");
    window.press(&[], Key::Left);
    window.press(&[], Key::Left);
    window.press(&[], Key::Left);
    window.until_text("1 added, 1 removed");
    window.shot("helm-differences");
    go_to(&window, "Theme: dark");
    window.resize(900, 560);
    window.shot("helm-differences-small-dark");
    window.press(&[], Key::Escape);
    until_row(&window, "orders");
    window.click_found(
        "the release in a ConfigMap",
        "return rowNamed('mapped')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until_text("kept: in a map");
    window.shot("helm-mapped");
}
