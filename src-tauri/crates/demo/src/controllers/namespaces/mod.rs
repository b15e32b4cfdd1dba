//! Namespaces: what each begins with, how it ends.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/serviceaccount/serviceaccounts_controller.go`,
//! `pkg/controller/certificates/rootcacertpublisher/publisher.go`, `pkg/controller/namespace`.

mod deletion;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fields::Fields;
use super::{Controllers, write};
use crate::World;
use crate::status::Status;

const RESOURCE: &str = "namespaces";
const ACCOUNT: &str = "default";
const ROOT_CA: &str = "kube-root-ca.crt";
const CERTIFICATE: &str = include_str!("ca.crt");
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/// Gives a namespace what every one has, or empties one that is going; when to look again.
pub(crate) fn sync(_: &mut Controllers, world: &mut World, name: &str) -> Option<Timestamp> {
    let namespace = write::get(world, RESOURCE, name)?;
    if namespace.is_deleted() {
        return deletion::sync(world, &namespace);
    }
    let account = json!({"metadata": {"name": ACCOUNT, "namespace": name}});
    let certificate = json!({
        "metadata": {"name": ROOT_CA, "namespace": name, "annotations": {"kubernetes.io/description": DESCRIPTION}},
        "data": {"ca.crt": CERTIFICATE},
    });
    for (resource, object) in [("serviceaccounts", account), ("configmaps", certificate)] {
        let path = object.path();
        if write::get(world, resource, &path).is_none() {
            let _ = write::create(world, resource, object, write::CONTROLLER_MANAGER);
        }
    }
    None
}

/// Whether an object is one of those that every namespace has.
pub(super) fn is_given(resource: &str, object: &Value) -> bool {
    match resource {
        "serviceaccounts" => object.name() == ACCOUNT,
        "configmaps" => object.name() == ROOT_CA,
        _ => false,
    }
}

/// Whether something is refused only because its namespace is going (`NamespaceTerminatingCause`).
pub(crate) fn is_terminating(error: &Status) -> bool {
    error.reason == "Forbidden" && error.message.ends_with("because it is being terminated")
}
