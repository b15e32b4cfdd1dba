//! CPU and memory in use, from metrics.k8s.io.

use std::collections::BTreeMap;

use crate::duration;
use crate::quantity::Quantity;
use crate::row::DecodeError;
use crate::slim::{self, ObjectMeta, Time, slim};
use crate::text;

/// What a pod or node uses, averaged over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Nanocores.
    pub cpu_nano: i64,
    /// Working set in bytes.
    pub memory_bytes: i64,
    /// End of the window, Unix ms; 0 if the server did not say.
    pub at_ms: i64,
    /// Length of the window; 0 if the server did not say.
    pub window_ms: i64,
}

/// Namespace, name and what they use.
pub type NamedUsage = (Box<str>, Box<str>, Usage);

slim! {
    /// `PodMetricsList` or `NodeMetricsList`
    MetricsList {
        #[prost(message, repeated, tag = "1")]
        items: Vec<Metrics>,
    }
    /// `PodMetrics` or `NodeMetrics`
    Metrics {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
        #[prost(message, optional, tag = "2")]
        timestamp: Option<Time>,
        #[prost(bytes = "vec", tag = "3")]
        window: Vec<u8>,
        #[prost(message, repeated, tag = "4")]
        containers: Vec<ContainerMetrics>,
        #[prost(btree_map = "string, message", tag = "5")]
        usage: BTreeMap<String, slim::Quantity>,
    }
    /// `ContainerMetrics`
    ContainerMetrics {
        #[prost(btree_map = "string, message", tag = "1")]
        usage: BTreeMap<String, slim::Quantity>,
    }
}

/// Namespace, name and usage of each pod of a `PodMetricsList` (its containers summed).
pub fn pod_usage(json: &[u8]) -> Result<Vec<NamedUsage>, DecodeError> {
    usages(json, |m| m.containers.iter().map(|c| &c.usage).collect())
}

/// Empty namespace, name and usage of each node of a `NodeMetricsList`.
pub fn node_usage(json: &[u8]) -> Result<Vec<NamedUsage>, DecodeError> {
    usages(json, |m| vec![&m.usage])
}

type Resources = BTreeMap<String, slim::Quantity>;

fn usages(
    json: &[u8],
    parts: fn(&Metrics) -> Vec<&Resources>,
) -> Result<Vec<NamedUsage>, DecodeError> {
    let list: MetricsList = serde_json::from_slice(json)?;
    let one = |m: &Metrics| {
        let meta = m.metadata.as_ref()?;
        let parts = parts(m);
        let sum = |resource| {
            parts.iter().fold(0i128, |sum, part| {
                sum.saturating_add(amount(part, resource).map_or(0, Quantity::nano))
            })
        };
        let usage = Usage {
            cpu_nano: i64::try_from(sum("cpu")).unwrap_or(i64::MAX),
            memory_bytes: i64::try_from(sum("memory") / 1_000_000_000).unwrap_or(i64::MAX),
            at_ms: m.timestamp.as_ref().and_then(Time::ms).unwrap_or(0),
            window_ms: std::str::from_utf8(&m.window)
                .ok()
                .and_then(duration::parse_go)
                .unwrap_or(0),
        };
        Some((text::line(&meta.namespace), text::line(&meta.name), usage))
    };
    Ok(list.items.iter().filter_map(one).collect())
}

/// One resource of a list of resources.
pub(crate) fn amount(resources: &Resources, name: &str) -> Option<Quantity> {
    let text = std::str::from_utf8(&resources.get(name)?.string).ok()?;
    Quantity::parse(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn containers_are_summed() {
        let json = br#"{"kind":"PodMetricsList","metadata":{},"items":[
          {"metadata":{"name":"web","namespace":"shop","labels":{"a":"b"}},"timestamp":"2026-01-01T00:00:10Z","window":"15.5s",
           "containers":[{"name":"a","usage":{"cpu":"1500000n","memory":"10Mi"}},{"name":"b","usage":{"cpu":"2m","memory":"1024"}}]},
          {"metadata":{"name":"odd","namespace":"shop"},"window":7,"containers":[null,{"usage":{"cpu":"many"}}]},
          null]}"#;
        let usage = pod_usage(json).unwrap();
        assert_eq!(usage.len(), 2);
        assert_eq!(
            usage[0].2,
            Usage {
                cpu_nano: 3_500_000,
                memory_bytes: 10 * 1024 * 1024 + 1024,
                at_ms: 1_767_225_610_000,
                window_ms: 15_500
            }
        );
        assert_eq!((&*usage[1].1, usage[1].2.cpu_nano), ("odd", 0));
    }

    #[test]
    fn nodes_have_one_usage() {
        let json = br#"{"items":[{"metadata":{"name":"n1"},"usage":{"cpu":"156340123n","memory":"2Gi"}}]}"#;
        let usage = node_usage(json).unwrap();
        assert_eq!(
            (&*usage[0].0, &*usage[0].1, usage[0].2.cpu_nano),
            ("", "n1", 156_340_123)
        );
    }
}
