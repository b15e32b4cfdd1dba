//! The story of the demo cluster: a day in which everything that scales does something worth a look.

mod definition;
mod objects;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::writes::{self, Writer};
use crate::{Controllers, World, definitions};

/// The cluster with those who run it, to be stepped on from there.
#[derive(Clone, Debug)]
pub struct Day {
    /// As it stands.
    pub world: World,
    /// With what they remember.
    pub controllers: Controllers,
}

/// The cluster at `now`, after a day of its own. The same seed and time make the same day.
pub fn day(seed: u64, now: Timestamp) -> Day {
    after(seed, now, SignedDuration::from_hours(24))
}

/// The cluster at `now`, of which its controllers have had `past`.
pub fn after(seed: u64, now: Timestamp, past: SignedDuration) -> Day {
    let begin = now.checked_sub(past).unwrap_or(now);
    let mut world = World::new(seed, begin);
    world.load.demands = objects::demands(begin);
    world.load.queries = objects::queries(begin);
    for (image, program) in objects::programs() {
        world.programs.set(image, program);
    }
    create(
        &mut world,
        "customresourcedefinitions.apiextensions.k8s.io",
        definition::scaled_objects(),
    );
    definitions::settle(&mut world);
    for (resource, object) in objects::all() {
        create(&mut world, resource, object);
    }
    // Events live for an hour.
    let heard = now
        .checked_sub(SignedDuration::from_hours(1))
        .unwrap_or(now);
    let mut controllers = Controllers::quiet_until(heard);
    controllers.step(&mut world, now);
    Day { world, controllers }
}

fn create(world: &mut World, resource: &str, object: Value) {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let kind = world
        .resource(group, plural)
        .expect("the story's kinds are served");
    writes::create(world, &kind, object, Writer::named("kubectl"))
        .expect("the story's objects are valid");
}
