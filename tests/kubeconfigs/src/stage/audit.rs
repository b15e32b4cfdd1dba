//! Who asked, as the API server's audit log has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::Stage;

/// Only the answers to who asks for the version are written down.
pub(super) const POLICY: &str = r#"{
    "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "nonResourceURLs": ["/version"]}, {"level": "None"}]
}"#;

/// Who somebody is to the API server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// User name.
    pub user: String,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// `uid` and the extra attributes, each with its values joined by commas.
    pub attributes: BTreeMap<String, String>,
}

impl Identity {
    /// From a `UserInfo`.
    pub fn of(info: &Value) -> Self {
        let texts = |value: &Value| -> Vec<String> {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let text = |field: &str| info[field].as_str().unwrap_or_default().to_owned();
        let extra = info["extra"].as_object().into_iter().flatten();
        let extra = extra.map(|(name, values)| (name.clone(), texts(values).join(",")));
        Self {
            user: text("username"),
            groups: texts(&info["groups"]).into_iter().collect(),
            attributes: extra.chain([("uid".to_owned(), text("uid"))]).collect(),
        }
    }
}

impl Stage {
    /// Who asked for `/version?case=<case>`, if that is written down already.
    pub fn who_asked(&self, case: &str) -> Option<Identity> {
        let log = fs::read_to_string(self.plane.folder().join("audit.log")).ok()?;
        let uri = format!("\"/version?case={case}\"");
        let line = log.lines().find(|line| line.contains(&uri))?;
        let event: Value = serde_json::from_str(line).ok()?;
        let acting = &event["impersonatedUser"];
        let info = if acting.is_null() {
            &event["user"]
        } else {
            acting
        };
        Some(Identity::of(info))
    }
}
