//! Relations as the window shows them.

use std::collections::BTreeMap;

use cluster::Deed;
use model::links::Relation;
use model::relations::{self, Drawing, Edge, around, layout, sections};
use table::Cell;
use wire::{
    Presence, RelationBlock, RelationEntry, RelationLine, RelationNode, RelationSection, Relations,
    Spot,
};

use super::{RelationsView, Session};
use crate::lacks::{self, Where};
use crate::session::rights::list_of;

/// What was found so far, placed.
pub(super) fn shown(session: &Session, view: &RelationsView) -> Relations {
    let known = view.known();
    let focus = view.ident();
    let found = around(&focus, &known);
    let drawing = layout(&found);
    let loaded = view.row().is_some();
    let asked = view
        .sources
        .iter()
        .find(|source| source.want.resource == view.resource);
    let problem = match asked {
        Some(source) if source.listed && !loaded => {
            format!("{} {} does not exist, or no more.", focus.kind, focus.name)
        }
        _ => String::new(),
    };
    let loading = view
        .sources
        .iter()
        .filter(|source| source.loading() && !source.delayed());
    Relations {
        version: view.version,
        loaded,
        problem,
        nodes: nodes(session, &found, &drawing),
        sections: sections(&found).iter().map(section).collect(),
        lines: lines(&found, &drawing),
        blocks: blocks(&found, &drawing),
        width: drawing.width,
        height: drawing.height,
        remarks: remarks(view, &found),
        loading: loading
            .map(|source| source.want.resource.kind.clone())
            .collect(),
    }
}

fn nodes(session: &Session, found: &relations::Relations, drawing: &Drawing) -> Vec<RelationNode> {
    let node = |(node, spot): (&relations::Node, &relations::Spot)| {
        let ident = &node.ident;
        let version = format!("{}/", ident.group);
        let api_version = if ident.group.is_empty() { "" } else { &version };
        RelationNode {
            object: session.object_ref(api_version, &ident.kind, &ident.namespace, &ident.name),
            label: label(&ident.name, spot.small),
            state: Cell::toned(node.state.clone(), node.tone),
            presence: match node.presence {
                relations::Presence::There => Presence::There,
                relations::Presence::Missing => Presence::Missing,
                relations::Presence::Unknown => Presence::Unknown,
            },
            kin: node.kin,
            spot: place(spot),
            small: spot.small,
        }
    };
    found.nodes.iter().zip(&drawing.spots).map(node).collect()
}

/// What tells objects alike apart stands at the end of their names.
fn label(name: &str, small: bool) -> String {
    const FITS: usize = 15;
    let length = name.chars().count();
    if !small || length <= FITS {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length - FITS).collect();
    format!("…{end}")
}

fn place(spot: &relations::Spot) -> Spot {
    Spot {
        x: spot.x,
        y: spot.y,
        width: spot.width,
        height: spot.height,
    }
}

fn section(section: &relations::Section) -> RelationSection {
    let entry = |entry: &relations::Entry| RelationEntry {
        depth: entry.depth,
        node: index(entry.node),
    };
    RelationSection {
        title: section.title.to_owned(),
        entries: section.entries.iter().map(entry).collect(),
    }
}

fn lines(found: &relations::Relations, drawing: &Drawing) -> Vec<RelationLine> {
    let line = |line: &relations::Line| {
        let edge = found.edges[line.edge];
        RelationLine {
            from: index(edge.from),
            to: index(edge.to),
            words: sentence(found, edge),
            x1: line.from.0,
            y1: line.from.1,
            x2: line.to.0,
            y2: line.to.1,
        }
    };
    drawing.lines.iter().map(line).collect()
}

fn sentence(found: &relations::Relations, edge: Edge) -> String {
    let (from, to) = (&found.nodes[edge.from].ident, &found.nodes[edge.to].ident);
    let verb = match edge.relation {
        Relation::Owns => "owns",
        Relation::Admits => "lets in",
        Relation::Routes => "sends requests to",
        Relation::Selects => "selects",
        Relation::Scales => "scales",
        Relation::Protects => "protects",
        Relation::Restricts => "restricts",
        Relation::Uses => "uses",
        Relation::Binds => "is bound to",
        Relation::RunsOn => "runs on",
    };
    format!("{} {} {verb} {} {}", from.kind, from.name, to.kind, to.name)
}

fn blocks(found: &relations::Relations, drawing: &Drawing) -> Vec<RelationBlock> {
    let block = |block: &relations::Block| {
        let kind = block
            .nodes
            .first()
            .map(|node| found.nodes[*node].ident.kind.as_str());
        RelationBlock {
            spot: place(&block.spot),
            title: format!("{} × {}", block.nodes.len(), kind.unwrap_or_default()),
        }
    };
    drawing.blocks.iter().map(block).collect()
}

/// What is not shown, and why.
fn remarks(view: &RelationsView, found: &relations::Relations) -> Vec<String> {
    let mut remarks = Vec::new();
    for (kind, count) in &found.left_out {
        let shown = found
            .nodes
            .iter()
            .filter(|node| node.ident.kind == *kind)
            .count();
        remarks.push(format!(
            "{shown} of {} objects of kind {kind} are shown, those in trouble first.",
            shown + count
        ));
    }
    for source in &view.sources {
        let Some(error) = &source.error else { continue };
        let resource = &source.want.resource;
        let deed: Deed<'_> = list_of(resource);
        let place = Where::of(resource, source.want.namespace.as_deref());
        let said = lacks::request(error, deed, place);
        let why = said.lack.map_or(said.message, |lack| lack.sentence);
        remarks.push(format!("{} is not looked at. {why}", resource.kind));
    }
    remarks.extend(delays(view));
    let search = &view.search;
    if search.running() {
        let ahead = search.ahead.as_ref().map_or(0, Vec::len);
        let all = search.looked_through + ahead + 1;
        remarks.push(format!(
            "Looking for owned objects in other kinds: {} of {all}.",
            search.looked_through
        ));
    }
    if !search.closed.is_empty() {
        remarks.push(format!(
            "Owned objects were not looked for in {}.",
            search.closed.join(", ")
        ));
    }
    remarks
}

/// What is still waited for because something went wrong: kinds by reason.
fn delays(view: &RelationsView) -> impl Iterator<Item = String> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in view.sources.iter().filter(|source| source.delayed()) {
        let kinds = reasons.entry(&source.delay).or_default();
        kinds.push(&source.want.resource.kind);
    }
    reasons.into_iter().map(|(why, kinds)| {
        format!(
            "Not listed yet: {}. {why} The server is asked again by itself.",
            kinds.join(", ")
        )
    })
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
