//! What following a resource brings: rows, changes, and how fresh they are.

use model::{Kind, ObjectRow, Resource, TableHeader};

use crate::health::Health;

/// What is followed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Where it is served.
    pub resource: Resource,
    /// The kind whose rows are made here; `None`: rows are the server's own Table.
    pub kind: Option<Kind>,
    /// One namespace, or all of them (also for what lives in none).
    pub namespace: Option<String>,
    /// Only what this field selector matches (`metadata.name=web`); empty is everything.
    pub fields: String,
}

/// One step of following a resource. In order: `Health(Listing)`, then of the first listing the
/// header, previews, rows and progress, then `Listed`, then changes; health in between.
#[derive(Debug)]
pub enum Update {
    /// Columns of a server Table: before its first rows, and again when they change.
    Header(TableHeader),
    /// First listing only: kubectl's own cells for rows whose records are still to come. A row
    /// already there must not be replaced by them; what has got no record by `Listed` is gone.
    Preview(Vec<ObjectRow>),
    /// First listing only: records as they arrive. The list is not complete before `Listed`.
    Rows(Vec<ObjectRow>),
    /// How far the listing is.
    Progress {
        /// Objects so far.
        received: u64,
        /// Objects in all, where the server knows; it may be off by what changes meanwhile.
        expected: Option<u64>,
        /// Bytes of this listing over the wire so far.
        bytes: u64,
    },
    /// A list is complete.
    Listed {
        /// `None`: the rows sent since the beginning are all there are. `Some`: this is all there
        /// is; what is not in it is gone.
        rows: Option<Vec<ObjectRow>>,
        /// Bytes of the listing over the wire.
        bytes: u64,
        /// Objects that could not be decoded and are therefore missing: to be said on screen.
        unreadable: u64,
    },
    /// Watch events, in order.
    Changed(Vec<Change>),
    /// How fresh all this is; sent when it changes.
    Health(Health),
}

/// One watch event.
#[derive(Debug)]
pub enum Change {
    /// The object is now this, whether or not it was known.
    Put(ObjectRow),
    /// The object is gone.
    Gone {
        /// Empty if cluster-scoped.
        namespace: Box<str>,
        /// Name.
        name: Box<str>,
    },
}
