//! Logs: following, the previous run, another container, what was dropped.

use desktop::{Window, cluster, namespace};
use fantoccini::key::Key;
use serde_json::json;

use crate::steps::{apply, connected, open_table, pod, until_cell};

fn until_log_says(window: &Window, text: &str) {
    window.until(
        &format!("the log line “{text}”"),
        "return one('log', '')?.innerText.includes(arguments[0])",
        &[json!(text)],
    );
}

fn open_log(window: &Window, name: &str) {
    window.until(
        "the row active",
        "const row = rowNamed(arguments[0]); return Boolean(row)",
        &[json!(name)],
    );
    window.eval("grid().focus()", &[]);
    window.press(&[], Key::Home);
    window.press(&[], 'l');
    window.until(
        "the log",
        "return one('log', `Log of ${arguments[0]}`)",
        &[json!(name)],
    );
}

#[test]
fn lines_arrive_as_they_are_written() {
    let space = namespace("logs-follow");
    apply(&pod(
        space,
        "writer",
        json!({"spec": {"containers": [
            {"name": "main", "image": "registry.example.com/a:1"},
            {"name": "side", "image": "registry.example.com/b:1"},
        ]}}),
    ));
    let log = cluster().container_log(space, "writer", "main").unwrap();
    let side = cluster().container_log(space, "writer", "side").unwrap();
    log.append(["the first line"]).unwrap();
    log.append_previous(["the run before", "exit status 1"])
        .unwrap();
    side.append(["of the other container"]).unwrap();
    let window = connected();
    open_table(&window, "Pods", space);
    until_cell(&window, "writer", "status", "Running");
    open_log(&window, "writer");
    until_log_says(&window, "the first line");
    window.until_text("following");
    for number in 0..40 {
        log.append([format!("line number {number}")]).unwrap();
    }
    until_log_says(&window, "line number 39");
    log.append([
        "\u{1b}[31mred\u{1b}[0m and plain",
        "<img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script>",
        "before \u{1b}]52;c;aGFjaw==\u{7}\u{1b}]0;title\u{7}\u{1b}[2J after",
        "right-to-left \u{202e}nohtyp and zero\u{200b}width",
        "the last of the odd ones",
    ])
    .unwrap();
    until_log_says(&window, "the last of the odd ones");
    until_log_says(&window, "<img src=x onerror=\"window.hurt=1\">");
    let seen = window.eval(
        "const log = one('log', '');
         const red = [...log.querySelectorAll('span')].find((e) => e.textContent === 'red');
         return {
           red: red && getComputedStyle(red).color !== getComputedStyle(red.parentElement).color,
           elements: log.querySelectorAll('img, script, a, iframe').length,
           hurt: window.hurt ?? null, text: log.innerText, title: document.title,
         }",
        &[],
    );
    assert_eq!(seen["red"], true, "colours are shown: {seen}");
    assert_eq!(seen["elements"], 0);
    assert_eq!(seen["hurt"], json!(null));
    let text = seen["text"].as_str().unwrap();
    assert!(
        !text.contains('\u{1b}')
            && !text.contains('\u{7}')
            && !text.contains('\u{202e}')
            && !text.contains('\u{200b}'),
        "{text:?}"
    );
    window.shot("log-following");

    window.click("button", "Pause");
    window.until_text("paused");
    log.append(["written while paused"]).unwrap();
    window.click("button", "Follow");
    until_log_says(&window, "written while paused");

    window.click("button", "Previous");
    until_log_says(&window, "the run before");
    let text = window.eval("return one('log', '').innerText", &[]);
    assert!(!text.as_str().unwrap().contains("the first line"));
    window.click("button", "Previous");
    until_log_says(&window, "written while paused");

    window.eval(
        "const select = one('combobox', 'Container');
         select.value = 'side';
         select.dispatchEvent(new Event('change', { bubbles: true }))",
        &[],
    );
    until_log_says(&window, "of the other container");
    window.click("button", "Close logs of writer");
    window.until("no dock", "return !one('log', '')", &[]);
}

#[test]
fn a_flood_is_kept_within_bounds_and_counted() {
    let space = namespace("logs-flood");
    apply(&pod(space, "flood", json!({})));
    let log = cluster().container_log(space, "flood", "main").unwrap();
    let line = "x".repeat(1_000);
    log.append(["the first of all"]).unwrap();
    let window = connected();
    open_table(&window, "Pods", space);
    until_cell(&window, "flood", "status", "Running");
    open_log(&window, "flood");
    until_log_says(&window, "the first of all");
    window.until_text("0 dropped");
    log.append((0..20_000).map(|number| format!("{number:06} {line}")))
        .unwrap();
    log.append(["the end of the flood"]).unwrap();
    until_log_says(&window, "the end of the flood");
    let dropped = window.until(
        "dropped lines counted",
        "const found = /([\\d,]+) dropped/.exec(document.body.innerText);
         return found && Number(found[1].replaceAll(',', ''))",
        &[],
    );
    assert!(dropped.as_u64().unwrap() > 5_000, "{dropped}");
    let mounted = window.eval(
        "return one('log', '').querySelectorAll('.line').length",
        &[],
    );
    assert!(
        mounted.as_u64().unwrap() < 300,
        "{mounted} lines in the page"
    );
    window.shot("log-flood");
}

#[test]
fn a_container_that_has_not_begun_is_waited_for() {
    let space = namespace("logs-waiting");
    apply(&pod(
        space,
        "unscheduled",
        json!({"spec": {"nodeSelector": {"no": "such-node"}}}),
    ));
    let window = connected();
    open_table(&window, "Pods", space);
    until_cell(&window, "unscheduled", "status", "Pending");
    open_log(&window, "unscheduled");
    window.until(
        "the log's state",
        "return !/opening/i.test(one('tabpanel', '').innerText)",
        &[],
    );
    window.shot("log-not-started");
    let said = window.eval("return one('tabpanel', '').innerText", &[]);
    let said = said.as_str().unwrap();
    assert!(
        !said.contains("the container ended"),
        "it has not begun: {said}"
    );
    // Once it runs, its lines arrive.
    let log = cluster()
        .container_log(space, "unscheduled", "main")
        .unwrap();
    log.append(["it has begun"]).unwrap();
    let binding =
        json!({"metadata": {"name": "unscheduled"}, "target": {"kind": "Node", "name": "node-1"}});
    cluster()
        .client()
        .create(
            &format!("/api/v1/namespaces/{space}/pods/unscheduled/binding"),
            &binding,
        )
        .unwrap();
    until_cell(&window, "unscheduled", "status", "Running");
    until_log_says(&window, "it has begun");
}
