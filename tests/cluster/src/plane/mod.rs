//! The control plane that a test runs on: a real one, or the demo cluster.

mod apply;
mod demo;
mod halves;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use control_plane::{
    Autoscaling, Client, ContainerLog, ControlPlane, Credential, Error, Options, behaviour,
};
use serde_json::{Value, json};

pub use demo::Demo;
pub use halves::apart;

/// A control plane with something to look at: three nodes, the namespaces of a new cluster, KEDA's kinds. Clones are the same one.
#[derive(Clone)]
pub enum Plane {
    /// Kubernetes itself, shared by all tests of a binary.
    Real(&'static ControlPlane),
    /// The demo cluster behind a port of the test's own, for this test alone.
    Demo(Arc<Demo>),
}

/// The log of one container, to be written by a test.
pub enum Written {
    /// As kwok serves it.
    Real(ContainerLog),
    /// In the demo cluster's own memory.
    Demo(demo::WrittenLog),
}

impl Plane {
    /// The real one, started with the first call. It ends with the process: its watchdog sees to that.
    pub fn real() -> Self {
        static PLANE: OnceLock<ControlPlane> = OnceLock::new();
        Self::Real(PLANE.get_or_init(|| {
            let options = Options {
                autoscaling: Autoscaling::quick(),
                ..Options::default()
            };
            ControlPlane::start(&options).unwrap()
        }))
    }

    /// The real one without nodes and metrics, for tests that need neither; see [`real`](Self::real).
    pub fn real_bare() -> Self {
        static PLANE: OnceLock<ControlPlane> = OnceLock::new();
        Self::Real(PLANE.get_or_init(|| {
            let options = Options {
                nodes: 0,
                metrics: false,
                ..Options::default()
            };
            ControlPlane::start(&options).unwrap()
        }))
    }

    /// A real one for a test alone, without metrics: metrics-server does not outlive a restart of the API server while it starts.
    pub fn real_alone() -> Self {
        let options = Options {
            metrics: false,
            ..Options::default()
        };
        Self::Real(Box::leak(Box::new(ControlPlane::start(&options).unwrap())))
    }

    /// A new demo cluster.
    pub fn demo() -> Self {
        Self::Demo(Arc::new(Demo::start(3)))
    }

    /// A new demo cluster without nodes.
    pub fn demo_bare() -> Self {
        Self::Demo(Arc::new(Demo::start(0)))
    }

    /// A client with the administrator's token.
    pub fn client(&self) -> &Client {
        match self {
            Self::Real(plane) => plane.client(),
            Self::Demo(demo) => demo.client(),
        }
    }

    /// Port of the API server on 127.0.0.1.
    pub fn port(&self) -> u16 {
        match self {
            Self::Real(plane) => plane.port(),
            Self::Demo(demo) => demo.port(),
        }
    }

    /// A folder that is removed with it, for a test's own files.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Real(plane) => plane.folder(),
            Self::Demo(demo) => demo.folder(),
        }
    }

    /// The administrator's kubeconfig, with the one context `admin`.
    pub fn kubeconfig(&self) -> PathBuf {
        match self {
            Self::Real(plane) => plane.kubeconfig(),
            Self::Demo(demo) => demo.folder().join("admin.kubeconfig"),
        }
    }

    /// A kubeconfig with one context, named like the credential.
    ///
    /// # Panics
    /// For a certificate, where there is no TLS.
    pub fn kubeconfig_of(&self, credential: Credential) -> PathBuf {
        match self {
            Self::Real(plane) => plane.kubeconfig_of(credential),
            Self::Demo(demo) => demo.kubeconfig_of(credential),
        }
    }

    /// Writes the administrator's kubeconfig towards a proxy in front of the API server.
    pub fn kubeconfig_through(&self, name: &str, server: &str) -> PathBuf {
        match self {
            Self::Real(plane) => plane
                .write_kubeconfig(name, server, &[Credential::Admin])
                .unwrap(),
            Self::Demo(demo) => demo.write_kubeconfig(name, server, Credential::Admin),
        }
    }

    /// Certificate of the CA, PEM; None where there is no TLS.
    pub fn authority(&self) -> Option<String> {
        match self {
            Self::Real(plane) => Some(plane.ca_pem().unwrap()),
            Self::Demo(_) => None,
        }
    }

    /// A `kubectl` command as the administrator. Tests that need it are listed as such: kubectl has to be built.
    pub fn kubectl(&self, arguments: &[&str]) -> Command {
        let mut command = match self {
            Self::Real(plane) => plane.kubectl_command(),
            Self::Demo(demo) => demo.kubectl_command(),
        };
        command.args(arguments);
        command
    }

    /// What kubectl prints.
    ///
    /// # Panics
    /// If it fails.
    pub fn printed(&self, arguments: &[&str]) -> String {
        let output = self.kubectl(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Server-side apply of one object or of a `List` of them, JSON or YAML, with force.
    pub fn apply(&self, text: &str) -> Result<(), Error> {
        apply::apply(self.client(), text)
    }

    /// Creates a namespace, if it is not there, and waits until pods can be created in it.
    pub fn create_namespace(&self, name: &str) {
        match self {
            Self::Real(plane) => plane.create_namespace(name).unwrap(),
            Self::Demo(_) => self
                .client()
                .ensure("/api/v1/namespaces", &json!({"metadata": {"name": name}}))
                .unwrap(),
        }
    }

    /// Asks `attempt` until it is `Ok`.
    ///
    /// # Panics
    /// After `limit`, with the last reason.
    pub fn wait<T>(
        &self,
        what: &str,
        limit: Duration,
        mut attempt: impl FnMut() -> Result<T, String>,
    ) -> T {
        let start = std::time::Instant::now();
        loop {
            match attempt() {
                Ok(value) => return value,
                Err(last) => assert!(start.elapsed() < limit, "{what}: {last}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until a pod runs.
    pub fn wait_running(&self, namespace: &str, pod: &str) {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}");
        self.wait("a running pod", Duration::from_mins(1), || {
            let pod = self
                .client()
                .get(&path)
                .map_err(|error| error.to_string())?;
            if pod["status"]["phase"] == "Running" {
                Ok(())
            } else {
                Err(pod["status"].to_string())
            }
        });
    }

    /// Waits until the usage of every node is known.
    pub fn wait_for_metrics(&self) {
        let nodes = items(&self.client().get("/api/v1/nodes").unwrap());
        self.wait("metrics of the nodes", Duration::from_mins(2), || {
            let metrics = self.client().get("/apis/metrics.k8s.io/v1beta1/nodes");
            let known = items(&metrics.map_err(|error| error.to_string())?);
            if known == nodes {
                Ok(())
            } else {
                Err(format!("{known} of {nodes} nodes"))
            }
        });
    }

    /// Lets each pod with this label (`app=web`) use that much CPU (a quantity), as is measured some 20 s later.
    pub fn set_cpu_usage(&self, namespace: &str, label: &str, cpu: &str) {
        let collection = format!("/api/v1/namespaces/{namespace}/pods");
        let selected = format!("{collection}?labelSelector={}", label.replace('=', "%3D"));
        let pods = self.client().get(&selected).unwrap();
        let patch = json!({"metadata": {"annotations": {behaviour::CPU: cpu}}});
        for pod in pods["items"].as_array().into_iter().flatten() {
            let name = pod["metadata"]["name"].as_str().unwrap();
            match self
                .client()
                .merge_patch(&format!("{collection}/{name}"), &patch)
            {
                // A pod may go while the others are told.
                Ok(_)
                | Err(Error::Api {
                    status: 404 | 409, ..
                }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Gives a container a log of its own, empty at first.
    pub fn container_log(&self, namespace: &str, pod: &str, container: &str) -> Written {
        match self {
            Self::Real(plane) => {
                Written::Real(plane.container_log(namespace, pod, container).unwrap())
            }
            Self::Demo(demo) => Written::Demo(demo.log(namespace, pod, container)),
        }
    }

    /// Stops the simulation of nodes and pods where it stands: from then on a status written by a test stays as it was written.
    pub fn halt_simulation(&self) {
        match self {
            Self::Real(plane) => halt(plane),
            Self::Demo(demo) => demo.halt_kubelets(),
        }
    }

    /// Kills the API server, as a crash would.
    pub fn stop_apiserver(&self) {
        match self {
            Self::Real(plane) => plane.stop_apiserver().unwrap(),
            Self::Demo(demo) => demo.set_down(true),
        }
    }

    /// Starts the API server again, on the same port and with the same data.
    pub fn start_apiserver(&self) {
        match self {
            Self::Real(plane) => plane.start_apiserver().unwrap(),
            Self::Demo(demo) => demo.set_down(false),
        }
    }

    /// Does something that blocks, beside the test.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let plane = self.clone();
        tokio::task::spawn_blocking(move || work(&plane))
            .await
            .unwrap()
    }
}

impl Written {
    /// Appends lines with the present time.
    pub fn append<L: AsRef<str>>(&self, lines: impl IntoIterator<Item = L>) {
        match self {
            Self::Real(log) => log.append(lines).unwrap(),
            Self::Demo(log) => log.append(lines),
        }
    }

    /// Appends lines to the log of the container's previous run; the demo cluster has no others of this one then.
    pub fn append_previous<L: AsRef<str>>(&self, lines: impl IntoIterator<Item = L>) {
        match self {
            Self::Real(log) => log.append_previous(lines).unwrap(),
            Self::Demo(log) => log.append_previous(lines),
        }
    }
}

fn items(list: &Value) -> usize {
    list["items"].as_array().map_or(0, Vec::len)
}

fn halt(plane: &ControlPlane) {
    let kwok = plane.process_ids().into_iter().find(|id| {
        let program = std::fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default();
        program.file_name().is_some_and(|name| name == "kwok")
    });
    let id = kwok.expect("kwok is one of the components").to_string();
    let stopped = Command::new("kill").args(["-s", "STOP", &id]).status();
    assert!(stopped.unwrap().success());
}

/// Whether full counts are asked for (`cargo xtask prove`) in place of a subset by the same seed.
pub fn prove() -> bool {
    std::env::var_os("SCALESCOPE_PROVE").is_some_and(|value| value == "1")
}
