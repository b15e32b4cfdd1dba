//! Test programs of upstream's packages with a file of ours laid over them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use control_plane::{Error, go_build};

/// One overlaid package.
pub(crate) struct Overlay {
    /// Folder beside this crate's `Cargo.toml` with `go.mod`, `go.sum` and the files to lay over.
    pub(crate) folder: &'static str,
    /// The Go module whose package is overlaid.
    pub(crate) module: &'static str,
    /// The package's folder in that module.
    pub(crate) package: &'static str,
    /// Go files of `folder` laid into the package.
    pub(crate) files: &'static [&'static str],
    /// Packages whose coverage the program can report; empty for a program without counters, for benchmarks.
    pub(crate) cover: &'static [&'static str],
}

impl Overlay {
    /// Path of the test program, compiled once for each content of the folder. Needs `go` and its module proxy the first time.
    pub(crate) fn build(&self) -> Result<PathBuf, Error> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.folder);
        let mut parts = vec![self.cover.join(","), self.package.to_owned()];
        for file in ["go.mod", "go.sum"].iter().chain(self.files) {
            parts.push(read(&source.join(file))?);
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let kept = go_build::kept(&format!("oracle/{}", self.folder), &parts, |staging| {
            self.compile(&source, staging)
        })?;
        Ok(kept.join("oracle"))
    }

    fn compile(&self, source: &Path, staging: &Path) -> Result<(), Error> {
        let mut download = Command::new("go");
        download.args(["mod", "download", "-json", self.module]);
        let answer: serde_json::Value =
            serde_json::from_str(&go_build::go(source, download)?).unwrap_or_default();
        let package = Path::new(answer["Dir"].as_str().unwrap_or_default()).join(self.package);
        let overlay = staging.join("overlay.json");
        let replace = self.replacements(source, &package)?;
        let text = serde_json::json!({ "Replace": replace }).to_string();
        fs::write(&overlay, text).map_err(doing(&overlay))?;
        let mut compile = Command::new("go");
        // The flags of the control plane's build, so that what both need is compiled once.
        compile.args(["test", "-c", "-trimpath", "-ldflags", "-s -w", "-vet=off"]);
        compile.arg("-overlay").arg(&overlay);
        compile.arg("-o").arg(staging.join("oracle"));
        if !self.cover.is_empty() {
            compile.arg(format!("-coverpkg={}", self.cover.join(",")));
        }
        compile.arg(format!("{}/{}", self.module, self.package));
        go_build::go(source, compile).map(drop)
    }

    /// Ours are added; upstream's own tests are left out, with what only they import.
    fn replacements(
        &self,
        source: &Path,
        package: &Path,
    ) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
        let mut replace = serde_json::Map::new();
        for entry in fs::read_dir(package).map_err(doing(package))? {
            let path = entry.map_err(doing(package))?.path();
            if path.to_string_lossy().ends_with("_test.go") {
                replace.insert(path.display().to_string(), "".into());
            }
        }
        for file in self.files {
            let target = package.join(file);
            replace.insert(
                target.display().to_string(),
                source.join(file).display().to_string().into(),
            );
        }
        Ok(replace)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(doing(path))
}

/// Names the path in the error.
fn doing(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let what = format!("using {}", path.display());
    move |source| Error::Io { what, source }
}
