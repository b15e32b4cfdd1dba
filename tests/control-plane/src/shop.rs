//! A namespace of things to look at, for developers and demonstrations: one of each interesting state, under changing load.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::logs::ContainerLog;
use crate::{ControlPlane, Error};

/// The namespace of [`Shop::open`].
pub const NAMESPACE: &str = "shop";
/// A namespace as long as names may be.
const LONG_NAMESPACE: &str = "a-namespace-with-a-name-as-long-as-the-server-lets-it-be-6-3-ch";
/// From one crest of the load to the next.
const WAVE: Duration = Duration::from_mins(6);

/// The shop; keep calling [`step`](Shop::step).
pub struct Shop<'a> {
    cluster: &'a ControlPlane,
    namespace: &'a str,
    log: ContainerLog,
    lines: u64,
}

impl<'a> Shop<'a> {
    /// Creates everything in the namespace [`NAMESPACE`].
    pub fn open(cluster: &'a ControlPlane) -> Result<Self, Error> {
        Self::open_in(cluster, NAMESPACE)
    }

    /// Creates everything in a namespace of that name.
    pub fn open_in(cluster: &'a ControlPlane, namespace: &'a str) -> Result<Self, Error> {
        cluster.create_namespace(namespace)?;
        cluster.create_namespace(LONG_NAMESPACE)?;
        let own = format!("namespace: {namespace}");
        cluster.apply(&include_str!("shop.yaml").replace("namespace: shop", &own))?;
        let log = cluster.container_log(namespace, "audit", "audit")?;
        let crashed = cluster.container_log(namespace, "invoices", "invoices")?;
        crashed.append(["reading /etc/invoices.toml", "panic: no section [printer]"])?;
        crashed.append_previous([
            "reading /etc/invoices.toml",
            "panic: no section [printer]",
            "exit status 1",
        ])?;
        awkward_event(cluster, namespace)?;
        Ok(Self {
            cluster,
            namespace,
            log,
            lines: 0,
        })
    }

    /// Changes the load and grows the log; to be called about once a second, with the time since the start.
    pub fn step(&mut self, elapsed: Duration) -> Result<(), Error> {
        self.lines += 1;
        self.log.append([log_line(self.lines)])?;
        // metrics-server looks every 10 s.
        if elapsed.as_secs().is_multiple_of(5) {
            self.share_load(load_at(elapsed))?;
        }
        Ok(())
    }

    /// Shares `millicores` among the ready pods of `checkout`.
    fn share_load(&self, millicores: u32) -> Result<(), Error> {
        let deployment = self.cluster.client().get(&format!(
            "/apis/apps/v1/namespaces/{}/deployments/checkout",
            self.namespace
        ))?;
        let ready = deployment["status"]["readyReplicas"]
            .as_u64()
            .and_then(|ready| u32::try_from(ready).ok())
            .unwrap_or(1);
        let each = millicores / ready.max(1);
        self.cluster
            .set_cpu_usage(self.namespace, "app=checkout", &format!("{each}m"))?;
        Ok(())
    }
}

/// CPU that all of `checkout` needs: 0.3 to 2.1 cores in a wave.
fn load_at(elapsed: Duration) -> u32 {
    let phase = (elapsed.as_secs_f64() / WAVE.as_secs_f64()) * std::f64::consts::TAU;
    let millicores = 1_200.0 - 900.0 * phase.cos();
    // Between 300 and 2,100.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rounded = millicores as u32;
    rounded
}

fn log_line(number: u64) -> String {
    match number % 20 {
        0 => format!(
            "\u{1b}[33mWARN\u{1b}[0m  request {number} took 1.{}s",
            number % 9
        ),
        7 => format!(
            "{{\"level\":\"info\",\"request\":{number},\"path\":\"/basket\",\"status\":200}}"
        ),
        13 => format!("ERROR request {number} <b>not bold</b> & \"quoted\" äöü 猫 🦀"),
        _ => format!("INFO  request {number} GET /basket/{} 200", number % 97),
    }
}

/// An Event whose message carries markup and a control character.
fn awkward_event(cluster: &ControlPlane, namespace: &str) -> Result<(), Error> {
    let now = Timestamp::now();
    let event = json!({
        "metadata": {"name": "audit.markup", "namespace": namespace},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": "audit", "namespace": namespace},
        "reason": "Awkward", "type": "Warning", "count": 3,
        "message": "<img src=x onerror=alert(1)> & \u{1b}[31mred\u{1b}[0m \u{202e}backwards",
        "firstTimestamp": format!("{now:.0}"), "lastTimestamp": format!("{now:.0}"),
        "source": {"component": "shop"},
    });
    cluster
        .client()
        .ensure(&format!("/api/v1/namespaces/{namespace}/events"), &event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_rises_and_falls_within_its_bounds() {
        assert_eq!(load_at(Duration::ZERO), 300);
        assert_eq!(load_at(WAVE / 2), 2_100);
        assert!(
            (0..720)
                .map(|second| load_at(Duration::from_secs(second)))
                .all(|load| (300..=2_100).contains(&load))
        );
    }

    #[test]
    fn the_long_name_is_as_long_as_allowed() {
        assert_eq!(LONG_NAMESPACE.len(), 63);
    }
}
