//! A control plane that a developer leaves running.
//!
//! It belongs to a process of its own (`serve`), found again through a folder in the cache: whether that process holds the
//! lock says whether it runs.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::doing;
use crate::shop::Shop;
use crate::{Autoscaling, ControlPlane, Credential, Error, Options, binaries, go_build};

/// How long starting may take once everything is built.
const PATIENCE: Duration = Duration::from_mins(3);

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

/// Starts one, unless one runs, and returns when its shop is open.
pub fn up() -> Result<PathBuf, Error> {
    if running()?.is_some() {
        return Ok(kubeconfig());
    }
    binaries::build(|line| eprintln!("{line}"))?;
    let folder = folder();
    doing(
        format!("creating {}", folder.display()),
        fs::create_dir_all(&folder),
    )?;
    let _ = fs::remove_file(kubeconfig());
    let log_path = folder.join("serve.log");
    let log = doing(
        format!("creating {}", log_path.display()),
        File::create(&log_path),
    )?;
    let errors = doing(format!("creating {}", log_path.display()), log.try_clone())?;
    let program = doing("finding this program", std::env::current_exe())?;
    let mut command = Command::new(program);
    command
        .arg("serve")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    let mut child = doing("starting the control plane", command.spawn())?;
    let start = Instant::now();
    while !kubeconfig().is_file() {
        let status = doing("looking after the control plane", child.try_wait())?;
        if status.is_some() || start.elapsed() > PATIENCE {
            let _ = child.kill();
            return Err(Error::Component {
                component: "the control plane".to_owned(),
                state: status.map_or_else(
                    || "did not come up".to_owned(),
                    |status| format!("ended with {status}"),
                ),
                log: fs::read_to_string(&log_path).unwrap_or_default(),
                log_path: log_path.display().to_string(),
            });
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(kubeconfig())
}

/// Ends the one that runs; `false` if there was none.
pub fn down() -> Result<bool, Error> {
    let Some(id) = running()? else {
        return Ok(false);
    };
    // Killing it is enough: its watchdog ends the rest.
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
    let _ = fs::remove_file(kubeconfig());
    Ok(true)
}

/// Runs a control plane with its shop until killed.
pub fn serve() -> Result<(), Error> {
    let folder = folder();
    doing(
        format!("creating {}", folder.display()),
        fs::create_dir_all(&folder),
    )?;
    let path = folder.join("lock");
    let lock = doing(format!("creating {}", path.display()), File::create(&path))?;
    if lock.try_lock().is_err() {
        let source = io::ErrorKind::AddrInUse.into();
        return Err(Error::Io {
            what: "a control plane is up already".to_owned(),
            source,
        });
    }
    let path = folder.join("pid");
    doing(
        format!("writing {}", path.display()),
        fs::write(&path, std::process::id().to_string()),
    )?;
    let autoscaling = Autoscaling {
        sync_period: Duration::from_secs(5),
        downscale_stabilization: Duration::from_secs(45),
        cpu_initialization_period: Duration::from_secs(15),
        initial_readiness_delay: Duration::from_secs(5),
    };
    let cluster = ControlPlane::start(&Options {
        autoscaling,
        ..Options::default()
    })?;
    let mut shop = Shop::open(&cluster)?;
    let written = cluster.write_kubeconfig("all", &cluster.url(), &Credential::ALL)?;
    // Copied aside, then renamed: whoever waits for it never reads half of it.
    let staging = folder.join("kubeconfig.new");
    doing("copying the kubeconfig", fs::copy(&written, &staging))?;
    doing("copying the kubeconfig", fs::rename(&staging, kubeconfig()))?;
    let start = Instant::now();
    loop {
        thread::sleep(Duration::from_secs(1));
        // The load goes on after a request that failed: a developer may be stopping and starting things.
        if let Err(error) = shop.step(start.elapsed()) {
            eprintln!("{error}");
        }
    }
}
