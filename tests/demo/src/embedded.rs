//! The demo cluster, in this process.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use demo::World;
use demo::api::{self, Request};
use jiff::Timestamp;

use crate::subject::{Call, Head, Subject};

/// A demo cluster of its own, without controllers.
pub struct Embedded(World);

impl Embedded {
    /// An empty one, whose clock stands.
    pub fn new() -> Self {
        let now = Timestamp::from_second(1_780_000_000).expect("that is within range");
        Self(World::new(7, now))
    }
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Subject for Embedded {
    fn call(&mut self, call: &Call) -> Result<(Head, Vec<u8>), String> {
        let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
        let answer = api::handle(
            &mut self.0,
            &Request {
                method: call.method.clone(),
                path: path.to_owned(),
                query: query.to_owned(),
                accept: call.accept.clone(),
                content_type: call.content_type.clone(),
                agent: call.agent.clone(),
                body: call.body.clone(),
            },
        );
        let head = Head {
            code: answer.code,
            media_type: answer.content_type.to_owned(),
            warnings: Vec::new(),
        };
        Ok((head, answer.body))
    }

    fn watch(&mut self, _call: &Call) -> Result<(Head, Receiver<String>), String> {
        Err("there is no watch yet".to_owned())
    }

    fn compact(&mut self, revision: u64) -> Result<(), String> {
        self.0.store.compact(revision);
        Ok(())
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}
