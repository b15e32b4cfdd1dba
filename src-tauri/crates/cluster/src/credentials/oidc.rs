//! Renews OpenID Connect tokens, as client-go's `oidc` auth-provider does.
//!
//! After client-go 0.36, plugin/pkg/client/auth/oidc/oidc.go: `idToken`, `tokenEndpoint`; and oauth2's
//! internal/token.go, `RetrieveToken`. Other than there the issuer must name itself, its addresses must be https, no
//! redirect is followed, and nothing is written back. The cluster's proxy-url is not for the issuer, as in
//! client-go: it is reached as this computer's variables say.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::issuer_client::{Form, IssuerClient, Said};
use super::redact::Redactor;
use super::source::Pass;
use super::{Failure, bearer, jwt};
use crate::target::Oidc;

/// What a person must know of logins of this kind.
pub const NOTE: &str = "Scalescope renews this login in memory and never writes to the kubeconfig. An issuer that replaces the refresh token at each use makes the one in the file useless: other tools, and Scalescope after its next start, will ask you to log in again. A credential plugin such as kubelogin (kubectl oidc-login) keeps its own and has no such trouble.";

/// One exchange with the issuer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A token this close to its end, in ms, is not given out any more (client-go, `expiryDelta`).
const EXPIRY_DELTA_MS: i64 = 10_000;
const LOG_IN_AGAIN: &str = "Log in again with the tool that wrote this kubeconfig, for example kubelogin (kubectl oidc-login) or your provider's own, then connect again.";

/// One login with one issuer.
pub(crate) struct Issuer {
    oidc: Oidc,
    client: IssuerClient,
    held: Mutex<Held>,
    words: Arc<Redactor>,
    patience: Duration,
}

#[derive(Default)]
struct Held {
    id_token: Option<SecretString>,
    /// The kubeconfig's, or the one that replaced it.
    refresh_token: Option<SecretString>,
    /// Whether `id_token` was given out before: asked again, the server does not like it or it is about to end.
    given: bool,
    endpoint: Option<Uri>,
}

#[derive(Deserialize)]
struct Discovery {
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    token_endpoint: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    id_token: Option<String>,
    refresh_token: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Issuer {
    /// Contacts nobody yet. The error is a clause about what is wrong.
    pub(crate) fn new(oidc: Oidc, words: &Arc<Redactor>) -> Result<Self, &'static str> {
        for secret in [&oidc.client_secret, &oidc.id_token, &oidc.refresh_token]
            .into_iter()
            .flatten()
        {
            words.learn(secret.expose_secret());
        }
        if oidc.issuer.scheme_str() != Some("https") {
            return Err("its issuer's address does not start with https://");
        }
        let some = |secret: &Option<SecretString>| {
            secret
                .clone()
                .filter(|secret| !secret.expose_secret().is_empty())
        };
        if let Some((_, password)) = oidc.proxy.as_ref().and_then(|proxy| proxy.login.as_ref()) {
            words.learn(password.expose_secret());
        }
        Ok(Self {
            client: IssuerClient::new(&oidc.issuer, &oidc.verification, oidc.proxy.as_ref())?,
            held: Mutex::new(Held {
                id_token: some(&oidc.id_token),
                refresh_token: some(&oidc.refresh_token),
                ..Held::default()
            }),
            oidc,
            words: Arc::clone(words),
            patience: PATIENCE,
        })
    }

    /// The kubeconfig's own token as long as it is good, then what the issuer gives for the refresh token.
    pub(crate) async fn obtain(&self, now_ms: i64) -> Result<Pass, Failure> {
        let (own, refresh_token) = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let own = held.id_token.clone().filter(|token| {
                jwt::expiry_ms(token.expose_secret())
                    .is_none_or(|end| now_ms + EXPIRY_DELTA_MS < end)
            });
            let again = std::mem::replace(&mut held.given, true);
            let refresh_token = held.refresh_token.clone();
            (
                own.filter(|_| !again || refresh_token.is_none()),
                refresh_token,
            )
        };
        if let Some(own) = own {
            return pass(own.expose_secret());
        }
        let Some(refresh_token) = refresh_token else {
            return Err(Failure::lasting(format!(
                "The login of this context has expired, and it holds no refresh-token to renew it with. {LOG_IN_AGAIN}"
            )));
        };
        let tokens = self.refresh(&refresh_token).await?;
        let id_token = tokens.id_token.ok_or_else(|| {
            Failure::lasting(format!(
                "The issuer {} renewed the login without an id_token: the scope openid was not asked for, or it does not give one on renewal. {LOG_IN_AGAIN}",
                self.shown()
            ))
        })?;
        let given = pass(&id_token)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.id_token = Some(id_token.into());
        Ok(given)
    }

    async fn refresh(&self, refresh_token: &SecretString) -> Result<Tokens, Failure> {
        let endpoint = self.endpoint().await?;
        let mut form = Form::new();
        form.add("grant_type", "refresh_token");
        form.add("refresh_token", refresh_token.expose_secret());
        let secret = self
            .oidc
            .client_secret
            .as_ref()
            .map_or("", |secret| secret.expose_secret());
        let login = (self.oidc.client_id.as_str(), secret);
        let mut said = self
            .in_time(self.client.post(&endpoint, &form, Some(login)))
            .await?;
        let mut tokens = self.tokens(&said.body);
        if wants_client_in_form(&said, &tokens) {
            form.add("client_id", &self.oidc.client_id);
            if !secret.is_empty() {
                form.add("client_secret", secret);
            }
            said = self
                .in_time(self.client.post(&endpoint, &form, None))
                .await?;
            tokens = self.tokens(&said.body);
        }
        match said.code {
            200..=299 => {}
            500..=599 | 408 | 429 => return Err(self.trouble(said.code)),
            300..=399 => return Err(self.redirects()),
            code => {
                let said = [tokens.error, tokens.error_description]
                    .into_iter()
                    .flatten()
                    .map(|words| self.words.visible(&words).chars().take(200).collect())
                    .collect::<Vec<String>>()
                    .join(", ");
                let said = if said.is_empty() {
                    format!("HTTP {code}")
                } else {
                    format!("HTTP {code}: {said}")
                };
                return Err(Failure::lasting(format!(
                    "The issuer {} does not renew the login of this context ({said}). {LOG_IN_AGAIN}",
                    self.shown()
                )));
            }
        }
        // The old one may be spent from here on.
        if let Some(next) = tokens
            .refresh_token
            .as_ref()
            .filter(|next| !next.is_empty())
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.refresh_token = Some(next.clone().into());
        }
        Ok(tokens)
    }

    /// What an answer holds, remembered before anything of it can be shown.
    fn tokens(&self, body: &Bytes) -> Tokens {
        let tokens: Tokens = serde_json::from_slice(body).unwrap_or_default();
        for secret in [&tokens.id_token, &tokens.refresh_token]
            .into_iter()
            .flatten()
        {
            self.words.learn(secret);
        }
        tokens
    }

    /// Where tokens are renewed, as the issuer says.
    async fn endpoint(&self) -> Result<Uri, Failure> {
        let known = {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.endpoint.clone()
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let issuer = self.oidc.issuer.to_string();
        let issuer = issuer.trim_end_matches('/');
        let address: Uri = format!("{issuer}/.well-known/openid-configuration")
            .parse()
            .map_err(|_| self.no_issuer("its address is no address"))?;
        let said = self.in_time(self.client.get(&address)).await?;
        match said.code {
            200 => {}
            500..=599 | 408 | 429 => return Err(self.trouble(said.code)),
            300..=399 => return Err(self.redirects()),
            code => return Err(self.no_issuer(&format!("HTTP {code}"))),
        }
        let discovery: Discovery = serde_json::from_slice(&said.body)
            .map_err(|_| self.no_issuer("its openid-configuration is none"))?;
        if discovery.issuer.trim_end_matches('/') != issuer {
            return Err(self.no_issuer("it names itself differently than the kubeconfig does"));
        }
        let endpoint: Uri = discovery
            .token_endpoint
            .parse()
            .ok()
            .filter(|uri: &Uri| uri.host().is_some())
            .ok_or_else(|| self.no_issuer("it names no token_endpoint"))?;
        if endpoint.scheme_str() != Some("https") {
            return Err(self.no_issuer("its token_endpoint is not encrypted (https://)"));
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.endpoint = Some(endpoint.clone());
        Ok(endpoint)
    }

    async fn in_time(
        &self,
        exchange: impl Future<Output = Result<Said, String>>,
    ) -> Result<Said, Failure> {
        let why = match tokio::time::timeout(self.patience, exchange).await {
            Ok(Ok(said)) => return Ok(said),
            Ok(Err(why)) => why,
            Err(_) => format!("it did not answer within {} s", self.patience.as_secs()),
        };
        Err(Failure::passing(format!(
            "The issuer {} cannot be reached to renew the login of this context: {}. Check the network and the VPN.",
            self.shown(),
            self.words.visible(&why)
        )))
    }

    fn trouble(&self, code: u16) -> Failure {
        Failure::passing(format!(
            "The issuer {} has a problem of its own (HTTP {code}) and did not renew the login of this context.",
            self.shown()
        ))
    }

    fn redirects(&self) -> Failure {
        self.no_issuer("it leads to another address, which is not followed")
    }

    fn no_issuer(&self, why: &str) -> Failure {
        Failure::lasting(format!(
            "The issuer {} cannot renew the login of this context: {why}. Correct idp-issuer-url in the kubeconfig, or ask whoever gave it to you.",
            self.shown()
        ))
    }

    fn shown(&self) -> String {
        model::text::visible(self.oidc.issuer.to_string().trim_end_matches('/')).into_owned()
    }
}

/// Some issuers know clients by the Authorization header alone, some by the form alone.
fn wants_client_in_form(said: &Said, tokens: &Tokens) -> bool {
    said.code == 401
        || said.code == 400
            && tokens
                .error
                .as_deref()
                .is_some_and(|error| ["invalid_client", "invalid_request"].contains(&error))
}

fn pass(id_token: &str) -> Result<Pass, Failure> {
    let authorization = bearer(id_token).ok_or_else(|| {
        Failure::lasting(format!(
            "The id-token of this context is none that a request can carry. {LOG_IN_AGAIN}"
        ))
    })?;
    Ok(Pass {
        authorization: Some(authorization),
        until_ms: jwt::expiry_ms(id_token),
        ..Pass::default()
    })
}
