//! Server-side apply as `kubectl apply --server-side --force-conflicts` does it.

use control_plane::{Client, Error};
use serde_json::Value;

/// Applies each document, and each item of a `List`.
pub(super) fn apply(client: &Client, text: &str) -> Result<(), Error> {
    for document in text.split("\n---\n").filter(|text| !text.trim().is_empty()) {
        let object: Value = serde_saphyr::from_str(document).unwrap();
        match object["items"].as_array() {
            Some(items) => items.iter().try_for_each(|one| apply_one(client, one))?,
            None => apply_one(client, &object)?,
        }
    }
    Ok(())
}

fn apply_one(client: &Client, object: &Value) -> Result<(), Error> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let version = text(&object["apiVersion"]);
    let root = if version.contains('/') {
        format!("/apis/{version}")
    } else {
        format!("/api/{version}")
    };
    let served = client.get(&root)?;
    let mut resources = served["resources"].as_array().into_iter().flatten();
    let resource =
        resources.find(|one| one["kind"] == object["kind"] && !text(&one["name"]).contains('/'));
    let Some(resource) = resource else {
        return Err(Error::Api {
            request: format!("apply of a {}", object["kind"]),
            status: 404,
            message: format!("{version} has no such kind"),
        });
    };
    let (plural, name) = (text(&resource["name"]), text(&object["metadata"]["name"]));
    let path = match object["metadata"]["namespace"].as_str() {
        Some(namespace) if resource["namespaced"] == true => {
            format!("{root}/namespaces/{namespace}/{plural}/{name}")
        }
        _ => format!("{root}/{plural}/{name}"),
    };
    client.apply(&format!("{path}?fieldManager=kubectl&force=true"), object)?;
    Ok(())
}
