//! How the server says that it is well.

use super::query::Query;
use super::{Answer, Request};

/// Checks of all three pages; then `loopback-serving-certificate`, or what only readiness asks for.
const FIRST: [&str; 2] = ["ping", "log"];
/// What a real server's start consists of, in its order (recorded).
const HOOKS: [&str; 31] = [
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/peer-endpoint-reconciler-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/storage-readiness",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
];

/// None if the path is another.
pub(crate) fn answer(request: &Request) -> Option<Answer> {
    let mut parts = request.path.trim_matches('/').splitn(2, '/');
    let root = parts
        .next()
        .filter(|root| matches!(*root, "healthz" | "livez" | "readyz"))?;
    let checks = checks(root);
    Some(match parts.next() {
        Some(check) if checks.contains(&check) => Answer::text(200, "ok"),
        Some(_) => Answer::no_such_page(),
        None if Query::of(&request.query).find("verbose").is_some() => {
            Answer::text(200, &verbose(root, &checks))
        }
        None => Answer::text(200, "ok"),
    })
}

fn checks(root: &str) -> Vec<&'static str> {
    let is_readiness = root == "readyz";
    let (more, last): (&[&str], &[&str]) = if is_readiness {
        (&["etcd", "etcd-readiness", "informer-sync"], &["shutdown"])
    } else {
        (&["loopback-serving-certificate", "etcd"], &[])
    };
    [&FIRST, more, &HOOKS, last].concat()
}

/// Apiserver, `healthz.handleRootHealth`.
fn verbose(root: &str, checks: &[&str]) -> String {
    let mut text = String::new();
    for check in checks {
        text.extend(["[+]", check, " ok\n"]);
    }
    text.extend([root, " check passed\n"]);
    text
}
