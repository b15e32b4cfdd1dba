//! KEDA on a control plane: the operator, the adapter for external metrics.

use std::fs;

use super::{ControlPlane, PATIENCE};
use crate::error::doing;
use crate::{Error, binaries};

/// Where KEDA lives.
const NAMESPACE: &str = "keda";
/// How many ports KEDA listens on.
pub(super) const PORTS: usize = 5;

/// Where KEDA listens.
#[derive(Clone, Copy)]
pub(super) struct Ports {
    metrics: u16,
    health: u16,
    service: u16,
    adapter: u16,
    adapter_metrics: u16,
}

impl Ports {
    pub(super) fn of([metrics, health, service, adapter, adapter_metrics]: [u16; PORTS]) -> Self {
        Self {
            metrics,
            health,
            service,
            adapter,
            adapter_metrics,
        }
    }
}

impl ControlPlane {
    /// Port of KEDA's adapter, which serves external.metrics.k8s.io.
    pub fn keda_adapter_port(&self) -> u16 {
        self.ports.keda.adapter
    }

    pub(super) fn start_keda(&self) -> Result<(), Error> {
        let programs = binaries::keda(|line| eprintln!("{line}"))?;
        let certificates = self.folder.join("keda");
        doing(
            format!("creating {}", certificates.display()),
            fs::create_dir_all(&certificates),
        )?;
        for (from, to) in [
            ("keda.crt", "tls.crt"),
            ("keda.key", "tls.key"),
            ("ca.crt", "ca.crt"),
        ] {
            let target = certificates.join(to);
            doing(
                format!("writing {}", target.display()),
                fs::copy(self.certificates.path(from), &target),
            )?;
        }
        self.create_namespace(NAMESPACE)?;
        let kubeconfig = self.kubeconfig().display().to_string();
        let folder = certificates.display().to_string();
        let ports = self.ports.keda;
        self.start_component_with(
            "keda-operator",
            &programs.join("operator"),
            &[
                format!("--kubeconfig={kubeconfig}"),
                format!("--cert-dir={folder}"),
                format!("--metrics-bind-address=127.0.0.1:{}", ports.metrics),
                format!("--health-probe-bind-address=127.0.0.1:{}", ports.health),
                format!("--metrics-service-bind-address=127.0.0.1:{}", ports.service),
                "--kube-api-qps=200".to_owned(),
                "--kube-api-burst=400".to_owned(),
                format!("--ca-dir={folder}"),
            ],
            // Without a namespace it looks for its service account's file, and ends.
            &[
                ("KEDA_CLUSTER_OBJECT_NAMESPACE", NAMESPACE),
                ("POD_NAMESPACE", NAMESPACE),
                ("WATCH_NAMESPACE", ""),
            ],
        )?;
        self.start_component_with(
            "keda-adapter",
            &programs.join("adapter"),
            &[
                format!("--lister-kubeconfig={kubeconfig}"),
                format!("--authentication-kubeconfig={kubeconfig}"),
                format!("--authorization-kubeconfig={kubeconfig}"),
                format!("--secure-port={}", ports.adapter),
                "--bind-address=127.0.0.1".to_owned(),
                format!("--tls-cert-file={folder}/tls.crt"),
                format!("--tls-private-key-file={folder}/tls.key"),
                format!("--cert-dir={folder}"),
                format!("--port={}", ports.adapter_metrics),
                format!("--metrics-service-address=localhost:{}", ports.service),
            ],
            &[
                ("KUBECONFIG", &kubeconfig),
                ("POD_NAMESPACE", NAMESPACE),
                ("WATCH_NAMESPACE", ""),
            ],
        )?;
        self.register(
            "external.metrics.k8s.io",
            NAMESPACE,
            "keda-operator-metrics-apiserver",
            ports.adapter,
        )?;
        self.wait("KEDA's adapter", PATIENCE, || {
            self.client
                .get("/apis/external.metrics.k8s.io/v1beta1")
                .map(|_| ())
                .map_err(|error| error.to_string())
        })
    }
}
