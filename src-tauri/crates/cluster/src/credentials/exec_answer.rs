//! Reads what a credential plugin printed.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::sign::CertifiedKey;
use serde::Deserialize;

use super::identity;
use super::redact::Redactor;
use crate::target::ExecVersion;

/// What a plugin printed, of the parts that count.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExecCredential {
    api_version: String,
    kind: String,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<String>,
}

/// Credentials a plugin gave: a token, a certificate or both.
pub(crate) struct Given {
    pub(crate) token: Option<String>,
    pub(crate) identity: Option<Arc<CertifiedKey>>,
    /// Unix ms.
    pub(crate) until_ms: Option<i64>,
}

/// The API version as plugins say it.
pub(crate) fn api_version(version: ExecVersion) -> &'static str {
    match version {
        ExecVersion::V1Beta1 => "client.authentication.k8s.io/v1beta1",
        ExecVersion::V1 => "client.authentication.k8s.io/v1",
    }
}

/// Reads it as client-go 0.36 does (plugin/pkg/client/auth/exec/exec.go, `refreshCredsLocked`). The error is a clause
/// about the program as `it`, without anything it printed.
pub(crate) fn read(output: &[u8], version: ExecVersion) -> Result<Given, String> {
    let answer: ExecCredential = serde_json::from_slice(output).map_err(|_| {
        if output.trim_ascii().is_empty() {
            "it printed nothing".to_owned()
        } else {
            "it printed something else than an ExecCredential".to_owned()
        }
    })?;
    if answer.kind != "ExecCredential" {
        return Err("it printed something else than an ExecCredential".to_owned());
    }
    let expected = api_version(version);
    if answer.api_version != expected {
        return Err(format!(
            "it answers in another version of the protocol than {expected}, which the kubeconfig says (apiVersion)"
        ));
    }
    let status = answer
        .status
        .ok_or("it printed an ExecCredential without a status")?;
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let token = some(status.token);
    if let Some(token) = &token
        && super::bearer(token).is_none()
    {
        return Err(
            "its token is longer than any server accepts, or holds a line break, a space or another character no token has"
                .to_owned(),
        );
    }
    let identity = match (
        some(status.client_certificate_data),
        some(status.client_key_data),
    ) {
        (Some(certificate), Some(key)) => Some(
            identity::certified(certificate.as_bytes(), key.as_bytes()).map_err(|why| {
                format!("it gave a client certificate that cannot be used: {why}")
            })?,
        ),
        (None, None) => None,
        (Some(_), None) => return Err("it gave a client certificate without its key".to_owned()),
        (None, Some(_)) => return Err("it gave a key without its client certificate".to_owned()),
    };
    if token.is_none() && identity.is_none() {
        return Err("it gave neither a token nor a client certificate".to_owned());
    }
    let said = some(status.expiration_timestamp)
        .map(|text| text.parse::<Timestamp>())
        .transpose()
        .map_err(|_| "its expirationTimestamp is no time (RFC 3339)".to_owned())?
        .map(Timestamp::as_millisecond);
    // client-go waits for the server to refuse an expired certificate; many never say so.
    let certificate_ends = identity.as_deref().and_then(identity::expiry_ms);
    Ok(Given {
        token,
        identity,
        until_ms: said.into_iter().chain(certificate_ends).min(),
    })
}

/// Remembers what looks like a secret in output of any form, so that complaints that repeat it can be shown.
pub(crate) fn learn(output: &[u8], words: &Redactor) {
    let text = String::from_utf8_lossy(output);
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => {
            for name in ["token", "clientKeyData"] {
                if let Some(secret) = value["status"][name].as_str() {
                    words.learn(secret);
                }
            }
        }
        // A program that prints a bare token.
        Err(_) => {
            for word in text
                .split_whitespace()
                .filter(|word| word.len() >= 16)
                .take(8)
            {
                words.learn(word.trim_matches(['"', '\'', ',']));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(output: &str) -> String {
        read(output.as_bytes(), ExecVersion::V1)
            .err()
            .unwrap_or_else(|| "none".to_owned())
    }

    fn answer(status: &str) -> String {
        format!(
            r#"{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{status}}}"#
        )
    }

    #[test]
    fn wrong_answers_are_named_and_never_quoted() {
        let huge = answer(&format!(r#"{{"token":"{}"}}"#, "x".repeat(1 << 20)));
        for (output, expected) in [
            ("", "it printed nothing"),
            ("S3CRET", "it printed something else"),
            (r#"["S3CRET"]"#, "it printed something else"),
            (r#"{"kind":"Status"}"#, "it printed something else"),
            (
                r#"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"S3CRET"}}"#,
                "it answers in another version",
            ),
            (
                r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"}"#,
                "it printed an ExecCredential without a status",
            ),
            (&answer("{}"), "it gave neither"),
            (&answer(r#"{"token":""}"#), "it gave neither"),
            (&answer(r#"{"token":7}"#), "it printed something else"),
            (
                &answer(r#"{"token":"S3CRET\nX: y"}"#),
                "its token is longer",
            ),
            (&huge, "its token is longer"),
            (
                &answer(r#"{"clientCertificateData":"S3CRET"}"#),
                "it gave a client certificate without",
            ),
            (
                &answer(r#"{"clientKeyData":"S3CRET"}"#),
                "it gave a key without",
            ),
            (
                &answer(r#"{"clientCertificateData":"S3CRET","clientKeyData":"S3CRET"}"#),
                "it gave a client certificate that cannot be used: its client-certificate holds no",
            ),
            (
                &answer(r#"{"token":"S3CRET","expirationTimestamp":"soon"}"#),
                "its expirationTimestamp is no time",
            ),
        ] {
            let why = failure(output);
            assert!(why.starts_with(expected), "{expected}: {why}");
            assert!(!why.contains("S3CRET"), "{why}");
        }
    }

    #[test]
    fn a_token_with_its_end() {
        let output = answer(r#"{"token":"abc","expirationTimestamp":"2026-01-01T00:00:00Z"}"#);
        let given = read(output.as_bytes(), ExecVersion::V1).ok();
        assert!(given.is_some_and(|given| {
            given.token.as_deref() == Some("abc") && given.until_ms == Some(1_767_225_600_000)
        }));
    }
}
