//! Plays one sequence against a server.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::reference::{Known, merged};
use crate::sequence::{Events, Sequence, Step};
use crate::subject::{Call, Head, Subject};

/// How long a watch is open at most, unless its sequence says so: what is left open must not keep a server busy.
const OPEN: &str = "timeoutSeconds=30";

/// A request with its answer, as they went over the wire.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Number of the step, from 1.
    pub step: usize,
    /// Method and path.
    pub request: String,
    /// Status, media type, warnings.
    pub head: Head,
    /// The body; a watch's is `{"events": […]}`, text is a string.
    pub body: Value,
}

/// Plays `sequence`. An error is what kept it from being played, not what a server refused.
pub fn play(sequence: &Sequence, subject: &mut dyn Subject) -> Result<Vec<Exchange>, String> {
    let namespace = sequence.namespace();
    let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    let call = Call {
        method: "POST".to_owned(),
        path: "/api/v1/namespaces".to_owned(),
        accept: "application/json".to_owned(),
        content_type: "application/json".to_owned(),
        agent: "tester/1".to_owned(),
        body: body.to_string().into_bytes(),
    };
    let (head, body) = subject.call(&call)?;
    if head.code != 201 {
        return Err(format!(
            "creating its namespace: {} {}",
            head.code,
            String::from_utf8_lossy(&body)
        ));
    }
    let mut player = Player {
        sequence,
        subject,
        answers: Vec::new(),
        open: BTreeMap::new(),
    };
    let mut exchanges = Vec::new();
    for (index, step) in sequence.steps.iter().enumerate() {
        let number = index + 1;
        let exchange = player
            .step(number, step)
            .map_err(|error| format!("step {number}: {error}"))?;
        player.answers.push(exchange.body.clone());
        if !step.silent && step.compact.is_none() {
            exchanges.push(exchange);
        }
    }
    Ok(exchanges)
}

struct Player<'a> {
    sequence: &'a Sequence,
    subject: &'a mut dyn Subject,
    answers: Vec<Value>,
    open: BTreeMap<String, (Head, usize)>,
}

impl Player<'_> {
    fn step(&mut self, number: usize, step: &Step) -> Result<Exchange, String> {
        let namespace = self.sequence.namespace();
        let known = Known {
            namespace: &namespace,
            answers: &self.answers,
        };
        let exchange = |request: String, head: Head, body: Value| Exchange {
            step: number,
            request,
            head,
            body,
        };
        if let Some(revision) = &step.compact {
            let revision = known.text(revision);
            let revision = revision
                .parse()
                .map_err(|_| format!("{revision} is no revision"))?;
            self.subject.compact(revision)?;
            return Ok(exchange(String::new(), Head::default(), Value::Null));
        }
        if let Some(name) = &step.read {
            let open = self.open.get(name);
            let (head, watch) = open.cloned().ok_or("no watch of that name is open")?;
            let events = self.events(watch, step.events.unwrap_or(Events::Count(1)))?;
            return Ok(exchange(format!("read {name}"), head, events));
        }
        let call = self.call(&known, step)?;
        let request = format!("{} {}", call.method, call.path);
        if step.events.is_some() || step.open.is_some() {
            let (head, watch) = self.subject.watch(&call)?;
            let body = match step.events {
                Some(count) => self.events(watch, count)?,
                None => Value::Null,
            };
            if let Some(name) = &step.open {
                self.open.insert(name.clone(), (head.clone(), watch));
            }
            return Ok(exchange(request, head, body));
        }
        let end = Instant::now() + self.subject.patience();
        loop {
            let (head, body) = self.subject.call(&call)?;
            if step.until.is_none_or(|code| code == head.code) || Instant::now() >= end {
                let mut body = read(&body);
                if let Some(names) = &step.keep {
                    keep(&mut body, names);
                }
                return Ok(exchange(request, head, body));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn events(&mut self, watch: usize, wanted: Events) -> Result<Value, String> {
        let wanted = match wanted {
            Events::Count(count) => Some(count),
            Events::All(_) => None,
        };
        let lines = self.subject.lines(watch, wanted)?;
        let events: Vec<Value> = lines.iter().map(|line| read(line.as_bytes())).collect();
        Ok(json!({ "events": events }))
    }

    fn call(&self, known: &Known<'_>, step: &Step) -> Result<Call, String> {
        let request = known.text(&step.request);
        let (method, path) = request.split_once(' ').ok_or("a request has a path")?;
        let mut path = written(&self.sequence.path(path));
        let watches = step.events.is_some() || step.open.is_some();
        if watches && !path.contains("timeoutSeconds=") {
            path = format!("{path}{}{OPEN}", if path.contains('?') { "&" } else { "?" });
        }
        let body = match (&step.raw, &step.body) {
            (Some(text), _) => known.text(text).into_bytes(),
            (None, Some(body)) => {
                let body = known.body(body);
                let body = match &step.with {
                    Some(change) => merged(body, &known.body(change)),
                    None => body,
                };
                body.to_string().into_bytes()
            }
            (None, None) => Vec::new(),
        };
        let content_type = match step.content_type.as_deref() {
            None if body.is_empty() => "",
            None if method == "PATCH" => "application/merge-patch+json",
            None => "application/json",
            Some("merge") => "application/merge-patch+json",
            Some("json") => "application/json-patch+json",
            Some("strategic") => "application/strategic-merge-patch+json",
            Some("apply") => "application/apply-patch+yaml",
            Some(other) => other,
        };
        let accept = match step.accept.as_deref() {
            None => "application/json",
            Some("table") => "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
            Some("metadata") => {
                "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json"
            }
            Some("metadata list") => {
                "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
            }
            Some(other) => other,
        };
        Ok(Call {
            method: method.to_owned(),
            path,
            accept: accept.to_owned(),
            content_type: content_type.to_owned(),
            agent: step.agent.as_deref().unwrap_or("tester/1").to_owned(),
            body,
        })
    }
}

/// A path as it goes over the wire: what HTTP does not allow is escaped.
fn written(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a string takes everything");
        }
    }
    out
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// Leaves only items that have one of the given names, list by list.
fn keep(body: &mut Value, names: &Value) {
    for (list, names) in names.as_object().into_iter().flatten() {
        if let Some(items) = body.get_mut(list).and_then(Value::as_array_mut) {
            items.retain(|item| {
                let name = if item["name"].is_null() {
                    &item["metadata"]["name"]
                } else {
                    &item["name"]
                };
                names.as_array().is_some_and(|names| names.contains(name))
            });
        }
    }
}
