//! Ports of a pod over one WebSocket (`k8s.io/cri-streaming/pkg/streaming/portforward/websocket.go`): of each port a channel for data, then
//! one for its error; both begin with the port's number.

use std::io;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, split};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::Served;
use super::upgrade::Socket;
use crate::inside::{self, Page};

/// Bytes on their way to a port before their sender waits.
const UNDER_WAY: usize = 64 << 10;
/// Bytes in one message, at most.
const PIECE: usize = 16 << 10;

/// Until all connections to the ports are over, or nobody is there any more.
pub(super) async fn forward(
    served: &Served,
    socket: Socket,
    namespace: &str,
    pod: &str,
    ports: &[u16],
) {
    let (mut sink, mut messages) = socket.split();
    let (sender, mut outgoing) = mpsc::channel::<Vec<u8>>(4);
    let mut inward: Vec<Option<WriteHalf<DuplexStream>>> = Vec::new();
    for (port, channel) in ports.iter().zip((0_u8..).step_by(2)) {
        let [low, high] = port.to_le_bytes();
        for channel in [channel, channel + 1] {
            let begin = Message::binary(vec![channel, low, high]);
            if sink.send(begin).await.is_err() {
                return;
            }
        }
        if served.with(|world| inside::listens(world, namespace, pod, *port)) {
            let (near, far) = tokio::io::duplex(UNDER_WAY);
            let (read, write) = split(near);
            tokio::spawn(pages(
                served.clone(),
                far,
                namespace.to_owned(),
                pod.to_owned(),
                *port,
            ));
            tokio::spawn(outward(read, channel, sender.clone()));
            inward.push(Some(write));
        } else {
            let mut told = vec![channel + 1];
            told.extend_from_slice(refused(served, namespace, pod, *port).as_bytes());
            if sink.send(Message::binary(told)).await.is_err() {
                return;
            }
            inward.push(None);
        }
    }
    drop(sender);
    let write = async {
        while let Some(message) = outgoing.recv().await {
            if sink.send(Message::binary(message)).await.is_err() {
                return;
            }
        }
        let _ = sink.close().await;
    };
    let read = async {
        while let Some(Ok(message)) = messages.next().await {
            let Message::Binary(bytes) = message else {
                continue;
            };
            let Some((channel, bytes)) = bytes.split_first() else {
                continue;
            };
            let port = inward.get_mut(usize::from(channel / 2));
            if let (0, Some(Some(port))) = (channel % 2, port) {
                // A connection that is over takes no more.
                let _ = port.write_all(bytes).await;
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
}

/// What a port sends.
async fn outward(mut read: ReadHalf<DuplexStream>, channel: u8, sender: mpsc::Sender<Vec<u8>>) {
    loop {
        let mut message = vec![channel];
        message.resize(PIECE, 0);
        let Ok(count @ 1..) = read.read(&mut message[1..]).await else {
            return;
        };
        message.truncate(count + 1);
        if sender.send(message).await.is_err() {
            return;
        }
    }
}

/// A web server behind one port; it hangs up when its container is gone.
async fn pages(served: Served, stream: DuplexStream, namespace: String, pod: String, port: u16) {
    let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
        let path = request.uri().path().to_owned();
        let page = served.with(|world| Page::at(world, &namespace, &pod, port, &path));
        async move {
            let page = page.ok_or(io::ErrorKind::ConnectionReset)?;
            let mut response = Response::new(Full::new(Bytes::from(page.body)));
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, html);
            Ok::<_, io::Error>(response)
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error means that the other end is gone.
    let _ = connection.await;
}

/// What containerd says where nothing listens.
fn refused(served: &Served, namespace: &str, pod: &str, port: u16) -> String {
    let pod = served.with(|world| world.get("pods", namespace, pod));
    let sandbox = pod.map_or_else(String::new, |pod| inside::sandbox(&pod));
    let space: String = sandbox.chars().take(12).collect();
    format!(
        "error forwarding port {port} to pod {sandbox}, uid : failed to execute portforward in network namespace \"/var/run/netns/cni-{space}\": failed to connect to localhost:{port} inside namespace {sandbox:?}, IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6 [::1]:{port}: connect: connection refused "
    )
}
