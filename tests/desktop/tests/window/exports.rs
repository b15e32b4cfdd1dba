//! The graph as files: what the window makes of it is looked at where it would go to the dialog that asks for a place.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desktop::{Home, Window, wait_for};
use fantoccini::key::Key;
use serde_json::json;

use crate::demo::until_demo;
use crate::scrub::open_page;
use crate::steps::go_to;

/// Answers in place of the dialog, which no driver reaches, and keeps what was to be saved.
const KEEP: &str = "
  window.kept = [];
  const real = window.fetch;
  window.fetch = (address, asked) => {
    const body = typeof asked?.body === 'string' ? JSON.parse(asked.body) : {};
    if (body.command !== 'save_export') return real(address, asked);
    window.kept.push(JSON.parse(body.argument));
    const headers = { 'Tauri-Response': 'ok', 'Content-Type': 'application/json' };
    const answer = JSON.stringify({ path: '/home/somebody/' + window.kept.at(-1).name });
    return Promise.resolve(new Response(answer, { headers }));
  };
  return true";

/// The file that a form gives.
fn export(window: &Window, form: &str) -> (String, Vec<u8>) {
    window.eval("window.kept.length = 0; return true", &[]);
    window.click("button", "Export");
    window.click_found(
        form,
        "return all('button', '').find((one) => squeezed(one.textContent).startsWith(arguments[0] + ' '))",
        &[json!(form)],
    );
    window.until_text("Saved as /home/somebody/cart-");
    let kept = window.until("what was saved", "return window.kept[0]", &[]);
    window.click("button", "Dismiss");
    let name = kept["name"].as_str().unwrap().to_owned();
    let bytes = STANDARD.decode(kept["base64"].as_str().unwrap()).unwrap();
    (name, bytes)
}

/// `cart` and `png` of `cart-2026-11-28-2120.png`.
fn ends(name: &str) -> [&str; 2] {
    let (stem, form) = name.rsplit_once('.').unwrap();
    [stem.split_once("-20").unwrap().0, form]
}

#[test]
fn a_graph_is_saved_as_picture_drawing_and_values() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    go_to(&window, "Scaling");
    open_page(&window, "cart");
    window.eval(KEEP, &[]);

    // Every change of the hour before, once that was told.
    let (name, values) = wait_for("the hour before", Duration::from_mins(2), || {
        let (name, values) = export(&window, "CSV");
        let values = String::from_utf8(values).unwrap();
        if values.lines().count() > 10 {
            Ok((name, values))
        } else {
            Err(values)
        }
    })
    .unwrap();
    assert_eq!(ends(&name), ["cart", "csv"]);
    let columns = values.lines().next().unwrap();
    assert!(
        columns.starts_with("Time,") && columns.contains("load asks"),
        "{columns}"
    );
    window.keep("export.csv", values.as_bytes());

    let (name, picture) = export(&window, "PNG");
    assert_eq!(ends(&name), ["cart", "png"]);
    assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    // Two pixels for one of the screen's; a blank picture of that size is far smaller.
    assert!(
        side(16) > 1_200 && side(20) > 800,
        "{}x{}",
        side(16),
        side(20)
    );
    assert!(picture.len() > 40_000, "{}", picture.len());
    window.keep("export.png", &picture);

    let (name, drawing) = export(&window, "SVG");
    assert_eq!(ends(&name), ["cart", "svg"]);
    let drawing = String::from_utf8(drawing).unwrap();
    assert!(drawing.starts_with("<?xml"), "{drawing:.200}");
    let is_drawn = window.eval(
        "const read = new DOMParser().parseFromString(arguments[0], 'image/svg+xml');
         const said = read.documentElement.textContent;
         return !read.querySelector('parsererror') && read.querySelectorAll('path, polyline, line').length > 10
           && said.includes('cart') && said.includes('load asks')",
        &[json!(drawing)],
    );
    assert_eq!(is_drawn, json!(true), "{drawing:.2000}");
    window.keep("export.svg", drawing.as_bytes());
}
