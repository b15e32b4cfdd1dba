//! Who one is, and what one may do: here everything.

use serde_json::{Value, json};

use super::path::{self, Target};
use super::{Answer, Request};
use crate::World;
use crate::status::Status;
use crate::writes::seconds;

/// The name of whoever asks.
const USER: &str = "demo";
const GROUPS: [&str; 2] = ["system:masters", "system:authenticated"];

/// Answers a review that is created; none of them is kept.
pub(crate) fn create(world: &World, request: &Request, target: &Target) -> Result<Answer, Status> {
    if request.method != "POST" || target.name.is_some() {
        return Err(path::not_allowed());
    }
    let mut review: Value = serde_json::from_slice(&request.body)
        .map_err(|error| Status::bad_request(format!("json parse error: {error}")))?;
    review["kind"] = json!(*target.resource.kind);
    review["apiVersion"] = json!(target.api_version());
    if !review["metadata"].is_object() {
        review["metadata"] = json!({});
    }
    review["status"] = match &*target.resource.kind {
        "SelfSubjectReview" => {
            review["metadata"]["creationTimestamp"] = json!(seconds(world.now()));
            json!({"userInfo": {"username": USER, "groups": GROUPS}})
        }
        "SelfSubjectRulesReview" => json!({
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
            "incomplete": false,
        }),
        _ => json!({"allowed": true}),
    };
    Ok(Answer::json(201, &review))
}
