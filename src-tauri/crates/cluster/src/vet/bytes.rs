//! Data in a kubeconfig, or the path of a file with it: what either may be.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use model::text::visible;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::document::Origin;
use crate::gate::path::{has_separator, on_a_share, tidy};

/// Standard alphabet; Go's decoder, which kubectl uses, is strict about padding, ours is not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Folders whose files are not files.
const NO_FILES: [(&str, &str); 3] = [
    ("/dev", "is a device, not a file"),
    ("/proc", "is a view into the system (/proc), not a file"),
    ("/sys", "is a view into the system (/sys), not a file"),
];

/// Base64 of the field `{field}-data`.
pub(super) fn decoded(field: &str, data: &str) -> Result<Vec<u8>, String> {
    let joined: String = data.split_ascii_whitespace().collect();
    BASE64
        .decode(joined)
        .map_err(|_| format!("Its {field}-data is not base64."))
}

/// Whole path of the file a field names. It is looked at by its text alone.
pub(super) fn path(field: &str, given: &str, origin: &Origin) -> Result<PathBuf, String> {
    let shown = visible(given);
    if given.contains('\0') {
        return Err(format!(
            "Its {field} ({shown}) is not a path: it holds a zero byte."
        ));
    }
    if on_a_share(given) {
        return Err(format!(
            "Its {field} ({shown}) is on a network share. Copy the file to this computer and name the copy."
        ));
    }
    let path = match &origin.folder {
        Some(folder) => tidy(&folder.join(given)),
        None if Path::new(given).is_absolute() => tidy(Path::new(given)),
        None => {
            return Err(format!(
                "Its {field} ({shown}) is a path that starts from the kubeconfig's folder, and a pasted one has none. Write the whole path."
            ));
        }
    };
    if let Some((_, words)) = NO_FILES.iter().find(|(root, _)| path.starts_with(root)) {
        return Err(format!(
            "Its {field} ({shown}) {words}. Correct its path in the kubeconfig."
        ));
    }
    Ok(path)
}

/// The same for a command, which is only a path if it has a separator
/// (client-go 0.36 `tools/clientcmd/loader.go:GetAuthInfoFileReferences`).
pub(super) fn command(given: &str, origin: &Origin) -> Result<Option<PathBuf>, String> {
    has_separator(given)
        .then(|| path("exec.command", given, origin))
        .transpose()
}

/// The certificates (DER) in PEM, at least one.
pub(crate) fn certificates(field: &str, pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let authorities: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|_| format!("Its {field} is damaged PEM."))?;
    if authorities.is_empty() {
        return Err(format!(
            "Its {field} holds no certificate (-----BEGIN CERTIFICATE-----)."
        ));
    }
    Ok(authorities)
}
