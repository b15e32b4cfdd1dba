//! Each way a connection can fail has its own error, and the good ways work.

use cluster::{ConnectError, LinkError};
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, Validity};
use crate::server::{Act, Server, greeting, json, open, reply, target};

const TOKEN: &str = "token: s3cr3t-t0k3n-value";

async fn kubernetes(tls: Option<TlsAcceptor>) -> Server {
    Server::start(tls, |seen| {
        greeting(seen).unwrap_or_else(|| json(404, "{}"))
    })
    .await
}

async fn failure(server: &str, ca: Option<&str>, user: &str) -> ConnectError {
    open(server, ca, user).await.err().expect("it must fail")
}

#[tokio::test]
async fn certificates() {
    type Check = fn(&LinkError) -> bool;
    let ours = Authority::new();
    let other = Authority::new();
    let untrusted: Check = |error| matches!(error, LinkError::UntrustedCertificate { .. });
    let cases: [(&str, TlsAcceptor, Check); 4] = [
        (
            "another authority",
            other.server(&["127.0.0.1"], Validity::Now, None),
            untrusted,
        ),
        (
            "expired",
            ours.server(&["127.0.0.1"], Validity::Past, None),
            |error| matches!(error, LinkError::ExpiredCertificate { .. }),
        ),
        (
            "not yet valid",
            ours.server(&["127.0.0.1"], Validity::Future, None),
            |error| matches!(error, LinkError::FutureCertificate { .. }),
        ),
        (
            "another name",
            ours.server(&["api.example", "10.0.0.1"], Validity::Now, None),
            |error| matches!(error, LinkError::WrongName { valid_for, .. } if valid_for == &["api.example", "10.0.0.1"]),
        ),
    ];
    for (name, tls, check) in cases {
        let server = kubernetes(Some(tls)).await;
        let error = failure(
            &format!("https://127.0.0.1:{}", server.port),
            Some(&ours.pem()),
            TOKEN,
        )
        .await;
        assert!(
            matches!(&error, ConnectError::Link(link) if check(link)),
            "{name}: {error:?}"
        );
        assert!(server.seen().is_empty(), "{name}: nothing was sent");
    }
}

#[tokio::test]
async fn a_trusted_server_greets() {
    let ours = Authority::new();
    let server = kubernetes(Some(ours.server(&["127.0.0.1"], Validity::Now, None))).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let (connection, greeting) = open(&url, Some(&ours.pem()), TOKEN).await.unwrap();
    assert_eq!(greeting.version, "v1.36.3");
    assert_eq!(connection.server(), url);
    assert_eq!(connection.default_namespace(), "default");
    assert!(connection.received() > 0);
    for seen in server.seen() {
        assert!(
            seen.headers
                .contains("authorization: bearer s3cr3t-t0k3n-value\r\n"),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn skipping_verification_and_naming_the_server() {
    let (ours, other) = (Authority::new(), Authority::new());
    for (authority, cluster) in [
        (&other, "insecure-skip-tls-verify: true"),
        (&ours, "tls-server-name: api.example"),
    ] {
        let server = kubernetes(Some(authority.server(
            &["api.example"],
            Validity::Now,
            None,
        )))
        .await;
        let url = format!("https://127.0.0.1:{}", server.port);
        let target = target(&url, Some(&ours.pem()), TOKEN, cluster).unwrap();
        cluster::Connection::open(target)
            .await
            .unwrap_or_else(|error| panic!("{cluster}: {error:?}"));
    }
}

#[tokio::test]
async fn client_certificates() {
    let (ours, other) = (Authority::new(), Authority::new());
    let server = kubernetes(Some(ours.server(
        &["127.0.0.1"],
        Validity::Now,
        Some(&ours),
    )))
    .await;
    let url = format!("https://127.0.0.1:{}", server.port);
    open(&url, Some(&ours.pem()), &ours.client()).await.unwrap();
    for (name, user) in [
        ("none", TOKEN.to_owned()),
        ("of another authority", other.client()),
    ] {
        let error = failure(&url, Some(&ours.pem()), &user).await;
        assert!(
            matches!(
                error,
                ConnectError::Link(LinkError::HandshakeRefused { .. })
            ),
            "{name}: {error:?}"
        );
    }
}

#[tokio::test]
async fn wrong_protocols() {
    let ours = Authority::new();
    let plain = kubernetes(None).await;
    let error = failure(&format!("https://127.0.0.1:{}", plain.port), None, TOKEN).await;
    assert!(
        matches!(
            error,
            ConnectError::Link(LinkError::Closed { .. } | LinkError::NotTls { .. })
        ),
        "{error:?}"
    );

    let answers_tls_with_http = Server::start(None, |_| reply(400, "", b"")).await;
    let error = failure(
        &format!("https://127.0.0.1:{}", answers_tls_with_http.port),
        None,
        TOKEN,
    )
    .await;
    assert!(
        matches!(error, ConnectError::Link(LinkError::NotTls { .. })),
        "{error:?}"
    );

    let tells = Server::start(None, |_| {
        reply(
            400,
            "",
            b"Client sent an HTTP request to an HTTPS server.\n",
        )
    })
    .await;
    let error = failure(&format!("http://127.0.0.1:{}", tells.port), None, TOKEN).await;
    assert!(
        matches!(error, ConnectError::Link(LinkError::TlsExpected { .. })),
        "{error:?}"
    );

    let tls = kubernetes(Some(ours.server(&["127.0.0.1"], Validity::Now, None))).await;
    let ssh = Server::start(None, |_| {
        vec![Act::Send(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), Act::Hang]
    })
    .await;
    for (name, port) in [("TLS", tls.port), ("SSH", ssh.port)] {
        let error = failure(&format!("http://127.0.0.1:{port}"), None, TOKEN).await;
        assert!(
            matches!(error, ConnectError::Link(LinkError::NotHttp { .. })),
            "{name}: {error:?}"
        );
    }
}

#[tokio::test]
async fn nobody_there() {
    let port = Server::start(None, |_| Vec::new()).await.port;
    tokio::task::yield_now().await;
    let error = failure(&format!("https://127.0.0.1:{port}"), None, TOKEN).await;
    assert!(
        matches!(error, ConnectError::Link(LinkError::Refused { .. })),
        "{error:?}"
    );

    // Too long a label for any name server to be asked.
    let error = failure(
        &format!("http://{}.example:6443", "x".repeat(64)),
        None,
        TOKEN,
    )
    .await;
    assert!(
        matches!(error, ConnectError::Link(LinkError::Dns { .. })),
        "{error:?}"
    );

    let closes = Server::start(None, |_| vec![Act::Close]).await;
    let error = failure(&format!("http://127.0.0.1:{}", closes.port), None, TOKEN).await;
    assert!(
        matches!(error, ConnectError::Link(LinkError::Closed { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_silent_server_takes_ten_seconds() {
    let silent = Server::start(None, |_| vec![Act::Hang]).await;
    for scheme in ["http", "https"] {
        let start = std::time::Instant::now();
        let error = failure(
            &format!("{scheme}://127.0.0.1:{}", silent.port),
            None,
            TOKEN,
        )
        .await;
        assert!(
            matches!(
                error,
                ConnectError::Link(LinkError::Timeout { seconds: 10, .. })
            ),
            "{error:?}"
        );
        assert!(start.elapsed().as_secs() < 12);
    }
}

#[tokio::test]
async fn refusals_of_the_server() {
    type Check = fn(&ConnectError) -> bool;
    /// Answers to `/version`, to who we are, and to `/api`.
    type Answers = (u16, u16, u16);
    let not_kubernetes: Check = |error| matches!(error, ConnectError::NotKubernetes { .. });
    let unauthorized: Check = |error| matches!(error, ConnectError::Unauthorized { .. });
    let status = |code: u16| {
        json(
            code,
            r#"{"kind":"Status","reason":"R","message":"no \u202e s3cr3t-t0k3n-value"}"#,
        )
    };
    let cases: [(&str, Answers, Option<Check>); 9] = [
        ("wrong token", (200, 401, 0), Some(unauthorized)),
        ("anonymous off", (401, 0, 0), Some(unauthorized)),
        (
            "forbidden",
            (200, 403, 403),
            Some(
                |error| matches!(error, ConnectError::Forbidden { message, .. } if message == "no ⟨U+202E⟩ [redacted]"),
            ),
        ),
        ("version forbidden only", (403, 201, 0), None),
        ("older than SelfSubjectReview", (200, 404, 200), None),
        ("older, wrong token", (200, 404, 401), Some(unauthorized)),
        ("a login page", (302, 0, 0), Some(not_kubernetes)),
        ("a web server", (404, 0, 0), Some(not_kubernetes)),
        (
            "starting",
            (500, 0, 0),
            Some(|error| matches!(error, ConnectError::Request(error) if error.retry_helps())),
        ),
    ];
    for (name, (version, review, api), check) in cases {
        let server = Server::start(None, move |seen| {
            let code = match seen.line.as_str() {
                "GET /version" => version,
                "GET /api" => api,
                _ => review,
            };
            match code {
                200 => json(200, r#"{"gitVersion":"v1.20.0"}"#),
                201 => json(201, "{}"),
                code => status(code),
            }
        })
        .await;
        let result = open(&format!("http://127.0.0.1:{}", server.port), None, TOKEN).await;
        match (result, check) {
            (Ok(_), None) => {}
            (Err(error), Some(check)) => {
                assert!(check(&error), "{name}: {error:?}");
                assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{name}");
            }
            (result, _) => panic!("{name}: {:?}", result.map(|(_, greeting)| greeting)),
        }
    }
    let page = Server::start(None, |_| reply(200, "", b"<html>It works!</html>")).await;
    let error = failure(&format!("http://127.0.0.1:{}", page.port), None, TOKEN).await;
    assert!(not_kubernetes(&error), "{error:?}");
}

#[tokio::test]
async fn impersonation_is_complete() {
    let server = kubernetes(None).await;
    let user =
        format!("{TOKEN}, as: jane, as-uid: '7', as-groups: [a, b], as-user-extra: {{scope: [x]}}");
    open(&format!("http://127.0.0.1:{}", server.port), None, &user)
        .await
        .unwrap();
    for seen in server.seen() {
        for header in [
            "impersonate-user: jane",
            "impersonate-uid: 7",
            "impersonate-group: a",
            "impersonate-group: b",
            "impersonate-extra-scope: x",
        ] {
            assert!(
                seen.headers.contains(&format!("{header}\r\n")),
                "{header}: {seen:?}"
            );
        }
    }
}

#[tokio::test]
async fn without_credentials() {
    for code in [401, 403] {
        let server = Server::start(None, move |seen| match seen.line.as_str() {
            "GET /version" => json(200, r#"{"gitVersion":"v1.36.3"}"#),
            _ => json(code, r#"{"kind":"Status","message":"no"}"#),
        })
        .await;
        let error = failure(&format!("http://127.0.0.1:{}", server.port), None, "").await;
        assert!(
            matches!(error, ConnectError::NoCredentials { .. }),
            "{error:?}"
        );
    }
}
