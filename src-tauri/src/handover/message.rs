//! What a start says to the one before it.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

/// Most bytes of a request: more than a command line can hold.
pub(super) const LIMIT: u64 = 8 << 20;

/// The first part, so that another version's words are not taken for ours.
const GREETING: &[u8] = b"scalescope 1";

/// The files of one start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// Absolute paths; none asks only for the window.
    pub(crate) files: Vec<PathBuf>,
    /// The desktop's token that lets the window come to the front; empty if there is none.
    pub(crate) activation: OsString,
}

impl Request {
    /// Parts that each end with a NUL, which neither paths nor tokens hold.
    pub(super) fn encode(&self) -> Vec<u8> {
        let count = self.files.len().to_string();
        let parts = [GREETING, count.as_bytes(), self.activation.as_bytes()];
        let files = self.files.iter().map(|path| path.as_os_str().as_bytes());
        let mut bytes = Vec::new();
        for part in parts.into_iter().chain(files) {
            bytes.extend_from_slice(part);
            bytes.push(0);
        }
        bytes
    }

    /// `None` for anything that [`encode`](Self::encode) does not make, a request cut short above all.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.strip_suffix(&[0])?.split(|byte| *byte == 0);
        if parts.next()? != GREETING {
            return None;
        }
        let count: usize = str::from_utf8(parts.next()?).ok()?.parse().ok()?;
        let text = |part: &[u8]| OsString::from_vec(part.to_vec());
        let activation = text(parts.next()?);
        let files: Vec<PathBuf> = parts.map(|part| PathBuf::from(text(part))).collect();
        let whole = files.len() == count && files.iter().all(|path| path.is_absolute());
        whole.then_some(Self { files, activation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_come_out_as_they_went_in() {
        let odd = OsString::from_vec(b"/\xff\n".to_vec());
        for files in [
            vec![],
            vec![PathBuf::from("/a b")],
            vec!["/$(x)".into(), odd.into()],
        ] {
            for activation in ["", "token_TIME7"] {
                let request = Request {
                    files: files.clone(),
                    activation: activation.into(),
                };
                assert_eq!(Request::decode(&request.encode()), Some(request));
            }
        }
    }

    #[test]
    fn nothing_else_is_understood() {
        let whole = Request {
            files: vec!["/a".into()],
            activation: "t".into(),
        }
        .encode();
        for length in 0..whole.len() {
            assert_eq!(Request::decode(&whole[..length]), None, "{length}");
        }
        assert_eq!(Request::decode(b"scalescope 2\x001\0\0/a\0"), None);
        assert_eq!(
            Request::decode(b"scalescope 1\x001\0\0a\0"),
            None,
            "a relative path"
        );
    }
}
