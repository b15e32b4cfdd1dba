//! What one object has to do with others: its owners and owned, what leads to it, what it uses.

mod layout;
mod reach;
mod sections;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use table::Tone;

use crate::links::{Ident, LinkedRow, Relation};

pub use layout::{Block, Drawing, Line, Spot, layout};
pub use sections::{Entry, Section, sections};

/// Most objects of a picture. Beyond it pods and the like are counted, those in trouble shown first.
pub const MOST: usize = 500;

/// What is known of a cluster, or of one namespace.
#[derive(Debug, Default)]
pub struct Known<'a> {
    rows: BTreeMap<Ident, &'a LinkedRow>,
    /// Objects of which only the name is known.
    names: BTreeSet<Ident>,
    /// Kinds (group, kind, namespace) that were listed to their end.
    listed: BTreeSet<(String, String, String)>,
    by_uid: HashMap<&'a str, Ident>,
    children: HashMap<&'a str, Vec<Ident>>,
}

impl<'a> Known<'a> {
    /// From objects with their references.
    pub fn new(rows: impl IntoIterator<Item = &'a LinkedRow>) -> Self {
        let mut known = Self::default();
        for row in rows {
            let ident = row.ident();
            known.by_uid.insert(&row.meta.uid, ident.clone());
            for owner in &row.owners {
                known
                    .children
                    .entry(&owner.uid)
                    .or_default()
                    .push(ident.clone());
            }
            known.rows.insert(ident, row);
        }
        known
    }

    /// Objects that exist, of which no more is known.
    pub fn name(&mut self, ident: Ident) {
        self.names.insert(ident);
    }

    /// Every object of this kind in this namespace (empty: of the cluster) is known.
    pub fn complete(&mut self, group: &str, kind: &str, namespace: &str) {
        let place = (group.to_owned(), kind.to_owned(), namespace.to_owned());
        self.listed.insert(place);
    }

    fn row(&self, ident: &Ident) -> Option<&'a LinkedRow> {
        self.rows.get(ident).copied()
    }

    fn presence(&self, ident: &Ident) -> Presence {
        let place = || {
            (
                ident.group.clone(),
                ident.kind.clone(),
                ident.namespace.clone(),
            )
        };
        if self.rows.contains_key(ident) || self.names.contains(ident) {
            Presence::There
        } else if self.listed.contains(&place()) {
            Presence::Missing
        } else {
            Presence::Unknown
        }
    }
}

/// Whether an object that another refers to exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    There,
    /// It does not.
    Missing,
    /// It may not be listed, or was not yet.
    Unknown,
}

/// One object of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Which.
    pub ident: Ident,
    /// Its state in a word or two; may be empty.
    pub state: String,
    /// Whether that is good news.
    pub tone: Tone,
    /// Whether it exists.
    pub presence: Presence,
    /// Whether it belongs to the tree of owners and owned of the object in question.
    pub kin: bool,
}

/// One object refers to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// Index of a node.
    pub from: usize,
    /// Index of a node.
    pub to: usize,
    /// How.
    pub relation: Relation,
}

/// Objects around one, which is the first node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relations {
    /// The objects.
    pub nodes: Vec<Node>,
    /// What refers to what.
    pub edges: Vec<Edge>,
    /// Kinds of which objects were left out, with how many.
    pub left_out: Vec<(String, usize)>,
}

/// What `focus` has to do with others, as far as that is known.
pub fn around(focus: &Ident, known: &Known<'_>) -> Relations {
    let reached = reach::reach(focus, known);
    let mut relations = Relations::default();
    let mut index: HashMap<Ident, usize> = HashMap::new();
    let (kept, left_out) = cut(focus, reached.objects, known);
    for (ident, kin) in kept {
        index.insert(ident.clone(), relations.nodes.len());
        relations
            .nodes
            .push(node(ident, kin, &reached.optional, known));
    }
    relations.left_out = left_out;
    for (from, to, relation) in reached.edges {
        if let (Some(&from), Some(&to)) = (index.get(&from), index.get(&to)) {
            relations.edges.push(Edge { from, to, relation });
        }
    }
    relations
}

fn node(ident: Ident, kin: bool, optional: &BTreeSet<Ident>, known: &Known<'_>) -> Node {
    let presence = known.presence(&ident);
    let (state, tone) = match (known.row(&ident), presence) {
        (Some(row), _) => (row.state.clone(), row.tone),
        (None, Presence::Missing) if optional.contains(&ident) => {
            ("missing, but optional".to_owned(), Tone::Quiet)
        }
        (None, Presence::Missing) => ("missing".to_owned(), Tone::Bad),
        (None, Presence::There | Presence::Unknown) => (String::new(), Tone::Plain),
    };
    Node {
        ident,
        state,
        tone,
        presence,
        kin,
    }
}

/// Objects that stay, whether each is kin; kinds of which some went, with how many.
type Cut = (Vec<(Ident, bool)>, Vec<(String, usize)>);

/// Keeps at most [`MOST`] objects: what there is most of is cut, those in trouble last.
fn cut(focus: &Ident, objects: BTreeMap<Ident, bool>, known: &Known<'_>) -> Cut {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for ident in objects.keys() {
        *counts
            .entry((ident.group.clone(), ident.kind.clone()))
            .or_default() += 1;
    }
    let trouble = |ident: &Ident| match known.row(ident).map(|row| row.tone) {
        Some(Tone::Bad) => 0,
        Some(Tone::Warn) => 1,
        Some(Tone::Plain | Tone::Good | Tone::Quiet) | None => 2,
    };
    let mut all: Vec<(Ident, bool)> = objects.into_iter().collect();
    // The object itself, then kinds with few objects, then what is in trouble.
    all.sort_by_cached_key(|(ident, _)| {
        let many = counts[&(ident.group.clone(), ident.kind.clone())];
        (ident != focus, many, trouble(ident), ident.clone())
    });
    let rest = all.split_off(all.len().min(MOST));
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    for (ident, _) in rest {
        *left_out.entry(ident.kind).or_default() += 1;
    }
    (all, left_out.into_iter().collect())
}
