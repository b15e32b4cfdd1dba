//! Upstream's KEDA and `scaling` decide the same.
//!
//! 2 % by default, all with `SCALESCOPE_PROVE=1`. Needs Go.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::cell::Cell;
use std::env;
use std::path::PathBuf;
use std::sync::LazyLock;

use oracle::coverage::Coverage;
use oracle::keda::{self, formula, job, scaled_object, serve, trigger};
use oracle::run::Batch;

const SEED: u64 = 1;

/// Built once for all tests.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| keda::program().unwrap());

/// Runs a batch, compares each line, and gives the coverage of the run.
fn agree(
    test: &str,
    proof: u64,
    compare: impl Fn(&str) -> Result<Vec<String>, serde_json::Error>,
) -> Coverage {
    let count = if env::var_os("SCALESCOPE_PROVE").is_some() {
        proof
    } else {
        proof / 50
    };
    let program = &*PROGRAM;
    let profile = env::temp_dir().join(format!(
        "scalescope-keda-{test}-{}.cover",
        std::process::id()
    ));
    let batch = Batch {
        test,
        seed: SEED,
        first: 0,
        count,
    };
    let (mut lines, mut different) = (0, 0);
    batch
        .run(program, Some(&profile), |text| {
            let found = compare(text).unwrap_or_else(|error| panic!("{error} in {text}"));
            if !found.is_empty() {
                different += 1;
                if different <= 10 {
                    let alone = Batch {
                        first: lines,
                        count: 1,
                        ..batch
                    };
                    println!("--- {test} {lines}\n{}", found.join("\n"));
                    println!("line: {text}\nagain: {}", alone.command(program));
                }
            }
            lines += 1;
        })
        .unwrap();
    println!("{test}: {lines} situations, {different} differences");
    assert_eq!(lines, count, "lines");
    assert_eq!(different, 0, "{test}: see above");
    let coverage = Coverage::read(&profile).unwrap();
    std::fs::remove_file(&profile).unwrap();
    coverage
}

/// The generators must reach the code.
fn report(coverage: &Coverage, file: &str) {
    let share = coverage.file(file);
    println!(
        "{file}: {:.1} % of {} statements, not reached: {:?}",
        share.percent(),
        share.all,
        coverage.missed(file)
    );
    assert!(share.percent() > 90.0, "{file}");
}

#[test]
fn cron_triggers() {
    let coverage = agree("TestCron", 40_000, trigger::cron);
    report(&coverage, "/pkg/scalers/cron_scaler.go");
}

#[test]
fn single_polls() {
    let coverage = agree("TestLoop", 15_000, scaled_object::polls);
    report(&coverage, "/pkg/scaling/executor/scale_scaledobjects.go");
}

#[test]
fn sequences_of_polls() {
    agree("TestLoops", 5_000, scaled_object::polls);
}

#[test]
fn metrics_that_the_hpa_asks_for() {
    agree("TestServe", 10_000, serve::served);
}

#[test]
fn formulas() {
    let (all, known) = (Cell::new(0u32), Cell::new(0u32));
    agree("TestFormula", 20_000, |text| {
        all.set(all.get() + 1);
        known.set(known.get() + u32::from(formula::is_known(text)));
        formula::formula(text)
    });
    let share = f64::from(known.get()) * 100.0 / f64::from(all.get());
    println!("formulas that are computed or refused: {share:.1} %");
    assert!(share > 90.0);
}

#[test]
fn produced_hpas() {
    agree("TestHpa", 5_000, scaled_object::hpa);
}

#[test]
fn other_triggers() {
    agree("TestScaler", 5_000, trigger::scaler);
}

#[test]
fn pauses() {
    agree("TestPause", 2_000, scaled_object::pause);
}

#[test]
fn scaled_jobs() {
    let coverage = agree("TestJob", 10_000, job::job);
    report(&coverage, "/pkg/scaling/executor/scale_jobs.go");
    report(&coverage, "/pkg/scaling/scaledjob/metrics.go");
}

#[test]
fn rollouts_of_scaled_jobs() {
    agree("TestRollout", 3_000, job::rollout);
}
