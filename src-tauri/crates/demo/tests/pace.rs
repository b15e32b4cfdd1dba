//! What the demo cluster costs, in time of one core: it is there at once, and costs next to nothing while nobody asks.
//!
//! Measured in time that this thread ran, which other work of the machine does not lengthen.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Duration;

use demo::story;
use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// What this thread ran so far.
fn ran() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// How long the thread runs for something.
fn of<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let before = ran();
    let done = work();
    (ran().saturating_sub(before), done)
}

/// Every third hour of a day, each just before the story would begin anew.
fn instants() -> impl Iterator<Item = Timestamp> {
    let begin: Timestamp = "2026-11-28T00:19:59Z".parse().unwrap();
    (0..8).map(move |index| begin + SignedDuration::from_hours(3 * index))
}

/// Checks of the compiler's make a test slower than the program.
const SLOWER: u32 = if cfg!(debug_assertions) { 3 } else { 1 };

#[test]
fn it_is_there_at_once() {
    let begin = instants().next().unwrap();
    // With what is read once by the program, whatever is opened.
    let (first, _) = of(|| story::soon(1, begin));
    let times: Vec<Duration> = instants().map(|now| of(|| story::soon(1, now)).0).collect();
    println!("the first {first:?}, others {times:?}");
    let most = times.into_iter().max().unwrap().max(first);
    assert!(most < SLOWER * Duration::from_millis(300), "{most:?}");
}

#[test]
fn any_instant_is_there_within_a_second() {
    let times = instants().map(|instant| of(|| story::at(1, instant)).0);
    let times: Vec<Duration> = times.collect();
    println!("{times:?}");
    let most = times.into_iter().max().unwrap();
    assert!(most < SLOWER * Duration::from_secs(1), "{most:?}");
}

#[test]
fn left_alone_it_takes_less_than_a_hundredth_of_a_core() {
    let mut day = story::at(1, instants().next().unwrap());
    let now = day.world.now();
    let (took, ()) = of(|| {
        for second in 1..=1_200 {
            let at = now + SignedDuration::from_secs(second);
            day.controllers.step(&mut day.world, at);
        }
    });
    let share = took.as_secs_f64() / 1_200.0;
    println!("{:.3} % of a core", share * 100.0);
    assert!(share < 0.01, "{share}");
}

/// A day of all autoscalers, as a graph recalls it.
#[test]
fn a_day_is_told_in_a_minute_and_its_last_hour_within_a_second_or_two() {
    let now = instants().next().unwrap() + SignedDuration::from_hours(24);
    let hour = now - SignedDuration::from_hours(1);
    let (took, facts) = of(|| story::Telling::new(1, hour).until(now).len());
    println!("the last hour: {facts} facts in {took:?}");
    assert!(took < SLOWER * Duration::from_secs(2), "{took:?}");
    let hours = if cfg!(debug_assertions) { 2 } else { 24 };
    let begin = now - SignedDuration::from_hours(hours);
    let (took, facts) = of(|| story::Telling::new(1, begin).until(now).len());
    println!("{hours} hours: {facts} facts in {took:?}");
    assert!(
        took < SLOWER * Duration::from_mins(1) * u32::try_from(hours).unwrap() / 24,
        "{took:?}"
    );
}
