//! The demo cluster behind a port of the test's own.
//!
//! The product opens none: bytes are copied between the port and the streams that the demo cluster serves, so that kubectl and
//! clients that know nothing of it come to it as to any API server.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use control_plane::{Autoscaling, Client, Credential, VIEWED_NAMESPACE, behaviour};
use demo::access::cluster_roles;
use demo::server::Served;
use demo::{Controllers, World, story};
use jiff::Timestamp;

use scaling::hpa::situation::{Config, Span};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often the controllers look whether something is due.
const STEP: Duration = Duration::from_millis(20);
const SEED: u64 = 1;

/// One demo cluster; it ends when it is dropped.
pub struct Demo {
    served: Served,
    controllers: Arc<Mutex<Controllers>>,
    client: Client,
    port: u16,
    folder: TempDir,
    down: watch::Sender<bool>,
    running: [JoinHandle<()>; 2],
}

/// The log of a container in a demo cluster.
pub struct WrittenLog {
    served: Served,
    place: [String; 3],
}

impl Demo {
    /// A new one with so many nodes that are ready, the namespaces of a new cluster, and KEDA's kind.
    pub(super) fn start(nodes: usize) -> Self {
        let mut world = World::new(SEED, Timestamp::now());
        world.load.annotation = Some(behaviour::CPU.to_owned());
        // kubectl sends no token where there is no TLS.
        world
            .access
            .admit("", Credential::Admin.name(), &["system:masters"]);
        for credential in Credential::ALL {
            let groups: &[&str] = if credential == Credential::Admin {
                &["system:masters"]
            } else {
                &[]
            };
            let token = credential
                .token()
                .filter(|_| credential != Credential::Wrong);
            if let Some(token) = token {
                world.access.admit(token, credential.name(), groups);
            }
        }
        let served = Served::new(world, runtime().handle().clone());
        let quick = Autoscaling::quick();
        let config = Config {
            downscale_stabilization: span(quick.downscale_stabilization),
            cpu_initialization_period: span(quick.cpu_initialization_period),
            initial_readiness_delay: span(quick.initial_readiness_delay),
            ..Config::default()
        };
        let controllers = Controllers::default()
            .leaving_alone(behaviour::POD, behaviour::MANUAL)
            .autoscaling(quick.sync_period.try_into().unwrap(), config);
        let controllers = Arc::new(Mutex::new(controllers));
        let down = watch::Sender::new(false);
        let listener = runtime()
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        let running = [
            runtime().spawn(listen(listener, down.subscribe(), served.clone())),
            runtime().spawn(step(served.clone(), Arc::clone(&controllers))),
        ];
        let url = format!("http://127.0.0.1:{port}");
        let demo = Self {
            client: Client::plain(&url, Credential::Admin.token().unwrap()),
            folder: tempfile::tempdir().unwrap(),
            served,
            controllers,
            port,
            down,
            running,
        };
        demo.kubeconfig_of(Credential::Admin);
        demo.furnish(nodes);
        demo
    }

    fn furnish(&self, nodes: usize) {
        let client = &self.client;
        let names = ["default", "kube-node-lease", "kube-public", "kube-system"];
        for name in names.into_iter().chain([VIEWED_NAMESPACE]) {
            let namespace = json!({"metadata": {"name": name}});
            client.ensure("/api/v1/namespaces", &namespace).unwrap();
        }
        let rights = "/apis/rbac.authorization.k8s.io/v1";
        for role in cluster_roles() {
            let path = format!("{rights}/clusterroles");
            client.ensure(&path, &role).unwrap();
        }
        let path = format!("{rights}/namespaces/{VIEWED_NAMESPACE}/rolebindings");
        client
            .create(&path, &control_plane::viewer_binding())
            .unwrap();
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        for definition in story::keda() {
            client.ensure(definitions, &definition).unwrap();
        }
        for number in 1..=nodes {
            let mut node = control_plane::load::node(number, "v1.36.3");
            let address = json!([{"type": "InternalIP", "address": format!("127.0.1.{number}")}]);
            node["status"]["addresses"] = address;
            node["status"]["conditions"] =
                json!([{"type": "Ready", "status": "True", "reason": "KubeletReady"}]);
            client.create("/api/v1/nodes", &node).unwrap();
        }
    }

    /// What is behind its port.
    pub fn served(&self) -> &Served {
        &self.served
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A kubeconfig with the token of this account.
    pub(super) fn kubeconfig_of(&self, credential: Credential) -> PathBuf {
        let url = format!("http://127.0.0.1:{}", self.port);
        self.write_kubeconfig(credential.name(), &url, credential)
    }

    /// A kubeconfig with the token of this account towards `server`.
    pub(super) fn write_kubeconfig(
        &self,
        file: &str,
        server: &str,
        credential: Credential,
    ) -> PathBuf {
        let name = credential.name();
        let token = credential.token().expect("an account with a token");
        let mut context = json!({"cluster": "demo", "user": name});
        if credential == Credential::Viewer {
            context["namespace"] = json!(VIEWED_NAMESPACE);
        }
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": name,
            "clusters": [{"name": "demo", "cluster": {"server": server}}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": name, "context": context}],
        });
        let path = self.folder.path().join(format!("{file}.kubeconfig"));
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }

    pub(super) fn kubectl_command(&self) -> Command {
        let program = control_plane::build(|line| eprintln!("{line}"))
            .unwrap()
            .kubectl();
        let mut command = Command::new(program);
        command
            .env("KUBECONFIG", self.folder.path().join("admin.kubeconfig"))
            .env("KUBECACHEDIR", self.folder.path().join("kubectl-cache"))
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy")
            .stdin(Stdio::null());
        command
    }

    pub(super) fn log(&self, namespace: &str, pod: &str, container: &str) -> WrittenLog {
        WrittenLog {
            served: self.served.clone(),
            place: [namespace, pod, container].map(str::to_owned),
        }
    }

    pub(super) fn halt_kubelets(&self) {
        let mut controllers = self.controllers.lock().unwrap();
        *controllers = std::mem::take(&mut *controllers).without_kubelets();
    }

    /// Whether nobody listens: connections are refused, and those there were are cut.
    pub(super) fn set_down(&self, down: bool) {
        self.down.send_replace(down);
        while self.client.get("/readyz").is_err() != down {
            std::thread::sleep(STEP);
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.down.send_replace(true);
        for task in &self.running {
            task.abort();
        }
    }
}

impl WrittenLog {
    pub(super) fn append<L: AsRef<str>>(&self, lines: impl IntoIterator<Item = L>) {
        let [namespace, pod, container] = self.place.each_ref().map(String::as_str);
        for line in lines {
            self.served.with(|world| {
                let now = Timestamp::now();
                world
                    .logs
                    .print(namespace, pod, container, now, line.as_ref());
            });
        }
    }

    pub(super) fn append_previous<L: AsRef<str>>(&self, lines: impl IntoIterator<Item = L>) {
        self.restart();
        self.append(lines);
        self.restart();
    }

    fn restart(&self) {
        let [namespace, pod, container] = self.place.each_ref().map(String::as_str);
        self.served
            .with(|world| world.logs.restart(namespace, pod, container));
    }
}

fn span(duration: Duration) -> Span {
    Span::seconds(i64::try_from(duration.as_secs()).unwrap())
}

/// All demo clusters' own, so that no test's end takes it away.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap()
    })
}

/// Lets the controllers do what is due, by the time outside.
async fn step(served: Served, controllers: Arc<Mutex<Controllers>>) {
    loop {
        served.with(|world| {
            let mut controllers = controllers.lock().unwrap();
            controllers.step(world, Timestamp::now());
        });
        tokio::time::sleep(STEP).await;
    }
}

async fn listen(first: TcpListener, mut down: watch::Receiver<bool>, served: Served) {
    let address = first.local_addr().unwrap();
    let mut listener = Some(first);
    loop {
        let open = if let Some(open) = listener.take() {
            open
        } else if let Ok(open) = TcpListener::bind(address).await {
            open
        } else {
            // Somebody's end of another link has the port; it goes.
            tokio::time::sleep(STEP).await;
            continue;
        };
        loop {
            let near = tokio::select! {
                accepted = open.accept() => accepted,
                _ = down.wait_for(|down| *down) => break,
            };
            let Ok((near, _)) = near else { return };
            tokio::spawn(link(near, down.clone(), served.clone()));
        }
        drop(open);
        if down.wait_for(|down| !*down).await.is_err() {
            return;
        }
    }
}

async fn link(mut near: TcpStream, mut down: watch::Receiver<bool>, served: Served) {
    let _ = near.set_nodelay(true);
    let mut far = served.connect();
    tokio::select! {
        // Either end may go at any time; that link is then over.
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _ = down.wait_for(|down| *down) => {}
    }
}
