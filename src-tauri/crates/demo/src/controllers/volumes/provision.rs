//! A volume for a claim, as its class's provisioner makes it (`pv_controller.go:syncUnboundClaim`, `bind`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{CLAIMS, VOLUMES, is_used};
use crate::World;
use crate::controllers::events::Told;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::{Controllers, write};
use crate::writes::seconds;

const NAME: &str = "persistentvolume-controller";
const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";

/// Makes a volume and binds the claim to it, or tells why the claim waits.
pub(super) fn provision(hub: &mut Controllers, world: &mut World, claim: &Value) {
    let Some(class) = class_of(world, claim) else {
        let told = match claim["spec"]["storageClassName"].text() {
            "" => {
                let message =
                    "no persistent volumes available for this claim and no storage class is set";
                Told::normal(NAME, "FailedBinding", message)
            }
            class => {
                let message = format!("storageclass.storage.k8s.io \"{class}\" not found");
                Told::warning(NAME, "ProvisioningFailed", message)
            }
        };
        return hub.tell(world, claim, &told);
    };
    if class["volumeBindingMode"] == "WaitForFirstConsumer" && !is_used(world, claim) {
        let message = "waiting for first consumer to be created before binding";
        let told = Told::normal(NAME, "WaitForFirstConsumer", message);
        return hub.tell(world, claim, &told);
    }
    let name = format!("pvc-{}", claim.uid());
    let volume = volume(claim, &class, &name);
    let provisioner = class["provisioner"].text();
    let Ok(made) = write::create(world, VOLUMES, volume, provisioner) else {
        return;
    };
    let message = format!("Successfully provisioned volume {name}");
    let told = Told::normal(provisioner, "ProvisioningSucceeded", message);
    hub.tell(world, claim, &told);
    bind(world, claim, &made);
}

/// The class that a claim names, or the default one.
fn class_of(world: &World, claim: &Value) -> Option<Arc<Value>> {
    const CLASSES: &str = "storageclasses.storage.k8s.io";
    let Some(name) = claim["spec"]["storageClassName"].as_str() else {
        let all = write::list(world, CLASSES, "");
        return { all }
            .into_iter()
            .find(|class| class.annotation(IS_DEFAULT) == "true");
    };
    write::get(world, CLASSES, name)
}

fn volume(claim: &Value, class: &Value, name: &str) -> Value {
    let provisioner = &class["provisioner"];
    let capacity = &claim["spec"]["resources"]["requests"];
    json!({
        "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": provisioner}},
        "spec": {
            "accessModes": claim["spec"]["accessModes"], "capacity": capacity, "volumeMode": claim["spec"]["volumeMode"],
            "claimRef": {
                "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": claim.namespace(), "name": claim.name(),
                "uid": claim.uid(), "resourceVersion": claim["metadata"]["resourceVersion"],
            },
            "persistentVolumeReclaimPolicy": class["reclaimPolicy"], "storageClassName": class.name(),
            "csi": {"driver": provisioner, "volumeHandle": name},
        },
    })
}

/// Binds both to each other.
fn bind(world: &mut World, claim: &Value, volume: &Value) {
    let manager = write::CONTROLLER_MANAGER;
    let mut bound = volume.clone();
    bound["status"] = json!({"phase": "Bound", "lastPhaseTransitionTime": seconds(world.now())});
    let _ = write::status(world, VOLUMES, bound, manager);
    let Some(claim) = write::get(world, CLAIMS, &claim.path()) else {
        return;
    };
    let mut changed = Value::clone(&claim);
    changed["spec"]["volumeName"] = json!(volume.name());
    changed["spec"]["storageClassName"] = volume["spec"]["storageClassName"].clone();
    let annotations = &mut changed["metadata"]["annotations"];
    annotations["pv.kubernetes.io/bind-completed"] = json!("yes");
    annotations["pv.kubernetes.io/bound-by-controller"] = json!("yes");
    annotations["volume.kubernetes.io/storage-provisioner"] =
        volume["spec"]["csi"]["driver"].clone();
    let Ok(changed) = write::update(world, CLAIMS, changed, manager) else {
        return;
    };
    let mut changed = Value::clone(&changed);
    changed["status"] = json!({
        "phase": "Bound", "accessModes": volume["spec"]["accessModes"], "capacity": volume["spec"]["capacity"],
    });
    let _ = write::status(world, CLAIMS, changed, manager);
}
