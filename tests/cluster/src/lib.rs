//! The backend as the window drives it, against a real control plane and the demo cluster, with faults in between.
//!
//! [`Window`] sends the commands the page sends and collects the notices it gets, [`Plane`] is what it is connected to,
//! [`FaultProxy`] stands between the two. A test is written once and becomes two by [`halves!`].
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

pub use plane::{Demo, Plane, Written, apart, prove};
pub use proxy::{Answer, FaultProxy, Flow, Maker, Piece, Request, Seen, Upstream};
pub use random::Random;
pub use series::Series;
pub use slow_link::SlowLink;
pub use straight::straight;
pub use table::{Printed, kubectl_cells, server_cells};
pub use wait::{until, within};
pub use window::{Snapshot, Window};
