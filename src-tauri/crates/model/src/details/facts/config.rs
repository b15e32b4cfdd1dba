//! Configuration, namespaces, and small kinds of the core.

use super::super::look::Look;
use super::super::read::{joined, line, link};
use super::super::shape::Section;
use super::Known;
use super::build::{Facts, kinded, named};

pub(super) fn config(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let object = look.object;
    if look.kind == "Secret" {
        facts.field("Type", &object["type"]);
        let account = &look.meta()["annotations"]["kubernetes.io/service-account.name"];
        let account = line(account);
        if !account.is_empty() {
            facts.link(
                "Service Account",
                look.near("v1", "ServiceAccount", &account),
            );
        }
    }
    if object["immutable"] == true {
        facts.text("Immutable", "yes");
    }
    Known::Yes
}

pub(super) fn namespace(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    facts.text("Finalizers", joined(&look.spec()["finalizers"], ", "));
    Known::Yes
}

pub(super) fn priority_class(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let object = look.object;
    facts.field("Value", &object["value"]);
    let default = object["globalDefault"] == true;
    facts.text("Default", if default { "yes" } else { "no" });
    facts.field("Preemption", &object["preemptionPolicy"]);
    facts.field("Description", &object["description"]);
    Known::Yes
}

pub(super) fn lease(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let spec = look.spec();
    facts.field("Holder", &spec["holderIdentity"]);
    super::pod::seconds(facts, "Duration", &spec["leaseDurationSeconds"]);
    for (label, member) in [("Acquired", "acquireTime"), ("Renewed", "renewTime")] {
        if let Some(at) = look.moment(&spec[member]) {
            facts.text(label, format!("{} ago", at.text));
        }
    }
    facts.field("Transitions", &spec["leaseTransitions"]);
    Known::Yes
}

pub(super) fn event(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let object = look.object;
    let about = if object["involvedObject"].is_object() {
        &object["involvedObject"]
    } else {
        &object["regarding"]
    };
    let namespace = Some(line(&about["namespace"])).filter(|n| !n.is_empty());
    let about = link(
        &line(&about["apiVersion"]),
        &line(&about["kind"]),
        namespace.as_deref(),
        &line(&about["name"]),
    );
    facts.values("About", [kinded(about)]);
    facts.field("Message", &object["message"]);
    facts.field("Note", &object["note"]);
    facts.field("Action", &object["action"]);
    facts.field("Reported By", &object["reportingComponent"]);
    facts.field("Reporting Controller", &object["reportingController"]);
    let node = line(&object["source"]["host"]);
    if !node.is_empty() {
        facts.values("Host", [named(link("v1", "Node", None, &node))]);
    }
    Known::Yes
}
