//! What tests do again and again.

use std::collections::BTreeMap;

use control_plane::Credential;
use desktop::{Window, cluster};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::habits::CONTRAST;

/// A row: text by column id.
pub(crate) type Row = BTreeMap<String, String>;

/// A window with the shared cluster connected, showing pods.
pub(crate) fn connected() -> Window {
    connected_as(Credential::Admin)
}

/// The same under other credentials.
pub(crate) fn connected_as(credential: Credential) -> Window {
    let window = Window::open(&cluster().kubeconfig_of(credential));
    connect(&window, credential.name());
    window
}

/// Connects a context that was never agreed to, and waits for its first table.
pub(crate) fn connect(window: &Window, name: &str) {
    choose_context(window, name);
    trust(window);
    until_connected(window);
}

/// Clicks a context of the start page, wherever in the list it is.
pub(crate) fn choose_context(window: &Window, name: &str) {
    window.click_found(
        &format!("the context {name}"),
        "const found = contextNamed(arguments[0])?.querySelector('button');
         if (found) return found;
         // Only lines in sight are in the page.
         const list = document.querySelector('.scroll');
         const end = !list || list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
         if (list) list.scrollTop = end ? 0 : list.scrollTop + list.clientHeight / 2;
         return null",
        &[json!(name)],
    );
}

/// Waits until that context is asked about.
pub(crate) fn until_asked(window: &Window, name: &str) {
    window.until(
        &format!("the question about {name}"),
        "return consent()?.dataset.question === arguments[0]",
        &[json!(name)],
    );
}

/// Waits until nothing is asked.
pub(crate) fn until_not_asked(window: &Window) {
    window.until("no question", "return !consent()", &[]);
}

/// Confirms every danger of the question on screen.
pub(crate) fn confirm_dangers(window: &Window) {
    const LEFT: &str = "const left = [...(consent()?.querySelectorAll('[data-danger] input:not(:checked)') ?? [])];";
    window.until("the question", "return consent()", &[]);
    loop {
        let before = window.eval(&format!("{LEFT} return left.length"), &[]);
        if before == json!(0) {
            return;
        }
        window.click_found("a danger's box", &format!("{LEFT} return left[0]"), &[]);
        window.until(
            "one box less",
            &format!("{LEFT} return left.length < arguments[0]"),
            &[before],
        );
    }
}

/// Presses one of the question's buttons as soon as it can be pressed.
pub(crate) fn press_answer(window: &Window, name: &str) {
    window.click_found(
        &format!("“{name}” to be pressable"),
        "return pressable(arguments[0])",
        &[json!(name)],
    );
}

/// Agrees to what is asked, its dangers one by one.
pub(crate) fn trust(window: &Window) {
    confirm_dangers(window);
    press_answer(window, "Trust and connect");
    until_not_asked(window);
}

/// Waits for the first table.
pub(crate) fn until_connected(window: &Window) {
    window.until(
        "a table",
        "return grid() && columnsOf(grid()).length > 0",
        &[],
    );
}

/// Goes to a kind or namespace, or runs a command, by the palette.
pub(crate) fn go_to(window: &Window, title: &str) {
    window.press(&[Key::Control], 'k');
    window.until(
        "the palette",
        "return one('combobox', 'Go to*') === document.activeElement",
        &[],
    );
    window.type_text(title);
    window.until(
        &format!("{title} first in the palette"),
        "const first = all('option', '')[0];
         return first && squeezed(first.firstElementChild.textContent) === arguments[0]",
        &[json!(title)],
    );
    window.press(&[], Key::Enter);
    window.until(
        "the palette closed",
        "return !one('combobox', 'Go to*')",
        &[],
    );
}

/// Goes to the table of a kind, in one namespace.
pub(crate) fn open_table(window: &Window, title: &str, namespace: &str) {
    go_to(window, title);
    go_to(window, namespace);
    window.until(
        &format!("the table of {title} in {namespace}"),
        "return one('grid', arguments[0]) && one('button', arguments[1])",
        &[json!(title), json!(namespace)],
    );
}

/// Looks at the screen in both themes; text that cannot be read fails.
pub(crate) fn look(window: &Window, name: &str) {
    for theme in ["light", "dark"] {
        go_to(window, &format!("Theme: {theme}"));
        window.until(
            theme,
            "return document.documentElement.dataset.theme === arguments[0]",
            &[json!(theme)],
        );
        window.move_mouse_away();
        window.shot(&format!("{name}-{theme}"));
        assert_eq!(window.eval(CONTRAST, &[]), json!([]), "{name}, {theme}");
    }
}

/// Rows that are in the page now, in their order.
pub(crate) fn rows(window: &Window) -> Vec<Row> {
    serde_json::from_value(window.eval("return rowsOf(grid())", &[])).unwrap()
}

/// Waits for a row of that name.
pub(crate) fn until_row(window: &Window, name: &str) {
    window.until(
        &format!("a row {name}"),
        "return Boolean(rowNamed(arguments[0]))",
        &[json!(name)],
    );
}

/// Waits until a cell of the row `name` says `text`.
pub(crate) fn until_cell(window: &Window, name: &str, column: &str, text: &str) {
    window.until(
        &format!("{column} = {text} in the row {name}"),
        "return rowsOf(grid()).find((row) => row.name === arguments[0])?.[arguments[1]] === arguments[2]",
        &[json!(name), json!(column), json!(text)],
    );
}

/// Waits until the names of the rows are these, in this order.
pub(crate) fn until_names(window: &Window, names: &[&str]) {
    window.until(
        &format!("the rows {names:?}"),
        "return JSON.stringify(rowsOf(grid()).map((row) => row.name)) === JSON.stringify(arguments[0])",
        &[json!(names)],
    );
}

/// Opens the drawer on a row.
pub(crate) fn open_drawer(window: &Window, name: &str) {
    window.click_found(
        &format!("the row {name}"),
        "return rowNamed(arguments[0])?.querySelector('[data-column=name]')",
        &[json!(name)],
    );
    window.until(
        "the drawer",
        "return drawer() && nameOf(drawer()) === `Details of ${arguments[0]}` && one('tab', 'YAML', drawer())",
        &[json!(name)],
    );
}

/// Waits until the drawer says `text`.
pub(crate) fn until_drawer_says(window: &Window, text: &str) {
    window.until(
        &format!("“{text}” in the drawer"),
        "return squeezed(drawer()?.innerText).includes(arguments[0])",
        &[json!(text)],
    );
}

/// Makes a pod of one or two containers that runs at once.
pub(crate) fn pod(namespace: &str, name: &str, rest: Value) -> Value {
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "registry.example.com/app:1"}]},
    });
    merge(&mut pod, rest);
    pod
}

/// Applies an object with kubectl.
pub(crate) fn apply(object: &Value) {
    cluster().apply(&object.to_string()).unwrap();
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}
