//! What the account may do: access reviews of the server, as rules and as single answers.

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::connection::{Ask, Connection};
use crate::error::RequestError;

const RULES_REVIEW: &str = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
const ACCESS_REVIEW: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
/// Largest answer: an account bound to thousands of roles.
const LIMIT: u64 = 8 << 20;

/// What is known of a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// The account has it.
    Yes,
    /// The account lacks it.
    No,
    /// The server cannot say, or was not asked: to be treated as if the account had it.
    Unknown,
}

/// One deed: a verb on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed<'a> {
    /// `list`, `get`, `watch`; `*` is every verb.
    pub verb: &'a str,
    /// API group; empty is core, `*` every group.
    pub group: &'a str,
    /// `pods`, or with its subresource `pods/log`; `*` is every resource.
    pub resource: &'a str,
}

/// What an account may do in one namespace, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Not all is in them: an authorizer of this server cannot list what it allows.
    incomplete: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rule {
    verbs: Option<Vec<String>>,
    api_groups: Option<Vec<String>>,
    resources: Option<Vec<String>>,
    resource_names: Option<Vec<String>>,
}

impl Rules {
    /// Reads the answer to a `SelfSubjectRulesReview`.
    pub fn read(body: &[u8]) -> Result<Self, RequestError> {
        let status = serde_json::from_slice::<RulesReview>(body)
            .ok()
            .and_then(|review| review.status)
            .ok_or_else(not_a_review)?;
        Ok(Self {
            rules: status.resource_rules.unwrap_or_default(),
            incomplete: status.incomplete || !status.evaluation_error.is_empty(),
        })
    }

    /// Whether they allow `deed`. A rule for named objects only counts for `get`, where the name may be one of them.
    pub fn right(&self, deed: Deed<'_>) -> Right {
        let mut named = false;
        for rule in self.rules.iter().filter(|rule| rule.covers(deed)) {
            if rule.resource_names.as_ref().is_none_or(Vec::is_empty) {
                return Right::Yes;
            }
            named |= deed.verb == "get";
        }
        if named || self.incomplete {
            Right::Unknown
        } else {
            Right::No
        }
    }
}

impl Rule {
    fn covers(&self, deed: Deed<'_>) -> bool {
        let any = |list: &Option<Vec<String>>, wanted: &dyn Fn(&str) -> bool| {
            list.iter()
                .flatten()
                .any(|own| own == "*" || wanted(own.as_str()))
        };
        any(&self.verbs, &|own| own == deed.verb)
            && any(&self.api_groups, &|own| own == deed.group)
            && any(&self.resources, &|own| {
                own == deed.resource
                    // `*/log` is the subresource of every resource.
                    || matches!(
                        (own.strip_prefix("*/"), deed.resource.split_once('/')),
                        (Some(own), Some((_, sub))) if own == sub
                    )
            })
    }
}

#[derive(Deserialize)]
struct RulesReview {
    status: Option<RulesStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RulesStatus {
    resource_rules: Option<Vec<Rule>>,
    #[serde(default)]
    incomplete: bool,
    #[serde(default)]
    evaluation_error: String,
}

/// What the account may do in `namespace`, rights over the whole cluster included.
pub async fn rules(connection: &Connection, namespace: &str) -> Result<Rules, RequestError> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    });
    let body = post(connection, RULES_REVIEW, &review).await?;
    Rules::read(&body)
}

#[derive(Deserialize)]
struct AccessReview {
    status: Option<AccessStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessStatus {
    #[serde(default)]
    allowed: bool,
    #[serde(default)]
    denied: bool,
    #[serde(default)]
    evaluation_error: String,
}

/// Whether the account may do `deed` in every namespace, or outside them.
pub async fn right(connection: &Connection, deed: Deed<'_>) -> Result<Right, RequestError> {
    let (resource, subresource) = deed.resource.split_once('/').unwrap_or((deed.resource, ""));
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": deed.verb, "group": deed.group, "resource": resource, "subresource": subresource,
        }},
    });
    let body = post(connection, ACCESS_REVIEW, &review).await?;
    read_right(&body)
}

fn read_right(body: &[u8]) -> Result<Right, RequestError> {
    let status = serde_json::from_slice::<AccessReview>(body)
        .ok()
        .and_then(|review| review.status)
        .ok_or_else(not_a_review)?;
    Ok(match status {
        AccessStatus { allowed: true, .. } => Right::Yes,
        // An authorizer that failed may have allowed it.
        AccessStatus {
            denied: false,
            evaluation_error,
            ..
        } if !evaluation_error.is_empty() => Right::Unknown,
        AccessStatus { .. } => Right::No,
    })
}

fn not_a_review() -> RequestError {
    RequestError::Malformed {
        what: "its review of rights is not Kubernetes' own".to_owned(),
    }
}

async fn post(
    connection: &Connection,
    path: &str,
    review: &impl Serialize,
) -> Result<Bytes, RequestError> {
    let body = serde_json::to_vec(review).map_err(|_| RequestError::Internal {
        what: "a review of rights could not be written".to_owned(),
    })?;
    connection
        .send(Method::POST, Ask::json(path), Some(body.into()))
        .await?
        .collect(LIMIT)
        .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn deed<'a>(verb: &'a str, group: &'a str, resource: &'a str) -> Deed<'a> {
        Deed {
            verb,
            group,
            resource,
        }
    }

    fn review(rules: &serde_json::Value, incomplete: bool, error: &str) -> Rules {
        let body = json!({"status": {
            "resourceRules": rules, "nonResourceRules": null, "incomplete": incomplete, "evaluationError": error,
        }});
        Rules::read(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn rules_say_what_is_allowed() {
        let rules = review(
            &json!([
                {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "pods/log"]},
                {"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*"]},
                {"verbs": ["list"], "apiGroups": ["*"], "resources": ["*/scale"]},
                {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["one"]},
                {"verbs": null, "apiGroups": null, "resources": null},
            ]),
            false,
            "",
        );
        for (asked, wanted) in [
            (deed("list", "", "pods"), Right::Yes),
            (deed("watch", "", "pods"), Right::No),
            (deed("get", "", "pods/log"), Right::Yes),
            (deed("get", "", "pods/exec"), Right::No),
            (deed("list", "apps", "deployments"), Right::Yes),
            (deed("patch", "apps", "deployments"), Right::Yes),
            (deed("list", "batch", "jobs"), Right::No),
            (deed("list", "batch", "jobs/scale"), Right::Yes),
            (deed("get", "", "secrets"), Right::Unknown),
            (deed("list", "", "secrets"), Right::No),
        ] {
            assert_eq!(rules.right(asked), wanted, "{asked:?}");
        }
    }

    #[test]
    fn what_a_server_cannot_list_is_not_known() {
        let some = json!([{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}]);
        for rules in [
            review(&some, true, ""),
            review(
                &some,
                false,
                "webhook authorizer does not support user rule resolution",
            ),
        ] {
            assert_eq!(rules.right(deed("list", "", "pods")), Right::Yes);
            assert_eq!(rules.right(deed("list", "", "nodes")), Right::Unknown);
        }
    }

    #[test]
    fn single_answers() {
        for (status, wanted) in [
            (
                json!({"allowed": true, "evaluationError": "odd"}),
                Right::Yes,
            ),
            (json!({"allowed": false}), Right::No),
            (
                json!({"allowed": false, "denied": true, "evaluationError": "x"}),
                Right::No,
            ),
            (
                json!({"allowed": false, "evaluationError": "webhook: timeout"}),
                Right::Unknown,
            ),
        ] {
            let body = json!({"status": status}).to_string();
            assert_eq!(read_right(body.as_bytes()), Ok(wanted), "{status}");
        }
        for body in ["", "{}", "[]", "{\"status\":null}"] {
            assert!(read_right(body.as_bytes()).is_err(), "{body}");
            assert!(Rules::read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
