//! The API server's own account of who asked for what.

use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The name of the policy's file.
pub(crate) const POLICY_FILE: &str = "audit-policy.yaml";

/// What is kept: what the controllers read of the targets' size, and all that they write about scaling.
pub(crate) const POLICY: &str = r#"
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted, Panic]
rules:
- level: RequestResponse
  verbs: [get, update, patch]
  resources: [{group: apps, resources: [deployments/scale, statefulsets/scale]}]
- level: RequestResponse
  verbs: [update, patch]
  resources: [{group: autoscaling, resources: [horizontalpodautoscalers/status]}]
- level: RequestResponse
  verbs: [create, patch]
  resources: [{group: "", resources: [events]}, {group: events.k8s.io, resources: [events]}]
- level: RequestResponse
  verbs: [create]
  resources: [{group: batch, resources: [jobs]}]
- level: None
"#;

/// Arguments of the API server, for its folder.
pub(crate) fn arguments() -> Vec<String> {
    vec![
        format!("--audit-policy-file={{folder}}/{POLICY_FILE}"),
        "--audit-log-path={folder}/audit.log".to_owned(),
        "--audit-log-mode=blocking-strict".to_owned(),
    ]
}

/// A request that was answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) verb: String,
    #[serde(default)]
    pub(crate) user_agent: String,
    #[serde(default)]
    pub(crate) object_ref: ObjectRef,
    #[serde(default)]
    pub(crate) response_status: Status,
    #[serde(default)]
    pub(crate) request_object: Value,
    #[serde(default)]
    pub(crate) response_object: Value,
    /// When it came.
    pub(crate) request_received_timestamp: Timestamp,
    /// When it was answered.
    pub(crate) stage_timestamp: Timestamp,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ObjectRef {
    pub(crate) resource: String,
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) message: String,
}

impl Entry {
    /// Whether the HPA controller asked.
    pub(crate) fn is_of_hpa_controller(&self) -> bool {
        is_hpa_controller(&self.user_agent)
    }

    /// Whether it is about this resource: `deployments/scale`.
    pub(crate) fn is_about(&self, subresource: &str) -> bool {
        self.object_ref.subresource == subresource
    }
}

/// Whether it is the HPA controller that calls itself so.
pub(crate) fn is_hpa_controller(agent: &str) -> bool {
    agent.contains("horizontal-pod-autoscaler")
}

/// All entries, in the order in which the requests came.
pub(crate) fn read(folder: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(folder.join("audit.log")).unwrap();
    let mut entries: Vec<Entry> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    entries.sort_by_key(|entry| entry.request_received_timestamp);
    entries
}
