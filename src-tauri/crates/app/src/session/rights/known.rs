//! What follows from the reviews and refusals seen so far.

use std::collections::{BTreeMap, BTreeSet};

use cluster::{Deed, Right, Rules};
use model::Resource;

/// Answers of the server, kept.
#[derive(Debug)]
pub(crate) struct Known {
    /// Every verb on everything.
    pub(super) everything: Right,
    /// `list` on everything.
    pub(super) lists: Right,
    /// Rights in each namespace in question; those over the whole cluster are in each of them.
    pub(super) namespaces: BTreeMap<String, Rules>,
    /// `list` on kinds outside namespaces, or in all of them, by group and plural. Rules of a namespace tell of rights there too, and
    /// a right on nodes that is given within one namespace is none.
    pub(super) wide: BTreeMap<(String, String), Right>,
    /// Lists that the server refused, by group, plural and namespace.
    pub(super) refused: BTreeSet<(String, String, Option<String>)>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            everything: Right::Unknown,
            lists: Right::Unknown,
            namespaces: BTreeMap::new(),
            wide: BTreeMap::new(),
            refused: BTreeSet::new(),
        }
    }
}

/// The right to list `resource`.
pub(crate) fn list_of(resource: &Resource) -> Deed<'_> {
    Deed {
        verb: "list",
        group: &resource.group,
        resource: &resource.plural,
    }
}

impl Known {
    /// Whether `deed` may be done in a namespace (empty: outside them).
    pub(crate) fn right(&self, deed: Deed<'_>, namespace: &str) -> Right {
        if self.everything == Right::Yes || (deed.verb == "list" && self.lists == Right::Yes) {
            return Right::Yes;
        }
        if !namespace.is_empty() {
            return self
                .namespaces
                .get(namespace)
                .map_or(Right::Unknown, |rules| rules.right(deed));
        }
        // Rights over the cluster are in the rules of every namespace: what one lacks is lacking.
        let lacks = |rules: &Rules| rules.right(deed) == Right::No;
        if self.namespaces.values().any(lacks) {
            Right::No
        } else {
            Right::Unknown
        }
    }

    /// Whether `resource` may be listed anywhere that is in question.
    pub(crate) fn may_list(&self, resource: &Resource) -> Right {
        let deed = list_of(resource);
        if self.right(deed, "") == Right::Yes {
            return Right::Yes;
        }
        let told = if resource.namespaced {
            self.in_any_namespace(deed)
        } else {
            let key = (resource.group.clone(), resource.plural.clone());
            match self.right(deed, "") {
                Right::Unknown => self.wide.get(&key).copied().unwrap_or(Right::Unknown),
                told @ (Right::Yes | Right::No) => told,
            }
        };
        match told {
            Right::Unknown if self.refused_everywhere(resource) => Right::No,
            told @ (Right::Yes | Right::No | Right::Unknown) => told,
        }
    }

    /// Whether `resource` is known to be listable in all namespaces at once.
    pub(crate) fn may_list_all(&self, resource: &Resource) -> bool {
        let key = (resource.group.clone(), resource.plural.clone());
        self.right(list_of(resource), "") == Right::Yes || self.wide.get(&key) == Some(&Right::Yes)
    }

    fn in_any_namespace(&self, deed: Deed<'_>) -> Right {
        let mut all = Right::No;
        for rules in self.namespaces.values() {
            match rules.right(deed) {
                Right::Yes => return Right::Yes,
                Right::Unknown => all = Right::Unknown,
                Right::No => {}
            }
        }
        if self.namespaces.is_empty() {
            Right::Unknown
        } else {
            all
        }
    }

    /// Where rules do not tell, refusals do: over the whole cluster and in each namespace in question.
    fn refused_everywhere(&self, resource: &Resource) -> bool {
        let refused = |namespace: Option<&String>| {
            self.refused.contains(&(
                resource.group.clone(),
                resource.plural.clone(),
                namespace.cloned(),
            ))
        };
        let in_each = !resource.namespaced
            || (!self.namespaces.is_empty()
                && self.namespaces.keys().all(|own| refused(Some(own))));
        refused(None) && in_each
    }

    /// Whether more must be asked before it is known if a kind outside namespaces may be listed.
    pub(super) fn is_open(&self, resource: &Resource) -> bool {
        !resource.namespaced
            && !self.namespaces.is_empty()
            && self.right(list_of(resource), "") == Right::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str) -> Rules {
        Rules::read(json.as_bytes()).expect("a review")
    }

    fn of(resources: &[&str], incomplete: bool) -> Rules {
        let list = resources
            .iter()
            .map(|one| format!("\"{one}\""))
            .collect::<Vec<_>>()
            .join(",");
        rules(&format!(
            r#"{{"status":{{"incomplete":{incomplete},"resourceRules":[{{"verbs":["list","get"],"apiGroups":[""],"resources":[{list}]}}]}}}}"#
        ))
    }

    fn kind(plural: &str, namespaced: bool) -> Resource {
        Resource {
            group: String::new(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
            kind: plural.to_owned(),
            namespaced,
        }
    }

    fn key(plural: &str, namespace: Option<&str>) -> (String, String, Option<String>) {
        (
            String::new(),
            plural.to_owned(),
            namespace.map(str::to_owned),
        )
    }

    #[test]
    fn nothing_asked_is_nothing_known() {
        let known = Known::default();
        assert_eq!(known.may_list(&kind("pods", true)), Right::Unknown);
        assert_eq!(known.may_list(&kind("nodes", false)), Right::Unknown);
    }

    #[test]
    fn one_namespace_of_those_in_question_is_enough() {
        let mut known = Known::default();
        known
            .namespaces
            .insert("default".to_owned(), of(&["secrets"], false));
        assert_eq!(known.may_list(&kind("pods", true)), Right::No);
        known
            .namespaces
            .insert("shop".to_owned(), of(&["pods"], false));
        assert_eq!(known.may_list(&kind("pods", true)), Right::Yes);
        assert_eq!(known.may_list(&kind("services", true)), Right::No);
        let logs = Deed {
            verb: "get",
            group: "",
            resource: "pods/log",
        };
        assert_eq!(known.right(logs, "shop"), Right::No);
        assert_eq!(known.right(logs, "elsewhere"), Right::Unknown);
    }

    #[test]
    fn a_right_on_nodes_within_a_namespace_is_none() {
        let nodes = kind("nodes", false);
        let mut known = Known::default();
        known
            .namespaces
            .insert("shop".to_owned(), of(&["nodes"], false));
        assert_eq!(known.may_list(&nodes), Right::Unknown);
        assert!(known.is_open(&nodes));
        known
            .wide
            .insert((String::new(), "nodes".to_owned()), Right::No);
        assert_eq!(known.may_list(&nodes), Right::No);
        // A namespace whose rules lack it proves that the cluster's do.
        let mut other = Known::default();
        other
            .namespaces
            .insert("default".to_owned(), of(&["pods"], false));
        assert_eq!(other.may_list(&nodes), Right::No);
        assert!(!other.is_open(&nodes));
    }

    #[test]
    fn who_may_everything_is_asked_nothing_more() {
        let known = Known {
            everything: Right::Yes,
            ..Known::default()
        };
        assert_eq!(known.may_list(&kind("nodes", false)), Right::Yes);
        assert_eq!(
            known.right(list_of(&kind("pods", true)), "shop"),
            Right::Yes
        );
        let known = Known {
            lists: Right::Yes,
            ..Known::default()
        };
        assert_eq!(known.may_list(&kind("pods", true)), Right::Yes);
    }

    #[test]
    fn refusals_tell_what_rules_cannot() {
        let pods = kind("pods", true);
        let mut known = Known::default();
        known.namespaces.insert("shop".to_owned(), of(&[], true));
        known.refused.insert(key("pods", None));
        assert_eq!(known.may_list(&pods), Right::Unknown);
        known.refused.insert(key("pods", Some("shop")));
        assert_eq!(known.may_list(&pods), Right::No);
        // Rules that allow it outweigh a refusal: they are asked again.
        known
            .namespaces
            .insert("shop".to_owned(), of(&["pods"], false));
        assert_eq!(known.may_list(&pods), Right::Yes);
    }
}
