//! A day of a busy workload, from the disk to all that is drawn of it, while a person would not notice.

#[allow(
    clippy::disallowed_methods,
    reason = "it is shared with the tests of `replay`"
)]
#[path = "../../replay/tests/world/mod.rs"]
mod world;

mod shared;

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use model::fact::Fact;
use recorder::FILE;
use replay::{Past, Settings};
use rusqlite::Connection;
use scaling::hpa::situation::Version;
use serde_json::json;
use shared::{CLUSTER, flush, open, read, subject};
use world::{Plan, World, start};

/// Some twenty pods whose load wanders, a pass each 15 s, samples read as often.
fn day() -> Vec<Fact> {
    let spec = json!({"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"},
        "minReplicas": 18, "maxReplicas": 24,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 30}}}]});
    let mut world = World::new(Plan {
        seed: 7,
        spec: serde_json::from_value(spec).expect("it is a spec"),
        reads_metrics: true,
        jitter_ms: 60,
        period_ms: 15_000,
        seconds: 0,
        restarts: false,
        has_edits: false,
        loads: Vec::new(),
        fails: None,
    });
    world.run_until(start() + SignedDuration::from_hours(24));
    std::mem::take(&mut world.facts)
}

/// What the disk and zstd alone take for the same bytes, and how many these are: in the file, and when they are whole.
fn physical(folder: &Path) -> (Duration, usize, usize) {
    let begun = Instant::now();
    let connection = Connection::open(folder.join(FILE)).expect("it is there");
    let mut statement = connection
        .prepare("SELECT body FROM runs ORDER BY seq")
        .expect("it is SQL");
    let bodies = statement.query_map([], |row| row.get::<_, Vec<u8>>(0));
    let (mut packed, mut whole) = (0, 0);
    for body in bodies.expect("it is read") {
        let body = body.expect("it is read");
        let mut bytes = Vec::new();
        let mut decoder = zstd::Decoder::with_buffer(&body[1..]).expect("it is zstd");
        decoder.read_to_end(&mut bytes).expect("it is whole");
        packed += body.len();
        whole += bytes.len();
    }
    (begun.elapsed(), packed, whole)
}

#[test]
fn a_day_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let facts = day();
    let subject = subject("web");
    let (recorder, _) = open(folder.path());
    for some in facts.chunks(500) {
        recorder.append(CLUSTER, &subject, some.to_vec());
        flush(&recorder);
    }
    let json: usize = facts
        .iter()
        .map(|fact| serde_json::to_vec(fact).expect("JSON").len())
        .sum();
    let (from, to) = (start(), start() + SignedDuration::from_hours(24));
    let mut best = [Duration::MAX; 3];
    for _ in 0..5 {
        let begun = Instant::now();
        let reading = read(&recorder, &subject, from, to);
        let is_read = begun.elapsed();
        // What is told again is not written again.
        assert!(
            reading.facts.len() * 2 > facts.len(),
            "{}",
            reading.facts.len()
        );
        let mut past = Past::new(subject.clone(), Settings::of(Version::V1_36));
        for fact in reading.held.into_iter().chain(reading.facts) {
            past.add(fact);
        }
        past.rebuild();
        let is_rebuilt = begun.elapsed();
        let drawn = past.bands(from, to).len()
            + past.pods(from, to).len()
            + past.growths(from, to).len()
            + past.passes(from, to).len();
        let all = begun.elapsed();
        assert!(drawn > 5_000, "{drawn}");
        for (best, took) in best.iter_mut().zip([is_read, is_rebuilt, all]) {
            *best = (*best).min(took);
        }
    }
    drop(recorder);
    let (alone, packed, whole) = physical(folder.path());
    let [is_read, is_rebuilt, all] = best;
    println!(
        "{} facts, {json} bytes of JSON, {packed} in the file, {whole} of them whole",
        facts.len()
    );
    println!(
        "read in {is_read:?} (the disk and zstd alone {alone:?}: ratio {:.1}), replayed by {is_rebuilt:?}, all that is drawn by {all:?}",
        is_read.as_secs_f64() / alone.as_secs_f64()
    );
    // Checks of the compiler's make a test slower than the program, and other work of the machine either.
    let most = if cfg!(debug_assertions) { 1_000 } else { 100 };
    assert!(all < Duration::from_millis(most), "{all:?}");
}
