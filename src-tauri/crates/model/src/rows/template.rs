//! What the columns of workloads say of a pod template.

use crate::slim::{Container, PodTemplateSpec};
use crate::text;

/// Names and images of the containers, each joined by commas.
pub(super) fn names_and_images(template: Option<&PodTemplateSpec>) -> (Box<str>, Box<str>) {
    let containers = template
        .and_then(|t| t.spec.as_ref())
        .map_or(&[][..], |spec| &spec.containers);
    let joined = |part: fn(&Container) -> &[u8]| {
        text::line(&containers.iter().map(part).collect::<Vec<_>>().join(&b','))
    };
    (joined(|c| &c.name), joined(|c| &c.image))
}

/// The revision a Deployment gave to itself or to a `ReplicaSet`.
pub(super) fn revision(meta: Option<&crate::slim::AnnotatedMeta>) -> Option<i64> {
    let text = meta?.annotations.get("deployment.kubernetes.io/revision")?;
    std::str::from_utf8(text).ok()?.parse().ok()
}
