//! Steps in the real window.

use std::path::Path;
use std::time::Duration;

use desktop::Window;
use serde_json::{Value, json};

/// Until a table with every row is live.
const PATIENCE: Duration = Duration::from_mins(2);

/// A window on the administrator's context, showing a live table of so many pods.
pub(crate) fn with_pods(kubeconfig: &Path, pods: usize) -> Window {
    let window = Window::open(kubeconfig);
    connect(&window, pods);
    window
}

/// Chooses the administrator's context, agrees to it and waits for its pods.
pub(crate) fn connect(window: &Window, pods: usize) {
    window.click_found(
        "the context",
        "return document.querySelector('[data-context=admin] button')",
        &[],
    );
    window.click_found("the trust", "return pressable('Trust and connect')", &[]);
    until_rows(window, PATIENCE, pods);
}

/// Waits until the table is complete and has so many rows after filtering.
pub(crate) fn until_rows(window: &Window, limit: Duration, rows: usize) {
    window.until_within(
        limit,
        &format!("a live table of {rows} rows"),
        "return grid()?.getAttribute('aria-rowcount') === String(arguments[0] + 1)",
        &[json!(rows)],
    );
}

/// Types into the filter as far as the page knows.
pub(crate) fn filter(window: &Window, text: &str) {
    window.eval(
        "const field = one('textbox', 'Filter*');
         field.value = arguments[0];
         field.dispatchEvent(new Event('input', { bubbles: true }));",
        &[json!(text)],
    );
}

/// Namespace and name of each row within the visible part of the table.
pub(crate) fn visible(window: &Window) -> Vec<(String, String)> {
    let rows = window.eval(
        "const box = grid().getBoundingClientRect();
         return [...grid().querySelectorAll('[role=row]')]
           .filter((row) => row.querySelector('[role=gridcell]'))
           .filter((row) => { const at = row.getBoundingClientRect(); return at.top > box.top + 28 && at.bottom < box.bottom; })
           .map((row) => ['namespace', 'name'].map((id) => row.querySelector(`[data-column=${id}]`)?.textContent ?? ''));",
        &[],
    );
    let pairs: Vec<[String; 2]> = serde_json::from_value(rows).unwrap_or_default();
    pairs
        .into_iter()
        .map(|[namespace, name]| (namespace, name))
        .collect()
}

/// The numbers of an array.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .map(|values| values.iter().filter_map(Value::as_f64).collect())
        .unwrap_or_default()
}
