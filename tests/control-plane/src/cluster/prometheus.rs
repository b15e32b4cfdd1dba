//! Prometheus beside a control plane, and what it scrapes.

use super::{ControlPlane, PATIENCE};
use crate::{Client, Error, Exporter, Prometheus, binaries};

impl ControlPlane {
    /// What Prometheus scrapes.
    ///
    /// # Panics
    /// Without [`Options::prometheus`](crate::Options::prometheus).
    pub fn exporter(&self) -> &Exporter {
        self.exporter
            .as_ref()
            .expect("a control plane with Prometheus has an exporter")
    }

    /// Address of Prometheus, where it runs.
    pub fn prometheus_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.prometheus)
    }

    pub(super) fn start_prometheus(&self, prometheus: Prometheus) -> Result<(), Error> {
        let program = binaries::prometheus(|line| eprintln!("{line}"))?;
        let interval = format!("{}ms", prometheus.scrape_interval.as_millis());
        let configuration = serde_json::json!({
            "global": {"scrape_interval": interval, "scrape_timeout": interval},
            "scrape_configs": [{
                "job_name": "exporter",
                // What a test says is what is told.
                "honor_labels": true,
                "static_configs": [{"targets": [format!("127.0.0.1:{}", self.exporter().port())]}],
            }],
        });
        let path = self.write("prometheus.yaml", &configuration.to_string())?;
        self.start_component(
            "prometheus",
            &program,
            &[
                format!("--config.file={}", path.display()),
                format!(
                    "--storage.tsdb.path={}",
                    self.folder.join("prometheus").display()
                ),
                format!("--web.listen-address=127.0.0.1:{}", self.ports.prometheus),
            ],
        )?;
        let client = Client::plain(&self.prometheus_url(), "");
        self.wait("Prometheus", PATIENCE, || {
            client
                .get("/-/ready")
                .map(|_| ())
                .map_err(|error| error.to_string())
        })
    }
}
