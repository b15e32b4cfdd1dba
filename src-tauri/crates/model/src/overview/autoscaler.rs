//! The status that cluster-autoscaler keeps in its `ConfigMap`, in the old text and the newer YAML.

use serde_json::Value;

use crate::text;

/// What cluster-autoscaler says of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutoscalerStatus {
    /// When it said so, in its own words; empty if it does not say.
    pub at: String,
    /// `Running`, `Initializing`; empty in the old text, which is written only while it runs.
    pub state: String,
    /// The cluster as a whole, then each node group.
    pub groups: Vec<NodeGroup>,
    /// Node groups beyond those kept.
    pub left_out: u32,
}

/// The cluster, or one node group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeGroup {
    /// Name; empty for the cluster.
    pub name: String,
    /// `Healthy`, `Unhealthy`.
    pub health: String,
    /// Ready of registered nodes, where told.
    pub ready: Option<(u32, u32)>,
    /// Wanted of the cloud, the least and the most, where told.
    pub target: Option<(u32, u32, u32)>,
    /// `NoActivity`, `InProgress`, `Backoff`.
    pub scale_up: String,
    /// Why it does not scale up, where told.
    pub scale_up_words: String,
    /// `NoCandidates`, `CandidatesPresent`.
    pub scale_down: String,
}

/// Most node groups that are kept.
const MOST: usize = 500;

/// Reads the `ConfigMap`'s `status`; `None` where it is neither form. The YAML is written since cluster-autoscaler 1.30
/// (clusterstate/api/types.go, `ClusterAutoscalerStatus`), the text before (clusterstate/api/utils.go, `GetReadableString`).
pub fn status(written: &str) -> Option<AutoscalerStatus> {
    let mut status = yaml(written).or_else(|| old(written))?;
    let over = status.groups.len().saturating_sub(MOST);
    status.left_out = u32::try_from(over).unwrap_or(u32::MAX);
    status.groups.truncate(MOST);
    Some(status)
}

fn yaml(written: &str) -> Option<AutoscalerStatus> {
    let value: Value = serde_saphyr::from_str(written).ok()?;
    let mut groups = vec![yaml_group(value.get("clusterWide")?)];
    let others = value.get("nodeGroups").and_then(Value::as_array);
    groups.extend(others.into_iter().flatten().map(yaml_group));
    Some(AutoscalerStatus {
        at: word(&value, &["time"]),
        state: word(&value, &["autoscalerStatus"]),
        groups,
        left_out: 0,
    })
}

fn yaml_group(group: &Value) -> NodeGroup {
    let health = |path: &[&str]| number(&group["health"], path);
    let registered = ["nodeCounts", "registered"];
    NodeGroup {
        name: word(group, &["name"]),
        health: word(group, &["health", "status"]),
        ready: health(&[registered[0], registered[1], "ready"]).zip(health(&[
            registered[0],
            registered[1],
            "total",
        ])),
        target: match (
            health(&["cloudProviderTarget"]),
            health(&["minSize"]),
            health(&["maxSize"]),
        ) {
            (Some(target), Some(least), Some(most)) => Some((target, least, most)),
            _ => None,
        },
        scale_up: word(group, &["scaleUp", "status"]),
        scale_up_words: {
            let code = word(group, &["scaleUp", "backoffInfo", "errorCode"]);
            let message = word(group, &["scaleUp", "backoffInfo", "errorMessage"]);
            match (code.as_str(), message.as_str()) {
                ("", message) => message.to_owned(),
                (code, "") => code.to_owned(),
                (code, message) => format!("{code}: {message}"),
            }
        },
        scale_down: word(group, &["scaleDown", "status"]),
    }
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter()
        .try_fold(value, |value, member| value.get(member))
}

fn word(value: &Value, path: &[&str]) -> String {
    let found = at(value, path).and_then(Value::as_str).unwrap_or_default();
    text::visible(found).into_owned()
}

fn number(value: &Value, path: &[&str]) -> Option<u32> {
    at(value, path)?.as_u64()?.try_into().ok()
}

fn old(written: &str) -> Option<AutoscalerStatus> {
    let mut status = AutoscalerStatus::default();
    for line in written.lines() {
        let line = line.trim();
        if let Some(at) = line.strip_prefix("Cluster-autoscaler status at ") {
            status.at = text::visible(at.trim_end_matches(':')).into_owned();
        } else if line == "Cluster-wide:" {
            status.groups.push(NodeGroup::default());
        } else if let Some((heading, rest)) = line.split_once(':') {
            let rest = rest.trim();
            let first =
                text::visible(rest.split_whitespace().next().unwrap_or_default()).into_owned();
            if heading == "Name" {
                let name = text::visible(rest).into_owned();
                status.groups.push(NodeGroup {
                    name,
                    ..NodeGroup::default()
                });
                continue;
            }
            let Some(group) = status.groups.last_mut() else {
                continue;
            };
            match heading {
                "Health" => {
                    group.health = first;
                    group.ready = old_number(rest, "ready").zip(old_number(rest, "registered"));
                    if let (Some(target), Some(least), Some(most)) = (
                        old_number(rest, "cloudProviderTarget"),
                        old_number(rest, "minSize"),
                        old_number(rest, "maxSize"),
                    ) {
                        group.target = Some((target, least, most));
                    }
                }
                "ScaleUp" => group.scale_up = first,
                "ScaleDown" => group.scale_down = first,
                _ => {}
            }
        }
    }
    (!status.groups.is_empty()).then_some(status)
}

/// The number behind `name=`, where that is a whole word.
fn old_number(words: &str, name: &str) -> Option<u32> {
    words
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '=')
        .find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const OLD: &str = "Cluster-autoscaler status at 2024-01-11 09:39:02.45 +0000 UTC:
Cluster-wide:
  Health:      Healthy (ready=3 unready=1 notStarted=0 longNotStarted=0 registered=4 longUnregistered=0)
               LastProbeTime:      2024-01-11 09:39:02.45 +0000 UTC
  ScaleUp:     NoActivity (ready=3 registered=4)
  ScaleDown:   NoCandidates (candidates=0)

NodeGroups:
  Name:        pool-a
  Health:      Healthy (ready=1 unready=0 registered=1 longUnregistered=0 cloudProviderTarget=1 (minSize=0, maxSize=3))
  ScaleUp:     Backoff (ready=1 cloudProviderTarget=1)
  ScaleDown:   CandidatesPresent (candidates=1)
";

    const NEW: &str = "time: 2026-01-11 09:39:02.45 +0000 UTC
autoscalerStatus: Running
clusterWide:
  health:
    status: Healthy
    nodeCounts:
      registered: {total: 4, ready: 3, notStarted: 0}
      longUnregistered: 0
    lastProbeTime: \"2026-01-11T09:39:02Z\"
  scaleUp: {status: NoActivity}
  scaleDown: {status: NoCandidates}
nodeGroups:
- name: pool-a
  health:
    status: Healthy
    nodeCounts:
      registered: {total: 1, ready: 1}
    cloudProviderTarget: 1
    minSize: 0
    maxSize: 3
  scaleUp:
    status: Backoff
    backoffInfo:
      errorCode: QUOTA_EXCEEDED
      errorMessage: no more of these
  scaleDown: {status: CandidatesPresent}
";

    #[test]
    fn both_forms_tell_the_same() {
        let (old, new) = (status(OLD).unwrap(), status(NEW).unwrap());
        assert_eq!(old.at, "2024-01-11 09:39:02.45 +0000 UTC");
        assert_eq!(
            (&*new.at, &*new.state),
            ("2026-01-11 09:39:02.45 +0000 UTC", "Running")
        );
        let without_words = |groups: &[NodeGroup]| {
            let mut groups = groups.to_vec();
            for group in &mut groups {
                group.scale_up_words.clear();
            }
            groups
        };
        assert_eq!(without_words(&old.groups), without_words(&new.groups));
        assert_eq!(
            new.groups[1],
            NodeGroup {
                name: "pool-a".into(),
                health: "Healthy".into(),
                ready: Some((1, 1)),
                target: Some((1, 0, 3)),
                scale_up: "Backoff".into(),
                scale_up_words: "QUOTA_EXCEEDED: no more of these".into(),
                scale_down: "CandidatesPresent".into(),
            }
        );
        assert_eq!(new.groups[0].ready, Some((3, 4)));
    }

    #[test]
    fn neither_form_is_told() {
        for nonsense in ["", "Initializing", "clusterWide", "a: [", "x: 1\ny: 2"] {
            assert_eq!(status(nonsense), None, "{nonsense:?}");
        }
        assert_eq!(status("clusterWide: 7").map(|s| s.groups.len()), Some(1));
    }
}
