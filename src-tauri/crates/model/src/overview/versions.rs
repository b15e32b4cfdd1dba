//! Versions of kubelets beside the API server's, by the version-skew policy.

use std::collections::BTreeMap;

/// How a kubelet's version stands to the API server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skew {
    /// The same minor version.
    Same,
    /// So many minor versions older, which is supported.
    Older(u32),
    /// So many minor versions older: more than is supported.
    TooOld(u32),
    /// Newer, which is never supported.
    Newer,
    /// One of both is no version.
    Unknown,
}

/// Kubelets of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kubelets {
    /// `v1.36.3`; empty where nodes do not say.
    pub version: String,
    /// Nodes that run it.
    pub nodes: u32,
    /// How it stands to the API server.
    pub skew: Skew,
}

/// Upstream's version-skew policy (kubernetes.io/releases/version-skew-policy): a kubelet may be up to three minor versions
/// older than the API server, one before 1.25 up to two, and never newer.
pub fn skew(server: &str, kubelet: &str) -> Skew {
    let (Some(server), Some(kubelet)) = (minor(server), minor(kubelet)) else {
        return Skew::Unknown;
    };
    if kubelet == server {
        return Skew::Same;
    }
    if kubelet > server || kubelet.0 != server.0 {
        return if kubelet > server {
            Skew::Newer
        } else {
            Skew::TooOld(server.1)
        };
    }
    let behind = server.1 - kubelet.1;
    let most = if kubelet < (1, 25) { 2 } else { 3 };
    if behind <= most {
        Skew::Older(behind)
    } else {
        Skew::TooOld(behind)
    }
}

/// Kubelets by version, the newest first.
pub fn kubelets<'a>(server: &str, versions: impl IntoIterator<Item = &'a str>) -> Vec<Kubelets> {
    let mut all: Vec<Kubelets> = counted(versions)
        .into_iter()
        .map(|(version, nodes)| Kubelets {
            skew: skew(server, &version),
            version,
            nodes,
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(numbers(&one.version)));
    all
}

/// How often each word occurs, the most frequent first.
pub fn counted<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut counts: Vec<(String, u32)> = counts
        .into_iter()
        .map(|(word, count)| (word.to_owned(), count))
        .collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Major and minor of `v1.36.3+k3s1`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let numbers = numbers(version);
    Some((*numbers.first()?, *numbers.get(1)?))
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| {
            let digits = part
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(part.len());
            part[..digits].parse().ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews_by_the_policy() {
        for (server, kubelet, wanted) in [
            ("v1.36.3", "v1.36.0", Skew::Same),
            ("v1.36.3", "v1.33.9+k3s1", Skew::Older(3)),
            ("v1.36.3", "v1.32.1", Skew::TooOld(4)),
            ("v1.26.0", "v1.24.0", Skew::Older(2)),
            ("v1.27.0", "v1.24.0", Skew::TooOld(3)),
            ("v1.36.3", "v1.37.0-alpha.1", Skew::Newer),
            ("v1.36.3", "", Skew::Unknown),
            ("v1.36.3", "v1", Skew::Unknown),
            ("1.30-gke", "v1.29.1-eks-5e0fdde", Skew::Older(1)),
        ] {
            assert_eq!(skew(server, kubelet), wanted, "{server} {kubelet}");
        }
    }

    #[test]
    fn kubelets_newest_first() {
        let all = kubelets("v1.36.3", ["v1.9.1", "v1.36.3", "v1.10.1", "v1.36.3", ""]);
        let told: Vec<(&str, u32)> = all.iter().map(|k| (&*k.version, k.nodes)).collect();
        assert_eq!(
            told,
            [("v1.36.3", 2), ("v1.10.1", 1), ("v1.9.1", 1), ("", 1)]
        );
    }
}
