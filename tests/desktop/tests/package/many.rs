//! Fifty files opened at the same moment: none may be lost.

use std::time::Instant;

use desktop::{Started, Window};

use crate::steps::{kubeconfigs, listed, open_each, until_listed, until_one_runs, user, words};

const MANY: usize = 50;

#[test]
fn fifty_files_at_once_into_a_window_that_is_open() {
    let home = user();
    let files = kubeconfigs(&home, MANY);
    let window = Window::open_in(home.clone(), &[]);
    let begun = Instant::now();
    let _started = Started::by(&home, &words(&open_each(&files)));
    let took = until_listed(&window, &files, begun);
    println!(
        "{MANY} files into an open window: {:.1} s",
        took.as_secs_f64()
    );
    until_one_runs(window.home());
    assert_eq!(listed(&window), files.into_iter().collect());
    window.shot("package-fifty");
}

#[test]
fn fifty_files_at_once_where_no_window_is_open() {
    let home = user();
    let files = kubeconfigs(&home, MANY);
    let begun = Instant::now();
    let window = Window::open_by(home, &words(&open_each(&files)));
    let took = until_listed(&window, &files, begun);
    println!("{MANY} files and no window: {:.1} s", took.as_secs_f64());
    until_one_runs(window.home());
    assert_eq!(listed(&window), files.into_iter().collect());
}
