//! Exchanges small messages with an OpenID Connect issuer.

use std::error::Error as StdError;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};

use crate::gate::links::{DnsError, Links, ProxyError};
use crate::target::{Proxy, Verification};
use crate::transport;

/// Largest answer, in bytes.
const LIMIT: usize = 256 << 10;

/// HTTP with one issuer: https only, no redirect followed, no link kept.
pub(crate) struct IssuerClient(Client<HttpsConnector<Links>, Full<Bytes>>);

/// A whole answer.
pub(crate) struct Said {
    pub(crate) code: u16,
    pub(crate) body: Bytes,
}

/// Fields of a form; may hold secrets.
pub(crate) struct Form(SecretString);

impl Form {
    pub(crate) fn new() -> Self {
        Self(SecretString::default())
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        let text = form_urlencoded::Serializer::new(self.0.expose_secret().to_owned())
            .append_pair(name, value)
            .finish();
        self.0 = text.into();
    }
}

impl IssuerClient {
    /// The error is a clause about what is wrong.
    pub(crate) fn new(
        issuer: &Uri,
        verification: &Verification,
        proxy: Option<&Proxy>,
    ) -> Result<Self, &'static str> {
        let tls = transport::tls(issuer, verification)?;
        let links = Links::new(proxy, &tls);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_only()
            .enable_http1()
            .wrap_connector(links);
        Ok(Self(
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(connector),
        ))
    }

    pub(crate) async fn get(&self, address: &Uri) -> Result<Said, String> {
        let request = Request::get(address.clone())
            .header(ACCEPT, "application/json")
            .body(Full::default())
            .map_err(|_| "its address is no address".to_owned())?;
        self.exchange(request).await
    }

    /// `login` goes into the Authorization header, its parts encoded as in a form (RFC 6749, 2.3.1).
    pub(crate) async fn post(
        &self,
        address: &Uri,
        form: &Form,
        login: Option<(&str, &str)>,
    ) -> Result<Said, String> {
        let mut request = Request::post(address.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((id, secret)) = login {
            let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
            let (id, secret): (String, String) = (part(id), part(secret));
            let pair = BASE64_STANDARD.encode(format!("{id}:{secret}"));
            let mut value = HeaderValue::from_str(&format!("Basic {pair}"))
                .map_err(|_| "its client-id cannot be sent".to_owned())?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let body = Bytes::copy_from_slice(form.0.expose_secret().as_bytes());
        let request = request
            .body(Full::new(body))
            .map_err(|_| "its address is no address".to_owned())?;
        self.exchange(request).await
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Said, String> {
        let response = self
            .0
            .request(request)
            .await
            .map_err(|error| clause(&error))?;
        let code = response.status().as_u16();
        let body = Limited::new(response.into_body(), LIMIT)
            .collect()
            .await
            .map_err(|_| "its answer is broken, or longer than any token".to_owned())?
            .to_bytes();
        Ok(Said { code, body })
    }
}

/// Why no answer came, by the innermost cause that is known.
fn clause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = Some(error);
    let mut why = "it ended the connection without an answer".to_owned();
    while let Some(current) = cause {
        if let Some(failure) = current.downcast_ref::<ProxyError>() {
            return format!("the proxy {} fails: {}", failure.proxy, failure.why);
        }
        if current.is::<DnsError>() {
            return "its name cannot be resolved".to_owned();
        }
        if let Some(tls) = current.downcast_ref::<rustls::Error>() {
            return format!("the encrypted connection failed ({tls})");
        }
        cause = match current.downcast_ref::<std::io::Error>() {
            Some(io) => {
                if io.kind() == std::io::ErrorKind::ConnectionRefused {
                    why = "nothing listens there".to_owned();
                }
                match io.get_ref() {
                    Some(inner) => Some(inner as &(dyn StdError + 'static)),
                    None => None,
                }
            }
            None => current.source(),
        };
    }
    why
}
