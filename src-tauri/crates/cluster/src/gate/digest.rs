//! Digests of files.

use std::path::Path;

use sha2::{Digest, Sha256};

/// SHA-256 of a file of at most `limit` bytes.
pub(crate) fn of_file(path: &Path, limit: u64) -> Result<String, crate::regular::Refusal> {
    use std::fmt::Write;
    let bytes = crate::regular::read(path, limit)?;
    let mut text = String::new();
    for byte in Sha256::digest(&bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
