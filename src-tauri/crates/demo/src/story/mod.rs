//! The story of the demo cluster: a day in which everything that scales does something worth a look.
//!
//! What happens goes by the clock, not by when the story began, so that an instant shows the same from wherever it is reached.

mod billing;
pub(crate) mod definition;
mod images;
mod load;
mod parts;
mod people;
mod platform;
mod shop;
mod telling;
#[cfg(test)]
mod tests;
mod voices;
mod web;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::store::Key;
use crate::writes::{self, Writer, seconds};
use crate::{Controllers, World, definitions};
use parts::Made;

pub use definition::keda;
pub use telling::Telling;

/// The cluster with those who run it, to be stepped on from there.
#[derive(Clone, Debug)]
pub struct Day {
    /// As it stands.
    pub world: World,
    /// With what they remember.
    pub controllers: Controllers,
    /// When its story began: what there is of younger Jobs and pods was made in it.
    pub begun: Timestamp,
}

const HPAS: &str = "horizontalpodautoscalers.autoscaling";
/// The oldest object is so many days older than the story of its month.
const OLDEST: u32 = 40;
/// How much of the story has passed when the cluster is first seen: what holds for five minutes does so by then.
const SOON: SignedDuration = SignedDuration::from_mins(10);
/// The story begins anew every so many seconds.
const EVERY: i64 = 1200;
/// Ages are the same for so many days.
const MONTH: i64 = 32 * 86_400;

/// The cluster at `now` as soon as can be: its story begins ten minutes before.
pub fn soon(seed: u64, now: Timestamp) -> Day {
    after(seed, now, SOON)
}

/// The cluster at any instant: the story begins anew every twenty minutes, and has run for at
/// least as long. The same seed and instant make the same cluster.
pub fn at(seed: u64, instant: Timestamp) -> Day {
    let begin = (instant.as_second().div_euclid(EVERY) - 1) * EVERY;
    let past = SignedDuration::from_secs(instant.as_second() - begin);
    after(seed, instant, past)
}

/// The cluster at `now`, of which its controllers have had `past`.
pub fn after(seed: u64, now: Timestamp, past: SignedDuration) -> Day {
    let begin = now.checked_sub(past).unwrap_or(now);
    // Events live for an hour.
    let heard = now
        .checked_sub(SignedDuration::from_hours(1))
        .unwrap_or(now);
    let mut day = Day {
        world: World::new(seed, born(begin, OLDEST)),
        controllers: Controllers::quiet_until(heard),
        begun: begin,
    };
    day.settle(begin);
    day.begin();
    day.controllers.step(&mut day.world, now);
    day
}

impl Day {
    /// What was there long before, which does nothing of its own.
    fn settle(&mut self, begin: Timestamp) {
        let world = &mut self.world;
        world.load.demands = load::demands();
        world.load.queries = load::queries();
        for (image, program) in images::programs() {
            world.programs.set(image, program);
        }
        for definition in definition::keda() {
            create(
                world,
                "customresourcedefinitions.apiextensions.k8s.io",
                definition,
            );
        }
        definitions::settle(world);
        let mut all: Vec<Made> = platform::settled();
        all.extend(web::settled());
        all.extend(shop::settled());
        all.extend(billing::settled());
        // The oldest first; namespaces before what is in them.
        all.sort_by_key(|(_, age, _)| std::cmp::Reverse(*age));
        for (resource, age, object) in all {
            let at = born(begin, age);
            self.controllers.step(&mut self.world, at);
            create(&mut self.world, resource, object);
        }
        self.controllers.step(&mut self.world, begin);
    }

    /// What makes the story, made to look as old as it says.
    fn begin(&mut self) {
        let world = &mut self.world;
        let begin = world.now();
        let mut all: Vec<Made> = web::begins();
        all.extend(shop::begins());
        all.extend(billing::begins());
        for (resource, age, object) in all {
            let metadata = &object["metadata"];
            let text = |field: &str| metadata[field].as_str().unwrap_or_default();
            let key = Key::new(resource, text("namespace"), text("name"));
            create(world, resource, object);
            self::age(world, key, born(begin, age));
        }
        self.controllers.employ(people::acts());
        self.controllers.step(&mut self.world, begin);
        // KEDA made its autoscalers just now; they look as old as what they are for.
        let keda =
            |object: &Value| object["metadata"]["ownerReferences"][0]["kind"] == "ScaledObject";
        let made = self.world.store.list(HPAS, "", None);
        let made: Vec<Key> = made
            .filter(|(_, object)| keda(object))
            .map(|(key, _)| key.clone())
            .collect();
        for key in made {
            age(&mut self.world, key, born(begin, parts::SCALING));
        }
    }
}

/// When something of an age in days was created.
fn born(begin: Timestamp, age: u32) -> Timestamp {
    let month = begin.as_second().div_euclid(MONTH) * MONTH;
    let second = month - i64::from(age) * 86_400;
    Timestamp::from_second(second).unwrap_or(begin)
}

/// Lets an object look as if it had been created at another time.
fn age(world: &mut World, key: Key, created: Timestamp) {
    if let Some(found) = world.store.get(&key) {
        let mut aged = Value::clone(found);
        aged["metadata"]["creationTimestamp"] = json!(seconds(created));
        world.store.put(key, aged);
    }
}

fn create(world: &mut World, resource: &str, object: Value) {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let kind = world
        .resource(group, plural)
        .expect("the story's kinds are served");
    let existing = &object["metadata"];
    let name = existing["name"].as_str().unwrap_or_default();
    if resource == "namespaces" && world.get(resource, "", name).is_some() {
        return;
    }
    writes::create(world, &kind, object, Writer::named("kubectl"))
        .expect("the story's objects are valid");
}
