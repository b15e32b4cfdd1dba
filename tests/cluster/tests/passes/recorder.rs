//! A server in between that keeps what it passed on.

use std::collections::HashSet;
use std::io::{BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use control_plane::Client;
use jiff::Timestamp;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// One request with its answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// When it was asked.
    pub(crate) asked: Timestamp,
    /// When the whole answer was given.
    pub(crate) answered: Timestamp,
    /// The client, as it calls itself.
    pub(crate) agent: String,
    /// Path and query.
    pub(crate) path: String,
    /// HTTP status.
    pub(crate) status: u16,
    /// The answer.
    pub(crate) body: String,
}

/// Passes requests on to one server.
#[derive(Clone)]
pub(crate) struct Recorder {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: Client,
    exchanges: Mutex<Vec<Exchange>>,
    refused: Mutex<HashSet<String>>,
}

impl Recorder {
    /// Before a server with TLS, with a certificate that nobody signed.
    pub(crate) fn with_tls(upstream: Client) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
            .unwrap();
        Self::start(upstream, Some(Arc::new(config)))
    }

    /// Before a server without TLS.
    pub(crate) fn plain(upstream: Client) -> Self {
        Self::start(upstream, None)
    }

    fn start(upstream: Client, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            upstream,
            exchanges: Mutex::default(),
            refused: Mutex::default(),
        });
        let recorder = Self {
            port,
            shared: shared.clone(),
        };
        thread::spawn(move || {
            for link in listener.incoming().flatten() {
                let (shared, tls) = (shared.clone(), tls.clone());
                thread::spawn(move || {
                    // A link that its client cuts is over, whatever was under way.
                    let _ = match tls {
                        Some(config) => ServerConnection::new(config)
                            .map_err(std::io::Error::other)
                            .and_then(|tls| serve(&shared, StreamOwned::new(tls, link))),
                        None => serve(&shared, link),
                    };
                });
            }
        });
        recorder
    }

    /// Where it listens on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether requests about a namespace are refused with 503.
    pub(crate) fn set_refused(&self, namespace: &str, refused: bool) {
        let mut all = self.shared.refused.lock().unwrap();
        if refused {
            all.insert(namespace.to_owned());
        } else {
            all.remove(namespace);
        }
    }

    /// All that passed so far, in the order of the answers.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.shared.exchanges.lock().unwrap().clone()
    }
}

impl Exchange {
    /// The namespace that it is about; empty if none.
    pub(crate) fn namespace(&self) -> &str {
        let rest = self.path.split_once("/namespaces/").map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split(['/', '?']).next())
            .unwrap_or_default()
    }
}

struct Head {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
}

fn serve(shared: &Shared, link: impl Read + Write) -> std::io::Result<()> {
    let mut link = BufReader::new(link);
    while let Some(head) = read_head(&mut link)? {
        let header = |name: &str| {
            let mut all = head.headers.iter();
            all.find(|one| one.0.eq_ignore_ascii_case(name))
                .map_or("", |one| one.1.as_str())
        };
        let mut exchange = Exchange {
            asked: Timestamp::now(),
            answered: Timestamp::now(),
            agent: header("user-agent").to_owned(),
            path: head.path.clone(),
            status: 503,
            body: String::new(),
        };
        let namespace = exchange.namespace().to_owned();
        let kind = if shared.refused.lock().unwrap().contains(&namespace) {
            exchange.body = refusal();
            "application/json".to_owned()
        } else {
            // What is about a namespace shall be readable here.
            let accept = if namespace.is_empty() {
                header("accept")
            } else {
                "application/json"
            };
            let reply = shared
                .upstream
                .send(&head.method, &head.path, &[("Accept", accept)], Vec::new())
                .map_err(std::io::Error::other)?;
            exchange.status = reply.status();
            let kind = reply.header("content-type").first().cloned();
            let mut body = Vec::new();
            reply.into_reader().read_to_end(&mut body)?;
            answer(&mut link, &mut exchange, kind.as_deref(), &body)?;
            shared.exchanges.lock().unwrap().push(Exchange {
                body: String::from_utf8_lossy(&body).into_owned(),
                ..exchange
            });
            continue;
        };
        let body = exchange.body.clone();
        answer(&mut link, &mut exchange, Some(&kind), body.as_bytes())?;
        shared.exchanges.lock().unwrap().push(exchange);
    }
    Ok(())
}

fn answer<L: Read + Write>(
    link: &mut BufReader<L>,
    exchange: &mut Exchange,
    kind: Option<&str>,
    body: &[u8],
) -> std::io::Result<()> {
    let kind = kind.unwrap_or("application/json");
    let (status, length) = (exchange.status, body.len());
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    let link = link.get_mut();
    link.write_all(&[head.as_bytes(), body].concat())?;
    link.flush()?;
    exchange.answered = Timestamp::now();
    Ok(())
}

fn refusal() -> String {
    serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 503,
        "reason": "ServiceUnavailable", "message": "the metrics are gone for a while",
    })
    .to_string()
}

/// `None` at the end of the link.
fn read_head(from: &mut impl std::io::BufRead) -> std::io::Result<Option<Head>> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, path) = (word(), word());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    Ok(Some(Head {
        method,
        path,
        headers,
    }))
}
