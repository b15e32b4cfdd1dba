//! What a run found, in figures.

use std::time::Duration;

use cluster_tests::chaos::{Violation, check};

use crate::lane::Outcome;
use crate::stage::{Lane, Stage};
use crate::world::World;

/// Median, 95th of a hundred, worst.
fn figures(times: impl IntoIterator<Item = Duration>) -> String {
    let mut times: Vec<Duration> = times.into_iter().collect();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    if times.is_empty() {
        return "never".to_owned();
    }
    let worst = times[times.len() - 1];
    format!(
        "median {:.2} s, 95 % {:.2} s, worst {:.2} s ({} times)",
        at(50).as_secs_f64(),
        at(95).as_secs_f64(),
        worst.as_secs_f64(),
        times.len()
    )
}

/// Checks everything, prints the figures, and fails if anything was wrong.
pub(crate) async fn conclude(
    world: &World,
    stages: &[Stage],
    outcomes: &[Outcome],
    took: Duration,
) {
    let (truths, writes) = world.end().await;
    let end = world.moment();
    let mut violations: Vec<(Lane, &str, Violation)> = Vec::new();
    let mut events = 0;
    for stage in stages {
        let log = stage.viewer.log.lock().unwrap();
        events += log.shown.len();
        let ordered = stage.lane != Lane::Window;
        let found = check(&truths[&stage.seen()], &log.shown, end, ordered);
        let struck = stage.struck.lock().unwrap();
        violations.extend(found.into_iter().map(|violation| {
            let before = struck.partition_point(|(at, _)| *at <= violation.at);
            let last = struck[..before].last();
            (
                stage.lane,
                last.map_or("nothing", |(_, name)| *name),
                violation,
            )
        }));
    }
    let wrong: Vec<String> = outcomes
        .iter()
        .flat_map(|outcome| {
            let name = outcome.name;
            outcome
                .wrong
                .iter()
                .map(move |wrong| format!("{name}: {wrong}"))
        })
        .collect();
    let dead: Vec<Duration> = stages
        .iter()
        .flat_map(|stage| stage.proxy.kept_dead())
        .collect();
    let worst_dead = dead.iter().max().copied().unwrap_or_default();
    let kinds: std::collections::BTreeSet<&str> =
        outcomes.iter().map(|outcome| outcome.name).collect();
    let requests: usize = stages.iter().map(|stage| stage.proxy.seen().len()).sum();
    let rate = requests as f64 / stages.len() as f64 / took.as_secs_f64();
    let busiest = stages.iter().map(busiest_second).max().unwrap_or(0);
    eprintln!(
        "chaos: {} faults of {} kinds in {took:.0?} on {} views; {writes} writes, {events} things shown",
        outcomes.len(),
        kinds.len(),
        stages.len()
    );
    eprintln!("  violations: {}", violations.len() + wrong.len());
    eprintln!(
        "  outage to badge: {}",
        figures(outcomes.iter().filter_map(|outcome| outcome.noticed))
    );
    eprintln!(
        "  put right to complete and live: {}",
        figures(outcomes.iter().map(|outcome| outcome.healed))
    );
    let links = outcomes.iter().filter(|outcome| outcome.noticed.is_some());
    eprintln!(
        "  the same after outages: {}",
        figures(links.map(|outcome| outcome.healed))
    );
    eprintln!("  dead links kept: {}", figures(dead));
    eprintln!("  requests a second and view: {rate:.2}, most in one second {busiest}");
    let mut slowest: Vec<&Outcome> = outcomes.iter().collect();
    slowest.sort_by_key(|outcome| std::cmp::Reverse(outcome.healed));
    for outcome in slowest.iter().take(8) {
        eprintln!(
            "  slow: {} {:.2?} {:?}",
            outcome.name, outcome.healed, outcome.effect
        );
    }
    let mut told = std::collections::BTreeMap::<_, usize>::new();
    for (lane, fault, violation) in &violations {
        let count = told.entry((lane, fault, violation.property)).or_default();
        *count += 1;
        if *count <= 2 {
            eprintln!("  VIOLATION {lane:?} after {fault}: {violation}");
        }
    }
    for wrong in &wrong {
        eprintln!("  WRONG {wrong}");
    }
    assert!(violations.is_empty() && wrong.is_empty());
    assert!(worst_dead <= Duration::from_secs(20), "{worst_dead:?}");
    assert!(rate <= 5.0, "{rate} requests a second");
}

fn busiest_second(stage: &Stage) -> usize {
    let seen = stage.proxy.seen();
    let mut most = 0;
    let mut from = 0;
    for at in 0..seen.len() {
        while seen[at].at - seen[from].at > Duration::from_secs(1) {
            from += 1;
        }
        most = most.max(at + 1 - from);
    }
    most
}
