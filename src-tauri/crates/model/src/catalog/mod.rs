//! The kinds that Scalescope knows by name: where each stands in the sidebar, what its table has
//! beside the server's columns.
//!
//! A kind that is not here is shown all the same, under its own plural, by the server's Table.

mod extra;
mod extras;
mod kinds;
mod widths;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use extra::Extra;
pub(crate) use widths::width;

/// A heading of the sidebar, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What runs.
    Workloads,
    /// What it is set up and limited by.
    Config,
    /// How it is reached.
    Network,
    /// What it keeps.
    Storage,
    /// Links of their own, without a heading.
    Single,
    /// Who may do what.
    AccessControl,
    /// The rest of what Kubernetes serves: its own machinery.
    Other,
    /// Kinds of custom resource definitions: under their API group.
    Custom,
}

impl Section {
    /// Its heading; empty where a kind is a link of its own, or stands under its API group.
    pub fn title(self) -> &'static str {
        match self {
            Self::Workloads => "Workloads",
            Self::Config => "Config",
            Self::Network => "Network",
            Self::Storage => "Storage",
            Self::AccessControl => "Access Control",
            Self::Other => "Other",
            Self::Single | Self::Custom => "",
        }
    }
}

/// What is known of a kind by name.
#[derive(Debug)]
pub struct Definition {
    /// API group; empty is core.
    pub group: &'static str,
    /// `StatefulSet`.
    pub kind: &'static str,
    /// `statefulsets`.
    pub plural: &'static str,
    /// As people call it: `StatefulSets`.
    pub title: &'static str,
    /// Column ids and whether descending, in which its table is sorted until the user chooses; empty: by name.
    pub order: &'static [(&'static str, bool)],
    /// Ids of columns that the server calls text but that hold figures: they stand at the right.
    pub figures: &'static [&'static str],
    /// Columns beside those of the server's Table, which then comes with whole objects: never for kinds
    /// whose objects are secret or huge.
    pub extras: &'static [Extra],
}

/// A kind with nothing unusual: sorted by name, with the server's columns.
const fn kind(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    title: &'static str,
) -> Definition {
    Definition {
        group,
        kind,
        plural,
        title,
        order: &[],
        figures: &[],
        extras: &[],
    }
}

impl Definition {
    /// The same, sorted by these columns.
    const fn by(self, order: &'static [(&'static str, bool)]) -> Self {
        Self { order, ..self }
    }

    /// The same, with these columns at the right.
    const fn figures(self, figures: &'static [&'static str]) -> Self {
        Self { figures, ..self }
    }

    /// The same, with columns beside the server's.
    const fn with(self, extras: &'static [Extra]) -> Self {
        Self { extras, ..self }
    }
}

/// A definition and its place in the sidebar.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The definition.
    pub definition: &'static Definition,
    /// Where it stands.
    pub section: Section,
    /// Its place among all kinds of the sidebar.
    pub place: u16,
}

/// What is known of a kind by its group and plural.
pub fn known(group: &str, plural: &str) -> Option<Known> {
    static INDEX: LazyLock<HashMap<(&str, &str), Known>> = LazyLock::new(|| {
        all()
            .map(|known| {
                let definition = known.definition;
                ((definition.group, definition.plural), known)
            })
            .collect()
    });
    INDEX.get(&(group, plural)).copied()
}

/// Every known kind, in the order of the sidebar.
pub fn all() -> impl Iterator<Item = Known> {
    let flat = kinds::SECTIONS
        .iter()
        .flat_map(|(section, kinds)| kinds.iter().map(|definition| (*section, definition)));
    (0..).zip(flat).map(|(place, (section, definition))| Known {
        definition,
        section,
        place,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn each_kind_has_one_place() {
        let places: Vec<u16> = all().map(|known| known.place).collect();
        let found: BTreeSet<_> = all()
            .filter_map(|one| known(one.definition.group, one.definition.plural))
            .map(|one| one.place)
            .collect();
        assert!(places.iter().copied().eq(found), "a kind is named twice");
        let sections: Vec<Section> = kinds::SECTIONS
            .iter()
            .map(|(section, _)| *section)
            .collect();
        assert!(sections.is_sorted());
        assert!(known("apps", "pods").is_none());
    }

    #[test]
    fn kinds_with_rows_of_their_own_are_known() {
        for kind in Kind::ALL {
            let spec = kind.spec();
            let known = known(&spec.resource.group, &spec.resource.plural).unwrap();
            assert_eq!(known.definition.kind, spec.resource.kind);
            assert_eq!(known.definition.title, spec.title);
            for (column, _) in known.definition.order {
                assert!(spec.columns.iter().any(|one| one.id == *column), "{column}");
            }
        }
    }

    #[test]
    fn what_is_secret_or_huge_is_not_read_whole() {
        for plural in ["secrets", "configmaps"] {
            assert!(known("", plural).unwrap().definition.extras.is_empty());
        }
        for kind in Kind::ALL {
            let resource = &kind.spec().resource;
            let known = known(&resource.group, &resource.plural).unwrap();
            assert!(
                known.definition.extras.is_empty(),
                "its columns are its row's"
            );
        }
    }

    #[test]
    fn titles_are_told_apart() {
        let titles: BTreeSet<&str> = all().map(|known| known.definition.title).collect();
        assert_eq!(titles.len(), all().count());
    }
}
