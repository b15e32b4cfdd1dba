//! Where credentials that change come from.

use std::path::PathBuf;
use std::sync::Arc;

use http::HeaderValue;
use rustls::sign::CertifiedKey;

use super::exec::Plugin;
use super::identity::{self, IdentityFiles};
use super::oidc::Issuer;
use super::redact::Redactor;
use super::renewal::Pace;
use super::{Failure, bearer};
use crate::gate::files;

/// How often files are looked at again, in ms. client-go's tokens from files live a minute
/// (transport/token_source.go, `NewCachedFileTokenSource`); a sixth of that costs nothing.
const LOOK_AGAIN_MS: i64 = 10_000;
/// Largest token file, in bytes.
const TOKEN_LIMIT: u64 = 64 << 10;

/// One source.
pub(crate) enum Source {
    /// A token in this file.
    TokenFile(PathBuf, Arc<Redactor>),
    /// A client certificate in files.
    Files(IdentityFiles),
    Exec(Plugin),
    Oidc(Box<Issuer>),
}

/// What a source gives.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    /// The `Authorization` header, marked as sensitive.
    pub(crate) authorization: Option<HeaderValue>,
    /// The client certificate.
    pub(crate) identity: Option<Arc<CertifiedKey>>,
    /// When it expires, Unix ms.
    pub(crate) until_ms: Option<i64>,
    /// When to look whether there is another, Unix ms.
    pub(crate) look_again_ms: Option<i64>,
}

impl Pass {
    /// Whether a server would see no difference.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let chain = |pass: &Self| pass.identity.as_ref().map(|identity| identity.cert.clone());
        self.authorization == other.authorization && chain(self) == chain(other)
    }
}

impl Source {
    pub(crate) fn pace(&self) -> Pace {
        match self {
            Self::TokenFile(..) | Self::Files(_) => Pace::READ,
            Self::Exec(_) | Self::Oidc(_) => Pace::ASKED,
        }
    }

    /// Credentials as they are at `now_ms`, Unix ms. Never run twice at a time.
    pub(crate) async fn obtain(&self, now_ms: i64) -> Result<Pass, Failure> {
        match self {
            Self::TokenFile(path, words) => {
                let path = path.clone();
                let content = blocking(move || token_file(&path)).await?;
                words.learn(&content);
                Ok(Pass {
                    authorization: Some(bearer(&content).ok_or_else(|| {
                        Failure::lasting("The token file does not hold a token in one line. Get a new one, then connect again.".to_owned())
                    })?),
                    look_again_ms: Some(now_ms + LOOK_AGAIN_MS),
                    ..Pass::default()
                })
            }
            Self::Files(files) => {
                let files = files.clone();
                Ok(Pass {
                    identity: Some(blocking(move || identity::from_files(&files)).await?),
                    look_again_ms: Some(now_ms + LOOK_AGAIN_MS),
                    ..Pass::default()
                })
            }
            Self::Exec(plugin) => plugin.obtain(now_ms).await,
            Self::Oidc(issuer) => issuer.obtain(now_ms).await,
        }
    }
}

fn token_file(path: &std::path::Path) -> Result<String, Failure> {
    let shown = model::text::visible(&path.display().to_string()).into_owned();
    let bytes = files::read(path, TOKEN_LIMIT).map_err(|refusal| {
        // Files of tokens are replaced: this may pass.
        Failure::passing(format!(
            "The token file ({shown}) {}. Log in again, or correct its path in the kubeconfig.",
            refusal.words(TOKEN_LIMIT)
        ))
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::lasting(format!("The token file ({shown}) is not text.")))?;
    let token = text.trim().to_owned();
    if token.is_empty() {
        return Err(Failure::passing(format!(
            "The token file ({shown}) is empty. Log in again."
        )));
    }
    Ok(token)
}

/// Files may be on a disk that sleeps.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Failure::defect()))
}
