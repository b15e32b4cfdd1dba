//! A system with nothing but the package on it: a folder that dpkg installs into and that a desktop finds programs in.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, io};

use crate::guard::Guard;
use crate::programs::package;

/// Where dpkg keeps what it knows.
const DPKG: &str = "var/lib/dpkg";
const DATA: &str = "usr/share";
/// What other packages have there: folder, file, text.
const OTHERS: [(&str, &str, &str); 2] = [
    (
        "mime/packages",
        "other.xml",
        r#"<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
             <mime-type type="application/x-other"><comment>other</comment></mime-type>
           </mime-info>"#,
    ),
    (
        "applications",
        "other.desktop",
        "[Desktop Entry]\nType=Application\nName=Other\nExec=true\n",
    ),
];

/// The folder; it is removed with this.
pub struct System {
    root: PathBuf,
    _guard: Guard,
}

impl System {
    /// One without the package.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("scalescope-system-{}-{number}", std::process::id()));
        let make = || -> io::Result<Guard> {
            fs::create_dir_all(&root)?;
            let guard = Guard::over_folder(&root)?;
            for folder in ["info", "updates", "triggers"] {
                fs::create_dir_all(root.join(DPKG).join(folder))?;
            }
            fs::write(root.join(DPKG).join("status"), "")?;
            // Of other packages, which keep their folders alive.
            for (folder, name, text) in OTHERS {
                let folder = root.join(DATA).join(folder);
                fs::create_dir_all(&folder)?;
                fs::write(folder.join(name), text)?;
            }
            Ok(guard)
        };
        let guard = make().expect("a temporary folder");
        let system = Self {
            root,
            _guard: guard,
        };
        system.trigger();
        system
    }

    /// One with the package.
    pub fn installed() -> Self {
        let system = Self::new();
        system.install();
        system
    }

    /// Installs the package.
    ///
    /// # Panics
    /// If dpkg refuses.
    pub fn install(&self) {
        // What it depends on is outside this folder.
        self.dpkg(
            &["--force-depends", "--install"],
            package("deb").as_os_str(),
        );
        self.trigger();
    }

    /// Removes the package with everything that is its own.
    ///
    /// # Panics
    /// If dpkg refuses.
    pub fn purge(&self) {
        self.dpkg(&["--purge"], OsStr::new("scalescope"));
        self.trigger();
    }

    fn dpkg(&self, action: &[&str], what: &OsStr) {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", self.root.display()))
            // Images for containers leave out documentation.
            .args(["--path-include=/*", "--log=/dev/null", "--force-not-root"])
            .args(action)
            .arg(what);
        run(&mut dpkg);
    }

    /// What the packages shared-mime-info and desktop-file-utils do whenever one is installed or removed.
    fn trigger(&self) {
        let data = self.root.join(DATA);
        run(Command::new("update-mime-database").arg(data.join("mime")));
        run(Command::new("update-desktop-database").arg(data.join("applications")));
    }

    /// A file of the system: `at("usr/bin/scalescope")`.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The installed program.
    pub fn program(&self) -> PathBuf {
        self.at("usr/bin/scalescope")
    }

    /// Every file, link and folder but those of dpkg itself, with the bytes of files.
    pub fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let name = path.strip_prefix(&self.root).unwrap_or(&path).to_owned();
                if name == Path::new(DPKG) {
                    continue;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                    found.insert(name, Vec::new());
                } else {
                    found.insert(name, fs::read(&path).unwrap_or_default());
                }
            }
        }
        found
    }

    /// What leads a desktop here, and to the real system for all else.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let path = std::env::var("PATH").unwrap_or_default();
        let data = self.at(DATA);
        vec![
            (
                "PATH".to_owned(),
                format!("{}:{path}", self.at("usr/bin").display()),
            ),
            (
                "XDG_DATA_DIRS".to_owned(),
                format!("{}:/usr/local/share:/usr/share", data.display()),
            ),
        ]
    }
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

fn run(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
