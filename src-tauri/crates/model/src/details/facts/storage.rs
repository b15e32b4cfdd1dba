//! Claims, volumes and their classes.

use super::super::look::Look;
use super::super::read::{equals, joined, line, link, list, members, scalar, words};
use super::super::scheduling::node_term;
use super::super::shape::{Fact, Section};
use super::super::volumes::csi_driver;
use super::Known;
use super::build::{Facts, group, kinded, named};

const CLASS: &str = "storage.k8s.io/v1";

pub(super) fn claim(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    let class = line(&spec["storageClassName"]);
    if class.is_empty() {
        facts.text(
            "Storage Class",
            if spec["storageClassName"].is_string() {
                "none: only a volume without class binds"
            } else {
                ""
            },
        );
    } else {
        facts.link("Storage Class", link(CLASS, "StorageClass", None, &class));
    }
    let volume = line(&spec["volumeName"]);
    if !volume.is_empty() {
        facts.link("Volume", link("v1", "PersistentVolume", None, &volume));
    }
    facts.field("Requested", &spec["resources"]["requests"]["storage"]);
    facts.field("Capacity", &status["capacity"]["storage"]);
    facts.text("Access Modes", joined(&spec["accessModes"], ", "));
    facts.field("Volume Mode", &spec["volumeMode"]);
    let source = &spec["dataSource"];
    if source.is_object() {
        let api = match line(&source["apiGroup"]) {
            none if none.is_empty() => "v1".to_owned(),
            group => format!("{group}/"),
        };
        let from = look.near(&api, &line(&source["kind"]), &line(&source["name"]));
        facts.values("Made From", [kinded(from)]);
    }
    let attributes = line(&spec["volumeAttributesClassName"]);
    if !attributes.is_empty() {
        facts.link(
            "Attributes Class",
            link(CLASS, "VolumeAttributesClass", None, &attributes),
        );
    }
    facts.text("Resize", equals(&status["allocatedResourceStatuses"]));
    let node = &look.meta()["annotations"]["volume.kubernetes.io/selected-node"];
    let node = line(node);
    if !node.is_empty() {
        facts.link("Selected Node", link("v1", "Node", None, &node));
    }
    facts.text("Finalizers", joined(&look.meta()["finalizers"], ", "));
    Known::Yes
}

pub(super) fn volume(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let spec = look.spec();
    let class = line(&spec["storageClassName"]);
    if !class.is_empty() {
        facts.link("Storage Class", link(CLASS, "StorageClass", None, &class));
    }
    let claim = &spec["claimRef"];
    if claim.is_object() {
        let namespace = line(&claim["namespace"]);
        let claim = link(
            "v1",
            "PersistentVolumeClaim",
            Some(&namespace),
            &line(&claim["name"]),
        );
        facts.values(
            "Claim",
            [super::super::shape::FactValue {
                text: format!("{namespace}/{}", claim.name),
                ..named(claim)
            }],
        );
    }
    facts.field("Capacity", &spec["capacity"]["storage"]);
    facts.text("Access Modes", joined(&spec["accessModes"], ", "));
    facts.field("Volume Mode", &spec["volumeMode"]);
    facts.field("Reclaim Policy", &spec["persistentVolumeReclaimPolicy"]);
    facts.field("Reason", &look.status()["reason"]);
    facts.field("Message", &look.status()["message"]);
    facts.text("Mount Options", joined(&spec["mountOptions"], ", "));
    facts.each(
        "Node Affinity",
        list(&spec["nodeAffinity"]["required"]["nodeSelectorTerms"]).map(node_term),
    );
    let csi = &spec["csi"];
    if csi.is_object() {
        facts.link("CSI Driver", csi_driver(&line(&csi["driver"])));
        facts.field("Volume Handle", &csi["volumeHandle"]);
        facts.field("File System", &csi["fsType"]);
        group(more, "Volume attributes", scalars(&csi["volumeAttributes"]));
    } else {
        // The member that is none of the others is the source.
        for member in ["hostPath", "local", "nfs", "iscsi", "fc"] {
            group(more, member, scalars(&spec[member]));
        }
    }
    facts.text("Finalizers", joined(&look.meta()["finalizers"], ", "));
    Known::Yes
}

pub(super) fn class(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let object = look.object;
    let default = &look.meta()["annotations"]["storageclass.kubernetes.io/is-default-class"];
    facts.text("Default", if default == "true" { "yes" } else { "no" });
    facts.field("Provisioner", &object["provisioner"]);
    facts.field("Reclaim Policy", &object["reclaimPolicy"]);
    facts.field("Binding", &object["volumeBindingMode"]);
    let grows = object["allowVolumeExpansion"] == true;
    facts.text("Expansion", if grows { "allowed" } else { "not allowed" });
    facts.text("Mount Options", joined(&object["mountOptions"], ", "));
    group(more, "Parameters", scalars(&object["parameters"]));
    Known::Yes
}

/// Each scalar of a map as a fact.
fn scalars(map: &serde_json::Value) -> Vec<Fact> {
    let each = members(map).map(|(label, value)| Fact {
        label,
        values: vec![words(scalar(value))],
    });
    each.filter(|fact| !fact.values[0].text.is_empty())
        .collect()
}
