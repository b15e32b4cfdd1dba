//! A small OIDC issuer on loopback: discovery, keys, and tokens for refresh tokens.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::http::{self, Stream};
use super::{Authority, CLIENT, CLIENT_SECRET, GROUP};

/// What an issuer does wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refuses each refresh token.
    InvalidGrant,
    /// Answers a grant without an ID token.
    NoIdToken,
    /// Names this as its token endpoint.
    TokenEndpoint(String),
    /// Says in its discovery that it is this other issuer.
    OtherIssuer(String),
    /// Never answers.
    Silence,
    /// Answers a body of so many bytes.
    Body(usize),
}

/// The issuer. Clones are the same one.
#[derive(Clone)]
pub struct Issuer {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    key: EcdsaKeyPair,
    state: Mutex<State>,
}

struct State {
    url: String,
    /// What each refresh token is good for.
    refresh: BTreeMap<String, Grant>,
    fault: Option<Fault>,
    /// Method and path of each request.
    requests: Vec<String>,
    /// All tokens it gave out.
    issued: Vec<String>,
}

/// What a refresh token is good for.
#[derive(Clone)]
struct Grant {
    user: String,
    /// Of the ID tokens.
    lifetime: Duration,
    /// Whether it is good for one use.
    once: bool,
}

/// How long ID tokens last where nothing else is said.
const LIFETIME: Duration = Duration::from_hours(1);

impl Issuer {
    /// Starts one that `authority` vouches for.
    pub fn start(authority: &Authority) -> Self {
        let random = SystemRandom::new();
        let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        let shared = Arc::new(Shared {
            key: EcdsaKeyPair::from_pkcs8(signing, key.as_ref(), &random).unwrap(),
            state: Mutex::new(State {
                url: String::new(),
                refresh: BTreeMap::new(),
                fault: None,
                requests: Vec::new(),
                issued: Vec::new(),
            }),
        });
        let own = shared.clone();
        let port = http::serve(Some(authority.server()), move |stream| {
            respond(stream, own.clone())
        });
        shared.state.lock().unwrap().url = format!("https://127.0.0.1:{port}");
        Self { port, shared }
    }

    /// `https://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// An ID token of `user` that is valid for an hour from now, or ended a minute ago.
    pub fn id_token(&self, user: &str, expired: bool) -> String {
        self.shared.id_token(user, (!expired).then_some(LIFETIME))
    }

    /// An ID token of `user` that is valid for so long from now.
    pub fn brief_token(&self, user: &str, lifetime: Duration) -> String {
        self.shared.id_token(user, Some(lifetime))
    }

    /// A refresh token of `user` that can be used again and again.
    pub fn refresh_token(&self, user: &str) -> String {
        self.grant(user, LIFETIME, false)
    }

    /// A refresh token of `user` that is good for one use, like those it is exchanged for, and brings ID tokens
    /// that last so long.
    pub fn rotating_token(&self, user: &str, lifetime: Duration) -> String {
        self.grant(user, lifetime, true)
    }

    fn grant(&self, user: &str, lifetime: Duration, once: bool) -> String {
        let token = format!("PLANTED-refresh-token-of-{user}");
        let user = user.to_owned();
        let grant = Grant {
            user,
            lifetime,
            once,
        };
        let mut state = self.shared.state.lock().unwrap();
        state.refresh.insert(token.clone(), grant);
        token
    }

    /// From now on it does this.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.shared.state.lock().unwrap().fault = fault;
    }

    /// `GET /path` of each request so far.
    pub fn requests(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().requests.clone()
    }

    /// Every ID token it signed.
    pub fn issued(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().issued.clone()
    }
}

impl Shared {
    /// Valid for so long from now; none: ended a minute ago.
    fn id_token(&self, user: &str, lifetime: Option<Duration>) -> String {
        let mut state = self.state.lock().unwrap();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let (from, until) = match lifetime {
            Some(lifetime) => (now, now + lifetime.as_secs()),
            None => (now - 3_660, now - 60),
        };
        let claims = json!({
            "iss": state.url, "aud": CLIENT, "sub": user, "groups": [GROUP], "iat": from, "exp": until,
            "jti": state.issued.len().to_string(),
        });
        let header = json!({"alg": "ES256", "kid": "corpus", "typ": "JWT"});
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self
            .key
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        state.issued.push(token.clone());
        token
    }

    fn discovery(&self) -> Value {
        let state = self.state.lock().unwrap();
        let url = &state.url;
        let (issuer, endpoint) = match &state.fault {
            Some(Fault::OtherIssuer(other)) => (other.clone(), format!("{url}/token")),
            Some(Fault::TokenEndpoint(other)) => (url.clone(), other.clone()),
            _ => (url.clone(), format!("{url}/token")),
        };
        json!({
            "issuer": issuer, "token_endpoint": endpoint, "jwks_uri": format!("{url}/keys"),
            "authorization_endpoint": format!("{url}/authorize"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        })
    }

    fn keys(&self) -> Value {
        // Uncompressed: 4, x, y.
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "corpus", "x": x, "y": y}]})
    }

    /// The answer to a grant: status and body.
    fn grant(&self, authorization: Option<&str>, form: &BTreeMap<String, String>) -> (u16, Value) {
        let refused = |error: &str| (400, json!({"error": error}));
        let field = |name: &str| form.get(name).map(String::as_str);
        let basic =
            |secret: &str| format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}")));
        let by_header = [CLIENT_SECRET, ""]
            .iter()
            .any(|secret| authorization == Some(&basic(secret)));
        let by_form = field("client_id") == Some(CLIENT)
            && matches!(field("client_secret"), None | Some("" | CLIENT_SECRET));
        if !by_header && !by_form {
            return (401, json!({"error": "invalid_client"}));
        }
        if field("grant_type") != Some("refresh_token") {
            return refused("unsupported_grant_type");
        }
        let given = field("refresh_token").unwrap_or_default();
        let (grant, fault) = {
            let state = self.state.lock().unwrap();
            (state.refresh.get(given).cloned(), state.fault.clone())
        };
        let Some(grant) = grant.filter(|_| fault != Some(Fault::InvalidGrant)) else {
            return refused("invalid_grant");
        };
        let token = self.id_token(&grant.user, Some(grant.lifetime));
        let seconds = grant.lifetime.as_secs();
        let mut state = self.state.lock().unwrap();
        let next = format!("PLANTED-next-{}-of-{}", state.issued.len(), grant.user);
        if grant.once {
            state.refresh.remove(given);
        }
        state.refresh.insert(next.clone(), grant);
        let mut answer = json!({
            "id_token": token, "refresh_token": next, "access_token": "PLANTED-access-token",
            "token_type": "Bearer", "expires_in": seconds,
        });
        if fault == Some(Fault::NoIdToken) {
            answer["id_token"].take();
        }
        (200, answer)
    }
}

async fn respond(mut stream: Box<dyn Stream>, shared: Arc<Shared>) -> io::Result<()> {
    let head = http::head(&mut stream).await?;
    let body = head.body(&mut stream).await?;
    let (path, _) = head.target.split_once('?').unwrap_or((&head.target, ""));
    let fault = {
        let mut state = shared.state.lock().unwrap();
        state.requests.push(format!("{} {path}", head.method));
        state.fault.clone()
    };
    match fault {
        Some(Fault::Silence) => return std::future::pending().await,
        Some(Fault::Body(bytes)) => {
            return http::answer(&mut stream, "200 OK", "", &"x".repeat(bytes)).await;
        }
        _ => {}
    }
    let (status, answer) = match (head.method.as_str(), path) {
        ("GET", "/.well-known/openid-configuration") => (200, shared.discovery()),
        ("GET", "/keys") => (200, shared.keys()),
        ("POST", "/token") => shared.grant(head.header("authorization"), &form(&body)),
        _ => (404, json!({})),
    };
    let status = match status {
        200 => "200 OK",
        400 => "400 Bad Request",
        401 => "401 Unauthorized",
        _ => "404 Not Found",
    };
    let headers = "Content-Type: application/json\r\nCache-Control: no-store\r\n";
    http::answer(&mut stream, status, headers, &answer.to_string()).await
}

/// `application/x-www-form-urlencoded`
fn form(body: &str) -> BTreeMap<String, String> {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                let digits = std::str::from_utf8(&digits).unwrap_or("00");
                u8::from_str_radix(digits, 16).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
