//! Test programs of upstream's packages with a file of ours laid over them.

use std::fmt::Write as _;
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
    /// Go files of `folder` laid into the package; one with a folder in its name goes into that folder of the module.
    pub(crate) files: &'static [&'static str],
    /// Packages whose coverage the program can report; empty for a program without counters, for benchmarks.
    pub(crate) cover: &'static [&'static str],
}

impl Overlay {
    /// Path of the test program, compiled once for each content of the folder. Needs `go` and its module proxy the first time.
    pub(crate) fn build(&self) -> Result<PathBuf, Error> {
        let source = self.own_folder();
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

    /// Where the module's source lies. Downloads it the first time.
    pub(crate) fn source(&self) -> Result<PathBuf, Error> {
        let mut download = Command::new("go");
        download.args(["mod", "download", "-json", self.module]);
        let text = go_build::go(&self.own_folder(), download)?;
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        Ok(PathBuf::from(answer["Dir"].as_str().unwrap_or_default()))
    }

    fn own_folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.folder)
    }

    /// Go lays nothing over a module in its cache, so the module is replaced by a link to itself outside of it.
    fn compile(&self, source: &Path, staging: &Path) -> Result<(), Error> {
        let module = staging.join("module");
        let cached = self.source()?;
        std::os::unix::fs::symlink(&cached, &module).map_err(doing(&module))?;
        let mod_file = staging.join("go.mod");
        let mut text = read(&source.join("go.mod"))?;
        let _ = writeln!(text, "\nreplace {} => {}", self.module, module.display());
        fs::write(&mod_file, text).map_err(doing(&mod_file))?;
        let sums = staging.join("go.sum");
        fs::copy(source.join("go.sum"), &sums).map_err(doing(&sums))?;
        let overlay = staging.join("overlay.json");
        let replace = self.replacements(source, &module)?;
        let text = serde_json::json!({ "Replace": replace }).to_string();
        fs::write(&overlay, text).map_err(doing(&overlay))?;
        let mut compile = Command::new("go");
        // The flags of the control plane's build, so that what both need is compiled once.
        compile.args(["test", "-c", "-trimpath", "-ldflags", "-s -w", "-vet=off"]);
        compile.arg("-modfile").arg(&mod_file);
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
        module: &Path,
    ) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
        let mut replace = serde_json::Map::new();
        let package = module.join(self.package);
        for entry in fs::read_dir(&package).map_err(doing(&package))? {
            let path = entry.map_err(doing(&package))?.path();
            if path.to_string_lossy().ends_with("_test.go") {
                replace.insert(path.display().to_string(), "".into());
            }
        }
        for file in self.files {
            let into = if file.contains('/') { module } else { &package };
            let target = into.join(file);
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
