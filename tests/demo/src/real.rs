//! The real API server, over HTTPS.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use control_plane::{ControlPlane, Reply};

use crate::subject::{Call, Head, Subject};

/// One control plane; copies of this speak with the same.
#[derive(Clone, Copy)]
pub struct Real<'a>(pub &'a ControlPlane);

impl Real<'_> {
    fn send(self, call: &Call) -> Result<Reply, String> {
        let mut headers = vec![("Accept", &*call.accept), ("User-Agent", &*call.agent)];
        if !call.content_type.is_empty() {
            headers.push(("Content-Type", &call.content_type));
        }
        self.0
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

    fn watch(&mut self, call: &Call) -> Result<(Head, Receiver<String>), String> {
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
        Ok((head, receiver))
    }

    fn compact(&mut self, revision: u64) -> Result<(), String> {
        self.0.compact(revision).map_err(|error| error.to_string())
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
