//! The demo cluster: there without any kubeconfig, marked, its day moved through, its tour dismissed for good.

use std::time::Duration;

use desktop::{Home, Kubeconfig, Window};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{go_to, look, open_table, until_connected, until_row};

/// Starting it is a day's work for its controllers, done in a debug build on a shared machine.
const START: Duration = Duration::from_mins(1);

/// What must be read on every screen of it.
const MARKED: &str = "
    const bar = one('region', 'Demo');
    return bar && squeezed(bar.textContent).startsWith('Demo Nothing here is real; nothing leaves this program')
      && bar.scrollWidth <= bar.clientWidth && all('slider', 'Time in the demo cluster').length + bar.querySelectorAll('input[type=range]').length > 0";

pub(crate) fn until_demo(window: &Window) {
    window.until_within(START, "the demo cluster, marked", MARKED, &[]);
    until_connected(window);
    window.until("pods", "return rowsOf(grid()).length > 3", &[]);
}

/// Which time the backend says it is there, and how it goes.
fn time(window: &Window) -> Value {
    window
        .rpc("demo_time", &json!({"cluster": "context-demo"}))
        .unwrap()
}

/// What stands in the bar.
fn told(window: &Window) -> String {
    let text = window.eval(
        "return squeezed(document.querySelector('[data-testid=demo-time] .moment')?.textContent)",
        &[],
    );
    text.as_str().unwrap_or_default().to_owned()
}

/// Ages of the pods in the table that are told to the minute, in seconds by name.
const AGES: &str = "
    const unit = { s: 1, m: 60, h: 3600, d: 86400 };
    const seconds = (text) => [...text.matchAll(/(\\d+)([smhd])/g)].reduce((sum, [, n, u]) => sum + n * unit[u], 0);
    const ages = Object.fromEntries(rowsOf(grid())
      .map((row) => [row.name, seconds(row.age ?? '')])
      .filter(([, age]) => age > 0 && age < 7 * 3600));";

fn tab_to(window: &Window, what: &str, here: &str) {
    for _ in 0..80 {
        window.press(&[], Key::Tab);
        let script = format!("const at = document.activeElement; {here}");
        if window.eval(&script, &[]) == json!(true) {
            return;
        }
    }
    panic!("Tab never reaches {what}");
}

#[test]
fn without_a_kubeconfig_it_opens_by_itself_and_is_marked_everywhere() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.until("the tour", "return one('region', 'Tour')", &[]);
    window.shot("demo-first");
    window.until(
        "its tile in the rail",
        "return one('button', 'Demo cluster, demo')",
        &[],
    );
    look(&window, "demo-pods");
    for place in ["Overview", "Nodes", "Events", "Scaling"] {
        go_to(&window, place);
        window.until(place, MARKED, &[]);
    }
    until_row(&window, "cosci");
    look(&window, "demo-scaling-table");
    window.resize(900, 560);
    window.until("the mark in a small window", MARKED, &[]);
    look(&window, "demo-small");
    window.resize(1440, 900);

    // There is a way back to the start page, which says how to get a cluster of one's own.
    window.click("button", "Contexts");
    window.until_text("No kubeconfig was found");
    look(&window, "start-demo-alone");
    window.click("button", "Go to it");
    window.until("the demo cluster again", MARKED, &[]);

    // The page that is loaded again does not begin anew.
    window.click("button", "Contexts");
    window.reload();
    until_demo(&window);
    let home = window.close();

    // With a kubeconfig the start page lists it.
    let own = Kubeconfig::new()
        .cluster("far", &json!({"server": "https://192.0.2.1:6443"}))
        .way_in("far", "far", &json!({"token": "a-token"}))
        .write(&home);
    let window = Window::open_in(home, &[&own.display().to_string()]);
    window.until("the context", "return contextNamed('far')", &[]);
    assert_eq!(window.eval(MARKED, &[]), Value::Null);
}

#[test]
fn it_is_one_click_from_the_start_page_with_kubeconfigs() {
    let home = Home::new();
    let own = Kubeconfig::new()
        .cluster("far", &json!({"server": "https://192.0.2.1:6443"}))
        .way_in("far", "far", &json!({"token": "a-token"}))
        .write(&home);
    let window = Window::open_in(home, &[&own.display().to_string()]);
    window.until("the context", "return contextNamed('far')", &[]);
    look(&window, "start-demo-line");
    window.click("button", "Open demo cluster");
    until_demo(&window);
}

#[test]
fn its_day_is_moved_through() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    let present = time(&window);
    assert_eq!(present["isPresent"], json!(true));
    assert_eq!(present["rate"], json!(1));

    // Twelve hours back, by a click in the middle of the slider.
    window.click_found(
        "the slider",
        "return one('region', 'Demo').querySelector('input[type=range]')",
        &[],
    );
    window.until_within(
        START,
        "the day's middle",
        "return one('button', 'Now') && !document.querySelector('[data-testid=demo-time].held')",
        &[],
    );
    let middle = time(&window);
    assert_eq!(middle["isPresent"], json!(false));
    let back = present["nowMs"].as_i64().unwrap() - middle["nowMs"].as_i64().unwrap();
    assert!((11 * 3_600_000..13 * 3_600_000).contains(&back), "{back}");
    // What is shown is of that time.
    window.until(
        "a status as of then",
        "const moment = squeezed(document.querySelector('[data-testid=demo-time] .moment').textContent).slice(-5);
         return squeezed(one('contentinfo', '').textContent).includes(`as of ${moment}`)",
        &[],
    );
    window.until(
        "pods of that time",
        &format!("{AGES} return Object.keys(ages).length > 0"),
        &[],
    );
    window.shot("demo-middle");

    // Sixty times as fast: ages keep up with its clock.
    window.click("radio", "An hour a minute");
    let before = window.eval(&format!("{AGES} return [ages, Date.now()]"), &[]);
    std::thread::sleep(Duration::from_secs(10));
    window.until(
        "ages ten minutes on",
        &format!(
            "{AGES} const passed = (Date.now() - arguments[0][1]) / 1000 * 60;
             const grown = Object.entries(ages)
               .filter(([name]) => name in arguments[0][0])
               .map(([name, age]) => age - arguments[0][0][name]);
             return grown.length > 0 && grown.every((by) => Math.abs(by - passed) < 150)"
        ),
        &[before],
    );
    window.shot("demo-fast");

    // Standing still, nothing moves.
    window.click("radio", "Stand still");
    window.until(
        "the clock to stand",
        "return one('radio', 'Stand still')?.ariaChecked === 'true'",
        &[],
    );
    let (still, words) = (time(&window), told(&window));
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(time(&window)["nowMs"], still["nowMs"]);
    assert_eq!(told(&window), words);

    window.click("button", "Now");
    window.until(
        "the present",
        "return one('radio', 'As time goes')?.ariaChecked === 'true' && !one('button', 'Now')",
        &[],
    );
    assert_eq!(time(&window)["isPresent"], json!(true));
}

#[test]
fn a_graph_goes_on_at_the_pace_of_its_clock() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.click("button", "Show the scaling of cosci");
    window.until_within(
        START,
        "the scaling page",
        "return one('heading', 'cosci') && document.querySelector('canvas')",
        &[],
    );
    window.click("radio", "An hour a minute");
    // The panel tells the time of the cluster, not of this computer.
    let seconds = || {
        let script = r"
            const told = one('complementary', 'Details of the moment')?.querySelector('.moment span')?.textContent;
            const parts = /^(\d\d):(\d\d):(\d\d)$/.exec(squeezed(told));
            return parts && 1 + Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3])";
        window
            .until("the time of the moment", script, &[])
            .as_f64()
            .unwrap()
    };
    let first = seconds();
    std::thread::sleep(Duration::from_secs(20));
    let passed = (seconds() - first).rem_euclid(86_400.0);
    assert!((900.0..2_400.0).contains(&passed), "{passed} s in 20 s");
    look(&window, "demo-cosci");
}

#[test]
fn by_keyboard_alone() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    window.until("the tour closed", "return !one('region', 'Tour')", &[]);
    go_to(&window, "Tour of the demo cluster");
    window.until("the tour", "return one('region', 'Tour')", &[]);
    window.press(&[], Key::Escape);

    tab_to(&window, "the slider", "return at.type === 'range'");
    let before = time(&window)["nowMs"].as_i64().unwrap();
    window.press(&[], Key::PageDown);
    window.press(&[], Key::PageDown);
    window.until_within(START, "two hours back", "return one('button', 'Now')", &[]);
    window.until(
        "the time in words",
        "const at = document.activeElement;
         return /^(yesterday )?\\d\\d:\\d\\d$/.test(at.getAttribute('aria-valuetext'))
           && at.getAttribute('aria-valuetext') === squeezed(document.querySelector('[data-testid=demo-time] .moment').textContent)",
        &[],
    );
    window.until_within(
        START,
        "the hand let go",
        "return !document.querySelector('[data-testid=demo-time].held')",
        &[],
    );
    let back = before - time(&window)["nowMs"].as_i64().unwrap();
    assert!((6_900_000..7_300_000).contains(&back), "{back}");
    tab_to(&window, "the pace", "return at.dataset.rate === '1'");
    window.press(&[], Key::Left);
    window.until(
        "it stands",
        "return document.activeElement.dataset.rate === '0' && document.activeElement.ariaChecked === 'true'",
        &[],
    );
    tab_to(
        &window,
        "“Now”",
        "return squeezed(at.textContent) === 'Now'",
    );
    window.press(&[], Key::Enter);
    window.until(
        "the present",
        "return one('radio', 'As time goes')?.ariaChecked === 'true' && !one('button', 'Now')",
        &[],
    );
}

#[test]
fn a_tour_that_is_dismissed_stays_so() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    // Each card leads to what it speaks of.
    for (title, button, seen) in [
        (
            "Two triggers*",
            "Show the scaling of cosci",
            "return one('heading', 'cosci')",
        ),
        (
            "An autoscaler*",
            "Show the scaling of cart",
            "return one('heading', 'cart') && document.querySelector('canvas')",
        ),
        (
            "A day*",
            "Go to the time",
            "return document.activeElement?.type === 'range'",
        ),
        (
            "A filter*",
            "Filter what restarts",
            "return one('grid', 'Pods') && rowsOf(grid()).some((row) => row.name.startsWith('ledger-'))",
        ),
        (
            "Anything*",
            "Open the palette",
            "return one('combobox', 'Go to*')",
        ),
    ] {
        window.until(
            "the card",
            "return one('heading', arguments[0])",
            &[json!(title)],
        );
        window.click("button", button);
        window.until_within(START, button, seen, &[]);
        if button == "Open the palette" {
            window.press(&[], Key::Escape);
            window.until("no palette", "return !one('combobox', 'Go to*')", &[]);
        } else {
            window.click("button", "Next");
        }
    }
    window.click("button", "Don’t show again");
    window.until("no tour", "return !one('region', 'Tour')", &[]);
    let home = window.close();
    let window = Window::open_in(home, &[]);
    until_demo(&window);
    assert_eq!(
        window.eval("return one('region', 'Tour')", &[]),
        Value::Null
    );
}

/// The README's first picture.
#[test]
fn an_evening_of_cosci_in_a_minute() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    go_to(&window, "Theme: dark");
    // The last 20:40 in Oslo, if that is in its day and twenty minutes ago, else its day's beginning, before 21:00 then.
    let evening = window.eval(
        "const hour = 3600e3;
         const oslo = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Oslo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
         const begin = Date.now() - 24 * hour + 30e3;
         let at = Math.floor(Date.now() / 60e3) * 60e3 - hour / 3;
         while (oslo.format(at) !== '20:40' && at > begin) at -= 60e3;
         return Math.max(at, begin)",
        &[],
    );
    window
        .rpc(
            "go_to_demo_time",
            &json!({"cluster": "context-demo", "toMs": evening}),
        )
        .unwrap();
    go_to(&window, "Scaling");
    until_row(&window, "cosci");
    let replicas = "
        const row = rowsOf(grid()).find((row) => row.name === 'cosci');
        return row && Object.values(row).join(' ')";
    window.until("cosci before the evening", replicas, &[]);
    window.click_found(
        "cosci",
        "return rowNamed('cosci')?.querySelector('[data-column=name]')",
        &[],
    );
    window.until_within(
        START,
        "the scaling page",
        "return one('heading', 'cosci') && document.querySelector('canvas')",
        &[],
    );
    window.until("its replicas before 21:00", CURRENT_IS, &[json!("2")]);
    window.click("radio", "An hour a minute");
    // At 21:00 nginx is given two replicas, and cosci follows with two for each.
    window.until_within(START, "its replicas after 21:00", CURRENT_IS, &[json!("4")]);
    std::thread::sleep(Duration::from_secs(35));
    window.click("radio", "Stand still");
    window.until(
        "the clock to stand",
        "return one('radio', 'Stand still')?.ariaChecked === 'true'",
        &[],
    );
    std::thread::sleep(Duration::from_secs(3));
    window.move_mouse_away();
    window.shot("demo-evening");
}

/// Whether the scaling page tells that many current replicas.
const CURRENT_IS: &str = "
    const panel = one('complementary', 'Details of the moment');
    const of = [...(panel?.querySelectorAll('dl.values dt') ?? [])].find((dt) => squeezed(dt.textContent) === 'current');
    return of && squeezed(of.nextElementSibling.textContent) === arguments[0]";

#[test]
fn a_workload_and_its_pods_tell_their_autoscaler() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    let told = "
        const list = one('list', 'Scaled by');
        return list && squeezed(list.textContent).includes(arguments[0])";
    for (kind, from) in [("Deployments", "cosci"), ("Pods", "cosci-")] {
        // Of its namespace alone: among all pods it may lie below what is in sight.
        open_table(&window, kind, "web");
        window.click_found(
            from,
            "const row = rowsOf(grid()).find((row) => row.name.startsWith(arguments[0]));
             return row && rowNamed(row.name)?.querySelector('[data-column=name]')",
            &[json!(from)],
        );
        window.until("its autoscaler", told, &[json!("ScaledObject cosci")]);
    }
    look(&window, "demo-pod-autoscaler");
    window.click("button", "Show the scaling of cosci");
    window.until(
        "the scaling page",
        "return one('heading', 'cosci') && document.querySelector('canvas')",
        &[],
    );
}
