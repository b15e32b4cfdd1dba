//! When a server counts as alive, and when its links are suspect.
//!
//! Pure; [`crate::pulse`] runs it. The watches themselves prove little: a quiet one says nothing
//! for a minute (bookmarks are that far apart), and HTTP/1 has no ping. So:
//! - Every byte of every answer is a proof of life. With none for [`QUIET`], a cheap request is
//!   sent as a probe, at most one at a time: on an idle cluster one request in five seconds for
//!   all watches together.
//! - The prober keeps a link of its own alive by using it at least every [`KEEP`], whatever else
//!   proves the server: only a link that was there before tells that such links died.
//! - A probe answered over another link than the one before proves the server, not the watches:
//!   what took the prober's link may have taken theirs without telling them. So those that have
//!   brought nothing since are replaced, too; at most once in [`APART`], and only after a link
//!   that lasted, for some servers close every link after one answer.
//! - A probe over that link that is not answered within [`POOLED_PATIENCE`] makes every
//!   link suspect: all pools are emptied and the next probe goes over a new link. If the server
//!   answers there, the old links are dead without having said so (half-open), and every watch
//!   that has brought nothing since is replaced. So a dead link is replaced 4 + 1 + 3 + 1 s after
//!   the last proof of life (the ones are ticks), or as soon as a new link comes about.
//! - New links are tried every [`AGAIN`] until one answers, the earlier ones left to their patience:
//!   what a dead network swallowed does not delay what is tried once it is back.
//! - No proof for [`STALE`] means what is on screen is stale, and it is marked so by 10 s.
//! - During suspend the monotonic clock stands still and the wall clock goes on: when they part by
//!   more than [`SLEPT`], the machine slept, nothing is known of any link, and a new one is tried
//!   at once. A wall clock that was only set costs one round of new links.
//!
//! A watch's link that something in between swallows alone while the others live escapes the
//! probe. The follower notices: it asks for watches so short that each says something in time.

use std::time::Duration;

/// Silence after which a probe is sent.
pub(crate) const QUIET: Duration = Duration::from_secs(4);
/// Longest time the prober's own link is left unused.
pub(crate) const KEEP: Duration = Duration::from_secs(10);
/// A probe over a link that was alive.
pub(crate) const POOLED_PATIENCE: Duration = Duration::from_secs(3);
/// A probe over a new link: name, TCP, TLS, request.
pub(crate) const FRESH_PATIENCE: Duration = Duration::from_secs(5);
/// Time between probes over new links, and after the first minute without an answer.
pub(crate) const AGAIN: Duration = Duration::from_secs(2);
const AGAIN_LATER: Duration = Duration::from_secs(4);
const LATER: Duration = Duration::from_mins(1);
/// Age of the last proof at which what is shown counts as stale; seen one tick later at most.
pub(crate) const STALE: Duration = Duration::from_millis(8_500);
/// Wall clock ahead of the monotonic one by this since the last tick: the machine slept.
pub(crate) const SLEPT: Duration = Duration::from_secs(3);
/// Least time between two replacements of links because the prober's own was another one.
pub(crate) const APART: Duration = Duration::from_secs(10);
/// Answers a link of the prober must have brought for its loss to say anything.
const LASTED: u32 = 2;
/// How often to look.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// Two clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Milliseconds on a clock that never jumps and may stand still in suspend.
    pub(crate) steady_ms: u64,
    /// Unix ms.
    pub(crate) wall_ms: i64,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Time passed; the last byte from the server came at `proof_ms` (steady).
    Tick {
        /// As above.
        proof_ms: u64,
    },
    /// The probe was answered.
    Answered {
        /// By which link.
        over: Over,
    },
    /// The probe failed, and none over another link is under way.
    Failed,
}

/// The link a probe was answered over, beside that of the answer before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The same.
    Same,
    /// Another one, or the first.
    Other,
    /// A proxy in between hides it.
    Unknown,
}

/// What the probe is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    Idle { since_ms: u64 },
    Sent { at_ms: u64, fresh: bool },
}

/// What is known of the server and its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    ticked: Moment,
    proof_ms: u64,
    probe: Probe,
    /// Since when links are suspect (steady): a probe sent then failed, or the machine slept.
    suspect_ms: Option<u64>,
    slept: bool,
    /// The prober has a link.
    linked: bool,
    /// Answers over it.
    answers: u32,
    /// When links were last replaced because it was another one (steady).
    moved_ms: Option<u64>,
    /// Nothing proves the server alive.
    pub(crate) stale: bool,
    /// Counts the gaps that were overcome.
    pub(crate) epoch: u64,
    /// Links without a byte since then (steady) are to be replaced, at each new epoch.
    pub(crate) replace_before_ms: u64,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Nothing.
    Nothing,
    /// Send a probe; `fresh`: over a new link, forgetting the pooled ones. Replaces a pooled one.
    Probe {
        /// As above.
        fresh: bool,
    },
}

/// At the moment the server was first heard.
pub(crate) fn begin(now: Moment) -> State {
    State {
        ticked: now,
        proof_ms: now.steady_ms,
        probe: Probe::Idle {
            since_ms: now.steady_ms,
        },
        suspect_ms: None,
        slept: false,
        linked: false,
        answers: 0,
        moved_ms: None,
        stale: false,
        epoch: 0,
        replace_before_ms: 0,
    }
}

/// What to do after `input` at `now`.
pub(crate) fn step(mut state: State, input: Input, now: Moment) -> (State, Output) {
    let output = match input {
        Input::Tick { proof_ms } => {
            state.proof_ms = state.proof_ms.max(proof_ms);
            let slept = gap(state.ticked, now) > SLEPT;
            state.ticked = now;
            if slept {
                state.slept = true;
                state.suspect_ms = Some(now.steady_ms);
                send(&mut state, now, true)
            } else {
                tick(&mut state, now)
            }
        }
        Input::Answered { over } => {
            answered(&mut state, over, now);
            Output::Nothing
        }
        Input::Failed => fail(&mut state, now),
    };
    state.stale = state.slept || since(state.proof_ms, now) >= STALE;
    (state, output)
}

fn answered(state: &mut State, over: Over, now: Moment) {
    let lost = over == Over::Other
        && state.answers >= LASTED
        && state.moved_ms.is_none_or(|at| since(at, now) >= APART);
    let lost_ms = match state.probe {
        Probe::Sent { at_ms, .. } if lost => Some(at_ms),
        Probe::Sent { .. } | Probe::Idle { .. } => None,
    };
    let suspect_ms = state.suspect_ms.take();
    if suspect_ms.is_none() && lost_ms.is_some() {
        state.moved_ms = Some(now.steady_ms);
    }
    if let Some(before_ms) = suspect_ms.or(lost_ms) {
        state.epoch += 1;
        state.replace_before_ms = before_ms;
    }
    state.answers = match over {
        Over::Same => state.answers.saturating_add(1),
        Over::Other => 1,
        Over::Unknown => 0,
    };
    state.probe = Probe::Idle {
        since_ms: now.steady_ms,
    };
    state.proof_ms = now.steady_ms;
    state.linked = true;
    state.slept = false;
}

fn tick(state: &mut State, now: Moment) -> Output {
    match state.probe {
        Probe::Sent { at_ms, fresh: true } => {
            if since(at_ms, now) >= again(state, now) {
                send(state, now, true)
            } else {
                Output::Nothing
            }
        }
        Probe::Sent {
            at_ms,
            fresh: false,
        } => {
            if since(at_ms, now) >= POOLED_PATIENCE {
                fail(state, now)
            } else {
                Output::Nothing
            }
        }
        Probe::Idle { since_ms } if state.suspect_ms.is_some() => {
            if since(since_ms, now) >= again(state, now) {
                send(state, now, true)
            } else {
                Output::Nothing
            }
        }
        Probe::Idle { since_ms }
            if !state.linked
                || since(state.proof_ms, now) >= QUIET
                || since(since_ms, now) >= KEEP =>
        {
            send(state, now, false)
        }
        Probe::Idle { .. } => Output::Nothing,
    }
}

fn again(state: &State, now: Moment) -> Duration {
    match state.suspect_ms {
        Some(at_ms) if since(at_ms, now) >= LATER => AGAIN_LATER,
        Some(_) | None => AGAIN,
    }
}

/// A failed probe: over a pooled link the next goes over a new one at once.
fn fail(state: &mut State, now: Moment) -> Output {
    let Probe::Sent { at_ms, fresh } = state.probe else {
        return Output::Nothing;
    };
    state.probe = Probe::Idle {
        since_ms: now.steady_ms,
    };
    if state.suspect_ms.is_none() {
        state.suspect_ms = Some(at_ms);
    }
    if fresh {
        Output::Nothing
    } else {
        send(state, now, true)
    }
}

fn send(state: &mut State, now: Moment, fresh: bool) -> Output {
    state.probe = Probe::Sent {
        at_ms: now.steady_ms,
        fresh,
    };
    Output::Probe { fresh }
}

fn since(past_ms: u64, now: Moment) -> Duration {
    Duration::from_millis(now.steady_ms.saturating_sub(past_ms))
}

/// How much further the wall clock went than the steady one.
fn gap(before: Moment, now: Moment) -> Duration {
    let wall = now.wall_ms.saturating_sub(before.wall_ms);
    let steady = i64::try_from(now.steady_ms.saturating_sub(before.steady_ms)).unwrap_or(i64::MAX);
    Duration::from_millis(u64::try_from(wall.saturating_sub(steady)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server, links to it and clocks, second by second.
    struct World {
        state: State,
        now: Moment,
        /// Pooled links answer.
        old_links: bool,
        /// New links come about.
        new_links: bool,
        pending: Option<bool>,
        /// The prober's link was closed: the next probe silently goes over a new one.
        closed: bool,
        probes: u32,
        log: Vec<(u64, &'static str)>,
    }

    impl World {
        fn new() -> Self {
            let now = Moment {
                steady_ms: 1_000_000,
                wall_ms: 5_000_000,
            };
            Self {
                state: begin(now),
                now,
                old_links: true,
                new_links: true,
                pending: None,
                closed: false,
                probes: 0,
                log: Vec::new(),
            }
        }

        fn note(&mut self, before: State) {
            let second = (self.now.steady_ms - 1_000_000) / 1000;
            if before.stale != self.state.stale {
                self.log
                    .push((second, if self.state.stale { "stale" } else { "fresh" }));
            }
            if before.epoch != self.state.epoch {
                self.log.push((second, "renewed"));
            }
        }

        fn feed(&mut self, input: Input) {
            let before = self.state;
            let (state, output) = step(self.state, input, self.now);
            self.state = state;
            self.note(before);
            match output {
                Output::Nothing => {}
                Output::Probe { fresh } => {
                    self.probes += 1;
                    self.pending = Some(fresh);
                    let anew = fresh || std::mem::take(&mut self.closed);
                    if if anew { self.new_links } else { self.old_links } {
                        self.pending = None;
                        if anew {
                            self.old_links = true;
                        }
                        let over = if anew { Over::Other } else { Over::Same };
                        self.feed(Input::Answered { over });
                    }
                }
            }
        }

        fn seconds(&mut self, count: u64) {
            for _ in 0..count {
                self.now.steady_ms += 1000;
                self.now.wall_ms += 1000;
                self.feed(Input::Tick { proof_ms: 0 });
            }
        }

        fn sleep(&mut self, hours: i64) {
            self.nap(hours * 60);
        }

        fn nap(&mut self, minutes: i64) {
            self.now.wall_ms += minutes * 60_000;
        }
    }

    #[test]
    fn a_quiet_server_is_asked_once_in_four_seconds() {
        let mut world = World::new();
        world.seconds(600);
        assert_eq!((world.probes, world.log.len()), (150, 0));
    }

    #[test]
    fn traffic_needs_few_probes() {
        let mut world = World::new();
        for _ in 0..600 {
            world.now.steady_ms += 1000;
            world.now.wall_ms += 1000;
            let proof_ms = world.now.steady_ms - 500;
            world.feed(Input::Tick { proof_ms });
        }
        assert_eq!(world.probes, 60);
    }

    #[test]
    fn half_open_links_are_replaced_before_anything_is_stale() {
        for phase in 0..5 {
            let mut world = World::new();
            world.seconds(20 + phase);
            world.old_links = false;
            world.seconds(20);
            let [(second, "renewed")] = world.log[..] else {
                panic!("{:?}", world.log)
            };
            assert!(second <= 20 + phase + 9, "replaced at {second}");
            assert!(world.state.replace_before_ms > 1_000_000 + 19_000);
        }
    }

    #[test]
    fn an_outage_is_stale_within_ten_seconds_and_over_within_eight() {
        for phase in 0..5 {
            for length in [12, 60, 600] {
                let mut world = World::new();
                world.seconds(20 + phase);
                (world.old_links, world.new_links) = (false, false);
                world.seconds(length);
                world.new_links = true;
                world.seconds(10);
                let [(stale, "stale"), (fresh, "fresh"), (renewed, "renewed")] = world.log[..]
                else {
                    panic!("{:?}", world.log)
                };
                assert!(stale <= 20 + phase + 10, "stale at {stale}");
                assert!(
                    fresh <= 20 + phase + length + 8 && fresh == renewed,
                    "fresh at {fresh}"
                );
                let (soon, later) = (length.min(60) / 2, length.saturating_sub(60) / 4);
                assert!(u64::from(world.probes) < 15 + soon + later);
            }
        }
    }

    #[test]
    fn waking_is_noticed_at_the_first_tick() {
        for minutes in [1, 60, 8 * 60, 24 * 60 * 30] {
            let mut world = World::new();
            world.seconds(30);
            world.old_links = false;
            world.nap(minutes);
            world.seconds(1);
            assert_eq!(world.state.epoch, 1, "the network is up: renewed at once");
            assert!(!world.state.stale);
        }
    }

    #[test]
    fn waking_without_network_is_stale_at_once() {
        let mut world = World::new();
        world.seconds(30);
        (world.old_links, world.new_links) = (false, false);
        world.sleep(1);
        world.seconds(1);
        assert_eq!(world.log, [(31, "stale")]);
        world.seconds(30);
        world.new_links = true;
        world.seconds(8);
        assert!(!world.state.stale && world.state.epoch == 1);
    }

    #[test]
    fn a_network_that_comes_back_after_waking_is_used_within_five_seconds() {
        for minutes in [1, 60, 8 * 60] {
            for without in 1..12 {
                let mut world = World::new();
                world.seconds(30);
                (world.old_links, world.new_links) = (false, false);
                world.nap(minutes);
                // Without a network a connection is refused at once, and a probe with it.
                for _ in 0..without {
                    world.seconds(1);
                    world.feed(Input::Failed);
                }
                world.new_links = true;
                world.seconds(4);
                assert!(!world.state.stale && world.state.epoch == 1, "{without} s");
            }
        }
    }

    #[test]
    fn a_wall_clock_set_back_changes_nothing() {
        let mut world = World::new();
        world.seconds(30);
        world.sleep(-24);
        world.seconds(30);
        assert!(world.log.is_empty());
    }

    #[test]
    fn a_wall_clock_set_forward_costs_one_round_of_new_links() {
        let mut world = World::new();
        world.seconds(30);
        world.sleep(24);
        world.seconds(60);
        assert_eq!(world.log, [(31, "stale"), (31, "fresh"), (31, "renewed")]);
    }

    #[test]
    fn a_wall_clock_that_drifts_is_no_sleep() {
        let mut world = World::new();
        for second in 0..3_600 {
            world.now.wall_ms += if second % 2 == 0 { 900 } else { -900 };
            world.seconds(1);
        }
        assert!(world.log.is_empty());
    }

    #[test]
    fn the_loss_of_the_probers_link_makes_the_others_suspect() {
        let mut world = World::new();
        world.seconds(30);
        // Both were taken, the prober's with a word, the watches' without.
        world.closed = true;
        world.seconds(5);
        let [(second, "renewed")] = world.log[..] else {
            panic!("{:?}", world.log)
        };
        assert!(second <= 35);
        assert!(world.state.replace_before_ms > 1_000_000 + 30_000);
    }

    #[test]
    fn a_server_that_closes_every_link_is_no_reason_to_replace_others() {
        let mut world = World::new();
        for _ in 0..60 {
            world.closed = true;
            world.seconds(4);
        }
        assert!(world.log.is_empty(), "{:?}", world.log);
    }

    #[test]
    fn links_that_last_for_two_probes_cost_one_round_in_ten_seconds() {
        let mut world = World::new();
        for _ in 0..60 {
            world.closed = true;
            world.seconds(8);
        }
        assert!(world.log.len() <= 48, "{}", world.log.len());
    }

    #[test]
    fn behind_a_proxy_that_hides_links_none_is_suspected_for_it() {
        let mut state = begin(World::new().now);
        for _ in 0..9 {
            let now = World::new().now;
            state.probe = Probe::Sent {
                at_ms: now.steady_ms,
                fresh: false,
            };
            (state, _) = step(
                state,
                Input::Answered {
                    over: Over::Unknown,
                },
                now,
            );
        }
        assert_eq!(state.epoch, 0);
    }

    #[test]
    fn a_dead_server_is_probed_ever_more_seldom() {
        let mut world = World::new();
        world.seconds(20);
        (world.old_links, world.new_links) = (false, false);
        world.seconds(30);
        let before = world.probes;
        for _ in 0..60 {
            world.seconds(1);
            // Refused at once.
            world.feed(Input::Failed);
        }
        assert!(world.probes - before <= 25, "{}", world.probes - before);
    }
}
