//! Many starts at once, in one process: threads for programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Claim, Place, Request, claim};

const LONG: Duration = Duration::from_mins(1);

fn request(number: usize) -> Request {
    Request {
        files: vec![PathBuf::from(format!("/file-{number}"))],
        activation: String::new().into(),
    }
}

fn place(home: &Path) -> Place {
    Place::of(&home.join("config"), Some(&home.join("runtime"))).expect("a place")
}

fn start(home: &Path, number: usize, patience: Duration) -> std::io::Result<Claim> {
    claim(&place(home), &request(number), patience)
}

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeSet<PathBuf>>>);

impl Seen {
    fn add(&self, request: Request) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(request.files);
    }

    fn all(&self) -> BTreeSet<PathBuf> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn expected(count: usize) -> BTreeSet<PathBuf> {
    (0..count)
        .flat_map(|number| request(number).files)
        .collect()
}

#[test]
fn of_fifty_starts_at_once_one_is_first_and_has_every_file() {
    for _ in 0..10 {
        let home = tempfile::tempdir().expect("a folder");
        let (seen, firsts) = (Seen::default(), AtomicUsize::new(0));
        let line = Barrier::new(50);
        thread::scope(|scope| {
            for number in 0..50 {
                let (seen, firsts, line) = (seen.clone(), &firsts, &line);
                let folder = home.path();
                scope.spawn(move || {
                    line.wait();
                    let claim = start(folder, number, LONG).expect("a claim");
                    let Claim::First(door) = claim else { return };
                    firsts.fetch_add(1, Ordering::SeqCst);
                    // A window takes a while to open.
                    thread::sleep(Duration::from_millis(50));
                    seen.add(request(number));
                    door.serve(move |request| {
                        seen.add(request);
                        true
                    });
                });
            }
        });
        assert_eq!(firsts.into_inner(), 1);
        // One that comes later finds the window too.
        assert!(matches!(start(home.path(), 50, LONG), Ok(Claim::Handed)));
        assert_eq!(seen.all(), expected(51));
    }
}

#[test]
fn a_window_that_closes_while_files_come_loses_none() {
    let home = tempfile::tempdir().expect("a folder");
    let seen = Seen::default();
    let windows = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..200 {
            let (seen, windows, folder) = (seen.clone(), &windows, home.path());
            scope.spawn(move || {
                thread::sleep(Duration::from_micros((number as u64 * 7_919) % 60_000));
                let claim = start(folder, number, LONG).expect("a claim");
                let Claim::First(door) = claim else { return };
                windows.fetch_add(1, Ordering::SeqCst);
                seen.add(request(number));
                // A program that ends: it refuses, and then its lock is free. Here the door ends with the refusal.
                let open = AtomicBool::new(true);
                let begun = Instant::now();
                for stream in door.listener.incoming() {
                    let stream = stream.expect("a start");
                    open.store(begun.elapsed() < Duration::from_millis(5), Ordering::SeqCst);
                    let _ = super::answer(stream, |request| {
                        let is_open = open.load(Ordering::SeqCst);
                        if is_open {
                            seen.add(request);
                        }
                        is_open
                    });
                    if !open.load(Ordering::SeqCst) {
                        break;
                    }
                }
            });
            if number == 199 {
                break;
            }
        }
        // The last window waits for a start that does not come: knock until it is gone.
        scope.spawn(|| {
            while seen.all().len() < 200 {
                thread::sleep(Duration::from_millis(5));
            }
            let place = place(home.path());
            while place.try_lock().is_ok_and(|lock| lock.is_none()) {
                let _ = super::hand(&place, &Request::default(), LONG);
            }
        });
    });
    assert_eq!(seen.all(), expected(200));
    assert!(windows.into_inner() > 1, "no window closed meanwhile");
}

#[test]
fn a_window_that_hangs_is_not_waited_for_without_end() {
    let home = tempfile::tempdir().expect("a folder");
    let first = start(home.path(), 0, LONG).expect("the first");
    let begun = Instant::now();
    assert!(start(home.path(), 1, Duration::from_millis(200)).is_err());
    assert!(begun.elapsed() >= Duration::from_millis(200));
    drop(first);
    assert!(matches!(start(home.path(), 1, LONG), Ok(Claim::First(_))));
}

#[test]
fn a_program_that_was_killed_leaves_nothing_in_the_way() {
    let home = tempfile::tempdir().expect("a folder");
    let place = place(home.path());
    // Its socket stays behind, its lock does not.
    drop(place.bind().expect("a socket"));
    assert!(place.connect().is_err());
    assert!(matches!(start(home.path(), 0, LONG), Ok(Claim::First(_))));
}

#[test]
fn the_first_place_is_kept_for_a_process_that_begins_again() {
    let home = tempfile::tempdir().expect("a folder");
    let Claim::First(door) = start(home.path(), 0, LONG).expect("the first") else {
        panic!("nobody else is there")
    };
    door.keep().expect("written");
    // What happens when it executes itself: its files are closed, its number stays.
    drop(door);
    assert!(matches!(start(home.path(), 0, LONG), Ok(Claim::First(_))));
}

#[test]
fn a_deep_folder_serves_too() {
    let home = tempfile::tempdir().expect("a folder");
    let deep = home.path().join("d".repeat(200)).join("e".repeat(200));
    let first = start(&deep, 0, LONG).expect("the first");
    let Claim::First(door) = first else {
        panic!("nobody else is there")
    };
    let seen = Seen::default();
    let taken = seen.clone();
    door.serve(move |request| {
        taken.add(request);
        true
    });
    assert!(matches!(start(&deep, 1, LONG), Ok(Claim::Handed)));
    assert_eq!(seen.all(), request(1).files.into_iter().collect());
}
