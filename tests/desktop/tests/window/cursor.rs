//! The scaling page as it is read at an instant: the mouse on its graph, the words of its panel.

use std::time::Duration;

use desktop::Window;
use serde_json::{Value, json};

/// What was seen earlier is read, and told of the demo's day, while the page is there already.
const TOLD: Duration = Duration::from_mins(3);

/// The panel's values by their labels, and what else it says, of the instant that is looked at.
pub(crate) const PANEL: &str = "
    const panel = one('complementary', 'Details of the moment');
    const values = Object.fromEntries([...(panel?.querySelectorAll('dl.values dt') ?? [])]
      .map((dt) => [squeezed(dt.textContent), squeezed(dt.nextElementSibling.textContent)]));
    const said = squeezed(panel?.innerText);
    const left = squeezed(panel?.querySelector('[role=timer]')?.textContent);
    // Whether it tells of that instant, Unix seconds; one is rounded, the other is not.
    const tellsOf = (at) => [-1, 0, 1].some((off) =>
      squeezed(panel.querySelector('.moment').textContent).includes(`at ${new Date((at + off) * 1000).toTimeString().slice(0, 8)}`));";

/// What time the cursor is at, Unix seconds.
pub(crate) fn looked_at(window: &Window) -> i64 {
    // The page takes the mouse's place in on its next frame.
    let at = window.promise(
        "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
         return Number(document.querySelector('[role=slider][aria-label=\"Time looked at\"]').ariaValueNow)",
        &[],
    );
    at.unwrap().as_i64().unwrap()
}

/// Points with the mouse at an instant of the graph, Unix seconds; where the cursor came to stand.
#[allow(clippy::cast_possible_truncation)] // pixels of a window
pub(crate) fn point_at(window: &Window, at: i64) -> i64 {
    let stage = window.eval(
        "const box = document.querySelector('.stage').getBoundingClientRect();
         return [box.left, box.right, box.top + 90]",
        &[],
    );
    let side = |index: usize| stage[index].as_f64().unwrap() as i64;
    let (left, right, y) = (side(0) + 200, side(1) - 200, side(2));
    let time_at = |x: i64| {
        window.move_mouse_to(x, y);
        looked_at(window)
    };
    // Where times lie on the axis follows from any two of them.
    let (from, until) = (time_at(left), time_at(right));
    assert!(from < until, "the axis goes from {from} to {until}");
    let x = left + (at - from) * (right - left) / (until - from);
    let stands = time_at(x);
    let pixel = (until - from) / (right - left) + 1;
    assert!(
        (stands - at).abs() <= 3 * pixel,
        "pointed at {at}, the cursor is at {stands}"
    );
    stands
}

/// Points there and waits until the panel says what `must` asks for.
pub(crate) fn scrub_to(window: &Window, what: &str, at: i64, must: &str) {
    let stands = point_at(window, at);
    window.until_within(
        TOLD,
        what,
        &format!(
            "{PANEL} const says = (text) => said.includes(text);
             return tellsOf(arguments[0]) && ({must})"
        ),
        &[json!(stands)],
    );
    window.shot(&format!("scrub-{}", what.replace(' ', "-")));
}

/// Waits for the panel to count down to a change, then for the change; by how many ms it came after the countdown's end, and what was
/// seen meanwhile.
pub(crate) fn change_after_zero(window: &Window, limit: Duration) -> (i64, Value) {
    window.eval(
        &format!(
            "window.watched = [];
             const first = (() => {{ {PANEL} return values.desired; }})();
             window.watching = setInterval(() => {{
               {PANEL}
               const last = window.watched.at(-1);
               if (!last || last[1] !== left || last[2] !== values.desired) {{
                 window.watched.push([Date.now(), left, values.desired]);
               }}
               if (values.desired !== first) clearInterval(window.watching);
             }}, 50);"
        ),
        &[],
    );
    let seen = window.until_within(
        limit,
        "the change that was counted down to",
        "return window.watched.length > 1 && window.watched.at(-1)[2] !== window.watched[0][2] && window.watched",
        &[],
    );
    let all = seen.as_array().unwrap();
    let ms = |row: &Value| row[0].as_i64().unwrap();
    let (last, before) = all.split_last().unwrap();
    let is_zero = |row: &&Value| matches!(row[1].as_str(), Some("due" | "late" | "0:00" | ""));
    let zero = before.iter().find(is_zero).map_or_else(
        || {
            // It changed while there was time left: then it is early by that.
            let row = before.last().unwrap();
            let (minutes, seconds) = row[1].as_str().unwrap().split_once(':').unwrap();
            let left: i64 = minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap();
            ms(row) + left * 1_000
        },
        ms,
    );
    (ms(last) - zero, seen)
}
