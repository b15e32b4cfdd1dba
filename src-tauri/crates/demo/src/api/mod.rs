//! Requests and their answers, whatever carried them here.

mod accept;
mod body;
mod change;
mod discovery;
mod fields;
mod labels;
mod list;
mod log;
mod measures;
mod openapi;
mod options;
mod path;
mod plain;
mod query;
mod render;
mod reviews;
mod snapshot;
mod table;
mod watch;

use serde_json::Value;

use crate::World;
use crate::definitions;
use crate::kinds::Verbs;
use crate::status::Status;
use crate::writes;

pub use list::List;
pub use log::Log;
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
}

/// Answers a request that ends. A watch ends at once, with the events there are.
pub fn handle(world: &mut World, request: &Request) -> Answer {
    match begin(world, request) {
        Reply::Whole(answer) => answer,
        Reply::List(list) => list.answer(),
        Reply::Log(mut log) => log.answer(world),
        Reply::Watch(mut watch) => {
            let events = watch.gather(world);
            Answer {
                code: 200,
                content_type: JSON,
                body: watch.encode(&events, world.now()),
                warnings: Vec::new(),
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
    let early = plain::answer(request)
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
    match target.resource.verbs {
        Verbs::Stored => {}
        Verbs::Review => return reviews::create(world, request, &target).map(Reply::Whole),
        Verbs::Measured => return measures::usage(world, request, &target).map(Reply::Whole),
    }
    let parts = (target.name.as_deref(), target.subresource.as_deref());
    match (request.method.as_str(), parts.0, parts.1) {
        ("GET", None, _) => list::list(world, request, &target),
        ("GET", Some(name), None | Some("status" | "ephemeralcontainers")) => {
            get(world, request, &target, name)
        }
        ("GET", Some(name), Some("scale")) => {
            let scale = writes::scale(world, &target.resource, target.namespace(), name)?;
            Ok(Reply::Whole(Answer::json(200, &scale)))
        }
        ("GET", Some(name), Some("log")) => log::log(world, request, &target, name),
        ("GET" | "POST", Some(_), Some(part @ ("exec" | "attach" | "portforward"))) => {
            get(world, request, &target, parts.0.unwrap_or_default())?;
            Err(Status::not_supported(&target.resource, part))
        }
        _ => {
            let answer = change::change(world, request, &target)?;
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

impl Answer {
    /// A JSON body.
    pub(crate) fn json(code: u16, body: &Value) -> Self {
        Self {
            code,
            content_type: JSON,
            body: body.to_string().into_bytes(),
            warnings: Vec::new(),
        }
    }

    /// A `Status` with its code.
    pub(crate) fn refusal(status: &Status) -> Self {
        Self::json(status.code, &status.to_json())
    }

    /// Plain text.
    pub(crate) fn text(code: u16, text: &str) -> Self {
        Self {
            code,
            content_type: "text/plain; charset=utf-8",
            body: text.as_bytes().to_vec(),
            warnings: Vec::new(),
        }
    }

    /// What is answered where no group is served (apiserver, `notfoundhandler`).
    pub(crate) fn no_such_page() -> Self {
        Self::text(404, "404 page not found\n")
    }
}

#[cfg(test)]
mod tests;
