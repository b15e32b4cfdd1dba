//! Nodes.

use std::collections::BTreeSet;

use super::super::look::Look;
use super::super::read::{line, list, scalar, words};
use super::super::shape::{Fact, FactValue, Section};
use super::Known;
use super::build::{Facts, grid, group};
use crate::measured;
use crate::quantity::{cpu_text, memory_text};
use crate::resources::Amounts;
use table::Tone;

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
        list(&status["addresses"])
            .filter(|a| !line(&a["address"]).is_empty())
            .map(|a| format!("{} {}", line(&a["address"]), line(&a["type"]))),
    );
    facts.field("Provider ID", &spec["providerID"]);
    facts.each("Pod CIDRs", list(&spec["podCIDRs"]).map(scalar));
    let (capacity, allocatable) = (&status["capacity"], &status["allocatable"]);
    let names: BTreeSet<&String> = [capacity, allocatable]
        .into_iter()
        .filter_map(serde_json::Value::as_object)
        .flat_map(|of| of.keys())
        .collect();
    let held = look.around.held;
    if let Some((pods, _)) = held {
        let most = scalar(&allocatable["pods"]);
        facts.text("Pods", format!("{pods} of {most}"));
    }
    let columns: &[&str] = match held {
        Some(_) => &["Resource", "Requested", "Limits", "Allocatable", "Capacity"],
        None => &["Resource", "Allocatable", "Capacity"],
    };
    grid(
        more,
        "Capacity",
        columns,
        names.into_iter().map(|name| {
            let offered = measured::quantity(&allocatable[name]);
            let of = |amounts: &Amounts| share(name, amounts, offered);
            let pods = held.map(|(_, held)| [of(&held.requests), of(&held.limits)]);
            let rest = [scalar(&allocatable[name]), scalar(&capacity[name])];
            std::iter::once(words(crate::text::visible(name)))
                .chain(pods.into_iter().flatten())
                .chain(rest.into_iter().map(words))
                .collect()
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

/// What pods hold of a resource, with its share of what is offered (`describeNodeResource` in kubectl's pkg/describe).
fn share(name: &str, amounts: &Amounts, offered: Option<f64>) -> FactValue {
    let Some(nano) = amounts.get(name) else {
        return words("0");
    };
    #[allow(clippy::cast_precision_loss)] // Shown to three figures.
    let amount = nano as f64 / 1e9;
    let whole = i64::try_from(nano).unwrap_or(i64::MAX);
    let text = match name {
        "cpu" => cpu_text(whole),
        "memory" | "ephemeral-storage" => memory_text(whole / 1_000_000_000),
        _ => amount.to_string(),
    };
    let part = offered.filter(|offered| *offered > 0.0);
    let part = part.map(|offered| amount / offered);
    FactValue {
        note: part
            .map(|part| format!("{:.0}%", part * 100.0))
            .unwrap_or_default(),
        tone: if part.is_some_and(|part| part > 1.0) {
            Tone::Warn
        } else {
            Tone::Plain
        },
        ..words(text)
    }
}
