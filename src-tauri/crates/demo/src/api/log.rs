//! The subresource `log` of pods.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::path::Target;
use super::query::Query;
use super::{Answer, Reply, Request};
use crate::World;
use crate::logs::Line;
use crate::status::Status;

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
    /// Number of the next line that was not sent.
    next: u64,
}

impl Log {
    /// What was printed since the last call.
    pub fn gather(&mut self, world: &World) -> Vec<u8> {
        let lines = world
            .logs
            .lines(&self.namespace, &self.pod, &self.container, self.previous);
        let fresh: Vec<&Line> = lines
            .into_iter()
            .flatten()
            .filter(|line| line.number >= self.next)
            .filter(|line| self.since.is_none_or(|since| line.at >= since))
            .collect();
        let skipped = self
            .tail
            .take()
            .map_or(0, |tail| fresh.len().saturating_sub(tail));
        let mut text = Vec::new();
        for line in &fresh[skipped..] {
            if self.timestamps {
                text.extend_from_slice(format!("{:.9} ", line.at).as_bytes());
            }
            text.extend_from_slice(line.text.as_bytes());
            text.push(b'\n');
        }
        if let Some(last) = fresh.last() {
            self.next = last.number + 1;
        }
        text
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
    if previous && lines.is_none() {
        return Err(Status::bad_request(format!(
            "previous terminated container {container:?} in pod {name:?} not found"
        )));
    }
    let own = status(&pod, &container);
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
    }))
}

fn chosen(pod: &Value, name: &str, asked: &str) -> Result<String, Status> {
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
    let own = pod["spec"]["containers"].as_array().into_iter().flatten();
    let names: Vec<&str> = own.filter_map(|own| own["name"].as_str()).collect();
    match names.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Status::bad_request(format!(
            "a container name must be specified for pod {name}"
        ))),
        all => Err(Status::bad_request(format!(
            "a container name must be specified for pod {name}, choose one of: [{}]",
            all.join(" ")
        ))),
    }
}
