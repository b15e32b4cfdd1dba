//! Decisions per second of processor time of upstream's controller and of `scaling`, on the same situations in one run.
//!
//! `cargo run --release -p oracle --example speed [COUNT]`. Needs Go.
#![allow(clippy::print_stdout)]

use std::error::Error;

use oracle::hpa::{self, Timed};
use oracle::run::Batch;
use scaling::hpa::decide;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args()
        .nth(1)
        .map_or(Ok(20_000), |text| text.parse())?;
    let batch = Batch {
        test: "TestSpeed",
        seed: 1,
        first: 0,
        count,
    };
    let mut situations = Vec::new();
    let mut upstream = 0;
    batch.run(&hpa::fast_program()?, None, |text| {
        if let Ok(line) = serde_json::from_str::<Timed>(text) {
            situations.push(line.situation);
            upstream = line.nanoseconds;
        }
    })?;
    let start = spent()?;
    let mut rescales = 0usize;
    for situation in &situations {
        let (decision, _) = std::hint::black_box(decide(situation));
        rescales += usize::from(decision.rescale);
    }
    let ours = spent()? - start;
    let upstream = upstream as f64 / 1e9;
    let all = situations.len() as f64;
    println!(
        "{all} situations, {rescales} rescales: upstream {:.0} decisions/s, ours {:.0} decisions/s with all reasons: {:.1} times",
        all / upstream,
        all / ours,
        upstream / ours
    );
    Ok(())
}

/// Processor time of this thread in seconds: other programs do not count.
fn spent() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e9)
}
