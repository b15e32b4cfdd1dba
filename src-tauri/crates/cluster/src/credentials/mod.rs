//! The credentials of one connection: obtained when first needed, renewed in time, never written anywhere.

mod exec;
mod exec_answer;
#[cfg(test)]
mod exec_tests;
mod identity;
mod issuer_client;
mod jwt;
mod keeper;
mod oidc;
pub(crate) mod redact;
mod renewal;
mod source;

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use rustls::sign::CertifiedKey;
use secrecy::ExposeSecret;

use crate::error::{ConnectError, RequestError};
use crate::target::{Bearer, Certificate, Impersonate, Target};
use exec::Plugin;
use identity::IdentityFiles;
use keeper::{Keeper, Renewed};
use oidc::Issuer;
use redact::Redactor;
use source::Source;

pub use oidc::NOTE as OIDC_NOTE;

/// Longest token: servers refuse headers past a few tens of kilobytes anyway.
const TOKEN_LIMIT: usize = 64 << 10;

/// The wall clock, in Unix ms.
pub(crate) type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Why there are no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A sentence without any secret that says what to do.
    pub(crate) why: String,
    /// Whether it may pass by itself.
    pub(crate) passing: bool,
}

impl Failure {
    fn passing(why: String) -> Self {
        Self { why, passing: true }
    }

    fn lasting(why: String) -> Self {
        Self {
            why,
            passing: false,
        }
    }

    fn defect() -> Self {
        Self::lasting(
            "A part of Scalescope failed while it obtained credentials. Please report this."
                .to_owned(),
        )
    }
}

impl From<Failure> for RequestError {
    fn from(failure: Failure) -> Self {
        Self::Credentials {
            why: failure.why,
            passing: failure.passing,
        }
    }
}

/// Credentials of one target.
pub(crate) struct Credentials {
    /// A header that never changes.
    fixed: Option<HeaderValue>,
    /// A certificate that never changes.
    certificate: Option<Arc<CertifiedKey>>,
    /// What changes; the first that has a header, or a certificate, gives it.
    keepers: Vec<Keeper>,
    acts_as: HeaderMap,
    words: Arc<Redactor>,
}

/// Credentials for one request.
#[derive(Clone)]
pub(crate) struct Signed {
    authorization: Option<HeaderValue>,
    /// What the link must present.
    pub(crate) identity: Option<Arc<CertifiedKey>>,
    numbers: Vec<u64>,
}

impl Credentials {
    /// Checks what is fixed; reads, runs and contacts nothing yet.
    pub(crate) fn new(target: &Target, clock: &Clock) -> Result<Self, ConnectError> {
        let words = Arc::new(Redactor::default());
        let broken = |why: &str| {
            ConnectError::Broken(format!(
                "The context {} cannot be used: {why}.",
                target.context
            ))
        };
        let keep = |source| Keeper::new(source, Arc::clone(clock));
        let mut keepers = Vec::new();
        let mut fixed = None;
        match &target.bearer {
            Bearer::None => {}
            Bearer::Token(token) => {
                words.learn(token.expose_secret());
                fixed = Some(
                    bearer(token.expose_secret())
                        .ok_or_else(|| broken("its token is none that a request can carry"))?,
                );
            }
            Bearer::Basic { username, password } => {
                let pair = format!("{username}:{}", password.expose_secret());
                words.learn(password.expose_secret());
                words.learn(&pair);
                let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
                fixed =
                    Some(sensitive(&value).ok_or_else(|| broken("its user name cannot be sent"))?);
            }
            Bearer::TokenFile(path) => {
                keepers.push(keep(Source::TokenFile(path.clone(), Arc::clone(&words))));
            }
            Bearer::Exec(plugin) => {
                keepers.push(keep(Source::Exec(Plugin::new(plugin.clone(), &words))));
            }
            Bearer::Oidc(oidc) => {
                let issuer = Issuer::new(oidc.clone(), &words).map_err(broken)?;
                keepers.push(keep(Source::Oidc(Box::new(issuer))));
            }
        }
        let mut certificate = None;
        match &target.certificate {
            Certificate::None => {}
            Certificate::Fixed(own) => {
                let key = own.key.expose_secret();
                words.learn(&String::from_utf8_lossy(key));
                certificate = Some(identity::certified(&own.certificate, key).map_err(broken)?);
            }
            Certificate::Files { certificate, key } => {
                keepers.push(keep(Source::Files(IdentityFiles {
                    certificate: certificate.clone(),
                    key: key.clone(),
                    words: Arc::clone(&words),
                })));
            }
        }
        if let Some((_, password)) = target.proxy.as_ref().and_then(|proxy| proxy.login.as_ref()) {
            words.learn(password.expose_secret());
        }
        let acts_as = match &target.impersonate {
            Some(other) => impersonation(other)
                .ok_or_else(|| broken("the user it impersonates cannot be sent"))?,
            None => HeaderMap::new(),
        };
        Ok(Self {
            fixed,
            certificate,
            keepers,
            acts_as,
            words,
        })
    }

    /// What to sign a request with now. Waits for a program, an issuer or a file where nothing good is held.
    pub(crate) async fn current(&self) -> Result<Signed, Failure> {
        let mut signed = Signed {
            authorization: self.fixed.clone(),
            identity: self.certificate.clone(),
            numbers: Vec::with_capacity(self.keepers.len()),
        };
        for keeper in &self.keepers {
            let (pass, number) = keeper.current().await?;
            signed.authorization = signed.authorization.or_else(|| pass.authorization.clone());
            signed.identity = signed.identity.or_else(|| pass.identity.clone());
            signed.numbers.push(number);
        }
        Ok(signed)
    }

    /// What is held, good or not; waits for nothing.
    pub(crate) fn held(&self) -> Signed {
        let mut signed = Signed {
            authorization: self.fixed.clone(),
            identity: self.certificate.clone(),
            numbers: Vec::new(),
        };
        for pass in self.keepers.iter().filter_map(Keeper::held) {
            signed.authorization = signed.authorization.or_else(|| pass.authorization.clone());
            signed.identity = signed.identity.or_else(|| pass.identity.clone());
        }
        signed
    }

    /// The server refused `signed`: whether there are others now.
    pub(crate) async fn rejected(&self, signed: &Signed) -> Result<bool, Failure> {
        let mut others = false;
        let mut failure = None;
        for (keeper, number) in self.keepers.iter().zip(&signed.numbers) {
            match keeper.rejected(*number).await {
                Renewed::Other => others = true,
                Renewed::Same => {}
                Renewed::Failed(why) => failure = Some(why),
            }
        }
        match failure {
            Some(failure) if !others => Err(failure),
            Some(_) | None => Ok(others),
        }
    }

    /// Whether a person or a program may be what is waited for.
    pub(crate) fn is_busy(&self) -> bool {
        self.keepers.iter().any(Keeper::is_running)
    }

    /// Signs one request.
    pub(crate) fn sign(&self, signed: &Signed, headers: &mut HeaderMap) {
        if let Some(value) = &signed.authorization {
            headers.insert(AUTHORIZATION, value.clone());
        }
        for (name, value) in &self.acts_as {
            headers.append(name.clone(), value.clone());
        }
    }

    pub(crate) fn words(&self) -> &Redactor {
        &self.words
    }
}

/// The header for a token, if a header can hold it.
fn bearer(token: &str) -> Option<HeaderValue> {
    let fits = !token.is_empty()
        && token.len() <= TOKEN_LIMIT
        && token.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        sensitive(&format!("Bearer {token}"))
    } else {
        None
    }
}

fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// All of it, or nothing: client-go's transport/round_trippers.go, `impersonatingRoundTripper`.
fn impersonation(other: &Impersonate) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut add = |name: HeaderName, value: &str| -> Option<()> {
        headers.append(name, HeaderValue::from_str(value).ok()?);
        Some(())
    };
    add(HeaderName::from_static("impersonate-user"), &other.user)?;
    if let Some(uid) = &other.uid {
        add(HeaderName::from_static("impersonate-uid"), uid)?;
    }
    for group in &other.groups {
        add(HeaderName::from_static("impersonate-group"), group)?;
    }
    for (key, values) in &other.extra {
        let name = format!("impersonate-extra-{}", escaped(key));
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        for value in values {
            add(name.clone(), value)?;
        }
    }
    Some(headers)
}

/// A key as a part of a header's name: what no name may hold is percent-encoded, and the server decodes it
/// (client-go, `headerKeyEscape`).
fn escaped(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte) {
            name.push(char::from(byte.to_ascii_lowercase()));
        } else {
            name.push_str(&format!("%{byte:02x}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_token_is_one_word() {
        let value = bearer("abc").unwrap();
        assert_eq!(value, "Bearer abc");
        assert!(value.is_sensitive());
        for wrong in ["", "a b", "a\nb", "a\r\nX: y", "ä", "a\u{0}"] {
            assert_eq!(bearer(wrong), None, "{wrong:?}");
        }
        assert_eq!(bearer(&"x".repeat(1 << 20)), None);
    }

    #[test]
    fn impersonation_is_whole() {
        let headers = impersonation(&Impersonate {
            user: "jane".to_owned(),
            uid: Some("42".to_owned()),
            groups: vec!["a".to_owned(), "b".to_owned()],
            extra: vec![(
                "example.com/Scope:x".to_owned(),
                vec!["one".to_owned(), "two".to_owned()],
            )],
        })
        .unwrap();
        let all: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        assert_eq!(
            all,
            [
                "impersonate-user: jane",
                "impersonate-uid: 42",
                "impersonate-group: a",
                "impersonate-group: b",
                "impersonate-extra-example.com%2fscope%3ax: one",
                "impersonate-extra-example.com%2fscope%3ax: two",
            ]
        );
        let broken = Impersonate {
            user: "a\nb".to_owned(),
            ..Impersonate::default()
        };
        assert_eq!(impersonation(&broken), None);
    }
}
