//! Tokens of service accounts: the subresource `token`.

use jiff::SignedDuration;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::path::Target;
use super::{Answer, Request, body};
use crate::World;
use crate::access;
use crate::status::Status;
use crate::writes::seconds;

/// How long a token lasts that does not say (`pkg/apis/authentication/v1/defaults.go`).
const LASTS: i64 = 3600;
/// The shortest time (`pkg/apis/authentication/validation/validation.go:ValidateTokenRequest`).
const SHORTEST: i64 = 600;

/// A token of an account, which is that account's for ever.
pub(super) fn create(
    world: &World,
    request: &Request,
    target: &Target,
    name: &str,
) -> Result<Answer, Status> {
    let mut asked = body::json(request)?;
    let account = world
        .get("serviceaccounts", target.namespace(), name)
        .ok_or_else(|| Status::not_found("", "serviceaccounts", name))?;
    if !asked.is_object() {
        return Err(Status::bad_request(
            "the body of the request is no JSON object",
        ));
    }
    let lasts = asked["spec"]["expirationSeconds"].as_i64().unwrap_or(LASTS);
    if lasts < SHORTEST {
        let why =
            format!("Invalid value: {lasts}: may not specify a duration less than 10 minutes");
        let mut status = Status::of(
            422,
            "Invalid",
            format!(
                "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: {why}"
            ),
        );
        status.details = Some(json!({
            "group": "authentication.k8s.io", "kind": "TokenRequest",
            "causes": [{"reason": "FieldValueInvalid", "message": why, "field": "spec.expirationSeconds"}],
        }));
        return Err(status);
    }
    asked["kind"] = json!("TokenRequest");
    asked["apiVersion"] = json!("authentication.k8s.io/v1");
    asked["metadata"] = json!({
        "name": name, "namespace": target.namespace(), "creationTimestamp": seconds(world.now()),
    });
    asked["spec"]["expirationSeconds"] = json!(lasts);
    if asked["spec"]["audiences"]
        .as_array()
        .is_none_or(Vec::is_empty)
    {
        asked["spec"]["audiences"] = json!(["https://kubernetes.default.svc.cluster.local"]);
    }
    let until = world.now().checked_add(SignedDuration::from_secs(lasts));
    asked["status"] = json!({
        "token": token(&account, &asked),
        "expirationTimestamp": seconds(until.unwrap_or(world.now())),
    });
    Ok(Answer::json(201, &asked))
}

fn token(account: &Value, asked: &Value) -> String {
    let hash = digest(
        &SHA256,
        format!("{}{asked}", account["metadata"]["uid"]).as_bytes(),
    );
    let hex = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &account["metadata"];
    let hex = hex.collect::<Vec<_>>().concat();
    access::token_of(
        &text(&metadata["namespace"]),
        &text(&metadata["name"]),
        &hex,
    )
}
