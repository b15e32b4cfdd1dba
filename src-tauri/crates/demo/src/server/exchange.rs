//! One request over HTTP, and its answer.

use std::future::pending;
use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER,
    USER_AGENT, VARY, WARNING,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::body::{Body, Never};
use super::upgrade;
use super::{Faults, Served};
use crate::api::{self, Answer, Log, Reply, Watch};
use crate::status::Status;

/// Largest body of a request (apiserver, `MaxRequestBodyBytes`).
const LARGEST: usize = 3 << 20;
/// Answers from this size on are compressed (apiserver, `defaultGzipThresholdBytes`), as fast as it goes.
const GZIP_FROM: usize = 128 << 10;
/// Between two bookmarks of a watch (apiserver, `defaultBookmarkFrequency`), and before its end.
const BOOKMARK_EVERY: Duration = Duration::from_mins(1);
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);
/// How long a watch lasts that does not say (apiserver, `MinRequestTimeout`).
const WATCH: Duration = Duration::from_mins(30);
/// A log that is followed is looked at again after so long, whatever changed.
const LISTENS: Duration = Duration::from_secs(1);

/// Answers one request.
pub(crate) async fn exchange(
    served: Served,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Never> {
    let faults = served.faults();
    if !faults.latency.is_zero() {
        sleep(faults.latency).await;
    }
    let on_upgrade = hyper::upgrade::on(&mut request);
    let (head, body) = request.into_parts();
    let text = |name: HeaderName| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let Ok(body) = Limited::new(body, LARGEST).collect().await else {
        let why = format!("Request entity too large: limit is {LARGEST}");
        let status = Status::of(413, "RequestEntityTooLarge", why);
        return Ok(whole(Answer::refusal(&status), false));
    };
    let asked = api::Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        accept: text(ACCEPT),
        content_type: text(CONTENT_TYPE),
        agent: text(USER_AGENT),
        token: text(AUTHORIZATION).trim_start_matches("Bearer ").to_owned(),
        upgrade: upgrade::asked(&head.headers),
        body: body.to_bytes().into(),
    };
    let gzip = accepts_gzip(&head.headers);
    if let Some(status) = served.refuse(&asked) {
        return Ok(whole(Answer::refusal(&status), gzip));
    }
    let response = match served.with(|world| api::begin(world, &asked)) {
        Reply::Whole(answer) => whole(answer, gzip),
        Reply::List(list) => whole(list.answer(), gzip),
        Reply::Log(log) => logged(served, log, faults.cut_after),
        Reply::Watch(watch) => watched(served, watch, &faults),
        Reply::Stream(stream) => {
            return Ok(upgrade::switch(
                served,
                &head.headers,
                on_upgrade,
                stream,
                faults.cut_after,
            ));
        }
    };
    Ok(match faults.pace {
        Some(pace) => response.map(|body| body.paced(pace)),
        None => response,
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let all = headers.get_all(ACCEPT_ENCODING).iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| {
            one.split(';')
                .next()
                .is_some_and(|name| name.trim() == "gzip")
        })
}

fn whole(answer: Answer, gzip: bool) -> Response<Body> {
    let compressed = (gzip && answer.body.len() > GZIP_FROM).then(|| compress(&answer.body));
    let compressed = compressed.and_then(Result::ok);
    let mut response = started(answer.code, answer.content_type, Body::Whole(None));
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(seconds) = answer.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if compressed.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for text in &answer.warnings {
        // Kubernetes' own code for what has no better one (apimachinery, `NewWarningHeader`).
        let quoted = format!(
            "299 - \"{}\"",
            text.replace('\\', "\\\\").replace('"', "\\\"")
        );
        if let Ok(value) = HeaderValue::from_str(&quoted) {
            headers.append(WARNING, value);
        }
    }
    *response.body_mut() = Body::whole(compressed.unwrap_or(answer.body));
    response
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn started(code: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn watched(served: Served, watch: Watch, faults: &Faults) -> Response<Body> {
    let (sink, pieces) = mpsc::channel(4);
    let (cut_after, expire_after) = (faults.cut_after, faults.expire_after);
    tokio::spawn(async move {
        tokio::select! {
            () = run(&served, watch, expire_after, &sink) => {}
            () = cut(cut_after, &sink) => {}
        }
    });
    started(200, "application/json", Body::Pieces(pieces))
}

fn logged(served: Served, log: Log, cut_after: Option<Duration>) -> Response<Body> {
    let (sink, pieces) = mpsc::channel(4);
    tokio::spawn(async move {
        tokio::select! {
            () = print(&served, log, &sink) => {}
            () = cut(cut_after, &sink) => {}
        }
    });
    started(200, "text/plain", Body::Pieces(pieces))
}

/// Waits that long, or for ever.
pub(super) async fn after(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => pending().await,
    }
}

/// Breaks an answer off after that long, if ever.
async fn cut(after: Option<Duration>, sink: &mpsc::Sender<io::Result<Bytes>>) {
    self::after(after).await;
    let _ = sink.send(Err(io::ErrorKind::ConnectionReset.into())).await;
}

/// Until the log is over, or nobody reads any more.
async fn print(served: &Served, mut log: Log, sink: &mpsc::Sender<io::Result<Bytes>>) {
    let mut news = served.changes();
    loop {
        news.mark_unchanged();
        let (text, over) = served.with(|world| (log.gather(world), log.is_over(world)));
        if !text.is_empty() && sink.send(Ok(text.into())).await.is_err() {
            return;
        }
        if over {
            return;
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            // A program says something by itself as time goes on.
            () = sleep(LISTENS) => {}
            () = sink.closed() => return,
        }
    }
}

/// Until its time is over, an error ends it, or nobody listens any more.
async fn run(
    served: &Served,
    mut open: Watch,
    expire_after: Option<Duration>,
    sink: &mpsc::Sender<io::Result<Bytes>>,
) {
    let mut news = served.changes();
    let lasts = open
        .timeout()
        .map_or(WATCH, |seconds| Duration::from_secs(seconds.into()));
    let end = Instant::now() + lasts;
    let mut bookmark_at = next_bookmark(end);
    let expires = self::after(expire_after);
    tokio::pin!(expires);
    let mut is_expired = false;
    loop {
        news.mark_unchanged();
        let (mut events, now) = served.with(|world| {
            let mut events = open.gather(world);
            if is_expired && !open.has_ended() {
                events.push(open.expire(world.store.revision()));
            }
            (events, world.now())
        });
        if open.wants_bookmarks() && Instant::now() >= bookmark_at && !open.has_ended() {
            events.push(open.bookmark());
            bookmark_at = next_bookmark(end);
        }
        if !events.is_empty() {
            let lines = open.encode(&events, now);
            if sink.send(Ok(lines.into())).await.is_err() {
                return;
            }
        }
        if open.has_ended() {
            return;
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            () = sleep_until(bookmark_at), if open.wants_bookmarks() => {}
            () = sleep_until(end) => return,
            () = &mut expires, if !is_expired => is_expired = true,
            () = sink.closed() => return,
        }
    }
}

/// Every minute, and two seconds before the end (apiserver, `cacheWatcher.nextBookmarkTime`).
fn next_bookmark(end: Instant) -> Instant {
    let now = Instant::now();
    let last = end.checked_sub(BOOKMARK_BEFORE_END).unwrap_or(end);
    let regular = now + BOOKMARK_EVERY;
    if now < last {
        regular.min(last)
    } else {
        regular
    }
}
