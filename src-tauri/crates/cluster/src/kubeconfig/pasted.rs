//! A kubeconfig that came as text: from the clipboard, not from a file.

use std::path::Path;

use super::{LIMIT, Opened, opened};
use crate::document::{self, Origin};
use crate::error::KubeconfigError;

/// Reads a pasted kubeconfig of up to 4 MiB. `name` stands where a file's path would, in the result as in errors. Paths in it must
/// be whole, as there is no folder they could start from.
pub fn pasted(text: &str, name: &str) -> Result<Opened, KubeconfigError> {
    let path = Path::new(name);
    if text.len() as u64 > LIMIT {
        return Err(KubeconfigError::TooLarge {
            path: path.to_owned(),
            limit: LIMIT,
        });
    }
    let origin = Origin {
        path: path.into(),
        folder: None,
    };
    let document = document::parse(origin, text.as_bytes())?;
    Ok(opened(vec![path.to_owned()], Vec::new(), document))
}
