//! Everything that streams into a session, merged and labelled with whom it is for.

use std::collections::HashMap;
use std::pin::Pin;

use cluster::update::Update;
use cluster::usage::UsageUpdate;
use cluster::{LogChunk, Task};
use futures_util::stream::{SelectAll, Stream, StreamExt, unfold};
use tokio::sync::mpsc;

use super::collection::CollectionId;
use super::usage::Measured;

/// Updates that may wait for the session before a feed's sender waits.
const QUEUE: usize = 64;

/// One stream into the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FeedId(u64);

/// Whom a feed is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Collection(CollectionId),
    Drawer(u32),
    Graph(u32),
    Relations(u32),
    Release(u32),
    Log(u32),
    Usage(Measured),
    Definitions,
    Autoscaler,
    Recording,
    ScaledJobs,
}

/// What feeds bring.
#[derive(Debug)]
pub(crate) enum Message {
    Update(Update),
    Log(LogChunk),
    Usage(UsageUpdate),
}

type Labelled = Pin<Box<dyn Stream<Item = (FeedId, Message)> + Send>>;

/// All feeds of a session. Closing one stops its task; what it had queued is not delivered.
#[derive(Default)]
pub(crate) struct Feeds {
    streams: SelectAll<Labelled>,
    open: HashMap<FeedId, (Owner, Task)>,
    last: u64,
}

impl Feeds {
    /// Opens a feed: `start` begins the work that sends into the sink it is given.
    pub(crate) fn open<T: Send + 'static>(
        &mut self,
        owner: Owner,
        message: impl Fn(T) -> Message + Send + 'static,
        start: impl FnOnce(mpsc::Sender<T>) -> Task,
    ) -> FeedId {
        self.last += 1;
        let id = FeedId(self.last);
        let (sink, queue) = mpsc::channel(QUEUE);
        self.open.insert(id, (owner, start(sink)));
        self.streams.push(Box::pin(unfold(
            (queue, message),
            move |(mut queue, message)| async move {
                let item = queue.recv().await?;
                Some(((id, message(item)), (queue, message)))
            },
        )));
        id
    }

    /// Whom a feed is for; `None` once it was closed.
    pub(crate) fn owner(&self, id: FeedId) -> Option<Owner> {
        self.open.get(&id).map(|(owner, _)| *owner)
    }

    pub(crate) fn close(&mut self, id: FeedId) {
        self.open.remove(&id);
    }

    /// Number of open lists and watches.
    pub(crate) fn watches(&self) -> usize {
        self.open
            .values()
            .filter(|(owner, _)| match owner {
                Owner::Collection(_)
                | Owner::Drawer(_)
                | Owner::Graph(_)
                | Owner::Relations(_)
                | Owner::Release(_)
                | Owner::Definitions
                | Owner::Autoscaler
                | Owner::Recording
                | Owner::ScaledJobs => true,
                Owner::Log(_) | Owner::Usage(_) => false,
            })
            .count()
    }

    /// The next message of any feed; never resolves usefully when [`Self::is_empty`].
    pub(crate) async fn next(&mut self) -> Option<(FeedId, Message)> {
        self.streams.next().await
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }
}
