//! The demo cluster's API over streams in memory: no port is opened.

mod body;
mod exchange;
mod faults;
mod forward;
mod remote;
mod upgrade;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::World;
use crate::api::Request;
use crate::definitions;
use crate::status::Status;

pub use faults::{Faults, Refusal};

/// Bytes that may be under way on a stream before its writer waits.
const STREAM: usize = 256 << 10;

/// A world with those who look at it. Cloning is cheap; clones share the world.
#[derive(Clone)]
pub struct Served(Arc<Shared>);

struct Shared {
    world: Mutex<World>,
    /// What [`World::tick`] said after the last change.
    changed: watch::Sender<u64>,
    faults: Mutex<Faults>,
    runtime: Handle,
    /// Which time it is whenever somebody looks; None where the world's clock is moved by hand.
    time: Option<Tell>,
}

/// Tells the demo's time.
pub type Tell = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl Served {
    /// Connections are served on `runtime`.
    pub fn new(world: World, runtime: Handle) -> Self {
        Self::of(world, None, runtime)
    }

    /// The same, of a world whose clock goes by itself.
    pub fn timed(world: World, time: Tell, runtime: Handle) -> Self {
        Self::of(world, Some(time), runtime)
    }

    fn of(world: World, time: Option<Tell>, runtime: Handle) -> Self {
        let changed = watch::Sender::new(world.tick());
        Self(Arc::new(Shared {
            world: Mutex::new(world),
            changed,
            faults: Mutex::default(),
            runtime,
            time,
        }))
    }

    /// Looks at the world or changes it; who watches is told afterwards. Everybody else waits meanwhile.
    pub fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.0.world.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = &self.0.time {
            world.advance(time());
        }
        let done = work(&mut world);
        definitions::settle(&mut world);
        let tick = world.tick();
        drop(world);
        self.0.changed.send_if_modified(|known| {
            let differs = *known != tick;
            *known = tick;
            differs
        });
        done
    }

    /// What goes wrong from now on, also on connections that are open.
    pub fn set_faults(&self, faults: Faults) {
        *self.faults_now() = faults;
    }

    /// A new connection, HTTP/1.1 without encryption. It ends when its stream is dropped.
    pub fn connect(&self) -> DuplexStream {
        let (near, far) = tokio::io::duplex(STREAM);
        let served = self.clone();
        self.0.runtime.spawn(async move {
            let service = service_fn(|request| exchange::exchange(served.clone(), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(far), service);
            // An error means that the other end is gone.
            let _ = connection.with_upgrades().await;
        });
        near
    }

    /// Told whenever something changes.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    fn faults(&self) -> Faults {
        self.faults_now().clone()
    }

    /// How a request is refused on purpose, if it is.
    fn refuse(&self, request: &Request) -> Option<Status> {
        self.faults_now().refuse(request)
    }

    fn faults_now(&self) -> MutexGuard<'_, Faults> {
        let faults = self.0.faults.lock();
        faults.unwrap_or_else(PoisonError::into_inner)
    }
}
