//! The real API server, over HTTPS.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use control_plane::{ControlPlane, Reply};

use crate::subject::{Call, Head, Subject};

/// How long an event of a watch may take.
const SOON: Duration = Duration::from_secs(10);

/// One control plane, and what is watched there.
pub struct Real<'a> {
    plane: &'a ControlPlane,
    watches: Vec<Receiver<String>>,
}

impl<'a> Real<'a> {
    /// Without watches.
    pub fn new(plane: &'a ControlPlane) -> Self {
        Self {
            plane,
            watches: Vec::new(),
        }
    }

    fn send(&self, call: &Call) -> Result<Reply, String> {
        let mut headers = vec![("Accept", &*call.accept), ("User-Agent", &*call.agent)];
        if !call.content_type.is_empty() {
            headers.push(("Content-Type", &call.content_type));
        }
        self.plane
            .client()
            .send(&call.method, &call.path, &headers, call.body.clone())
            .map_err(|error| error.to_string())
    }
}

impl Subject for Real<'_> {
    fn call(&mut self, call: &Call) -> Result<(Head, Vec<u8>), String> {
        let reply = self.send(call)?;
        let head = head(&reply);
        let mut body = Vec::new();
        reply
            .into_reader()
            .read_to_end(&mut body)
            .map_err(|error| error.to_string())?;
        Ok((head, body))
    }

    fn watch(&mut self, call: &Call) -> Result<(Head, usize), String> {
        let reply = self.send(call)?;
        let head = head(&reply);
        let (lines, receiver) = channel();
        thread::spawn(move || {
            for line in BufReader::new(reply.into_reader()).lines() {
                let Ok(line) = line else { return };
                if lines.send(line).is_err() {
                    return;
                }
            }
        });
        self.watches.push(receiver);
        Ok((head, self.watches.len() - 1))
    }

    fn lines(&mut self, watch: usize, wanted: Option<usize>) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        while wanted.is_none_or(|wanted| lines.len() < wanted) {
            match self.watches[watch].recv_timeout(SOON) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let count = lines.len();
                    return Err(format!("after {count} events came no more in {SOON:?}"));
                }
            }
        }
        Ok(lines)
    }

    fn compact(&mut self, revision: u64) -> Result<(), String> {
        self.plane
            .compact(revision)
            .map_err(|error| error.to_string())
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(20)
    }
}

fn head(reply: &Reply) -> Head {
    Head {
        code: reply.status(),
        media_type: reply.header("Content-Type").concat(),
        warnings: reply.header("Warning"),
    }
}
