//! The server answers with failures, or with what is no answer: each screen says which.

use cluster_tests::Answer;

use super::gate::{Gate, for_objects, for_one_object};
use super::scene::{self, FULL, ONE};
use super::screens::{COLLECTIONS, OBJECTS};
use super::walk::Walk;
use crate::steps::{go_to, until_row};

fn on_fire() -> Answer {
    Answer::status(500, "InternalError", "the disk is on fire")
}

/// What a gateway in between says.
fn gateway() -> Answer {
    Answer::Whole {
        status: "200 OK",
        headers: Vec::new(),
        body: "<html><body>Welcome to the gateway</body></html>".to_owned(),
    }
}

#[test]
fn every_screen_says_what_failed() {
    scene::set();
    let gate = Gate::connected(|gate| {
        gate.spoil(gateway(), |request| request.path.ends_with("/beacons"));
        gate.spoil(on_fire(), for_objects);
    });
    let window = &gate.window;
    go_to(window, FULL);
    let walk = Walk::through(window, "failed");
    for screen in COLLECTIONS
        .iter()
        .filter(|screen| !screen.failed.is_empty())
    {
        walk.to(screen, screen.failed);
    }
    gate.release();
    go_to(window, "Pods");
    until_row(window, ONE);
    gate.spoil(on_fire(), for_one_object);
    for screen in OBJECTS.iter().filter(|screen| !screen.failed.is_empty()) {
        walk.to(screen, screen.failed);
    }
    walk.end();
}
