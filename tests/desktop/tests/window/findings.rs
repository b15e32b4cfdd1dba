//! What is wrong with how the demo cluster scales: its findings, the `ScaledJob` among its autoscalers, and what the desktop is to tell.

use std::time::Duration;

use desktop::{Home, Window};
use fantoccini::key::Key;
use serde_json::json;

use crate::steps::{go_to, look, open_drawer, until_connected, until_row};

/// Starting it is a day's work for its controllers, done in a debug build on a shared machine.
const START: Duration = Duration::from_mins(1);

fn demo() -> Window {
    let window = Window::open_in(Home::new(), &[]);
    window.until_within(
        START,
        "the demo cluster",
        "return one('region', 'Demo')",
        &[],
    );
    until_connected(&window);
    window.until("pods", "return rowsOf(grid()).length > 3", &[]);
    if window.eval("return Boolean(one('button', 'Dismiss'))", &[]) == json!(true) {
        window.click("button", "Dismiss");
    }
    window
}

#[test]
fn findings_are_listed_explained_and_lead_on() {
    let window = demo();
    go_to(&window, "Findings");
    let of_reports = "return rowsOf(grid()).some((row) => row.workload === 'Deployment/reports' && row.severity.includes('Error'))";
    window.until_within(START, "what reports lacks", of_reports, &[]);
    window.until(
        "how many were looked at",
        "return /\\d+ autoscalers examined/.test(squeezed(one('group', 'Scaling')?.innerText))",
        &[],
    );
    look(&window, "findings");
    window.click_found(
        "what was not looked for",
        "return all('button').find((one) => one.innerText.startsWith('Not examined:'))",
        &[],
    );
    window.until(
        "why it was not",
        "return /It is not known which metrics APIs are registered/.test(one('list', 'Not examined')?.innerText)",
        &[],
    );
    look(&window, "findings-not-examined");
    window.press(&[], Key::Escape);
    // By keyboard: filter, the first row, its panel, and from there its scaling page.
    go_to(&window, "Findings");
    window.press(&[], '/');
    window.type_text("reports");
    window.until("only reports", "const found = rowsOf(grid()); return found.length > 0 && found.every((row) => row.workload === 'Deployment/reports')", &[]);
    window.press(&[], Key::Enter);
    window.press(&[], Key::Home);
    window.press(&[], Key::Enter);
    window.until(
        "the evidence",
        "return /FailedGetResourceMetric/.test(one('region', 'Finding')?.innerText)",
        &[],
    );
    look(&window, "finding-panel");
    window.click("button", "Show scaling");
    window.until("its scaling page", "return one('heading', 'reports')", &[]);
}

#[test]
fn a_scaled_job_is_among_the_autoscalers_and_in_the_drawers_of_its_jobs() {
    let window = demo();
    go_to(&window, "Scaling");
    until_row(&window, "invoices");
    window.until_within(
        START,
        "its Jobs",
        "const row = rowsOf(grid()).find((row) => row.name === 'invoices'); return row.kind === 'ScaledJob' && /Job|idle/.test(row.status) && row.hour.trim() && row",
        &[],
    );
    look(&window, "scaling-with-jobs");
    go_to(&window, "Jobs");
    window.until(
        "a Job of it",
        "return rowsOf(grid()).some((row) => row.name.startsWith('invoices-'))",
        &[],
    );
    let name = window.eval(
        "return rowsOf(grid()).find((row) => row.name.startsWith('invoices-')).name",
        &[],
    );
    open_drawer(&window, name.as_str().unwrap());
    window.until_within(
        START,
        "who made it",
        "return one('button', 'Show the scaling of invoices', drawer())",
        &[],
    );
    look(&window, "drawer-of-a-job");
    window.click("button", "Show the scaling of invoices");
    window.until("its scaling page", "return one('heading', 'invoices')", &[]);
}

#[test]
fn the_desktop_is_told_to_notify_or_says_that_it_cannot() {
    let window = demo();
    go_to(&window, "Scaling");
    until_row(&window, "search");
    window.click_found(
        "search",
        "return rowNamed('search')?.querySelector('[data-column=name]')",
        &[],
    );
    let bell = "one('button', 'Notify when search needs attention')";
    window.until(
        "the bell, off",
        &format!("return {bell}?.getAttribute('aria-pressed') === 'false'"),
        &[],
    );
    window.click("button", "Notify when search needs attention");
    window.until(
        "the bell, on",
        &format!("return {bell}?.getAttribute('aria-pressed') === 'true'"),
        &[],
    );
    // No notification service runs here, and that is said.
    window.until(
        "why nothing is shown",
        "return /This desktop shows no notifications/.test(document.body.innerText)",
        &[],
    );
    look(&window, "bell-without-service");
    window.click("button", "Notify when search needs attention");
    window.until(
        "the bell, off again",
        &format!("return {bell}?.getAttribute('aria-pressed') === 'false' && !/shows no notifications/.test(one('main')?.innerText ?? '')"),
        &[],
    );
}
