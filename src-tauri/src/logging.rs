//! The log file: bounded, and without what the cluster or the user keeps secret.
//!
//! Our own code never logs bodies, tokens or Secrets. kube's client logs response bodies when it
//! cannot parse them, hyper and rustls log headers at their lower levels: they are kept out here.

use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;

/// Only the program's own crates, and errors of the window library.
const FILTER: &str = "off,scalescope=info,app=info,cluster=info,tauri=error,wry=error";
const FILES: usize = 5;
/// Most bytes written on one day: with [`FILES`] days kept, the bound of the whole folder.
const BYTES_A_DAY: u64 = 8 << 20;

/// Stops writing when a day's bytes are used up, so that a fault told again and again cannot fill
/// the disk. The appender itself rotates by time only.
struct Bounded<W> {
    inner: W,
    today: fn() -> u64,
    day: u64,
    written: u64,
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = (self.today)();
        if today != self.day {
            (self.day, self.written) = (today, 0);
        }
        if self.written >= BYTES_A_DAY {
            return Ok(bytes.len());
        }
        self.written += bytes.len() as u64;
        if self.written >= BYTES_A_DAY {
            self.inner
                .write_all(b"The log of this day is full; nothing more is written.\n")?;
            return Ok(bytes.len());
        }
        self.inner.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Days since 1970.
fn today() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() / 86_400)
}

/// Begins to log into `folder`; ends, with everything written, when the answer is dropped. A folder
/// that cannot be written costs the log, not the program.
pub(crate) fn start(folder: &Path) -> Option<WorkerGuard> {
    let appender = std::fs::create_dir_all(folder)
        .map_err(|error| error.to_string())
        .and_then(|()| {
            Builder::new()
                .rotation(Rotation::DAILY)
                .filename_prefix("scalescope")
                .filename_suffix("log")
                .max_log_files(FILES)
                .build(folder)
                .map_err(|error| error.to_string())
        });
    let appender = match appender {
        Ok(appender) => appender,
        Err(error) => {
            eprintln!(
                "scalescope: no log is kept in {}: {error}",
                folder.display()
            );
            return None;
        }
    };
    let (writer, guard) = tracing_appender::non_blocking(Bounded {
        inner: appender,
        today,
        day: 0,
        written: 0,
    });
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(FILTER))
        .with_writer(writer)
        .with_ansi(false)
        .init();
    log_panics();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Some(guard)
}

/// A panic is written with its place. Its message is ours or a library's and may quote data, so
/// only the place goes to the file.
fn log_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(%place, "panic");
        usual(panic);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_days_log_is_bounded_and_the_next_day_begins_anew() {
        let mut log = Bounded {
            inner: Vec::new(),
            today: || 1,
            day: 1,
            written: 0,
        };
        let line = vec![b'x'; 1 << 16];
        for _ in 0..1_000 {
            log.write_all(&line).expect("memory takes it");
        }
        let full = log.inner.len() as u64;
        assert!(full <= BYTES_A_DAY + 100, "{full}");
        assert!(log.inner.ends_with(b"nothing more is written.\n"));
        log.today = || 2;
        log.write_all(b"new").expect("memory takes it");
        assert!(log.inner.ends_with(b"new"));
    }
}
