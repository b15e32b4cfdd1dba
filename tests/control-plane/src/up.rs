//! A control plane with the story, for a developer to look at.
//!
//! It belongs to the process that started it, found again through a folder in the cache: whether that process holds the
//! lock says whether it runs. Nothing is left of either when it is told to end.

use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::doing;
use crate::seeds::{PARTS, Seeds};
use crate::shop::Shop;
use crate::{ControlPlane, Credential, Error, Pace, binaries, go_build};

/// How long its end may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Namespace of what is there besides the story: one of each interesting state.
const ODDITIES: &str = "oddities";

fn folder() -> PathBuf {
    go_build::cache_folder().join("control-plane").join("up")
}

/// Where the kubeconfig of the running one is; it has a context for each [`Credential`].
pub fn kubeconfig() -> PathBuf {
    folder().join("kubeconfig")
}

/// Process id of the one that runs.
pub fn running() -> Result<Option<u32>, Error> {
    let path = folder().join("lock");
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => doing(format!("opening {}", path.display()), other)?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => {
            let path = folder().join("pid");
            let text = doing(
                format!("reading {}", path.display()),
                fs::read_to_string(&path),
            )?;
            Ok(text.trim().parse().ok())
        }
        Err(TryLockError::Error(source)) => Err(Error::Io {
            what: format!("locking {}", path.display()),
            source,
        }),
    }
}

/// Starts one with the story, prints where it is, and keeps its load going until this process is told to end (Ctrl-C).
pub fn up(pace: Pace) -> Result<(), Error> {
    // Before the builds, which may take long.
    let home = Place::take()?;
    binaries::build_all(|line| eprintln!("{line}"))?;
    let begin = Instant::now();
    let cluster = ControlPlane::start(&pace.options())?;
    let seeds = Seeds::plant(&cluster, pace)?;
    let mut oddities = Shop::open_in(&cluster, ODDITIES)?;
    // From here on a signal is an end in order. Earlier it ends the process, and its watchdog the rest.
    let what = "listening for signals";
    let mut signals = doing(what, Signals::new([SIGHUP, SIGINT, SIGTERM]))?;
    home.publish(&cluster)?;
    println!("{}", told(&cluster, pace, begin.elapsed()));
    let start = Instant::now();
    let mut second = Duration::ZERO;
    while signals.pending().next().is_none() {
        if start.elapsed() >= second {
            // The load goes on after a request that failed: a developer may be stopping and starting things.
            for step in [seeds.step(second), oddities.step(second)] {
                if let Err(error) = step {
                    eprintln!("{error}");
                }
            }
            second += Duration::from_secs(1);
        }
        thread::sleep(Duration::from_millis(50));
    }
    println!("ending it");
    Ok(())
}

/// Ends the one that runs; `false` if there was none.
pub fn down() -> Result<bool, Error> {
    let Some(id) = running()? else {
        return Ok(false);
    };
    doing(
        "ending the control plane",
        Command::new("kill").arg(id.to_string()).status(),
    )?;
    let start = Instant::now();
    while running()?.is_some() {
        if start.elapsed() > PATIENCE {
            let last = format!("process {id} still runs");
            return Err(Error::Timeout {
                what: "the control plane's end".to_owned(),
                last,
                limit: PATIENCE,
            });
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(true)
}

/// The folder by which the running one is found, while this lives.
struct Place {
    folder: PathBuf,
    _lock: File,
}

impl Place {
    fn take() -> Result<Self, Error> {
        let folder = folder();
        doing(
            format!("creating {}", folder.display()),
            fs::create_dir_all(&folder),
        )?;
        let path = folder.join("lock");
        let lock = doing(format!("creating {}", path.display()), File::create(&path))?;
        if lock.try_lock().is_err() {
            return Err(Error::Io {
                what: "a control plane is up already".to_owned(),
                source: io::ErrorKind::AddrInUse.into(),
            });
        }
        // Of one that was killed.
        let _ = fs::remove_file(folder.join("kubeconfig"));
        let path = folder.join("pid");
        doing(
            format!("writing {}", path.display()),
            fs::write(&path, std::process::id().to_string()),
        )?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Copied aside, then renamed: whoever waits for it never reads half of it.
    fn publish(&self, cluster: &ControlPlane) -> Result<(), Error> {
        let written = cluster.write_kubeconfig("all", &cluster.url(), &Credential::ALL)?;
        let staging = self.folder.join("kubeconfig.new");
        let to = self.folder.join("kubeconfig");
        let copied = fs::copy(&written, &staging).and_then(|_| fs::rename(&staging, &to));
        doing("copying the kubeconfig", copied)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing to be done about an error: this is the last act.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What is printed when it is up.
fn told(cluster: &ControlPlane, pace: Pace, took: Duration) -> String {
    let version = cluster.binaries().kubernetes_version();
    let kubeconfig = shown(&kubeconfig());
    let mut text = format!(
        "Kubernetes {version} with KEDA and Prometheus is up after {:.0} s, at the {} pace: {}.\n\n  kubeconfig  {kubeconfig}\n  Prometheus  {}\n\n",
        took.as_secs_f64(),
        pace.name(),
        pace.told(),
        cluster.prometheus_url(),
    );
    for (name, shows) in PARTS {
        let _ = writeln!(text, "  {name:<26}{shows}");
    }
    let _ = writeln!(
        text,
        "  {ODDITIES:<26}a crash loop, a pending pod, a failed pull, a finished Job, an HPA and a ScaledObject without a source"
    );
    let _ = write!(
        text,
        "\nLook at it:  cargo xtask run {kubeconfig}\nCtrl-C ends it (from elsewhere: cargo xtask control-plane down); nothing is left behind."
    );
    text
}

/// In quotes where a shell would split it.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(char::is_whitespace) {
        format!("'{text}'")
    } else {
        text
    }
}
