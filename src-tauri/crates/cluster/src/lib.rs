//! Everything that talks to a cluster: kubeconfigs, connections, lists, watches, metrics, logs.
//!
//! [`kubeconfig`] reads a file without contacting or running anything it names, [`Connection`] is
//! one connected context, [`follow()`] keeps one resource in one scope live.

mod backoff;
pub mod connection;
mod credentials;
pub mod discovery;
mod document;
pub mod error;
mod event_order;
pub mod fetch;
pub mod follow;
mod gate;
mod greeting;
mod gunzip;
pub mod health;
mod json_stream;
pub mod kubeconfig;
mod kuberc;
mod lines;
pub mod list;
mod list_pace;
mod list_piece;
mod log_lines;
pub mod logs;
pub mod measure;
pub mod plan;
mod preview;
mod propose;
mod proto_stream;
mod pulse;
mod pulse_step;
pub mod rights;
pub mod server;
mod status;
pub mod surroundings;
pub mod target;
pub mod task;
mod transport;
pub mod update;
pub mod usage;
mod vet;
mod watch_event;
mod watch_link;
mod watch_step;

pub use connection::{Answer, Ask, Connection, Greeting};
pub use credentials::OIDC_NOTE;
pub use discovery::{Discovered, Discovery, discover};
pub use error::{ConnectError, KubeconfigError, LinkError, RequestError};
pub use follow::{follow, follow_by};
pub use gate::memory::Dial;
pub use gate::programs::login_shell_path;
pub use health::Health;
pub use kubeconfig::{
    Access, ContextEntry, FolderListing, Opened, Source, in_folder, locate, open, pasted,
};
pub use list::{ListPlan, Rest};
pub use logs::{LogChunk, LogRequest, follow_log};
pub use plan::{Danger, DangerKind, Difference, Fact, Plan, Proposal, What};
pub use rights::{Deed, Right, Rules};
pub use surroundings::{Kuberc, Surroundings};
pub use target::Target;
pub use task::Task;
pub use update::{Change, Scope, Update};
pub use usage::{UsageKind, UsageUpdate, poll_usage};
