//! Single objects, and the events about them.

use std::collections::BTreeMap;

use model::{Kind, LinkedRow, ObjectRow, Resource, decode_json};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::connection::{Ask, Connection};
use crate::error::RequestError;

/// Largest single object: etcd stores 1.5 MiB, servers may be set to more.
const OBJECT_LIMIT: u64 = 16 << 20;
/// Objects with nothing but their metadata.
const METADATA: &str =
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
const METADATA_PAGE: u32 = 500;
const METADATA_PAGES: u32 = 10;
const METADATA_LIMIT: u64 = 64 << 20;
/// Most events asked of one object.
const EVENT_LIMIT: u32 = 500;

/// One object, whole. `namespace` is ignored for resources outside namespaces.
pub async fn object(
    connection: &Connection,
    resource: &Resource,
    namespace: &str,
    name: &str,
) -> Result<serde_json::Value, RequestError> {
    let namespace = resource.namespaced.then_some(namespace);
    let path = format!("{}/{}", collection(resource, namespace), escape(name));
    let body = connection
        .bytes_within(Ask::json(&path), OBJECT_LIMIT)
        .await?;
    serde_json::from_slice(&body).map_err(|_| RequestError::Malformed {
        what: "it is not a JSON object".to_owned(),
    })
}

/// Objects of one kind that have owners.
#[derive(Debug, Default)]
pub struct Owned {
    /// Of each no more than its metadata is known.
    pub rows: Vec<LinkedRow>,
    /// Whether all objects were looked at.
    pub whole: bool,
}

/// Objects that have owners, of the first 5,000 of a kind. Costs their metadata.
pub async fn owned(
    connection: &Connection,
    resource: &Resource,
    namespace: Option<&str>,
) -> Result<Owned, RequestError> {
    #[derive(Deserialize)]
    struct List {
        #[serde(default)]
        metadata: Meta,
        items: Option<Vec<serde_json::Value>>,
    }
    #[derive(Default, Deserialize)]
    struct Meta {
        #[serde(default)]
        r#continue: String,
    }
    let namespace = namespace.filter(|_| resource.namespaced);
    let base = collection(resource, namespace);
    let mut owned = Owned::default();
    let mut more = String::new();
    for _ in 0..METADATA_PAGES {
        let path = format!("{base}?limit={METADATA_PAGE}{more}");
        let ask = Ask {
            path: &path,
            accept: METADATA,
            gzip: true,
        };
        let body = connection.bytes_within(ask, METADATA_LIMIT).await?;
        let list: List = serde_json::from_slice(&body).map_err(|_| RequestError::Malformed {
            what: "it is not a list of metadata".to_owned(),
        })?;
        let items = list.items.unwrap_or_default();
        let rows = items
            .iter()
            .filter(|item| item["metadata"]["ownerReferences"].is_array())
            .filter_map(|item| model::links::links(&resource.group, &resource.kind, item));
        owned.rows.extend(rows);
        if list.metadata.r#continue.is_empty() {
            owned.whole = true;
            break;
        }
        more = format!("&continue={}", escape(&list.metadata.r#continue));
    }
    Ok(owned)
}

/// Labels of every object of a resource in a namespace that a label selector matches; nothing else of them is sent.
pub async fn labels_of(
    connection: &Connection,
    resource: &Resource,
    namespace: &str,
    selector: &str,
) -> Result<Vec<BTreeMap<String, String>>, RequestError> {
    #[derive(Deserialize)]
    struct List {
        items: Option<Vec<Item>>,
    }
    #[derive(Deserialize)]
    struct Item {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        labels: Option<BTreeMap<String, String>>,
    }
    let namespace = resource.namespaced.then_some(namespace);
    let path = format!(
        "{}?labelSelector={}",
        collection(resource, namespace),
        escape(selector)
    );
    let ask = Ask {
        accept: METADATA,
        ..Ask::json(&path)
    };
    let body = connection.bytes_within(ask, OBJECT_LIMIT).await?;
    let list: List = serde_json::from_slice(&body).map_err(|_| RequestError::Malformed {
        what: "it is not a list of metadata".to_owned(),
    })?;
    let items = list.items.unwrap_or_default().into_iter();
    Ok(items
        .map(|item| item.metadata.labels.unwrap_or_default())
        .collect())
}

/// What an event is about. Empty fields do not select.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// Namespace of the object; empty looks in all, where events of cluster-wide objects are too.
    pub namespace: &'a str,
    /// Kind: `Pod`.
    pub kind: &'a str,
    /// Name.
    pub name: &'a str,
    /// UID. Nodes' events carry the node's name here, so leave it empty for them.
    pub uid: &'a str,
}

/// The events about one object, at most 500, in the server's order.
pub async fn events_of(
    connection: &Connection,
    about: About<'_>,
) -> Result<Vec<ObjectRow>, RequestError> {
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let selector: Vec<String> = [
        ("kind", about.kind),
        ("name", about.name),
        ("uid", about.uid),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(field, value)| format!("involvedObject.{field}={value}"))
    .collect();
    let namespace = (!about.namespace.is_empty()).then_some(about.namespace);
    let path = format!(
        "{}?limit={EVENT_LIMIT}&fieldSelector={}",
        collection(&Kind::Events.spec().resource, namespace),
        escape(&selector.join(","))
    );
    let body = connection.bytes(Ask::json(&path)).await?;
    let list: List<'_> = serde_json::from_slice(&body).map_err(|_| RequestError::Malformed {
        what: "it is not a list of events".to_owned(),
    })?;
    list.items
        .unwrap_or_default()
        .into_iter()
        .map(|event| {
            decode_json(Kind::Events, event.get().as_bytes()).map_err(|error| {
                RequestError::Malformed {
                    what: format!("an event in it: {error}"),
                }
            })
        })
        .collect()
}

/// How many objects of a resource there are, by a list of one.
///
/// # Errors
/// As any list.
pub async fn count(
    connection: &Connection,
    resource: &Resource,
    namespace: Option<&str>,
) -> Result<u64, RequestError> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct ListMeta {
        remaining_item_count: u64,
    }
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(default)]
        metadata: ListMeta,
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let path = format!("{}?limit=1", collection(resource, namespace));
    let body = connection.bytes(Ask::json(&path)).await?;
    let list: List<'_> = serde_json::from_slice(&body).map_err(|_| RequestError::Malformed {
        what: "it is not a list".to_owned(),
    })?;
    let here = list.items.map_or(0, |items| items.len() as u64);
    Ok(here.saturating_add(list.metadata.remaining_item_count))
}

/// Path of a resource's collection: `/apis/apps/v1/namespaces/web/deployments`. `None` is all
/// namespaces, or a resource outside them.
pub fn collection(resource: &Resource, namespace: Option<&str>) -> String {
    let root = if resource.group.is_empty() {
        format!("/api/{}", escape(&resource.version))
    } else {
        format!(
            "/apis/{}/{}",
            escape(&resource.group),
            escape(&resource.version)
        )
    };
    match namespace {
        Some(namespace) => format!(
            "{root}/namespaces/{}/{}",
            escape(namespace),
            escape(&resource.plural)
        ),
        None => format!("{root}/{}", escape(&resource.plural)),
    }
}

/// Percent-escapes everything that could end a path segment or a query value.
pub fn escape(text: &str) -> String {
    use std::fmt::Write;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    // A segment of dots alone would climb; no API name is one.
    if matches!(escaped.as_str(), "." | "..") {
        escaped.replace('.', "%2E")
    } else {
        escaped
    }
}
