//! Custom kinds that are odd, and one that is removed while its table is open.

use std::time::Duration;

use desktop::{cluster, namespace};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{
    apply, connected, go_to, open_drawer, open_table, until_drawer_says, until_row,
};

/// Defines a kind of the group `odd.scalescope.dev` and waits until it is served.
fn define(kind: &str, plural: &str, columns: &Value) {
    apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.odd.scalescope.dev")},
        "spec": {
            "group": "odd.scalescope.dev", "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "additionalPrinterColumns": columns,
            }],
        },
    }));
    let name = format!("crd/{plural}.odd.scalescope.dev");
    cluster()
        .kubectl(&[
            "wait",
            "--for=condition=Established",
            &name,
            "--timeout=30s",
        ])
        .unwrap();
}

fn object(kind: &str, space: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "odd.scalescope.dev/v1", "kind": kind,
        "metadata": {"name": name, "namespace": space}, "spec": spec})
}

#[test]
fn a_kind_is_removed_while_its_table_is_open_and_comes_back() {
    let space = namespace("custom-removed");
    let columns = json!([{"name": "Glow", "type": "string", "jsonPath": ".spec.glow"}]);
    define("Firefly", "fireflies", &columns);
    apply(&object("Firefly", space, "one", &json!({"glow": "green"})));
    let window = connected();
    open_table(&window, "Fireflies", space);
    until_row(&window, "one");
    cluster()
        .kubectl(&[
            "delete",
            "crd",
            "fireflies.odd.scalescope.dev",
            "--timeout=30s",
        ])
        .unwrap();
    window.until_text(
        "The server serves no fireflies of odd.scalescope.dev/v1: the kind was removed",
    );
    window.until("no row that is left behind", "return !rowNamed('one')", &[]);
    // The server's own list of kinds sometimes lags behind; while it does, it is asked again each half minute.
    window.until_within(
        Duration::from_secs(75),
        "no such kind in the sidebar",
        "return !squeezed(one('navigation', 'Kinds').innerText).includes('Fireflies')",
        &[],
    );
    window.shot("custom-removed");
    define("Firefly", "fireflies", &columns);
    apply(&object("Firefly", space, "two", &json!({"glow": "blue"})));
    until_row(&window, "two");
}

#[test]
fn odd_columns_and_text_shift_nothing() {
    let space = namespace("custom-odd");
    let mut columns = vec![
        json!({"name": "Nowhere", "type": "string", "jsonPath": ".spec.nowhere"}),
        // A text where a figure is promised, a list, an object.
        json!({"name": "Figure", "type": "integer", "jsonPath": ".spec.text"}),
        json!({"name": "List", "type": "string", "jsonPath": ".spec.list"}),
        json!({"name": "Whole", "type": "string", "jsonPath": ".spec.object"}),
        json!({"name": "Long", "type": "string", "jsonPath": ".spec.long"}),
        json!({"name": "Hidden\u{202e}txet", "type": "string", "jsonPath": ".spec.hidden"}),
    ];
    for number in 0..94 {
        columns.push(
            json!({"name": format!("Column {number}"), "type": "string", "jsonPath": ".spec.text"}),
        );
    }
    define("Oddity", "oddities", &json!(columns));
    let longest = "n".repeat(253);
    let spec = json!({
        "text": "plain", "list": [1, "two", null], "object": {"a": {"b": 1}}, "long": "x".repeat(253),
        "hidden": "a\u{200b}b\u{202e}c",
    });
    apply(&object("Oddity", space, &longest, &spec));
    apply(&object("Oddity", space, "short", &json!({"text": "last"})));
    let window = connected();
    open_table(&window, "Oddities", space);
    until_row(&window, "short");
    let cells = |name: &str| {
        window.eval(
            "const row = rowsOf(grid()).find((row) => row.name === arguments[0]);
             return [row?.nowhere, row?.figure, row?.['column-0']]",
            &[json!(name)],
        )
    };
    // What has no value, or another type, is empty as kubectl prints it; the next cell is still the next one's.
    assert_eq!(cells("short")[2], json!("last"));
    assert_eq!(cells(&longest)[2], json!("plain"));
    window.until_text("⟨U+202E⟩");
    window.shot("custom-odd-light");
    go_to(&window, "Theme: dark");
    window.shot("custom-odd-dark");
    open_drawer(&window, "short");
    until_drawer_says(&window, "last");
    window.shot("custom-odd-drawer");
}

#[test]
fn another_served_version_is_opened_by_its_name() {
    let space = namespace("custom-versions");
    let version = |name: &str, storage: bool, column: &str| {
        json!({
            "name": name, "served": true, "storage": storage,
            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            "additionalPrinterColumns": [{"name": column, "type": "string", "jsonPath": ".spec.tone"}],
        })
    };
    apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "gongs.odd.scalescope.dev"},
        "spec": {
            "group": "odd.scalescope.dev", "scope": "Namespaced",
            "names": {"kind": "Gong", "plural": "gongs", "singular": "gong"},
            "versions": [version("v1", true, "Tone"), version("v1beta1", false, "Pitch")],
        },
    }));
    let name = "crd/gongs.odd.scalescope.dev";
    cluster()
        .kubectl(&["wait", "--for=condition=Established", name, "--timeout=30s"])
        .unwrap();
    apply(&object("Gong", space, "large", &json!({"tone": "deep"})));
    let window = connected();
    open_table(&window, "Gongs", space);
    until_row(&window, "large");
    window.until(
        "its column",
        "return columnsOf(grid()).includes('Tone')",
        &[],
    );
    window.press(&[Key::Shift], ':');
    window.until(
        "the prompt",
        "return document.activeElement === one('textbox', 'Kind, then namespaces')",
        &[],
    );
    window.type_text("gongs.v1beta1.odd.scalescope.dev");
    window.until_text("goes to Gongs v1beta1");
    window.press(&[], Key::Enter);
    let shown = "return one('grid', 'Gongs v1beta1') && columnsOf(grid()).includes('Pitch')";
    window.until("the other version", shown, &[]);
    until_row(&window, "large");
    open_drawer(&window, "large");
    window.click_found("YAML", "return one('tab', 'YAML', drawer())", &[]);
    until_drawer_says(&window, "apiVersion: odd.scalescope.dev/v1beta1");
    window.shot("custom-version");
    // The palette has it too.
    go_to(&window, "Gongs");
    go_to(&window, "Gongs v1beta1");
    window.until("the other version", shown, &[]);
}
