//! The scaling page without a mouse.

use desktop::{Home, Window};
use fantoccini::key::Key;
use serde_json::json;

use crate::cursor::{PANEL, looked_at};
use crate::demo::until_demo;
use crate::scrub::open_page;
use crate::steps::go_to;

/// Presses a key and answers what time is looked at then, Unix seconds.
fn after(window: &Window, key: impl Into<char>) -> i64 {
    window.press(&[], key);
    looked_at(window)
}

fn axis(window: &Window) -> (i64, i64) {
    let ends = window.eval(
        "const cursor = one('slider', 'Time looked at');
         return [Number(cursor.ariaValueMin), Number(cursor.ariaValueMax)]",
        &[],
    );
    (ends[0].as_i64().unwrap(), ends[1].as_i64().unwrap())
}

#[test]
#[allow(clippy::too_many_lines)] // one walk over the keyboard
fn the_scaling_page_is_read_by_keys_alone() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    window
        .rpc(
            "set_demo_rate",
            &json!({"cluster": "context-demo", "rate": 0}),
        )
        .unwrap();
    go_to(&window, "Scaling");
    open_page(&window, "cosci");
    window.move_mouse_away();
    window.until(
        "the keyboard on the page",
        "return document.activeElement?.ariaLabel === 'Scaling of cosci'",
        &[],
    );
    let (_, live) = axis(&window);

    // Steps of a pixel, of ten with Shift; the panel tells of where the cursor stands.
    let one = after(&window, Key::Left);
    let two = after(&window, Key::Left);
    assert!(two < one && one < live, "{two} {one} {live}");
    assert!(after(&window, Key::Right) > two);
    window.press(&[Key::Shift], Key::Left);
    let far = looked_at(&window);
    assert!(
        far < two && two - far >= 5 * (one - two),
        "{far} {two} {one}"
    );
    window.until(
        "the panel at the cursor",
        &format!("{PANEL} return tellsOf(arguments[0])"),
        &[json!(far)],
    );
    let first = after(&window, Key::Home);
    assert!(
        first <= axis(&window).0 + 1 && first < far,
        "{first} {:?}",
        axis(&window)
    );

    // Nearer and farther around it: a step is less time then, and more.
    let step = || {
        let before = looked_at(&window);
        window.press(&[Key::Shift], Key::Right);
        looked_at(&window) - before
    };
    let usual = step();
    for _ in 0..2 {
        window.press(&[], '+');
    }
    let near = step();
    assert!(near * 2 < usual + 2, "{near} {usual}");
    for _ in 0..2 {
        window.press(&[], '-');
    }
    let again = step();
    assert!((again - usual).abs() <= 2, "{again} {usual}");
    // Half a screen back and forth.
    after(&window, Key::End);
    let (from, _) = axis(&window);
    after(&window, Key::PageUp);
    let earlier = axis(&window).0;
    assert!(earlier < from, "{earlier} {from}");
    after(&window, Key::PageDown);
    assert!(axis(&window).0 > earlier);
    after(&window, Key::End);
    window.until(
        "the present",
        &format!("{PANEL} return panel.querySelector('.moment').textContent.includes('live')"),
        &[],
    );

    // Its data as a table, and back.
    window.press(&[], 't');
    window.until(
        "the data",
        "const dialog = document.querySelector('dialog[open]');
         return dialog && all('row', '', dialog).length > 1",
        &[],
    );
    // As it was then, until somebody wants it as it is.
    window.click("button", "Refresh");
    window.until(
        "it read again",
        "return one('button', 'Refresh')?.disabled === false && /as of \\d\\d:\\d\\d:\\d\\d/.test(one('dialog', '').innerText)",
        &[],
    );
    window.shot("graph-table");
    window.press(&[], Key::Escape);
    window.until(
        "no dialog",
        "return !document.querySelector('dialog[open]')",
        &[],
    );

    // Everything that a mouse can press is reached by Tab, and shows that it has the keyboard.
    let wanted = [
        "Scaling /",
        "15 m",
        "Live",
        "Notify when cosci needs attention",
        "Time looked at",
    ];
    let mut reached = Vec::new();
    for _ in 0..80 {
        window.press(&[], Key::Tab);
        let at = window.eval(
            "const at = document.activeElement; return [nameOf(at), roleOf(at), shown(at)]",
            &[],
        );
        let name = at[0]
            .as_str()
            .unwrap_or_default()
            .trim_start_matches(['●', '○', ' '])
            .to_owned();
        assert!(
            at[2] == json!(true) || name == "Time looked at",
            "the keyboard is on something hidden: {at}"
        );
        // One stop for all lengths of time.
        let name = if at[1] == json!("radio") {
            "15 m".to_owned()
        } else {
            name
        };
        reached.push(name);
    }
    for name in wanted {
        assert!(reached.iter().any(|one| one == name), "{name}: {reached:?}");
    }

    // Escape leads back to the table, onto its row.
    window.click_found("the page", "return one('heading', 'cosci')", &[]);
    window.press(&[], Key::Escape);
    window.until(
        "the table",
        "return rowNamed('cosci') && !one('region', 'Scaling of cosci')",
        &[],
    );
}
