//! Who set each line of an object's YAML, in its margin.

use desktop::{Window, cluster, namespace};
use fantoccini::key::Key;
use serde_json::json;

use crate::steps::{apply, connected, look, open_drawer, open_table, until_row};

/// The line with this text, and who is named beside it.
fn until_set_by(window: &Window, line: &str, who: &str) {
    window.until(
        &format!("“{line}” set by {who}"),
        "return [...one('region', 'YAML', drawer())?.querySelectorAll('pre') ?? []].some((pre) =>
            pre.textContent.includes(arguments[0]) && (pre.querySelector('.owner')?.title ?? '').startsWith(arguments[1]))",
        &[json!(line), json!(who)],
    );
}

#[test]
fn each_line_tells_who_set_it() {
    let space = namespace("drawer-managers");
    apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared", "namespace": space},
        "data": {"day": "one", "night": "two", "script": "first\nsecond\n"},
    }));
    cluster()
        .kubectl(&[
            "patch",
            "configmap",
            "-n",
            space,
            "shared",
            "--field-manager=the-night-shift-with-a-long-name",
            "--type=merge",
            "-p",
            r#"{"data": {"night": "three"}}"#,
        ])
        .unwrap();
    let window = connected();
    open_table(&window, "ConfigMaps", space);
    until_row(&window, "shared");
    open_drawer(&window, "shared");
    window.click_found("YAML", "return one('tab', 'YAML', drawer())", &[]);
    window.click_found(
        "the managers",
        "const it = one('button', 'Managers', drawer()); return it?.disabled ? null : it",
        &[],
    );
    until_set_by(&window, "day: one", "kubectl · Apply · ");
    until_set_by(&window, "second", "kubectl · Apply · ");
    until_set_by(
        &window,
        "night: three",
        "the-night-shift-with-a-long-name · Update · ",
    );
    window.eval("one('region', 'YAML', drawer()).focus()", &[]);
    for _ in 0..3 {
        window.press(&[], Key::Down);
    }
    // By keyboard too: the line that is chosen is told below.
    window.until(
        "the line told",
        "return /Line 4\\s+the-night-shift-with-a-long-name · Update · .* ago\\)/.test(drawer().innerText)",
        &[],
    );
    look(&window, "drawer-managers");
    window.resize(900, 560);
    window.shot("drawer-managers-small");
    window.resize(1440, 900);
    window.click_found(
        "no managers",
        "return one('button', 'Managers', drawer())",
        &[],
    );
    window.until(
        "the margin gone",
        "return one('region', 'YAML', drawer()) && !drawer().querySelector('.owner')",
        &[],
    );
}
