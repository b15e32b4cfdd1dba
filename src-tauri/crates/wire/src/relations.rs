//! What one object has to do with others.

use serde::{Deserialize, Serialize};
use table::Cell;
use ts_rs::TS;

use crate::ObjectRef;

/// Answer of `open_relations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelationsOpened {
    /// To be given to `relations` and `close_relations`.
    pub relations: u32,
}

/// Whether an object that is referred to exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// It does.
    There,
    /// It does not.
    Missing,
    /// It may not be listed, or was not yet.
    Unknown,
}

/// A place in the picture, in CSS pixels at a scale of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Spot {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelationNode {
    /// Which; a link where its kind is known.
    pub object: ObjectRef,
    /// Its name, in a narrow place its end alone: `…-7d9f6c4b8-k7hsv`.
    pub label: String,
    /// Its state in a word or two; may be empty.
    pub state: Cell,
    /// Whether it exists.
    pub presence: Presence,
    /// Whether it is owner or owned of the object in question.
    pub kin: bool,
    /// Where it stands in the picture.
    pub spot: Spot,
    /// One line high.
    pub small: bool,
}

/// A line of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelationLine {
    /// Index of the node it begins at, one of several where it begins at a frame.
    pub from: u32,
    /// Index of the node it ends at.
    pub to: u32,
    /// `Service web selects Deployment web`.
    pub words: String,
    /// From.
    pub x1: f64,
    /// From.
    pub y1: f64,
    /// To.
    pub x2: f64,
    /// To.
    pub y2: f64,
}

/// Objects alike in one frame of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelationBlock {
    /// Where.
    pub spot: Spot,
    /// `480 Pods`.
    pub title: String,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelationEntry {
    /// How far it is indented.
    pub depth: u32,
    /// Index of a node.
    pub node: u32,
}

/// Lines of the list under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RelationSection {
    /// `Owners and owned`.
    pub title: String,
    /// The lines.
    pub entries: Vec<RelationEntry>,
}

/// Answer of `relations`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Relations {
    /// Rises with each change.
    pub version: u32,
    /// False until the object itself was read.
    pub loaded: bool,
    /// Why there is nothing, or nothing anymore; may be empty.
    pub problem: String,
    /// Objects; the first is the one in question.
    pub nodes: Vec<RelationNode>,
    /// The list.
    pub sections: Vec<RelationSection>,
    /// Lines of the picture.
    pub lines: Vec<RelationLine>,
    /// Frames of the picture.
    pub blocks: Vec<RelationBlock>,
    /// Extent of the picture.
    pub width: f64,
    /// Extent of the picture.
    pub height: f64,
    /// What is not there, in sentences: too many, not allowed, still on its way.
    pub remarks: Vec<String>,
    /// Kinds whose objects are still arriving.
    pub loading: Vec<String>,
}
