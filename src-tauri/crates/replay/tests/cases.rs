//! What is told of a controller whose load is scripted, case by case.
#![allow(clippy::unwrap_used)]

mod world;

use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, HpaState, Part, Subject, SubjectKind, What};
use replay::{Band, BandKind, Past, PodPhase, Settings, Split};
use scaling::findings::workload::Author;
use scaling::hold::HoldRule;
use scaling::hpa::situation::{Config, Span};
use serde_json::{Value, json};
use world::{Plan, World, seen_from, start};

fn at(second: i64) -> Timestamp {
    start() + SignedDuration::from_secs(second)
}

fn plan(behavior: &Value, max: i32, loads: &[(i64, i64)]) -> Plan {
    let spec = json!({"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}, "minReplicas": 1,
        "maxReplicas": max, "behavior": behavior,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]});
    Plan {
        seed: 3,
        spec: serde_json::from_value(spec).unwrap(),
        reads_metrics: true,
        jitter_ms: 100,
        period_ms: 15_000,
        seconds: 0,
        restarts: false,
        has_edits: false,
        loads: loads.to_vec(),
        fails: None,
    }
}

fn played(plan: Plan, seconds: i64) -> World {
    let mut world = World::new(plan);
    world.run_until(at(seconds));
    world
}

fn past(facts: impl IntoIterator<Item = Fact>) -> Past {
    let subject = Subject {
        kind: SubjectKind::Hpa,
        namespace: "shop".into(),
        name: "web".into(),
    };
    let mut past = Past::new(
        subject,
        Settings::known(Config::default(), Span::seconds(15)),
    );
    for fact in facts {
        past.add(fact);
    }
    past
}

/// Facts that were seen by a moment.
fn until(world: &World, second: i64) -> impl Iterator<Item = Fact> {
    let seen = world
        .facts
        .iter()
        .filter(move |fact| fact.received <= at(second));
    seen.cloned()
}

fn only(bands: &[Band], is_it: impl Fn(&BandKind) -> bool) -> &Band {
    let found: Vec<&Band> = bands.iter().filter(|band| is_it(&band.kind)).collect();
    assert_eq!(found.len(), 1, "{bands:#?}");
    found[0]
}

fn is_near(one: Timestamp, other: Timestamp, seconds: i64) -> bool {
    one.duration_since(other).abs() <= SignedDuration::from_secs(seconds)
}

/// When the size really fell, or grew, first after a moment.
fn rescaled(world: &World, second: i64) -> Timestamp {
    let mut passes = world.passes.iter();
    passes
        .find(|real| real.at > at(second) && real.decision.rescale)
        .unwrap()
        .at
}

#[test]
fn a_size_that_is_held_up() {
    let held_five = json!({"scaleDown": {"stabilizationWindowSeconds": 180, "selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]},
        "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}]}});
    for (name, behavior, window) in [
        ("older algorithm", json!(null), 300),
        ("behavior", held_five, 180),
    ] {
        // 6 pods from about 60 s on, and from 900 s on load for 2.
        let world = played(plan(&behavior, 10, &[(0, 290), (900, 80)]), 1500);
        let fell = rescaled(&world, 905);
        let live = past(until(&world, 1000));
        let bands = live.bands(at(600), at(1500));
        let band = only(&bands, |kind| {
            matches!(kind, BandKind::ScaleDownStabilization { .. })
        });
        assert!(band.holds, "{name}");
        assert_eq!((band.held, band.asked), (Some(6), Some(2)), "{name}");
        assert!(is_near(band.from, at(908), 20), "{name}: {band:?}");
        let end = band.until.unwrap();
        assert!(
            end.earliest <= fell && fell <= end.latest,
            "{name}: {band:?} fell {fell}"
        );
        assert!(
            end.latest.duration_since(end.earliest) < SignedDuration::from_secs(20),
            "{name}: {band:?}"
        );
        assert!(
            matches!(band.kind, BandKind::ScaleDownStabilization { window: told, .. } if told == window)
        );
        assert_eq!(band.certainty.rank(), 1, "{name}: {band:?}");
        // The same is told by the decision at that instant.
        let (together, _) = live.decide(at(1000));
        let next = together.next_change.unwrap().change;
        assert_eq!(next.replicas, 2, "{name}");
        assert!(
            next.at.earliest <= fell && fell <= next.at.latest,
            "{name}: {next:?} fell {fell}"
        );
        assert!(
            together
                .holds
                .iter()
                .any(|held| held.hold.rule == HoldRule::ScaleDownStabilization),
            "{name}"
        );
        // Afterwards it ended when the size fell.
        let later = past(until(&world, 1500));
        let bands = later.bands(at(600), at(1500));
        let band = only(&bands, |kind| {
            matches!(kind, BandKind::ScaleDownStabilization { .. })
        });
        assert!(
            !band.holds && is_near(band.until.unwrap().earliest, fell, 1),
            "{name}: {band:?}"
        );
    }
}

#[test]
fn what_else_holds_a_size() {
    let slow = json!({"scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
        "scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}});
    let world = played(plan(&slow, 10, &[(0, 140), (600, 490)]), 700);
    let past = past_of(&world, 700);
    let bands = past.bands(at(590), at(1500));
    let band = only(&bands, |kind| {
        matches!(kind, BandKind::Rate { is_up: true, .. })
    });
    assert!(band.holds && is_near(band.from, at(608), 20), "{band:?}");
    let BandKind::Rate { policies, .. } = &band.kind else {
        unreachable!()
    };
    assert_eq!((policies[0].used, policies[0].allowed), (1, 1), "{band:?}");
    let room = policies[0].room_at.unwrap();
    let grew = world
        .passes
        .iter()
        .rev()
        .find(|real| real.decision.rescale)
        .unwrap()
        .at;
    assert!(
        is_near(room, grew + SignedDuration::from_secs(60), 1),
        "{band:?}"
    );

    let world = played(plan(&json!(null), 4, &[(0, 140), (600, 490)]), 800);
    let bands = past_of(&world, 800).bands(at(590), at(1500));
    let band = only(&bands, |kind| matches!(kind, BandKind::Cap));
    assert!(
        band.holds && band.until.is_none() && band.held == Some(4),
        "{band:?}"
    );
    assert!(band.asked.unwrap() > 4, "{band:?}");

    let mut failing = plan(&json!(null), 10, &[(0, 140)]);
    failing.fails = Some((600, 700));
    let world = played(failing, 900);
    let bands = past_of(&world, 900).bands(at(590), at(1500));
    let band = only(&bands, |kind| matches!(kind, BandKind::NoMetrics { .. }));
    assert!(
        is_near(band.from, at(607), 10) && is_near(band.until.unwrap().earliest, at(707), 10),
        "{band:?}"
    );
    assert_eq!(
        band.kind,
        BandKind::NoMetrics {
            reason: "FailedGetResourceMetric".into()
        }
    );
}

fn past_of(world: &World, second: i64) -> Past {
    past(until(world, second))
}

#[test]
fn memory_is_a_guess_until_a_window_was_seen() {
    let world = played(
        plan(
            &json!(null),
            10,
            &[(0, 290), (900, 80), (1500, 290), (1700, 80)],
        ),
        3000,
    );
    // Begun while the size is held: a higher recommendation exists, nobody knows since when.
    let begun = at(1000);
    let seen = seen_from(&world.facts, begun);
    let live = past(
        seen.iter()
            .filter(|fact| fact.received <= at(1020))
            .cloned(),
    );
    let memory = live.situation(at(1020)).hpa.unwrap().memory;
    assert!(memory.certainty.rank() == 2, "{memory:?}");
    let fell = rescaled(&world, 905);
    let next = live.decide(at(1020)).0.next_change.unwrap().change;
    assert!(
        next.at.earliest <= fell && fell <= next.at.latest,
        "{next:?} fell {fell}"
    );
    // Once a window was seen it is none.
    let live = past(
        seen.iter()
            .filter(|fact| fact.received <= at(1650))
            .cloned(),
    );
    for (second, rank) in [(1100, 2), (1250, 2), (1450, 1)] {
        let memory = live.situation(at(second)).hpa.unwrap().memory;
        assert_eq!(memory.certainty.rank(), rank, "{second}: {memory:?}");
    }
    // A gap makes it one again, for a window.
    let gap = at(2200)..at(2300);
    let mut facts: Vec<Fact> = seen
        .iter()
        .filter(|fact| !gap.contains(&fact.received))
        .cloned()
        .collect();
    for (received, what) in [
        (gap.start, What::Unwatched(Part::Autoscaler)),
        (gap.end, What::Watched(Part::Autoscaler)),
    ] {
        facts.push(Fact {
            received,
            source: None,
            what,
        });
    }
    let now = world
        .facts
        .iter()
        .rev()
        .find(|fact| matches!(fact.what, What::Hpa(_)) && fact.received < gap.end);
    facts.push(Fact {
        received: gap.end,
        ..now.unwrap().clone()
    });
    let broken = past(facts);
    for (second, rank) in [(2150, 1), (2250, 2), (2350, 2), (2550, 2), (2700, 1)] {
        let memory = broken.situation(at(second)).hpa.unwrap().memory;
        assert_eq!(memory.certainty.rank(), rank, "{second}: {memory:?}");
    }
}

#[test]
fn another_autoscaler_of_the_same_name_remembers_nothing() {
    let world = played(plan(&json!(null), 10, &[(0, 290)]), 900);
    let mut past = past_of(&world, 900);
    assert!(
        past.situation(at(900))
            .hpa
            .unwrap()
            .memory
            .recommendations
            .len()
            > 10
    );
    let last = world.facts.iter().rev().find_map(|fact| match &fact.what {
        What::Hpa(Some(state)) => Some(state.clone()),
        _ => None,
    });
    let anew = HpaState {
        uid: "other".into(),
        created: Some(at(905)),
        status: scaling::hpa::status::Status::default(),
        ..*last.unwrap()
    };
    for (second, what) in [
        (903, What::Hpa(None)),
        (905, What::Hpa(Some(Box::new(anew)))),
    ] {
        past.add(Fact {
            received: at(second),
            source: None,
            what,
        });
    }
    assert!(past.situation(at(904)).hpa.is_none());
    let memory = past.situation(at(906)).hpa.unwrap().memory;
    assert!(
        memory.recommendations.is_empty() && memory.certainty.rank() == 1,
        "{memory:?}"
    );
    assert!(
        past.situation(at(850))
            .hpa
            .unwrap()
            .memory
            .recommendations
            .len()
            > 10,
        "the past stays"
    );
}

#[test]
fn facts_that_come_late_or_twice_change_nothing() {
    let world = played(plan(&json!(null), 10, &[(0, 290), (900, 80)]), 1500);
    let straight = past_of(&world, 1500);
    let mut mixed: Vec<Fact> = world.facts.clone();
    let count = mixed.len();
    for index in 0..count {
        mixed.swap(index, (index * 7919) % count);
    }
    let mut other = past(Vec::new());
    for (index, fact) in mixed.into_iter().enumerate() {
        other.add(fact.clone());
        other.add(fact);
        if index % 400 == 0 {
            let _ = other.decide(at(700));
        }
    }
    let (from, to) = (at(0), at(1500));
    assert_eq!(straight.passes(from, to), other.passes(from, to));
    assert_eq!(straight.bands(from, to), other.bands(from, to));
    assert_eq!(straight.situation(at(1200)), other.situation(at(1200)));
}

#[test]
fn what_is_forgotten_is_not_needed_any_more() {
    let world = played(plan(&json!(null), 10, &[(0, 290), (900, 80)]), 1500);
    let whole = past_of(&world, 1500);
    let mut short = past_of(&world, 1500);
    short.forget_before(at(800));
    assert_eq!(short.known_from(), Some(at(800)));
    let (from, to) = (at(820), at(1500));
    assert_eq!(whole.passes(from, to), short.passes(from, to));
    assert_eq!(whole.pods(from, to), short.pods(from, to));
    assert_eq!(whole.situation(at(1499)), short.situation(at(1499)));
    assert_eq!(whole.bands(from, to), short.bands(from, to));
}

#[test]
fn a_growth_is_split() {
    let world = played(plan(&json!(null), 10, &[(0, 140), (600, 290)]), 900);
    let past = past_of(&world, 900);
    let growths = past.growths(at(590), at(900));
    let grew = &growths[0];
    assert_eq!((grew.from, grew.to), (3, 6), "{growths:#?}");
    let wrote = rescaled(&world, 600);
    assert!(is_near(grew.written, wrote, 1), "{grew:?}");
    assert!(is_near(grew.seen.unwrap(), wrote, 1), "{grew:?}");
    let parts = [
        grew.crossed,
        grew.seen,
        Some(grew.written),
        grew.scheduled,
        grew.started,
        grew.ready,
    ];
    let parts: Vec<Timestamp> = parts.into_iter().map(Option::unwrap).collect();
    assert!(parts.is_sorted(), "{grew:?}");
    assert!(parts[0] >= at(600) && parts[5] <= at(700), "{grew:?}");
    let split = Split::median(&growths[..1]);
    assert_eq!(split, grew.split());
    // Its pods, one after the other.
    let bars = past.pods(at(590), at(900));
    let new = bars
        .iter()
        .filter(|bar| bar.spans[0].from >= at(600))
        .collect::<Vec<_>>();
    assert_eq!(new.len(), 3, "{bars:#?}");
    for bar in new {
        let phases: Vec<PodPhase> = bar.spans.iter().map(|span| span.phase).collect();
        assert_eq!(
            phases,
            [PodPhase::Pending, PodPhase::Starting, PodPhase::Ready],
            "{bar:?}"
        );
        assert!(
            bar.spans
                .windows(2)
                .all(|pair| pair[0].until == pair[1].from),
            "{bar:?}"
        );
    }
}

#[test]
fn a_pod_that_was_not_there_while_pods_were_watched_begins_where_it_is_seen() {
    let world = played(plan(&json!(null), 10, &[(0, 140), (600, 290)]), 900);
    let mut past = past_of(&world, 900);
    let made = |since: i64| {
        let mut pods = world.facts.iter().filter_map(|fact| match &fact.what {
            What::Pod(pod) if pod.created >= Some(at(since)) => Some(pod.clone()),
            _ => None,
        });
        pods.next_back().unwrap()
    };
    let mut tell = |second: i64, what: What| {
        past.add(Fact {
            received: at(second),
            source: None,
            what,
        });
    };
    let mut twin = made(600);
    let begun = twin.created.unwrap();
    twin.uid = "twin".to_owned();
    let mut unwatched = twin.clone();
    unwatched.uid = "unwatched".to_owned();
    unwatched.created = Some(at(901));
    tell(901, What::Unwatched(Part::Pods));
    tell(920, What::Watched(Part::Pods));
    for pod in [&twin, &unwatched] {
        tell(920, What::Pod(pod.clone()));
    }
    tell(960, What::PodGone(twin.pod.name.to_string()));
    let bars = past.pods(at(590), at(1000));
    let begins = |uid: &str| bars.iter().find(|bar| bar.uid == uid).unwrap().spans[0].from;
    assert_eq!(begins("twin"), at(920), "not at {begun}: {bars:#?}");
    // What was made while nobody looked tells itself when.
    assert_eq!(begins("unwatched"), at(901), "{bars:#?}");
}

#[test]
fn steps_know_who_made_them() {
    let world = played(plan(&json!(null), 10, &[(0, 140), (600, 290)]), 900);
    let past = past_of(&world, 900);
    let steps = past.steps(at(590), at(900));
    assert_eq!((steps[0].from, steps[0].to), (Some(3), 6), "{steps:?}");
    assert_eq!(steps[0].by, Some(Author::HpaController));
    assert!(steps[0].reason.contains("above target"), "{steps:?}");
    // Before the workload was watched, events tell.
    let late = self::past(seen_from(&world.facts, at(800)));
    let steps = late.steps(at(0), at(900));
    assert!(
        steps
            .iter()
            .any(|step| step.to == 6 && is_near(step.at, rescaled(&world, 600), 2)),
        "{steps:?}"
    );
}
