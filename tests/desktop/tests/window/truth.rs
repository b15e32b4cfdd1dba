//! What is on screen is live, or says since when it is not.

use std::time::{Duration, Instant};

use control_plane::Credential;
use desktop::{Relay, Window, cluster, namespace};
use serde_json::json;

use crate::steps::{apply, connect, connected, open_table, pod, until_row};

/// The badge is due after 10 s without proof of life; two more for the busy machine.
const BADGE: Duration = Duration::from_secs(13);

fn until_stale(window: &Window, since: Instant) {
    window.until_within(
        Duration::from_secs(30),
        "the stale badge",
        "return /as of \\d\\d:\\d\\d:\\d\\d/.test(document.body.innerText) && /stale|not live/.test(document.body.innerText)
           && [...document.querySelectorAll('.stale')].some(shown)",
        &[],
    );
    let after = since.elapsed();
    // The status bar, which stands on every screen, agrees in time.
    window.until(
        "the status bar in doubt",
        "const bar = document.querySelector('[data-testid=live]');
         return bar.classList.contains('stale') && squeezed(bar.textContent)",
        &[],
    );
    let agreed = since.elapsed();
    println!("status bar in doubt after {:.1} s", agreed.as_secs_f64());
    assert!(agreed < BADGE, "the status bar took {agreed:?}");
    println!("stale badge after {:.1} s", after.as_secs_f64());
    assert!(after < BADGE, "the badge took {after:?}");
}

fn until_live(window: &Window) {
    window.until_within(
        Duration::from_secs(45),
        "live again",
        "return ![...document.querySelectorAll('.stale')].some(shown) && /live · as of/.test(document.body.innerText)",
        &[],
    );
}

#[test]
fn a_stopped_server_is_told_and_comes_back() {
    let space = namespace("truth-restart");
    apply(&pod(space, "before", json!({})));
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "before");
    let since = Instant::now();
    cluster().stop_apiserver().unwrap();
    until_stale(&window, since);
    // What was known stays readable.
    until_row(&window, "before");
    window.shot("stale");
    cluster().start_apiserver().unwrap();
    apply(&pod(space, "after", json!({})));
    until_row(&window, "after");
    until_live(&window);
    window.shot("live-again");
}

#[test]
fn a_link_that_falls_silent_is_noticed_and_replaced() {
    let space = namespace("truth-silent");
    apply(&pod(space, "before", json!({})));
    let relay = Relay::to(cluster().port());
    let server = format!("https://127.0.0.1:{}", relay.port());
    let kubeconfig = cluster()
        .write_kubeconfig("relayed", &server, &[Credential::Admin])
        .unwrap();
    let window = Window::open(&kubeconfig);
    connect(&window, "admin");
    open_table(&window, "Pods", space);
    until_row(&window, "before");
    let since = Instant::now();
    relay.set_silent(true);
    until_stale(&window, since);
    apply(&pod(space, "while-silent", json!({})));
    relay.set_silent(false);
    until_row(&window, "while-silent");
    until_live(&window);
    // Cut ends of links are replaced without a word.
    relay.cut();
    apply(&pod(space, "after-the-cut", json!({})));
    until_row(&window, "after-the-cut");
}
