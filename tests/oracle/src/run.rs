//! Running a test program and reading its lines.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use control_plane::Error;

/// Which situations a program shall make.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The Go test that makes them.
    pub test: &'a str,
    /// Seed of everything random.
    pub seed: u64,
    /// Index of the first; each has its own random numbers.
    pub first: u64,
    /// How many.
    pub count: u64,
}

impl Batch<'_> {
    /// The command line that makes these alone, for people.
    pub fn command(&self, program: &Path) -> String {
        format!(
            "ORACLE_SEED={} ORACLE_FIRST={} ORACLE_COUNT={} {} -test.run '^{}$'",
            self.seed,
            self.first,
            self.count,
            program.display(),
            self.test
        )
    }

    /// Hands each line of JSON to `take` while the program runs. With a `profile`, coverage goes there.
    pub fn run(
        &self,
        program: &Path,
        profile: Option<&Path>,
        mut take: impl FnMut(&str),
    ) -> Result<(), Error> {
        let mut command = Command::new(program);
        command
            .arg(format!("-test.run=^{}$", self.test))
            .arg("-test.timeout=0")
            .env("ORACLE_SEED", self.seed.to_string())
            .env("ORACLE_FIRST", self.first.to_string())
            .env("ORACLE_COUNT", self.count.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some(profile) = profile {
            command.arg(format!("-test.coverprofile={}", profile.display()));
        }
        let failed = |source: io::Error| Error::Io {
            what: format!("running {}", self.command(program)),
            source,
        };
        let mut child = command.spawn().map_err(failed)?;
        let mut others = String::new();
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::with_capacity(1 << 20, stdout).lines() {
                let line = line.map_err(failed)?;
                if line.starts_with('{') {
                    take(&line);
                } else {
                    others.push_str(&line);
                    others.push('\n');
                }
            }
        }
        let status = child.wait().map_err(failed)?;
        if status.success() {
            Ok(())
        } else {
            Err(failed(io::Error::other(others)))
        }
    }
}
