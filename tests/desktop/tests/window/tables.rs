//! Live tables: rows come, change and go; sorting, filtering, namespaces, keyboard.

use desktop::{cluster, namespace, workload_in_motion};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{
    apply, connected, go_to, open_table, pod, rows, until_cell, until_names, until_row,
};

#[test]
fn pods_come_change_and_go() {
    let space = namespace("tables-live");
    let window = connected();
    open_table(&window, "Pods", space);
    window.until_text(&format!("No Pods in namespace {space}"));
    window.shot("table-empty");
    apply(&pod(space, "first", json!({})));
    until_cell(&window, "first", "status", "Running");
    until_cell(&window, "first", "ready", "1/1");
    apply(&pod(
        space,
        "crashing",
        json!({"metadata": {"annotations": {
        "scalescope.test/pod": "crash-loop", "scalescope.test/runs-for": "1s", "scalescope.test/back-off": "60s"}}}),
    ));
    until_cell(&window, "crashing", "status", "CrashLoopBackOff");
    apply(&pod(
        space,
        "pending",
        json!({"spec": {"nodeSelector": {"no": "such-node"}}}),
    ));
    until_cell(&window, "pending", "status", "Pending");
    cluster()
        .kubectl(&["delete", "pod", "first", "-n", space, "--wait=false"])
        .unwrap();
    window.until("the pod gone", "return !rowNamed('first')", &[]);
    until_names(&window, &["crashing", "pending"]);
}

#[test]
fn sorting_filtering_and_keys() {
    let space = namespace("tables-order");
    for name in ["bravo", "alpha", "delta", "charlie"] {
        apply(&pod(space, name, json!({})));
    }
    let window = connected();
    open_table(&window, "Pods", space);
    until_names(&window, &["alpha", "bravo", "charlie", "delta"]);

    let name_order = |order: &str| {
        window.until(
            &format!("aria-sort {order}"),
            "return one('columnheader', 'Name')?.getAttribute('aria-sort') === arguments[0]",
            &[json!(order)],
        );
    };
    let click_name = || {
        window.click_found(
            "the heading",
            "return one('button', '', one('columnheader', 'Name'))",
            &[],
        );
    };
    click_name();
    name_order("ascending");
    until_names(&window, &["alpha", "bravo", "charlie", "delta"]);
    click_name();
    name_order("descending");
    until_names(&window, &["delta", "charlie", "bravo", "alpha"]);

    // Typing narrows; Escape clears.
    window.press(&[], '/');
    window.until(
        "the filter focused",
        "return document.activeElement === one('textbox', 'Filter Pods')",
        &[],
    );
    window.type_text("a");
    window.type_text("l");
    until_names(&window, &["alpha"]);
    window.type_text("x");
    window.until_text("Nothing matches “alx”");
    window.press(&[], Key::Escape);
    until_names(&window, &["delta", "charlie", "bravo", "alpha"]);

    // The keyboard walks the rows, opens and closes the drawer.
    let active = |name: &str| {
        window.until(
            &format!("{name} active"),
            "const at = document.activeElement?.getAttribute('aria-activedescendant');
             return at && document.getElementById(at)?.querySelector('[data-column=name]').textContent === arguments[0]",
            &[json!(name)],
        );
    };
    window.until(
        "the rows focused",
        "if (document.activeElement !== grid()) grid().focus(); return true",
        &[],
    );
    window.press(&[], Key::Home);
    active("delta");
    window.press(&[], Key::Down);
    active("charlie");
    window.press(&[], Key::Down);
    active("bravo");
    window.press(&[], Key::Up);
    active("charlie");
    window.press(&[], Key::End);
    active("alpha");
    window.press(&[], Key::Enter);
    window.until(
        "the drawer",
        "return drawer() && nameOf(drawer()) === 'Details of alpha'",
        &[],
    );
    window.press(&[], Key::Escape);
    window.until("no drawer", "return !drawer()", &[]);
    active("alpha");
    window.press(&[], 'y');
    window.until(
        "the drawer on YAML",
        "return drawer() && one('tab', 'YAML', drawer())?.getAttribute('aria-selected') === 'true'",
        &[],
    );
    window.press(&[], Key::Escape);
    window.press(&[], '?');
    window.until("the keys", "return one('dialog', 'Keys')", &[]);
    window.shot("keys");
    window.press(&[], Key::Escape);
    window.until("no keys", "return !one('dialog', 'Keys')", &[]);
}

#[test]
fn several_namespaces_at_once() {
    let spaces = [
        namespace("several-a"),
        namespace("several-b"),
        namespace("several-c"),
    ];
    for space in spaces {
        apply(&pod(space, &format!("pod-of-{space}"), json!({})));
    }
    let window = connected();
    open_table(&window, "Pods", spaces[0]);
    until_names(&window, &["pod-of-several-a"]);
    window.click("button", spaces[0]);
    window.until(
        "the picker's filter focused",
        "return document.activeElement === one('textbox', 'Filter namespaces')",
        &[],
    );
    window.type_text("several");
    let toggle = |name: &str| {
        window.click_found(
            name,
            "return all('option', '').find((e) => nameOf(e).endsWith(arguments[0]))",
            &[json!(name)],
        );
    };
    toggle(spaces[2]);
    until_names(&window, &["pod-of-several-a", "pod-of-several-c"]);
    toggle(spaces[1]);
    window.until_text("3 namespaces");
    window.shot("table-namespaces-chosen");
    toggle(spaces[0]);
    until_names(&window, &["pod-of-several-b", "pod-of-several-c"]);
    window.press(&[], Key::Escape);
    window.until(
        "the picker closed",
        "return !one('listbox', 'Namespaces')",
        &[],
    );
    let found: Vec<_> = rows(&window)
        .iter()
        .map(|row| row["namespace"].clone())
        .collect();
    assert_eq!(found, &spaces[1..]);
}

#[test]
fn every_kind_has_its_table() {
    let space = workload_in_motion();
    let window = connected();
    for (title, row, column) in [
        ("Deployments", "checkout", "ready"),
        ("HorizontalPodAutoscalers", "checkout", "reference"),
        ("ScaledObjects", "orders", "max"),
    ] {
        let shown = title_of(&window, title);
        open_table(&window, &shown, space);
        until_row(&window, row);
        let found = rows(&window)
            .into_iter()
            .find(|found| found["name"] == row)
            .unwrap();
        assert!(
            found.get(column).is_some_and(|text| !text.is_empty()),
            "{title}: {found:?}"
        );
        window.shot(&format!("table-{}", title.to_lowercase()));
    }
    for title in ["ReplicaSets", "Events", "Jobs", "ConfigMaps"] {
        open_table(&window, title, space);
        window.until(
            &format!("rows of {title}"),
            "return rowsOf(grid()).length > 0",
            &[],
        );
        window.shot(&format!("table-{}", title.to_lowercase()));
    }
    for title in ["Nodes", "Namespaces"] {
        go_to(&window, title);
        window.until(
            &format!("rows of {title}"),
            "return rowsOf(grid()).length > 2",
            &[],
        );
        window.shot(&format!("table-{}", title.to_lowercase()));
    }
    open_table(&window, "Pods", space);
    until_cell(&window, "training", "status", "Pending");
    // From metrics.k8s.io, in kubectl top's units.
    window.until_within(
        std::time::Duration::from_mins(1),
        "CPU of a pod",
        "return rowsOf(grid()).some((row) => /^\\d+m?$/.test(row.cpu) && /^\\d+Mi$/.test(row.memory))",
        &[],
    );
    window.shot("table-pods");
}

/// The title under which the cluster's kind with that resource is listed.
fn title_of(window: &desktop::Window, resource: &str) -> String {
    let clusters = window.rpc("clusters", &Value::Null).unwrap();
    let kinds = window
        .rpc("kinds", &json!({"cluster": clusters[0]["cluster"]}))
        .unwrap();
    let wanted = resource.to_lowercase();
    let kind = kinds["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .find(|kind| kind["id"] == wanted);
    kind.map_or(resource, |kind| kind["title"].as_str().unwrap())
        .to_owned()
}

#[test]
fn custom_kinds_show_what_the_server_prints() {
    let space = namespace("tables-custom");
    apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "lanterns.test.scalescope.dev"},
        "spec": {
            "group": "test.scalescope.dev", "scope": "Namespaced",
            "names": {"kind": "Lantern", "plural": "lanterns", "singular": "lantern"},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "additionalPrinterColumns": [
                    {"name": "Wick", "type": "string", "jsonPath": ".spec.wick"},
                    {"name": "<i>Oil</i>", "type": "integer", "jsonPath": ".spec.oil"},
                ],
            }],
        },
    }));
    cluster()
        .kubectl(&[
            "wait",
            "--for=condition=Established",
            "crd/lanterns.test.scalescope.dev",
            "--timeout=30s",
        ])
        .unwrap();
    let lantern = |name: &str, wick: &str, oil: u32| {
        json!({"apiVersion": "test.scalescope.dev/v1", "kind": "Lantern",
            "metadata": {"name": name, "namespace": space}, "spec": {"wick": wick, "oil": oil}})
    };
    apply(&lantern("porch", "<b>cotton</b>", 3));
    let window = connected();
    open_table(&window, "Lanterns", space);
    until_row(&window, "porch");
    let columns = window.eval("return columnsOf(grid())", &[]);
    let columns: Vec<&str> = columns
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        columns.contains(&"Wick") && columns.contains(&"<i>Oil</i>"),
        "{columns:?}"
    );
    window.until_text("<b>cotton</b>");
    apply(&lantern("porch", "wool", 4));
    window.until_text("wool");
    apply(&lantern("cellar", "hemp", 9));
    until_row(&window, "cellar");
    window.shot("table-custom");
}
