//! The control plane itself: it starts, simulates, measures, and leaves nothing behind.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use control_plane::{Autoscaling, ControlPlane, Credential, Options, VIEWED_NAMESPACE, behaviour};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_mins(1);

fn is_running(id: u32) -> bool {
    // A zombie has no command line.
    fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < MINUTE, "{what}");
        thread::sleep(Duration::from_millis(100));
    }
}

fn pod(name: &str, behaves: &str) -> Value {
    json!({
        "metadata": {"name": name, "annotations": {
            behaviour::POD: behaves, behaviour::RUNS_FOR: "1s", behaviour::BACK_OFF: "1s", behaviour::CPU: "250m",
        }},
        "spec": {"containers": [{"name": "one", "image": "example.com/one:1"}, {"name": "two", "image": "example.com/two:2"}]},
    })
}

/// Waits until kubectl prints `words` somewhere in the pod's line.
fn wait_for_pod(cluster: &ControlPlane, name: &str, words: &str) {
    let seen = cluster.wait(&format!("{words} of {name}"), MINUTE, || {
        let line = cluster
            .kubectl(&["get", "pod", name, "--no-headers"])
            .unwrap_or_else(|error| error.to_string());
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.contains(words) {
            Ok(())
        } else {
            Err(line)
        }
    });
    seen.unwrap();
}

#[test]
fn a_control_plane_lives_and_leaves_nothing_behind() {
    let options = Options {
        autoscaling: Autoscaling::quick(),
        ..Options::default()
    };
    let start = Instant::now();
    let cluster = ControlPlane::start(&options).unwrap();
    eprintln!("started in {:?}", start.elapsed());
    assert_eq!(cluster.client().get("/readyz").unwrap(), "ok");
    assert!(
        cluster
            .kubectl(&["version"])
            .unwrap()
            .contains(cluster.binaries().kubernetes_version())
    );

    pods_behave_as_annotated(&cluster);
    logs_grow(&cluster);
    credentials_may_what_they_should(&cluster);
    metrics_arrive(&cluster);
    the_api_server_comes_back(&cluster);

    let (processes, folder) = (cluster.process_ids(), cluster.folder().to_owned());
    assert_eq!(processes.len(), 6);
    assert!(processes.iter().all(|id| is_running(*id)));
    drop(cluster);
    assert!(!processes.iter().any(|id| is_running(*id)));
    assert!(!folder.exists());
}

fn pods_behave_as_annotated(cluster: &ControlPlane) {
    use behaviour::{
        COMPLETES, CRASH_LOOP, FAILS, FLAPPING, IMAGE_PULL_BACK_OFF, MANUAL, NEVER_READY,
    };
    for name in [
        MANUAL,
        CRASH_LOOP,
        NEVER_READY,
        FLAPPING,
        IMAGE_PULL_BACK_OFF,
        COMPLETES,
        FAILS,
        "ready",
    ] {
        cluster
            .client()
            .create("/api/v1/namespaces/default/pods", &pod(name, name))
            .unwrap();
    }
    wait_for_pod(cluster, "ready", "2/2 Running 0");
    wait_for_pod(cluster, NEVER_READY, "0/2 Running 0");
    wait_for_pod(cluster, IMAGE_PULL_BACK_OFF, "0/2 ImagePullBackOff 0");
    wait_for_pod(cluster, COMPLETES, "0/2 Completed 0");
    wait_for_pod(cluster, FAILS, "0/2 Error 0");
    wait_for_pod(cluster, FLAPPING, "0/2 Running 0");
    wait_for_pod(cluster, FLAPPING, "2/2 Running 0");
    wait_for_pod(cluster, CRASH_LOOP, "1/2 CrashLoopBackOff 1");
    wait_for_pod(cluster, CRASH_LOOP, "2/2 Running 2");
    wait_for_pod(cluster, MANUAL, "0/2 Pending 0");
    cluster
        .kubectl(&["delete", "pod", FLAPPING, "--timeout=30s"])
        .unwrap();
}

fn logs_grow(cluster: &ControlPlane) {
    assert!(
        cluster
            .kubectl(&["logs", "ready", "-c", "two"])
            .unwrap()
            .contains("listening")
    );
    let log = cluster.container_log("default", "ready", "one").unwrap();
    log.append(["first", "second"]).unwrap();
    log.append_previous(["before"]).unwrap();
    let read = |arguments: &[&str]| {
        cluster
            .kubectl(arguments)
            .unwrap_or_else(|error| error.to_string())
    };
    wait_until("the log", || {
        read(&["logs", "ready", "-c", "one"]) == "first\nsecond\n"
    });
    assert_eq!(
        read(&["logs", "ready", "-c", "one", "--previous"]),
        "before\n"
    );
}

fn credentials_may_what_they_should(cluster: &ControlPlane) {
    let refusal = |credential: Credential, arguments: &[&str]| {
        let mut command = cluster.kubectl_command();
        command
            .env("KUBECONFIG", cluster.kubeconfig_of(credential))
            .args(arguments);
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    let get_pods = |credential, namespace| refusal(credential, &["get", "pods", "-n", namespace]);
    let get_namespaces = |credential| refusal(credential, &["get", "namespaces"]);
    for credential in Credential::ALL {
        let (own, other) = (
            get_pods(credential, VIEWED_NAMESPACE),
            get_pods(credential, "default"),
        );
        match credential {
            Credential::Admin | Credential::Certificate | Credential::CertificateFiles => {
                assert!(
                    own.contains("No resources") && other.is_empty(),
                    "{own}{other}"
                );
            }
            Credential::Reader | Credential::NoNamespaces => {
                assert!(
                    own.contains("No resources") && !other.contains("Forbidden"),
                    "{own}{other}"
                );
                assert_eq!(
                    get_namespaces(credential).contains("Forbidden"),
                    credential == Credential::NoNamespaces
                );
            }
            Credential::Viewer => assert!(
                own.contains("No resources") && other.contains("Forbidden"),
                "{own}{other}"
            ),
            Credential::Nobody => assert!(
                own.contains("Forbidden") && other.contains("Forbidden"),
                "{own}{other}"
            ),
            Credential::Wrong => assert!(
                own.contains("Unauthorized") || own.contains("logged in"),
                "{own}"
            ),
        }
    }
}

fn metrics_arrive(cluster: &ControlPlane) {
    cluster.wait_for_metrics().unwrap();
    let top = cluster.wait("the CPU of a pod", MINUTE, || {
        let top = cluster
            .kubectl(&["top", "pod", "ready", "--no-headers"])
            .unwrap_or_else(|error| error.to_string());
        let cpu = top
            .split_whitespace()
            .nth(1)
            .and_then(|cpu| cpu.strip_suffix('m')?.parse::<u32>().ok());
        cpu.filter(|cpu| (240..=260).contains(cpu)).ok_or(top)
    });
    top.unwrap();
}

fn the_api_server_comes_back(cluster: &ControlPlane) {
    cluster.stop_apiserver().unwrap();
    assert!(cluster.client().get("/readyz").is_err());
    cluster.start_apiserver().unwrap();
    wait_for_pod(cluster, "ready", "2/2 Running 0");
}
