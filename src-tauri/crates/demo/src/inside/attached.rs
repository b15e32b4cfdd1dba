//! The streams of a container's own program.

use super::line::Lines;
use super::place::Place;
use super::process::{Output, State};
use crate::World;

/// Who looks at what a container prints, from now on, and types to it.
#[derive(Debug)]
pub(crate) struct Attached {
    place: Place,
    tty: bool,
    /// What is typed, where the program reads at all (`stdin` of the container).
    lines: Option<Lines>,
    /// Number of the next line that was not told.
    next: u64,
    written: Output,
}

impl Attached {
    pub(crate) fn new(world: &World, place: &Place) -> Self {
        let printed = printed(world, place);
        let spec = place.look(world);
        let flag = |name: &str| {
            spec.as_ref()
                .is_some_and(|view| view.spec()[name].as_bool() == Some(true))
        };
        let tty = flag("tty");
        Self {
            place: place.clone(),
            tty,
            lines: flag("stdin").then(|| Lines::new(tty)),
            next: printed,
            written: Output::default(),
        }
    }

    /// Takes what is typed; a program that does not read never sees it.
    pub(crate) fn input(&mut self, bytes: &[u8]) {
        if let Some(lines) = &mut self.lines {
            lines.feed(bytes, &mut self.written.out);
            // What reads its input here says it again.
            let (read, _) = lines.all();
            self.write(&read);
        }
    }

    /// What was printed since.
    pub(crate) fn go_on(&mut self, world: &World) -> (Output, State) {
        let place = &self.place;
        let lines = world
            .logs
            .lines(&place.namespace, &place.pod, &place.container, false);
        let is_running = place.is_running(world);
        let mut fresh = Vec::new();
        for line in lines.into_iter().flatten() {
            if line.number >= self.next {
                fresh.extend_from_slice(line.text.as_bytes());
                fresh.push(b'\n');
                self.next = line.number + 1;
            }
        }
        if !is_running {
            return (std::mem::take(&mut self.written), State::Ended(0));
        }
        self.write(&fresh);
        (std::mem::take(&mut self.written), State::Reads)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.tty && *byte == b'\n' {
                self.written.out.push(b'\r');
            }
            self.written.out.push(*byte);
        }
    }
}

/// The number that the next line will have.
fn printed(world: &World, place: &Place) -> u64 {
    let lines = world
        .logs
        .lines(&place.namespace, &place.pod, &place.container, false);
    let last = lines.and_then(|lines| lines.back());
    last.map_or(0, |line| line.number + 1)
}
