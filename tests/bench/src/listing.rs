//! How long it takes until all pods are listed, beside the bare list, kubectl and k9s; on loopback and over a slow link.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cluster_tests::SlowLink;
use control_plane::{ControlPlane, Credential};
use tokio::runtime::Runtime;

use crate::backend::{Opening, open_pods};
use crate::figures::{bytes, median, seconds, time};
use crate::options::Options;
use crate::report::{Line, Report};
use crate::{bare_list, commands, k9s};

/// A laptop on a VPN.
const BITS_PER_SECOND: u64 = 20_000_000;
const ROUND_TRIP: Duration = Duration::from_millis(50);

/// One way to the API server, with what was measured over it.
struct Way {
    words: &'static str,
    address: SocketAddr,
    kubeconfig: PathBuf,
    link: Option<SlowLink>,
    ours: Vec<Opening>,
    bare: Vec<Duration>,
    bare_bytes: u64,
    kubectl: Vec<Duration>,
    kubectl_bytes: u64,
    k9s: Vec<Duration>,
}

/// Measures everything in turn, as often as asked for.
pub(crate) fn measure(
    plane: &ControlPlane,
    options: &Options,
    report: &mut Report,
) -> Result<(), String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut ways = runtime.block_on(ways(plane))?;
    let k9s = k9s::installed();
    for way in &mut ways {
        // Fills kubectl's discovery cache and the server's own.
        commands::kubectl(plane, &way.kubeconfig, options.pods, home.path())?;
    }
    for run in 1..=options.runs {
        for way in &mut ways {
            way.run(plane, options, &runtime, home.path(), k9s.as_deref())?;
            eprintln!(
                "run {run} {}: {:?}; bare {:?}, kubectl {:?}",
                way.words,
                way.ours.last(),
                way.bare.last(),
                way.kubectl.last()
            );
        }
    }
    for way in &ways {
        way.tell(report);
    }
    if k9s.is_none() {
        report.note("k9s is not installed here, so it is not measured.".to_owned());
    }
    Ok(())
}

async fn ways(plane: &ControlPlane) -> Result<[Way; 2], String> {
    let direct = SocketAddr::from(([127, 0, 0, 1], plane.port()));
    let link = SlowLink::before(direct, BITS_PER_SECOND, ROUND_TRIP)
        .await
        .map_err(|error| error.to_string())?;
    let address = link.address();
    let kubeconfig = plane
        .write_kubeconfig(
            "slow-link",
            &format!("https://{address}"),
            &[Credential::Admin],
        )
        .map_err(|error| error.to_string())?;
    Ok([
        Way::new("loopback", direct, plane.kubeconfig(), None),
        Way::new("20 Mbit/s, 50 ms", address, kubeconfig, Some(link)),
    ])
}

impl Way {
    fn new(
        words: &'static str,
        address: SocketAddr,
        kubeconfig: PathBuf,
        link: Option<SlowLink>,
    ) -> Self {
        Self {
            words,
            address,
            kubeconfig,
            link,
            ours: Vec::new(),
            bare: Vec::new(),
            bare_bytes: 0,
            kubectl: Vec::new(),
            kubectl_bytes: 0,
            k9s: Vec::new(),
        }
    }

    fn run(
        &mut self,
        plane: &ControlPlane,
        options: &Options,
        runtime: &Runtime,
        home: &Path,
        k9s: Option<&Path>,
    ) -> Result<(), String> {
        let (took, size) = runtime.block_on(bare_list::time(plane, self.address))?;
        self.bare.push(took);
        self.bare_bytes = size;
        self.ours
            .push(runtime.block_on(open_pods(&self.kubeconfig, options.pods))?);
        let before = self.carried();
        self.kubectl.push(commands::kubectl(
            plane,
            &self.kubeconfig,
            options.pods,
            home,
        )?);
        self.kubectl_bytes = self.carried() - before;
        if let Some(program) = k9s {
            self.k9s
                .push(k9s::time(program, &self.kubeconfig, options.pods, home)?);
        }
        Ok(())
    }

    /// Bytes towards the client so far; only a slow link counts them.
    fn carried(&self) -> u64 {
        self.link.as_ref().map_or(0, |link| link.carried().0)
    }

    fn tell(&self, report: &mut Report) {
        let bare = median(&seconds(&self.bare));
        let kubectl = median(&seconds(&self.kubectl));
        let of = |part: fn(&Opening) -> Duration| {
            median(&seconds(&self.ours.iter().map(part).collect::<Vec<_>>()))
        };
        let (first, every, live) = (of(|one| one.first), of(|one| one.every), of(|one| one.live));
        let received = median(
            &self
                .ours
                .iter()
                .map(|one| one.bytes as f64)
                .collect::<Vec<_>>(),
        );
        let mut tell = |what: &str,
                        ours: f64,
                        (peer, theirs): (&str, f64),
                        target: &str,
                        met: Option<bool>| {
            report.line(Line {
                what: format!("{}: {what}", self.words),
                ours: time(ours),
                peer: format!("{peer} {}", time(theirs)),
                ratio: format!("{:.2}", ours / theirs),
                target: target.to_owned(),
                met,
            });
        };
        let list = ("bare list", bare);
        let get = ("kubectl", kubectl);
        if self.link.is_none() {
            tell(
                "first rows",
                first,
                list,
                "≤ 0.1 ×",
                Some(first <= 0.1 * bare),
            );
            tell(
                "every row with its cells",
                every,
                list,
                "≤ 0.3 ×",
                Some(every <= 0.3 * bare),
            );
            tell(
                "records and live watch",
                live,
                list,
                "≤ 1.3 ×",
                Some(live <= 1.3 * bare),
            );
            tell("records and live watch", live, get, "", None);
        } else {
            tell("first rows", first, get, "", None);
            tell(
                "every row with its cells",
                every,
                get,
                "≤ 1.5 s",
                Some(every <= 1.5),
            );
            tell(
                "records and live watch",
                live,
                get,
                "≤ 0.5 ×",
                Some(live <= 0.5 * kubectl),
            );
            tell("records and live watch", live, list, "", None);
        }
        if !self.k9s.is_empty() {
            tell(
                "every row with its cells",
                every,
                ("k9s", median(&seconds(&self.k9s))),
                "",
                None,
            );
        }
        let counted = if self.kubectl_bytes > 0 {
            format!(", kubectl {}", bytes(self.kubectl_bytes as f64))
        } else {
            String::new()
        };
        report.line(Line {
            what: format!("{}: bytes received", self.words),
            ours: bytes(received),
            peer: format!("bare list {}{counted}", bytes(self.bare_bytes as f64)),
            ratio: format!("{:.2}", received / self.bare_bytes.max(1) as f64),
            ..Line::default()
        });
    }
}
