//! What the engine decides is what the real controllers did, pass by pass.
#![allow(clippy::unwrap_used)]

mod asked;
mod audit;
mod compare;
mod foreseen;
mod jobs;
mod objects;
mod pace;
mod passes;
mod recorder;
mod scenarios;
mod watched;

use std::thread;
use std::time::{Duration, Instant};

use cluster_tests::{Plane, halves};
use control_plane::Client;
use jiff::SignedDuration;

use crate::asked::Asked;
use crate::compare::{Score, compare};
use crate::foreseen::{Foresight, foresee};
use crate::pace::Pace;
use crate::passes::{Scene, passes};
use crate::recorder::Recorder;
use crate::scenarios::{Scenario, Stage};
use crate::watched::Watched;

halves! {
    planes: Plane::demo(), pace::plane();
    on_real: the_engine_decides_as_the_controllers_did;
}

async fn the_engine_decides_as_the_controllers_did(plane: Plane) {
    plane.blocking(prove).await;
}

fn prove(plane: &Plane) {
    let Plane::Real(plane) = plane else {
        panic!("this is about real controllers")
    };
    let pace = Pace::of_this_run();
    let before = |port: u16| {
        let url = format!("https://127.0.0.1:{port}");
        Recorder::with_tls(Client::unverified(&url, plane.token()))
    };
    let resource = before(plane.metrics_server_port());
    let external = before(plane.keda_adapter_port());
    plane.reroute("metrics.k8s.io", resource.port()).unwrap();
    plane
        .reroute("external.metrics.k8s.io", external.port())
        .unwrap();
    let prometheus = Recorder::plain(Client::plain(&plane.prometheus_url(), ""));
    plane.wait_for_metrics().unwrap();
    let watched = Watched::start(plane.client());
    let stage = Stage {
        plane,
        pace,
        prometheus: &prometheus,
        metrics: [&resource, &external],
    };
    let period = pace.autoscaling.sync_period / 4;
    let asked: Vec<Asked> = scenarios::ALL
        .iter()
        .map(|scenario| Asked::start(plane.client(), &watched, scenario.name, period))
        .collect();
    play(&stage);
    let entries = audit::read(plane.folder());
    let mut exchanges = resource.exchanges();
    exchanges.extend(external.exchanges());
    exchanges.sort_by_key(|one| one.asked);
    println!(
        "{} requests in the audit log, {} to the metrics APIs, {} to Prometheus",
        entries.len(),
        exchanges.len(),
        prometheus.exchanges().len()
    );
    let mut foresights = Vec::new();
    let scores: Vec<(&str, Score)> = scenarios::ALL
        .iter()
        .zip(&asked)
        .map(|(scenario, asked)| {
            let scene = Scene::of(scenario.name, pace, &watched);
            let passes = passes(scenario.name, &entries, &exchanges);
            let mut score = compare(scenario.name, &scene, &passes);
            let last = passes.last().map(|pass| pass.began).unwrap_or_default();
            score.hear(scenario.name, &entries, last + SignedDuration::from_secs(1));
            let facts = asked.end();
            let interest = &score.interest;
            let foresight = foresee(scenario.name, pace, &watched, facts, &passes, interest);
            foresights.push((scenario.name, foresight));
            (scenario.name, score)
        })
        .collect();
    let jobs = scenarios::JOBS.iter().map(|scenario| {
        let exchanges = prometheus.exchanges();
        let score = jobs::compare(scenario.name, &watched, &entries, &exchanges);
        (scenario.name, score)
    });
    let jobs: Vec<(&str, Score)> = jobs.collect();
    report(&scores, &jobs);
    let foresight = foretold(&foresights);
    hold(&scores, &jobs);
    assert!(foresight.exact * 100 >= foresight.passes * 95);
    assert!(foresight.told_exact * 100 >= foresight.told * 95);
    assert!(foresight.told * 2 > foresight.interesting);
    assert!(foresight.interesting_exact > foresight.interesting_unchanged);
    assert!(foresight.ninetieth().is_some_and(|error| error <= 1.0));
}

/// All scenarios side by side.
fn play(stage: &Stage<'_>) {
    thread::scope(|scope| {
        for scenario in scenarios::ALL.iter().chain(&scenarios::JOBS) {
            scope.spawn(move || run(stage, scenario));
        }
    });
}

fn run(stage: &Stage<'_>, scenario: &Scenario) {
    scenario.set(stage);
    let start = Instant::now();
    let second = Duration::from_secs(1) * stage.pace.stretch;
    for at in 0..pace::LENGTH {
        scenario.step(stage, at);
        let next = second * (at + 1);
        thread::sleep(next.saturating_sub(start.elapsed()));
    }
}

/// Prints what was found.
fn report(scores: &[(&str, Score)], jobs: &[(&str, Score)]) {
    println!(
        "{:<26}{:>8}{:>13}{:>11}{:>11}",
        "scenario", "passes", "interesting", "agreement", "reordered"
    );
    let line = |name: &str, score: &Score| {
        let agreed = (score.passes - score.disagreements) as f64 * 100.0;
        println!(
            "{name:<26}{:>8}{:>13}{:>10.2}%{:>11}",
            score.passes,
            score.interesting,
            agreed / score.passes.max(1) as f64,
            score.reordered
        );
    };
    let mut sum = Score::default();
    for (name, score) in scores {
        line(name, score);
        sum.passes += score.passes;
        sum.interesting += score.interesting;
        sum.disagreements += score.disagreements;
        sum.reordered += score.reordered;
    }
    line("all", &sum);
    for (name, score) in jobs {
        line(name, score);
    }
    let both = || scores.iter().chain(jobs);
    for case in both().flat_map(|(_, score)| &score.cases) {
        println!("{case}");
    }
}

/// Fails if the engine ever decided otherwise, or if there was too little to decide.
fn hold(scores: &[(&str, Score)], jobs: &[(&str, Score)]) {
    let both = || scores.iter().chain(jobs);
    let disagreements: usize = both().map(|(_, score)| score.disagreements).sum();
    assert_eq!(disagreements, 0, "the first of each scenario are above");
    let interesting: usize = scores.iter().map(|(_, score)| score.interesting).sum();
    assert!(interesting >= 300, "{interesting}");
    for (name, score) in both() {
        assert!(score.interesting >= 2, "{name}: {score:?}");
    }
}

/// Prints how well a client foresaw the passes beside the baseline "nothing changes".
fn foretold(foresights: &[(&str, Foresight)]) -> Foresight {
    println!(
        "{:<26}{:>8}{:>8}{:>10}{:>13}{:>8}{:>10}{:>10}{:>8}{:>10}{:>8}",
        "foreseen",
        "passes",
        "exact",
        "baseline",
        "interesting",
        "exact",
        "baseline",
        "told",
        "exact",
        "moments",
        "90 %"
    );
    let line = |name: &str, one: &Foresight| {
        let share = |of: usize, all: usize| of as f64 * 100.0 / all.max(1) as f64;
        println!(
            "{name:<26}{:>8}{:>7.1}%{:>9.1}%{:>13}{:>7.1}%{:>9.1}%{:>10}{:>7.1}%{:>10}{:>8.2}",
            one.passes,
            share(one.exact, one.passes),
            share(one.unchanged, one.passes),
            one.interesting,
            share(one.interesting_exact, one.interesting),
            share(one.interesting_unchanged, one.interesting),
            one.told,
            share(one.told_exact, one.told),
            one.errors.len(),
            one.ninetieth().unwrap_or(f64::NAN)
        );
    };
    let mut sum = Foresight::default();
    for (name, one) in foresights {
        line(name, one);
        sum.add(one);
    }
    line("all", &sum);
    sum
}
