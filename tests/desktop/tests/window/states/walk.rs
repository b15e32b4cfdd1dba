//! Going by keyboard, and looking at what is there.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use desktop::{Window, wait_for};
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::screens::Screen;
use crate::habits::CONTRAST;
use crate::steps::{go_to, until_connected, until_not_asked, until_row};

/// How long a state may take to show.
const LIMIT: Duration = Duration::from_secs(15);
/// More stops than any screen has.
const MOST_STOPS: usize = 80;

/// Put in front of what must be seen.
const WORDS: &str = "
    const says = (text) => squeezed(document.body.innerText).includes(text);
    const drawerSays = (text) => squeezed(drawer()?.innerText).includes(text);";

/// The keyboard is somewhere, and where can be seen: on an element that shows it, or in a field, a table, or a page as a whole.
const KEYBOARD: &str = "
    const at = document.activeElement;
    if (!at || at === document.body) return 'nowhere';
    if (!shown(at)) return 'on something hidden: ' + at.outerHTML.slice(0, 80);
    return ''";

/// A walk through screens in one state; what is wrong with any of them is told at its end.
pub(super) struct Walk<'a> {
    window: &'a Window,
    state: &'static str,
    wrong: RefCell<Vec<String>>,
    looked: RefCell<usize>,
    began: Instant,
}

impl<'a> Walk<'a> {
    pub(super) fn through(window: &'a Window, state: &'static str) -> Self {
        Self {
            window,
            state,
            wrong: RefCell::default(),
            looked: RefCell::default(),
            began: Instant::now(),
        }
    }

    /// Goes to a screen and looks whether it shows what it must.
    pub(super) fn to(&self, screen: &Screen, must: &str) {
        (screen.reach)(self.window);
        self.here(screen.name, must);
    }

    /// Looks whether the screen that is there shows what it must, in both themes.
    pub(super) fn here(&self, name: &str, must: &str) {
        let window = self.window;
        let seen = wait_for(must, LIMIT, || {
            match window.eval(&format!("{WORDS}\nreturn Boolean({must})"), &[]) {
                Value::Bool(true) => Ok(()),
                other => Err(other.to_string()),
            }
        });
        let name = format!("state-{}-{name}", self.state);
        let mut wrong = self.wrong.borrow_mut();
        if seen.is_err() {
            wrong.push(format!(
                "{name}: {must} is not seen; there is:\n{}",
                window.text()
            ));
        }
        let keyboard = window.eval(KEYBOARD, &[]);
        if keyboard != json!("") {
            wrong.push(format!("{name}: the keyboard is {keyboard}"));
        }
        for theme in ["light", "dark"] {
            window.eval(
                "document.documentElement.dataset.theme = arguments[0]",
                &[json!(theme)],
            );
            window.shot(&format!("{name}-{theme}"));
            let unreadable = window.eval(CONTRAST, &[]);
            if unreadable != json!([]) {
                wrong.push(format!("{name}: hard to read, {theme}: {unreadable}"));
            }
        }
        *self.looked.borrow_mut() += 1;
    }

    /// Fails with everything that was wrong.
    pub(super) fn end(self) {
        println!(
            "{} screens, {}: {:.1} s",
            self.looked.borrow(),
            self.state,
            self.began.elapsed().as_secs_f64()
        );
        let wrong = self.wrong.into_inner();
        assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
    }
}

/// Connects the context that the start page begins with, confirming what is asked.
pub(super) fn connect(window: &Window) {
    window.until(
        "the keyboard on a context",
        "return Boolean(document.activeElement?.closest('[data-context]'))",
        &[],
    );
    window.press(&[], Key::Enter);
    agree(window);
    until_connected(window);
}

/// Agrees to the question on screen, or will do so when it comes.
pub(super) fn agree(window: &Window) {
    window.until("the question", "return consent()", &[]);
    while window.eval(
        "return consent().querySelectorAll('[data-danger] input:not(:checked)').length",
        &[],
    ) != json!(0)
    {
        tab_to(
            window,
            "an unconfirmed danger",
            "return at.matches('[data-danger] input:not(:checked)')",
        );
        window.press(&[], ' ');
    }
    tab_to(
        window,
        "Trust and connect",
        "return nameOf(at) === 'Trust and connect'",
    );
    window.until(
        "it can be pressed",
        "return pressable('Trust and connect')",
        &[],
    );
    window.press(&[], Key::Enter);
    until_not_asked(window);
}

/// Presses Tab until `script` answers true of the element `at` that has the keyboard.
pub(super) fn tab_to(window: &Window, what: &str, script: &str) {
    let here = format!("const at = document.activeElement; if (!at) return false; {script}");
    for _ in 0..MOST_STOPS {
        if window.eval(&here, &[]) == json!(true) {
            return;
        }
        window.press(&[], Key::Tab);
    }
    panic!("Tab never comes to {what}");
}

/// Makes the row of that name the active one of a table.
pub(super) fn onto_row(window: &Window, title: &str, space: &str, name: &str) {
    go_to(window, title);
    if window.eval(
        "return Boolean(one('button', arguments[0]))",
        &[json!(space)],
    ) != json!(true)
    {
        go_to(window, space);
    }
    until_row(window, name);
    window.press(&[], Key::Home);
    let active = "const id = document.activeElement?.getAttribute('aria-activedescendant');
        return id ? document.getElementById(id)?.querySelector('[data-column=name]')?.textContent === arguments[0] : false";
    for _ in 0..12 {
        if window.eval(active, &[json!(name)]) == json!(true) {
            return;
        }
        window.press(&[], Key::Down);
    }
    panic!("the row {name} of {title} is not reached by keyboard");
}
