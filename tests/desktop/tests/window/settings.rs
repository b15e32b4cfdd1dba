//! The program's settings: what is recorded, and how much of it is kept.

use desktop::{Home, Window};
use fantoccini::key::Key;
use serde_json::json;

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
    // Everything is within the smallest window, in both themes.
    window.resize(900, 560);
    for theme in ["dark", "light"] {
        window.eval(
            "one('radio', arguments[0]).click(); return true",
            &[json!(if theme == "dark" { "Dark" } else { "Light" })],
        );
        window.until(
            "the theme",
            "return document.documentElement.dataset.theme === arguments[0]",
            &[json!(theme)],
        );
        window.shot(&format!("settings-narrow-{theme}"));
        let outside = window.eval(
            "const dialog = one('dialog', '');
             return [...dialog.querySelectorAll('button, input, p')].filter(shown).filter((one) => {
               const box = one.getBoundingClientRect();
               return box.left < 0 || box.right > innerWidth;
             }).map((one) => one.outerHTML)",
            &[],
        );
        assert_eq!(outside, json!([]));
    }
}
