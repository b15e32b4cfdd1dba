//! A small blocking HTTP client for one API server: what tests need beside kubectl, without its rate limits.

use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::Error;

/// Speaks JSON with one API server under one token. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Client {
    /// `url` without a path, `ca` the PEM of the CA that signed the server's certificate.
    pub fn new(url: &str, ca: &str, token: &str) -> Result<Self, Error> {
        let certificate = Certificate::from_pem(ca.as_bytes()).map_err(|source| Error::Http {
            request: "reading the CA".to_owned(),
            source: Box::new(source),
        })?;
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[certificate]))
            .build();
        Ok(Self::with(Some(tls), url, token))
    }

    /// For a server on this machine whose certificate nobody signed.
    pub fn unverified(url: &str, token: &str) -> Self {
        let tls = TlsConfig::builder().disable_verification(true).build();
        Self::with(Some(tls), url, token)
    }

    /// For a server without TLS: `url` begins with `http:`.
    pub fn plain(url: &str, token: &str) -> Self {
        Self::with(None, url, token)
    }

    fn with(tls: Option<TlsConfig>, url: &str, token: &str) -> Self {
        let mut config = ureq::Agent::config_builder()
            .proxy(None)
            .user_agent("control-plane")
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(2)))
            .max_idle_connections(64)
            .max_idle_connections_per_host(64);
        if let Some(tls) = tls {
            config = config.tls_config(tls);
        }
        Self {
            agent: config.build().new_agent(),
            url: url.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Reads `path` (with its query).
    pub fn get(&self, path: &str) -> Result<Value, Error> {
        self.request("GET", path, "", None)
    }

    /// Creates an object in the collection `path`.
    pub fn create(&self, path: &str, object: &Value) -> Result<Value, Error> {
        self.request("POST", path, "application/json", Some(object))
    }

    /// Like [`create`](Self::create), content with an object of that name that is there already.
    pub fn ensure(&self, path: &str, object: &Value) -> Result<(), Error> {
        match self.create(path, object) {
            Ok(_) | Err(Error::Api { status: 409, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Replaces an object (or its `/status`) by a whole one.
    pub fn replace(&self, path: &str, object: &Value) -> Result<Value, Error> {
        self.request("PUT", path, "application/json", Some(object))
    }

    /// Applies a JSON merge patch to an object or its `/status`.
    pub fn merge_patch(&self, path: &str, change: &Value) -> Result<Value, Error> {
        self.request("PATCH", path, "application/merge-patch+json", Some(change))
    }

    /// Applies an object as a field manager that its query names.
    pub fn apply(&self, path: &str, object: &Value) -> Result<Value, Error> {
        self.request("PATCH", path, "application/apply-patch+yaml", Some(object))
    }

    /// Deletes an object or, given a collection, all that its query selects.
    pub fn delete(&self, path: &str) -> Result<Value, Error> {
        self.request("DELETE", path, "", None)
    }

    /// Sends one request as it is given and returns the answer, whatever its status, before its body is read.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Reply, Error> {
        let failed = |source| Error::Http {
            request: format!("{method} {path}"),
            source: Box::new(source),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).map_err(|source| failed(source.into()))?;
        self.agent.run(request).map(Reply).map_err(failed)
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let name = || format!("{method} {path}");
        let failed = |source| Error::Http {
            request: name(),
            source: Box::new(source),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token));
        if !content_type.is_empty() {
            request = request.header("Content-Type", content_type);
        }
        let bytes = body
            .map(|value| value.to_string().into_bytes())
            .unwrap_or_default();
        let request = request
            .body(bytes)
            .map_err(|source| failed(source.into()))?;
        let mut response = self.agent.run(request).map_err(failed)?;
        let status = response.status().as_u16();
        let text = response
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_string()
            .map_err(failed)?;
        // Health checks answer in plain text.
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        if status < 400 {
            return Ok(value);
        }
        let message = value["message"]
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Err(Error::Api {
            request: name(),
            status,
            message,
        })
    }
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Reply(ureq::http::Response<ureq::Body>);

impl Reply {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// All values of a header that are text.
    pub fn header(&self, name: &str) -> Vec<String> {
        let values = self.0.headers().get_all(name).iter();
        values
            .filter_map(|value| value.to_str().ok().map(str::to_owned))
            .collect()
    }

    /// The body as it arrives.
    pub fn into_reader(self) -> impl Read + Send + 'static {
        self.0.into_body().into_reader()
    }
}
