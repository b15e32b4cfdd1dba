//! Reads when a JSON web token expires; checks no signature, which is the server's to do.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    exp: Option<f64>,
}

/// Unix ms, as client-go reads it (plugin/pkg/client/auth/oidc/oidc.go, `idTokenExpired`). None for what is no token,
/// or says nothing of its end.
pub(crate) fn expiry_ms(token: &str) -> Option<i64> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = BASE64_URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let seconds = claims.exp.filter(|seconds| seconds.is_finite())?;
    // Saturates.
    #[expect(clippy::cast_possible_truncation)]
    let ms = (seconds * 1000.0) as i64;
    Some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn ends_of_tokens() {
        for (text, expected) in [
            (token(r#"{"exp":1767225600}"#), Some(1_767_225_600_000)),
            (token(r#"{"exp":1767225600.5}"#), Some(1_767_225_600_500)),
            (token(r#"{"exp":1e300}"#), Some(i64::MAX)),
            (token("{}"), None),
            (token("no"), None),
            (token(r#"{"exp":"1"}"#), None),
            ("abc".to_owned(), None),
            ("a.b.c".to_owned(), None),
            (format!("{}.d", token(r#"{"exp":1}"#)), None),
        ] {
            assert_eq!(expiry_ms(&text), expected, "{text}");
        }
    }
}
