//! The cluster page, grouped events and the capacity of nodes, by keyboard.

use desktop::{Window, cluster, workload_in_motion};
use fantoccini::key::Key;
use serde_json::json;

use crate::steps::{connected, go_to, until_row};

/// Texts that are cut off though nothing says so, inside the element that `script` finds.
const OVERFLOWS: &str =
    "return [...document.querySelector('section[aria-label=Overview]').querySelectorAll('section')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.ariaLabel)";

fn until_parts(window: &Window) {
    for part in [
        "checks pass",
        "Every kubelet",
        "requested",
        "componentstatuses",
        "Asked for since this API server started",
        "No cluster-autoscaler",
    ] {
        window.until_text(part);
    }
    window.until(
        "no part is still reading",
        "return document.querySelectorAll('section[aria-label=Overview] .spinner').length === 0",
        &[],
    );
}

#[test]
fn the_cluster_is_seen_at_a_glance() {
    workload_in_motion();
    // A deprecated API, asked for before the page asks who did.
    cluster()
        .kubectl(&["get", "--raw", "/api/v1/componentstatuses"])
        .unwrap();
    let window = connected();
    go_to(&window, "Overview");
    until_parts(&window);
    window.until(
        "the page has the keyboard",
        "return document.activeElement.ariaLabel === 'Overview'",
        &[],
    );
    for theme in ["dark", "light"] {
        go_to(&window, &format!("Theme: {theme}"));
        window.shot(&format!("overview-{theme}"));
    }
    assert_eq!(window.eval(OVERFLOWS, &[]), json!([]));
    window.resize(900, 560);
    for theme in ["light", "dark"] {
        go_to(&window, &format!("Theme: {theme}"));
        window.shot(&format!("overview-small-{theme}"));
    }
    assert_eq!(
        window.eval(OVERFLOWS, &[]),
        json!([]),
        "in the smallest window"
    );
    window.resize(1440, 900);

    // All checks, by keyboard.
    window.until(
        "the first verdict has the keyboard",
        "const verdict = document.querySelector('section[aria-label=Overview] button[aria-expanded]');
         verdict.focus();
         return document.activeElement === verdict",
        &[],
    );
    window.press(&[], Key::Enter);
    window.until_text("poststarthook/");
    window.shot("overview-checks");

    // A node opens in the drawer, and its capacity in a table.
    window.click("button", "Capacity of all nodes");
    until_row(&window, "node-1");
    window.until_text("CPU requests");
    window.shot("node-capacity");
}

#[test]
fn events_are_grouped_with_their_rate() {
    workload_in_motion();
    let window = connected();
    go_to(&window, "Events");
    window.until_text("Last hour, a bar a minute");
    window.shot("events-each");
    window.click("button", "Grouped");
    window.until_text("Latest message");
    window.until(
        "a group of pods",
        "return JSON.stringify(rowsOf(grid())).includes('-*')",
        &[],
    );
    window.shot("events-grouped");
    go_to(&window, "Theme: light");
    window.shot("events-grouped-light");
    window.click("button", "Only warnings");
    window.until(
        "only warnings",
        "const rows = rowsOf(grid()); return rows.length > 0 && rows.every((row) => JSON.stringify(row).includes('Warning'))",
        &[],
    );
    // A group opens with every object it is about; each leads to its own drawer, and back leads here again.
    window.press(&[], Key::Down);
    window.press(&[], Key::Enter);
    let objects = "return one('list', 'Objects of the group')?.querySelectorAll('li').length ?? 0";
    window.until(
        "its objects",
        "return one('list', 'Objects of the group')?.querySelector('li')",
        &[],
    );
    let counted = window.eval(
        "return parseInt(document.querySelector('[aria-label=\"Group of events\"] h3').innerText)",
        &[],
    );
    assert_eq!(window.eval(objects, &[]), counted);
    crate::steps::look(&window, "events-group");
    window.resize(900, 560);
    window.shot("events-grouped-small");
    window.resize(1440, 900);
    window.click_found(
        "an object",
        "return one('list', 'Objects of the group')?.querySelector('button')",
        &[],
    );
    window.until("its drawer", "return drawer()", &[]);
    window.press(&[Key::Alt], Key::Left);
    window.until(
        "the group again",
        "return one('list', 'Objects of the group')",
        &[],
    );
    window.press(&[], Key::Escape);
    window.until(
        "the group closed",
        "return !one('list', 'Objects of the group')",
        &[],
    );
}
