//! What is told of the subjects, in which order, and what is on disk of it.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use jiff::SignedDuration;
use model::fact::{decode_both, decode_seen};
use recorder::{Limits, Recorder, Setup};
use serde_json::json;
use wire::Notice;

use super::*;
use crate::host::Host;
use crate::session::collection::Names;

struct Nobody;

impl Host for Nobody {
    fn notify(&self, _: Notice) {}
    fn now_ms(&self) -> i64 {
        0
    }
    fn config_folder(&self) -> PathBuf {
        PathBuf::new()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn hpa(name: &str) -> ObjectRow {
    let object = json!({
        "metadata": {"namespace": "shop", "name": name, "uid": name, "resourceVersion": "1"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "maxReplicas": 5},
    });
    decode_both(
        Kind::HorizontalPodAutoscalers,
        object.to_string().as_bytes(),
    )
    .unwrap()
}

fn deployment(name: &str, replicas: i32) -> ObjectRow {
    let object = json!({
        "metadata": {"namespace": "shop", "name": name, "uid": name, "resourceVersion": "1"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}},
    });
    decode_both(Kind::Deployments, object.to_string().as_bytes()).unwrap()
}

fn subject(name: &str) -> Subject {
    Subject {
        kind: SubjectKind::Hpa,
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    }
}

fn scene() -> Recording {
    Recording::new(Some(Flight::new(Arc::new(Nobody))))
}

/// An update of a source over all namespaces, that is this far after it.
fn bring(
    recording: &mut Recording,
    second: i64,
    source: Source,
    update: &Update,
    how: Feeding,
) -> bool {
    let names = |rows: &[ObjectRow]| -> Names {
        let names = rows.iter().map(table::Row::identity);
        names
            .map(|(namespace, name)| (namespace.into(), name.into()))
            .collect()
    };
    let complete = match update {
        Update::Listed {
            rows: Some(rows), ..
        } => Some(Complete {
            namespace: None,
            names: names(rows),
        }),
        _ => None,
    };
    let about = recording.learn(source, update, complete.as_ref());
    recording.take(source, vec![(None, how)], about, at(second))
}

fn health() -> Update {
    Update::Health(cluster::health::Health::Listing)
}

fn listed(rows: Vec<ObjectRow>) -> Update {
    Update::Listed {
        rows: Some(rows),
        bytes: 0,
        unreadable: 0,
    }
}

fn put(row: ObjectRow) -> Update {
    Update::Changed(vec![Change::Put(row)])
}

/// As a follower tells it: rows, that they are all, that they are live.
fn opened(recording: &mut Recording, second: i64, source: Source, row: ObjectRow) {
    let end = Update::Listed {
        rows: None,
        bytes: 0,
        unreadable: 0,
    };
    let rows = Update::Rows(vec![row]);
    bring(recording, second, source, &rows, Feeding::Coming);
    bring(recording, second, source, &end, Feeding::Coming);
    bring(recording, second, source, &health(), Feeding::Whole);
}

/// What waits to be kept of a subject, in short.
fn told(recording: &Recording, name: &str) -> Vec<String> {
    let facts = recording.kept.waiting(&subject(name));
    let told = facts.iter().map(|fact| match &fact.what {
        What::Watched(part) => format!("watched {part:?}"),
        What::Unwatched(part) => format!("unwatched {part:?}"),
        What::Hpa(hpa) => format!("hpa {}", hpa.is_some()),
        What::Target(target) => {
            let replicas = target.as_ref().map(|target| target.replicas.unwrap());
            format!("target {replicas:?}")
        }
        What::Event(event) => format!("event {}", event.reason),
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[test]
fn a_part_is_told_as_watched_before_what_is_there() {
    let mut recording = scene();
    opened(&mut recording, 0, Source::Hpas, hpa("cart"));
    opened(
        &mut recording,
        1,
        Source::Deployments,
        deployment("cart", 2),
    );
    let change = put(deployment("cart", 4));
    bring(
        &mut recording,
        9,
        Source::Deployments,
        &change,
        Feeding::Whole,
    );
    recording.end(at(20));
    assert_eq!(
        told(&recording, "cart"),
        [
            "watched Autoscaler",
            "hpa true",
            "unwatched Target",
            "watched Target",
            "target Some(2)",
            "target Some(4)",
            "unwatched Autoscaler",
            "unwatched Target",
        ]
    );
}

/// What did not change since is there at the left edge of a reading that begins later.
#[test]
fn a_reading_that_begins_later_has_what_was_told_once() {
    let mut recording = scene();
    // Both ways round.
    opened(
        &mut recording,
        0,
        Source::Deployments,
        deployment("cart", 2),
    );
    opened(&mut recording, 1, Source::Hpas, hpa("cart"));
    recording.end(at(90));
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        Recorder::open(Setup {
            folder: folder.path().to_owned(),
            limits: Limits::default(),
            now: Box::new(|| at(100)),
            told: Box::new(|_| ()),
        })
        .0
    };
    let facts = recording.kept.waiting(&subject("cart")).to_vec();
    open().append("cluster", &subject("cart"), facts);
    let reading = open().read("cluster", &subject("cart"), at(30), at(60));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let reading = runtime.unwrap().block_on(reading).unwrap().unwrap();
    let held = |is: fn(&What) -> bool| reading.held.iter().any(|fact| is(&fact.what));
    assert!(
        held(|what| matches!(what, What::Hpa(Some(_)))),
        "{reading:?}"
    );
    assert!(
        held(|what| matches!(what, What::Target(Some(_)))),
        "{reading:?}"
    );
    assert!(held(|what| *what == What::Watched(Part::Autoscaler)));
    assert!(held(|what| *what == What::Watched(Part::Target)));
}

/// A watch that goes on where it was tells nothing of what did not change.
#[test]
fn after_a_gap_without_a_list_all_is_told_anew() {
    let mut recording = scene();
    opened(&mut recording, 0, Source::Hpas, hpa("cart"));
    opened(
        &mut recording,
        0,
        Source::Deployments,
        deployment("cart", 2),
    );
    let begin = told(&recording, "cart").len();
    bring(&mut recording, 9, Source::Hpas, &health(), Feeding::Coming);
    bring(
        &mut recording,
        9,
        Source::Deployments,
        &health(),
        Feeding::Coming,
    );
    // What was missed comes before it is called live.
    let missed = put(deployment("cart", 3));
    bring(
        &mut recording,
        15,
        Source::Deployments,
        &missed,
        Feeding::Coming,
    );
    bring(
        &mut recording,
        16,
        Source::Deployments,
        &health(),
        Feeding::Whole,
    );
    bring(&mut recording, 16, Source::Hpas, &health(), Feeding::Whole);
    assert_eq!(
        told(&recording, "cart")[begin..],
        [
            "unwatched Autoscaler",
            "unwatched Target",
            "watched Target",
            "target Some(3)",
            "watched Autoscaler",
            "hpa true",
        ]
    );
}

#[test]
fn what_went_in_a_gap_is_told_as_gone() {
    let mut recording = scene();
    opened(&mut recording, 0, Source::Hpas, hpa("cart"));
    bring(&mut recording, 9, Source::Hpas, &health(), Feeding::Coming);
    bring(
        &mut recording,
        15,
        Source::Hpas,
        &listed(vec![hpa("mail")]),
        Feeding::Coming,
    );
    bring(&mut recording, 16, Source::Hpas, &health(), Feeding::Whole);
    assert_eq!(
        told(&recording, "cart"),
        [
            "watched Autoscaler",
            "hpa true",
            "unwatched Target",
            "unwatched Autoscaler",
            "watched Autoscaler",
            "hpa false",
        ]
    );
    assert_eq!(
        told(&recording, "mail"),
        ["watched Autoscaler", "hpa true", "unwatched Target"]
    );
}

#[test]
fn what_may_only_be_listed_is_told_as_of_each_list_and_never_as_watched() {
    let mut recording = scene();
    bring(
        &mut recording,
        0,
        Source::Hpas,
        &listed(vec![hpa("cart")]),
        Feeding::Coming,
    );
    assert!(told(&recording, "cart").is_empty());
    bring(&mut recording, 1, Source::Hpas, &health(), Feeding::Refused);
    bring(
        &mut recording,
        30,
        Source::Hpas,
        &listed(vec![]),
        Feeding::Refused,
    );
    bring(
        &mut recording,
        60,
        Source::Hpas,
        &listed(vec![hpa("cart")]),
        Feeding::Refused,
    );
    assert_eq!(
        told(&recording, "cart"),
        [
            "unwatched Autoscaler",
            "unwatched Target",
            "hpa false",
            "hpa true",
        ]
    );
}

#[test]
fn a_namespace_that_is_not_followed_is_not_told_as_watched() {
    let mut recording = scene();
    let rows = Update::Rows(vec![hpa("cart")]);
    let feeds = |namespace: &str| vec![(Some(namespace.to_owned()), Feeding::Whole)];
    let about = recording.learn(Source::Hpas, &rows, None);
    recording.take(Source::Hpas, feeds("shop"), about, at(0));
    assert_eq!(told(&recording, "cart")[0], "watched Autoscaler");
    // Somebody looks elsewhere, where the account may have one namespace at a time.
    recording.take(Source::Hpas, feeds("other"), Vec::new(), at(9));
    let told = told(&recording, "cart");
    assert_eq!(told.last().unwrap(), "unwatched Autoscaler", "{told:?}");
}

#[test]
fn what_was_lost_is_a_gap_and_told_anew() {
    let mut recording = scene();
    opened(&mut recording, 0, Source::Hpas, hpa("cart"));
    recording.end(at(5));
    recording.settle(at(5));
    assert_eq!(
        told(&recording, "cart")[3..],
        ["unwatched Autoscaler", "watched Autoscaler", "hpa true"]
    );
}

#[test]
fn events_are_told_of_those_that_are_known() {
    let mut recording = scene();
    opened(&mut recording, 0, Source::Hpas, hpa("cart"));
    let event = |about: &str| {
        let object = json!({
            "metadata": {"namespace": "shop", "name": format!("{about}.1"), "uid": about, "resourceVersion": "1"},
            "involvedObject": {"kind": "HorizontalPodAutoscaler", "name": about, "namespace": "shop"},
            "reason": "SuccessfulRescale", "type": "Normal", "message": "New size: 3",
        });
        decode_seen("", "Event", object.to_string().as_bytes()).unwrap()
    };
    let about = recording.put_rows(&Update::Rows(vec![event("cart"), event("gone")]));
    recording.tell(about, at(3));
    assert_eq!(
        told(&recording, "cart").last().unwrap(),
        "event SuccessfulRescale"
    );
    assert!(told(&recording, "gone").is_empty());
}

/// Rows beside a graph are told from twenty minutes; who is gone for longer is forgotten.
#[test]
fn who_is_gone_for_long_is_forgotten() {
    let mut recording = scene();
    opened(&mut recording, 0, Source::Hpas, hpa("cart"));
    bring(
        &mut recording,
        9,
        Source::Hpas,
        &listed(vec![]),
        Feeding::Whole,
    );
    let ms = |minutes| (at(9) + SignedDuration::from_mins(minutes)).as_millisecond();
    recording.tick(ms(10), ms(10));
    assert_eq!(recording.followed.len(), 1);
    recording.tick(ms(40), ms(40));
    assert!(recording.followed.is_empty());
}
