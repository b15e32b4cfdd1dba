//! Objects whose deletion was asked for and does not come to its end.

use table::Tone;

use super::super::look::Look;
use super::super::read::{line, lines, list};
use super::super::shape::Verdict;
use super::{sentence, verdict};

/// Deletions younger than this are on their way, ms.
const PATIENCE_MS: i64 = 15_000;

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let Some(asked) = look.moment(&look.meta()["deletionTimestamp"]) else {
        return;
    };
    let mut waits: Vec<String> = list(&look.meta()["finalizers"]).map(line).collect();
    if look.kind == "Namespace" {
        namespace(look, &asked.text, found);
        waits.extend(
            list(&look.spec()["finalizers"])
                .map(line)
                .filter(|f| f != "kubernetes"),
        );
    }
    let young = look.now_ms.saturating_sub(asked.at_ms) < PATIENCE_MS;
    if !waits.is_empty() && !young {
        let each: Vec<String> = waits
            .iter()
            .map(|finalizer| format!("{finalizer}: {}.", whose(finalizer)))
            .collect();
        let (word, names) = if waits.len() == 1 {
            ("finalizer", waits[0].clone())
        } else {
            ("finalizers", waits.join(", "))
        };
        found.push(verdict(
            Tone::Warn,
            format!("Deletion waits for {word} {names} since {}", asked.text),
            each.join(" "),
        ));
    } else if look.kind == "Pod" && !young && waits.is_empty() {
        let node = line(&look.spec()["nodeName"]);
        let told = if node.is_empty() {
            "It was never bound to a node; the pod garbage collector removes it.".to_owned()
        } else {
            format!(
                "The kubelet of {node} has not confirmed that its containers ended: they ignore SIGTERM, a volume cannot be unmounted, or the node is away."
            )
        };
        found.push(verdict(
            Tone::Warn,
            format!("Terminating, and past its grace period by {}", asked.text),
            told,
        ));
    }
}

/// A namespace says in its conditions what is left in it (`namespaceConditionUpdater` of the namespace controller).
fn namespace(look: &Look<'_>, since: &str, found: &mut Vec<Verdict>) {
    const TROUBLE: [&str; 5] = [
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceContentRemaining",
        "NamespaceFinalizersRemaining",
    ];
    let told: Vec<String> = list(&look.status()["conditions"])
        .filter(|c| c["status"] == "True" && TROUBLE.iter().any(|t| c["type"] == *t))
        .map(|c| sentence(&lines(&c["message"])))
        .collect();
    if !told.is_empty() {
        found.push(verdict(
            Tone::Warn,
            format!("Terminating since {since}"),
            told.join(" "),
        ));
    }
}

/// Who takes a finalizer away, and what it waits for.
fn whose(finalizer: &str) -> String {
    let known = match finalizer {
        "kubernetes.io/pvc-protection" => {
            "the claim protection controller takes it away when no pod uses the claim any more"
        }
        "kubernetes.io/pv-protection" => {
            "the volume protection controller takes it away when the volume is not bound any more"
        }
        "foregroundDeletion" => {
            "the garbage collector takes it away when everything that this object owns is gone"
        }
        "orphan" => "the garbage collector takes it away when what this object owns was let go",
        "service.kubernetes.io/load-balancer-cleanup" => {
            "the service controller (of the cloud provider) takes it away when the load balancer is gone"
        }
        "batch.kubernetes.io/job-tracking" => {
            "the Job controller takes it away when it has counted the pod"
        }
        "customresourcecleanup.apiextensions.k8s.io" => {
            "the API server takes it away when all objects of this kind are gone"
        }
        "finalizer.keda.sh" => "the KEDA operator takes it away",
        "kubernetes" => "the namespace controller takes it away when the namespace is empty",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let domain = finalizer.split('/').next().unwrap_or_default();
    if finalizer.contains('/') && domain.contains('.') {
        format!(
            "the controller of {domain} must take it away; if that is not installed any more, nobody will"
        )
    } else {
        "whoever put it there must take it away; if that is not installed any more, nobody will"
            .to_owned()
    }
}
