//! A running control plane.

mod components;
mod keda;
mod prometheus;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::access::{self, Credential, Material, VIEWED_NAMESPACE};
use crate::binaries::{self, Binaries};
use crate::certificates::Certificates;
use crate::client::Client;
use crate::error::doing;
use crate::logs::ContainerLog;
use crate::process::{Process, Watchdog};
use crate::{Error, Exporter, Options, load, ports};

/// How long a component may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// Set to anything, it keeps the folder with the logs of the components.
const KEEP: &str = "SCALESCOPE_KEEP_LOGS";

/// A control plane that lives until it is dropped, or its process ends in whatever way.
pub struct ControlPlane {
    // Before the watchdog, which removes the folder: fields are dropped in this order.
    processes: Mutex<Processes>,
    watchdog: Mutex<Watchdog>,
    binaries: Binaries,
    certificates: Certificates,
    client: Client,
    folder: PathBuf,
    ports: Ports,
    apiserver_arguments: Vec<String>,
    exporter: Option<Exporter>,
}

#[derive(Default)]
struct Processes {
    apiserver: Option<Process>,
    others: Vec<Process>,
}

#[derive(Clone, Copy)]
struct Ports {
    etcd: u16,
    etcd_peers: u16,
    apiserver: u16,
    kwok: u16,
    metrics_server: u16,
    keda: keda::Ports,
    prometheus: u16,
}

impl ControlPlane {
    /// Builds what is missing, starts everything, and returns when the API server answers, the nodes are ready and pods
    /// can be created; metrics appear some 20 s later ([`wait_for_metrics`](Self::wait_for_metrics)).
    pub fn start(options: &Options) -> Result<Self, Error> {
        let binaries = binaries::build(|line| eprintln!("{line}"))?;
        Self::start_with(&binaries, options)
    }

    /// Like [`start`](Self::start), with programs that are there already.
    pub fn start_with(binaries: &Binaries, options: &Options) -> Result<Self, Error> {
        let folder = new_folder()?;
        let mut apiserver_arguments: Vec<String> = options
            .apiserver_arguments
            .iter()
            .map(|argument| argument.replace("{folder}", &folder.display().to_string()))
            .collect();
        if options.still {
            // Nobody makes the accounts that it insists on.
            apiserver_arguments.push("--disable-admission-plugins=ServiceAccount".to_owned());
        }
        let keep = std::env::var_os(KEEP).is_some();
        if keep {
            eprintln!("logs stay in {}", folder.display());
        }
        let watchdog = Watchdog::start((!keep).then_some(&folder))?;
        let certificates = Certificates::make(&folder.join("pki"))?;
        let [
            etcd,
            etcd_peers,
            apiserver,
            kwok,
            metrics_server,
            prometheus,
            keda @ ..,
        ] = ports::free::<{ 6 + keda::PORTS }>()?;
        let ports = Ports {
            etcd,
            etcd_peers,
            apiserver,
            kwok,
            metrics_server,
            keda: keda::Ports::of(keda),
            prometheus,
        };
        let url = format!("https://127.0.0.1:{apiserver}");
        let cluster = Self {
            processes: Mutex::default(),
            watchdog: Mutex::new(watchdog),
            binaries: binaries.clone(),
            client: Client::new(&url, &certificates.read("ca.crt")?, access::ADMIN_TOKEN)?,
            certificates,
            folder,
            ports,
            apiserver_arguments,
            exporter: options.prometheus.map(|_| Exporter::start()).transpose()?,
        };
        for credential in Credential::ALL {
            cluster.write_kubeconfig(credential.name(), &url, &[credential])?;
        }
        for (name, text) in &options.files {
            cluster.write(name, text)?;
        }
        cluster.write("tokens.csv", &access::token_file())?;
        cluster.start_etcd()?;
        cluster.start_apiserver()?;
        if options.still {
            return Ok(cluster);
        }
        cluster.start_controllers(options)?;
        cluster.start_kwok()?;
        if options.metrics {
            cluster.start_metrics_server()?;
        }
        if let Some(prometheus) = options.prometheus {
            cluster.start_prometheus(prometheus)?;
        }
        if options.keda {
            cluster.start_keda()?;
        }
        cluster.create_namespace(VIEWED_NAMESPACE)?;
        let bindings = format!(
            "/apis/rbac.authorization.k8s.io/v1/namespaces/{VIEWED_NAMESPACE}/rolebindings"
        );
        cluster
            .client
            .create(&bindings, &access::viewer_binding())?;
        for (collection, object) in access::readers() {
            cluster.client.create(collection, &object)?;
        }
        load::nodes(&cluster, options.nodes)?;
        Ok(cluster)
    }

    /// URL of the API server.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.apiserver)
    }

    /// Port of the API server on 127.0.0.1; its certificate is also valid for `localhost`.
    pub fn port(&self) -> u16 {
        self.ports.apiserver
    }

    /// The administrator's bearer token.
    pub fn token(&self) -> &'static str {
        access::ADMIN_TOKEN
    }

    /// Certificate of the CA, PEM.
    pub fn ca_pem(&self) -> Result<String, Error> {
        self.certificates.read("ca.crt")
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.kubeconfig_of(Credential::Admin)
    }

    /// A kubeconfig with one context, named like the credential.
    pub fn kubeconfig_of(&self, credential: Credential) -> PathBuf {
        self.folder
            .join(format!("{}.kubeconfig", credential.name()))
    }

    /// Writes a kubeconfig with a context for each of `credentials`, the first one current. `server` may be the URL of a
    /// proxy in front of the API server.
    pub fn write_kubeconfig(
        &self,
        name: &str,
        server: &str,
        credentials: &[Credential],
    ) -> Result<PathBuf, Error> {
        let material = Material {
            ca: self.certificates.read("ca.crt")?,
            ca_path: self.certificates.path("ca.crt"),
            certificate: self.certificates.read("admin.crt")?,
            certificate_path: self.certificates.path("admin.crt"),
            key: self.certificates.read("admin.key")?,
            key_path: self.certificates.path("admin.key"),
        };
        self.write(
            &format!("{name}.kubeconfig"),
            &access::kubeconfig(&material, server, credentials),
        )
    }

    /// A client with the administrator's token.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Lets etcd and the API server forget what was before `revision`, as every five minutes by itself
    /// (apiserver, `storage/etcd3/compact.go`, whose key tells the watch caches).
    pub fn compact(&self, revision: u64) -> Result<(), Error> {
        let etcd = Client::new(
            &format!("http://127.0.0.1:{}", self.ports.etcd),
            &self.ca_pem()?,
            "",
        )?;
        let encoded = |text: &str| STANDARD.encode(text);
        let told =
            json!({"key": encoded("compact_rev_key"), "value": encoded(&revision.to_string())});
        etcd.create("/v3/kv/put", &told)?;
        let body = json!({"revision": revision.to_string(), "physical": true});
        etcd.create("/v3/kv/compaction", &body).map(|_| ())
    }

    /// A folder that is removed with the control plane, for a test's own files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Logs of the components, `<component>.log`.
    pub fn component_logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The programs it was started from.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Process ids of all components.
    pub fn process_ids(&self) -> Vec<u32> {
        let processes = lock(&self.processes);
        processes
            .others
            .iter()
            .chain(&processes.apiserver)
            .map(Process::id)
            .collect()
    }

    /// Runs kubectl as the administrator and returns what it printed.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String, Error> {
        self.run_kubectl(arguments, None)
    }

    /// `kubectl apply` (server-side) of YAML or JSON documents.
    pub fn apply(&self, yaml: &str) -> Result<String, Error> {
        self.run_kubectl(
            &["apply", "--server-side", "--force-conflicts", "-f", "-"],
            Some(yaml),
        )
    }

    /// A `kubectl` command as the administrator, for callers that measure or stream it.
    pub fn kubectl_command(&self) -> Command {
        let mut command = Command::new(self.binaries.kubectl());
        command
            .env("KUBECONFIG", self.kubeconfig())
            .env("KUBECACHEDIR", self.folder.join("kubectl-cache"))
            .env_remove("HTTPS_PROXY")
            .env_remove("https_proxy")
            .stdin(Stdio::null());
        command
    }

    /// Creates a namespace, if it is not there, and waits until pods can be created in it.
    pub fn create_namespace(&self, name: &str) -> Result<(), Error> {
        self.client
            .ensure("/api/v1/namespaces", &json!({"metadata": {"name": name}}))?;
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        self.wait(
            &format!("the service account of namespace {name}"),
            PATIENCE,
            || {
                self.client
                    .get(&account)
                    .map(|_| ())
                    .map_err(|error| error.to_string())
            },
        )
    }

    /// Asks `attempt` every 100 ms until it is `Ok`; its last `Err` becomes part of the error.
    pub fn wait<T>(
        &self,
        what: &str,
        limit: Duration,
        mut attempt: impl FnMut() -> Result<T, String>,
    ) -> Result<T, Error> {
        let start = Instant::now();
        loop {
            match attempt() {
                Ok(value) => return Ok(value),
                Err(last) if start.elapsed() > limit => {
                    return Err(Error::Timeout {
                        what: what.to_owned(),
                        last,
                        limit,
                    });
                }
                Err(_) => self.check()?,
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until metrics-server knows the usage of every node.
    pub fn wait_for_metrics(&self) -> Result<(), Error> {
        let nodes = self.client.get("/api/v1/nodes")?["items"]
            .as_array()
            .map_or(0, Vec::len);
        self.wait("metrics of the nodes", PATIENCE, || {
            let metrics = self
                .client
                .get("/apis/metrics.k8s.io/v1beta1/nodes")
                .map_err(|error| error.to_string())?;
            let known = metrics["items"].as_array().map_or(0, Vec::len);
            if known == nodes {
                Ok(())
            } else {
                Err(format!("{known} of {nodes} nodes"))
            }
        })
    }

    /// Lets each pod that `labels` selects use that much CPU (a quantity), as metrics-server will tell in 10 to 20 s.
    pub fn set_cpu_usage(&self, namespace: &str, labels: &str, cpu: &str) -> Result<usize, Error> {
        let collection = format!("/api/v1/namespaces/{namespace}/pods");
        let pods = self.client.get(&format!(
            "{collection}?labelSelector={}",
            labels.replace('=', "%3D")
        ))?;
        let pods = pods["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let patch = json!({"metadata": {"annotations": {crate::behaviour::CPU: cpu}}});
        for pod in pods {
            let name = pod["metadata"]["name"].as_str().unwrap_or_default();
            match self
                .client
                .merge_patch(&format!("{collection}/{name}"), &patch)
            {
                // A pod may go while the others are told.
                Ok(_)
                | Err(Error::Api {
                    status: 404 | 409, ..
                }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(pods.len())
    }

    /// Gives a container a log of its own, empty at first; without one, all containers share a few fixed lines.
    pub fn container_log(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
    ) -> Result<ContainerLog, Error> {
        ContainerLog::create(
            &self.client,
            &self.folder.join("container-logs"),
            namespace,
            pod,
            container,
        )
    }

    /// An error if a component has ended by itself.
    fn check(&self) -> Result<(), Error> {
        let mut processes = lock(&self.processes);
        let Processes { apiserver, others } = &mut *processes;
        others
            .iter_mut()
            .chain(apiserver)
            .find_map(Process::ended)
            .map_or(Ok(()), Err)
    }

    fn run_kubectl(&self, arguments: &[&str], input: Option<&str>) -> Result<String, Error> {
        let mut command = self.kubectl_command();
        command.args(arguments);
        let input_path = input
            .map(|text| self.write(&format!("input-{}", unique()), text))
            .transpose()?;
        if let Some(path) = &input_path {
            command.stdin(doing(
                format!("opening {}", path.display()),
                fs::File::open(path),
            )?);
        }
        let output = doing("running kubectl", command.output())?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Error::Kubectl {
            arguments: arguments.join(" "),
            output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.folder.join(name);
        doing(
            format!("writing {}", path.display()),
            fs::write(&path, text),
        )?;
        Ok(path)
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        // All at once, the API server first: nothing needs to be told to the others, everything goes.
        let mut processes = lock(&self.processes);
        processes.apiserver.take();
        processes.others.clear();
    }
}

/// A poisoned lock only means that another test failed; the list of processes is whole in any case.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "{}-{}-{}",
        std::process::id(),
        since.as_nanos(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn new_folder() -> Result<PathBuf, Error> {
    let folder = std::env::temp_dir().join(format!("scalescope-control-plane-{}", unique()));
    doing(
        format!("creating {}", folder.display()),
        fs::create_dir_all(folder.join("logs")),
    )?;
    Ok(folder)
}
