//! The bare list: one `GET` of all pods as JSON, read and thrown away. What any client pays at least for whole objects.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use control_plane::{ControlPlane, Credential};
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A list's path.
pub(crate) const PODS: &str = "/api/v1/pods";
/// Names and namespaces only.
const NAMES: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/// Time and bytes of the body of one list over a connection that is open already, like that of a connected program.
pub(crate) async fn time(
    plane: &ControlPlane,
    address: SocketAddr,
) -> Result<(Duration, u64), String> {
    timed(connect(plane, address).await?, plane.token()).await
}

/// The same over a stream in memory.
pub(crate) async fn time_in_memory(stream: DuplexStream) -> Result<(Duration, u64), String> {
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(async move { drop(connection.await) });
    timed(sender, Credential::Admin.token().unwrap_or_default()).await
}

async fn timed(
    mut sender: SendRequest<Empty<Bytes>>,
    token: &str,
) -> Result<(Duration, u64), String> {
    get(&mut sender, token, "/version", "application/json", |_| ()).await?;
    let start = Instant::now();
    let mut bytes = 0;
    get(&mut sender, token, PODS, "application/json", |chunk| {
        bytes += chunk.len() as u64;
    })
    .await?;
    Ok((start.elapsed(), bytes))
}

/// Namespace and name of every pod.
pub(crate) async fn names(plane: &ControlPlane) -> Result<Vec<(String, String)>, String> {
    let mut sender = connect(plane, SocketAddr::from(([127, 0, 0, 1], plane.port()))).await?;
    let mut body = Vec::new();
    get(&mut sender, plane.token(), PODS, NAMES, |chunk| {
        body.extend_from_slice(chunk);
    })
    .await?;
    let list: List =
        serde_json::from_slice(&body).map_err(|error| format!("the list of names: {error}"))?;
    Ok(list
        .items
        .into_iter()
        .map(|item| (item.metadata.namespace, item.metadata.name))
        .collect())
}

#[derive(serde::Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(serde::Deserialize)]
struct Item {
    metadata: Metadata,
}

#[derive(serde::Deserialize)]
struct Metadata {
    namespace: String,
    name: String,
}

async fn connect(
    plane: &ControlPlane,
    address: SocketAddr,
) -> Result<SendRequest<Empty<Bytes>>, String> {
    let words = |error: &dyn std::fmt::Display| format!("the bare list: {error}");
    let pem = plane.ca_pem().map_err(|error| words(&error))?;
    let authority =
        CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| words(&error))?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority).map_err(|error| words(&error))?;
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .map_err(|error| words(&error))?
    .with_root_certificates(roots)
    .with_no_client_auth();
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| words(&error))?;
    stream.set_nodelay(true).map_err(|error| words(&error))?;
    let name = ServerName::try_from("localhost").map_err(|error| words(&error))?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| words(&error))?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|error| words(&error))?;
    // Ends with the sender; its errors show up there.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

async fn get(
    sender: &mut SendRequest<Empty<Bytes>>,
    token: &str,
    path: &str,
    accept: &str,
    mut take: impl FnMut(&[u8]),
) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| format!("GET {path}: {error}");
    let request = Request::get(path)
        .header("Host", "localhost")
        .header("Authorization", format!("Bearer {token}"))
        .header("Accept", accept)
        .body(Empty::new())
        .map_err(|error| words(&error))?;
    // The answer before this one must be off the connection.
    sender.ready().await.map_err(|error| words(&error))?;
    let mut answer = sender
        .send_request(request)
        .await
        .map_err(|error| words(&error))?;
    if !answer.status().is_success() {
        return Err(words(&answer.status()));
    }
    while let Some(frame) = answer.frame().await {
        if let Some(chunk) = frame.map_err(|error| words(&error))?.data_ref() {
            take(chunk);
        }
    }
    Ok(())
}
