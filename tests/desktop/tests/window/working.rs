//! Working with a table by keyboard: filters, columns, saved views, back and forward.

use desktop::{Window, cluster, namespace};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{
    apply, connected, go_to, open_table, pod, until_connected, until_names, until_row,
};

fn heading(window: &Window, title: &str) {
    window.until(
        &format!("the heading {title} focused"),
        "const found = one('columnheader', arguments[0])?.querySelector('button'); found?.focus(); return document.activeElement === found",
        &[json!(title)],
    );
}

fn until_columns(window: &Window, first: &[&str]) {
    window.until(
        &format!("columns that begin with {first:?}"),
        "return JSON.stringify(columnsOf(grid()).slice(0, arguments[0].length)) === JSON.stringify(arguments[0])",
        &[json!(first)],
    );
}

fn type_filter(window: &Window, text: &str) {
    window.press(&[Key::Control], 'f');
    window.until(
        "the filter focused",
        "return document.activeElement === one('textbox', 'Filter *')",
        &[],
    );
    window.type_text(text);
}

#[test]
fn filters_that_mean_something_and_one_that_does_not() {
    let space = namespace("working-filter");
    for (name, tier) in [("web-1", "front"), ("web-2", "back"), ("db-1", "back")] {
        apply(&pod(
            space,
            name,
            json!({"metadata": {"labels": {"tier": tier}}}),
        ));
    }
    let window = connected();
    open_table(&window, "Pods", space);
    until_names(&window, &["db-1", "web-1", "web-2"]);
    type_filter(&window, "tier=back,app!=db-1");
    until_names(&window, &["web-2"]);
    window.press(&[], Key::Escape);
    type_filter(&window, "restarts:<1 name:web");
    until_names(&window, &["web-1", "web-2"]);
    // At once: of what is typed key by key, each beginning that means something applies.
    window.eval("document.execCommand('insertText', false, ' stat:x')", &[]);
    window.until_text("Did you mean status?");
    until_names(&window, &["web-1", "web-2"]);
    window.shot("filter-problem");
    window.press(&[], Key::Escape);
    type_filter(&window, "metadata.name=db-1");
    until_names(&window, &["db-1"]);
    window.press(&[], Key::Escape);
    type_filter(&window, "spec.nonsense=1");
    window.until_text("spec.nonsense");
    window.until("the way back", "return one('button', 'Clear filter')", &[]);
    window.shot("filter-refused");
    window.press(&[], Key::Escape);
    until_names(&window, &["db-1", "web-1", "web-2"]);
    window.click("button", "Help with the filter");
    window.until_text("as kubectl get -l reads them");
    window.shot("filter-help");
    go_to(&window, "Theme: light");
    window.click("button", "Help with the filter");
    window.until_text("as kubectl get -l reads them");
    window.shot("filter-help-light");
}

#[test]
fn columns_and_views_are_kept() {
    let space = namespace("working-columns");
    for name in ["alpha", "bravo"] {
        apply(&pod(space, name, json!({})));
    }
    let window = connected();
    open_table(&window, "Pods", space);
    until_names(&window, &["alpha", "bravo"]);
    until_columns(&window, &["Namespace", "Name"]);
    heading(&window, "Name");
    window.press(&[Key::Control], Key::Left);
    until_columns(&window, &["Name", "Namespace"]);
    // The heading keeps the keyboard: sort by it, the other way round.
    window.press(&[], Key::Enter);
    window.press(&[], Key::Enter);
    until_names(&window, &["bravo", "alpha"]);
    window.press(&[Key::Control], 'w');
    window.until(
        "a wide column",
        "return columnsOf(grid()).includes('IP')",
        &[],
    );
    type_filter(&window, "alpha");
    until_names(&window, &["alpha"]);

    window.click("button", "Views");
    window.until(
        "the name's field focused",
        "return document.activeElement === one('textbox', 'Name of the view')",
        &[],
    );
    window.type_text("Alphas");
    window.shot("views-save");
    window.press(&[], Key::Enter);
    go_to(&window, "Nodes");
    window.until("the nodes", "return one('grid', 'Nodes')", &[]);
    window.click("button", "Views");
    window.until_text("Alphas");
    window.shot("views-menu");
    window.press(&[], Key::Escape);
    let settings = window.rpc("settings", &Value::Null).unwrap();
    assert_eq!(settings["savedViews"][0]["filter"], "alpha", "{settings}");
    assert_eq!(settings["tables"]["pods"]["order"][0], "name", "{settings}");

    // After a start anew: the kind's columns and order, but no filter; and the view.
    let home = window.close();
    let window = Window::open_in(home, &[&cluster().kubeconfig().display().to_string()]);
    crate::steps::choose_context(&window, "admin");
    until_connected(&window);
    go_to(&window, space);
    until_names(&window, &["bravo", "alpha"]);
    until_columns(&window, &["Name", "Namespace"]);
    // The kind's columns are others by now than the view's.
    window.press(&[Key::Control], 'w');
    until_wide(&window, false);
    go_to(&window, "Nodes");
    window.until("the nodes", "return one('grid', 'Nodes')", &[]);
    window.click("button", "Views");
    window.click_found(
        "the view",
        "return all('button', '').find((e) => squeezed(e.innerText).startsWith('Alphas'))",
        &[],
    );
    until_names(&window, &["alpha"]);
    window.until(
        "its filter",
        "return one('textbox', 'Filter Pods')?.value === 'alpha'",
        &[],
    );
    until_wide(&window, true);
    window.shot("views-opened");
    // The kind remembers its own all the same, until somebody chooses columns in the view.
    let remembered = || {
        let settings = window.rpc("settings", &Value::Null).unwrap();
        settings["tables"]["pods"]["shown"]["ip"].clone()
    };
    go_to(&window, "Nodes");
    window.until("the nodes", "return one('grid', 'Nodes')", &[]);
    assert_eq!(remembered(), json!(false));
    go_to(&window, "Pods");
    until_wide(&window, false);
    go_to(&window, "Alphas");
    until_wide(&window, true);
    heading(&window, "Name");
    window.press(&[Key::Control], Key::Right);
    until_columns(&window, &["Namespace", "Name"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while remembered() != json!(true) {
        assert!(std::time::Instant::now() < deadline, "{}", remembered());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn until_wide(window: &Window, shown: bool) {
    window.until(
        if shown {
            "wide columns"
        } else {
            "no wide columns"
        },
        "return columnsOf(grid()).length > 0 && columnsOf(grid()).includes('IP') === arguments[0]",
        &[json!(shown)],
    );
}

#[test]
fn back_and_forward() {
    let space = namespace("working-places");
    apply(&pod(space, "here", json!({})));
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "here");
    type_filter(&window, "her");
    window.press(&[], Key::Enter);
    go_to(&window, "Nodes");
    window.until("the nodes", "return one('grid', 'Nodes')", &[]);
    window.press(&[Key::Alt], Key::Left);
    window.until(
        "the pods as they were left",
        "return one('grid', 'Pods') && one('textbox', 'Filter Pods')?.value === 'her'",
        &[],
    );
    until_names(&window, &["here"]);
    window.press(&[], ']');
    window.until("the nodes again", "return one('grid', 'Nodes')", &[]);
    window.press(&[], '[');
    window.until("the pods again", "return one('grid', 'Pods')", &[]);
    window.press(&[], '0');
    window.until(
        "all namespaces",
        "return one('button', 'All namespaces')",
        &[],
    );
    window.press(&[Key::Alt], Key::Left);
    window.until(
        "one namespace",
        "return one('button', arguments[0])",
        &[json!(space)],
    );
}

#[test]
fn rows_are_selected_and_copied() {
    let space = namespace("working-selection");
    for name in ["a", "b", "c", "d"] {
        apply(&pod(space, name, json!({})));
    }
    let window = connected();
    open_table(&window, "Pods", space);
    until_names(&window, &["a", "b", "c", "d"]);
    let selected = |names: &[&str]| {
        window.until(
            &format!("{names:?} selected"),
            "return JSON.stringify([...grid().querySelectorAll('[role=row][aria-selected=true] [data-column=name]')].map((e) => e.textContent).sort()) === JSON.stringify(arguments[0])",
            &[json!(names)],
        );
    };
    window.until(
        "the rows focused",
        "if (document.activeElement !== grid()) grid().focus(); return true",
        &[],
    );
    window.press(&[], 'g');
    window.press(&[], ' ');
    selected(&["a"]);
    window.press(&[Key::Shift], Key::Down);
    window.press(&[Key::Shift], Key::Down);
    selected(&["a", "b", "c"]);
    window.until_text("3 selected");
    window.press(&[], 'c');
    window.until_text("Copied 3 names");
    window.press(&[], 'n');
    window.until_text("Copied 1 namespace");
    window.shot("selection");
    window.press(&[Key::Control], 'a');
    selected(&["a", "b", "c", "d"]);
    go_to(&window, "Theme: dark");
    window.until(
        "the rows focused",
        "if (document.activeElement !== grid()) grid().focus(); return true",
        &[],
    );
    window.press(&[Key::Control, Key::Shift], 'C');
    window.until("the menu", "return one('menu', 'Copy')", &[]);
    window.shot("copy-menu-dark");
    window.press(&[], Key::Down);
    window.press(&[], Key::Down);
    window.press(&[], Key::Down);
    window.press(&[], Key::Enter);
    window.until_text("Copied the YAML of 4 objects");
    window.press(&[], Key::Escape);
    selected(&[]);
    // A capital letter sorts; the same once more turns it round.
    window.press(&[Key::Shift], 'N');
    window.press(&[Key::Shift], 'N');
    until_names(&window, &["d", "c", "b", "a"]);
    window.press(&[Key::Shift], 'S');
    window.until(
        "sorted by status",
        "return one('columnheader', 'Status')?.getAttribute('aria-sort') === 'ascending'",
        &[],
    );
}

#[test]
fn a_colon_goes_to_a_kind_by_its_name() {
    let space = namespace("working-colon");
    apply(&pod(space, "here", json!({})));
    let window = connected();
    let prompt = |text: &str| {
        window.until(
            "the rows focused",
            "if (document.activeElement !== grid()) grid().focus(); return true",
            &[],
        );
        window.press(&[Key::Shift], ':');
        window.until(
            "the prompt",
            "return document.activeElement === one('textbox', 'Kind, then namespaces')",
            &[],
        );
        window.type_text(text);
    };
    prompt("deploy");
    window.until_text("goes to Deployments (apps)");
    window.press(&[], Key::Enter);
    window.until("the deployments", "return one('grid', 'Deployments')", &[]);
    prompt(&format!("po {space}"));
    window.press(&[], Key::Enter);
    until_names(&window, &["here"]);
    prompt("deplyo");
    window.press(&[], Key::Enter);
    window.until_text("This cluster has no kind “deplyo”.");
    window.shot("colon-unknown");
    window.press(&[], Key::Tab);
    window.until_text("goes to Deployments (apps)");
    window.press(&[], Key::Escape);
    prompt("ns all");
    window.press(&[], Key::Enter);
    window.until(
        "all namespaces",
        "return one('button', 'All namespaces')",
        &[],
    );
    prompt("ctx");
    window.press(&[], Key::Enter);
    window.until("the contexts", "return one('list', 'Contexts')", &[]);
}

#[test]
fn the_palette_finds_objects() {
    let space = namespace("working-palette");
    for number in 0..60 {
        apply(&pod(space, &format!("crowd-{number:02}"), json!({})));
    }
    apply(&pod(space, "lighthouse-keeper", json!({})));
    apply(
        &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "lighthouse-lamps", "namespace": space}}),
    );
    let window = connected();
    go_to(&window, "Theme: dark");
    go_to(&window, "Nodes");
    window.press(&[Key::Control], 'k');
    window.until(
        "the palette",
        "return one('combobox', 'Go to*') === document.activeElement",
        &[],
    );
    window.type_text("lithkp");
    window.until(
        "the pod found",
        "return all('option', '').some((e) => squeezed(e.textContent).startsWith('lighthouse-keeper'))",
        &[],
    );
    window.until_text("Searched");
    window.shot("palette-object");
    window.press(&[], Key::Enter);
    window.until(
        "the pod's drawer over the pods",
        "return one('grid', 'Pods') && drawer() && nameOf(drawer()) === 'Details of lighthouse-keeper'",
        &[],
    );
    // Its row is in sight, and is the one that the keyboard is on.
    window.until(
        "the pod's row",
        "const row = document.getElementById(grid().getAttribute('aria-activedescendant'));
         if (!row || !squeezed(row.textContent).includes('lighthouse-keeper')) return false;
         const [inner, outer] = [row.getBoundingClientRect(), grid().getBoundingClientRect()];
         return inner.top >= outer.top && inner.bottom <= outer.bottom",
        &[],
    );
    window.shot("palette-row");
    window.press(&[Key::Control], 'k');
    window.until(
        "the palette",
        "return one('combobox', 'Go to*') === document.activeElement",
        &[],
    );
    window.type_text("cm lighthouse");
    window.until(
        "the config map alone",
        "return all('option', '').length > 0 && all('option', '').every((e) => !squeezed(e.textContent).startsWith('lighthouse-keeper'))",
        &[],
    );
    window.shot("palette-narrowed");
    window.press(&[], Key::Enter);
    window.until(
        "the config map's drawer",
        "return one('grid', 'ConfigMaps') && drawer() && nameOf(drawer()) === 'Details of lighthouse-lamps'",
        &[],
    );
    window.resize(900, 560);
    window.shot("working-small-dark");
    let cut = window.eval(
        "const right = grid().getBoundingClientRect().right;
         return all('button', '').filter((e) => e.closest('header') && !e.closest('aside') && e.getBoundingClientRect().right > right + 1).map(nameOf)",
        &[],
    );
    assert_eq!(cut, json!([]), "controls under the drawer");
}
