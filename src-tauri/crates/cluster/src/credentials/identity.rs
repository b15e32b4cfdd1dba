//! Makes client certificates as TLS uses them.

use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use secrecy::ExposeSecret;

use super::Failure;
use super::redact::Redactor;
use crate::gate::files;
use crate::target::Piece;

/// Largest certificate or key file, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// A client certificate of which a part is in a file.
#[derive(Clone)]
pub(crate) struct IdentityFiles {
    pub(crate) certificate: Piece,
    pub(crate) key: Piece,
    pub(crate) words: Arc<Redactor>,
}

/// Reads the files as they are now. Certificate and key that do not fit may be in the middle of being replaced, so
/// that may pass.
pub(crate) fn from_files(files: &IdentityFiles) -> Result<Arc<CertifiedKey>, Failure> {
    let certificate = piece(&files.certificate, "client-certificate")?;
    let key = piece(&files.key, "client-key")?;
    files.words.learn(&String::from_utf8_lossy(&key));
    certified(&certificate, &key)
        .map_err(|why| Failure::passing(format!("The user of this context cannot log in: {why}.")))
}

fn piece(piece: &Piece, field: &str) -> Result<Vec<u8>, Failure> {
    match piece {
        Piece::Data(data) => Ok(data.expose_secret().to_vec()),
        Piece::File(path) => files::read(path, FILE_LIMIT).map_err(|refusal| {
            Failure::passing(format!(
                "The {field} ({}) {}. Correct its path in the kubeconfig, or get the file again.",
                model::text::visible(&path.display().to_string()),
                refusal.words(FILE_LIMIT)
            ))
        }),
    }
}

/// The client certificate as TLS uses it, or a clause about what is wrong with it. Certificates of X.509 version 1,
/// which hand-made ones often are, pass: only the server has to like them.
pub(crate) fn certified(certificate: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, &'static str> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|_| "its client-certificate is damaged PEM")?;
    if chain.is_empty() {
        return Err("its client-certificate holds no certificate");
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| "its client-key holds no private key (an encrypted key cannot be used)")?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key)
        .map_err(|_| "its client-key is damaged, or of a kind TLS does not know")?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err("its client-key does not belong to its client-certificate")
        }
        Ok(()) | Err(_) => Ok(Arc::new(certified)),
    }
}

/// When the certificate expires, Unix ms; none for one that cannot be read.
pub(crate) fn expiry_ms(identity: &CertifiedKey) -> Option<i64> {
    let leaf = identity.cert.first()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(leaf).ok()?;
    Some(
        certificate
            .validity()
            .not_after
            .timestamp()
            .saturating_mul(1000),
    )
}
