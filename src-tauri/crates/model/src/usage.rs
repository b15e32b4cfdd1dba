//! CPU and memory in use, from metrics.k8s.io.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

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

/// What well-formed answers hold, without a copy: every 15 s there is one for all pods of a cluster.
#[derive(Deserialize)]
struct PlainList<'a> {
    #[serde(borrow)]
    items: Vec<PlainMetrics<'a>>,
}

#[derive(Deserialize)]
struct PlainMetrics<'a> {
    #[serde(borrow)]
    metadata: PlainMeta<'a>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow)]
    window: Cow<'a, str>,
    #[serde(borrow, default)]
    containers: Vec<PlainContainer<'a>>,
    #[serde(borrow)]
    usage: Option<PlainUsage<'a>>,
}

#[derive(Deserialize)]
struct PlainMeta<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    namespace: Cow<'a, str>,
}

#[derive(Deserialize)]
struct PlainContainer<'a> {
    #[serde(borrow)]
    usage: PlainUsage<'a>,
}

#[derive(Deserialize)]
struct PlainUsage<'a> {
    #[serde(borrow, default)]
    cpu: Cow<'a, str>,
    #[serde(borrow, default)]
    memory: Cow<'a, str>,
}

/// `None` for anything unusual, which [`usages`] reads.
fn plain_usages(json: &[u8]) -> Option<Vec<NamedUsage>> {
    let list: PlainList<'_> = serde_json::from_slice(json).ok()?;
    let one = |m: &PlainMetrics<'_>| {
        let parts = m.containers.iter().map(|c| &c.usage).chain(&m.usage);
        let (mut cpu, mut memory) = (0i128, 0i128);
        for part in parts {
            cpu = cpu.saturating_add(Quantity::parse(&part.cpu).map_or(0, Quantity::nano));
            memory = memory.saturating_add(Quantity::parse(&part.memory).map_or(0, Quantity::nano));
        }
        let usage = Usage {
            cpu_nano: i64::try_from(cpu).unwrap_or(i64::MAX),
            memory_bytes: i64::try_from(memory / 1_000_000_000).unwrap_or(i64::MAX),
            at_ms: m.timestamp.parse().map_or(0, Timestamp::as_millisecond),
            window_ms: duration::parse_go(&m.window).unwrap_or(0),
        };
        let name = |text: &str| text::line(text.as_bytes());
        (name(&m.metadata.namespace), name(&m.metadata.name), usage)
    };
    Some(list.items.iter().map(one).collect())
}

fn usages(
    json: &[u8],
    parts: fn(&Metrics) -> Vec<&Resources>,
) -> Result<Vec<NamedUsage>, DecodeError> {
    if let Some(usages) = plain_usages(json) {
        return Ok(usages);
    }
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
    fn plain_answers_read_as_all_others() {
        let pods = br#"{"kind":"PodMetricsList","items":[
          {"metadata":{"name":"a\u00e9","namespace":"shop","labels":{"a":"b"}},"timestamp":"2026-01-01T00:00:10Z","window":"15.5s",
           "containers":[{"name":"a","usage":{"cpu":"1500000n","memory":"10Mi"}},{"name":"b","usage":{"cpu":"2m","memory":"1024"}}]},
          {"metadata":{"name":"b","namespace":"shop"},"timestamp":"odd","window":"","containers":[{"usage":{"cpu":"many"}}]}]}"#;
        let nodes = br#"{"items":[{"metadata":{"name":"n1"},"timestamp":"2026-01-01T00:00:10Z","window":"20s","usage":{"cpu":"156340123n"}}]}"#;
        for (plain, read) in [
            (&pods[..], pod_usage as fn(&[u8]) -> _),
            (nodes, node_usage),
        ] {
            // A null among the items makes it an unusual answer, and changes nothing else.
            let text = std::str::from_utf8(plain).unwrap();
            let unusual = text.replace("\"items\":[", "\"items\":[null,");
            assert!(plain_usages(plain).is_some() && plain_usages(unusual.as_bytes()).is_none());
            assert_eq!(read(plain).unwrap(), read(unusual.as_bytes()).unwrap());
        }
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
