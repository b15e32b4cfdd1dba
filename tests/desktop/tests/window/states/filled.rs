//! Screens with something to show, and with nothing.

use desktop::{Window, cluster};

use super::scene::{self, EMPTY, FULL};
use super::screens::{COLLECTIONS, OBJECTS};
use super::walk::{self, Walk};
use crate::steps::go_to;

#[test]
fn every_screen_is_filled_and_empty() {
    scene::set();
    let window = Window::open(&cluster().kubeconfig());
    walk::connect(&window);
    go_to(&window, FULL);
    let walk = Walk::through(&window, "filled");
    for screen in COLLECTIONS.iter().chain(OBJECTS) {
        walk.to(screen, screen.filled);
    }
    walk.end();
    let walk = Walk::through(&window, "empty");
    for (name, (reach, must)) in OBJECTS
        .iter()
        .filter_map(|screen| Some((screen.name, screen.empty?)))
    {
        reach(&window);
        walk.here(name, must);
    }
    go_to(&window, "Pods");
    go_to(&window, EMPTY);
    for (name, (reach, must)) in COLLECTIONS
        .iter()
        .filter_map(|screen| Some((screen.name, screen.empty?)))
    {
        reach(&window);
        walk.here(name, must);
    }
    walk.end();
}
