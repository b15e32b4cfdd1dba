//! Secrets reach the server, and nothing else.

use std::fmt::Write as _;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use cluster::connection::Ask;
use tempfile::TempDir;
use tracing_subscriber::fmt::MakeWriter;

use crate::agreed::{data, plugin, target};
use crate::authority::{Authority, Validity};
use crate::proxy::{Kind, Proxy};
use crate::server::{Server, greeting, json};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A server that repeats what it was sent, behind a proxy that wants a login.
async fn gossip(authority: &Authority) -> Server {
    let tls = authority.server(&["127.0.0.1"], Validity::Now, None);
    Server::start(Some(tls), |seen| {
        greeting(seen).unwrap_or_else(|| {
            let headers = seen.headers.replace("\r\n", " ");
            json(
                400,
                &format!(r#"{{"kind":"Status","reason":"BadRequest","message":"{headers}"}}"#),
            )
        })
    })
    .await
}

#[tokio::test]
async fn in_no_error_no_debug_and_no_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // This test's runtime has one thread: all of it is logged here.
    let logging = tracing::subscriber::set_default(subscriber);
    let authority = Authority::new();
    let server = gossip(&authority).await;
    let proxy = Proxy::start(Kind::Http("200 OK"), None).await;
    let cluster = format!(
        "{}, proxy-url: 'http://june:planted-proxy-pass@127.0.0.1:{}'",
        data("certificate-authority-data", &authority.pem()),
        proxy.port
    );
    let url = format!("https://127.0.0.1:{}", server.port);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "planted-in-a-file").unwrap();
    let print = r#"echo planted-by-a-program >&2; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"planted-by-a-program"}}'"#;
    let (certificate, key) = authority.client_pems();
    let users = [
        "token: planted-inline-token".to_owned(),
        "username: june, password: planted-user-pass".to_owned(),
        format!("tokenFile: '{}'", file.display()),
        plugin(folder.path(), print),
        format!(
            "{}, {}",
            data("client-certificate-data", &certificate),
            data("client-key-data", &key)
        ),
    ];
    let key_line = key.lines().nth(1).unwrap().to_owned();
    let planted = ["planted-", "cgxhbnrlzc", "bmxhbnRlZC", key_line.as_str()];
    let mut words = String::new();
    for user in users {
        let target = target(&url, &cluster, &user).unwrap();
        write!(words, "{target:?}").unwrap();
        let (connection, greeting) = cluster::Connection::open(target).await.unwrap();
        let error = connection.bytes(Ask::json("/gossip")).await.unwrap_err();
        write!(words, "{greeting:?} {error:?} {error}").unwrap();
        assert_eq!(error.code(), Some(400), "{error:?}");
    }
    let failing = r#"echo "planted-by-a-program and $(echo planted-by-a-program | base64)" >&2; echo '{"status":{"token":"planted-by-a-program"}}'; exit 1"#;
    let failed = target(&url, &cluster, &plugin(folder.path(), failing)).unwrap();
    let error = cluster::Connection::open(failed).await.err().unwrap();
    write!(words, "{error:?} {error}").unwrap();
    assert!(error.to_string().contains("[redacted] and "), "{error}");
    drop(logging);
    let logged = log.0.lock().unwrap();
    let logged = String::from_utf8_lossy(&logged);
    assert!(logged.contains("TRACE"), "something was logged");
    assert!(words.contains("[redacted]"), "{words}");
    for secret in planted {
        assert!(!words.contains(secret), "{secret} in {words}");
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
    let seen = server.seen();
    for sent in [
        "bearer planted-inline-token",
        "basic anvuztpwbgfudgvklxvzzxitcgfzcw==",
        "bearer planted-in-a-file",
        "bearer planted-by-a-program",
    ] {
        assert!(
            seen.iter().any(|seen| seen.headers.contains(sent)),
            "{sent} was sent"
        );
    }
}
