//! Claims that are not bound, and volumes that nobody can use.

use table::Tone;

use super::super::look::Look;
use super::super::read::{line, lines, link};
use super::super::shape::Verdict;
use super::{caused, sentence, verdict};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let phase = line(&look.status()["phase"]);
    if look.kind == "PersistentVolume" {
        let message = sentence(&lines(&look.status()["message"]));
        match &*phase {
            "Failed" => found.push(verdict(Tone::Bad, "Reclaiming it failed", message)),
            "Released" => found.push(verdict(
                Tone::Plain,
                "Released: its claim is gone",
                "It keeps the data and binds to no other claim until somebody takes its claimRef away.",
            )),
            _ => {}
        }
        return;
    }
    match &*phase {
        "Pending" => found.push(pending(look)),
        "Lost" => found.push(verdict(
            Tone::Bad,
            "Its volume is gone",
            "The PersistentVolume it was bound to does not exist any more; the data may be lost.",
        )),
        _ => {}
    }
    for (kind, headline) in [
        ("ControllerResizeError", "The volume cannot be resized"),
        ("NodeResizeError", "The file system cannot be resized"),
        ("ModifyVolumeError", "The volume cannot be modified"),
    ] {
        if let Some(condition) = look.condition(kind).filter(|c| c["status"] == "True") {
            found.push(verdict(
                Tone::Bad,
                headline,
                sentence(&lines(&condition["message"])),
            ));
        }
    }
    if look
        .condition("FileSystemResizePending")
        .is_some_and(|c| c["status"] == "True")
    {
        found.push(verdict(
            Tone::Warn,
            "The resize waits for a pod",
            "The file system grows when a pod mounts the volume anew.",
        ));
    }
}

/// Events of the volume binder and of provisioners (pkg/controller/volume/events).
fn pending(look: &Look<'_>) -> Verdict {
    let class = line(&look.spec()["storageClassName"]);
    let of_class =
        (!class.is_empty()).then(|| link("storage.k8s.io/v1", "StorageClass", None, &class));
    let event = look.event(&[
        "ProvisioningFailed",
        "WaitForFirstConsumer",
        "WaitForPodScheduled",
        "FailedBinding",
        "ExternalProvisioning",
        "ProvisioningCleanupFailed",
        "Provisioning",
    ]);
    let Some(event) = event else {
        return caused(
            of_class,
            verdict(Tone::Warn, "Not bound to a volume yet", ""),
        );
    };
    let message = sentence(&event.message);
    match &*event.reason {
        "WaitForFirstConsumer" => caused(
            of_class,
            verdict(
                Tone::Plain,
                "Waits for its first pod",
                "Its storage class binds when a pod that uses the claim is scheduled.",
            ),
        ),
        "WaitForPodScheduled" => verdict(Tone::Warn, "Waits for its pod to be scheduled", message),
        "ProvisioningFailed" if event.message.contains("not found") && !class.is_empty() => caused(
            of_class,
            verdict(
                Tone::Bad,
                format!("Its storage class {class} does not exist"),
                message,
            ),
        ),
        "ProvisioningFailed" | "ProvisioningCleanupFailed" => caused(
            of_class,
            verdict(Tone::Bad, "No volume could be made", message),
        ),
        "FailedBinding" if class.is_empty() => verdict(
            Tone::Bad,
            "No storage class makes a volume for it",
            format!("It names no class and no free volume fits. {message}"),
        ),
        "FailedBinding" => verdict(Tone::Bad, "No volume fits", message),
        _ => caused(
            of_class,
            verdict(Tone::Warn, "Waits for the provisioner", message),
        ),
    }
}
