//! Upstream's HPA controller and `scaling` decide the same.
//!
//! 2 % by default, all with `SCALESCOPE_PROVE=1`. Needs Go.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::env;
use std::path::Path;

use oracle::coverage::Coverage;
use oracle::hpa::{self, Line, carried, differences, unlike_pass};
use oracle::run::Batch;
use scaling::hpa::decide;

const SEED: u64 = 1;

fn is_proof() -> bool {
    env::var_os("SCALESCOPE_PROVE").is_some()
}

/// Runs a batch, compares each line, and gives the coverage of the run.
fn agree(test: &str, count: u64) -> Coverage {
    let program = hpa::program().unwrap();
    let profile = env::temp_dir().join(format!("scalescope-{test}-{}.cover", std::process::id()));
    let batch = Batch {
        test,
        seed: SEED,
        first: 0,
        count,
    };
    let mut lines = 0u64;
    let mut different = 0u64;
    let mut last: Option<Line> = None;
    let mut last_decision = None;
    batch
        .run(&program, Some(&profile), |text| {
            lines += 1;
            let line: Line =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"));
            let mut found = Vec::new();
            if let (Some(last), Some(decision)) = (&last, &last_decision)
                && line.pass > 0
            {
                found = carried(last, decision, &line);
            }
            let (decision, _) = decide(&line.situation);
            found.extend(differences(&line, &decision));
            found.extend(unlike_pass(&line.situation, &decision));
            if !found.is_empty() {
                different += 1;
                if different <= 10 {
                    tell(&batch, &program, &line, &found);
                }
            }
            last = Some(line);
            last_decision = Some(decision);
        })
        .unwrap();
    println!("{test}: {lines} decisions, {different} differences");
    assert!(lines >= count, "only {lines} lines");
    assert_eq!(different, 0, "{test}: see above");
    let coverage = Coverage::read(&profile).unwrap();
    std::fs::remove_file(&profile).unwrap();
    coverage
}

fn tell(batch: &Batch<'_>, program: &Path, line: &Line, found: &[String]) {
    let alone = Batch {
        first: line.index,
        count: 1,
        ..*batch
    };
    println!("--- {} {} pass {}", batch.test, line.index, line.pass);
    for difference in found {
        println!("{difference}");
    }
    println!(
        "situation: {}\nagain: {}",
        serde_json::to_string(&line.situation).unwrap(),
        alone.command(program)
    );
}

#[test]
fn single_situations() {
    let coverage = agree("TestSituations", if is_proof() { 100_000 } else { 2_000 });
    report(&coverage);
}

#[test]
fn sequences_of_passes() {
    agree("TestSequences", if is_proof() { 5_000 } else { 100 });
}

/// The generators must reach the code.
fn report(coverage: &Coverage) {
    let source = hpa::source().unwrap();
    let calculator = coverage.file("/replica_calculator.go");
    println!(
        "replica_calculator.go: {:.1} % of {} statements",
        calculator.percent(),
        calculator.all
    );
    println!(
        "not reached: {:?}",
        coverage.missed("/replica_calculator.go")
    );
    assert!(calculator.percent() > 90.0);
    for function in [
        "(a *HorizontalController) stabilizeRecommendation",
        "(a *HorizontalController) normalizeDesiredReplicas",
        "(a *HorizontalController) normalizeDesiredReplicasWithBehaviors",
        "(a *HorizontalController) maybeInitScaleDownStabilizationWindow",
        "getReplicasChangePerPeriod",
        "(a *HorizontalController) storeScaleEvent",
        "(a *HorizontalController) stabilizeRecommendationWithBehaviors",
        "(a *HorizontalController) convertDesiredReplicasWithBehaviorRate",
        "convertDesiredReplicasWithRules",
        "calculateScaleUpLimit",
        "markScaleEventsOutdated",
        "getLongestPolicyPeriod",
        "calculateScaleUpLimitWithScalingRules",
        "calculateScaleDownLimitWithBehaviors",
        "(a *HorizontalController) computeReplicasForMetrics",
        "(a *HorizontalController) computeReplicasForMetric",
        "(a *HorizontalController) reconcileAutoscaler",
        "(a *HorizontalController) validateAndParseSelector",
    ] {
        let share = coverage
            .function(&source.join("horizontal.go"), function)
            .unwrap();
        println!("{function}: {:.1} %", share.percent());
        assert!(share.percent() > 90.0, "{function}");
    }
}
