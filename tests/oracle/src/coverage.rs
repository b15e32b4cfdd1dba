//! Which statements of upstream a run has reached.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

/// Statements of a Go cover profile.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Of each file, by its path in the profile: first line, statements, whether reached.
    blocks: HashMap<String, Vec<(u32, u32, bool)>>,
}

/// A share of statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Statements that were reached.
    pub reached: u32,
    /// All statements.
    pub all: u32,
}

impl Share {
    /// Per cent.
    pub fn percent(self) -> f64 {
        f64::from(self.reached) * 100.0 / f64::from(self.all.max(1))
    }
}

impl Coverage {
    /// Reads a profile.
    pub fn read(profile: &Path) -> io::Result<Self> {
        let mut coverage = Self::default();
        for line in fs::read_to_string(profile)?.lines() {
            coverage.line(line);
        }
        Ok(coverage)
    }

    /// `path/file.go:12.34,15.2 3 1`
    fn line(&mut self, line: &str) -> Option<()> {
        let (file, rest) = line.rsplit_once(':')?;
        let mut fields = rest.split(' ');
        let start = fields.next()?.split('.').next()?.parse().ok()?;
        let statements = fields.next()?.parse().ok()?;
        let count: u64 = fields.next()?.parse().ok()?;
        let blocks = self.blocks.entry(file.to_owned()).or_default();
        blocks.push((start, statements, count > 0));
        Some(())
    }

    /// Of a whole file, by the end of its path.
    pub fn file(&self, name: &str) -> Share {
        self.lines(name, 0, u32::MAX)
    }

    /// Of the function that begins with `func` and this text, in the source at `path`.
    pub fn function(&self, path: &Path, begins: &str) -> io::Result<Share> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(path)?;
        let mut lines = (1u32..).zip(text.lines());
        let begin = format!("func {begins}(");
        let first = lines.find(|(_, line)| line.starts_with(&begin));
        let last = lines.find(|(_, line)| *line == "}");
        match (first, last) {
            (Some((first, _)), Some((last, _))) => Ok(self.lines(&format!("/{name}"), first, last)),
            _ => Err(io::Error::other(format!("no {begins} in {name}"))),
        }
    }

    /// First lines of the blocks that were not reached.
    pub fn missed(&self, name: &str) -> Vec<u32> {
        let blocks = self.blocks.iter().filter(|(file, _)| file.ends_with(name));
        let mut lines: Vec<u32> = blocks
            .flat_map(|(_, blocks)| blocks)
            .filter(|(_, _, reached)| !reached)
            .map(|(line, _, _)| *line)
            .collect();
        lines.sort_unstable();
        lines
    }

    fn lines(&self, name: &str, first: u32, last: u32) -> Share {
        let mut share = Share::default();
        for (file, blocks) in &self.blocks {
            if !file.ends_with(name) {
                continue;
            }
            for (line, statements, reached) in blocks {
                if (first..=last).contains(line) {
                    share.all += statements;
                    share.reached += if *reached { *statements } else { 0 };
                }
            }
        }
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_counted() {
        let mut coverage = Coverage::default();
        for line in [
            "mode: set",
            "a/b/c.go:10.2,12.3 3 1",
            "a/b/c.go:13.2,14.3 2 0",
            "a/b/d.go:1.1,2.2 5 1",
        ] {
            coverage.line(line);
        }
        assert_eq!(coverage.file("/c.go"), Share { reached: 3, all: 5 });
        assert_eq!(
            coverage.lines("/c.go", 11, 13),
            Share { reached: 0, all: 2 }
        );
        assert_eq!(coverage.missed("/c.go"), [13]);
    }
}
