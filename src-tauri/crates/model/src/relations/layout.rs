//! Relations as a picture: columns from what leads to the object to what it uses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Relations;

/// Size of a card, and between cards, in CSS pixels at a scale of 1.
const CARD: (f64, f64) = (200.0, 44.0);
const SMALL: (f64, f64) = (168.0, 24.0);
const GAP: (f64, f64) = (72.0, 12.0);
const TIGHT: f64 = 4.0;
/// Room of a block for its title, and around its cards.
const TITLE: f64 = 22.0;
const PAD: f64 = 8.0;
/// Objects alike from which on they stand in a block.
const ALIKE: usize = 7;
/// Rows to a column of a block, by how many it holds.
const ROWS: usize = 24;

/// Where a node stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spot {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// In a block: one line.
    pub small: bool,
}

/// Objects alike in one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its frame.
    pub spot: Spot,
    /// Index of the nodes in it.
    pub nodes: Vec<usize>,
}

/// A line from a right edge to a left edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Index of an edge; one of several where lines fall together.
    pub edge: usize,
    /// Begins here.
    pub from: (f64, f64),
    /// Ends here.
    pub to: (f64, f64),
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// A spot each node.
    pub spots: Vec<Spot>,
    /// Frames.
    pub blocks: Vec<Block>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Its extent.
    pub width: f64,
    /// Its extent.
    pub height: f64,
}

/// One thing to place: a card, or a block of several.
struct Item {
    nodes: Vec<usize>,
    layer: usize,
    /// Where its neighbours stand, on average.
    pull: f64,
}

/// Places everything. Deterministic.
pub fn layout(relations: &Relations) -> Drawing {
    let layers = layers(relations);
    let mut items = items(relations, &layers);
    let item_of: HashMap<usize, usize> = items
        .iter()
        .enumerate()
        .flat_map(|(at, item)| item.nodes.iter().map(move |node| (*node, at)))
        .collect();
    let mut ties: BTreeSet<(usize, usize)> = BTreeSet::new();
    for edge in &relations.edges {
        let (from, to) = (item_of[&edge.from], item_of[&edge.to]);
        if from != to {
            ties.insert((from, to));
        }
    }
    let columns = order(&mut items, &ties);
    place(relations, &items, &columns, &ties, &item_of)
}

/// The longest way to each node along the edges; an edge that would close a circle is left out.
fn layers(relations: &Relations) -> Vec<usize> {
    let count = relations.nodes.len();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in &relations.edges {
        if edge.from != edge.to {
            next[edge.from].push(edge.to);
        }
    }
    // Depth first without recursion: the order in which nodes are left, and edges back up dropped.
    let mut mark = vec![0_u8; count];
    let mut left = Vec::with_capacity(count);
    let mut dropped: BTreeSet<(usize, usize)> = BTreeSet::new();
    for root in 0..count {
        if mark[root] != 0 {
            continue;
        }
        mark[root] = 1;
        let mut stack = vec![(root, 0)];
        while let Some((node, at)) = stack.pop() {
            let Some(&to) = next[node].get(at) else {
                mark[node] = 2;
                left.push(node);
                continue;
            };
            stack.push((node, at + 1));
            match mark[to] {
                0 => {
                    mark[to] = 1;
                    stack.push((to, 0));
                }
                1 => {
                    dropped.insert((node, to));
                }
                _ => {}
            }
        }
    }
    let mut layer = vec![0_usize; count];
    for &node in left.iter().rev() {
        for &to in next[node]
            .iter()
            .filter(|to| !dropped.contains(&(node, **to)))
        {
            layer[to] = layer[to].max(layer[node] + 1);
        }
    }
    // What nothing leads to stands right before what it leads to.
    let entered: BTreeSet<usize> = relations.edges.iter().map(|edge| edge.to).collect();
    for node in (0..count).filter(|node| !entered.contains(node)) {
        let nearest = next[node].iter().map(|to| layer[*to]).min();
        layer[node] = nearest.map_or(0, |nearest| nearest.saturating_sub(1));
    }
    layer
}

/// Cards, and blocks of what is alike: of one kind, with the same neighbours outside.
fn items(relations: &Relations, layers: &[usize]) -> Vec<Item> {
    let mut neighbours: Vec<BTreeSet<(bool, usize)>> = vec![BTreeSet::new(); layers.len()];
    for edge in &relations.edges {
        neighbours[edge.from].insert((true, edge.to));
        neighbours[edge.to].insert((false, edge.from));
    }
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (node, near) in neighbours.iter().enumerate() {
        let ident = &relations.nodes[node].ident;
        let key = (layers[node], &ident.group, &ident.kind, near);
        alike.entry(key).or_default().push(node);
    }
    let mut items = Vec::new();
    for ((layer, ..), nodes) in alike {
        // The object in question always has a card of its own.
        let (own, rest): (Vec<usize>, Vec<usize>) = nodes.into_iter().partition(|node| *node == 0);
        let groups = if rest.len() >= ALIKE {
            vec![rest]
        } else {
            rest.into_iter().map(|node| vec![node]).collect()
        };
        for nodes in groups.into_iter().chain((!own.is_empty()).then_some(own)) {
            items.push(Item {
                nodes,
                layer,
                pull: 0.0,
            });
        }
    }
    items
}

/// Items of each column from top to bottom: near those they are tied to (barycentres, some sweeps).
fn order(items: &mut [Item], ties: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let depth = items.iter().map(|item| item.layer + 1).max().unwrap_or(0);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for (at, item) in items.iter().enumerate() {
        columns[item.layer].push(at);
    }
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for &(from, to) in ties {
        near[from].push(to);
        near[to].push(from);
    }
    let mut height = vec![0.0; items.len()];
    let spread = |column: &[usize], height: &mut [f64]| {
        for (at, item) in column.iter().enumerate() {
            height[*item] = (at as f64 + 0.5) / column.len() as f64;
        }
    };
    for column in &columns {
        spread(column, &mut height);
    }
    for sweep in 0..6 {
        let way: Vec<usize> = if sweep % 2 == 0 {
            (0..depth).collect()
        } else {
            (0..depth).rev().collect()
        };
        for at in way {
            for &item in &columns[at] {
                let around = &near[item];
                items[item].pull = if around.is_empty() {
                    height[item]
                } else {
                    around.iter().map(|other| height[*other]).sum::<f64>() / around.len() as f64
                };
            }
            columns[at].sort_by(|a, b| items[*a].pull.total_cmp(&items[*b].pull));
            spread(&columns[at], &mut height);
        }
    }
    columns
}

fn grid(count: usize) -> (usize, usize) {
    let columns = count.div_ceil(ROWS).max(1);
    (columns, count.div_ceil(columns))
}

fn size(item: &Item) -> (f64, f64) {
    if item.nodes.len() == 1 {
        return CARD;
    }
    let (columns, rows) = grid(item.nodes.len());
    (
        columns as f64 * (SMALL.0 + TIGHT) - TIGHT + 2.0 * PAD,
        rows as f64 * (SMALL.1 + TIGHT) - TIGHT + 2.0 * PAD + TITLE,
    )
}

fn place(
    relations: &Relations,
    items: &[Item],
    columns: &[Vec<usize>],
    ties: &BTreeSet<(usize, usize)>,
    item_of: &HashMap<usize, usize>,
) -> Drawing {
    let tall = |column: &Vec<usize>| {
        column
            .iter()
            .map(|item| size(&items[*item]).1 + GAP.1)
            .sum::<f64>()
            - GAP.1
    };
    let height = columns.iter().map(tall).fold(0.0, f64::max);
    let mut drawing = Drawing {
        spots: vec![Spot::default(); relations.nodes.len()],
        height,
        ..Drawing::default()
    };
    let mut frames = vec![Spot::default(); items.len()];
    let mut x = 0.0;
    for column in columns.iter().filter(|column| !column.is_empty()) {
        let wide = column
            .iter()
            .map(|item| size(&items[*item]).0)
            .fold(0.0, f64::max);
        let mut y = (height - tall(column)) / 2.0;
        for &at in column {
            let (width, tall) = size(&items[at]);
            let frame = Spot {
                x,
                y,
                width,
                height: tall,
                small: false,
            };
            frames[at] = frame;
            fill(&items[at], frame, &mut drawing);
            y += tall + GAP.1;
        }
        x += wide + GAP.0;
    }
    drawing.width = (x - GAP.0).max(0.0);
    drawing.lines = lines(relations, &frames, ties, item_of);
    drawing
}

fn fill(item: &Item, frame: Spot, drawing: &mut Drawing) {
    if let [node] = item.nodes[..] {
        drawing.spots[node] = frame;
        return;
    }
    let (_, rows) = grid(item.nodes.len());
    for (at, &node) in item.nodes.iter().enumerate() {
        drawing.spots[node] = Spot {
            x: frame.x + PAD + (at / rows) as f64 * (SMALL.0 + TIGHT),
            y: frame.y + PAD + TITLE + (at % rows) as f64 * (SMALL.1 + TIGHT),
            width: SMALL.0,
            height: SMALL.1,
            small: true,
        };
    }
    drawing.blocks.push(Block {
        spot: frame,
        nodes: item.nodes.clone(),
    });
}

/// One line for each two items that are tied, however many edges that is.
fn lines(
    relations: &Relations,
    frames: &[Spot],
    ties: &BTreeSet<(usize, usize)>,
    item_of: &HashMap<usize, usize>,
) -> Vec<Line> {
    let mut edge_of: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, edge) in relations.edges.iter().enumerate() {
        edge_of
            .entry((item_of[&edge.from], item_of[&edge.to]))
            .or_insert(at);
    }
    ties.iter()
        .map(|tie| {
            let (from, to) = (frames[tie.0], frames[tie.1]);
            Line {
                edge: edge_of[tie],
                from: (from.x + from.width, from.y + from.height / 2.0),
                to: (to.x, to.y + to.height / 2.0),
            }
        })
        .collect()
}
