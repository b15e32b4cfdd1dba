//! What fields each kind has, and how they merge: the API's Go types as a table of text.
//!
//! The table is written by `tests/oracle/schema`. A line is a struct: its name (`@` behind it: always one whole to server-side apply),
//! then its fields, blank-separated. A field is `name:type`, then `?` if Go has a pointer there, `!` if it is written even when empty
//! (no `omitempty`), then, each behind a `|`: `set` or `map=keys` (list type), `atomic` or `granular`, `merge` or `merge=key` (strategic
//! merge), `retain` (retainKeys), `default=text`. Types: `[element]`, `{value}`, a struct's name, or a scalar's.

mod decode;
mod fields;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use decode::{Problems, decode};
pub use fields::{Field, Kind, Merge, Relation, Spot, Structure};

/// The table: one file a package of the API.
const TABLE: [&str; 19] = [
    include_str!("meta.txt"),
    include_str!("core.txt"),
    include_str!("apps.txt"),
    include_str!("batch.txt"),
    include_str!("autoscaling.txt"),
    include_str!("scale.txt"),
    include_str!("policy.txt"),
    include_str!("networking.txt"),
    include_str!("discovery.txt"),
    include_str!("rbac.txt"),
    include_str!("storage.txt"),
    include_str!("scheduling.txt"),
    include_str!("coordination.txt"),
    include_str!("events.txt"),
    include_str!("admissionregistration.txt"),
    include_str!("authorization.txt"),
    include_str!("authentication.txt"),
    include_str!("apiextensions.txt"),
    include_str!("apiregistration.txt"),
];

/// Package of the table by API version.
const PACKAGES: [(&str, &str); 18] = [
    ("v1", "core"),
    ("apps/v1", "apps"),
    ("batch/v1", "batch"),
    ("autoscaling/v2", "autoscaling"),
    ("autoscaling/v1", "scale"),
    ("policy/v1", "policy"),
    ("networking.k8s.io/v1", "networking"),
    ("discovery.k8s.io/v1", "discovery"),
    ("rbac.authorization.k8s.io/v1", "rbac"),
    ("storage.k8s.io/v1", "storage"),
    ("scheduling.k8s.io/v1", "scheduling"),
    ("coordination.k8s.io/v1", "coordination"),
    ("events.k8s.io/v1", "events"),
    ("admissionregistration.k8s.io/v1", "admissionregistration"),
    ("authorization.k8s.io/v1", "authorization"),
    ("authentication.k8s.io/v1", "authentication"),
    ("apiextensions.k8s.io/v1", "apiextensions"),
    ("apiregistration.k8s.io/v1", "apiregistration"),
];

/// Structs that refer to each other.
#[derive(Clone, Debug, Default)]
pub struct Types {
    structures: Vec<Structure>,
    names: HashMap<String, usize>,
}

/// The fields of one kind.
#[derive(Clone, Debug)]
pub struct Schema {
    types: Arc<Types>,
    root: Kind,
}

impl Schema {
    /// Of a built-in kind.
    pub fn built_in(api_version: &str, kind: &str) -> Option<Self> {
        let types = Types::built_in();
        let (_, package) = PACKAGES
            .iter()
            .find(|(version, _)| *version == api_version)?;
        let root = Kind::Struct(*types.names.get(&format!("{package}.{kind}"))?);
        Some(Self { types, root })
    }

    /// Of types made elsewhere.
    pub fn of(types: Types, root: usize) -> Self {
        Self {
            types: Arc::new(types),
            root: Kind::Struct(root),
        }
    }

    /// Where a whole object stands.
    pub fn root(&self) -> Spot<'_> {
        Spot::new(&self.types, &self.root)
    }
}

impl Types {
    /// All built-in structs.
    pub fn built_in() -> Arc<Self> {
        static BUILT_IN: OnceLock<Arc<Types>> = OnceLock::new();
        Arc::clone(BUILT_IN.get_or_init(|| Arc::new(Self::parse(&TABLE))))
    }

    /// Only the structs of `metadata`, to which those of a custom kind are added.
    pub fn metadata() -> Self {
        Self::parse(&TABLE[..1])
    }

    /// Adds a struct, and says where.
    pub fn add(&mut self, structure: Structure) -> usize {
        self.structures.push(structure);
        self.structures.len() - 1
    }

    /// A struct by its name.
    pub fn named(&self, name: &str) -> Option<Kind> {
        self.names.get(name).copied().map(Kind::Struct)
    }

    pub(super) fn at(&self, index: usize) -> &Structure {
        &self.structures[index]
    }

    fn parse(files: &[&str]) -> Self {
        let lines: Vec<&str> = files.iter().flat_map(|file| file.lines()).collect();
        let heads = lines
            .iter()
            .map(|line| line.split_once(' ').unwrap_or((line, "")));
        let names: HashMap<String, usize> = heads
            .clone()
            .enumerate()
            .map(|(index, (name, _))| (name.trim_end_matches('@').to_owned(), index))
            .collect();
        let structures = heads
            .map(|(name, fields)| Structure::parse(name, fields, &names))
            .collect();
        Self { structures, names }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::kinds::{self, Verbs};

    #[test]
    fn every_served_kind_is_in_the_table() {
        let all = kinds::built_in();
        for resource in all.iter().filter(|one| one.verbs != Verbs::Measured) {
            let schema = Schema::built_in(&resource.api_version(), &resource.kind);
            let root = schema.unwrap_or_else(|| panic!("{resource:?}"));
            assert!(root.root().field("metadata").is_some(), "{resource:?}");
        }
    }

    #[test]
    fn a_field_says_how_it_merges() {
        let schema = Schema::built_in("v1", "Pod").unwrap();
        let containers = schema.root().field("spec").unwrap();
        let containers = containers.field("containers").unwrap();
        assert!(
            matches!(containers.relation(), Relation::Keyed(keys, _) if keys == ["name".to_owned()])
        );
        let ports = containers.element().unwrap().field("ports").unwrap();
        assert_eq!(ports.merge(), &Merge::Keyed("containerPort".to_owned()));
        let selector = schema.root().field("spec").unwrap();
        let selector = selector.field("nodeSelector").unwrap();
        assert!(matches!(selector.relation(), Relation::Whole));
    }
}
