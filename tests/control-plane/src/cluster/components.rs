//! The programs of a control plane, and the flags they are started with.

use std::path::Path;

use serde_json::json;

use super::{ControlPlane, PATIENCE, lock};
use crate::access;
use crate::process::Process;
use crate::{Error, Options, kwok, logs};

impl ControlPlane {
    /// Kills the API server, as a crash would.
    pub fn stop_apiserver(&self) -> Result<(), Error> {
        match lock(&self.processes).apiserver.take() {
            Some(process) => process.stop(&mut lock(&self.watchdog)),
            None => Ok(()),
        }
    }

    /// Starts the API server, on the same port and with the same data as before.
    pub fn start_apiserver(&self) -> Result<(), Error> {
        let path = |name: &str| self.certificates.path(name);
        let arguments = [
            format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd),
            format!("--secure-port={}", self.ports.apiserver),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=10.0.0.1".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            format!("--tls-cert-file={}", path("server.crt")),
            format!("--tls-private-key-file={}", path("server.key")),
            format!("--client-ca-file={}", path("ca.crt")),
            format!(
                "--token-auth-file={}",
                self.folder.join("tokens.csv").display()
            ),
            format!(
                "--service-account-key-file={}",
                path("service-accounts.pub")
            ),
            format!(
                "--service-account-signing-key-file={}",
                path("service-accounts.key")
            ),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            format!("--requestheader-client-ca-file={}", path("ca.crt")),
            "--requestheader-allowed-names=front-proxy".to_owned(),
            "--requestheader-username-headers=X-Remote-User".to_owned(),
            "--requestheader-group-headers=X-Remote-Group".to_owned(),
            "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
            format!("--proxy-client-cert-file={}", path("front-proxy.crt")),
            format!("--proxy-client-key-file={}", path("front-proxy.key")),
        ];
        let program = self.binaries.kubernetes("kube-apiserver");
        let process = self.spawn(
            "kube-apiserver",
            &program,
            arguments.iter().chain(&self.apiserver_arguments),
            &[],
        )?;
        lock(&self.processes).apiserver = Some(process);
        self.wait("the API server", PATIENCE, || {
            self.client
                .get("/readyz")
                .map(|_| ())
                .map_err(|error| error.to_string())
        })
    }

    pub(super) fn start_etcd(&self) -> Result<(), Error> {
        let clients = format!("http://127.0.0.1:{}", self.ports.etcd);
        let peers = format!("http://127.0.0.1:{}", self.ports.etcd_peers);
        self.start_component(
            "etcd",
            &self.binaries.etcd(),
            &[
                format!("--data-dir={}", self.folder.join("etcd").display()),
                format!("--listen-client-urls={clients}"),
                format!("--advertise-client-urls={clients}"),
                format!("--listen-peer-urls={peers}"),
                format!("--initial-advertise-peer-urls={peers}"),
                format!("--initial-cluster=default={peers}"),
                "--unsafe-no-fsync".to_owned(),
                "--quota-backend-bytes=4294967296".to_owned(),
                "--log-level=warn".to_owned(),
            ],
        )
    }

    pub(super) fn start_controllers(&self, options: &Options) -> Result<(), Error> {
        let kubeconfig = format!("--kubeconfig={}", self.kubeconfig().display());
        let mut arguments = vec![
            kubeconfig.clone(),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
            format!(
                "--service-account-private-key-file={}",
                self.certificates.path("service-accounts.key")
            ),
            format!("--root-ca-file={}", self.certificates.path("ca.crt")),
            "--controllers=*,-nodeipam,-route,-cloud-node-lifecycle-controller".to_owned(),
            "--kube-api-qps=200".to_owned(),
            "--kube-api-burst=400".to_owned(),
        ];
        arguments.extend(options.autoscaling.arguments());
        let program = |name| self.binaries.kubernetes(name);
        self.start_component(
            "kube-controller-manager",
            &program("kube-controller-manager"),
            &arguments,
        )?;
        self.start_component(
            "kube-scheduler",
            &program("kube-scheduler"),
            &[
                kubeconfig,
                "--leader-elect=false".to_owned(),
                "--secure-port=0".to_owned(),
            ],
        )
    }

    pub(super) fn start_kwok(&self) -> Result<(), Error> {
        let crds = self
            .binaries
            .crds()
            .map(|folder| folder.display().to_string());
        let [logs, keda] = crds.each_ref().map(String::as_str);
        self.kubectl(&["create", "-f", logs, "-f", keda])?;
        // kwok ends if it cannot list its Logs at once.
        self.kubectl(&[
            "wait",
            "--for=condition=Established",
            "--timeout=60s",
            "crd/logs.kwok.x-k8s.io",
        ])?;
        let default_log = self.folder.join("default.log");
        logs::write(&default_log, ["started", "listening on :8080", "ready"])?;
        let configuration = self.write("kwok.yaml", &kwok::configuration(&default_log))?;
        let port = self.ports.kwok;
        self.start_component(
            "kwok",
            &self.binaries.kwok(),
            &[
                format!("--kubeconfig={}", self.kubeconfig().display()),
                format!("--config={}", configuration.display()),
                "--enable-crds=Logs".to_owned(),
                "--manage-all-nodes".to_owned(),
                "--node-ip=127.0.0.1".to_owned(),
                format!("--node-port={port}"),
                format!("--server-address=127.0.0.1:{port}"),
                format!("--tls-cert-file={}", self.certificates.path("server.crt")),
                format!(
                    "--tls-private-key-file={}",
                    self.certificates.path("server.key")
                ),
                "--node-lease-duration-seconds=40".to_owned(),
            ],
        )
    }

    pub(super) fn start_metrics_server(&self) -> Result<(), Error> {
        let kubeconfig = self.kubeconfig().display().to_string();
        let port = self.ports.metrics_server;
        self.start_component(
            "metrics-server",
            &self.binaries.metrics_server(),
            &[
                format!("--kubeconfig={kubeconfig}"),
                format!("--authentication-kubeconfig={kubeconfig}"),
                format!("--authorization-kubeconfig={kubeconfig}"),
                format!("--secure-port={port}"),
                "--bind-address=127.0.0.1".to_owned(),
                format!(
                    "--cert-dir={}",
                    self.folder.join("metrics-server").display()
                ),
                "--kubelet-insecure-tls".to_owned(),
                "--kubelet-use-node-status-port".to_owned(),
                "--kubelet-preferred-address-types=InternalIP".to_owned(),
                "--metric-resolution=10s".to_owned(),
                "--kubelet-request-timeout=5s".to_owned(),
            ],
        )?;
        self.register("metrics.k8s.io", "kube-system", "metrics-server", port)?;
        self.client.ensure(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            &access::metrics_reader(),
        )
    }

    /// Port of metrics-server, which serves metrics.k8s.io.
    pub fn metrics_server_port(&self) -> u16 {
        self.ports.metrics_server
    }

    /// Lets the API server ask another port of this machine for `<group>/v1beta1`, which it asks metrics-server or KEDA's adapter for.
    pub fn reroute(&self, group: &str, port: u16) -> Result<(), Error> {
        let path = format!("/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.{group}");
        let service = self.client.get(&path)?["spec"]["service"].clone();
        let text = |member: &str| service[member].as_str().unwrap_or_default().to_owned();
        let (namespace, name) = (text("namespace"), text("name"));
        self.client.merge_patch(
            &format!("/api/v1/namespaces/{namespace}/services/{name}"),
            &json!({"spec": {"ports": [{"port": port}]}}),
        )?;
        let registration = json!({"spec": {"service": {"port": port}}});
        self.client.merge_patch(&path, &registration)?;
        Ok(())
    }

    /// Lets the API server pass requests for `<group>/v1beta1` on to a port of this machine, through a Service that is made for it.
    pub(super) fn register(
        &self,
        group: &str,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<(), Error> {
        let target = json!({
            "metadata": {"name": service},
            "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]},
        });
        self.client
            .ensure(&format!("/api/v1/namespaces/{namespace}/services"), &target)?;
        let registration = json!({
            "metadata": {"name": format!("v1beta1.{group}")},
            "spec": {
                "group": group, "version": "v1beta1", "insecureSkipTLSVerify": true,
                "groupPriorityMinimum": 100, "versionPriority": 100,
                "service": {"name": service, "namespace": namespace, "port": port},
            },
        });
        self.client
            .ensure("/apis/apiregistration.k8s.io/v1/apiservices", &registration)
    }

    pub(super) fn start_component(
        &self,
        name: &str,
        program: &Path,
        arguments: &[String],
    ) -> Result<(), Error> {
        self.start_component_with(name, program, arguments, &[])
    }

    pub(super) fn start_component_with(
        &self,
        name: &str,
        program: &Path,
        arguments: &[String],
        environment: &[(&str, &str)],
    ) -> Result<(), Error> {
        let process = self.spawn(name, program, arguments, environment)?;
        lock(&self.processes).others.push(process);
        Ok(())
    }

    fn spawn<'a>(
        &self,
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = &'a String>,
        environment: &[(&str, &str)],
    ) -> Result<Process, Error> {
        Process::start(
            &mut lock(&self.watchdog),
            &self.component_logs(),
            name,
            program,
            arguments,
            environment,
        )
    }
}
