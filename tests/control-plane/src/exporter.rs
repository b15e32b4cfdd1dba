//! Figures that Prometheus scrapes, as a test sets them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Error;
use crate::error::doing;

/// How long somebody who asks may take to say what for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves what was set, on a port of its own, until it is dropped.
pub struct Exporter {
    port: u16,
    series: Arc<Mutex<BTreeMap<String, f64>>>,
    ended: Arc<AtomicBool>,
}

impl Exporter {
    /// Serves nothing yet.
    pub fn start() -> Result<Self, Error> {
        let what = || "listening for Prometheus".to_owned();
        let listener = doing(what(), TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = doing(what(), listener.local_addr())?.port();
        let exporter = Self {
            port,
            series: Arc::default(),
            ended: Arc::default(),
        };
        let (series, ended) = (exporter.series.clone(), exporter.ended.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let text = text(&series.lock().unwrap_or_else(PoisonError::into_inner));
                // Who goes before the answer asks again.
                let _ = stream.and_then(|stream| answer(stream, &text));
            }
        });
        Ok(exporter)
    }

    /// Port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Sets a series, as Prometheus writes it: `queue_length{queue="orders"}`.
    pub fn set(&self, series: &str, value: f64) {
        self.all().insert(series.to_owned(), value);
    }

    /// Forgets a series: Prometheus calls it stale with its next look.
    pub fn remove(&self, series: &str) {
        self.all().remove(series);
    }

    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, f64>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread, which then sees it.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn text(series: &BTreeMap<String, f64>) -> String {
    series
        .iter()
        .fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "{name} {value}");
            text
        })
}

/// One answer a connection, whatever was asked for.
fn answer(stream: TcpStream, text: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let length = text.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Client;

    #[test]
    fn what_was_set_is_served() {
        let exporter = Exporter::start().expect("a port is free");
        exporter.set("queue{name=\"a\"}", 2.5);
        exporter.set("gone", 1.0);
        exporter.remove("gone");
        let client = Client::plain(&format!("http://127.0.0.1:{}", exporter.port()), "");
        let told = client.get("/metrics").expect("it is served");
        assert_eq!(told, "queue{name=\"a\"} 2.5\n");
    }
}
