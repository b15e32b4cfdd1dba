//! Servers behind proxies of each kind.

use cluster::connection::Ask;
use cluster::{ConnectError, LinkError};

use crate::agreed::{data, open};
use crate::authority::{Authority, Validity};
use crate::proxy::{Kind, Proxy};
use crate::server::{Server, greeting, json};

const OK: Kind = Kind::Http("200 Connection established");

async fn kubernetes(authority: &Authority, name: &str) -> Server {
    let tls = authority.server(&[name], Validity::Now, None);
    Server::start(Some(tls), |seen| {
        greeting(seen).unwrap_or_else(|| json(200, "{}"))
    })
    .await
}

/// Connects to a name that only the proxy knows.
async fn through(
    server: &Server,
    authority: &Authority,
    proxy: &str,
    more: &str,
) -> Result<(cluster::Connection, cluster::Greeting), ConnectError> {
    let cluster = format!(
        "{}, proxy-url: '{proxy}'{more}",
        data("certificate-authority-data", &authority.pem())
    );
    let url = format!("https://kubernetes.invalid:{}", server.port);
    open(&url, &cluster, "token: token-through-it").await
}

#[tokio::test]
async fn each_kind_leads_to_the_server() {
    let authority = Authority::new();
    let server = kubernetes(&authority, "kubernetes.invalid").await;
    let tls = || Some(authority.server(&["127.0.0.1"], Validity::Now, None));
    let basic = "proxy-authorization: basic anvuzto6cgfzc3dvcmq=";
    let cases = [
        ("http", "", OK, None, ""),
        (
            "http",
            "june:p%61ssword@",
            OK,
            None,
            "proxy-authorization: basic anvuztpwyxnzd29yza==",
        ),
        ("https", "", OK, tls(), ""),
        ("https", "june::password@", OK, tls(), basic),
        ("socks5", "", Kind::Socks(None, 0), None, ""),
        (
            "socks5",
            "june:password@",
            Kind::Socks(Some("june:password"), 0),
            None,
            "",
        ),
    ];
    for (scheme, login, kind, tls, header) in cases {
        let proxy = Proxy::start(kind, tls).await;
        let url = format!("{scheme}://{login}127.0.0.1:{}", proxy.port);
        let (connection, _) = match through(&server, &authority, &url, "").await {
            Ok(open) => open,
            Err(error) => panic!("{url}: {error:?}"),
        };
        connection.bytes(Ask::json("/a")).await.unwrap();
        let asked = proxy.asked();
        assert!(!asked.is_empty(), "{url}");
        for asked in asked {
            let far = format!("kubernetes.invalid:{}", server.port);
            assert!(asked.contains(&far), "{asked}: the proxy resolves names");
            assert!(asked.to_ascii_lowercase().contains(header), "{asked}");
            assert!(!asked.contains("token-through-it"), "{asked}");
        }
    }
}

#[tokio::test]
async fn a_plain_server_and_a_named_one() {
    let plain = Server::kubernetes(|_| json(200, "{}")).await;
    let proxy = Proxy::start(OK, None).await;
    let cluster = format!("proxy-url: 'http://127.0.0.1:{}'", proxy.port);
    open(
        &format!("http://127.0.0.1:{}", plain.port),
        &cluster,
        "token: abcdefgh",
    )
    .await
    .unwrap();
    assert!(proxy.asked()[0].starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1", plain.port)));
    let authority = Authority::new();
    let server = kubernetes(&authority, "another.example").await;
    let url = format!("http://127.0.0.1:{}", proxy.port);
    through(
        &server,
        &authority,
        &url,
        ", tls-server-name: another.example",
    )
    .await
    .unwrap();
    let error = through(&server, &authority, &url, "").await.err().unwrap();
    assert!(
        matches!(error, ConnectError::Link(LinkError::WrongName { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn refusals_are_the_proxys() {
    let authority = Authority::new();
    let server = kubernetes(&authority, "kubernetes.invalid").await;
    let wants = "it wants a user name and password";
    let denies = "it does not accept the user name and password";
    let no_http = "it does not speak HTTP";
    let login = "june:s3cr3t-pass@";
    let cases = [
        (
            "http",
            "",
            Kind::Http("407 Proxy Authentication Required"),
            wants,
            false,
        ),
        (
            "http",
            login,
            Kind::Http("407 Proxy Authentication Required"),
            denies,
            false,
        ),
        (
            "http",
            "",
            Kind::Http("403 Forbidden"),
            "it refused to connect to the server (HTTP 403 Forbidden)",
            false,
        ),
        (
            "http",
            "",
            Kind::Http("502 Bad Gateway"),
            "it refused to connect to the server (HTTP 502 Bad Gateway)",
            true,
        ),
        (
            "http",
            "",
            Kind::Says(b"SSH-2.0-OpenSSH\r\n"),
            no_http,
            false,
        ),
        (
            "http",
            "",
            Kind::Says(b""),
            "it closed the connection without an answer",
            true,
        ),
        (
            "http",
            "",
            Kind::Hangs,
            "it did not connect within 8 s",
            true,
        ),
        (
            "https",
            "",
            Kind::Says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "the encrypted connection to it failed",
            false,
        ),
        (
            "socks5",
            "",
            Kind::Socks(Some("june:password"), 0),
            wants,
            false,
        ),
        (
            "socks5",
            login,
            Kind::Socks(Some("june:password"), 0),
            denies,
            false,
        ),
        (
            "socks5",
            "",
            Kind::Socks(None, 2),
            "its rules forbid",
            false,
        ),
        (
            "socks5",
            "",
            Kind::Socks(None, 4),
            "it cannot reach the server",
            true,
        ),
        (
            "socks5",
            "",
            Kind::Says(b""),
            "it closed the connection without an answer",
            true,
        ),
        (
            "socks5",
            "",
            Kind::Says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "it does not speak SOCKS 5",
            false,
        ),
    ];
    for (scheme, login, kind, expected, passing) in cases {
        let proxy = Proxy::start(kind, None).await;
        let url = format!("{scheme}://{login}127.0.0.1:{}", proxy.port);
        let error = through(&server, &authority, &url, "").await.err().unwrap();
        let ConnectError::Link(
            link @ LinkError::Proxy {
                proxy: shown, why, ..
            },
        ) = &error
        else {
            panic!("{url}: {error:?}");
        };
        assert!(why.contains(expected), "{url}: {why}");
        assert_eq!(shown, &format!("127.0.0.1:{}", proxy.port));
        assert_eq!(link.retry_helps(), passing, "{url}: {why}");
        assert!(
            !format!("{error:?} {error}").contains("s3cr3t"),
            "{error:?}"
        );
    }
    assert!(server.seen().is_empty());
    let nobody = Proxy::start(OK, None).await.port;
    let url = format!("http://127.0.0.1:{nobody}");
    let error = through(&server, &authority, &url, "").await.err().unwrap();
    assert!(
        error.to_string().contains("nothing listens there"),
        "{error}"
    );
    let url = "http://proxy.invalid:3128";
    let error = through(&server, &authority, url, "").await.err().unwrap();
    assert!(
        error.to_string().contains("its name cannot be resolved"),
        "{error}"
    );
}
