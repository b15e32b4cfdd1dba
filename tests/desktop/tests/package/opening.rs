//! Files opened through the desktop entry.

use std::collections::BTreeSet;
use std::time::Instant;

use desktop::{Home, Started, System, Window, wait_for};

use crate::steps::{
    AT_ONCE, installed, kubeconfig, listed, open_each, until_listed, until_one_runs, user, words,
};

#[test]
fn a_double_click_opens_the_window_and_the_package_goes_cleanly_afterwards() {
    let system = System::new();
    let before = system.contents();
    system.install();
    let home = Home::new().on(&system);
    let file = kubeconfig(&home, "double click.kubeconfig");
    let window = Window::open_by(home, &["gio", "open", &file.display().to_string()]);
    window.until_text("double click.kubeconfig");
    assert_eq!(listed(&window), [file].into());
    window.shot("package-double-click");
    // By the class desktops find the entry of a window, and with it its name and icon.
    let windows = window.home().output(&["xwininfo", "-root", "-tree"]);
    let ours: Vec<&str> = windows
        .lines()
        .filter(|line| line.contains("\"Scalescope\": ("))
        .collect();
    assert_eq!(ours.len(), 1, "{windows}");
    let entry = std::fs::read_to_string(system.at("usr/share/applications/Scalescope.desktop"));
    let class = entry
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("StartupWMClass=").map(str::to_owned))
        .unwrap();
    assert!(ours[0].contains(&format!("(\"{class}\"")), "{}", ours[0]);
    drop(window);
    system.purge();
    assert!(system.contents() == before, "something is left");
}

#[test]
fn any_name_is_opened_and_nothing_of_it_is_obeyed() {
    let home = user();
    let files: Vec<_> = [
        "--flag.kubeconfig",
        "-h.kubeconfig",
        "$(touch hurt).kubeconfig",
        "`touch hurt`.kubeconfig",
        "a;touch hurt;b.kubeconfig",
        "two  words.kubeconfig",
        "%PATH% %F %20.kubeconfig",
        "quote\".kubeconfig",
        "quote'.kubeconfig",
        "back\\slash.kubeconfig",
        "file:#?.kubeconfig",
        "ünïcode – 文件.kubeconfig",
        &format!("{}.kubeconfig", "long".repeat(60)),
    ]
    .iter()
    .map(|name| kubeconfig(&home, name))
    .collect();
    let window = Window::open_in(home.clone(), &[]);
    assert_eq!(listed(&window), BTreeSet::new());
    let begun = Instant::now();
    // One by one, in one go, and by the entry itself.
    let _each = Started::by(&home, &words(&open_each(&files[..5])));
    let _entry = Started::by(
        &home,
        &[
            "gio",
            "launch",
            &installed()
                .at("usr/share/applications/Scalescope.desktop")
                .display()
                .to_string(),
            &files[5].display().to_string(),
        ],
    );
    let mut together = vec!["gio".to_owned(), "open".to_owned()];
    together.extend(files[6..].iter().map(|file| file.display().to_string()));
    let _together = Started::by(&home, &words(&together));
    until_listed(&window, &files, begun);
    until_one_runs(window.home());
    assert_eq!(listed(&window), files.into_iter().collect());
    let hurt = home
        .written("")
        .into_iter()
        .any(|(path, _)| path.ends_with("hurt"));
    assert!(!hurt, "a name was run");
}

#[test]
fn names_are_taken_from_the_folder_that_the_later_start_stands_in() {
    let home = user();
    let [plain, flag, address] =
        ["plain", "--flag", "an address"].map(|name| kubeconfig(&home, name));
    let window = Window::open_in(home.clone(), &[]);
    let script = r#"cd files && scalescope plain -- --flag "file://localhost$PWD/an%20address""#;
    let script = script.replace("cd files", &format!("cd '{}/files'", home.path().display()));
    let begun = Instant::now();
    // It ends, and with success, when the window has the files.
    assert_eq!(home.output(&["timeout", "60", "sh", "-c", &script]), "");
    until_listed(&window, &[plain, flag, address], begun);
    assert_eq!(window.home().running().len(), 1);
}

#[test]
fn another_config_folder_is_another_instance() {
    let (one, other) = (user(), user());
    let files = [&one, &other].map(|home| kubeconfig(home, "mine.kubeconfig"));
    let _one = Started::by(&one, &["gio", "open", &files[0].display().to_string()]);
    wait_for("the first instance", AT_ONCE, || {
        let running = one.running();
        let runs = running.len() == 1 && !one.written("state").is_empty();
        runs.then_some(()).ok_or_else(|| format!("{running:?} run"))
    })
    .unwrap();
    let window = Window::open_by(other, &["gio", "open", &files[1].display().to_string()]);
    window.until_text("mine.kubeconfig");
    assert_eq!(listed(&window), [files[1].clone()].into());
    assert_eq!((one.running().len(), window.home().running().len()), (1, 1));
}

#[test]
fn a_start_without_a_session_bus_or_a_runtime_folder_finds_the_window_too() {
    let home = user();
    let file = kubeconfig(&home, "late.kubeconfig");
    // Its bus leads nowhere as it is, like that of every test.
    let bare = ["timeout", "60", "env", "-u", "XDG_RUNTIME_DIR"];
    let command = [bare.as_slice(), &["scalescope"]].concat();
    let window = Window::open_by(home.clone(), &command);
    let begun = Instant::now();
    let file_name = file.display().to_string();
    home.output(&[bare.as_slice(), &["scalescope", &file_name]].concat());
    until_listed(&window, &[file], begun);
    until_one_runs(window.home());
}
