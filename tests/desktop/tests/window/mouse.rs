//! The mouse: its buttons for back and forward, dragging a column heading, the menu of a row.

use desktop::{Window, namespace};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{apply, connected, go_to, look, open_table, pod, until_names, until_row};

/// A button that few mice have, as the webview tells of it.
fn press_button(window: &Window, button: u32) {
    window.eval(
        "const init = { button: arguments[0], bubbles: true, cancelable: true };
         for (const type of ['mousedown', 'mouseup']) grid().dispatchEvent(new MouseEvent(type, init));",
        &[json!(button)],
    );
}

/// The middle of what `script` finds.
fn middle(window: &Window, what: &str, script: &str, arguments: &[Value]) -> (i64, i64) {
    let place = window.until(
        what,
        &format!(
            "const e = (function () {{ {script} }}).apply(null, arguments);
             if (!e) return null;
             const box = e.getBoundingClientRect();
             return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]"
        ),
        arguments,
    );
    (place[0].as_i64().unwrap(), place[1].as_i64().unwrap())
}

fn heading(window: &Window, title: &str) -> (i64, i64) {
    middle(
        window,
        "the heading",
        "return one('columnheader', arguments[0])",
        &[json!(title)],
    )
}

fn columns(window: &Window) -> Vec<String> {
    serde_json::from_value(window.eval("return columnsOf(grid())", &[])).unwrap()
}

#[test]
fn the_side_buttons_go_back_and_forward() {
    let window = connected();
    go_to(&window, "Nodes");
    until_row(&window, "node-1");
    press_button(&window, 3);
    window.until("the pods", "return one('grid', 'Pods')", &[]);
    press_button(&window, 4);
    window.until("the nodes", "return one('grid', 'Nodes')", &[]);
    // With a question over the window they do nothing.
    window.press(&[Key::Control], 'k');
    window.until("the palette", "return one('combobox', 'Go to*')", &[]);
    press_button(&window, 3);
    window.press(&[], Key::Escape);
    window.until("still the nodes", "return one('grid', 'Nodes')", &[]);
}

#[test]
fn a_heading_is_dragged_and_a_click_still_sorts() {
    let space = namespace("mouse-heading");
    for name in ["alpha", "bravo"] {
        apply(&pod(space, name, json!({})));
    }
    let window = connected();
    open_table(&window, "Pods", space);
    until_names(&window, &["alpha", "bravo"]);
    let before = columns(&window);
    let place = |title: &str| columns(&window).iter().position(|one| one == title);
    assert!(place("Status") > place("Ready"), "{before:?}");
    let (from, ready) = (heading(&window, "Status"), heading(&window, "Ready"));
    window.drag(from, (ready.0 - 20, ready.1));
    window.until(
        "Status before Ready",
        "const titles = columnsOf(grid()); return titles.indexOf('Status') < titles.indexOf('Ready')",
        &[],
    );
    // The drag has sorted nothing, and has taken no column away.
    let sorted = "return one('columnheader', 'Status').getAttribute('aria-sort')";
    assert_eq!(window.eval(sorted, &[]), json!("none"));
    assert_eq!(columns(&window).len(), before.len());
    let (x, y) = heading(&window, "Status");
    window.click_at(x, y);
    window.until(
        "sorted by status",
        "return one('columnheader', 'Status').getAttribute('aria-sort') === 'ascending'",
        &[],
    );
    // To the right, over several others.
    let (from, age) = (heading(&window, "Status"), heading(&window, "Age"));
    window.drag(from, (age.0 + 15, age.1));
    window.until(
        "Status behind Age",
        "const titles = columnsOf(grid()); return titles.indexOf('Status') === titles.indexOf('Age') + 1",
        &[],
    );
    look(&window, "mouse-heading");
}

#[test]
fn a_row_has_a_menu() {
    let space = namespace("mouse-menu");
    for name in ["alpha", "bravo"] {
        apply(&pod(space, name, json!({})));
    }
    let window = connected();
    open_table(&window, "Pods", space);
    until_names(&window, &["alpha", "bravo"]);
    let (x, y) = middle(
        &window,
        "the row",
        "return rowNamed('bravo')?.querySelector('[data-column=name]')",
        &[],
    );
    window.right_click_at(x, y);
    window.until("the menu", "return one('menu', 'Copy')", &[]);
    window.until(
        "the keyboard in the menu",
        "return Boolean(document.activeElement?.closest('[role=menu]'))",
        &[],
    );
    window.shot("mouse-menu");
    // Escape closes it, and gives the keyboard back to the table.
    window.press(&[], Key::Escape);
    window.until(
        "the table has the keyboard",
        "return !one('menu', 'Copy') && document.activeElement === grid()",
        &[],
    );
    window.right_click_at(x, y);
    window.until("the menu", "return one('menu', 'Copy')", &[]);
    window.press(&[], Key::Enter);
    window.until_text("Copied");
}
