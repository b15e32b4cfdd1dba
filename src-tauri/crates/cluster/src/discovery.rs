//! Which resources a server has, custom ones included.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use model::Resource;
use model::text::visible;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::connection::{Ask, Connection, JSON};
use crate::error::RequestError;
use crate::fetch::escape;

/// One request for all groups, since Kubernetes 1.26; older servers answer with plain JSON.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
/// Groups asked for at once where each needs a request of its own.
const AT_ONCE: usize = 4;

/// What a server has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Each resource once, in its group's preferred version; subresources are left out.
    pub resources: Vec<Discovered>,
    /// Groups with their version (`metrics.k8s.io/v1beta1`) that could not be asked, most often
    /// because the service behind them is down. Their resources may be missing or out of date.
    pub failed_groups: Vec<String>,
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// Where it is served, in the version its group prefers.
    pub resource: Resource,
    /// Every version it is served in, that one first.
    pub versions: Vec<String>,
    /// `deployment`; may be empty.
    pub singular: String,
    /// `deploy`.
    pub short_names: Vec<String>,
    /// `all`.
    pub categories: Vec<String>,
    /// `get`, `list`, `watch`, …
    pub verbs: Vec<String>,
}

impl Discovered {
    /// Whether the server allows `verb` on it at all; rights are another matter.
    pub fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|own| own == verb)
    }

    /// Whether this is where `resource` is served, in its version or another.
    pub fn serves(&self, resource: &Resource) -> bool {
        self.resource.group == resource.group
            && self.resource.plural == resource.plural
            && self.versions.contains(&resource.version)
    }
}

/// Asks the server what it has. A failing group is listed in the result, not an error.
pub async fn discover(connection: &Connection) -> Result<Discovery, RequestError> {
    let mut found = Discovery::default();
    for root in ["/api", "/apis"] {
        let body = connection
            .bytes(Ask {
                path: root,
                accept: AGGREGATED,
                gzip: true,
            })
            .await?;
        if parse::<Kinded>(&body)?.kind == "APIGroupDiscoveryList" {
            aggregated(parse(&body)?, &mut found);
        } else if root == "/api" {
            let versions = parse::<CoreVersions>(&body)?.versions.unwrap_or_default();
            one_by_one(
                connection,
                versions
                    .into_iter()
                    .map(|version| (String::new(), version))
                    .collect(),
                &mut found,
            )
            .await?;
        } else {
            one_by_one(connection, preferred_first(parse(&body)?), &mut found).await?;
        }
    }
    found.resources = once_each(found.resources);
    Ok(found)
}

/// Each resource once, in the version that came first, with the versions of all.
fn once_each(all: Vec<Discovered>) -> Vec<Discovered> {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut once: Vec<Discovered> = Vec::new();
    for own in all {
        let key = (own.resource.group.clone(), own.resource.plural.clone());
        if let Some(place) = places.get(&key) {
            once[*place].versions.extend(own.versions);
        } else {
            places.insert(key, once.len());
            once.push(own);
        }
    }
    once
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, RequestError> {
    serde_json::from_slice(body).map_err(|_| RequestError::Malformed {
        what: "its list of resources is not Kubernetes' own".to_owned(),
    })
}

#[derive(Deserialize)]
struct Kinded {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
struct GroupDiscoveryList {
    items: Option<Vec<GroupDiscovery>>,
}

#[derive(Deserialize)]
struct GroupDiscovery {
    #[serde(default)]
    metadata: Named,
    versions: Option<Vec<VersionDiscovery>>,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct VersionDiscovery {
    version: String,
    /// `Stale` when the service behind the group did not answer the server.
    freshness: Option<String>,
    resources: Option<Vec<ResourceDiscovery>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceDiscovery {
    resource: String,
    /// Absent for resources that only have subresources.
    response_kind: Option<ResponseKind>,
    scope: Option<String>,
    #[serde(default)]
    singular_resource: String,
    verbs: Option<Vec<String>>,
    short_names: Option<Vec<String>>,
    categories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct ResponseKind {
    kind: String,
}

/// The server lists versions with the preferred one first.
fn aggregated(list: GroupDiscoveryList, found: &mut Discovery) {
    for group in list.items.unwrap_or_default() {
        for version in group.versions.unwrap_or_default() {
            if version.freshness.as_deref() == Some("Stale") {
                found
                    .failed_groups
                    .push(group_version(&group.metadata.name, &version.version));
            }
            for own in version.resources.unwrap_or_default() {
                let Some(kind) = own
                    .response_kind
                    .filter(|response| !response.kind.is_empty())
                else {
                    continue;
                };
                found.resources.push(Discovered {
                    resource: Resource {
                        group: shown(&group.metadata.name),
                        version: shown(&version.version),
                        plural: shown(&own.resource),
                        kind: shown(&kind.kind),
                        namespaced: own.scope.as_deref() == Some("Namespaced"),
                    },
                    versions: vec![shown(&version.version)],
                    singular: shown(&own.singular_resource),
                    short_names: all_shown(own.short_names),
                    categories: all_shown(own.categories),
                    verbs: all_shown(own.verbs),
                });
            }
        }
    }
}

#[derive(Deserialize)]
struct CoreVersions {
    versions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct GroupList {
    groups: Option<Vec<Group>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    versions: Option<Vec<GroupVersion>>,
    preferred_version: Option<GroupVersion>,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
}

#[derive(Deserialize)]
struct ResourceList {
    resources: Option<Vec<ListedResource>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedResource {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    singular_name: String,
    verbs: Option<Vec<String>>,
    short_names: Option<Vec<String>>,
    categories: Option<Vec<String>>,
}

fn preferred_first(list: GroupList) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for group in list.groups.unwrap_or_default() {
        let preferred = group.preferred_version.map(|own| own.version);
        let others = group
            .versions
            .unwrap_or_default()
            .into_iter()
            .map(|own| own.version);
        let others: Vec<String> = others
            .filter(|version| Some(version) != preferred.as_ref())
            .collect();
        all.extend(
            preferred
                .into_iter()
                .chain(others)
                .map(|version| (group.name.clone(), version)),
        );
    }
    all
}

/// One request for each group and version, as servers before 1.26 need.
async fn one_by_one(
    connection: &Connection,
    groups: Vec<(String, String)>,
    found: &mut Discovery,
) -> Result<(), RequestError> {
    let mut answers = stream::iter(groups.into_iter().map(async |(group, version)| {
        let path = if group.is_empty() {
            format!("/api/{}", escape(&version))
        } else {
            format!("/apis/{}/{}", escape(&group), escape(&version))
        };
        let body = connection
            .bytes(Ask {
                path: &path,
                accept: JSON,
                gzip: true,
            })
            .await;
        (group, version, body)
    }))
    .buffered(AT_ONCE);
    while let Some((group, version, body)) = answers.next().await {
        match body.and_then(|body| parse::<ResourceList>(&body)) {
            Ok(list) => found.resources.extend(listed(&group, &version, list)),
            // The server itself answered a moment ago: what hangs is what stands behind the group.
            Err(
                RequestError::Status { .. }
                | RequestError::Malformed { .. }
                | RequestError::Timeout { .. },
            ) => {
                found.failed_groups.push(group_version(&group, &version));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn listed(group: &str, version: &str, list: ResourceList) -> impl Iterator<Item = Discovered> {
    list.resources
        .unwrap_or_default()
        .into_iter()
        .filter(|own| !own.name.contains('/'))
        .map(move |own| Discovered {
            resource: Resource {
                group: shown(group),
                version: shown(version),
                plural: shown(&own.name),
                kind: shown(&own.kind),
                namespaced: own.namespaced,
            },
            versions: vec![shown(version)],
            singular: shown(&own.singular_name),
            short_names: all_shown(own.short_names),
            categories: all_shown(own.categories),
            verbs: all_shown(own.verbs),
        })
}

fn group_version(group: &str, version: &str) -> String {
    let name = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    shown(&name)
}

fn shown(text: &str) -> String {
    visible(text).into_owned()
}

fn all_shown(texts: Option<Vec<String>>) -> Vec<String> {
    texts
        .unwrap_or_default()
        .iter()
        .map(|text| shown(text))
        .collect()
}
