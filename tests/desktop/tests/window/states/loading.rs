//! Nothing of what a screen asks for has come yet: it says so, and fills when it comes.

use fantoccini::key::Key;

use super::gate::{Gate, for_objects, for_one_object};
use super::scene::{self, FULL, ONE};
use super::screens::{COLLECTIONS, OBJECTS};
use super::walk::{Walk, tab_to};
use crate::steps::{go_to, until_row};

#[test]
fn every_screen_says_that_it_loads_and_fills_when_it_can() {
    scene::set();
    let gate = Gate::connected(|gate| gate.hold(for_objects));
    let window = &gate.window;
    go_to(window, FULL);
    let walk = Walk::through(window, "loading");
    for screen in COLLECTIONS
        .iter()
        .filter(|screen| !screen.loading.is_empty())
    {
        walk.to(screen, screen.loading);
    }
    gate.release();
    go_to(window, "Pods");
    until_row(window, ONE);
    gate.hold(for_one_object);
    for screen in OBJECTS.iter().filter(|screen| !screen.loading.is_empty()) {
        walk.to(screen, screen.loading);
    }
    gate.release();
    // What was on its way when the link was cut is asked for by the key that is offered.
    tab_to(window, "Try again", "return nameOf(at) === 'Try again'");
    window.press(&[], Key::Enter);
    walk.here(
        "log-after",
        "one('log', 'Log of one')?.innerText.includes('the second line')",
    );
    walk.end();
}
