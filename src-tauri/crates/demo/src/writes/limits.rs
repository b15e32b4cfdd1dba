//! What the limits of a namespace add to a new pod (kubernetes, plugin `LimitRanger`, `mergePodResourceRequirements`).

use serde_json::{Value, json};

use crate::World;

/// Requests and limits that containers leave out, with the note of it.
pub(super) fn fill(world: &World, pod: &mut Value) {
    let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
    let prefix = format!("{namespace}/");
    let ranges = world.store.list("limitranges", &prefix, None);
    let items: Vec<Value> = ranges
        .flat_map(|(_, range)| {
            range["spec"]["limits"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .filter(|item| item["type"] == "Container")
        .collect();
    if items.is_empty() {
        return;
    }
    let mut notes = Vec::new();
    for (list, what) in [
        ("containers", "container"),
        ("initContainers", "init container"),
    ] {
        let containers = pod["spec"].get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let name = container["name"].as_str().unwrap_or_default().to_owned();
            for (field, from, told) in [
                ("requests", "defaultRequest", "request"),
                ("limits", "default", "limit"),
            ] {
                let mut set: Vec<String> = Vec::new();
                for item in &items {
                    for (resource, amount) in item[from].as_object().into_iter().flatten() {
                        let own = &mut container["resources"][field];
                        if own[resource].is_null() {
                            own[resource] = amount.clone();
                            set.push(resource.clone());
                        }
                    }
                }
                if set.is_empty() {
                    if container["resources"][field].is_null()
                        && let Some(fields) = container["resources"].as_object_mut()
                    {
                        fields.remove(field);
                    }
                } else {
                    set.sort();
                    notes.push(format!("{} {told} for {what} {name}", set.join(", ")));
                }
            }
        }
    }
    if !notes.is_empty() {
        let note = format!("LimitRanger plugin set: {}", notes.join("; "));
        pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"] = json!(note);
    }
}
