//! OIDC logins that are renewed.

use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cluster::connection::Ask;
use cluster::{ConnectError, Connection, Greeting};

use crate::agreed::{data, open, until};
use crate::authority::{Authority, Validity};
use crate::files::knowing;
use crate::server::{Act, Seen, Server, json, reply};

/// Unix seconds far away, and long ago.
const LATER: u64 = 4_000_000_000;
const BEFORE: u64 = 1_000_000_000;

fn id_token(subject: &str, end: u64) -> String {
    let payload = format!(r#"{{"sub":"{subject}","exp":{end}}}"#);
    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(payload))
}

struct Issuer {
    authority: Authority,
    server: Server,
}

impl Issuer {
    /// `token` answers what comes to `/token`; `discovery` makes the document of the issuer's own address.
    async fn start(
        discovery: impl Fn(&str) -> Vec<Act> + Send + Sync + 'static,
        token: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let authority = Authority::new();
        let tls = authority.server(&["127.0.0.1"], Validity::Now, None);
        let port = Arc::new(OnceLock::new());
        let own = Arc::clone(&port);
        let server = Server::start(Some(tls), move |seen| match seen.line.as_str() {
            "GET /.well-known/openid-configuration" => {
                discovery(&format!("https://127.0.0.1:{}", own.get().unwrap()))
            }
            "POST /token" => token(seen),
            _ => json(404, "{}"),
        })
        .await;
        port.set(server.port).unwrap();
        Self { authority, server }
    }

    async fn usual(token: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start(discovered, token).await
    }

    fn user(&self, more: &str) -> String {
        format!(
            "auth-provider: {{name: oidc, config: {{idp-issuer-url: 'https://127.0.0.1:{}', client-id: our-id, {}, {more}}}}}",
            self.server.port,
            data("idp-certificate-authority-data", &self.authority.pem()),
        )
    }

    async fn connect(
        &self,
        to: &Server,
        more: &str,
    ) -> Result<(Connection, Greeting), ConnectError> {
        let url = format!("http://127.0.0.1:{}", to.port);
        open(&url, "", &self.user(more)).await
    }

    fn asked(&self) -> usize {
        let seen = self.server.seen();
        seen.iter()
            .filter(|seen| seen.line == "POST /token")
            .count()
    }
}

fn discovered(own: &str) -> Vec<Act> {
    json(
        200,
        &format!(r#"{{"issuer":"{own}","token_endpoint":"{own}/token"}}"#),
    )
}

fn tokens(id: &str, refresh: &str) -> Vec<Act> {
    json(
        200,
        &format!(r#"{{"access_token":"a","id_token":"{id}","refresh_token":"{refresh}"}}"#),
    )
}

#[tokio::test]
async fn a_good_token_is_used_and_nobody_asked() {
    let good = id_token("good", LATER);
    let cluster = knowing(&Arc::new(Mutex::new(good.to_ascii_lowercase()))).await;
    let issuer = Issuer::usual(|_| json(500, "{}")).await;
    issuer
        .connect(
            &cluster,
            &format!("id-token: {good}, refresh-token: r-one-r"),
        )
        .await
        .unwrap();
    assert!(issuer.server.seen().is_empty());
}

#[tokio::test]
async fn a_rotated_refresh_token_is_used_next_time() {
    let known = Arc::new(Mutex::new(id_token("1", LATER).to_ascii_lowercase()));
    let cluster = knowing(&known).await;
    let number = Mutex::new(0);
    let issuer = Issuer::usual(move |seen| {
        let mut number = number.lock().unwrap();
        // `our-id:our+secret` of `our secret`.
        let expected = "authorization: basic b3vylwlkom91citzzwnyzxq=\r\n";
        let ours = seen.headers.contains(expected)
            && seen.body == format!("grant_type=refresh_token&refresh_token=refresh-{number}");
        if !ours {
            return json(400, r#"{"error":"invalid_grant"}"#);
        }
        *number += 1;
        tokens(
            &id_token(&number.to_string(), LATER),
            &format!("refresh-{number}"),
        )
    })
    .await;
    let expired = id_token("old", BEFORE);
    let more =
        format!("id-token: {expired}, refresh-token: refresh-0, client-secret: 'our secret'");
    let (connection, _) = issuer.connect(&cluster, &more).await.unwrap();
    *known.lock().unwrap() = id_token("2", LATER).to_ascii_lowercase();
    until("a second renewal", || async {
        connection.bytes(Ask::json("/a")).await.ok()
    })
    .await;
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn an_issuer_that_wants_the_client_in_the_form_gets_it() {
    let token = id_token("form", LATER);
    let cluster = knowing(&Arc::new(Mutex::new(token.to_ascii_lowercase()))).await;
    let issuer = Issuer::usual(move |seen| {
        if seen
            .body
            .ends_with("&client_id=our-id&client_secret=our-secret")
            && !seen.headers.contains("authorization")
        {
            tokens(&token, "")
        } else {
            json(401, r#"{"error":"invalid_client"}"#)
        }
    })
    .await;
    let more = "refresh-token: r-one-r, client-secret: our-secret";
    issuer.connect(&cluster, more).await.unwrap();
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn issuers_that_give_nothing_are_told() {
    type Discovery = fn(&str) -> Vec<Act>;
    type Token = fn(&Seen) -> Vec<Act>;
    let nothing: Token = |_| json(500, "{}");
    let cases: [(&str, Discovery, Token, &str); 10] = [
        (
            "another issuer",
            |_| {
                json(
                    200,
                    r#"{"issuer":"https://b.example","token_endpoint":"https://b.example/t"}"#,
                )
            },
            nothing,
            "it names itself differently",
        ),
        (
            "plain http",
            |own| {
                json(
                    200,
                    &format!(r#"{{"issuer":"{own}","token_endpoint":"http://127.0.0.1:1/t"}}"#),
                )
            },
            nothing,
            "is not encrypted",
        ),
        (
            "no endpoint",
            |own| json(200, &format!(r#"{{"issuer":"{own}"}}"#)),
            nothing,
            "it names no token_endpoint",
        ),
        (
            "a page",
            |_| reply(200, "", b"<html>"),
            nothing,
            "openid-configuration is none",
        ),
        (
            "a redirect",
            |_| reply(302, "Location: https://127.0.0.1:1/\r\n", b""),
            nothing,
            "is not followed",
        ),
        (
            "trouble",
            |_| json(503, "{}"),
            nothing,
            "a problem of its own (HTTP 503)",
        ),
        (
            "endless",
            |_| reply(200, "", &vec![b' '; 1 << 20]),
            nothing,
            "its answer is broken, or longer",
        ),
        (
            "spent",
            discovered,
            |_| {
                json(
                    400,
                    r#"{"error":"invalid_grant","error_description":"r-one-r is spent"}"#,
                )
            },
            "HTTP 400: invalid_grant, [redacted] is spent",
        ),
        (
            "no id_token",
            discovered,
            |_| json(200, r#"{"access_token":"a"}"#),
            "without an id_token",
        ),
        (
            "a token with a line",
            discovered,
            |_| json(200, r#"{"id_token":"a\nb"}"#),
            "none that a request can carry",
        ),
    ];
    for (name, discovery, token, expected) in cases {
        let issuer = Issuer::start(discovery, token).await;
        let cluster = knowing(&Arc::default()).await;
        let error = issuer
            .connect(&cluster, "refresh-token: r-one-r")
            .await
            .err()
            .unwrap();
        assert!(
            matches!(&error, ConnectError::Credentials(why) if why.contains(expected)),
            "{name}: {error:?}"
        );
        assert!(!error.to_string().contains("r-one-r"), "{error}");
        assert!(cluster.seen().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn one_that_cannot_be_renewed_or_trusted_is_told() {
    let cluster = knowing(&Arc::default()).await;
    let issuer = Issuer::usual(|_| json(500, "{}")).await;
    let expired = format!("id-token: {}", id_token("old", BEFORE));
    let error = issuer.connect(&cluster, &expired).await.err().unwrap();
    assert!(error.to_string().contains("kubelogin"), "{error}");
    let url = format!("http://127.0.0.1:{}", cluster.port);
    let user = issuer.user("refresh-token: r-one-r");
    let other = Authority::new();
    let user = user.replace(
        &data("idp-certificate-authority-data", &issuer.authority.pem()),
        &data("idp-certificate-authority-data", &other.pem()),
    );
    let error = open(&url, "", &user).await.err().unwrap();
    assert!(
        error
            .to_string()
            .contains("the encrypted connection failed"),
        "{error}"
    );
    assert!(issuer.server.seen().is_empty());
}

#[tokio::test]
async fn a_silent_issuer_is_not_waited_for_long() {
    let issuer = Issuer::start(|_| vec![Act::Hang], |_| json(500, "{}")).await;
    let cluster = knowing(&Arc::default()).await;
    let error = issuer.connect(&cluster, "refresh-token: r-one-r").await;
    let error = error.err().unwrap();
    assert!(
        error.to_string().contains("did not answer within 10 s"),
        "{error}"
    );
}
