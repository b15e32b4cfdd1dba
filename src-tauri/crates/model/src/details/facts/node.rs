//! Nodes.

use std::collections::BTreeSet;

use super::super::look::Look;
use super::super::read::{line, list, scalar, words};
use super::super::shape::{Fact, Section};
use super::Known;
use super::build::{Facts, grid, group};

pub(super) fn node(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    if spec["unschedulable"] == true {
        facts.text("Cordoned", "yes: no new pods");
    }
    facts.each(
        "Taints",
        list(&spec["taints"]).map(|taint| {
            let value = line(&taint["value"]);
            let value = if value.is_empty() {
                String::new()
            } else {
                format!("={value}")
            };
            format!("{}{value}:{}", line(&taint["key"]), line(&taint["effect"]))
        }),
    );
    facts.each(
        "Addresses",
        list(&status["addresses"]).map(|a| format!("{} {}", line(&a["address"]), line(&a["type"]))),
    );
    facts.field("Provider ID", &spec["providerID"]);
    facts.each("Pod CIDRs", list(&spec["podCIDRs"]).map(scalar));
    let (capacity, allocatable) = (&status["capacity"], &status["allocatable"]);
    let names: BTreeSet<&String> = [capacity, allocatable]
        .into_iter()
        .filter_map(serde_json::Value::as_object)
        .flat_map(|of| of.keys())
        .collect();
    grid(
        more,
        "Capacity",
        &["Resource", "Capacity", "Allocatable"],
        names.into_iter().map(|name| {
            vec![
                words(crate::text::visible(name)),
                words(scalar(&capacity[name])),
                words(scalar(&allocatable[name])),
            ]
        }),
    );
    let info = &status["nodeInfo"];
    let told = [
        ("Kubelet", "kubeletVersion"),
        ("Container Runtime", "containerRuntimeVersion"),
        ("OS Image", "osImage"),
        ("Kernel", "kernelVersion"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
    ];
    let facts = told.into_iter().map(|(label, member)| Fact {
        label: label.to_owned(),
        values: vec![words(line(&info[member]))],
    });
    let facts = facts.filter(|fact| !fact.values[0].text.is_empty());
    group(more, "System", facts.collect());
    let images = list(&status["images"]).map(|image| {
        let name = list(&image["names"]).last().map(line);
        let mib = image["sizeBytes"].as_f64().unwrap_or(0.0) / 1_048_576.0;
        vec![
            words(name.unwrap_or_default()),
            words(format!("{mib:.0} MiB")),
        ]
    });
    grid(more, "Images", &["Image", "Size"], images);
    Known::Yes
}
