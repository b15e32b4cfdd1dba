//! What a pod's spec refers to.

use serde_json::Value;

use super::{Ident, Reference, Relation, array, name};

/// Volumes, environment, pull secrets, account, classes and node of a pod, or of a pod template.
pub(super) fn references(spec: &Value, namespace: &str, pod: &str) -> Vec<Reference> {
    let mut found = Found {
        namespace,
        all: Vec::new(),
    };
    for volume in array(&spec["volumes"]) {
        found.volume(volume, pod);
    }
    let containers = ["initContainers", "containers", "ephemeralContainers"];
    for container in containers.iter().flat_map(|group| array(&spec[*group])) {
        for variable in array(&container["env"]) {
            let from = &variable["valueFrom"];
            found.held("ConfigMap", &from["configMapKeyRef"]);
            found.held("Secret", &from["secretKeyRef"]);
        }
        for source in array(&container["envFrom"]) {
            found.held("ConfigMap", &source["configMapRef"]);
            found.held("Secret", &source["secretRef"]);
        }
    }
    for secret in array(&spec["imagePullSecrets"]) {
        // kubelet pulls without one that is missing.
        found.add("Secret", name(&secret["name"]), true);
    }
    found.add("ServiceAccount", name(&spec["serviceAccountName"]), false);
    found.wide(
        Relation::Uses,
        "scheduling.k8s.io",
        "PriorityClass",
        &spec["priorityClassName"],
    );
    found.wide(
        Relation::Uses,
        "node.k8s.io",
        "RuntimeClass",
        &spec["runtimeClassName"],
    );
    found.wide(Relation::RunsOn, "", "Node", &spec["nodeName"]);
    found.all
}

struct Found<'a> {
    namespace: &'a str,
    all: Vec<Reference>,
}

impl Found<'_> {
    fn volume(&mut self, volume: &Value, pod: &str) {
        let optional = |source: &Value| source["optional"] == true;
        let map = &volume["configMap"];
        self.add("ConfigMap", name(&map["name"]), optional(map));
        let secret = &volume["secret"];
        self.add("Secret", name(&secret["secretName"]), optional(secret));
        let claim = name(&volume["persistentVolumeClaim"]["claimName"]);
        self.add("PersistentVolumeClaim", claim, false);
        // The ephemeral volume controller names the claim after pod and volume; a template has no pod yet.
        if volume["ephemeral"].is_object() && !pod.is_empty() {
            let claim = name(&volume["name"]).map(|volume| format!("{pod}-{volume}"));
            self.add("PersistentVolumeClaim", claim, false);
        }
        for source in array(&volume["projected"]["sources"]) {
            self.held("ConfigMap", &source["configMap"]);
            self.held("Secret", &source["secret"]);
        }
        let csi = name(&volume["csi"]["nodePublishSecretRef"]["name"]);
        self.add("Secret", csi, false);
    }

    /// A `ConfigMap` or Secret in the form that environment and projected volumes have.
    fn held(&mut self, kind: &str, source: &Value) {
        self.add(kind, name(&source["name"]), source["optional"] == true);
    }

    fn add(&mut self, kind: &str, name: Option<String>, optional: bool) {
        let Some(name) = name else { return };
        self.all.push(Reference {
            relation: Relation::Uses,
            to: Ident {
                group: String::new(),
                kind: kind.to_owned(),
                namespace: self.namespace.to_owned(),
                name,
            },
            optional,
        });
    }

    fn wide(&mut self, relation: Relation, group: &str, kind: &str, value: &Value) {
        let Some(name) = name(value) else { return };
        self.all.push(Reference {
            relation,
            to: Ident {
                group: group.to_owned(),
                kind: kind.to_owned(),
                namespace: String::new(),
                name,
            },
            optional: false,
        });
    }
}
