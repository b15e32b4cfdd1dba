//! What weakens a context, in words for the start page.

use model::text::visible;

use super::{Authority, Parts};

pub(super) fn warnings(parts: &Parts<'_>) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(mixed) = mixed(parts) {
        words.push(mixed);
    }
    if parts.place.url.scheme_str() == Some("http") {
        words.push("The connection is not encrypted (http): everyone on the way can read it, credentials included.".to_owned());
    } else if matches!(parts.place.authority, Authority::Skipped) {
        words.push("The server's certificate is not checked (insecure-skip-tls-verify): anyone in between can pose as the cluster.".to_owned());
    }
    words
}

/// A credential of one file goes to a server of another.
pub(crate) fn mixed(parts: &Parts<'_>) -> Option<String> {
    let (user, cluster) = (parts.user?, parts.cluster);
    (user.origin.path != cluster.origin.path).then(|| {
        format!(
            "Its server comes from {}, its credentials from {}.",
            visible(&cluster.origin.path.display().to_string()),
            visible(&user.origin.path.display().to_string())
        )
    })
}
