//! Helm releases in Secrets, read, compared and refused.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cluster_tests::{Plane, Window, halves, until};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use wire::{DiffKind, HelmDiff, HelmRelease, WireError};

halves! {
    planes: Plane::demo_bare(), Plane::real_bare();
    on_both: releases_are_listed_read_and_compared;
}

const PATIENCE: Duration = Duration::from_secs(40);
const SPACE: &str = "releases";

/// A release as Helm writes it into its payload.
fn release(name: &str, revision: u32, status: &str, replicas: u32) -> Value {
    let manifest = format!(
        "---\n# Source: {name}/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}-key\nstringData:\n  password: hunter2\n---\n# Source: {name}/templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: {replicas}\n"
    );
    json!({
        "name": name, "namespace": SPACE, "version": revision,
        "info": {"first_deployed": "2026-01-01T10:00:00.5Z", "last_deployed": "2026-02-01T10:00:00Z", "deleted": "", "description": format!("says {status}"), "status": status, "notes": "Well done."},
        "chart": {"metadata": {"name": "shop", "version": "1.2.3", "appVersion": "4.5"}, "values": {"replicas": 1, "image": {"tag": "a"}}},
        "config": {"replicas": replicas}, "manifest": manifest, "hooks": [],
    })
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn write(plane: &Plane, name: &str, revision: u32, status: &str, payload: &[u8]) {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {"name": format!("sh.helm.release.v1.{name}.v{revision}"), "namespace": SPACE, "labels": {
            "owner": "helm", "name": name, "version": revision.to_string(), "status": status, "modifiedAt": "1769940000",
        }},
        "stringData": {"release": STANDARD.encode(payload)},
    });
    let path = format!("/api/v1/namespaces/{SPACE}/secrets");
    plane.client().create(&path, &secret).unwrap();
}

fn write_release(plane: &Plane, name: &str, revision: u32, status: &str, replicas: u32) {
    let json = serde_json::to_vec(&release(name, revision, status, replicas)).unwrap();
    write(plane, name, revision, status, &gzipped(&json));
}

/// Revision, status and description of each release.
fn told(rows: &BTreeMap<String, BTreeMap<String, String>>) -> Vec<String> {
    let words = |row: &BTreeMap<String, String>| {
        format!(
            "{} {} {} {}",
            row["NAME"], row["REVISION"], row["STATUS"], row["CHART"]
        )
    };
    rows.values().map(words).collect()
}

/// Releases in every state, damaged ones, and a Secret that is none.
fn install_all(plane: &Plane) {
    plane.create_namespace(SPACE);
    write_release(plane, "web", 1, "superseded", 1);
    write_release(plane, "web", 2, "deployed", 3);
    write_release(plane, "broken", 1, "failed", 1);
    write_release(plane, "moving", 4, "pending-upgrade", 1);
    write_release(plane, "kept", 7, "uninstalled", 1);
    write(plane, "damaged", 1, "deployed", b"\x1f\x8bnot gzip at all");
    write(
        plane,
        "bomb",
        1,
        "deployed",
        &gzipped(&vec![b' '; 40 << 20]),
    );
    let plain = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "other", "namespace": SPACE}, "stringData": {"a": "b"}});
    plane.apply(&plain.to_string()).unwrap();
}

async fn releases_are_listed_read_and_compared(plane: Plane) {
    install_all(&plane);
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let view = window.view_in(&cluster, "helmreleases", &[SPACE]).await;
    let expect = async |wanted: &[&str]| {
        until("the releases", PATIENCE, async || {
            let told = told(&window.snapshot(view).await.rows);
            if told == wanted {
                Ok(())
            } else {
                Err(format!("{told:?}"))
            }
        })
        .await
    };
    expect(&[
        "bomb 1 unreadable ",
        "broken 1 failed shop-1.2.3",
        "damaged 1 unreadable ",
        "kept 7 uninstalled shop-1.2.3",
        "moving 4 pending-upgrade shop-1.2.3",
        "web 2 deployed shop-1.2.3",
    ])
    .await;
    let rows = window.snapshot(view).await.rows;
    assert!(rows[&format!("{SPACE}/bomb")]["DESCRIPTION"].contains("more than 32 MiB"));
    assert!(rows[&format!("{SPACE}/damaged")]["DESCRIPTION"].contains("does not inflate"));

    let ask = |name: &str, revision: Option<u32>| json!({"cluster": cluster, "namespace": SPACE, "name": name, "revision": revision});
    let web: HelmRelease = window.ask("helm_release", ask("web", None)).await.unwrap();
    assert_eq!(
        (web.revision, &*web.values, web.masked),
        (2, "replicas: 3\n", 1)
    );
    assert_eq!(web.computed, "image:\n  tag: a\nreplicas: 3\n");
    assert!(!web.manifest.contains("hunter2") && web.manifest.contains("replicas: 3"));
    let made: Vec<String> = web
        .resources
        .iter()
        .map(|one| format!("{} {}/{}", one.kind_id, one.namespace, one.name))
        .collect();
    assert_eq!(made.len(), 2);
    assert_eq!(made[1], format!("deployments {SPACE}/web"));
    let history: Vec<(u32, &str)> = web
        .history
        .iter()
        .map(|one| (one.revision, &*one.status.text))
        .collect();
    assert_eq!(history, [(2, "deployed"), (1, "superseded")]);
    let old: HelmRelease = window
        .ask("helm_release", ask("web", Some(1)))
        .await
        .unwrap();
    assert_eq!(
        (old.revision, old.newest, &*old.values),
        (1, 2, "replicas: 1\n")
    );

    let diff: HelmDiff = window
        .ask("helm_diff", json!({"cluster": cluster, "namespace": SPACE, "name": "web", "from": 1, "to": 2, "part": "manifest"}))
        .await
        .unwrap();
    let changed: Vec<(DiffKind, &str)> = diff
        .lines
        .iter()
        .filter(|line| line.kind != DiffKind::Same)
        .map(|line| (line.kind, &*line.text))
        .collect();
    assert_eq!(
        changed,
        [
            (DiffKind::Removed, "  replicas: 1"),
            (DiffKind::Added, "  replicas: 3")
        ]
    );

    for (name, words) in [
        ("bomb", "more than 32 MiB"),
        ("nobody", "no Helm release nobody"),
    ] {
        let refused: WireError = window
            .ask::<HelmRelease>("helm_release", ask(name, None))
            .await
            .unwrap_err();
        assert!(
            format!("{} {}", refused.message, refused.detail).contains(words),
            "{refused:?}"
        );
    }

    // An upgrade, and an uninstall, are seen as they happen.
    write_release(&plane, "web", 3, "deployed", 5);
    for name in ["bomb", "damaged", "kept", "moving"] {
        let revision = match name {
            "kept" => 7,
            "moving" => 4,
            _ => 1,
        };
        let path =
            format!("/api/v1/namespaces/{SPACE}/secrets/sh.helm.release.v1.{name}.v{revision}");
        plane.client().delete(&path).unwrap();
    }
    expect(&["broken 1 failed shop-1.2.3", "web 3 deployed shop-1.2.3"]).await;
}
