//! What KEDA does when a ScaledObject changes: the HPA, the pause, the conditions.

use jiff::Timestamp;
use scaling::keda;
use scaling::keda::condition::{self, Condition, Event, FALSE, PAUSED, READY, TRUE, UNKNOWN};
use scaling::keda::produced_hpa::{self, ProducedHpa};
use scaling::keda::scaled_object::GroupVersionKindResource;
use scaling::keda::triggers::TriggerInput;
use scaling::keda::{ScaledObject, Situation};
use serde_json::{Value, json};

use super::{HPAS, NAME, carry_out, is_paused, read, set_status, tell, write};
use crate::World;
use crate::controllers::Controllers;
use crate::controllers::fields::{Fields, Scalar, owned_by};

/// What makes the operator reconcile when it changes: the spec, labels, annotations.
pub(super) fn asked(object: &Value) -> Value {
    let metadata = &object["metadata"];
    json!([object["spec"], metadata["labels"], metadata["annotations"]])
}

/// Whether an object with a loop has lost its HPA.
pub(super) fn lacks_hpa(world: &World, object: &Value, due: Option<Timestamp>) -> bool {
    let name = object["status"]["hpaName"].text();
    let path = format!("{}/{name}", object.namespace());
    due.is_some() && !name.is_empty() && write::get(world, HPAS, &path).is_none()
}

/// Makes the HPA what the object asks for; whether there is a scale loop afterwards.
pub(super) fn reconcile(
    hub: &mut Controllers,
    world: &mut World,
    object: &Value,
    seen: &[TriggerInput],
) -> bool {
    let Some(mut situation) = read::situation(world, object, seen, None) else {
        return false;
    };
    let status = &mut situation.scaled_object.status;
    if status.conditions.is_empty() {
        status.conditions = condition::initial();
    }
    if is_paused(&situation) {
        delete_hpa(world, &situation.scaled_object);
        let (decision, _) = keda::decide(&situation);
        carry_out(hub, world, object, &decision);
        return false;
    }
    let was = situation.scaled_object.status.conditions.clone();
    let result = ensure(world, object, &mut situation);
    let status = &mut situation.scaled_object.status;
    let mut events = Vec::new();
    let mut event = |kind: &str, reason: &str, message: &str| {
        events.push(Event {
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            message: message.to_owned(),
        });
    };
    if condition::status(&was, PAUSED) == TRUE {
        status.paused_replica_count = None;
        let message = "pause annotation removed for ScaledObject";
        let unpaused = Condition::new(PAUSED, FALSE, "ScaledObjectUnpaused", message);
        condition::set(&mut status.conditions, unpaused);
        event("Normal", "ScaledObjectUnpaused", message);
    }
    let ready = match &result {
        Ok(()) => {
            if matches!(condition::status(&was, READY), FALSE | UNKNOWN) {
                let message = "ScaledObject is ready for scaling";
                event("Normal", "ScaledObjectReady", message);
            }
            let message = "ScaledObject is defined correctly and is ready for scaling";
            Condition::new(READY, TRUE, "ScaledObjectReady", message)
        }
        Err(message) => {
            event("Warning", "ScaledObjectCheckFailed", message);
            Condition::new(READY, FALSE, "ScaledObjectCheckFailed", message)
        }
    };
    condition::set(&mut status.conditions, ready);
    let status = json!(status);
    for event in &events {
        tell(hub, world, object, event);
    }
    set_status(world, object, &status);
    result.is_ok()
}

/// Notes the target, creates or corrects the HPA; what is wrong otherwise.
fn ensure(world: &mut World, object: &Value, situation: &mut Situation) -> Result<(), String> {
    if situation.target.read_error.is_some() {
        return Err("ScaledObject doesn't have correct scaleTargetRef specification".to_owned());
    }
    let target = target_kind(object);
    let replicas = situation.target.replicas.value;
    let produced = produced_hpa::produce(&situation.scaled_object, &target, &situation.triggers)
        .map_err(|_| "failed to ensure HPA is correctly created for ScaledObject".to_owned())?;
    let (kinds, authentications) = read::kinds(object);
    let status = &mut situation.scaled_object.status;
    status.scale_target_kind = format!("{}.{}", target.api_version(), target.kind);
    status.scale_target_gvkr = Some(target);
    status.original_replica_count.get_or_insert(replicas);
    status
        .external_metric_names
        .clone_from(&produced.external_metric_names);
    status
        .resource_metric_names
        .clone_from(&produced.resource_metric_names);
    if let Some(name) = &produced.composite_scaler_name {
        status.composite_scaler_name.clone_from(name);
    }
    status.health.clone_from(&produced.health);
    status.hpa_name.clone_from(&produced.name);
    status.triggers_types = Some(kinds);
    status.authentications_types = Some(authentications);
    write_hpa(world, object, &produced).map_err(|error| error.message)
}

fn target_kind(object: &Value) -> GroupVersionKindResource {
    let (kind, resource) = match object["spec"]["scaleTargetRef"]["kind"].text() {
        "StatefulSet" => ("StatefulSet", "statefulsets"),
        _ => ("Deployment", "deployments"),
    };
    GroupVersionKindResource {
        group: "apps".to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        resource: resource.to_owned(),
    }
}

fn write_hpa(
    world: &mut World,
    object: &Value,
    produced: &ProducedHpa,
) -> Result<(), crate::status::Status> {
    let path = format!("{}/{}", produced.namespace, produced.name);
    let mut wanted = match write::get(world, HPAS, &path) {
        Some(found) => Value::clone(&found),
        None => json!({"metadata": {"name": produced.name, "namespace": produced.namespace}}),
    };
    let is_new = wanted["spec"].is_null();
    wanted["metadata"]["labels"] = json!(produced.labels);
    if !produced.annotations.is_empty() {
        wanted["metadata"]["annotations"] = json!(produced.annotations);
    }
    wanted["metadata"]["ownerReferences"] = owned_by(object);
    wanted["spec"] = json!(produced.spec);
    if is_new {
        write::create(world, HPAS, wanted, NAME).map(|_| ())
    } else {
        write::update(world, HPAS, wanted, NAME).map(|_| ())
    }
}

fn delete_hpa(world: &mut World, object: &ScaledObject) {
    let name = produced_hpa::hpa_name(object);
    let path = format!("{}/{name}", object.metadata.namespace);
    if write::get(world, HPAS, &path).is_some() {
        let _ = write::delete(world, HPAS, &path, NAME);
    }
}
