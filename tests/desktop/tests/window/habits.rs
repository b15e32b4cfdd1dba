//! Habits of a desktop program: settings, themes, sizes, reloading, a quick start.

use std::time::{Duration, Instant};

use desktop::{Home, Window, began_ms, cluster, namespace, workload_in_motion};
use serde_json::{Value, json};

use crate::steps::{
    apply, choose_context, connected, go_to, open_drawer, open_table, pod, until_connected,
    until_row,
};

/// Contrast of the page's text against its ground, as WCAG reckons it.
pub(crate) const CONTRAST: &str = "
    const luminance = (css) => {
      const [r, g, b] = css.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
        .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (e) => {
      for (let at = e; at; at = at.parentElement) {
        const css = getComputedStyle(at).backgroundColor;
        if (css !== 'transparent' && !/^rgba.*, 0\\)$/.test(css)) return css;
      }
      return 'rgb(255, 255, 255)';
    };
    const low = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const e = walker.currentNode.parentElement;
      if (!squeezed(walker.currentNode.data) || !shown(e) || e.closest('[aria-hidden=true], :disabled, [aria-disabled=true], script, style')) continue;
      const [a, b] = [luminance(getComputedStyle(e).color), luminance(ground(e))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${squeezed(walker.currentNode.data).slice(0, 30)} (${e.className || e.tagName})`);
    }
    return [...new Set(low)].slice(0, 20);";

#[test]
fn both_themes_are_readable_and_kept() {
    let space = workload_in_motion();
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "audit");
    open_drawer(&window, "audit");
    let mut low = Vec::new();
    for theme in ["dark", "light"] {
        go_to(&window, &format!("Theme: {theme}"));
        window.until(
            theme,
            "return document.documentElement.dataset.theme === arguments[0]",
            &[json!(theme)],
        );
        window.shot(&format!("theme-{theme}"));
        let found = window.eval(CONTRAST, &[]);
        low.extend(
            found
                .as_array()
                .unwrap()
                .iter()
                .map(|text| format!("{theme}: {text}")),
        );
    }
    window.until("the theme kept", "return true", &[]);
    assert_eq!(
        window.rpc("settings", &Value::Null).unwrap()["theme"],
        "light"
    );
    let home = window.close();
    let window = Window::open_in(home, &[&cluster().kubeconfig().display().to_string()]);
    window.until(
        "light again",
        "return document.documentElement.dataset.theme === 'light'",
        &[],
    );
    window.shot("start-light");
    assert!(low.is_empty(), "text below AA contrast: {low:#?}");
}

#[test]
fn damaged_settings_do_not_keep_it_from_starting() {
    for damage in [
        "{ \"theme\": ",
        "[]",
        "\u{0}\u{0}",
        "{\"theme\": \"purple\", \"drawerWidth\": -5}",
        "",
    ] {
        let home = Home::new();
        home.write("config/scalescope/settings.json", damage);
        let window = Window::open_in(home, &[&cluster().kubeconfig().display().to_string()]);
        window.until("the contexts", "return one('list', 'Contexts')", &[]);
        assert_eq!(
            window.rpc("settings", &Value::Null).unwrap()["theme"],
            "system",
            "{damage:?}"
        );
    }
}

#[test]
fn a_reload_finds_everything_again() {
    let space = namespace("habits-reload");
    apply(&pod(space, "before", json!({})));
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "before");
    for round in 0..3 {
        window.reload();
        until_connected(&window);
        go_to(&window, space);
        until_row(&window, "before");
        let name = format!("after-{round}");
        apply(&pod(space, &name, json!({})));
        until_row(&window, &name);
    }
    // Tables of pages that are gone are not kept for ever.
    let infos = window.rpc("clusters", &Value::Null).unwrap();
    assert_eq!(infos.as_array().unwrap().len(), 1, "{infos}");
}

#[test]
fn the_smallest_window_is_usable() {
    let space = workload_in_motion();
    let window = connected();
    open_table(&window, "Pods", space);
    until_row(&window, "audit");
    let (width, height) = window.resize(900, 560);
    assert!(width <= 980 && height <= 640, "{width} × {height}");
    window.until(
        "at least four rows",
        "return [...grid().querySelectorAll('[role=row]')].filter((row) => {
        const box = row.getBoundingClientRect();
        return box.top > 0 && box.bottom < innerHeight;
      }).length > 4",
        &[],
    );
    window.shot("small-table");
    open_drawer(&window, "audit");
    window.shot("small-drawer");
    let overflow = window.eval("return [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]", &[]);
    assert_eq!(overflow, json!([0, 0]), "the page itself does not scroll");
    let cut = window.eval(
        "return all('button', '').concat(all('textbox', '')).filter((e) => {
           const box = e.getBoundingClientRect();
           return !e.closest('[role=grid], .groups, .scroll') && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
         }).map((e) => nameOf(e) || e.outerHTML)",
        &[],
    );
    assert_eq!(cut, json!([]), "controls beside the window");
    open_table(&window, "Scaling", space);
    until_row(&window, "checkout");
    window.click_found(
        "checkout",
        "return rowNamed('checkout')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until("the scaling page", "return one('heading', 'checkout')", &[]);
    window.shot("small-scaling");
}

#[test]
fn the_start_is_quick() {
    let mut took = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        let window = Window::open(&cluster().kubeconfig());
        let paint = window.until(
            "the first paint",
            "const paint = performance.getEntriesByName('first-contentful-paint')[0] ?? performance.getEntriesByType('paint')[0];
             return paint && performance.timeOrigin + paint.startTime",
            &[],
        );
        took.push(paint.as_f64().unwrap() - began_ms(window.process()).unwrap());
        assert!(began.elapsed() < Duration::from_mins(1));
    }
    took.sort_by(f64::total_cmp);
    println!(
        "start of the binary to first paint: {took:.0?} ms, median {:.0} ms",
        took[1]
    );
    // The target of 1 s is for a release build on an idle machine, and `cargo xtask bench` measures it; this one notices a blunder.
    assert!(took[0] < 6_000.0);
}

#[test]
fn no_policy_is_broken_in_normal_use() {
    let space = workload_in_motion();
    let window = connected();
    window.eval(
        "window.broken = [];
         addEventListener('securitypolicyviolation', (event) => window.broken.push(`${event.effectiveDirective} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
         addEventListener('error', (event) => window.broken.push(`error ${event.message}`));
         addEventListener('unhandledrejection', (event) => window.broken.push(`rejected ${event.reason?.message ?? JSON.stringify(event.reason)}`));",
        &[],
    );
    open_table(&window, "Pods", space);
    until_row(&window, "audit");
    open_drawer(&window, "audit");
    window.click_found("the YAML", "return one('tab', 'YAML', drawer())", &[]);
    window.click("button", "Logs*");
    window.until("the log", "return one('log', '')", &[]);
    window.shot("workbench");
    open_table(&window, "Scaling", space);
    until_row(&window, "checkout");
    window.click_found(
        "checkout",
        "return rowNamed('checkout')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until(
        "the scaling page",
        "return one('heading', 'checkout') && document.querySelector('canvas')",
        &[],
    );
    go_to(&window, "Contexts");
    window.until("the contexts", "return one('list', 'Contexts')", &[]);
    choose_context(&window, "admin");
    // It is connected already: the window is as it was left.
    window.until(
        "the scaling page again",
        "return one('heading', 'checkout')",
        &[],
    );
    assert_eq!(window.eval("return window.broken", &[]), json!([]));
}
