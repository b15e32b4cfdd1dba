//! Which lists the relations of an object are found in.

use model::{LinkedRow, Resource};

/// One list to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Want {
    pub(super) resource: Resource,
    /// `None`: all namespaces, or a kind outside them.
    pub(super) namespace: Option<String>,
    pub(super) fields: String,
    pub(super) labels: String,
    /// Only names are needed: whether a thing exists.
    pub(super) names_only: bool,
}

/// Group and plural of a kind.
type Named = (&'static str, &'static str);

/// Kinds of a namespace that refer to others, or are made by others: group, plural.
const LINKED: [Named; 25] = [
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
    ("", "services"),
    ("", "replicationcontrollers"),
    ("", "persistentvolumeclaims"),
    ("discovery.k8s.io", "endpointslices"),
    ("networking.k8s.io", "ingresses"),
    ("networking.k8s.io", "networkpolicies"),
    ("policy", "poddisruptionbudgets"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("autoscaling.k8s.io", "verticalpodautoscalers"),
    ("keda.sh", "scaledobjects"),
    ("keda.sh", "scaledjobs"),
    ("argoproj.io", "rollouts"),
    ("gateway.networking.k8s.io", "gateways"),
    ("gateway.networking.k8s.io", "httproutes"),
    ("gateway.networking.k8s.io", "grpcroutes"),
    ("gateway.networking.k8s.io", "tlsroutes"),
    ("gateway.networking.k8s.io", "tcproutes"),
    ("gateway.networking.k8s.io", "udproutes"),
    ("rbac.authorization.k8s.io", "rolebindings"),
];
/// Kinds that others refer to by name; their content is nobody's business here.
const NAMED: [Named; 5] = [
    ("", "configmaps"),
    ("", "secrets"),
    ("", "serviceaccounts"),
    ("keda.sh", "triggerauthentications"),
    ("rbac.authorization.k8s.io", "roles"),
];
/// Kinds outside namespaces, and in all of them, that refer to one outside namespaces: its group and plural, theirs.
const WIDE: [(Named, Named); 9] = [
    (
        ("storage.k8s.io", "storageclasses"),
        ("", "persistentvolumes"),
    ),
    (
        ("storage.k8s.io", "storageclasses"),
        ("", "persistentvolumeclaims"),
    ),
    (("", "persistentvolumes"), ("", "persistentvolumeclaims")),
    (
        ("", "persistentvolumes"),
        ("storage.k8s.io", "volumeattachments"),
    ),
    (("", "nodes"), ("storage.k8s.io", "volumeattachments")),
    (
        ("networking.k8s.io", "ingressclasses"),
        ("networking.k8s.io", "ingresses"),
    ),
    (
        ("gateway.networking.k8s.io", "gatewayclasses"),
        ("gateway.networking.k8s.io", "gateways"),
    ),
    (
        ("rbac.authorization.k8s.io", "clusterroles"),
        ("rbac.authorization.k8s.io", "rolebindings"),
    ),
    (
        ("rbac.authorization.k8s.io", "clusterroles"),
        ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ),
];

/// The lists for `name` of `of`, among the kinds that are `served`; `row` is what is known of it by now.
pub(super) fn wants(
    of: &Resource,
    namespace: &str,
    name: &str,
    row: Option<&LinkedRow>,
    served: &[Resource],
) -> Vec<Want> {
    let find = |(group, plural): &(&str, &str)| {
        served
            .iter()
            .find(|one| one.group == *group && one.plural == *plural)
    };
    let mut wants = Vec::new();
    if !of.namespaced {
        wants.push(itself(of, None, name));
        let key = (of.group.as_str(), of.plural.as_str());
        let wide = WIDE.iter().filter(|(to, _)| *to == key);
        wants.extend(wide.filter_map(|(_, from)| Some(all(find(from)?, None))));
        if key == ("", "nodes")
            && let Some(pods) = find(&("", "pods"))
        {
            wants.push(Want {
                fields: format!("spec.nodeName={name}"),
                ..all(pods, None)
            });
        }
        return wants;
    }
    let here = Some(namespace.to_owned());
    let linked = LINKED.iter().filter_map(find);
    wants.extend(linked.map(|resource| all(resource, here.clone())));
    let named = NAMED.iter().filter_map(find).filter(|named| *named != of);
    wants.extend(named.map(|resource| Want {
        names_only: true,
        ..all(resource, here.clone())
    }));
    if let Some(pods) = find(&("", "pods")) {
        wants.extend(which_pods(of, namespace, name, row, pods));
    }
    if !wants.iter().any(|want| want.resource == *of) {
        wants.push(itself(of, here, name));
    }
    wants
}

/// A pod alone; the pods a workload's template or a selector accepts; else all of the namespace.
fn which_pods(
    of: &Resource,
    namespace: &str,
    name: &str,
    row: Option<&LinkedRow>,
    pods: &Resource,
) -> Option<Want> {
    let here = Some(namespace.to_owned());
    if of == pods {
        return Some(itself(of, here, name));
    }
    // Until the object is read nothing says which.
    let row = row?;
    let labels = match &row.selects {
        Some((_, selector)) => selector.query(),
        None if row.makes_pods => {
            let pairs = row
                .labels
                .iter()
                .map(|(key, value)| format!("{key}={value}"));
            pairs.collect::<Vec<_>>().join(",")
        }
        None => String::new(),
    };
    Some(Want {
        labels,
        ..all(pods, here)
    })
}

fn all(resource: &Resource, namespace: Option<String>) -> Want {
    Want {
        resource: resource.clone(),
        namespace,
        fields: String::new(),
        labels: String::new(),
        names_only: false,
    }
}

fn itself(resource: &Resource, namespace: Option<String>, name: &str) -> Want {
    Want {
        fields: format!("metadata.name={name}"),
        ..all(resource, namespace)
    }
}

/// The kinds in which owned objects may lie besides: what is served and not followed already.
pub(super) fn elsewhere(of: &Resource, wants: &[Want], served: &[Resource]) -> Vec<Resource> {
    let followed = |one: &Resource| {
        wants
            .iter()
            .any(|want| want.resource == *one && want.fields.is_empty())
    };
    // Measurements and reports of the moment own nothing and are owned by nothing.
    let passing = |one: &Resource| {
        one.plural == "events"
            || one.plural == "componentstatuses"
            || one.group.ends_with("metrics.k8s.io")
    };
    served
        .iter()
        .filter(|one| (one.namespaced || !of.namespaced) && !followed(one) && !passing(one))
        // Pods are followed by label, and nobody but their makers owns them.
        .filter(|one| !(one.group.is_empty() && one.plural == "pods"))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn resource(group: &str, plural: &str, kind: &str, namespaced: bool) -> Resource {
        Resource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
            kind: kind.to_owned(),
            namespaced,
        }
    }

    fn served() -> Vec<Resource> {
        vec![
            resource("", "pods", "Pod", true),
            resource("", "nodes", "Node", false),
            resource("", "events", "Event", true),
            resource("", "services", "Service", true),
            resource("", "configmaps", "ConfigMap", true),
            resource("apps", "deployments", "Deployment", true),
            resource("example.org", "widgets", "Widget", true),
            resource("example.org", "farms", "Farm", false),
        ]
    }

    fn told(wants: &[Want]) -> Vec<String> {
        let one = |want: &Want| {
            let place = want.namespace.as_deref().unwrap_or("-");
            format!(
                "{place}/{} {}{}",
                want.resource.plural, want.fields, want.labels
            )
        };
        wants.iter().map(one).collect()
    }

    #[test]
    fn pods_are_followed_as_narrowly_as_is_known() {
        let served = served();
        let deployment = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c"}]}}}});
        let row = model::links::links("apps", "Deployment", &deployment).unwrap();
        let wants = wants(&served[5], "shop", "web", Some(&row), &served);
        assert_eq!(
            told(&wants),
            [
                "shop/deployments ",
                "shop/services ",
                "shop/configmaps ",
                "shop/pods app=web"
            ]
        );
        let rest = elsewhere(&served[5], &wants, &served);
        assert_eq!(
            rest.iter().map(|one| &*one.plural).collect::<Vec<_>>(),
            ["widgets"]
        );
    }

    #[test]
    fn other_objects_begin_with_themselves() {
        let served = served();
        let of = |at: usize, namespace| told(&wants(&served[at], namespace, "x", None, &served));
        assert_eq!(
            of(1, ""),
            ["-/nodes metadata.name=x", "-/pods spec.nodeName=x"]
        );
        assert_eq!(
            of(0, "shop"),
            [
                "shop/deployments ",
                "shop/services ",
                "shop/configmaps ",
                "shop/pods metadata.name=x"
            ]
        );
        assert!(of(6, "shop").contains(&"shop/widgets metadata.name=x".to_owned()));
        let farm = wants(&served[7], "", "x", None, &served);
        assert_eq!(
            elsewhere(&served[7], &farm, &served).len(),
            6,
            "all but events and pods"
        );
    }
}
