//! Relations as a list: each under what it is to the object in question.

use std::collections::BTreeSet;

use super::Relations;
use crate::links::Relation;

/// Lines under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `Owners and owned`.
    pub title: &'static str,
    /// Its lines, each below the one it belongs to.
    pub entries: Vec<Entry>,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// How far it is indented.
    pub depth: u32,
    /// Index of a node.
    pub node: usize,
}

/// The list. An object stands once in a section, where it is met first.
pub fn sections(relations: &Relations) -> Vec<Section> {
    let list = List { of: relations };
    let kin: Vec<usize> = (0..relations.nodes.len())
        .filter(|node| relations.nodes[*node].kin)
        .collect();
    let mut sections = vec![list.tree(&kin)];
    let from_kin = |relation| list.ends(&kin, relation, true);
    let to_kin = |relation| list.ends(&kin, relation, false);
    let parts = [
        (
            "Gets requests from",
            list.chains(
                &to_kin(&[Relation::Selects, Relation::Routes, Relation::Admits]),
                false,
            ),
        ),
        (
            "Sends requests to",
            list.chains(
                &from_kin(&[Relation::Selects, Relation::Routes, Relation::Admits]),
                true,
            ),
        ),
        (
            "Scaled by",
            list.chains(&to_kin(&[Relation::Scales]), false),
        ),
        ("Scales", list.chains(&from_kin(&[Relation::Scales]), true)),
        ("Protected by", flat(&to_kin(&[Relation::Protects]))),
        (
            "Protects",
            list.chains(&from_kin(&[Relation::Protects]), true),
        ),
        ("Restricted by", flat(&to_kin(&[Relation::Restricts]))),
        (
            "Restricts",
            list.chains(&from_kin(&[Relation::Restricts]), true),
        ),
        ("Uses", flat(&from_kin(&[Relation::Uses]))),
        ("Used by", flat(&to_kin(&[Relation::Uses]))),
        ("Bound to", list.chains(&from_kin(&[Relation::Binds]), true)),
        ("Bound by", flat(&to_kin(&[Relation::Binds]))),
        ("Runs on", flat(&from_kin(&[Relation::RunsOn]))),
        ("Runs here", flat(&to_kin(&[Relation::RunsOn]))),
    ];
    sections.extend(
        parts
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .map(|(title, entries)| Section { title, entries }),
    );
    sections
}

fn flat(nodes: &[usize]) -> Vec<Entry> {
    nodes.iter().map(|&node| Entry { depth: 0, node }).collect()
}

struct List<'a> {
    of: &'a Relations,
}

impl List<'_> {
    /// The tree of owners and owned, from its roots.
    fn tree(&self, kin: &[usize]) -> Section {
        let owns = |from: usize| self.along(from, &[Relation::Owns], true);
        let mut owned: BTreeSet<usize> = BTreeSet::new();
        for &node in kin {
            owned.extend(owns(node).filter(|to| self.of.nodes[*to].kin));
        }
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        let roots = kin.iter().copied().filter(|node| !owned.contains(node));
        // Owners in a circle have no root; the object itself is always shown.
        let roots: Vec<usize> = roots.chain(kin.first().copied()).collect();
        for root in roots {
            self.descend(root, 0, &mut seen, &mut entries, &|node| {
                owns(node).filter(|to| self.of.nodes[*to].kin).collect()
            });
        }
        Section {
            title: "Owners and owned",
            entries,
        }
    }

    /// Nodes that are not kin at the other end of edges of kin.
    fn ends(&self, kin: &[usize], relations: &[Relation], forward: bool) -> Vec<usize> {
        let kin: BTreeSet<usize> = kin.iter().copied().collect();
        let mut ends = Vec::new();
        for edge in &self.of.edges {
            let (near, far) = if forward {
                (edge.from, edge.to)
            } else {
                (edge.to, edge.from)
            };
            let counts = relations.contains(&edge.relation) && kin.contains(&near);
            if counts && !kin.contains(&far) && !ends.contains(&far) {
                ends.push(far);
            }
        }
        ends.sort_by_key(|node| {
            let ident = &self.of.nodes[*node].ident;
            // A slice stands under its Service, where that is known.
            let slice = ident.kind == "EndpointSlice";
            (slice, &ident.kind, &ident.namespace, &ident.name)
        });
        ends
    }

    /// Each with what lies behind it, onward or backward.
    fn chains(&self, nodes: &[usize], forward: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        let lead = [
            Relation::Routes,
            Relation::Admits,
            Relation::Selects,
            Relation::Scales,
            Relation::Binds,
        ];
        for &node in nodes {
            self.descend(node, 0, &mut seen, &mut entries, &|node| {
                let mut next: Vec<usize> = self.along(node, &lead, forward).collect();
                // What owns an autoscaler stands behind it; what a Service or workload owns, below.
                let is_owner_chain = !forward && self.of.nodes[node].ident.kind != "Service";
                next.extend(self.along(node, &[Relation::Owns], !is_owner_chain));
                next.retain(|to| !self.of.nodes[*to].kin);
                next
            });
        }
        entries
    }

    fn along(
        &self,
        node: usize,
        relations: &[Relation],
        forward: bool,
    ) -> impl Iterator<Item = usize> {
        let ends = self.of.edges.iter().filter_map(|edge| {
            let (near, far) = if forward {
                (edge.from, edge.to)
            } else {
                (edge.to, edge.from)
            };
            (near == node && relations.contains(&edge.relation)).then_some(far)
        });
        ends.collect::<Vec<_>>().into_iter()
    }

    fn descend(
        &self,
        node: usize,
        depth: u32,
        seen: &mut BTreeSet<usize>,
        entries: &mut Vec<Entry>,
        next: &dyn Fn(usize) -> Vec<usize>,
    ) {
        if !seen.insert(node) || depth > 24 {
            return;
        }
        entries.push(Entry { depth, node });
        let mut below = next(node);
        below.sort_by_key(|node| {
            let ident = &self.of.nodes[*node].ident;
            (&ident.kind, &ident.name)
        });
        for node in below {
            self.descend(node, depth + 1, seen, entries, next);
        }
    }
}
