//! The Jobs of a ScaledJob (KEDA v2.21.0 `pkg/scaling/executor/scale_jobs.go:generateJobs`).

use serde_json::{Value, json};

use super::{GENERATION, NAME, job, write};
use crate::World;
use crate::controllers::fields::{Fields, Scalar, owned_by};

/// Creates so many Jobs; why the API server refused one.
pub(super) fn create(world: &mut World, object: &Value, count: i64) -> Result<(), String> {
    for _ in 0..count {
        let job = job_of(object);
        write::create(world, job::RESOURCE, job, NAME).map_err(|error| error.message)?;
    }
    Ok(())
}

fn job_of(object: &Value) -> Value {
    let name = object.name();
    let prefix = format!("{name}-");
    let mut labels = json!({
        "app.kubernetes.io/name": name, "app.kubernetes.io/version": "2.21.0", "app.kubernetes.io/part-of": name,
        "app.kubernetes.io/managed-by": "keda-operator", "scaledjob.keda.sh/name": name,
    });
    let excluded = object.annotation("scaledjob.keda.sh/job-excluded-labels");
    let own = object["metadata"]["labels"].as_object();
    for (label, value) in own.into_iter().flatten() {
        if excluded.split(',').all(|one| one != label) {
            labels[label] = value.clone();
        }
    }
    let generation = object["metadata"]["generation"].number();
    let mut annotations = json!({GENERATION: generation.to_string()});
    let own = object["metadata"]["annotations"].as_object();
    for (annotation, value) in own.into_iter().flatten() {
        annotations[annotation] = value.clone();
    }
    let mut spec = object["spec"]["jobTargetRef"].clone();
    let template = &mut spec["template"];
    template["metadata"]["generateName"] = json!(prefix);
    template["metadata"]["labels"]["scaledjob.keda.sh/name"] = json!(name);
    if template["spec"]["restartPolicy"].text().is_empty() {
        template["spec"]["restartPolicy"] = json!("OnFailure");
    }
    json!({"apiVersion": "batch/v1", "kind": "Job", "spec": spec, "metadata": {
        "generateName": prefix, "namespace": object.namespace(), "labels": labels, "annotations": annotations,
        "ownerReferences": owned_by(object)}})
}
