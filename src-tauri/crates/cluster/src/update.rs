//! What following a resource brings: rows, changes, and how fresh they are.

use model::{Kind, ObjectRow, Resource, TableHeader};

use crate::fetch::escape;
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
    /// Only what this label selector matches (`app=web`); empty is everything.
    pub labels: String,
    /// What rows say of objects.
    pub reading: Reading,
}

/// What rows say of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reading {
    /// What tables show of them.
    #[default]
    Tables,
    /// What they refer to: [`ObjectRow::Linked`].
    Links,
    /// What they tell of scaling: [`ObjectRow::Seen`]. For narrow scopes: each object is read whole.
    Scaling,
    /// Both what tables show and what they tell of scaling: [`ObjectRow::Seen`] around the row of [`Reading::Tables`], which stands
    /// alone where an object tells nothing. Each object is read whole.
    Both,
}

impl Scope {
    /// Everything of a resource, as tables show it.
    pub fn of(resource: Resource, kind: Option<Kind>, namespace: Option<String>) -> Self {
        Self {
            resource,
            kind,
            namespace,
            fields: String::new(),
            labels: String::new(),
            reading: Reading::Tables,
        }
    }

    /// Its selectors, as parameters of a request.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = String> {
        let both = [
            ("fieldSelector", &self.fields),
            ("labelSelector", &self.labels),
        ];
        both.into_iter()
            .filter(|(_, selector)| !selector.is_empty())
            .map(|(name, selector)| format!("{name}={}", escape(selector)))
    }
}

/// How an object becomes a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'a> {
    /// By the rules of its kind's table.
    Row(Kind),
    /// By what it refers to.
    Links(&'a Resource),
    /// By what it tells of scaling.
    Scaling(&'a Resource),
    /// By what it tells of scaling, around the row of its kind's table.
    Both(Kind),
}

impl<'a> Record<'a> {
    /// Of a scope whose rows are not the server's Table.
    pub(crate) fn of(scope: &'a Scope) -> Option<Self> {
        match scope.reading {
            Reading::Tables => scope.kind.map(Self::Row),
            Reading::Links => Some(Self::Links(&scope.resource)),
            Reading::Scaling => Some(Self::Scaling(&scope.resource)),
            // Where the kind has no row of its own, the server's Table comes with the objects.
            Reading::Both => scope.kind.map(Self::Both),
        }
    }

    /// The row of an object; `None` where it cannot be read as one.
    pub(crate) fn decode(self, encoding: Encoding, bytes: &[u8]) -> Option<ObjectRow> {
        match (self, encoding) {
            (Self::Row(kind), Encoding::Json) => model::decode_json(kind, bytes).ok(),
            (Self::Row(kind), Encoding::Protobuf) => model::decode_proto(kind, bytes).ok(),
            (Self::Links(of), Encoding::Json) => {
                model::decode_links(&of.group, &of.kind, bytes).ok()
            }
            (Self::Scaling(of), Encoding::Json) => {
                model::fact::decode_seen(&of.group, &of.kind, bytes).ok()
            }
            (Self::Both(kind), Encoding::Json) => model::fact::decode_both(kind, bytes).ok(),
            // Never asked for.
            (Self::Links(_) | Self::Scaling(_) | Self::Both(_), Encoding::Protobuf) => None,
        }
    }
}

/// How an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    Protobuf,
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
