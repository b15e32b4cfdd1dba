//! What is told of the day is what is seen where the time is moved there.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use demo::World;
use demo::story::{self, Telling};
use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, Subject, SubjectKind, What};

/// Sizes and what the HPA wants, by namespace and name of what is scaled.
type Sizes = BTreeMap<String, (i64, Option<i64>)>;

/// As somebody sees them who moved the time there.
fn seen(world: &World) -> Sizes {
    let mut sizes = Sizes::new();
    for (key, hpa) in world
        .store
        .list("horizontalpodautoscalers.autoscaling", "", None)
    {
        let name = hpa["spec"]["scaleTargetRef"]["name"].as_str().unwrap();
        let namespace = key.path.split_once('/').unwrap().0;
        let target = world.get("deployments.apps", namespace, name).unwrap();
        let size = target["spec"]["replicas"].as_i64().unwrap();
        let desired = hpa["status"]["desiredReplicas"].as_i64();
        sizes.insert(format!("{namespace}/{name}"), (size, desired));
    }
    sizes
}

/// As the facts tell them that were received by then.
fn told(facts: &[(Subject, Fact)], at: Timestamp) -> Sizes {
    let mut sizes = BTreeMap::new();
    let mut names: BTreeMap<&Subject, String> = BTreeMap::new();
    let mut hpas: BTreeMap<&Subject, i64> = BTreeMap::new();
    let by_then = || facts.iter().filter(|(_, fact)| fact.received <= at);
    for (subject, fact) in by_then() {
        match &fact.what {
            What::Target(Some(target)) => {
                let name = format!("{}/{}", subject.namespace, target.name);
                names.insert(subject, name.clone());
                sizes.insert(name, (target.replicas.unwrap().into(), None));
            }
            What::Hpa(Some(hpa)) => {
                hpas.insert(subject, hpa.status.desired_replicas.into());
            }
            _ => {}
        }
    }
    for (subject, desired) in hpas {
        sizes.get_mut(&names[subject]).unwrap().1 = Some(desired);
    }
    sizes
}

/// Each makes the other swing: in which phase they are hangs on when they began, which is twenty to forty minutes before an instant, and long
/// before the day is told.
const SWINGING: [&str; 2] = ["shop/pricing", "shop/stock"];

#[test]
fn each_size_of_the_day_is_what_is_seen_there() {
    let end: Timestamp = "2026-11-28T15:07:30Z".parse().unwrap();
    let length = SignedDuration::from_mins(if cfg!(debug_assertions) { 100 } else { 480 });
    let begin = end - length;
    let mut telling = Telling::new(1, begin);
    let mut facts = telling.until(begin + length / 2);
    facts.extend(telling.until(end));
    assert!(facts.is_sorted_by_key(|(_, fact)| fact.received));
    let (mut same, mut all) = (0, 0);
    let mut swings: [BTreeSet<i64>; 2] = Default::default();
    let mut at = begin;
    while at <= end {
        let (seen, told) = (seen(&story::at(1, at).world), told(&facts, at));
        assert!(seen.len() >= 6, "{seen:?}");
        for (name, size) in &seen {
            if SWINGING.contains(&name.as_str()) {
                swings[0].insert(size.0);
                swings[1].insert(told[name].0);
                continue;
            }
            all += 1;
            if told[name] == *size {
                same += 1;
            } else {
                println!("{at} {name}: told {:?}, seen {size:?}", told[name]);
            }
            assert!(told[name].0.abs_diff(size.0) <= 1, "{at} {name}");
        }
        at += SignedDuration::from_secs(617);
    }
    println!("{same} of {all}");
    assert!(same * 100 >= all * 95, "{same} of {all}");
    assert!(swings.iter().all(|sizes| sizes.len() > 1), "{swings:?}");
}

#[test]
fn the_pods_and_jobs_of_each_are_told() {
    let begin: Timestamp = "2026-11-28T15:00:00Z".parse().unwrap();
    let facts = Telling::new(1, begin).until(begin + SignedDuration::from_mins(10));
    let count = |kind, is_it: fn(&What) -> bool| {
        let own = facts.iter().filter(|(subject, _)| subject.kind == kind);
        own.filter(|(_, fact)| is_it(&fact.what)).count()
    };
    let is_pod = |what: &What| matches!(what, What::Pod(_));
    let is_job = |what: &What| matches!(what, What::Job(_));
    assert!(count(SubjectKind::Hpa, is_pod) > 10);
    assert!(count(SubjectKind::ScaledObject, is_pod) > 0);
    assert!(count(SubjectKind::ScaledJob, is_job) > 0);
    assert!(
        count(SubjectKind::ScaledJob, |what| matches!(
            what,
            What::Event(_)
        )) > 0
    );
}
