//! Judges a user entry: with what it logs in, where several ways are given.

use http::HeaderValue;
use model::text::visible;
use secrecy::{ExposeSecret, SecretString};

use super::{Account, Login, bytes, given, impersonation, program, provider};
use crate::document::{Filed, Origin, User};
use crate::target::{Certificate, Identity, Piece};

/// Longest token: servers refuse headers past a few tens of kilobytes anyway.
const TOKEN_LIMIT: usize = 64 << 10;

/// Every field is looked at, also those that another way to log in makes unneeded, as client-go 0.36
/// `tools/clientcmd/validation.go:validateAuthInfo` does.
pub(super) fn account(filed: &Filed<User>) -> Result<Account, String> {
    let (user, origin) = (&filed.entry, &*filed.origin);
    let token = token(user.token.as_ref())?;
    let token_file = given(user.token_file.as_deref())
        .map(|path| bytes::path("tokenFile", path, origin))
        .transpose()?;
    let basic = basic(user)?;
    let certificate = certificate(user, origin)?;
    let program = user
        .exec
        .as_ref()
        .map(|exec| program::program(exec, origin))
        .transpose()?;
    let issuer = user
        .auth_provider
        .as_ref()
        .map(|provider| provider::issuer(provider, origin))
        .transpose()?;
    if program.is_some() && issuer.is_some() {
        return Err("Its user has both exec and auth-provider, which kubectl refuses too. Remove one of them from the kubeconfig.".to_owned());
    }
    if basic.is_some() && (token.is_some() || token_file.is_some()) {
        return Err("Its user has both a token and a username, which kubectl refuses too. Remove one of them from the kubeconfig.".to_owned());
    }
    // What stands in the file comes before a program and an issuer: those are not asked where it does, as in client-go 0.36
    // `plugin/pkg/client/auth/exec/exec.go:Authenticator.UpdateTransportConfig` and
    // `plugin/pkg/client/auth/oidc/oidc.go:roundTripper.RoundTrip`. A token file comes before a token, as in
    // `transport/token_source.go:NewCachedFileTokenSource`.
    let has_certificate = !matches!(certificate, Certificate::None);
    let login = match (token_file, token, basic, program, issuer) {
        (Some(path), _, _, _, _) => Login::TokenFile(path),
        (None, Some(token), _, _, _) => Login::Token(token),
        (None, None, Some((username, password)), _, _) => Login::Basic { username, password },
        (None, None, None, Some(program), _) if !has_certificate => Login::Program(program),
        (None, None, None, _, Some(issuer)) => Login::Issuer(issuer),
        (None, None, None, _, None) => Login::None,
    };
    Ok(Account {
        login,
        certificate,
        impersonate: impersonation::impersonation(user)?,
    })
}

/// An empty one counts as absent.
fn token(token: Option<&SecretString>) -> Result<Option<SecretString>, String> {
    let Some(token) = token.filter(|token| !token.expose_secret().is_empty()) else {
        return Ok(None);
    };
    sendable("token", token.expose_secret())?;
    Ok(Some(token.clone()))
}

/// Whether a token can be a header's value; else says what is wrong with `field`.
pub(super) fn sendable(field: &str, token: &str) -> Result<(), String> {
    if token.len() > TOKEN_LIMIT {
        return Err(format!(
            "Its {field} is longer than {TOKEN_LIMIT} bytes, which no server accepts."
        ));
    }
    if token.chars().any(char::is_whitespace)
        || HeaderValue::from_str(token).is_err()
        || !token.is_ascii()
    {
        return Err(format!(
            "Its {field} holds a line break, a space or another character no token has. Copy it again as one line."
        ));
    }
    Ok(())
}

fn basic(user: &User) -> Result<Option<(String, SecretString)>, String> {
    let password = user
        .password
        .as_ref()
        .filter(|password| !password.expose_secret().is_empty());
    let Some(username) = given(user.username.as_deref()) else {
        return match password {
            Some(_) => Err("Its user has a password but no username; both are needed.".to_owned()),
            None => Ok(None),
        };
    };
    if username.contains(':') {
        return Err(format!(
            "Its username ({}) holds a colon, which would end it: a server could not tell it from the password.",
            visible(username)
        ));
    }
    let fits = |text: &str| !text.chars().any(char::is_control);
    if !fits(username) || !password.is_none_or(|password| fits(password.expose_secret())) {
        return Err("Its username or password holds a line break or another character that cannot be typed. Copy it again as one line.".to_owned());
    }
    Ok(Some((
        username.to_owned(),
        password.cloned().unwrap_or_default(),
    )))
}

fn certificate(user: &User, origin: &Origin) -> Result<Certificate, String> {
    let certificate = piece(
        "client-certificate",
        given(user.client_certificate_data.as_deref()),
        given(user.client_certificate.as_deref()),
        origin,
    )?;
    let key = piece(
        "client-key",
        given(
            user.client_key_data
                .as_ref()
                .map(ExposeSecret::expose_secret),
        ),
        given(user.client_key.as_deref()),
        origin,
    )?;
    match (certificate, key) {
        (None, None) => Ok(Certificate::None),
        (Some(Piece::Data(certificate)), Some(Piece::Data(key))) => {
            Ok(Certificate::Fixed(Identity {
                certificate: certificate.expose_secret().to_vec(),
                key,
            }))
        }
        (Some(certificate), Some(key)) => Ok(Certificate::Files { certificate, key }),
        (Some(_), None) => {
            Err("Its user has a client-certificate but no client-key; both are needed.".to_owned())
        }
        (None, Some(_)) => {
            Err("Its user has a client-key but no client-certificate; both are needed.".to_owned())
        }
    }
}

/// Data comes before a path (client-go 0.36 `rest/config.go:LoadTLSFiles`).
fn piece(
    field: &str,
    data: Option<&str>,
    path: Option<&str>,
    origin: &Origin,
) -> Result<Option<Piece>, String> {
    match (data, path) {
        (Some(data), _) => Ok(Some(Piece::Data(bytes::decoded(field, data)?.into()))),
        (None, Some(path)) => Ok(Some(Piece::File(bytes::path(field, path, origin)?))),
        (None, None) => Ok(None),
    }
}
