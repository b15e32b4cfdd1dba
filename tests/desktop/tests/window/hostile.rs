//! What a cluster sends is text: markup, control characters and directions in names, annotations, events.

use desktop::{Window, cluster, namespace};
use serde_json::{Value, json};

use crate::steps::{apply, connected, open_drawer, open_table, pod, until_drawer_says, until_row};

const MARKUP: &str = "<img src=x onerror=\"window.hurt=1\"><svg onload=\"window.hurt=1\"><script>window.hurt=1</script>";
/// Escape sequence, bell, bidi override, zero-width space, byte-order mark.
const INVISIBLE: &str =
    "\u{1b}[31mred\u{1b}[0m bell\u{7} bidi\u{202e}txet zero\u{200b}width\u{feff}";

fn assert_unhurt(window: &Window) {
    let seen = window.eval(
        "return {
           hurt: window.hurt ?? null,
           foreign: [...document.querySelectorAll('img, script, iframe, object, embed, svg[onload], [onerror], [onload], [onclick]')]
             .filter((e) => !(e.tagName === 'SCRIPT' && new URL(e.src || 'x:').origin === location.origin))
             .map((e) => e.outerHTML),
           text: document.body.innerText,
         }",
        &[],
    );
    assert_eq!(seen["hurt"], Value::Null);
    assert_eq!(seen["foreign"], json!([]));
    let text = seen["text"].as_str().unwrap();
    for character in ['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}', '\u{feff}'] {
        assert!(
            !text.contains(character),
            "U+{:04X} reaches the page raw",
            u32::from(character)
        );
    }
}

#[test]
fn markup_and_control_characters_are_shown_as_text() {
    let space = namespace("hostile");
    let awkward = format!("{MARKUP} {INVISIBLE} {{{{7*7}}}} javascript:window.hurt=1");
    apply(&pod(
        space,
        "odd.name-0",
        json!({
            "metadata": {"annotations": {"note": awkward, "huge": "x".repeat(100_000)}},
            "spec": {"containers": [{"name": "main", "image": "registry.example.com/<img>:1", "env": [{"name": "A", "value": awkward}]}]},
        }),
    ));
    let now = cluster()
        .kubectl(&[
            "get",
            "pod",
            "odd.name-0",
            "-n",
            space,
            "-o",
            "jsonpath={.metadata.creationTimestamp}",
        ])
        .unwrap();
    apply(&json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "odd.event", "namespace": space},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": "odd.name-0", "namespace": space},
        "reason": "<b>Awkward</b>", "type": "Warning", "count": 3, "message": awkward,
        "firstTimestamp": now, "lastTimestamp": now, "source": {"component": "<i>test</i>"},
    }));
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "odd.name-0");
    open_drawer(&window, "odd.name-0");
    until_drawer_says(&window, "<b>Awkward</b>");
    until_drawer_says(&window, "<img src=x onerror=\"window.hurt=1\">");
    window.click_found(
        "the annotations",
        "return drawer().querySelector('summary')",
        &[],
    );
    until_drawer_says(&window, "{{7*7}}");
    assert_unhurt(&window);
    window.shot("hostile-drawer");
    window.click_found("the YAML", "return one('tab', 'YAML', drawer())", &[]);
    window.until(
        "the YAML",
        "return /onerror/.test(one('region', 'YAML', drawer())?.textContent)",
        &[],
    );
    assert_unhurt(&window);
    window.shot("hostile-yaml");
    open_table(&window, "Events", space);
    window.until("the event", "return rowsOf(grid()).some((row) => Object.values(row).some((text) => text.includes('<img src=x')))", &[]);
    assert_unhurt(&window);
    window.shot("hostile-events");
}
