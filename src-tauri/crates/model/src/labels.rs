//! An object's labels, kept once for all objects that have the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{share, text};

/// Labels by key. Pods of one template share one set; keys and values are shared between sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Option<Arc<[Label]>>);

/// A key with its value.
pub(crate) type Label = (Arc<str>, Arc<str>);

impl Labels {
    /// Labels as decoded, made safe to show.
    pub(crate) fn of(labels: &BTreeMap<String, Vec<u8>>) -> Self {
        if labels.is_empty() {
            return Self::default();
        }
        Self(Some(share::labels(labels, || {
            labels
                .iter()
                .map(|(key, value)| {
                    let key = text::line(key.as_bytes());
                    (share::text(&key), share::text(&text::line(value)))
                })
                .collect()
        })))
    }

    /// All of them as kubectl's `--show-labels` prints them: `app=web,tier=front`.
    pub fn text(&self) -> String {
        let labels = self.0.as_deref().unwrap_or_default().iter();
        let pairs: Vec<String> = labels
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        pairs.join(",")
    }

    /// The value of a label, where there is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        let labels = self.0.as_deref()?;
        labels
            .iter()
            .find(|(one, _)| **one == *key)
            .map(|(_, value)| &**value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        let map = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()));
        Labels::of(&map.collect())
    }

    #[test]
    fn the_same_labels_are_one() {
        let (a, b) = (
            labels(&[("app", "web"), ("tier", "x")]),
            labels(&[("app", "web"), ("tier", "x")]),
        );
        assert!(Arc::ptr_eq(a.0.as_ref().unwrap(), b.0.as_ref().unwrap()));
        let other = labels(&[("app", "web"), ("tier", "y")]);
        assert_eq!((a.get("tier"), other.get("tier")), (Some("x"), Some("y")));
        assert_eq!((a.get("none"), Labels::default().get("app")), (None, None));
        assert_eq!(labels(&[("k", "a\u{202e}b")]).get("k"), Some("a⟨U+202E⟩b"));
        assert_eq!(labels(&[("k", "")]).get("k"), Some(""));
        assert_eq!(size_of::<Labels>(), 16);
    }

    /// Bytes of sets and of the texts in them, each counted once.
    fn bytes(all: &[Labels]) -> usize {
        let mut seen = std::collections::HashSet::new();
        let mut bytes = std::mem::size_of_val(all);
        for set in all.iter().filter_map(|labels| labels.0.as_ref()) {
            if seen.insert(set.as_ptr().addr()) {
                bytes += 16 + std::mem::size_of_val(&**set);
                for text in set.iter().flat_map(|(key, value)| [key, value]) {
                    if seen.insert(text.as_ptr().addr()) {
                        bytes += 16 + text.len();
                    }
                }
            }
        }
        bytes
    }

    #[test]
    fn fifty_thousand_pods_cost_little() {
        let pod = |n: usize| {
            let (app, hash) = (format!("app-{}", n / 3), format!("{:x}", n * 7919));
            labels(&[
                ("app.kubernetes.io/name", &app),
                ("app.kubernetes.io/part-of", "shop"),
                ("pod-template-hash", &hash),
            ])
        };
        // As a list brings them, replica set by replica set; then in an order that shares worst.
        for (order, most) in [(false, 1_200_000), (true, 6_000_000)] {
            let all: Vec<Labels> = (0..50_000)
                .map(|n| pod(if order { n % 1_000 } else { n / 50 }))
                .collect();
            let bytes = bytes(&all);
            println!("labels of 50,000 pods of 1,000 templates: {bytes} bytes");
            assert!(bytes < most, "{bytes}");
        }
    }
}
