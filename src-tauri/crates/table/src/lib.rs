//! Live tables: rows in a slab, ordered filtered views over them, windows of cells.
//!
//! Knows no Kubernetes, reads no clock. Whoever owns a table calls [`View::flush`] on its own
//! tick; between flushes changes only mark rows dirty, so a burst costs one merge.

mod cell;
mod column;
mod delimited;
mod filter;
mod natural;
mod nearest;
mod order;
mod rows;
mod selection;
mod view;

pub use cell::{Cell, Row, SortKey, Tone};
pub use column::{Align, Column};
pub use delimited::{Delimiter, write_line};
pub use filter::{FieldTerm, Filter, FilterError, Matcher, Measure, Vocabulary};
pub use natural::natural_cmp;
pub use nearest::nearest;
pub use rows::{RowId, Rows};
pub use selection::Selection;
pub use view::{Sort, View};
