//! Credentials that programs print.

use std::sync::{Arc, Mutex};

use cluster::connection::Ask;
use cluster::{ConnectError, RequestError};
use futures_util::future::join_all;
use tempfile::TempDir;

use crate::agreed::{data, open, plugin, until};
use crate::authority::{Authority, Validity};
use crate::files::knowing;
use crate::server::{Server, greeting, json};

/// Prints what the file `status` holds.
const PRINT: &str = r#"cd "$(dirname "$0")"; echo run >>runs
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":%s}' "$(cat status)""#;

fn runs(folder: &TempDir) -> usize {
    let text = std::fs::read_to_string(folder.path().join("runs")).unwrap_or_default();
    text.lines().count()
}

fn give(folder: &TempDir, status: &str) {
    std::fs::write(folder.path().join("status"), status).unwrap();
}

#[tokio::test]
async fn a_rejected_token_is_renewed_once_for_all() {
    let folder = TempDir::new().unwrap();
    give(&folder, r#"{"token":"token-one"}"#);
    let known = Arc::new(Mutex::new("token-one".to_owned()));
    let server = knowing(&known).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let (connection, _) = open(&url, "", &plugin(folder.path(), PRINT)).await.unwrap();
    join_all((0..10).map(|_| connection.bytes(Ask::json("/a")))).await;
    assert_eq!(runs(&folder), 1);
    give(&folder, r#"{"token":"token-two"}"#);
    *known.lock().unwrap() = "token-two".to_owned();
    // Not within ten seconds of the first.
    until("the new token", || async {
        let answers = join_all((0..10).map(|_| connection.bytes(Ask::json("/b")))).await;
        answers.iter().all(Result::is_ok).then_some(())
    })
    .await;
    assert_eq!(runs(&folder), 2);
}

#[tokio::test]
async fn a_program_that_fails_is_told_and_nobody_contacted() {
    let folder = TempDir::new().unwrap();
    let server = knowing(&Arc::default()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let user = plugin(folder.path(), "echo not logged in >&2; exit 7");
    let error = open(&url, "", &user).await.err().unwrap();
    assert!(
        matches!(&error, ConnectError::Credentials(why) if why.contains("exit code 7. It said: not logged in")),
        "{error:?}"
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_certificate_of_a_program_is_presented_and_replaced() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let folder = TempDir::new().unwrap();
    let status = |authority: &Authority| {
        let (certificate, key) = authority.client_pems();
        serde_json::json!({"clientCertificateData": certificate, "clientKeyData": key}).to_string()
    };
    give(&folder, &status(&clients));
    let refuse = Arc::new(Mutex::new(None));
    let refused = Arc::clone(&refuse);
    let tls = servers.server(&["127.0.0.1"], Validity::Now, Some(&clients));
    let server = Server::start(Some(tls), move |seen| {
        // As a server does that no longer knows the certificate of a link.
        if refused.lock().unwrap().is_some_and(|last| seen.connection <= last) {
            return json(401, "{}");
        }
        greeting(seen).unwrap_or_else(|| json(200, "{}"))
    })
    .await;
    let ca = data("certificate-authority-data", &servers.pem());
    let url = format!("https://127.0.0.1:{}", server.port);
    let (connection, _) = open(&url, &ca, &plugin(folder.path(), PRINT)).await.unwrap();
    let last = server.seen().last().unwrap().connection;
    *refuse.lock().unwrap() = Some(last);
    give(&folder, &status(&clients));
    until("a link with the new certificate", || async {
        match connection.bytes(Ask::json("/a")).await {
            Ok(_) => Some(()),
            Err(RequestError::Status { code: 401, .. }) => None,
            Err(other) => panic!("{other:?}"),
        }
    })
    .await;
    assert_eq!(runs(&folder), 2);
    assert!(server.seen().last().unwrap().connection > last);
}
