//! An object as large as a server takes: shown soon, whole, and without a frozen window.

use std::time::{Duration, Instant};

use desktop::{Window, cluster};
use fantoccini::key::Key;
use serde_json::{Map, Value, json};

use super::scene::{self, FULL};
use super::walk::{onto_row, tab_to};
use crate::steps::{look, until_drawer_says};

/// etcd takes requests of 1.5 MiB; a little is left for the record of who set what.
const BYTES: usize = 1_400_000;
const LINES: usize = 2_000;
/// From the key to the text.
const SOON: Duration = Duration::from_secs(3);
/// The longest time for which the page may answer nothing, in ms, on a machine that builds beside it.
const LONGEST_MS: f64 = 500.0;

fn large() -> Value {
    let each = "x".repeat(BYTES / LINES);
    let mut notes: Map<String, Value> = (0..LINES)
        .map(|number| (format!("note-{number:04}"), json!(each)))
        .collect();
    notes.insert("note-long".to_owned(), json!("y".repeat(20_000)));
    notes.insert("the-last".to_owned(), json!("the end of it all"));
    json!({"apiVersion": "states.scalescope.dev/v1", "kind": "Beacon",
        "metadata": {"name": "whale", "namespace": FULL}, "spec": {"colour": "grey", "notes": notes}})
}

/// Counts from now on for how long the page does nothing else.
fn watch_blocks(window: &Window) {
    window.eval(
        "window.longestBlock = 0;
         let last = performance.now();
         clearInterval(window.blockTimer);
         window.blockTimer = setInterval(() => {
           const now = performance.now();
           window.longestBlock = Math.max(window.longestBlock, now - last);
           last = now;
         }, 5);",
        &[],
    );
}

fn until_soon(window: &Window, what: &str, script: &str, since: Instant) {
    window.until(what, script, &[]);
    let took = since.elapsed();
    let longest = window
        .eval("return window.longestBlock", &[])
        .as_f64()
        .unwrap();
    println!(
        "{what}: {:.2} s, longest block {longest:.0} ms",
        took.as_secs_f64()
    );
    assert!(took < SOON, "{what} took {took:?}");
    assert!(
        longest < LONGEST_MS,
        "{what} blocked the page for {longest} ms"
    );
}

#[test]
fn an_object_of_a_megabyte_and_a_half_is_shown_soon_and_whole() {
    scene::set();
    let path = format!("/apis/states.scalescope.dev/v1/namespaces/{FULL}/beacons");
    cluster().client().create(&path, &large()).unwrap();
    let window = Window::open(&cluster().kubeconfig());
    super::walk::connect(&window);
    onto_row(&window, "Beacons", FULL, "whale");
    watch_blocks(&window);
    let since = Instant::now();
    window.press(&[], 'd');
    until_soon(
        &window,
        "the drawer",
        "return squeezed(drawer()?.innerText).includes('note-0000')",
        since,
    );
    look(&window, "state-large-drawer");
    window.press(&[], Key::Escape);
    watch_blocks(&window);
    let since = Instant::now();
    window.press(&[], 'y');
    until_soon(
        &window,
        "the YAML",
        "return squeezed(drawer()?.innerText).includes('kind: Beacon')",
        since,
    );
    // Down to its end, by one key.
    tab_to(
        &window,
        "the lines",
        "return nameOf(at) === 'YAML' && at.role === 'region'",
    );
    watch_blocks(&window);
    let since = Instant::now();
    window.press(&[], Key::End);
    until_soon(
        &window,
        "its end",
        "return squeezed(drawer()?.innerText).includes('uid:') || squeezed(drawer()?.innerText).includes('the end of it all')",
        since,
    );
    until_drawer_says(&window, "the end of it all");
    // A line of 20,000 characters says how many of them are not painted.
    until_drawer_says(&window, "more characters");
    watch_blocks(&window);
    let since = Instant::now();
    window.press(&[Key::Control], 'f');
    window.type_text("the end of it");
    until_soon(
        &window,
        "what was looked for",
        "return squeezed(drawer()?.innerText).includes('1 of 1') || squeezed(drawer()?.innerText).includes('1/1')",
        since,
    );
    look(&window, "state-large-yaml");
    cluster().client().delete(&format!("{path}/whale")).unwrap();
}
