//! Discovery: which groups, versions and resources are served.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::accept::transformed;
use super::{Answer, Request, path};
use crate::World;
use crate::kinds::{Resource, Verbs};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// None if the path is none of discovery's.
pub(crate) fn answer(world: &World, request: &Request) -> Option<Answer> {
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let body = match parts[..] {
        ["api"] if wants_aggregated(request) => return Some(aggregated(world, true)),
        ["apis"] if wants_aggregated(request) => return Some(aggregated(world, false)),
        ["api"] => json!({
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [],
        }),
        ["apis"] => json!({
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": groups(world).iter().map(group_json).collect::<Vec<_>>(),
        }),
        ["apis", name] => {
            let group = groups(world)
                .into_iter()
                .find(|group| *group.name == *name)?;
            let mut body = group_json(&group);
            body["kind"] = json!("APIGroup");
            body["apiVersion"] = json!("v1");
            body
        }
        ["api", version] => resource_list(world, "", version)?,
        ["apis", group, version] => resource_list(world, group, version)?,
        _ => return None,
    };
    // The aggregator asks for no method (kube-aggregator, `apisHandler.ServeHTTP`, `apiGroupHandler.ServeHTTP`).
    let by_any = matches!(parts[..], ["apis"] | ["apis", _]);
    Some(if request.method == "GET" || by_any {
        Answer::json(200, &body)
    } else {
        Answer::refusal(&path::not_allowed())
    })
}

struct Group {
    name: Arc<str>,
    /// The preferred one first.
    versions: Vec<Arc<str>>,
}

/// All but the core group, in the order in which they are served.
fn groups(world: &World) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for resource in world.resources().iter().filter(|own| !own.group.is_empty()) {
        let at = groups.iter().position(|group| group.name == resource.group);
        let at = at.unwrap_or_else(|| {
            groups.push(Group {
                name: Arc::clone(&resource.group),
                versions: Vec::new(),
            });
            groups.len() - 1
        });
        for version in resource.versions() {
            if !groups[at].versions.contains(&version) {
                groups[at].versions.push(version);
            }
        }
    }
    groups
}

fn group_json(group: &Group) -> Value {
    let versions: Vec<Value> = group
        .versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{}/{version}", group.name), "version": **version}))
        .collect();
    json!({"name": *group.name, "preferredVersion": versions[0], "versions": versions})
}

fn resource_list(world: &World, group: &str, version: &str) -> Option<Value> {
    if !world.serves(group, version) {
        return None;
    }
    let mut all = Vec::new();
    let mut custom = false;
    for resource in served(world, group, version) {
        custom |= resource.custom.is_some();
        let mut own = json!({
            "name": *resource.plural, "singularName": *resource.singular,
            "namespaced": resource.namespaced, "kind": *resource.kind,
            "verbs": verbs(&resource),
        });
        named(&mut own, &resource);
        if matches!(resource.verbs, Verbs::Stored) {
            own["storageVersionHash"] = json!(storage_hash(&resource));
        }
        all.push(own);
        for name in &resource.subresources {
            let part = Part::of(&resource, name);
            let mut own = json!({
                "name": format!("{}/{name}", resource.plural), "singularName": "",
                "namespaced": resource.namespaced, "kind": part.kind, "verbs": part.verbs,
            });
            if let Some((group, version)) = part.elsewhere {
                own["group"] = json!(group);
                own["version"] = json!(version);
            }
            all.push(own);
        }
    }
    if !custom {
        all.sort_by(|one, other| one["name"].as_str().cmp(&other["name"].as_str()));
    }
    let group_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    let mut list = json!({
        "kind": "APIResourceList",
        "groupVersion": group_version, "resources": all,
    });
    if !group.is_empty() {
        list["apiVersion"] = json!("v1");
    }
    Some(list)
}

fn wants_aggregated(request: &Request) -> bool {
    transformed(
        &request.accept,
        "apidiscovery.k8s.io",
        "APIGroupDiscoveryList",
    )
    .is_some_and(|version| version == "v2")
}

fn aggregated(world: &World, core: bool) -> Answer {
    let groups = if core {
        vec![Group {
            name: "".into(),
            versions: vec!["v1".into()],
        }]
    } else {
        groups(world)
    };
    let items: Vec<Value> = groups
        .iter()
        .map(|group| {
            let versions = group.versions.iter().map(|version| {
                let own = served(world, &group.name, version);
                json!({
                    "version": **version,
                    "resources": own.iter().map(|one| discovered(one, version)).collect::<Vec<_>>(),
                    "freshness": "Current",
                })
            });
            let metadata = if core {
                json!({})
            } else {
                json!({"name": *group.name})
            };
            json!({"metadata": metadata, "versions": versions.collect::<Vec<_>>()})
        })
        .collect();
    let body = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {}, "items": items,
    });
    Answer {
        code: 200,
        content_type: AGGREGATED,
        body: body.to_string().into_bytes(),
        warnings: Vec::new(),
        retry_after: None,
    }
}

fn discovered(resource: &Resource, version: &str) -> Value {
    let whose = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    // Built-in kinds leave their own group and version away (apiserver, `ConvertGroupVersionIntoToDiscovery`).
    let own = |kind: &str| match &resource.custom {
        Some(_) => whose(&resource.group, version, kind),
        None => whose("", "", kind),
    };
    let mut all = json!({
        "resource": *resource.plural,
        "responseKind": own(&resource.kind),
        "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": *resource.singular,
        "verbs": verbs(resource),
    });
    named(&mut all, resource);
    if !resource.subresources.is_empty() {
        let mut parts: Vec<Value> = resource
            .subresources
            .iter()
            .map(|name| {
                let part = Part::of(resource, name);
                let kind = match part.elsewhere {
                    Some((group, version)) => whose(group, version, part.kind),
                    None => own(part.kind),
                };
                json!({"subresource": **name, "responseKind": kind, "verbs": part.verbs})
            })
            .collect();
        parts.sort_by(|one, other| {
            one["subresource"]
                .as_str()
                .cmp(&other["subresource"].as_str())
        });
        all["subresources"] = json!(parts);
    }
    all
}

/// A fingerprint of the form in which objects are kept (apiserver, `discovery.StorageVersionHash`).
fn storage_hash(resource: &Resource) -> String {
    let version = resource
        .custom
        .as_ref()
        .map_or(&resource.version, |custom| &custom.storage);
    // Definitions are kept in the version they began with.
    let version = match &*resource.kind {
        "CustomResourceDefinition" => "v1beta1",
        _ => version,
    };
    let kept = format!("{}/{version}/{}", resource.group, resource.kind);
    let hash = digest(&SHA256, kept.as_bytes());
    STANDARD.encode(&hash.as_ref()[..8])
}

fn named(own: &mut Value, resource: &Resource) {
    let words = |all: &[Arc<str>]| json!(all.iter().map(|word| &**word).collect::<Vec<_>>());
    if !resource.short_names.is_empty() {
        own["shortNames"] = words(&resource.short_names);
    }
    if !resource.categories.is_empty() {
        own["categories"] = words(&resource.categories);
    }
}

fn served(world: &World, group: &str, version: &str) -> Vec<Arc<Resource>> {
    let all = world.resources().iter();
    let mut own: Vec<_> = all
        .filter(|one| *one.group == *group && one.serves(version))
        .map(|one| match one.custom {
            Some(_) => one.in_version(version),
            None => Arc::clone(one),
        })
        .collect();
    own.sort_by(|one, other| one.plural.cmp(&other.plural));
    own
}

fn verbs(resource: &Resource) -> &'static [&'static str] {
    match resource.verbs {
        Verbs::Review => &["create"],
        Verbs::Measured => &["get", "list"],
        Verbs::Stored if resource.custom.is_some() => &[
            "delete",
            "deletecollection",
            "get",
            "list",
            "patch",
            "create",
            "update",
            "watch",
        ],
        Verbs::Stored if *resource.plural == *"namespaces" => &[
            "create", "delete", "get", "list", "patch", "update", "watch",
        ],
        Verbs::Stored => &[
            "create",
            "delete",
            "deletecollection",
            "get",
            "list",
            "patch",
            "update",
            "watch",
        ],
    }
}

/// A subresource.
struct Part<'a> {
    kind: &'a str,
    /// Group and version, where they are not the resource's.
    elsewhere: Option<(&'static str, &'static str)>,
    verbs: &'static [&'static str],
}

impl<'a> Part<'a> {
    fn of(resource: &'a Resource, name: &str) -> Self {
        let here = |kind, verbs| Self {
            kind,
            elsewhere: None,
            verbs,
        };
        match name {
            "scale" => Self {
                kind: "Scale",
                elsewhere: Some(("autoscaling", "v1")),
                verbs: &["get", "patch", "update"],
            },
            "eviction" => Self {
                kind: "Eviction",
                elsewhere: Some(("policy", "v1")),
                verbs: &["create"],
            },
            "token" => Self {
                kind: "TokenRequest",
                elsewhere: Some(("authentication.k8s.io", "v1")),
                verbs: &["create"],
            },
            "binding" => here("Binding", &["create"]),
            "exec" => here("PodExecOptions", &["create", "get"]),
            "attach" => here("PodAttachOptions", &["create", "get"]),
            "portforward" => here("PodPortForwardOptions", &["create", "get"]),
            "log" => here(&resource.kind, &["get"]),
            "finalize" => here(&resource.kind, &["update"]),
            _ => here(&resource.kind, &["get", "patch", "update"]),
        }
    }
}
