//! Who one is, and what one may do.

use serde_json::{Value, json};

use super::path::{self, Target};
use super::{Answer, Request};
use crate::World;
use crate::access::{User, Wish};
use crate::status::Status;
use crate::writes::seconds;

/// The name of whoever asks where everybody may do everything.
const USER: &str = "demo";
const GROUPS: [&str; 2] = ["system:masters", "system:authenticated"];

/// Answers a review that is created; none of them is kept.
pub(crate) fn create(
    world: &World,
    request: &Request,
    target: &Target,
    user: Option<&User>,
) -> Result<Answer, Status> {
    if request.method != "POST" || target.name.is_some() {
        return Err(path::not_allowed());
    }
    let mut review = read(request)?;
    review["kind"] = json!(*target.resource.kind);
    review["apiVersion"] = json!(target.api_version());
    if !review["metadata"].is_object() {
        review["metadata"] = json!({});
    }
    review["status"] = match &*target.resource.kind {
        "SelfSubjectReview" => {
            review["metadata"]["creationTimestamp"] = json!(seconds(world.now()));
            let user = match user {
                Some(user) => json!({"username": user.name, "groups": user.groups}),
                None => json!({"username": USER, "groups": GROUPS}),
            };
            json!({"userInfo": user})
        }
        "SelfSubjectRulesReview" => rules(world, &review, user),
        _ => json!({"allowed": user.is_none_or(|user| user.may(world, &wish(&review)))}),
    };
    Ok(Answer::json(201, &review))
}

fn read(request: &Request) -> Result<Value, Status> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Status::bad_request(format!("json parse error: {error}")))
}

fn rules(world: &World, review: &Value, user: Option<&User>) -> Value {
    let Some(user) = user else {
        return json!({
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
            "incomplete": false,
        });
    };
    let namespace = review["spec"]["namespace"].as_str().unwrap_or_default();
    let (of_paths, of_resources): (Vec<Value>, Vec<Value>) = user
        .rules(world, namespace)
        .into_iter()
        .partition(|rule| !rule["nonResourceURLs"].is_null());
    json!({"resourceRules": of_resources, "nonResourceRules": of_paths, "incomplete": false})
}

fn wish(review: &Value) -> Wish {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let paths = &review["spec"]["nonResourceAttributes"];
    if paths.is_object() {
        return Wish {
            verb: text(&paths["verb"]),
            path: text(&paths["path"]),
            ..Wish::default()
        };
    }
    let asked = &review["spec"]["resourceAttributes"];
    let (resource, part) = (text(&asked["resource"]), text(&asked["subresource"]));
    Wish {
        verb: text(&asked["verb"]),
        group: text(&asked["group"]),
        resource: if part.is_empty() {
            resource
        } else {
            format!("{resource}/{part}")
        },
        namespace: text(&asked["namespace"]),
        name: text(&asked["name"]),
        path: String::new(),
    }
}
