//! Folders of one user of the program, apart from everybody else's.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, io};

use crate::display::display;
use crate::guard::Guard;
use crate::programs;
use crate::system::System;

/// A home folder with XDG folders in it, removed with its last clone.
#[derive(Clone)]
pub struct Home {
    folder: PathBuf,
    kubeconfigs: Vec<PathBuf>,
    program: PathBuf,
    further: Vec<(String, String)>,
    _guard: Arc<Guard>,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// An empty one.
    ///
    /// # Panics
    /// If the temporary folder cannot be written.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!(
            "scalescope-desktop-{}-{number}",
            std::process::id()
        ));
        let make = || -> io::Result<Guard> {
            fs::create_dir_all(&folder)?;
            let guard = Guard::over_folder(&folder)?;
            for name in ["config", "cache", "data", "state", "runtime"] {
                fs::create_dir(folder.join(name))?;
            }
            // As the desktop makes it: nobody else may enter.
            fs::set_permissions(folder.join("runtime"), Permissions::from_mode(0o700))?;
            Ok(guard)
        };
        let guard = make().expect("a temporary folder");
        Self {
            folder,
            kubeconfigs: Vec::new(),
            program: PathBuf::new(),
            further: Vec::new(),
            _guard: Arc::new(guard),
        }
    }

    /// With these paths in `KUBECONFIG`.
    #[must_use]
    pub fn with_kubeconfigs(mut self, paths: &[PathBuf]) -> Self {
        self.kubeconfigs = paths.to_vec();
        self
    }

    /// Of a user of `system`, whose program is the one that is started, and whose desktop is asked.
    #[must_use]
    pub fn on(mut self, system: &System) -> Self {
        self.program = system.program();
        self.further = system.environment();
        self
    }

    /// The program that this user starts.
    pub(crate) fn program(&self) -> &Path {
        if self.program.as_os_str().is_empty() {
            programs::program()
        } else {
            &self.program
        }
    }

    /// What `command` prints when this user runs it.
    ///
    /// # Panics
    /// If it cannot be run, or fails.
    pub fn output(&self, command: &[&str]) -> String {
        let output = Command::new(command[0])
            .args(&command[1..])
            .envs(self.environment(display()))
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let [out, err] = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(output.status.success(), "{command:?}: {out}{err}");
        out
    }

    /// The folder itself, which is `HOME`.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Where the program keeps its settings.
    pub fn config(&self) -> PathBuf {
        self.folder.join("config/scalescope")
    }

    /// Where the program keeps its log files.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("state/scalescope/logs")
    }

    /// Writes a file of a test into it.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        let folder = path.parent().expect("a path within the home");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .expect("a file in the temporary folder");
        path
    }

    /// Every file that the program wrote, with its bytes, below `part` of the home (empty: everywhere).
    pub fn written(&self, part: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.join(part)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() => {
                        let bytes = fs::read(entry.path()).unwrap_or_default();
                        files.push((entry.path(), bytes));
                    }
                    _ => {}
                }
            }
        }
        files
    }

    /// Processes of the program that run for this user.
    pub fn running(&self) -> Vec<u32> {
        crate::processes::running(self.program(), &self.folder)
    }

    /// Variables that make this the user's home, on `display`, away from the desktop's own buses.
    pub(crate) fn environment(&self, display: &str) -> Vec<(String, String)> {
        let at = |name: &str| self.folder.join(name).display().to_string();
        let list = std::env::join_paths(&self.kubeconfigs).expect("paths without colons");
        let list = list.to_string_lossy().into_owned();
        [
            ("HOME", self.folder.display().to_string()),
            // An empty one counts as none.
            ("KUBECONFIG", list),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_CACHE_HOME", at("cache")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_STATE_HOME", at("state")),
            ("XDG_RUNTIME_DIR", at("runtime")),
            ("DISPLAY", display.to_owned()),
            ("GDK_BACKEND", "x11".to_owned()),
            // Without an address GLib would start a bus that nobody ends.
            (
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", at("runtime/no-bus")),
            ),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("GTK_A11Y", "none".to_owned()),
            ("LIBGL_ALWAYS_SOFTWARE", "1".to_owned()),
            ("TZ", "Europe/Oslo".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(self.further.clone())
        .collect()
    }
}
