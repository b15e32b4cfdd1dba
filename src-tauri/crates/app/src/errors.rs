//! Errors of `cluster` as the UI shows them.

use cluster::{ConnectError, KubeconfigError, LinkError, RequestError};
use wire::{ErrorCode, WireError};

/// A sentence, and what follows it as detail.
fn split(code: ErrorCode, words: &str) -> WireError {
    let (message, detail) = match words.find(". ") {
        Some(end) => (&words[..=end], words[end + 2..].trim()),
        None => (words, ""),
    };
    WireError::new(code, message, detail)
}

fn link_code(error: &LinkError) -> ErrorCode {
    match error {
        LinkError::UntrustedCertificate { .. }
        | LinkError::ExpiredCertificate { .. }
        | LinkError::FutureCertificate { .. }
        | LinkError::WrongName { .. }
        | LinkError::BadCertificate { .. } => ErrorCode::Untrusted,
        LinkError::HandshakeRefused { .. } => ErrorCode::Unauthorized,
        LinkError::NotTls { .. } | LinkError::TlsExpected { .. } | LinkError::NotHttp { .. } => {
            ErrorCode::Malformed
        }
        LinkError::Refused { .. }
        | LinkError::Dns { .. }
        | LinkError::Timeout { .. }
        | LinkError::Unroutable { .. }
        | LinkError::Closed { .. }
        | LinkError::Proxy { .. }
        | LinkError::Other { .. } => ErrorCode::Unreachable,
    }
}

/// Of one request.
pub(crate) fn request(error: &RequestError) -> WireError {
    let code = match error {
        RequestError::Unreachable(link) => link_code(link),
        RequestError::Timeout { .. } | RequestError::Cut => ErrorCode::Unreachable,
        RequestError::Credentials { .. } | RequestError::Status { code: 401, .. } => {
            ErrorCode::Unauthorized
        }
        RequestError::Status { code: 403, .. } => ErrorCode::Forbidden,
        RequestError::Status {
            code: 404 | 410, ..
        } => ErrorCode::Gone,
        RequestError::Malformed { .. } => ErrorCode::Malformed,
        RequestError::Status { .. }
        | RequestError::TooLarge { .. }
        | RequestError::Internal { .. } => ErrorCode::Other,
    };
    split(code, &error.to_string())
}

/// Of a kubeconfig.
pub(crate) fn kubeconfig(error: &KubeconfigError) -> WireError {
    split(ErrorCode::Malformed, &error.to_string())
}

/// Of connecting.
pub(crate) fn connect(error: &ConnectError) -> WireError {
    let code = match error {
        ConnectError::UnknownContext(_)
        | ConnectError::NotAgreed(_)
        | ConnectError::Broken(_)
        | ConnectError::NotKubernetes { .. } => ErrorCode::Malformed,
        ConnectError::Link(link) => link_code(link),
        ConnectError::Credentials(_)
        | ConnectError::Unauthorized { .. }
        | ConnectError::NoCredentials { .. } => ErrorCode::Unauthorized,
        ConnectError::Forbidden { .. } => ErrorCode::Forbidden,
        ConnectError::Request(error) => return request(error),
    };
    split(code, &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_is_the_message() {
        let error = connect(&ConnectError::Link(LinkError::Refused {
            server: "https://127.0.0.1:1".to_owned(),
        }));
        assert_eq!(error.code, ErrorCode::Unreachable);
        assert_eq!(
            error.message,
            "https://127.0.0.1:1 refused the connection: nothing listens there."
        );
        assert_eq!(error.detail, "Is the cluster running, and the port right?");
    }

    #[test]
    fn each_has_the_code_the_window_acts_on() {
        let server = "https://10.0.0.1:6443".to_owned();
        let cases = [
            (
                ConnectError::Unauthorized {
                    server: server.clone(),
                },
                ErrorCode::Unauthorized,
            ),
            (
                ConnectError::Link(LinkError::UntrustedCertificate {
                    server: server.clone(),
                }),
                ErrorCode::Untrusted,
            ),
            (
                ConnectError::Link(LinkError::Timeout {
                    server,
                    seconds: 10,
                }),
                ErrorCode::Unreachable,
            ),
        ];
        for (error, code) in cases {
            assert_eq!(connect(&error).code, code, "{error}");
        }
    }
}
