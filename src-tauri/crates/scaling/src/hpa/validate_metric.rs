//! Nonsense in a metric of a spec.

use super::amount::Amount;
use super::place::Place;
use super::selector::object_fault;
use super::spec::{
    ContainerResourceSource, LabelSelector, MetricIdentifier, MetricSpec, SourceKind, Target,
    TargetKind,
};
use super::validate::Faults;

const FAILS: &str = "the controller takes the metric for failed";
const METRIC: &str = "hpa-invalid-metric";
const TARGET: &str = "hpa-invalid-metric-target";

/// What is wrong with one metric, whose field is given.
pub(crate) fn metric(field: &Place<'_>, spec: &MetricSpec, faults: &mut Faults) {
    let source = match &spec.kind {
        SourceKind::Object => spec.object.as_ref().map(|source| {
            let field = field.child("object");
            identifier(&field, &source.metric, faults);
            object_target(&field.child("target"), &source.target, faults);
        }),
        SourceKind::Pods => spec.pods.as_ref().map(|source| {
            let field = field.child("pods");
            identifier(&field, &source.metric, faults);
            let field = field.child("target");
            usable(&field, source.target.average_value.is_some(), faults);
            amounts(&field, &source.target, faults);
        }),
        SourceKind::Resource => spec.resource.as_ref().map(|source| {
            let field = field.child("resource");
            named(&field, &source.name, faults);
            resource_target(&field.child("target"), &source.target, faults);
        }),
        SourceKind::ContainerResource => spec.container_resource.as_ref().map(|source| {
            container(&field.child("containerResource"), source, faults);
        }),
        SourceKind::External => spec.external.as_ref().map(|source| {
            let field = field.child("external");
            identifier(&field, &source.metric, faults);
            let (field, target) = (field.child("target"), &source.target);
            let has_one = target.value.is_some() || target.average_value.is_some();
            usable(&field, has_one, faults);
            amounts(&field, target, faults);
        }),
        SourceKind::Other(text) => {
            let field = field.child("type");
            let fault = "must be Resource, ContainerResource, Pods, Object or External";
            faults.add(METRIC, &field, text, fault, FAILS);
            return;
        }
    };
    if source.is_none() {
        let field = format!("{field}.{}", lower_first(spec.kind.as_str()));
        let consequence = "the controller would crash; here the metric counts as failed";
        faults.add(METRIC, &field, "", "must be given", consequence);
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(rest)
        .collect()
}

fn named(field: &Place<'_>, name: &str, faults: &mut Faults) {
    if name.is_empty() {
        let field = field.child("name");
        faults.add(METRIC, &field, name, "must be given", FAILS);
    }
}

fn container(field: &Place<'_>, source: &ContainerResourceSource, faults: &mut Faults) {
    named(field, &source.name, faults);
    if source.container.is_empty() {
        let field = field.child("container");
        let consequence = "the controller takes the whole pod";
        faults.add(METRIC, &field, "", "must be given", consequence);
    }
    resource_target(&field.child("target"), &source.target, faults);
}

fn identifier(field: &Place<'_>, metric: &MetricIdentifier, faults: &mut Faults) {
    let field = &field.child("metric");
    named(field, &metric.name, faults);
    if let Some(fault) = object_fault(metric.selector.as_ref()) {
        let value = metric.selector.as_ref().map(written).unwrap_or_default();
        let fault = format!("is no label selector ({fault})");
        faults.add(METRIC, &field.child("selector"), &value, &fault, FAILS);
    }
}

/// A selector in few words.
fn written(selector: &LabelSelector) -> String {
    let labels = &selector.match_labels;
    let labels = labels.iter().map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.match_expressions.iter().map(|expression| {
        let values = expression.values.join(",");
        format!("{} {} ({values})", expression.key, expression.operator)
    });
    labels.chain(expressions).collect::<Vec<_>>().join(",")
}

fn usable(field: &Place<'_>, has_one: bool, faults: &mut Faults) {
    if !has_one {
        faults.add(
            TARGET,
            field,
            "",
            "names nothing that this metric can reach",
            FAILS,
        );
    }
}

fn resource_target(field: &Place<'_>, target: &Target, faults: &mut Faults) {
    let has_one = target.average_utilization.is_some() || target.average_value.is_some();
    usable(field, has_one, faults);
    amounts(field, target, faults);
    if let Some(percent) = target.average_utilization.filter(|percent| *percent < 1) {
        let field = field.child("averageUtilization");
        let consequence =
            "the controller would divide by it: any usage then asks for the most or for nothing";
        faults.add(TARGET, &field, &percent, "must be at least 1", consequence);
    }
}

/// Only here does the target's type count.
fn object_target(field: &Place<'_>, target: &Target, faults: &mut Faults) {
    let has_one = match &target.kind {
        TargetKind::Value => target.value.is_some(),
        TargetKind::AverageValue => target.average_value.is_some(),
        TargetKind::Utilization | TargetKind::Other(_) => false,
    };
    if !has_one {
        let kind = target.kind.as_str();
        let fault = "must be Value or AverageValue with the field of that name";
        faults.add(TARGET, &field.child("type"), kind, fault, FAILS);
    }
    amounts(field, target, faults);
}

fn amounts(field: &Place<'_>, target: &Target, faults: &mut Faults) {
    for (name, amount) in [
        ("value", &target.value),
        ("averageValue", &target.average_value),
    ] {
        let Some(amount) = amount else { continue };
        let field = format!("{field}.{name}");
        match amount {
            Amount::Unreadable(text) => {
                let consequence = "the API server refuses it; here it counts as 0";
                let id = "hpa-unreadable-quantity";
                faults.add(id, &field, text, "is no quantity", consequence);
            }
            Amount::Read(quantity) if quantity.nano() <= 0 => {
                let consequence = "the controller would divide by it: any usage then asks for the most or for nothing";
                faults.add(TARGET, &field, amount, "must be above 0", consequence);
            }
            Amount::Read(_) => {}
        }
    }
}
