//! What a resource is worth while nothing is said of it: when it counts as live, and when not.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod scripted;

use std::time::{Duration, Instant};

use scripted::seen::{Seen, look};
use scripted::{
    End, Reply, Server, Step, bookmark, event, gone, json, lines, list, refusal, watch,
};

fn hung() -> Reply {
    vec![Step::Hang]
}

fn dropped() -> Reply {
    vec![Step::Cut]
}

#[tokio::test]
async fn dead_watches_are_found_though_the_probers_link_went_with_them() {
    let server = Server::start(
        [list("5", &["a"], None)],
        [
            lines(&[bookmark("6")], End::Hang),
            lines(&[event("ADDED", "b", 7)], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("live", Seen::live).await;
    let probes = || server.asked("/version").len();
    let begun = probes();
    seen.until("three probes", |_| probes() >= begun + 3).await;
    let before = server.asked("watch=1").len();
    server.part();
    // Sooner than the watch gives up by itself.
    seen.within(Duration::from_secs(10), "a new watch", |seen| {
        server.asked("watch=1").len() > before && seen.is(&["a", "b"])
    })
    .await;
    assert_eq!(server.lists(), 1);
}

#[tokio::test]
async fn a_watch_swallowed_alone_is_replaced_in_time() {
    let server = Server::start(
        [list("5", &["a"], None)],
        [
            lines(&[], End::Hang),
            lines(&[event("ADDED", "b", 7)], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("live", Seen::live).await;
    seen.within(Duration::from_secs(20), "a new watch", |seen| {
        seen.is(&["a", "b"])
    })
    .await;
    assert_eq!(
        (server.watched_from(), server.lists()),
        (vec!["5".to_owned(); 2], 1)
    );
    assert!(!seen.ever_stale(), "a quiet watch is no alarm");
}

#[tokio::test]
async fn a_watch_that_does_not_answer_its_start_is_not_called_live() {
    let first = lines(&[bookmark("6")], End::Close);
    let server = Server::start([list("5", &["a"], None)], [first, hung()]).await;
    let mut seen = look(&server);
    seen.until("the second watch", |_| server.watched_from().len() == 2)
        .await;
    let asked = Instant::now();
    seen.within(Duration::from_secs(10), "stale", |seen| {
        seen.stale().is_some()
    })
    .await;
    assert!(
        asked.elapsed() > Duration::from_secs(1),
        "a moment is no alarm"
    );
    let why = seen.stale().unwrap().to_owned();
    assert!(
        why.starts_with("The server has not confirmed this since "),
        "{why}"
    );
    seen.until("live again", Seen::live).await;
}

#[tokio::test]
async fn what_was_missed_comes_before_it_is_called_live_again() {
    let mut late = watch([event("ADDED", "b", 7).as_bytes()], End::Hang);
    late.insert(1, Step::Pause(Duration::from_millis(100)));
    let first = lines(&[bookmark("6")], End::Close);
    let refused = (0..5).map(|_| refusal(500, ""));
    let watches: Vec<Reply> = [first].into_iter().chain(refused).chain([late]).collect();
    let server = Server::start([list("5", &["a"], None)], watches).await;
    let mut seen = look(&server);
    seen.until("stale", |seen| seen.stale().is_some()).await;
    seen.within(Duration::from_secs(40), "live again", Seen::live)
        .await;
    assert!(seen.is(&["a", "b"]), "{:?}", seen.names);
}

#[tokio::test]
async fn a_lower_bookmark_behind_events_takes_nothing_back() {
    let together = event("ADDED", "b", 20) + &bookmark("6");
    let server = Server::start(
        [list("5", &["a"], None)],
        [
            lines(&[together], End::Cut),
            lines(&[bookmark("30")], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("two watches", |_| server.watched_from().len() == 2)
        .await;
    assert_eq!(server.watched_from(), ["5", "20"]);
}

#[tokio::test]
async fn events_in_the_wrong_order_end_in_a_list() {
    let turned = event("MODIFIED", "a", 20) + &event("ADDED", "c", 15);
    let server = Server::start(
        [list("5", &["a"], None), list("21", &["a", "c"], None)],
        [lines(&[turned], End::Hang)],
    )
    .await;
    let mut seen = look(&server);
    seen.until("a fresh list", |seen| {
        seen.is(&["a", "c"]) && seen.listed == 2 && seen.live()
    })
    .await;
}

#[tokio::test]
async fn half_an_event_that_never_ends_is_a_dead_link() {
    let mut slow = watch([&b"{\"type\":\"ADDED\",\"obj"[..]], End::Hang);
    slow.pop();
    for _ in 0..40 {
        slow.push(Step::Pause(Duration::from_secs(1)));
        slow.push(Step::Bytes(b"1\r\nx\r\n".to_vec()));
    }
    let server = Server::start(
        [list("5", &["a"], None)],
        [slow, lines(&[event("ADDED", "b", 6)], End::Hang)],
    )
    .await;
    let mut seen = look(&server);
    seen.within(Duration::from_secs(20), "the event", |seen| {
        seen.is(&["a", "b"])
    })
    .await;
    assert_eq!(server.lists(), 1);
}

#[tokio::test]
async fn no_items_is_an_empty_list() {
    for items in ["null", "[]"] {
        let body = format!(r#"{{"metadata":{{"resourceVersion":"5"}},"items":{items}}}"#);
        let server = Server::start([json(200, "", &body)], []).await;
        let mut seen = look(&server);
        seen.until("live", Seen::live).await;
        assert_eq!((seen.listed, seen.names.len(), seen.unreadable), (1, 0, 0));
    }
}

#[tokio::test]
async fn another_server_behind_the_same_address_is_believed_from_its_list_on() {
    let server = Server::start(
        [list("9000", &["old"], None), list("5", &["new"], None)],
        [
            lines(&[event("ADDED", "late", 9001) + &gone()], End::Hang),
            lines(&[event("ADDED", "newer", 6)], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("the other server's", |seen| seen.is(&["new", "newer"]))
        .await;
    assert_eq!(server.watched_from(), ["9000", "5"]);
}

#[tokio::test]
async fn who_waits_for_a_link_tries_at_once_when_another_gets_through() {
    let server = Server::start([], (0..10).map(|_| dropped())).await;
    let mut both = [look(&server), look(&server)];
    let mut live = [None, None];
    let start = Instant::now();
    while live.iter().any(Option::is_none) {
        assert!(start.elapsed() < Duration::from_mins(1));
        for (seen, live) in both.iter_mut().zip(&mut live) {
            seen.for_a_while(Duration::from_millis(10)).await;
            if seen.live() && live.is_none() {
                *live = Some(Instant::now());
            }
        }
    }
    // By then each waits for four seconds or more.
    let [Some(one), Some(other)] = live else {
        panic!()
    };
    let apart = one.max(other) - one.min(other);
    assert!(apart < Duration::from_secs(2), "{apart:?} apart");
}
