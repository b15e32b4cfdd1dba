//! The backend as the window drives it, against a real control plane, with faults in between.
//!
//! [`Window`] sends the commands the page sends and collects the notices it gets, [`plane`] is the
//! control plane of a test binary, [`FaultProxy`] stands between the two.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod chaos;
pub mod fixture;
mod plane;
mod proxy;
mod random;
mod series;
mod slow_link;
mod straight;
mod table;
mod wait;
mod window;

pub use plane::{bare_plane, halt_simulation, plane, prove};
pub use proxy::{Answer, FaultProxy, Flow, Maker, Piece, Request, Seen};
pub use random::Random;
pub use series::Series;
pub use slow_link::SlowLink;
pub use straight::straight;
pub use table::{Printed, kubectl_cells, server_cells};
pub use wait::{until, within};
pub use window::{Snapshot, Window};
