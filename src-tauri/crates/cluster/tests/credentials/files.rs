//! Tokens and certificates in files that are replaced.

use std::sync::{Arc, Mutex};

use cluster::connection::Ask;
use cluster::{ConnectError, RequestError};
use tempfile::TempDir;

use crate::agreed::{open, until};
use crate::authority::{Authority, Validity};
use crate::server::{Server, greeting, json};

/// A server that knows one token at a time.
pub(crate) async fn knowing(token: &Arc<Mutex<String>>) -> Server {
    let known = Arc::clone(token);
    Server::start(None, move |seen| {
        let expected = format!("authorization: bearer {}\r\n", known.lock().unwrap());
        if seen.headers.contains(&expected) {
            greeting(seen).unwrap_or_else(|| json(200, "{}"))
        } else {
            json(401, r#"{"kind":"Status","reason":"Unauthorized"}"#)
        }
    })
    .await
}

#[tokio::test]
async fn a_token_file_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "token-one\n").unwrap();
    let known = Arc::new(Mutex::new("token-one".to_owned()));
    let server = knowing(&known).await;
    let user = format!("tokenFile: '{}'", path.display());
    let (connection, _) = open(&format!("http://127.0.0.1:{}", server.port), "", &user)
        .await
        .unwrap();
    connection.bytes(Ask::json("/a")).await.unwrap();
    *known.lock().unwrap() = "token-two".to_owned();
    std::fs::write(&path, "token-two\n").unwrap();
    until("the new token", || async {
        connection.bytes(Ask::json("/b")).await.ok()
    })
    .await;
    std::fs::remove_file(&path).unwrap();
    connection.bytes(Ask::json("/c")).await.unwrap();
    *known.lock().unwrap() = "token-three".to_owned();
    let error = until("the missing file is told", || async {
        let error = connection.bytes(Ask::json("/d")).await.unwrap_err();
        matches!(error, RequestError::Credentials { .. }).then_some(error)
    })
    .await;
    assert!(error.retry_helps());
    assert!(error.to_string().contains("token"), "{error}");
}

#[tokio::test]
async fn a_token_file_without_a_token_is_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    let server = knowing(&Arc::default()).await;
    for content in ["", "two words", "b\u{0}d"] {
        std::fs::write(&path, content).unwrap();
        let user = format!("tokenFile: '{}'", path.display());
        let url = format!("http://127.0.0.1:{}", server.port);
        let error = open(&url, "", &user).await.err().unwrap();
        assert!(matches!(error, ConnectError::Credentials(_)), "{error:?}");
        assert!(!error.to_string().contains("two words"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn replaced_certificates_are_presented() {
    let (servers, old, new) = (Authority::new(), Authority::new(), Authority::new());
    let folder = TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("crt"), folder.path().join("key"));
    let write = |authority: &Authority| {
        let (pem, key_pem) = authority.client_pems();
        std::fs::write(&certificate, pem).unwrap();
        std::fs::write(&key, key_pem).unwrap();
    };
    write(&old);
    // A server that trusts another authority after its restart.
    let start = |clients: &Authority| {
        let tls = servers.server(&["127.0.0.1"], Validity::Now, Some(clients));
        Server::start(Some(tls), |seen| {
            greeting(seen).unwrap_or_else(|| json(200, "{}"))
        })
    };
    let first = start(&old).await;
    let user = format!(
        "client-certificate: '{}', client-key: '{}'",
        certificate.display(),
        key.display()
    );
    let ca = crate::agreed::data("certificate-authority-data", &servers.pem());
    let (connection, _) = open(&format!("https://127.0.0.1:{}", first.port), &ca, &user)
        .await
        .unwrap();
    let port = first.port;
    drop(first);
    write(&new);
    let tls = servers.server(&["127.0.0.1"], Validity::Now, Some(&new));
    let second = until("the port is free", || {
        Server::try_start(port, Some(tls.clone()), |seen| {
            greeting(seen).unwrap_or_else(|| json(200, "{}"))
        })
    })
    .await;
    until("the new certificate", || async {
        connection.bytes(Ask::json("/a")).await.ok()
    })
    .await;
    assert!(!second.seen().is_empty());
}
