//! The run.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cluster_tests::{Plane, Random, halves, prove};
use futures_util::future::join_all;

use crate::faults;
use crate::lane::Outcome;
use crate::report::conclude;
use crate::stage::{Effect, Fault, Lane, Stage};
use crate::world::World;

halves! {
    planes: Plane::demo_bare(), Plane::real_bare();
    at_length: no_fault_makes_a_view_lie;
}

const SEED: u64 = 2_026;
/// Faults of a full run, and how often every kind comes in an ordinary one.
const FULL: usize = 1_000;
/// Views that suffer at the same time.
const LANES: [(Lane, usize); 4] = [
    (Lane::Pods, 7),
    (Lane::Paged, 5),
    (Lane::Maps, 6),
    (Lane::Window, 6),
];

/// One world at a time, so that none takes another's time.
pub(crate) static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// How long a fault lasts; a dead server long enough to count what it is asked.
fn lasts(fault: &Fault) -> Duration {
    match fault.effect {
        Effect::Dead if prove() => Duration::from_secs(150),
        Effect::Dead => Duration::from_secs(48),
        Effect::Outage | Effect::Cut | Effect::Other => fault.lasts,
    }
}

/// What is to happen, the same for the same seed: each kind once, in a full run until there are
/// enough, in another order each time. What takes long comes first, so that nobody waits for it at
/// the end.
fn programme() -> VecDeque<(Fault, Option<Lane>)> {
    let mut random = Random::new(SEED);
    let kinds = faults::all();
    let mut rounds = Vec::new();
    while rounds.len() < if prove() { FULL } else { 1 } {
        let mut round: Vec<(Fault, Option<Lane>)> = Vec::new();
        for fault in &kinds {
            round.push((*fault, Some(random.one(fault.on))));
        }
        for at in (1..round.len()).rev() {
            round.swap(at, random.below(at + 1));
        }
        rounds.extend(round);
    }
    let mut rounds: Vec<_> = rounds;
    rounds.sort_by_key(|(fault, _)| std::cmp::Reverse((lasts(fault) + fault.heals).as_secs() / 25));
    rounds.into()
}

async fn no_fault_makes_a_view_lie(plane: Plane) {
    let _turn = TURN.lock().await;
    let world = World::begin(plane, "chaos").await;
    let lanes = LANES
        .into_iter()
        .flat_map(|(lane, count)| std::iter::repeat_n(lane, count));
    let stages = lanes.enumerate().map(async |(number, lane)| {
        let stage = Stage::open(lane, world.clone(), SEED + number as u64).await;
        stage.settled().await;
        stage
    });
    let stages = join_all(stages).await;
    let programme = Arc::new(Mutex::new(programme()));
    let start = Instant::now();
    let outcomes = stages.iter().map(async |stage| {
        let mut outcomes: Vec<Outcome> = Vec::new();
        loop {
            let next = {
                let mut programme = programme.lock().unwrap();
                let mine = programme
                    .iter()
                    .position(|(_, lane)| lane.is_none_or(|lane| lane == stage.lane));
                mine.and_then(|at| programme.remove(at))
            };
            let Some((fault, _)) = next else {
                return outcomes;
            };
            let outcome = stage.suffer(&fault, lasts(&fault)).await;
            if !outcome.wrong.is_empty() {
                let Outcome {
                    name,
                    healed,
                    wrong,
                    ..
                } = &outcome;
                eprintln!("{:?}: {name}: {wrong:?}, healed {healed:.1?}", stage.lane);
            }
            outcomes.push(outcome);
        }
    });
    let outcomes: Vec<Outcome> = join_all(outcomes).await.into_iter().flatten().collect();
    let least = if prove() { FULL } else { 66 };
    assert!(outcomes.len() >= least, "{} faults", outcomes.len());
    conclude(&world, &stages, &outcomes, start.elapsed()).await;
}
