//! The program's settings: what is recorded, and how much of it is kept.

use desktop::{Home, Window};
use fantoccini::key::Key;

use crate::demo::until_demo;
use crate::steps::go_to;

#[test]
fn limits_of_the_recording_are_set_and_nonsense_is_refused() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    go_to(&window, "Settings");
    let recording = "document.querySelector('form[aria-label=Recording]')";
    window.until(
        "the recording",
        &format!("return /sqlite/.test(squeezed({recording}?.innerText ?? ''))"),
        &[],
    );
    window.shot("settings");
    let days = "document.querySelector('form input[type=number]')";
    let set = |text: &str| {
        window.eval(&format!("{days}.focus(); {days}.select()"), &[]);
        window.type_text(text);
        window.press(&[], Key::Enter);
    };
    set("0");
    window.until(
        "why not",
        &format!("return {recording}.querySelector('[role=alert]')"),
        &[],
    );
    window.shot("settings-refused");
    set("3");
    window.until(
        "no objection",
        &format!("return !{recording}.querySelector('[role=alert]')"),
        &[],
    );
}
