//! Each defence switched off is found out.

use std::time::Duration;

use cluster_tests::chaos::{Property, check};
use cluster_tests::{Answer, Flow, Plane, halves, until};
use futures_util::future::join_all;

use crate::faults;
use crate::naive::{Without, stage};
use crate::stage::Stage;
use crate::world::World;

halves! {
    planes: Plane::demo_bare(), Plane::real_bare();
    at_length: a_follower_without_a_defence_is_found_out;
}

/// A defence, the fault it stands against, how often that strikes, and what is found without it.
type Twin = (Without, fn(&Stage), Duration, &'static [Property]);
const TWINS: [Twin; 8] = [
    (
        Without::Doubt,
        silence,
        NEVER,
        &[Property::Badge, Property::Old],
    ),
    (Without::Progress, cut, OFTEN, &[Property::Ordered]),
    (Without::Listing, expire, OFTEN, &[Property::Old]),
    (
        Without::Listing,
        expire,
        OFTEN,
        &[Property::Partial, Property::Deleted],
    ),
    (Without::Patience, half_a_list, NEVER, &[Property::Partial]),
    (
        Without::FreshPages,
        expire_a_page,
        OFTEN,
        &[Property::Unique],
    ),
    (
        Without::Order,
        faults::last_to_first,
        OFTEN,
        &[Property::Ordered],
    ),
    (Without::Absence, expire, OFTEN, &[Property::Deleted]),
];
const OFTEN: Duration = Duration::from_millis(1_500);
const NEVER: Duration = Duration::from_hours(1);

fn silence(stage: &Stage) {
    stage.note(cluster_tests::chaos::Event::Outage(true));
    stage.proxy.mute(true);
}

fn cut(stage: &Stage) {
    stage.watches(Flow::Cut);
}

fn expire(stage: &Stage) {
    stage.next_watch(1, Answer::expired());
}

fn half_a_list(stage: &Stage) {
    stage.next_page(None, Answer::Silence);
}

fn expire_a_page(stage: &Stage) {
    stage.next_page(Some(1), Answer::expired());
}

fn found(world: &World, stage: &Stage) -> Vec<Property> {
    let truth = world.truth(stage.seen());
    let shown = stage.viewer.log.lock().unwrap().shown.clone();
    let found = check(&truth, &shown, world.moment(), true);
    found.into_iter().map(|wrong| wrong.property).collect()
}

/// Strikes until one of these properties is violated.
async fn strike(world: &World, stage: &Stage, (without, fault, every, properties): Twin) {
    let what = format!("{properties:?} violated without {without:?}");
    let mut next = std::time::Instant::now();
    until(&what, Duration::from_mins(1), async || {
        if std::time::Instant::now() >= next {
            fault(stage);
            next += every;
        }
        tokio::time::sleep(OFTEN).await;
        let found = found(world, stage);
        if properties.iter().any(|property| found.contains(property)) {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    })
    .await;
}

async fn a_follower_without_a_defence_is_found_out(plane: Plane) {
    let _turn = crate::run::TURN.lock().await;
    let world = World::begin(plane, "chaos-twins").await;
    let struck = TWINS.into_iter().map(async |twin| {
        let stage = stage(twin.0, &world).await;
        strike(&world, &stage, twin).await;
    });
    join_all(struck).await;
    // One that lists after every cut.
    let lists = stage(Without::Resuming, &world).await;
    let names = ["the watch's link is closed"];
    let kinds = faults::all();
    let closed = kinds.iter().find(|fault| fault.name == names[0]).unwrap();
    lists.suffer(closed, Duration::ZERO).await;
    assert!(found(&world, &lists).contains(&Property::Resumable));
    // With all defences on, the same faults leave nothing to find.
    let sound = stage(Without::Nothing, &world).await;
    for strike in [cut, expire, expire_a_page, faults::last_to_first] {
        strike(&sound);
        tokio::time::sleep(Duration::from_secs(1)).await;
        sound.settled().await;
    }
    assert_eq!(found(&world, &sound), []);
    world.end().await;
}
