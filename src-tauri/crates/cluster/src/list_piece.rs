//! What a list on its way is cut into, whatever its representation.

use thiserror::Error;

/// One piece of a list.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// One object's bytes, in the list's representation.
    Item(&'a [u8]),
    /// One row of a Table.
    Row(&'a [u8]),
    /// The column definitions of a Table; servers send them before the rows.
    Columns(&'a [u8]),
    /// What the list says of itself.
    Meta(ListMeta),
}

/// What a list says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListMeta {
    /// The version to watch from; empty when the server gave none.
    pub(crate) resource_version: String,
    /// Token for the next page; empty on the last.
    pub(crate) more: String,
    /// Objects not yet sent, where the server knows.
    pub(crate) remaining: Option<u64>,
}

/// Why a list could not be taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum SplitError {
    /// The body ended before the list did.
    #[error("the list ended in the middle")]
    Incomplete,
    /// One object is larger than [`crate::lines::MAX_OBJECT`].
    #[error("one object of the list is larger than 8 MiB")]
    TooLarge,
    /// Not a list in this representation.
    #[error("the list cannot be read: {0}")]
    Malformed(&'static str),
}
