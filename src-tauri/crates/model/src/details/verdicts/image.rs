//! Images that cannot be had (reasons of kubelet's pkg/kubelet/images/types.go).

use table::Tone;

use super::super::look::Look;
use super::super::shape::Verdict;
use super::{sentence, verdict};

/// A container that waits with `reason`, if that is about its image.
pub(super) fn check(
    look: &Look<'_>,
    container: &str,
    image: &str,
    reason: &str,
    message: &str,
) -> Option<Verdict> {
    match reason {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "RegistryUnavailable"
        | "ImageInspectError"
        | "SignatureValidationFailed" => {}
        "InvalidImageName" => {
            return Some(verdict(
                Tone::Bad,
                format!("{container}: {image} is no valid image name"),
                sentence(message),
            ));
        }
        "ErrImageNeverPull" => {
            return Some(verdict(
                Tone::Bad,
                format!("{container}: image {image} is not on the node"),
                "Its pull policy is Never, so it is not fetched.",
            ));
        }
        _ => return None,
    }
    // The back-off's own message only repeats the image; the failure itself is in an event.
    let failure = look
        .own
        .iter()
        .find(|event| {
            &*event.reason == "Failed"
                && event.message.contains("pull image")
                && (event.message.contains(image) || event.field_path.contains(container))
        })
        .map_or(message, |event| &*event.message);
    let said = if failure.is_empty() { reason } else { failure };
    let (what, advice) = cause(said);
    Some(verdict(
        Tone::Bad,
        format!("{container}: image {image} {what}"),
        format!("{} {advice}", sentence(said)).trim().to_owned(),
    ))
}

/// What a runtime's or registry's words mean, with what to do about it.
fn cause(said: &str) -> (&'static str, &'static str) {
    let said = said.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
    // A private image that the account cannot see is "denied … may not exist" at some registries.
    if any(&[
        "unauthorized",
        "denied",
        "forbidden",
        "authentication required",
        "no basic auth",
    ]) {
        (
            "may not be pulled",
            "It does not exist there, or the pod lacks an image pull secret for it.",
        )
    } else if any(&[
        "not found",
        "manifest unknown",
        "name unknown",
        "does not exist",
    ]) {
        ("was not found", "Check the name and the tag.")
    } else if any(&["toomanyrequests", "too many requests", "rate limit"]) {
        ("is held back: the registry limits pulls", "")
    } else if any(&[
        "no such host",
        "i/o timeout",
        "connection refused",
        "no route to host",
        "deadline exceeded",
        "tls:",
        "x509",
    ]) {
        ("cannot be pulled: the registry is not reached", "")
    } else if any(&["no space left"]) {
        ("cannot be pulled: the node's disk is full", "")
    } else if any(&[
        "no match for platform",
        "no matching manifest",
        "exec format",
    ]) {
        ("does not exist for the node's platform", "")
    } else {
        ("cannot be pulled", "")
    }
}
