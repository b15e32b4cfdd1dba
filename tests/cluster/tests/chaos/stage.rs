//! One view behind a proxy of its own, and what faults do to it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cluster_tests::chaos::{Event, Moment};
use cluster_tests::{Answer, FaultProxy, Flow, Maker, Piece, Random, Request};
use serde_json::json;

use crate::viewer::Viewer;
use crate::world::{Seen, World};

/// What is behind a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Pods as the window lists them: one piece, protobuf.
    Pods,
    /// Pods in pages of thirty.
    Paged,
    /// Config maps, as the server's Table.
    Maps,
    /// Pods on a table of the window.
    Window,
}

/// What a fault means for the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing of the server reaches the view while it lasts.
    Outage,
    /// As [`Effect::Outage`], and long: requests are counted.
    Dead,
    /// A link is lost: the watch goes on from where it was.
    Cut,
    /// Anything else.
    Other,
}

/// A kind of fault.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// Views it can happen to.
    pub(crate) on: &'static [Lane],
    pub(crate) strike: fn(&Stage),
    /// Strikes again after so long, until it is over.
    pub(crate) every: Option<Duration>,
    /// Until it is put right.
    pub(crate) lasts: Duration,
    /// By when all is well after it was put right.
    pub(crate) heals: Duration,
    /// How old what is called live may be until then.
    pub(crate) bound: Duration,
    pub(crate) effect: Effect,
}

/// One view behind a proxy of its own.
pub(crate) struct Stage {
    pub(crate) lane: Lane,
    pub(crate) proxy: FaultProxy,
    pub(crate) world: Arc<World>,
    pub(crate) viewer: Viewer,
    pub(crate) random: Mutex<Random>,
    /// What struck it, and when.
    pub(crate) struck: Mutex<Vec<(Moment, &'static str)>>,
}

impl Stage {
    /// Opens a view on the world.
    pub(crate) async fn open(lane: Lane, world: Arc<World>, seed: u64) -> Self {
        let proxy = FaultProxy::before(&world.plane).await;
        let viewer = Viewer::open(lane, &proxy, world.clone()).await;
        Self {
            lane,
            proxy,
            world,
            viewer,
            random: Mutex::new(Random::new(seed)),
            struck: Mutex::default(),
        }
    }

    /// The collection it watches.
    pub(crate) fn path(&self) -> &'static str {
        match self.lane {
            Lane::Pods | Lane::Paged => self.world.pods,
            Lane::Maps => self.world.maps,
            Lane::Window => "/api/v1/pods",
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        match self.lane {
            Lane::Pods | Lane::Paged => Seen::Pods,
            Lane::Maps => Seen::Maps,
            Lane::Window => Seen::Restarts,
        }
    }

    pub(crate) fn note(&self, event: Event) {
        let at = self.world.moment();
        self.viewer.log.lock().unwrap().push(at, event);
    }

    fn is_watch(&self) -> impl Fn(&Request) -> bool + Send + Sync + use<> {
        let path = self.path();
        move |request| request.path == path && request.is_watch()
    }

    /// Does this to the links of its watches.
    pub(crate) fn watches(&self, flow: Flow) {
        self.proxy.put_asked(flow, self.is_watch());
    }

    /// Does this to the links of the prober.
    pub(crate) fn probes(&self, flow: Flow) {
        self.proxy
            .put_asked(flow, |request| request.path == "/version");
    }

    /// Answers the next watches so, and ends the present one.
    pub(crate) fn next_watch(&self, times: usize, answer: Answer) {
        self.proxy.answer(times, answer, self.is_watch());
        self.watches(Flow::Cut);
    }

    /// Answers every watch so, and ends the present one.
    pub(crate) fn every_watch(&self, answer: Answer) {
        self.proxy.always(answer, self.is_watch());
        self.watches(Flow::Cut);
    }

    /// Puts these into its watch.
    pub(crate) fn insert(&self, pieces: &[Piece]) {
        self.proxy.insert(pieces.to_vec(), self.is_watch());
    }

    /// Puts a line into its watch.
    pub(crate) fn line(&self, text: &str) {
        self.insert(&[Piece::line(text)]);
    }

    /// Answers the next lists so, and has it list.
    pub(crate) fn next_list(&self, times: usize, answer: Answer) {
        let path = self.path();
        let matches = move |request: &Request| request.is_list_of(path);
        self.proxy.answer(times, answer, matches);
        self.relist();
    }

    /// Answers the next pages behind the first so, and has it list.
    pub(crate) fn next_page(&self, times: Option<usize>, answer: Answer) {
        let path = self.path();
        let matches =
            move |request: &Request| request.is_list_of(path) && request.is_continuation();
        match times {
            Some(times) => self.proxy.answer(times, answer, matches),
            None => self.proxy.always(answer, matches),
        }
        self.relist();
    }

    /// Tells its watch that its version is gone.
    pub(crate) fn relist(&self) {
        let gone = json!({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired",
            "message": "too old resource version"}});
        self.insert(&[Piece::line(&gone.to_string()), Piece::end(), Piece::Fin]);
    }

    /// Answers the next watch with what truly happened since, as `make` has it.
    pub(crate) fn replay(&self, make: fn(&[crate::world::Line]) -> Vec<Piece>) {
        let world = self.world.clone();
        let maker = Maker::new(move |request: &Request| {
            let from = request
                .query
                .split('&')
                .find_map(|pair| pair.strip_prefix("resourceVersion=")?.parse().ok());
            let lines = world.lines_behind(from.unwrap_or(0));
            let mut pieces = vec![Piece::head()];
            pieces.extend(make(&lines));
            pieces
        });
        self.next_watch(1, Answer::Made(maker));
    }

    /// Puts everything right that lasts.
    pub(crate) fn lift(&self) {
        self.proxy.clear();
        self.proxy.mute(false);
        self.proxy.close_door(false);
        self.proxy.set_down(false);
    }
}
