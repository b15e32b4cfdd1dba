//! The programs of a control plane, built from Go modules once a machine.
//!
//! `modules/<name>/go.mod` alone says which version, and by its `tool` lines which programs. What was built is kept in the
//! user's cache folder under a hash of `go.mod`, `go.sum` and the build flags.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::doing;
use crate::{Error, go_build};

/// The same flags for every module, so that packages they share are compiled once.
const FLAGS: [&str; 2] = ["build", "-trimpath"];
const LINK: &str = "-s -w";

struct Module {
    /// Name of what is kept.
    name: &'static str,
    /// Folder under `modules/`.
    folder: &'static str,
    /// The Go module that the `go.mod` pins.
    path: &'static str,
    /// Files that must exist when it is built.
    products: &'static [&'static str],
    /// Folder of the Go module whose files are copied beside the programs, with their suffix.
    copies: Option<(&'static str, &'static str)>,
}

const KUBERNETES: Module = Module {
    name: "kubernetes",
    folder: "kubernetes",
    path: "k8s.io/kubernetes",
    products: &[
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubectl",
    ],
    copies: None,
};
const ETCD: Module = Module {
    name: "etcd",
    folder: "etcd",
    path: "go.etcd.io/etcd/server/v3",
    products: &["etcd"],
    copies: None,
};
const KWOK: Module = Module {
    name: "kwok",
    folder: "kwok",
    path: "sigs.k8s.io/kwok",
    products: &["kwok"],
    copies: Some(("kustomize/crd/bases", "_logs.yaml")),
};
const METRICS_SERVER: Module = Module {
    name: "metrics-server",
    folder: "metrics-server",
    path: "sigs.k8s.io/metrics-server",
    products: &["metrics-server"],
    copies: None,
};
/// Apart from its programs, which take the longest of all to build and of which few tests have need.
const KEDA_CRDS: Module = Module {
    name: "keda-crds",
    folder: "keda",
    path: "github.com/kedacore/keda/v2",
    products: &[],
    copies: Some(("config/crd/bases", ".yaml")),
};
const KEDA: Module = Module {
    name: "keda",
    folder: "keda",
    path: "github.com/kedacore/keda/v2",
    products: &["operator", "adapter"],
    copies: None,
};
const PROMETHEUS: Module = Module {
    name: "prometheus",
    folder: "prometheus",
    path: "github.com/prometheus/prometheus",
    products: &["prometheus"],
    copies: None,
};

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Binaries {
    kubernetes: PathBuf,
    etcd: PathBuf,
    kwok: PathBuf,
    metrics_server: PathBuf,
    keda_crds: PathBuf,
    kubernetes_version: String,
}

impl Binaries {
    /// Path of `kube-apiserver`, `kube-controller-manager`, `kube-scheduler` or `kubectl`.
    pub fn kubernetes(&self, program: &str) -> PathBuf {
        self.kubernetes.join(program)
    }

    /// Path of `kubectl`, of the control plane's own version.
    pub fn kubectl(&self) -> PathBuf {
        self.kubernetes("kubectl")
    }

    /// Version of Kubernetes, such as `v1.36.3`.
    pub fn kubernetes_version(&self) -> &str {
        &self.kubernetes_version
    }

    pub(crate) fn etcd(&self) -> PathBuf {
        self.etcd.join("etcd")
    }

    pub(crate) fn kwok(&self) -> PathBuf {
        self.kwok.join("kwok")
    }

    pub(crate) fn metrics_server(&self) -> PathBuf {
        self.metrics_server.join("metrics-server")
    }

    /// Folders with CRDs: kwok's `Logs`, KEDA's kinds.
    pub(crate) fn crds(&self) -> [PathBuf; 2] {
        [self.kwok.join("crds"), self.keda_crds.join("crds")]
    }
}

/// Builds what is not built yet (about ten minutes on two cores the first time), one module after the other; `progress` is
/// told before each build, and only then. Needs `go` and the Go module proxy for what is missing.
pub fn build(mut progress: impl FnMut(&str)) -> Result<Binaries, Error> {
    Ok(Binaries {
        kubernetes: KUBERNETES.build(&mut progress)?,
        etcd: ETCD.build(&mut progress)?,
        kwok: KWOK.build(&mut progress)?,
        metrics_server: METRICS_SERVER.build(&mut progress)?,
        keda_crds: KEDA_CRDS.build(&mut progress)?,
        kubernetes_version: KUBERNETES.version()?,
    })
}

/// Builds KEDA's `operator` and `adapter`, if they are not built yet (about ten minutes more), and returns their folder.
pub(crate) fn keda(mut progress: impl FnMut(&str)) -> Result<PathBuf, Error> {
    KEDA.build(&mut progress)
}

/// Builds Prometheus, if it is not built yet (about five minutes more), and returns its path.
pub(crate) fn prometheus(mut progress: impl FnMut(&str)) -> Result<PathBuf, Error> {
    Ok(PROMETHEUS.build(&mut progress)?.join("prometheus"))
}

/// As [`build`], with what only few control planes have: KEDA and Prometheus.
pub fn build_all(mut progress: impl FnMut(&str)) -> Result<Binaries, Error> {
    let binaries = build(&mut progress)?;
    keda(&mut progress)?;
    prometheus(&mut progress)?;
    Ok(binaries)
}

impl Module {
    fn source(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("modules")
            .join(self.folder)
    }

    fn read(&self, file: &str) -> Result<String, Error> {
        let path = self.source().join(file);
        doing(
            format!("reading {}", path.display()),
            fs::read_to_string(&path),
        )
    }

    fn version(&self) -> Result<String, Error> {
        required_version(&self.read("go.mod")?, self.path)
            .map(str::to_owned)
            .ok_or_else(|| Error::Version {
                path: self.source().join("go.mod").display().to_string(),
                module: self.path.to_owned(),
            })
    }

    fn build(&self, progress: &mut impl FnMut(&str)) -> Result<PathBuf, Error> {
        let version = self.version()?;
        let go_mod = self.read("go.mod")?;
        let link = self.link_flags(&version);
        let go_sum = self.read("go.sum")?;
        let flags = FLAGS.join(" ");
        let parts = [&*go_mod, &*go_sum, &*flags, &*link];
        go_build::kept(&format!("control-plane/{}", self.name), &parts, |staging| {
            progress(&format!(
                "building {} {version} (once a machine)",
                self.name
            ));
            self.fill(staging, &tools(&go_mod), &link)
        })
    }

    fn fill(&self, staging: &Path, tools: &[&str], link: &str) -> Result<(), Error> {
        if !self.products.is_empty() {
            // A module's only program gets its name from us: `go` would name etcd's after its folder, `server`.
            let output = match self.products {
                [only] => staging.join(only),
                _ => staging.join(""),
            };
            let mut go = Command::new("go");
            go.args(FLAGS)
                .arg("-ldflags")
                .arg(link)
                .arg("-o")
                .arg(output)
                .args(tools);
            go_build::go(&self.source(), go)?;
        }
        if let Some((folder, suffix)) = self.copies {
            let mut go = Command::new("go");
            go.args(["mod", "download", "-json", self.path]);
            let source = PathBuf::from(
                downloaded_folder(&go_build::go(&self.source(), go)?).unwrap_or_default(),
            )
            .join(folder);
            copy_files(&source, suffix, &staging.join("crds"))?;
        }
        for product in self.products {
            let path = staging.join(product);
            doing(format!("looking for {}", path.display()), path.metadata())?;
        }
        Ok(())
    }

    /// Kubernetes calls itself v0.0.0 unless its version is linked in.
    fn link_flags(&self, version: &str) -> String {
        if self.name != KUBERNETES.name {
            return LINK.to_owned();
        }
        let mut numbers = version.trim_start_matches('v').split('.');
        let variables = [
            ("gitVersion", version),
            ("gitMajor", numbers.next().unwrap_or_default()),
            ("gitMinor", numbers.next().unwrap_or_default()),
        ];
        variables
            .iter()
            .fold(LINK.to_owned(), |flags, (name, value)| {
                format!("{flags} -X k8s.io/component-base/version.{name}={value}")
            })
    }
}

/// The version that a `go.mod` requires of `module`.
fn required_version<'a>(go_mod: &'a str, module: &str) -> Option<&'a str> {
    go_mod.lines().find_map(|line| {
        let mut words = line
            .trim()
            .trim_start_matches("require ")
            .split_whitespace();
        (words.next() == Some(module))
            .then(|| words.next())
            .flatten()
            .filter(|version| version.starts_with('v'))
    })
}

/// The packages of a `go.mod`'s `tool` lines, single or in a block.
fn tools(go_mod: &str) -> Vec<&str> {
    let mut in_block = false;
    let mut found = Vec::new();
    for line in go_mod.lines().map(str::trim) {
        match line {
            "tool (" => in_block = true,
            ")" => in_block = false,
            _ if in_block => found.push(line),
            _ => found.extend(line.strip_prefix("tool ")),
        }
    }
    found
}

/// The `Dir` of `go mod download -json`.
fn downloaded_folder(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    value.get("Dir")?.as_str().map(str::to_owned)
}

fn copy_files(from: &Path, suffix: &str, to: &Path) -> Result<(), Error> {
    doing(format!("creating {}", to.display()), fs::create_dir_all(to))?;
    for entry in doing(format!("reading {}", from.display()), fs::read_dir(from))? {
        let entry = doing(format!("reading {}", from.display()), entry)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(suffix) {
            // Not `fs::copy`: it would copy the module cache's read-only permission.
            let text = doing(
                format!("reading {}", entry.path().display()),
                fs::read(entry.path()),
            )?;
            doing(format!("writing {name}"), fs::write(to.join(&name), text))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_MOD: &str = "module x\n\nrequire a.io/b v1.2.3\n\nrequire (\n\ta.io/c v0.1.0 // indirect\n)\n\nreplace (\n\ta.io/d => a.io/d v9\n)\n\ntool (\n\ta.io/b/cmd/one\n\ta.io/b/cmd/two\n)\n\ntool a.io/c\n";

    #[test]
    fn versions_and_tools_are_read_from_go_mod() {
        assert_eq!(required_version(GO_MOD, "a.io/b"), Some("v1.2.3"));
        assert_eq!(required_version(GO_MOD, "a.io/c"), Some("v0.1.0"));
        assert_eq!(required_version(GO_MOD, "a.io/d"), None);
        assert_eq!(
            tools(GO_MOD),
            ["a.io/b/cmd/one", "a.io/b/cmd/two", "a.io/c"]
        );
    }

    #[test]
    fn every_module_pins_its_version() {
        for module in [KUBERNETES, ETCD, KWOK, METRICS_SERVER, KEDA, PROMETHEUS] {
            let version = module.version().expect(module.name);
            assert!(version.starts_with('v'), "{version}");
        }
    }

    #[test]
    fn kubernetes_is_told_its_version() {
        assert_eq!(
            KUBERNETES.link_flags("v1.36.3"),
            "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1 \
             -X k8s.io/component-base/version.gitMinor=36"
        );
    }
}
