//! Requests and their answers, whatever carried them here.

mod accept;
mod body;
mod change;
mod discovery;
mod fields;
mod guard;
mod health;
mod info;
mod labels;
mod list;
mod log;
mod measures;
mod old_watch;
mod older;
mod openapi;
mod options;
mod path;
mod plain;
mod query;
mod render;
mod reviews;
mod snapshot;
mod streams;
mod table;
mod token;
mod watch;
mod yaml;

use serde_json::Value;

use crate::World;
use crate::access::User;
use crate::definitions;
use crate::kinds::{Resource, Verbs};
use crate::status::Status;
use crate::writes;

pub use info::Info;
pub use list::List;
pub use log::Log;
pub(crate) use streams::{Protocol, Purpose, Sides};
pub use streams::{Stream, Upgrade};
pub use watch::Watch;

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Without `?`.
    pub query: String,
    /// `Accept`.
    pub accept: String,
    /// `Content-Type`.
    pub content_type: String,
    /// `User-Agent`: what a field manager is named after where none is given.
    pub agent: String,
    /// What the connection shall become.
    pub upgrade: Upgrade,
    /// The bearer token of `Authorization`; empty for none.
    pub token: String,
    /// Whole.
    pub body: Vec<u8>,
}

/// What is sent back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub code: u16,
    /// Media type of the body.
    pub content_type: &'static str,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Texts of `Warning` headers.
    pub warnings: Vec<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

/// How a request is answered.
#[derive(Debug)]
pub enum Reply {
    /// All at once.
    Whole(Answer),
    /// All at once; what is in it is known, writing it down needs the world no more.
    List(List),
    /// Event after event.
    Watch(Watch),
    /// Lines, as they are printed.
    Log(Log),
    /// The connection becomes a WebSocket.
    Stream(Stream),
}

/// Answers a request that ends. A watch ends at once, with the events there are.
pub fn handle(world: &mut World, request: &Request) -> Answer {
    match begin(world, request) {
        Reply::Whole(answer) => answer,
        Reply::List(list) => list.answer(),
        Reply::Log(mut log) => log.answer(world),
        Reply::Stream(_) => Answer::refusal(&streams::upgrade_required()),
        Reply::Watch(mut watch) => {
            let events = watch.gather(world);
            Answer {
                code: 200,
                content_type: JSON,
                body: watch.encode(&events, world.now()),
                warnings: Vec::new(),
                retry_after: None,
            }
        }
    }
}

/// Does what a request asks for, as far as the world is needed for it.
pub fn begin(world: &mut World, request: &Request) -> Reply {
    reply(world, request).unwrap_or_else(|status| Reply::Whole(Answer::refusal(&status)))
}

pub(crate) const JSON: &str = "application/json";

fn reply(world: &mut World, request: &Request) -> Result<Reply, Status> {
    definitions::settle(world);
    let user = guard::admit(world, request)?;
    let request = &*yaml::as_json(request)?;
    if let Some(today) = old_watch::today(world, request) {
        return answered(world, &today?, user.as_ref());
    }
    answered(world, request, user.as_ref())
}

fn answered(world: &mut World, request: &Request, user: Option<&User>) -> Result<Reply, Status> {
    let early = plain::answer(world, request)
        .or_else(|| discovery::answer(world, request))
        .or_else(|| measures::external(world, request))
        .or_else(|| openapi::answer(world, request));
    if let Some(answer) = early {
        return Ok(Reply::Whole(answer));
    }
    let Some(target) = path::parse(world, &request.path) else {
        return Ok(Reply::Whole(Answer::no_such_page()));
    };
    let target = target?;
    let mut reply = targeted(world, request, &target, user)?;
    if let Some(warning) = deprecation(&target.resource) {
        reply.warn(warning);
    }
    Ok(reply)
}

/// What every answer of a kind warns of (apiserver, `endpoints/deprecation`; kubernetes, core/endpoints, `WarningsOnCreate`).
fn deprecation(resource: &Resource) -> Option<&str> {
    if resource.group.is_empty() && &*resource.kind == "Endpoints" {
        return Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }
    resource.shape()?.warning.as_deref()
}

fn targeted(
    world: &mut World,
    request: &Request,
    target: &path::Target,
    user: Option<&User>,
) -> Result<Reply, Status> {
    match target.resource.verbs {
        Verbs::Stored => {}
        Verbs::Review => return reviews::create(world, request, target, user).map(Reply::Whole),
        Verbs::Measured => return measures::usage(world, request, target).map(Reply::Whole),
    }
    let parts = (target.name.as_deref(), target.subresource.as_deref());
    match (request.method.as_str(), parts.0, parts.1) {
        ("GET", None, _) => list::list(world, request, target),
        ("GET", Some(name), None | Some("status" | "ephemeralcontainers" | "resize")) => {
            get(world, request, target, name)
        }
        ("GET", Some(name), Some("scale")) => {
            let scale = writes::scale(world, &target.resource, target.namespace(), name)?;
            Ok(Reply::Whole(Answer::json(200, &scale)))
        }
        ("GET", Some(name), Some("log")) => log::log(world, request, target, name),
        ("GET" | "POST", Some(name), Some(part @ ("exec" | "attach" | "portforward"))) => {
            streams::connect(world, request, target, name, part)
        }
        ("POST", Some(name), Some("token")) => {
            token::create(world, request, target, name).map(Reply::Whole)
        }
        _ => {
            let answer = change::change(world, request, target)?;
            definitions::settle(world);
            Ok(Reply::Whole(answer))
        }
    }
}

/// One object.
fn get(
    world: &World,
    request: &Request,
    target: &path::Target,
    name: &str,
) -> Result<Reply, Status> {
    let shape = accept::negotiate(&request.accept)?;
    let rendering = render::Rendering::of(target, shape, &query::Query::of(&request.query))?;
    let resource = &target.resource;
    let object = world
        .get(&resource.key(), target.namespace(), name)
        .ok_or_else(|| Status::not_found(&resource.group, &resource.plural, name))?;
    let body = rendering.object(&object, world.now());
    Ok(Reply::Whole(Answer::json(200, &body)))
}

impl Reply {
    /// Adds a warning, if it can still be told.
    fn warn(&mut self, text: &str) {
        match self {
            Self::Whole(answer) => answer.warnings.insert(0, text.to_owned()),
            Self::List(list) => list.warn(text),
            Self::Watch(_) | Self::Log(_) | Self::Stream(_) => {}
        }
    }
}

impl Answer {
    /// A JSON body.
    pub(crate) fn json(code: u16, body: &Value) -> Self {
        Self {
            code,
            content_type: JSON,
            body: body.to_string().into_bytes(),
            warnings: Vec::new(),
            retry_after: None,
        }
    }

    /// A `Status` with its code.
    pub(crate) fn refusal(status: &Status) -> Self {
        let details = status.details.as_ref();
        Self {
            // apiserver, `responsewriters.ErrorNegotiated`
            retry_after: details.and_then(|own| own["retryAfterSeconds"].as_u64()),
            ..Self::json(status.code, &status.to_json())
        }
    }

    /// Plain text.
    pub(crate) fn text(code: u16, text: &str) -> Self {
        Self {
            code,
            content_type: "text/plain; charset=utf-8",
            body: text.as_bytes().to_vec(),
            warnings: Vec::new(),
            retry_after: None,
        }
    }

    /// What is answered where no group is served (apiserver, `notfoundhandler`).
    pub(crate) fn no_such_page() -> Self {
        Self::text(404, "404 page not found\n")
    }
}

#[cfg(test)]
mod tests;
