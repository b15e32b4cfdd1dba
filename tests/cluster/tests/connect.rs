//! What goes wrong when connecting has a message of its own, and nobody is contacted who should not be.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cluster_tests::{Plane, Window, halves, until};
use control_plane::{ControlPlane, Credential, VIEWED_NAMESPACE, behaviour};
use serde_json::{Value, json};
use wire::{Connecting, ErrorCode, Phase, WireError};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: rights_in_one_namespace_show_that_namespace,
        rights_in_one_namespace_show_its_usage,
        an_account_without_rights_is_told;
    on_real: each_failure_has_its_own_message,
        every_way_to_log_in_works;
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The administrator's kubeconfig with its cluster entry changed.
fn altered(
    plane: &ControlPlane,
    folder: &Path,
    name: &str,
    alter: impl FnOnce(&mut Value),
) -> PathBuf {
    let text = std::fs::read_to_string(plane.kubeconfig()).unwrap();
    let mut config: Value = serde_json::from_str(&text).unwrap();
    alter(&mut config["clusters"][0]["cluster"]);
    write(folder, name, &config.to_string())
}

/// Takes connections and says nothing; how many came.
fn silent_listener() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            kept.push(stream);
        }
    });
    (port, count)
}

/// Kubeconfigs that cannot connect, with how each must be called. `mute` and `closed` are ports.
fn hopeless(
    plane: &ControlPlane,
    at: &Path,
    mute: u16,
    closed: u16,
) -> Vec<(&'static str, PathBuf, ErrorCode)> {
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = write(at, "other.crt", &other.cert.pem());
    let server = |name: &str, url: String| altered(plane, at, name, |c| c["server"] = json!(url));
    let authority = |name: &str, file: &Path| {
        altered(plane, at, name, |c| {
            c.as_object_mut()
                .unwrap()
                .remove("certificate-authority-data");
            c["certificate-authority"] = json!(file);
        })
    };
    let elsewhere = altered(plane, at, "name", |c| {
        c["tls-server-name"] = json!("elsewhere.example");
    });
    let plain = format!("http://127.0.0.1:{}", plane.port());
    vec![
        (
            "refused",
            server("refused", format!("https://127.0.0.1:{closed}")),
            ErrorCode::Unreachable,
        ),
        (
            "silent",
            server("silent", format!("https://127.0.0.1:{mute}")),
            ErrorCode::Unreachable,
        ),
        (
            "no name",
            server("no-name", "https://no-such-host.invalid:6443".to_owned()),
            ErrorCode::Unreachable,
        ),
        (
            "authority",
            authority("authority", &other),
            ErrorCode::Untrusted,
        ),
        ("other name", elsewhere, ErrorCode::Untrusted),
        (
            "plain http to TLS",
            server("plain", plain),
            ErrorCode::Malformed,
        ),
        (
            "token",
            plane.kubeconfig_of(Credential::Wrong),
            ErrorCode::Unauthorized,
        ),
        (
            "no authority file",
            authority("no-file", Path::new("/no/such/file")),
            ErrorCode::Malformed,
        ),
    ]
}

async fn each_failure_has_its_own_message(plane: Plane) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_owned();
    let (mute, _) = silent_listener();
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let files = plane
        .blocking(move |plane| match plane {
            Plane::Real(plane) => hopeless(plane, &at, mute, closed),
            Plane::Demo(_) => panic!("it has no certificates"),
        })
        .await;
    let mut messages = BTreeSet::new();
    for (what, file, code) in files {
        let window = Window::open(&file);
        let page = window.start().await;
        assert!(
            page.sources[0].problem.is_none() && page.contexts.len() == 1,
            "{what}: {page:?}"
        );
        let start = Instant::now();
        let error = window.connect(0).await.unwrap_err();
        eprintln!(
            "{what}: {:?} {} | {}",
            error.code, error.message, error.detail
        );
        assert_eq!(error.code, code, "{what}: {error:?}");
        assert!(
            start.elapsed() < Duration::from_secs(12),
            "{what} took {:?}",
            start.elapsed()
        );
        assert!(
            !error.message.is_empty() && !error.detail.is_empty(),
            "{what}: what to do is said: {error:?}"
        );
        for secret in ["unknown-token-of-a-test", "admin-token-of-a-test"] {
            assert!(!format!("{error:?}").contains(secret), "{error:?}");
        }
        // Addresses differ anyway; the words must.
        let words: String = error
            .message
            .chars()
            .filter(|c| c.is_alphabetic())
            .collect();
        assert!(
            messages.insert(words),
            "{what} reads like another: {}",
            error.message
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_files_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut messages = BTreeSet::new();
    for (name, text) in [
        ("empty", ""),
        ("no-yaml", "apiVersion: v1\nkind: Config\nclusters: [\n"),
        (
            "no-config",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n",
        ),
    ] {
        let window = Window::open(&write(folder.path(), name, text));
        let mut page = window.start().await;
        let problem = page
            .sources
            .remove(0)
            .problem
            .unwrap_or_else(|| panic!("{name}: no problem; {:?}", page.contexts));
        eprintln!(
            "{name}: {:?} {} | {}",
            problem.code, problem.message, problem.detail
        );
        assert!(
            page.contexts.is_empty() && problem.code == ErrorCode::Malformed,
            "{name}: {problem:?}"
        );
        let words = problem.message.replace(name, "") + &problem.detail;
        assert!(
            messages.insert(words),
            "{name} reads like another: {}",
            problem.message
        );
    }
    let window = Window::open(&folder.path().join("absent"));
    let problem = window
        .start()
        .await
        .sources
        .remove(0)
        .problem
        .expect("a file that was named must be there");
    assert!(messages.insert(problem.message + &problem.detail));
}

/// A kubeconfig of which one context, `plain`, may connect; all lead to `port`.
fn traps(folder: &Path, program: &Path, port: u16) -> Value {
    let fifo = folder.join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let exec = json!({"apiVersion": "client.authentication.k8s.io/v1", "command": program, "interactiveMode": "Never"});
    let url = format!("https://127.0.0.1:{port}");
    let named = |kind: &str, name: &str, what: Value| json!({"name": name, kind: what});
    let mut contexts = Vec::new();
    let mut users = Vec::new();
    for (name, user) in [
        ("exec", json!({"exec": exec})),
        ("exec-and-token", json!({"token": "t", "exec": exec})),
        (
            "gcp",
            json!({"auth-provider": {"name": "gcp", "config": {"cmd-path": program, "cmd-args": "x"}}}),
        ),
        (
            "oidc",
            json!({"auth-provider": {"name": "oidc", "config": {"idp-issuer-url": url}}}),
        ),
        ("token-fifo", json!({"tokenFile": fifo})),
        ("token-zero", json!({"tokenFile": "/dev/zero"})),
        ("token-folder", json!({"tokenFile": folder})),
        (
            "certificate-fifo",
            json!({"client-certificate": fifo, "client-key": fifo}),
        ),
        ("token-of-two-lines", json!({"token": "a\nb"})),
        ("plain", json!({"token": "fine"})),
    ] {
        users.push(named("user", name, user));
        contexts.push(named(
            "context",
            name,
            json!({"cluster": "trap", "user": name}),
        ));
    }
    let mut clusters = Vec::new();
    for (name, cluster) in [
        (
            "trap",
            json!({"server": url, "insecure-skip-tls-verify": true}),
        ),
        (
            "fifo",
            json!({"server": url, "certificate-authority": fifo}),
        ),
        (
            "zero",
            json!({"server": url, "certificate-authority": "/dev/zero"}),
        ),
        (
            "proxied",
            json!({"server": "https://127.0.0.1:1", "proxy-url": format!("http://127.0.0.1:{port}")}),
        ),
    ] {
        clusters.push(named("cluster", name, cluster));
        if name != "trap" {
            contexts.push(named(
                "context",
                name,
                json!({"cluster": name, "user": "plain"}),
            ));
        }
    }
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "plain",
        "clusters": clusters, "users": users, "contexts": contexts,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_run_or_read_is_never_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let (port, contacted) = silent_listener();
    let marker = folder.path().join("ran");
    let program = write(
        folder.path(),
        "plugin",
        &format!("#!/bin/sh\ntouch {}\n", marker.display()),
    );
    assert!(
        Command::new("chmod")
            .arg("+x")
            .arg(&program)
            .status()
            .unwrap()
            .success()
    );
    let config = traps(folder.path(), &program, port);
    let window = Window::open(&write(folder.path(), "config", &config.to_string()));
    let page = window.start().await;
    assert_eq!(page.contexts.len(), 13);
    let mut refused = Vec::new();
    for context in &page.contexts {
        let start = Instant::now();
        let came: Result<Connecting, WireError> =
            window.ask("connect", json!({"context": context.id})).await;
        match came {
            Ok(Connecting::Asks { question }) => {
                assert!(!question.looked, "{question:?}");
            }
            Ok(other) => panic!("{}: {other:?}", context.name),
            Err(error) => {
                assert_eq!(error.code, ErrorCode::Malformed, "{}", context.name);
                refused.push(context.name.as_str());
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{} took {:?}",
            context.name,
            start.elapsed()
        );
    }
    // Their text says already that they cannot be used: gcp no longer exists, oidc has no client id, a token of two lines is none,
    // a device is no file.
    refused.sort_unstable();
    assert_eq!(
        refused,
        ["gcp", "oidc", "token-of-two-lines", "token-zero", "zero"]
    );
    assert!(!marker.exists(), "a program was run");
    assert_eq!(
        contacted.load(Ordering::SeqCst),
        0,
        "somebody was contacted"
    );
    // The listener does count: the one context that may connect does.
    let plain = page
        .contexts
        .iter()
        .position(|context| context.name == "plain")
        .unwrap();
    assert_eq!(
        window.connect(plain).await.unwrap_err().code,
        ErrorCode::Unreachable
    );
    assert!(contacted.load(Ordering::SeqCst) > 0);
}

async fn every_way_to_log_in_works(plane: Plane) {
    for credential in [
        Credential::Admin,
        Credential::Certificate,
        Credential::CertificateFiles,
    ] {
        let file = plane.kubeconfig_of(credential);
        let (window, cluster) = Window::connected(&file).await;
        let view = window.view(&cluster, "nodes").await;
        assert_eq!(window.live(view).await.rows.len(), 3, "{credential:?}");
        let clusters: Vec<wire::ClusterInfo> = window.ask("clusters", ()).await.unwrap();
        assert!(clusters[0].version.starts_with("v1.36"), "{clusters:?}");
    }
}

async fn rights_in_one_namespace_show_that_namespace(plane: Plane) {
    plane.blocking(|plane| {
        let pod = |name: &str| {
            json!({
                "metadata": {"name": name, "annotations": {behaviour::POD: behaviour::MANUAL}},
                "spec": {"nodeName": "node-1", "containers": [{"name": "a", "image": "example.com/a:1"}]},
            })
        };
        plane.create_namespace("hidden");
        for namespace in [VIEWED_NAMESPACE, "hidden"] {
            plane.client().ensure(&format!("/api/v1/namespaces/{namespace}/pods"), &pod("here")).unwrap();
        }
    })
    .await;
    let (window, cluster) = Window::connected(&plane.kubeconfig_of(Credential::Viewer)).await;
    let view = window.view(&cluster, "pods").await;
    let rows = window.live(view).await;
    let here = format!("{VIEWED_NAMESPACE}/here");
    let others = |key: &String| !key.starts_with(&format!("{VIEWED_NAMESPACE}/"));
    assert!(rows.order.contains(&here), "{:?}", rows.order);
    assert!(!rows.order.iter().any(others), "{:?}", rows.order);
    assert_eq!(
        rows.state.code,
        Some(ErrorCode::Forbidden),
        "{:?}",
        rows.state
    );
    assert!(
        rows.state.why.contains(VIEWED_NAMESPACE) && rows.state.why.contains("may not"),
        "{}",
        rows.state.why
    );
    // Another namespace is asked for, refused, and said so.
    let other = window.view_in(&cluster, "pods", &["hidden"]).await;
    until("a refusal", Duration::from_secs(10), async || {
        let state = window.state(other).await;
        let refused = state.phase == Phase::Failed
            && state.code == Some(ErrorCode::Forbidden)
            && state.why.contains("hidden");
        if refused {
            Ok(())
        } else {
            Err(format!("{state:?}"))
        }
    })
    .await;
    assert_eq!(window.snapshot(other).await.order, Vec::<String>::new());
    assert!(
        window.live(view).await.order.contains(&here),
        "the first table does not suffer"
    );
    let nodes = window.view(&cluster, "nodes").await;
    until(
        "no nodes for this account",
        Duration::from_secs(10),
        async || {
            let state = window.state(nodes).await;
            if state.phase == Phase::Failed && state.why.contains("nodes") {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        },
    )
    .await;
}

async fn rights_in_one_namespace_show_its_usage(plane: Plane) {
    plane
        .blocking(|plane| {
            let pod = json!({
                "metadata": {"name": "busy", "annotations": {behaviour::CPU: "120m"}},
                "spec": {"containers": [{"name": "a", "image": "example.com/a:1"}]},
            });
            let pods = format!("/api/v1/namespaces/{VIEWED_NAMESPACE}/pods");
            plane.client().ensure(&pods, &pod).unwrap();
            plane.wait_for_metrics();
        })
        .await;
    let (window, cluster) = Window::connected(&plane.kubeconfig_of(Credential::Viewer)).await;
    let view = window.view(&cluster, "pods").await;
    let key = format!("{VIEWED_NAMESPACE}/busy");
    // metrics-server needs two scrapes, 10 s apart; it is asked each 15 s. A rate of counters is seldom exact.
    until("the pod's CPU", Duration::from_mins(1), async || {
        let rows = window.live(view).await.rows;
        let cell = rows.get(&key).and_then(|row| row.get("CPU"));
        let milli = cell.and_then(|text| text.strip_suffix('m')?.parse::<u32>().ok());
        match milli {
            Some(110..=130) => Ok(()),
            _ => Err(format!("{cell:?}")),
        }
    })
    .await;
}

async fn an_account_without_rights_is_told(plane: Plane) {
    let window = Window::open(&plane.kubeconfig_of(Credential::Nobody));
    match window.connect(0).await {
        Err(error) => assert_eq!(error.code, ErrorCode::Forbidden, "{error:?}"),
        Ok(info) => {
            let view = window.view(&info.cluster, "pods").await;
            until("a refusal", Duration::from_secs(10), async || {
                let state = window.state(view).await;
                let refused =
                    state.phase == Phase::Failed && state.code == Some(ErrorCode::Forbidden);
                if refused {
                    Ok(())
                } else {
                    Err(format!("{state:?}"))
                }
            })
            .await;
        }
    }
}
