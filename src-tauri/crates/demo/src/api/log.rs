//! The subresource `log` of pods.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::path::Target;
use super::query::Query;
use super::{Answer, Reply, Request};
use crate::World;
use crate::status::Status;
use crate::voice::{Run, Spoken};

/// A log that is read, and perhaps followed.
#[derive(Debug)]
pub struct Log {
    namespace: String,
    pod: String,
    container: String,
    previous: bool,
    follow: bool,
    timestamps: bool,
    since: Option<Timestamp>,
    tail: Option<usize>,
    /// Number of the next line that was not sent, of those that somebody wrote and of those that the program says itself.
    next: u64,
    said: u64,
}

impl Log {
    /// What was printed since the last call.
    pub fn gather(&mut self, world: &World) -> Vec<u8> {
        let written = world
            .logs
            .lines(&self.namespace, &self.pod, &self.container, self.previous);
        let written = written.into_iter().flatten();
        let mut fresh: Vec<(Timestamp, Cow<'_, str>)> = Vec::new();
        let from = self.next;
        for line in written.skip_while(|line| line.number < from) {
            self.next = line.number + 1;
            fresh.push((line.at, Cow::Borrowed(&line.text)));
        }
        for line in self.spoken(world) {
            self.said = line.number + 1;
            fresh.push((line.at, Cow::Owned(line.text)));
        }
        fresh.retain(|(at, _)| self.since.is_none_or(|since| *at >= since));
        fresh.sort_by_key(|(at, _)| *at);
        let skipped = self
            .tail
            .take()
            .map_or(0, |tail| fresh.len().saturating_sub(tail));
        let mut text = Vec::new();
        for (at, line) in &fresh[skipped..] {
            if self.timestamps {
                text.extend_from_slice(format!("{at:.9} ").as_bytes());
            }
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        text
    }

    /// What the container's program said since.
    fn spoken(&self, world: &World) -> Vec<Spoken> {
        let said = world
            .get("pods", &self.namespace, &self.pod)
            .and_then(|pod| {
                let mut lists = LISTS.iter();
                let spec =
                    lists.find_map(|(list, _)| named(&pod["spec"][list], &self.container))?;
                let run = Run::of(status(&pod, &self.container)?, self.previous)?;
                let voice = world.programs.of(spec).voice;
                let seed = pod["metadata"]["uid"].as_str().unwrap_or_default();
                Some(voice.lines(&self.container, seed, run, self.said, world.now()))
            });
        said.unwrap_or_default()
    }

    /// Whether no more will come: nothing is followed, or the container has ended.
    pub fn is_over(&self, world: &World) -> bool {
        if !self.follow || self.previous {
            return true;
        }
        let Some(pod) = world.get("pods", &self.namespace, &self.pod) else {
            return true;
        };
        status(&pod, &self.container).is_some_and(|own| own["state"]["terminated"].is_object())
    }

    /// All there is now.
    pub(crate) fn answer(&mut self, world: &World) -> Answer {
        Answer {
            code: 200,
            content_type: "text/plain",
            body: self.gather(world),
            warnings: Vec::new(),
            retry_after: None,
        }
    }
}

const LISTS: [(&str, &str); 3] = [
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
];

fn named<'a>(list: &'a Value, name: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|own| own["name"] == name)
}

fn status<'a>(pod: &'a Value, container: &str) -> Option<&'a Value> {
    let mut lists = LISTS.iter();
    lists.find_map(|(_, list)| named(&pod["status"][list], container))
}

/// Registry `pod.LogLocation`, then the kubelet's `validateContainerLogStatus`.
pub(crate) fn log(
    world: &World,
    request: &Request,
    target: &Target,
    name: &str,
) -> Result<Reply, Status> {
    let query = Query::of(&request.query);
    let pod = world
        .get("pods", target.namespace(), name)
        .ok_or_else(|| Status::not_found("", "pods", name))?;
    let container = chosen(&pod, name, query.text("container"))?;
    let previous = query.flag("previous");
    let lines = world
        .logs
        .lines(target.namespace(), name, &container, previous);
    let own = status(&pod, &container);
    let ended_before = own.is_some_and(|own| own["lastState"]["terminated"].is_object());
    if previous && lines.is_none() && !ended_before {
        return Err(Status::bad_request(format!(
            "previous terminated container {container:?} in pod {name:?} not found"
        )));
    }
    let ran = own.is_some_and(|own| {
        own["state"]["running"].is_object()
            || own["state"]["terminated"].is_object()
            || own["lastState"]["terminated"].is_object()
    });
    if !previous && !ran && lines.is_none() {
        let waiting = own.map_or(&Value::Null, |own| &own["state"]["waiting"]["reason"]);
        let reason = waiting.as_str().unwrap_or("ContainerCreating");
        return Err(Status::bad_request(format!(
            "container {container:?} in pod {name:?} is waiting to start: {reason}"
        )));
    }
    let seconds = query.number("sinceSeconds")?;
    let by_time = query.text("sinceTime").parse().ok();
    let since = seconds
        .and_then(|seconds| {
            world
                .now()
                .checked_sub(SignedDuration::from_secs(seconds))
                .ok()
        })
        .or(by_time);
    Ok(Reply::Log(Log {
        namespace: target.namespace().to_owned(),
        pod: name.to_owned(),
        container,
        previous,
        follow: query.flag("follow"),
        timestamps: query.flag("timestamps"),
        since,
        tail: query
            .number("tailLines")?
            .and_then(|lines| usize::try_from(lines).ok()),
        next: 0,
        said: 0,
    }))
}

/// The container that is meant (registry, `pod.validateContainer`).
pub(super) fn chosen(pod: &Value, name: &str, asked: &str) -> Result<String, Status> {
    if !asked.is_empty() {
        let known = LISTS
            .iter()
            .any(|(list, _)| named(&pod["spec"][list], asked).is_some());
        return if known {
            Ok(asked.to_owned())
        } else {
            Err(Status::bad_request(format!(
                "container {asked} is not valid for pod {name}"
            )))
        };
    }
    let names = |list: &str| {
        let own = pod["spec"][list].as_array().into_iter().flatten();
        own.filter_map(|own| own["name"].as_str())
            .collect::<Vec<_>>()
    };
    match names("containers").as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Status::bad_request(format!(
            "a container name must be specified for pod {name}"
        ))),
        _ => {
            let all = ["initContainers", "containers", "ephemeralContainers"];
            let all: Vec<&str> = all.into_iter().flat_map(names).collect();
            Err(Status::bad_request(format!(
                "a container name must be specified for pod {name}, choose one of: [{}]",
                all.join(" ")
            )))
        }
    }
}
