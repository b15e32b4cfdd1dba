//! A connection becomes a WebSocket.

use std::time::Duration;

use http::header::{
    CONNECTION, CONTENT_TYPE, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::body::Body;
use super::{Served, exchange, forward, remote};
use crate::World;
use crate::api::{Purpose, Stream, Upgrade};
use crate::inside::Process;

/// One WebSocket of this server.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// What the head of a request asks for.
pub(super) fn asked(headers: &HeaderMap) -> Upgrade {
    let words = |name: HeaderName| {
        let all = headers.get_all(name).into_iter();
        let texts = all.filter_map(|value| value.to_str().ok());
        let words = texts.flat_map(|text| text.split(','));
        words.map(|word| word.trim().to_owned()).collect::<Vec<_>>()
    };
    let upgrades = words(CONNECTION)
        .iter()
        .any(|word| word.eq_ignore_ascii_case("upgrade"));
    match words(UPGRADE).first() {
        Some(_) if !upgrades => Upgrade::None,
        Some(name) if name.eq_ignore_ascii_case("websocket") => {
            Upgrade::WebSocket(words(SEC_WEBSOCKET_PROTOCOL))
        }
        Some(name) => Upgrade::Other(name.clone()),
        None => Upgrade::None,
    }
}

/// The answer that changes the protocol; `stream` is served once it is sent. It is cut after that long, if ever.
pub(super) fn switch(
    served: Served,
    headers: &HeaderMap,
    on_upgrade: OnUpgrade,
    stream: Stream,
    cut_after: Option<Duration>,
) -> Response<Body> {
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let accept = derive_accept_key(key.unwrap_or_default());
    let protocol = stream.protocol.name();
    tokio::spawn(async move {
        // Else the other end is gone.
        let Ok(upgraded) = on_upgrade.await else {
            return;
        };
        let upgraded = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Server, None).await;
        tokio::select! {
            () = serve(&served, socket, stream) => {}
            () = exchange::after(cut_after) => {}
        }
    });
    let mut response = Response::new(Body::Whole(None));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let head = response.headers_mut();
    head.remove(CONTENT_TYPE);
    head.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    head.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        head.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(protocol) = protocol {
        head.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    }
    response
}

async fn serve(served: &Served, socket: Socket, stream: Stream) {
    let protocol = stream.protocol;
    match stream.purpose {
        Purpose::Exec {
            place,
            command,
            tty,
            sides,
        } => {
            let start = |world: &mut World| Process::start(world, &place, &command, tty);
            remote::exec(served, socket, protocol, sides, start).await;
        }
        Purpose::Attach { place, sides } => {
            remote::attach(served, socket, protocol, &place, sides).await;
        }
        Purpose::Forward {
            namespace,
            pod,
            ports,
        } => forward::forward(served, socket, &namespace, &pod, &ports).await,
    }
}
