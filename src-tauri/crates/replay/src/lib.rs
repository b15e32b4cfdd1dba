//! What was seen of a workload in, what its controllers had, remembered and decided at any instant out.
//!
//! Pure: no clock, no file, no environment, no network. What a controller keeps in its memory alone is rebuilt by running `scaling` over
//! what was seen; what could not be seen is told as such: nothing that is called observed or derived here rests on a guess.

mod again;
mod band;
mod edit;
mod facts;
mod growth;
mod inputs;
mod jobs;
mod keda;
mod line;
mod memory;
mod outcome;
mod pass;
mod past;
mod period;
mod pods;
mod polls;
mod queue;
mod readings;
mod rebuilt;
mod repair;
mod replay;
mod settings;
mod situation;
mod step;
mod window;
mod workload;

pub use band::{Band, BandKind, PolicyUse};
pub use edit::{Change, Edit, Pause};
pub use growth::{Growth, Split};
pub use pass::{Asked, Pass};
pub use past::Past;
pub use pods::{PodBar, PodPhase, PodSpan};
pub use queue::Queue;
pub use settings::Settings;
pub use step::Step;
pub use window::Window;
