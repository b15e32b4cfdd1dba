//! Judges an auth-provider entry: `oidc` is left of what kubectl once had built in.

use http::Uri;
use model::text::visible;
use secrecy::{ExposeSecret, SecretString};

use super::{Authority, account, authority, given};
use crate::document::{AuthProvider, Origin};

/// An OIDC issuer and what it is told. Fields of client-go 0.36 `plugin/pkg/client/auth/oidc/oidc.go`.
#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) url: Uri,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) id_token: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) authority: Authority,
}

pub(super) fn issuer(provider: &AuthProvider, origin: &Origin) -> Result<Issuer, String> {
    match given(provider.name.as_deref()) {
        Some("oidc") => oidc(provider, origin),
        Some("gcp") => Err("Its auth-provider gcp is gone from Kubernetes since 1.26. Install gke-gcloud-auth-plugin (gcloud components install gke-gcloud-auth-plugin), then have the kubeconfig written again: gcloud container clusters get-credentials.".to_owned()),
        Some("azure") => Err("Its auth-provider azure is gone from Kubernetes since 1.26. Install kubelogin (az aks install-cli), then convert the kubeconfig: kubelogin convert-kubeconfig; or have it written again: az aks get-credentials.".to_owned()),
        Some("openstack") => Err("Its auth-provider openstack is gone from Kubernetes since 1.25. Use a program in its place (user.exec): client-keystone-auth of cloud-provider-openstack.".to_owned()),
        Some(other) => Err(format!(
            "Its auth-provider {} is not known: only oidc is left of them in Kubernetes. Have the kubeconfig written again by your provider's tool.",
            visible(other)
        )),
        None => Err("Its auth-provider has no name. Have the kubeconfig written again by the tool that made it.".to_owned()),
    }
}

fn oidc(provider: &AuthProvider, origin: &Origin) -> Result<Issuer, String> {
    let text = |key: &str| provider.config(key).map(ExposeSecret::expose_secret);
    let missing = |key: &str| {
        format!(
            "Its auth-provider oidc has no {key} in its config. Log in again with the tool that made this kubeconfig."
        )
    };
    let url = issuer_url(text("idp-issuer-url").ok_or_else(|| missing("idp-issuer-url"))?)?;
    let client_id = text("client-id").ok_or_else(|| missing("client-id"))?;
    if client_id.chars().any(char::is_control) {
        return Err("The client-id of its auth-provider holds a line break or another character that cannot be typed.".to_owned());
    }
    let id_token = provider.config("id-token").cloned();
    if let Some(token) = &id_token {
        account::sendable("id-token (auth-provider)", token.expose_secret())?;
    }
    let refresh_token = provider.config("refresh-token").cloned();
    if id_token.is_none() && refresh_token.is_none() {
        return Err("Its auth-provider oidc has neither an id-token nor a refresh-token. Log in again with the tool that made this kubeconfig.".to_owned());
    }
    Ok(Issuer {
        url,
        client_id: client_id.to_owned(),
        client_secret: provider.config("client-secret").cloned(),
        id_token,
        refresh_token,
        authority: authority(
            "idp-certificate-authority",
            text("idp-certificate-authority-data"),
            text("idp-certificate-authority"),
            origin,
        )?,
    })
}

/// https, as OpenID Connect Discovery 1.0 section 3 demands, without user, query and fragment.
fn issuer_url(text: &str) -> Result<Uri, String> {
    let wrong = |what: &str| format!("The idp-issuer-url of its auth-provider {what}.");
    let secure = text
        .get(..8)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if !secure {
        return Err(wrong(
            "does not start with https://: the refresh token would go there unencrypted",
        ));
    }
    let url: Uri = text.parse().map_err(|_| wrong("is not a URL"))?;
    let authority = url.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(wrong("carries a user name or password"));
    }
    if url.host().is_none_or(str::is_empty) {
        return Err(wrong("has no host"));
    }
    if url.query().is_some() || text.contains('#') {
        return Err(wrong("has a query or fragment, which an issuer cannot"));
    }
    Ok(url)
}
