//! Why a filter text means nothing.

/// What is wrong with a filter text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// A sentence that says what is wrong and what would be right.
    pub message: String,
    /// Characters before the piece that is wrong.
    pub at: usize,
    /// The piece; empty where something is missing at the end.
    pub piece: String,
}
