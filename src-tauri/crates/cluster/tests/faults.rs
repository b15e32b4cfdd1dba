//! Every fault of lists and watches that needs no control plane, against a scripted server.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod scripted;

use std::time::{Duration, Instant};

use cluster::Health;
use scripted::seen::{Seen, look, look_at_table};
use scripted::{
    End, Reply, Server, bookmark, event, first_page, gone, json, lines, list, list_cut_in_gzip,
    refusal, watch,
};

#[tokio::test]
async fn a_list_then_its_changes() {
    let changes = lines(
        &[
            event("ADDED", "c", 6),
            event("MODIFIED", "unseen", 7) + &event("DELETED", "a", 8),
            event("SOMETHING", "x", 9),
            event("DELETED", "never", 9) + &event("ADDED", "c", 6),
        ],
        End::Hang,
    );
    let server = Server::start([list("5", &["a", "b"], None)], [changes]).await;
    let mut seen = look(&server);
    seen.until("changes", |seen| {
        seen.is(&["b", "c", "unseen"]) && seen.live()
    })
    .await;
    assert_eq!((seen.listed, seen.early.len()), (1, 2));
    assert!(matches!(seen.health[0].1, Health::Listing));
    assert!(!seen.ever_stale());
    assert_eq!(server.watched_from(), ["5"]);
    assert!(server.connection.as_of_ms() > 0);
}

#[tokio::test]
async fn expiry_as_an_event() {
    let server = Server::start(
        [list("5", &["a", "b"], None), list("90", &["b", "c"], None)],
        [lines(&[event("ADDED", "x", 6) + &gone()], End::Hang)],
    )
    .await;
    let mut seen = look(&server);
    seen.until("a fresh list", |seen| {
        seen.is(&["b", "c"]) && seen.listed == 2
    })
    .await;
    seen.until("a new watch", |_| server.watched_from() == ["5", "90"])
        .await;
}

#[tokio::test]
async fn expiry_as_the_answer_to_the_watch() {
    let server = Server::start(
        [
            list("5", &["a"], None),
            list("90", &["b"], None),
            list("91", &["c"], None),
        ],
        [refusal(410, ""), refusal(410, "")],
    )
    .await;
    let mut seen = look(&server);
    seen.until("fresh lists", |seen| seen.is(&["c"]) && seen.live())
        .await;
    assert_eq!(server.watched_from(), ["5", "90", "91"]);
}

#[tokio::test]
async fn expiry_in_the_middle_of_pages() {
    let first = || list("5", &["a"], Some("page2"));
    let server = Server::start(
        [first(), refusal(410, ""), list("9", &["b", "c"], None)],
        [],
    )
    .await;
    let mut seen = look(&server);
    seen.until("the second attempt", |seen| seen.listed == 1)
        .await;
    assert!(
        seen.is(&["b", "c"]),
        "what expired is gone: {:?}",
        seen.names
    );
    assert_eq!(seen.early, ["a"]);
}

#[tokio::test]
async fn pages_that_always_expire_end_in_one_list() {
    let first = || list("5", &["a"], Some("page2"));
    let server = Server::start(
        [
            first(),
            refusal(410, ""),
            first(),
            refusal(410, ""),
            first(),
            refusal(410, ""),
            list("9", &["b"], None),
        ],
        [],
    )
    .await;
    let mut seen = look(&server);
    seen.until("a whole list", |seen| seen.listed == 1 && seen.live())
        .await;
    assert!(seen.is(&["b"]));
    let asked = server.asked("/namespaces");
    let whole: Vec<&str> = asked
        .iter()
        .map(|(_, path)| path.as_str())
        .filter(|path| !path.contains('?'))
        .collect();
    assert_eq!(whole.len(), 1, "{asked:?}");
}

#[tokio::test]
async fn a_list_that_cannot_be_completed_is_a_stated_failure() {
    let first = || list("5", &["a"], Some("page2"));
    let expired = || refusal(410, "");
    let server = Server::start(
        [
            first(),
            expired(),
            first(),
            expired(),
            first(),
            expired(),
            expired(),
        ],
        [],
    )
    .await;
    let mut seen = look(&server);
    seen.until("the failure", |seen| seen.failed() == Some(410))
        .await;
    assert_eq!(seen.listed, 0, "no part is shown as the whole");
}

#[tokio::test]
async fn throttling_is_told_within_a_second() {
    for (header, longest) in [
        ("Retry-After: 1\r\n", 2),
        ("Retry-After: 3600\r\n", 30),
        ("Retry-After: -1\r\n", 2),
        ("Retry-After: abc\r\n", 2),
        (
            "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nRetry-After: Sat, 21 Nov 2026 12:00:00 GMT\r\n",
            30,
        ),
    ] {
        let server = Server::start([refusal(429, header), list("5", &["a"], None)], []).await;
        let mut seen = look(&server);
        seen.within(Duration::from_secs(1), header, |seen| {
            seen.stale().is_some()
        })
        .await;
        let Some((
            _,
            Health::Stale {
                why,
                retry_at_ms: Some(at),
                ..
            },
        )) = seen.health.last()
        else {
            panic!()
        };
        assert!(why.starts_with("throttled by the server until "), "{why}");
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let wait = at - i64::try_from(now).unwrap();
        assert!(wait <= longest * 1000, "{header:?} waits {wait} ms");
        if longest < 30 {
            seen.until("the list after the wait", |seen| {
                seen.live() && seen.is(&["a"])
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_throttled_watch_goes_on_from_its_version() {
    let server = Server::start(
        [list("5", &["a"], None)],
        [
            lines(&[event("ADDED", "b", 8)], End::Cut),
            refusal(429, "Retry-After: 1\r\n"),
            lines(&[event("ADDED", "c", 9)], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("throttled", |seen| {
        seen.stale().is_some_and(|why| why.starts_with("throttled"))
    })
    .await;
    seen.until("live again", |seen| {
        seen.live() && seen.is(&["a", "b", "c"])
    })
    .await;
    assert_eq!(server.watched_from(), ["5", "8", "8"]);
    assert_eq!(server.lists(), 1);
}

#[tokio::test]
async fn a_cut_in_a_line_and_in_a_character_loses_nothing() {
    let text = event("ADDED", "größe", 7);
    let inside = text.find('ö').unwrap() + 1;
    let (head, tail) = text.as_bytes().split_at(inside);
    let first = event("ADDED", "b", 6);
    let server = Server::start(
        [list("5", &["a"], None)],
        // Cut for good inside the character, then sent again in two chunks.
        [
            watch([first.as_bytes(), head], End::Cut),
            watch([head, tail], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("both events", |seen| seen.is(&["a", "b", "größe"]))
        .await;
    assert_eq!(
        (server.watched_from(), server.lists()),
        (vec!["5".to_owned(), "6".to_owned()], 1)
    );
    assert!(!seen.ever_stale(), "a cut mended at once is no news");
}

#[tokio::test]
async fn a_watch_that_ends_in_the_middle_of_a_line_in_order() {
    let server = Server::start(
        [list("5", &["a"], None)],
        [
            watch([&b"{\"type\":\"ADDED\",\"obj"[..]], End::Close),
            lines(&[event("ADDED", "b", 6)], End::Hang),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("the event", |seen| seen.is(&["a", "b"])).await;
    assert_eq!(server.lists(), 1);
}

#[tokio::test]
async fn an_endless_line_ends_in_a_list() {
    let endless = vec![b'x'; 1 << 20];
    let pieces: Vec<&[u8]> = std::iter::repeat_n(endless.as_slice(), 12).collect();
    let server = Server::start(
        [list("5", &["a"], None), list("9", &["b"], None)],
        [watch(pieces, End::Hang)],
    )
    .await;
    let mut seen = look(&server);
    seen.until("a fresh list", |seen| seen.is(&["b"]) && seen.listed == 2)
        .await;
}

#[tokio::test]
async fn an_event_of_a_mebibyte_and_a_half_is_an_event() {
    let mut big = event("ADDED", "big", 6);
    let at = big.find("\"uid\"").unwrap();
    big.insert_str(
        at,
        &format!("\"managedFields\":[{{\"x\":\"{}\"}}],", "y".repeat(3 << 19)),
    );
    let server = Server::start([list("5", &["a"], None)], [lines(&[big], End::Hang)]).await;
    let mut seen = look(&server);
    seen.until("the event", |seen| seen.is(&["a", "big"])).await;
}

#[tokio::test]
async fn bookmarks_lead_forward_only() {
    let server = Server::start(
        [list("50", &["a"], None)],
        [
            lines(&[bookmark("60"), bookmark("7"), bookmark("")], End::Close),
            lines(&[bookmark("70")], End::Close),
        ],
    )
    .await;
    let mut seen = look(&server);
    seen.until("three watches", |_| server.watched_from().len() == 3)
        .await;
    assert_eq!(server.watched_from(), ["50", "60", "70"]);
    assert_eq!(server.lists(), 1);
    assert!(!seen.ever_stale());
}

#[tokio::test]
async fn a_deletion_missed_in_a_gap_is_noticed() {
    let server = Server::start(
        [list("5", &["a", "b", "c"], None), list("90", &["a"], None)],
        [lines(&[bookmark("6")], End::Cut), refusal(410, "")],
    )
    .await;
    let mut seen = look(&server);
    seen.until("the list after the gap", |seen| seen.is(&["a"]))
        .await;
}

#[tokio::test]
async fn refusals_are_stated() {
    for code in [401, 403, 404] {
        let server = Server::start([refusal(code, "")], []).await;
        let mut seen = look(&server);
        seen.within(Duration::from_secs(2), "the refusal", |seen| {
            seen.failed() == Some(code)
        })
        .await;
        // And in the middle of a watch, where a list has to say the same.
        let server = Server::start(
            [list("5", &["a"], None), refusal(code, "")],
            [lines(&[bookmark("6")], End::Close), refusal(code, "")],
        )
        .await;
        let mut seen = look(&server);
        seen.within(Duration::from_secs(4), "the refusal", |seen| {
            seen.failed() == Some(code)
        })
        .await;
        seen.for_a_while(Duration::from_millis(500)).await;
        assert_eq!(server.lists(), 2, "{code} is not asked again at once");
        // One that no list confirms is over soon, and alarms nobody.
        let server = Server::start(
            [list("5", &["a"], None), list("7", &["a", "b"], None)],
            [lines(&[bookmark("6")], End::Close), refusal(code, "")],
        )
        .await;
        let mut seen = look(&server);
        seen.within(Duration::from_secs(4), "the second list", |seen| {
            seen.is(&["a", "b"])
        })
        .await;
        assert_eq!(seen.failed(), None);
    }
}

#[tokio::test]
async fn a_storm_of_errors_is_met_with_patience() {
    let storm = || (0..100).map(|_| refusal(500, ""));
    let server = Server::start(std::iter::once(list("5", &["a"], None)), storm()).await;
    let mut seen = look(&server);
    seen.for_a_while(Duration::from_secs(6)).await;
    let watches = server.asked("watch=1").len();
    assert!((3..=7).contains(&watches), "{watches} requests in 6 s");
    assert!(
        seen.stale().is_some_and(|why| why.contains("500")),
        "{:?}",
        seen.health
    );
    assert!(seen.is(&["a"]), "what was there stays on screen");
}

#[tokio::test]
async fn a_server_that_ends_every_watch_is_not_hammered() {
    let ends: Vec<Reply> = (0..100).map(|_| lines(&[], End::Close)).collect();
    let server = Server::start([list("5", &["a"], None)], ends).await;
    let mut seen = look(&server);
    seen.for_a_while(Duration::from_secs(4)).await;
    assert!(
        (2..=6).contains(&server.watched_from().len()),
        "{}",
        server.watched_from().len()
    );
}

#[tokio::test]
async fn a_list_cut_inside_gzip_never_counts() {
    let names: Vec<String> = (0..200).map(|n| format!("object-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let server = Server::start([list_cut_in_gzip("5", &names), list("6", &["a"], None)], []).await;
    let mut seen = look(&server);
    seen.until("the second list", |seen| seen.listed == 1).await;
    assert!(seen.is(&["a"]));
}

#[tokio::test]
async fn the_rest_in_one_piece_is_the_truth() {
    let server = Server::start(
        [
            first_page("5", &["a", "b"], 2),
            list("9", &["b", "c", "d"], None),
        ],
        [],
    )
    .await;
    let mut seen = look(&server);
    seen.until("live, without what went meanwhile", |seen| {
        seen.live() && seen.is(&["b", "c", "d"])
    })
    .await;
    assert_eq!(
        seen.early,
        ["a", "b", "c", "d"],
        "nothing is sent twice unchanged"
    );
    assert_eq!(server.watched_from(), ["9"]);
    assert!(server.asked("continue=").is_empty());
}

#[tokio::test]
async fn what_does_not_come_in_one_piece_comes_in_pages() {
    let names: Vec<String> = (0..200).map(|n| format!("object-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let server = Server::start(
        [
            first_page("5", &["a"], 199),
            list_cut_in_gzip("5", &names),
            first_page("6", &["a"], 1),
            list("6", &["b"], None),
        ],
        [],
    )
    .await;
    let mut seen = look(&server);
    seen.until("all pages", |seen| seen.live() && seen.is(&["a", "b"]))
        .await;
    assert_eq!(server.asked("continue=page2").len(), 1);
}

#[tokio::test]
async fn too_much_for_one_piece_comes_in_pages() {
    let server = Server::start(
        [first_page("5", &["a"], 30_000), list("5", &["b"], None)],
        [],
    )
    .await;
    let mut seen = look(&server);
    seen.until("all pages", |seen| seen.live() && seen.is(&["a", "b"]))
        .await;
    assert_eq!(server.asked("continue=page2").len(), 1);
}

#[tokio::test]
async fn a_server_without_protobuf_is_asked_for_json() {
    for code in [406, 415] {
        let server = Server::start([refusal(code, ""), list("6", &["a"], None)], []).await;
        let mut seen = look(&server);
        seen.until("the list", |seen| seen.live() && seen.is(&["a"]))
            .await;
        assert!(!seen.ever_stale());
    }
}

/// metrics-server defines columns by the first row it has.
#[tokio::test]
async fn a_table_of_nothing_may_have_no_columns() {
    let body = r#"{"kind":"Table","metadata":{"resourceVersion":"5"},"columnDefinitions":null,"rows":null}"#;
    let server = Server::start([json(200, "", body)], []).await;
    let mut seen = look_at_table(&server);
    seen.until("an empty list", |seen| seen.listed == 1 && seen.is(&[]))
        .await;
    assert!(!seen.ever_stale());
}

#[tokio::test]
async fn one_object_beyond_reading_does_not_hide_the_others() {
    let body = r#"{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"}},{"metadata":{}},null,{"metadata":{"name":"b"}}]}"#;
    let server = Server::start([json(200, "", body)], []).await;
    let mut seen = look(&server);
    seen.until("the list", |seen| seen.listed == 1).await;
    assert!(seen.is(&["a", "b"]));
    assert_eq!(seen.unreadable, 1);
}

#[tokio::test]
async fn half_open_links_are_replaced_within_twenty_seconds() {
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
    seen.for_a_while(Duration::from_secs(1)).await;
    server.freeze(true);
    seen.within(Duration::from_secs(20), "a new link", |seen| {
        seen.is(&["a", "b"])
    })
    .await;
    assert_eq!(
        (server.watched_from(), server.lists()),
        (vec!["5".to_owned(), "6".to_owned()], 1)
    );
}

#[tokio::test]
async fn a_silent_server_is_stale_within_ten_seconds_and_fresh_soon_after() {
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
    seen.for_a_while(Duration::from_secs(1)).await;
    server.freeze(false);
    let frozen = Instant::now();
    seen.within(Duration::from_secs(12), "stale", |seen| {
        seen.stale().is_some()
    })
    .await;
    let age = frozen.elapsed();
    assert!(age <= Duration::from_secs(10), "stale only after {age:?}");
    assert!(
        seen.stale()
            .unwrap()
            .starts_with("The server has not answered since "),
        "{:?}",
        seen.stale()
    );
    seen.for_a_while(Duration::from_secs(3)).await;
    server.thaw();
    seen.within(Duration::from_secs(10), "live again", |seen| {
        seen.live() && seen.is(&["a", "b"])
    })
    .await;
    assert_eq!(server.lists(), 1, "the watch goes on from its version");
}

#[tokio::test]
async fn quiet_watches_share_one_probe() {
    let server = Server::start([], []).await;
    let before = server.asked("/version").len();
    let mut all: Vec<Seen> = (0..6).map(|_| look(&server)).collect();
    for seen in &mut all {
        seen.until("live", Seen::live).await;
    }
    tokio::time::sleep(Duration::from_secs(11)).await;
    let probes = server.asked("/version").len() - before;
    // One opens the probes' own link.
    assert!((2..=4).contains(&probes), "{probes} probes in 11 s");
    drop(all);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let after = server.asked("/version").len();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(
        server.asked("/version").len(),
        after,
        "nobody asks for nobody"
    );
}
