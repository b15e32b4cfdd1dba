//! A demo cluster that goes on by itself, at the pace and from the instant that somebody asks for.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::clock::{Clock, Rate};
use crate::server::{Faults, Served};
use crate::story::{self, Day};

/// Tells the time outside.
pub type Wall = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long the day is that one can go through.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The controllers sleep at least so long: at a high pace what is due is done together.
const SHORTEST: Duration = Duration::from_millis(100);
/// And at most so long: a computer that slept meanwhile does not count that as time slept.
const LONGEST: Duration = Duration::from_secs(5);

/// A demo cluster with those who run it. Clones share it; it ends with the last of them.
#[derive(Clone)]
pub struct Running(Arc<Shared>);

struct Shared {
    served: Served,
    wall: Wall,
    /// Set only while the world is held.
    clock: Arc<Mutex<Clock>>,
    /// When the controllers must look next. Nobody sees a later time before they did, so that what they decide does not depend on who
    /// asks meanwhile.
    due: Arc<Mutex<Option<Timestamp>>>,
    state: Mutex<State>,
    time: watch::Sender<Time>,
}

struct State {
    controllers: crate::Controllers,
    /// When the story of the cluster that is shown began.
    begun: Timestamp,
    seed: u64,
    /// The cluster as it was when the present was left; None while it is shown.
    left: Option<Day>,
}

/// Which time it is in the demo cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// There.
    pub now: Timestamp,
    /// The earliest instant one can go to.
    pub begin: Timestamp,
    /// The latest one: the time outside.
    pub present: Timestamp,
    /// How fast it goes.
    pub rate: Rate,
    /// Whether it follows the time outside.
    pub is_present: bool,
    /// When the story of the cluster that is shown began; another telling of the same day has other Jobs and pods.
    pub begun: Timestamp,
}

impl Running {
    /// The story's cluster at the time outside, with a day behind it. Its connections and controllers run on `runtime`.
    pub fn start(seed: u64, wall: Wall, runtime: &Handle) -> Self {
        let now = wall();
        let day = story::soon(seed, now);
        let clock = Arc::new(Mutex::new(Clock::following(now)));
        let due = Arc::new(Mutex::new(Some(now)));
        let time = {
            let (clock, due, wall) = (Arc::clone(&clock), Arc::clone(&due), Arc::clone(&wall));
            move || {
                let now = locked(&clock).at(wall());
                locked(&due).map_or(now, |due| now.min(due))
            }
        };
        let mut controllers = day.controllers;
        controllers.set_heartbeats(true);
        let begun = day.begun;
        let state = State {
            controllers,
            begun,
            seed,
            left: None,
        };
        let shared = Arc::new(Shared {
            served: Served::timed(day.world, Arc::new(time), runtime.clone()),
            wall,
            clock,
            due,
            time: watch::Sender::new(Time {
                now,
                begin: begin(now),
                present: now,
                rate: Rate::Times(1),
                is_present: true,
                begun,
            }),
            state: Mutex::new(state),
        });
        runtime.spawn(go_on(Arc::downgrade(&shared)));
        Self(shared)
    }

    /// A new connection to its API, HTTP/1.1 without encryption.
    pub fn connect(&self) -> DuplexStream {
        self.0.served.connect()
    }

    /// Its API with the world behind it.
    pub fn served(&self) -> &Served {
        &self.0.served
    }

    /// What goes wrong from now on, also on connections that are open.
    pub fn set_faults(&self, faults: Faults) {
        self.0.served.set_faults(faults);
    }

    /// Which time it is there.
    pub fn time(&self) -> Time {
        let told = *self.0.time.borrow();
        let present = (self.0.wall)();
        Time {
            now: self.clock().at(present),
            begin: begin(present),
            present,
            ..told
        }
    }

    /// Its clock, which tells its time at any moment outside until somebody sets it.
    pub fn clock(&self) -> Clock {
        *locked(&self.0.clock)
    }

    /// Told whenever somebody sets pace or instant.
    pub fn changes(&self) -> watch::Receiver<Time> {
        self.0.time.subscribe()
    }

    /// Goes on at another pace from where it is. Any pace but the time's own leaves the present.
    pub fn set_rate(&self, rate: Rate) {
        self.0.set(|shared, state| {
            if self.clock().rate != rate {
                shared.leave(state);
                let set = |clock: Clock, wall| clock.at_rate(wall, rate);
                shared.served.with(|_| shared.set_clock(set));
            }
        });
    }

    /// Shows another instant of its day, from which it goes on as it would have then: what people changed is not there. Takes up
    /// to some tenths of a second, and blocks meanwhile.
    pub fn go_to(&self, instant: Timestamp) {
        self.0.set(|shared, state| {
            shared.leave(state);
            let instant = {
                let present = (shared.wall)();
                instant.clamp(begin(present), present)
            };
            let day = story::at(state.seed, instant);
            shared.show(state, day, |clock, wall| Clock {
                wall,
                demo: instant,
                rate: clock.rate,
            });
        });
    }

    /// Shows the present again as it was left, caught up with the time since.
    pub fn go_to_present(&self) {
        self.0.set(|shared, state| {
            if let Some(left) = state.left.take() {
                shared.show(state, left, |_, wall| Clock::following(wall));
                shared.step(state);
            }
        });
    }
}

impl Shared {
    /// Sets something, and tells it.
    fn set(&self, how: impl FnOnce(&Self, &mut State)) {
        let mut state = self.state();
        how(self, &mut state);
        let present = (self.wall)();
        let clock = *locked(&self.clock);
        let time = Time {
            now: clock.at(present),
            begin: begin(present),
            present,
            rate: clock.rate,
            is_present: state.left.is_none(),
            begun: state.begun,
        };
        self.time.send_replace(time);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_clock(&self, how: impl FnOnce(Clock, Timestamp) -> Clock) {
        let mut clock = locked(&self.clock);
        *clock = how(*clock, (self.wall)());
    }

    /// Does what is due; the moment outside at which something is again, and the world's tick after it.
    fn step(&self, state: &mut State) -> (Option<Timestamp>, u64) {
        let controllers = &mut state.controllers;
        let (next, tick) = self.served.with(|world| {
            let now = locked(&self.clock).at((self.wall)());
            let next = controllers.step(world, now.max(world.now()));
            *locked(&self.due) = next;
            (next, world.tick())
        });
        (next.and_then(|next| locked(&self.clock).when(next)), tick)
    }

    /// Keeps the present for later, if it is shown.
    fn leave(&self, state: &mut State) {
        if state.left.is_none() {
            self.step(state);
            state.left = Some(Day {
                world: self.served.with(|world| world.without_past()),
                controllers: state.controllers.clone(),
                begun: state.begun,
            });
        }
    }

    /// Shows a cluster in place of the one that is shown, at its own time.
    fn show(&self, state: &mut State, day: Day, clock: impl FnOnce(Clock, Timestamp) -> Clock) {
        state.controllers = day.controllers;
        state.begun = day.begun;
        state.controllers.set_heartbeats(true);
        self.served.with(|world| {
            *locked(&self.due) = Some(day.world.now());
            world.turn_into(day.world);
            state.controllers.know(world);
            self.set_clock(clock);
        });
    }
}

/// Lets the controllers look whenever something is due, was written, or the clock was set; until the cluster is gone.
async fn go_on(shared: Weak<Shared>) {
    let Some((mut written, mut set)) = shared
        .upgrade()
        .map(|shared| (shared.served.changes(), shared.time.subscribe()))
    else {
        return;
    };
    while let Some(shared) = shared.upgrade() {
        // What is set meanwhile is looked at afterwards.
        set.mark_unchanged();
        let stepped = spawn_blocking(move || {
            let (next, tick) = shared.step(&mut shared.state());
            (next.map(|next| next.duration_since((shared.wall)())), tick)
        });
        // The program ends.
        let Ok((next, tick)) = stepped.await else {
            return;
        };
        // What is due by now is done after a short rest.
        let wait = next.map(|next| Duration::try_from(next).unwrap_or_default());
        // What the step itself wrote is seen; what somebody wrote since is not.
        if *written.borrow_and_update() != tick {
            continue;
        }
        tokio::select! {
            () = sleep(wait.unwrap_or(LONGEST).clamp(SHORTEST, LONGEST)) => {}
            changed = written.changed() => if changed.is_err() { return },
            changed = set.changed() => if changed.is_err() { return },
        }
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The earliest instant that one can go to at a moment outside.
fn begin(present: Timestamp) -> Timestamp {
    present.saturating_sub(DAY).unwrap_or(present)
}
