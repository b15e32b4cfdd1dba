//! The demo cluster as a context: always there, in no kubeconfig, nothing to agree to.

use std::io;
use std::sync::Arc;

use cluster::{Connection, Dial, Target};
use demo::Running;
use jiff::Timestamp;
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use wire::{ClusterInfo, DemoEntry, WireError};

use crate::app::initials;
use crate::connecting::cluster_id;
use crate::contexts_kept::{ContextsKept, colour};
use crate::errors;
use crate::host::Host;
use crate::whose::{Place, Whose};

/// Its context's id; those of kubeconfigs are numbers.
pub(crate) const CONTEXT: &str = "demo";
/// Its name.
const NAME: &str = "Demo cluster";
/// What stands for its server's address.
const SERVER: &str = "inside this program";
/// The same day for everybody.
pub(crate) const SEED: u64 = 1;
/// Its colour, unless another is chosen.
const COLOUR: u8 = 4;

/// What is kept of it goes by this.
pub(crate) fn whose() -> Whose {
    Whose {
        place: Place::Demo,
        name: CONTEXT.to_owned(),
    }
}

/// How the start page shows it; `opens` by itself.
pub(crate) fn entry(kept: &ContextsKept, opens: bool) -> DemoEntry {
    let settings = kept.of(&whose()).settings;
    DemoEntry {
        context: CONTEXT.to_owned(),
        name: NAME.to_owned(),
        server: SERVER.to_owned(),
        settings,
        opens,
    }
}

/// What the page is told of it, with its settings as they are kept now.
pub(crate) fn info(kept: &ContextsKept, version: String) -> ClusterInfo {
    let settings = kept.of(&whose()).settings;
    let name = if settings.title.is_empty() {
        NAME.to_owned()
    } else {
        settings.title.clone()
    };
    ClusterInfo {
        cluster: cluster_id(CONTEXT),
        context: CONTEXT.to_owned(),
        colour: match settings.colour {
            0 => COLOUR,
            _ => colour(&settings, NAME),
        },
        initials: initials(&name),
        name,
        server: SERVER.to_owned(),
        version,
        namespace: settings.namespace,
        demo: true,
    }
}

/// What opening it gives.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) latency_ms: u32,
    pub(crate) version: String,
    pub(crate) running: Running,
}

/// Starts it and connects to it. It runs as long as what this gives is held.
pub(crate) async fn open(host: Arc<dyn Host>) -> Result<Opened, WireError> {
    let runtime = Handle::current();
    let starting = tokio::task::spawn_blocking(move || {
        let wall = move || Timestamp::from_millisecond(host.now_ms()).unwrap_or_default();
        Running::start(SEED, Arc::new(wall), &runtime)
    });
    let running = starting.await.map_err(|_| {
        WireError::new(
            wire::ErrorCode::Other,
            "The demo cluster does not start.",
            "The log file says more. Please report it.",
        )
    })?;
    let dial = Arc::new(Within(running.clone()));
    let target = Target::in_memory(CONTEXT, SERVER, "", dial);
    let opened = Connection::open(target).await;
    let (connection, greeting) = opened.map_err(|error| errors::connect(&error))?;
    Ok(Opened {
        connection,
        latency_ms: greeting.latency_ms,
        version: greeting.version,
        running,
    })
}

/// Its API, in memory.
struct Within(Running);

impl Dial for Within {
    fn dial(&self) -> io::Result<DuplexStream> {
        Ok(self.0.connect())
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.0.time().now.as_millisecond())
    }
}
