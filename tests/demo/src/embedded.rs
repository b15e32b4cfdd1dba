//! The demo cluster, in this process.

use std::collections::VecDeque;
use std::time::Duration;

use demo::World;
use demo::api::{self, Answer, Reply, Request, Watch};
use jiff::Timestamp;

use crate::subject::{Call, Head, Subject};

/// A demo cluster of its own, without controllers.
pub struct Embedded {
    world: World,
    watches: Vec<Watched>,
}

struct Watched {
    /// None where it was refused.
    watch: Option<Watch>,
    lines: VecDeque<String>,
}

impl Embedded {
    /// An empty one, whose clock stands.
    pub fn new() -> Self {
        let now = Timestamp::from_second(1_780_000_000).expect("that is within range");
        Self {
            world: World::new(7, now),
            watches: Vec::new(),
        }
    }
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Subject for Embedded {
    fn call(&mut self, call: &Call) -> Result<(Head, Vec<u8>), String> {
        let answer = api::handle(&mut self.world, &request(call));
        Ok((head(&answer), answer.body))
    }

    fn watch(&mut self, call: &Call) -> Result<(Head, usize), String> {
        let (head, watched) = match api::begin(&mut self.world, &request(call)) {
            Reply::Watch(watch) => {
                let head = Head {
                    code: 200,
                    media_type: "application/json".to_owned(),
                    warnings: Vec::new(),
                };
                let watch = Some(watch);
                let lines = VecDeque::new();
                (head, Watched { watch, lines })
            }
            Reply::Whole(answer) => refused(&answer),
            Reply::List(list) => refused(&list.answer()),
            Reply::Log(_) | Reply::Stream(_) => {
                return Err("a watch was answered with a stream".to_owned());
            }
        };
        self.watches.push(watched);
        Ok((head, self.watches.len() - 1))
    }

    fn lines(&mut self, watch: usize, wanted: Option<usize>) -> Result<Vec<String>, String> {
        let Watched { watch, lines } = &mut self.watches[watch];
        if let Some(watch) = watch {
            let mut events = watch.gather(&self.world);
            // Nobody waits here until the server would send one.
            let waits = wanted.is_none_or(|wanted| lines.len() + events.len() < wanted);
            if waits && watch.wants_bookmarks() && !watch.has_ended() {
                events.push(watch.bookmark());
            }
            let text = watch.encode(&events, self.world.now());
            let text = String::from_utf8_lossy(&text);
            lines.extend(text.lines().map(str::to_owned));
        }
        let count = wanted.unwrap_or(lines.len()).min(lines.len());
        Ok(lines.drain(..count).collect())
    }

    fn compact(&mut self, revision: u64) -> Result<(), String> {
        self.world.store.compact(revision);
        Ok(())
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

fn request(call: &Call) -> Request {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    Request {
        method: call.method.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        accept: call.accept.clone(),
        content_type: call.content_type.clone(),
        agent: call.agent.clone(),
        body: call.body.clone(),
        ..Request::default()
    }
}

fn head(answer: &Answer) -> Head {
    Head {
        code: answer.code,
        media_type: answer.content_type.to_owned(),
        warnings: answer
            .warnings
            .iter()
            .map(|text| format!("299 - {text:?}"))
            .collect(),
    }
}

fn refused(answer: &Answer) -> (Head, Watched) {
    let text = String::from_utf8_lossy(&answer.body);
    let lines = text.lines().map(str::to_owned).collect();
    (head(answer), Watched { watch: None, lines })
}
