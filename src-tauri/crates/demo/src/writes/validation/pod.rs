//! What the spec of a pod may not say (kubernetes, `ValidatePodSpec`).

use serde_json::Value;

use super::Problems;

pub(super) fn check(place: &str, spec: &Value, problems: &mut Problems) {
    let volumes: Vec<&Value> = items(spec, "volumes")
        .iter()
        .map(|one| &one["name"])
        .collect();
    if items(spec, "containers").is_empty() {
        problems.required(format!("{place}.containers"), "");
    }
    for list in ["initContainers", "containers"] {
        let all = items(spec, list);
        for (index, container) in all.iter().enumerate() {
            let place = format!("{place}.{list}[{index}]");
            let name = &container["name"];
            if name.as_str().is_none_or(str::is_empty) {
                problems.required(format!("{place}.name"), "");
            } else if all[..index].iter().any(|other| other["name"] == *name) {
                let message = format!("Duplicate value: {name}");
                problems
                    .0
                    .push((format!("{place}.name"), "FieldValueDuplicate", message));
            }
            if container["image"].as_str().is_none_or(str::is_empty) {
                problems.required(format!("{place}.image"), "");
            }
            self::container(&place, container, &volumes, problems);
        }
    }
    problems.one_of(
        format!("{place}.restartPolicy"),
        &spec["restartPolicy"],
        &["Always", "OnFailure", "Never"],
    );
    problems.one_of(
        format!("{place}.dnsPolicy"),
        &spec["dnsPolicy"],
        &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
    );
}

fn container(place: &str, container: &Value, volumes: &[&Value], problems: &mut Problems) {
    for (index, port) in items(container, "ports").iter().enumerate() {
        let place = format!("{place}.ports[{index}]");
        let number = &port["containerPort"];
        if !number
            .as_i64()
            .is_some_and(|number| (1..=65_535).contains(&number))
        {
            problems.invalid(
                format!("{place}.containerPort"),
                number,
                "must be between 1 and 65535, inclusive",
            );
        }
        problems.one_of(
            format!("{place}.protocol"),
            &port["protocol"],
            &["SCTP", "TCP", "UDP"],
        );
    }
    for (index, mount) in items(container, "volumeMounts").iter().enumerate() {
        if !volumes.contains(&&mount["name"]) {
            problems.0.push((
                format!("{place}.volumeMounts[{index}].name"),
                "FieldValueNotFound",
                format!("Not found: {}", mount["name"]),
            ));
        }
    }
    problems.one_of(
        format!("{place}.imagePullPolicy"),
        &container["imagePullPolicy"],
        &["Always", "IfNotPresent", "Never"],
    );
    for kind in ["limits", "requests"] {
        for (name, quantity) in container["resources"][kind]
            .as_object()
            .into_iter()
            .flatten()
        {
            if quantity.as_str().is_some_and(|text| text.starts_with('-')) {
                problems.invalid(
                    format!("{place}.resources.{kind}[{name}]"),
                    quantity,
                    "must be greater than or equal to 0",
                );
            }
        }
    }
}

fn items<'a>(object: &'a Value, list: &str) -> &'a [Value] {
    object[list]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}
