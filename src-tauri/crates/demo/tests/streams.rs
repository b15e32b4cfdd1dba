//! kube's own exec, attach and port-forward on the demo cluster, through streams in memory.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use demo::World;
use demo::server::{Faults, Served};
use demo::store::Key;
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::api::{AttachParams, AttachedProcess, TerminalSize};
use kube::client::Body;
use kube::{Api, Client};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;
use tower::service_fn;

fn world() -> World {
    let mut world = World::new(1, "2026-11-28T12:00:00Z".parse().unwrap());
    let node = json!({"metadata": {"name": "n"}});
    world.store.put(Key::new("nodes", "", "n"), node);
    put(&mut world, "web", |_| {});
    put(&mut world, "reader", |pod| {
        pod["spec"]["containers"][0]["stdin"] = json!(true);
    });
    put(&mut world, "waiting", |pod| {
        let waiting = json!({"waiting": {"reason": "ImagePullBackOff"}});
        pod["status"]["containerStatuses"][0]["state"] = waiting;
    });
    put(&mut world, "unplaced", |pod| {
        pod["spec"]["nodeName"] = Value::Null;
    });
    put(&mut world, "two", |pod| {
        let second = json!({"name": "second", "image": "busybox"});
        pod["spec"]["containers"]
            .as_array_mut()
            .unwrap()
            .push(second);
    });
    put(&mut world, "done", |pod| {
        pod["status"]["phase"] = json!("Succeeded");
    });
    world
}

fn put(world: &mut World, name: &str, change: impl FnOnce(&mut Value)) {
    let mut pod = json!({
        "metadata": {"name": name, "namespace": "x", "uid": "u"},
        "spec": {"nodeName": "n", "containers": [{
            "name": "c", "image": "nginx", "ports": [{"containerPort": 80}, {"containerPort": 8080}],
        }]},
        "status": {"phase": "Running", "podIP": "10.244.0.7", "containerStatuses": [{
            "name": "c", "containerID": "containerd://1", "state": {"running": {"startedAt": "2026-11-28T11:00:00Z"}},
        }]},
    });
    change(&mut pod);
    world.store.put(Key::new("pods", "x", name), pod);
}

fn client(served: &Served) -> Client {
    let served = served.clone();
    let service = service_fn(move |request: http::Request<Body>| {
        let stream = TokioIo::new(served.connect());
        async move {
            let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
            tokio::spawn(connection.with_upgrades());
            sender.send_request(request).await
        }
    });
    Client::new(service, "x")
}

fn cluster() -> (Served, Api<Pod>) {
    let served = Served::new(world(), Handle::current());
    let pods = Api::namespaced(client(&served), "x");
    (served, pods)
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(20), what).await;
    waited.expect("it does not take that long")
}

async fn all(mut read: impl AsyncRead + Unpin) -> String {
    let mut text = String::new();
    soon(read.read_to_string(&mut text)).await.unwrap();
    text
}

/// Reads until the text ends so.
async fn until(read: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut bytes = [0; 1024];
        let count = soon(read.read(&mut bytes)).await.unwrap();
        assert!(count > 0, "{text:?} does not end with {end:?}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    text
}

async fn status(process: &mut AttachedProcess) -> Status {
    soon(process.take_status().unwrap()).await.unwrap()
}

fn code(status: &Status) -> Option<&str> {
    let causes = status.details.as_ref()?.causes.as_ref()?;
    causes.first()?.message.as_deref()
}

fn params() -> AttachParams {
    AttachParams::default().stderr(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_tells_its_output_and_its_code() {
    let (_served, pods) = cluster();
    let command = ["sh", "-c", "echo out; nope; seq 30000 | tail -n 1; exit 3"];
    let mut process = pods.exec("web", command, &params()).await.unwrap();
    let (out, err) = (process.stdout().unwrap(), process.stderr().unwrap());
    let (out, err) = tokio::join!(all(out), all(err));
    assert_eq!(
        (out.as_str(), err.as_str()),
        ("out\n30000\n", "sh: nope: not found\n")
    );
    let status = status(&mut process).await;
    assert_eq!(status.status.as_deref(), Some("Failure"));
    assert_eq!(status.reason.as_deref(), Some("NonZeroExitCode"));
    assert_eq!(code(&status), Some("3"));
    soon(process.join()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn success_is_told_and_much_arrives_whole() {
    let (_served, pods) = cluster();
    let mut process = pods
        .exec("web", ["seq", "100000"], &params())
        .await
        .unwrap();
    let out = all(process.stdout().unwrap()).await;
    assert_eq!((out.lines().count(), out.len()), (100_000, 588_895));
    assert_eq!(
        status(&mut process).await.status.as_deref(),
        Some("Success")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_in_a_terminal_answers_line_by_line() {
    let (served, pods) = cluster();
    let params = AttachParams::interactive_tty();
    let mut process = pods.exec("web", ["bash"], &params).await.unwrap();
    let mut stdin = process.stdin().unwrap();
    let mut stdout = process.stdout().unwrap();
    let prompt = "root@web:/# ";
    until(&mut stdout, prompt).await;
    stdin.write_all(b"cat /etc/hostname\r").await.unwrap();
    assert_eq!(
        until(&mut stdout, prompt).await,
        format!("cat /etc/hostname\r\nweb\r\n{prompt}")
    );
    let mut size = process.terminal_size().unwrap();
    let wide = TerminalSize {
        width: 111,
        height: 33,
    };
    futures_util::SinkExt::send(&mut size, wide).await.unwrap();
    loop {
        stdin.write_all(b"echo $COLUMNS\r").await.unwrap();
        if until(&mut stdout, prompt).await.contains("\r\n111\r\n") {
            break;
        }
    }
    stdin.write_all(b"sleep 3600\r").await.unwrap();
    until(&mut stdout, "sleep 3600\r\n").await;
    served.with(|world| world.advance(world.now() + SignedDuration::from_hours(1)));
    until(&mut stdout, prompt).await;
    stdin.write_all(b"exit 5\r").await.unwrap();
    assert_eq!(code(&status(&mut process).await), Some("5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_input_is_told_alone() {
    let (_served, pods) = cluster();
    let params = AttachParams::default().stdin(true).stderr(false);
    let mut process = pods.exec("web", ["sort", "-r"], &params).await.unwrap();
    let stdout = process.stdout().unwrap();
    let mut stdin = process.stdin().unwrap();
    stdin.write_all(b"a\nb\n").await.unwrap();
    stdin.shutdown().await.unwrap();
    drop(stdin);
    assert_eq!(all(stdout).await, "b\na\n");
    assert_eq!(
        status(&mut process).await.status.as_deref(),
        Some("Success")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_attached_follows_the_log_and_what_reads_answers() {
    let (served, pods) = cluster();
    let params = AttachParams::default().stdin(true).stderr(false);
    let mut process = pods.attach("reader", &params).await.unwrap();
    let (mut stdin, mut stdout) = (process.stdin().unwrap(), process.stdout().unwrap());
    stdin.write_all(b"hello\n").await.unwrap();
    until(&mut stdout, "hello\n").await;
    served.with(|world| {
        let now = world.now();
        world.logs.print("x", "reader", "c", now, "printed");
    });
    until(&mut stdout, "printed\n").await;
    served.with(|world| {
        put(world, "reader", |pod| pod["status"] = json!({}));
    });
    assert_eq!(
        status(&mut process).await.status.as_deref(),
        Some("Success")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reached_is_refused_in_the_servers_words() {
    let (_served, pods) = cluster();
    for (pod, container, code, message) in [
        ("none", None, 404, "pods \"none\" not found"),
        (
            "web",
            Some("d"),
            400,
            "container d is not valid for pod web",
        ),
        (
            "two",
            None,
            400,
            "a container name must be specified for pod two, choose one of: [c second]",
        ),
        (
            "unplaced",
            None,
            400,
            "pod unplaced does not have a host assigned",
        ),
        ("waiting", None, 500, "container not found (\"c\")"),
        (
            "two",
            Some("second"),
            500,
            "container not found (\"second\")",
        ),
    ] {
        let mut params = params();
        params.container = container.map(str::to_owned);
        let error = pods.exec(pod, ["env"], &params).await.err().unwrap();
        let kube::Error::Api(status) = error else {
            panic!("{pod}: {error}");
        };
        assert_eq!(
            (status.code, status.message.trim_matches('"')),
            (code, message)
        );
    }
    for (command, message) in [
        (vec!["nope"], "executable file not found in $PATH: unknown"),
        (vec![], "args must not be empty"),
    ] {
        let mut process = pods.exec("web", command, &params()).await.unwrap();
        let status = status(&mut process).await;
        assert_eq!(status.reason.as_deref(), Some("InternalError"));
        assert!(status.message.unwrap().ends_with(message));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_that_are_listened_on_answer_http() {
    let (_served, pods) = cluster();
    let mut forwarder = pods.portforward("web", &[80, 8080, 9]).await.unwrap();
    let refused = soon(forwarder.take_error(9).unwrap()).await.unwrap();
    assert!(
        refused.starts_with("error forwarding port 9 to pod "),
        "{refused}"
    );
    assert!(
        refused.contains("127.0.0.1:9: connect: connection refused"),
        "{refused}"
    );
    for port in [8080, 80] {
        let mut stream = forwarder.take_stream(port).unwrap();
        let request = b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let answer = until(&mut stream, "</table>\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        for told in ["web", &port.to_string(), "/a", "2026-11-28T12:00:00Z"] {
            assert!(answer.contains(&format!("<td>{told}</td>")), "{answer}");
        }
    }
    let error = pods.portforward("done", &[80]).await.err().unwrap();
    let kube::Error::Api(status) = error else {
        panic!("{error}");
    };
    assert_eq!(
        status.message.trim_matches('"'),
        "pod not found (\"done_x\")"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_cut_where_that_is_asked_for() {
    let (served, pods) = cluster();
    served.set_faults(Faults {
        cut_after: Some(Duration::from_millis(100)),
        ..Faults::default()
    });
    let params = AttachParams::interactive_tty();
    let mut process = pods.exec("web", ["sh"], &params).await.unwrap();
    let mut stdout = process.stdout().unwrap();
    until(&mut stdout, "# ").await;
    let told = soon(process.take_status().unwrap()).await;
    assert!(told.is_none());
    assert!(soon(process.join()).await.is_err());
}
