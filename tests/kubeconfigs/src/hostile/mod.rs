//! The hostile part of the corpus: kubeconfigs that are broken, lie, or lay hands on what is not theirs.

mod generated;
mod outcome;
mod trace;
mod tripwires;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use outcome::{Expectation, Outcome, Step, told, verdict};
pub use trace::violations;
pub use tripwires::{Trip, Tripwires};

use crate::index;
use crate::stage::fill;

/// One hostile kubeconfig, or several opened together, with what must become of it.
pub struct Case {
    /// What to open, and with what around it.
    pub job: Job,
    /// What becomes of it.
    pub expected: Expectation,
    /// Folder of its own.
    pub folder: PathBuf,
}

/// What a probe is told to open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Name of the case.
    pub case: String,
    /// Several are merged.
    pub paths: Vec<PathBuf>,
    /// The home folder.
    pub home: PathBuf,
    /// The search path.
    pub path: String,
}

/// Every hostile kubeconfig, each written into a folder of its own below `root`, with its tripwires armed.
pub fn cases(root: &Path) -> (Vec<Case>, Tripwires) {
    let mut tripwires = Tripwires::new();
    let mut all = Vec::new();
    for row in index::rows("hostile.tsv") {
        let [name, outcome, words] =
            <[String; 3]>::try_from(row).expect("hostile.tsv has three columns");
        let folder = furnished(root, &name);
        let port = tripwires.arm(&name, &folder);
        let text = fs::read(index::root().join(format!("hostile/{name}.kubeconfig"))).unwrap();
        let path = folder.join(format!("{name}.kubeconfig"));
        // Some are no text.
        let text = match String::from_utf8(text) {
            Ok(text) => fill(&text, |name| value(name, &folder, port)).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        fs::write(&path, text).unwrap();
        all.push(Case {
            job: job(&name, vec![path], &folder),
            expected: Expectation::of(&outcome, &words),
            folder,
        });
    }
    for generated in generated::all() {
        let folder = furnished(root, &generated.name);
        tripwires.arm(&generated.name, &folder);
        let paths = (generated.write)(&folder);
        all.push(Case {
            job: job(&generated.name, paths, &folder),
            expected: generated.expected,
            folder,
        });
    }
    (all, tripwires)
}

fn job(case: &str, paths: Vec<PathBuf>, folder: &Path) -> Job {
    Job {
        case: case.to_owned(),
        paths,
        home: folder.join("home"),
        path: format!("{}:/usr/bin:/bin", folder.join("bin").display()),
    }
}

fn value(name: &str, folder: &Path, port: u16) -> String {
    match name {
        "folder" => folder.display().to_string(),
        "home" => folder.join("home").display().to_string(),
        "port" => port.to_string(),
        "ca" => authority(),
        other => panic!("{other} is no placeholder"),
    }
}

/// Base64 of the PEM of some authority.
fn authority() -> String {
    use base64::Engine as _;
    static ONCE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let pem = || crate::credentials::Authority::new("hostile-ca").pem();
    ONCE.get_or_init(|| base64::engine::general_purpose::STANDARD.encode(pem()))
        .clone()
}

/// A new folder with what the cases name: tripwires in `trip`, a plugin in `bin`, secrets in `home`, and oddities.
fn furnished(root: &Path, name: &str) -> PathBuf {
    let folder = root.join(name);
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    file("trip/file", "PLANTED-file");
    let program = format!("#!/bin/sh\n: >'{}'\n", folder.join("ran").display());
    for name in ["trip/program", "bin/corpus-plugin"] {
        let path = file(name, &program);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for name in [
        "home/.ssh/id_ed25519",
        "home/.ssh/id_ed25519.pub",
        "home/.aws/credentials",
        "home/.config/google-chrome/Default/Cookies",
    ] {
        file(name, "PLANTED-secret-of-another-program");
    }
    fs::create_dir(folder.join("folder")).unwrap();
    fs::File::create(folder.join("large"))
        .unwrap()
        .set_len((1 << 20) + 1)
        .unwrap();
    symlink("/dev/zero", folder.join("zero")).unwrap();
    symlink("loop", folder.join("loop")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let fifo = folder.join("trip/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    folder
}
