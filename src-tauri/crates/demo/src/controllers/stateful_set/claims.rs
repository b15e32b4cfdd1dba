//! The PersistentVolumeClaims of a StatefulSet's pods (`stateful_pod_control.go:createPersistentVolumeClaims`).

use serde_json::{Value, json};

use super::NAME;
use super::pods::{self, Ordinals};
use crate::World;
use crate::controllers::events::Told;
use crate::controllers::fields::{Fields, Scalar, owned_by};
use crate::controllers::{Controllers, write};
use crate::status::Status;

const CLAIMS: &str = "persistentvolumeclaims";

/// Makes the claims of an ordinal that are not there. An error keeps its pod from being made.
pub(super) fn create(
    hub: &mut Controllers,
    world: &mut World,
    set: &Value,
    ordinal: i64,
    pod: &str,
) -> Result<(), Status> {
    for template in set["spec"]["volumeClaimTemplates"].items() {
        let name = name_of(set, template, ordinal);
        let path = format!("{}/{name}", set.namespace());
        if let Some(known) = write::get(world, CLAIMS, &path) {
            if known.is_deleted() {
                let message = format!("pvc {name} is being deleted");
                return Err(Status::of(409, "Conflict", message));
            }
            continue;
        }
        let claim = claim_of(set, template, &name);
        let made = write::create(world, CLAIMS, claim, write::CONTROLLER_MANAGER);
        let set_name = set.name();
        let told = match &made {
            Ok(_) => {
                let message =
                    format!("Create Claim {name} Pod {pod} in StatefulSet {set_name} success");
                Told::normal(NAME, "SuccessfulCreate", message)
            }
            Err(error) => {
                let message = format!(
                    "Create Claim {name} for Pod {pod} in StatefulSet {set_name} failed error: {error}"
                );
                Told::warning(NAME, "FailedCreate", message)
            }
        };
        hub.tell(world, set, &told);
        if let Err(mut error) = made {
            error.message = format!("failed to create PVC {name}: {}", error.message);
            return Err(error);
        }
    }
    Ok(())
}

/// Lets the claims of a pod be owned by the set, the pod or nobody, as their retention policy says
/// (`updateClaimOwnerRefForSetAndPod`).
pub(super) fn retain(world: &mut World, set: &Value, ordinals: Ordinals, pod: &Value) {
    let Some(ordinal) = pods::ordinal(set, pod) else {
        return;
    };
    let policy = &set["spec"]["persistentVolumeClaimRetentionPolicy"];
    let goes_with_set = policy["whenDeleted"] == "Delete";
    let goes_with_pod = policy["whenScaled"] == "Delete" && !ordinals.have(ordinal);
    let owner = match (goes_with_pod, goes_with_set) {
        (true, _) => Some(pod),
        (false, true) => Some(set),
        (false, false) => None,
    };
    for template in set["spec"]["volumeClaimTemplates"].items() {
        let path = format!("{}/{}", set.namespace(), name_of(set, template, ordinal));
        let Some(claim) = write::get(world, CLAIMS, &path) else {
            continue;
        };
        let before = claim["metadata"]["ownerReferences"].items();
        let is_ours = |one: &&Value| one["uid"] == set.uid() || one["uid"] == pod.uid();
        let others = before.iter().filter(|one| !is_ours(one)).cloned();
        let own = owner.map(owned_by);
        let owners: Vec<Value> = others
            .chain(own.iter().flat_map(|own| own.items().iter().cloned()))
            .collect();
        if owners != before {
            let mut changed = Value::clone(&claim);
            changed["metadata"]["ownerReferences"] = json!(owners);
            let _ = write::update(world, CLAIMS, changed, write::CONTROLLER_MANAGER);
        }
    }
}

/// The volumes of a pod: its claims, then those of its own that have other names (`updateStorage`).
pub(super) fn volumes(set: &Value, ordinal: i64, own: impl Iterator<Item = Value>) -> Vec<Value> {
    let templates = set["spec"]["volumeClaimTemplates"].items();
    let claimed = templates.iter().map(|template| {
        let claim = name_of(set, template, ordinal);
        json!({"name": template.name(), "persistentVolumeClaim": {"claimName": claim}})
    });
    let is_claimed = |volume: &Value| {
        let mut all = templates.iter();
        all.any(|template| template.name() == volume["name"].text())
    };
    let others = own.filter(|volume| !is_claimed(volume));
    claimed.chain(others).collect()
}

fn name_of(set: &Value, template: &Value, ordinal: i64) -> String {
    format!("{}-{}-{ordinal}", template.name(), set.name())
}

fn claim_of(set: &Value, template: &Value, name: &str) -> Value {
    let mut claim = template.clone();
    if let Some(fields) = claim.as_object_mut() {
        fields.remove("status");
    }
    let labels = set["spec"]["selector"]["matchLabels"].as_object();
    for (label, value) in labels.into_iter().flatten() {
        claim["metadata"]["labels"][label] = value.clone();
    }
    claim["metadata"]["name"] = json!(name);
    claim["metadata"]["namespace"] = json!(set.namespace());
    claim
}
