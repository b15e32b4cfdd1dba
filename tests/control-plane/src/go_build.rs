//! Programs built with `go`, kept in the user's cache folder under a hash of what they are made from.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

use crate::Error;
use crate::error::doing;

/// The cache folder of everything that is built for tests: `$XDG_CACHE_HOME/scalescope`, else `~/.cache/scalescope`.
pub fn cache_folder() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || {
        env::var_os("HOME")
            .map_or_else(env::temp_dir, PathBuf::from)
            .join(".cache")
    };
    cache.unwrap_or_else(home).join("scalescope")
}

/// The folder that `fill` fills, below the cache folder at `name` and a hash of `parts`; `fill` runs only where that folder does
/// not exist yet, on a folder that takes its place once filled. One process fills at a time; others wait.
pub fn kept(
    name: &str,
    parts: &[&str],
    fill: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let hash = fnv1a(parts);
    let finished = cache_folder().join(format!("{name}-{hash:016x}"));
    // It came into place whole: whoever builds something else meanwhile need not be waited for.
    if finished.is_dir() {
        return Ok(finished);
    }
    let folder = finished.parent().unwrap_or(&finished);
    doing(
        format!("creating {}", folder.display()),
        fs::create_dir_all(folder),
    )?;
    let lock_path = folder.join("lock");
    let lock = doing(
        format!("opening {}", lock_path.display()),
        File::create(&lock_path),
    )?;
    doing(format!("locking {}", lock_path.display()), lock.lock())?;
    if finished.is_dir() {
        return Ok(finished);
    }
    let staging = finished.with_extension(std::process::id().to_string());
    doing(
        format!("creating {}", staging.display()),
        fs::create_dir_all(&staging),
    )?;
    let result = fill(&staging).and_then(|()| {
        doing(
            format!("moving {} into place", finished.display()),
            fs::rename(&staging, &finished),
        )
    });
    if result.is_err() {
        // The error is what matters; what is left behind only takes space.
        let _ = fs::remove_dir_all(&staging);
    }
    result.map(|()| finished)
}

/// What `command`, a `go` command, printed when run in `folder`, whose name stands in the error.
pub fn go(folder: &Path, mut command: Command) -> Result<String, Error> {
    let output = command
        .current_dir(folder)
        .env("GOFLAGS", "-buildvcs=false")
        .env("GOTOOLCHAIN", "local")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => Error::Io {
                what: "running `go` (install Go 1.26)".to_owned(),
                source,
            },
            _ => Error::Io {
                what: "running go".to_owned(),
                source,
            },
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("go: downloading"))
        .collect();
    Err(Error::Build {
        module: folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        output: lines[lines.len().saturating_sub(20)..].join("\n"),
    })
}

/// FNV-1a, 64 bits: names cache folders, guards nothing.
fn fnv1a(parts: &[&str]) -> u64 {
    parts
        .iter()
        .flat_map(|part| part.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_difference_changes_the_hash() {
        let hashes = [fnv1a(&["a", "b"]), fnv1a(&["ab", ""]), fnv1a(&["a", "c"])];
        assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2]);
    }
}
