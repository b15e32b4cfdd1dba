//! The README's tour: five situations of the demo cluster on the scaling page.

use std::time::Duration;

use desktop::{Home, Window};
use fantoccini::key::Key;
use serde_json::json;

use crate::cursor::PANEL;
use crate::demo::until_demo;
use crate::scrub::{open_page, until_told};
use crate::steps::{go_to, open_table};

/// What one stop is about.
struct Stop {
    picture: &'static str,
    namespace: &'static str,
    name: &'static str,
    /// Minute of an hour that is over.
    minute: u32,
    /// What the panel must say then.
    must: &'static str,
    /// How much time is shown.
    range: &'static str,
}

const STOPS: [Stop; 5] = [
    Stop {
        picture: "held",
        namespace: "shop",
        name: "cart",
        minute: 14,
        must: "/olds/.test(said) && /^\\d+:\\d\\d$/.test(left)",
        range: "1 h",
    },
    Stop {
        picture: "at-max",
        namespace: "shop",
        name: "search",
        minute: 25,
        must: "/max/i.test(said)",
        range: "15 m",
    },
    Stop {
        picture: "woken",
        namespace: "shop",
        name: "orders",
        minute: 28,
        must: "Number(values.current) >= 1",
        range: "1 h",
    },
    Stop {
        picture: "no-request",
        namespace: "billing",
        name: "reports",
        minute: 25,
        must: "/request/i.test(said)",
        range: "15 m",
    },
    Stop {
        picture: "loop",
        namespace: "billing",
        name: "invoices",
        minute: 25,
        must: "/Jobs? runs?/.test(said) && /KEDA made [1-9]/.test(said)",
        range: "15 m",
    },
];

#[test]
fn five_situations_of_the_tour() {
    let window = Window::open_in(Home::new(), &[]);
    until_demo(&window);
    window.press(&[], Key::Escape);
    go_to(&window, "Theme: dark");
    for stop in STOPS {
        open_table(&window, "Scaling", stop.namespace);
        let at = window.eval(
            "return (Math.floor(Date.now() / 3600e3) - 1) * 3600e3 + arguments[0] * 60e3",
            &[json!(stop.minute)],
        );
        let ask = json!({"cluster": "context-demo", "toMs": at});
        window.rpc("go_to_demo_time", &ask).unwrap();
        // Rows of another time come in another order.
        std::thread::sleep(Duration::from_secs(4));
        open_page(&window, stop.name);
        window.click("radio", stop.range);
        until_told(&window);
        window
            .rpc(
                "set_demo_rate",
                &json!({"cluster": "context-demo", "rate": 3}),
            )
            .unwrap();
        window.until_within(
            Duration::from_mins(3),
            stop.picture,
            &format!("{PANEL} return {}", stop.must),
            &[],
        );
        // Some of its own readings beside what its day tells.
        std::thread::sleep(Duration::from_secs(4));
        window.click("radio", "Stand still");
        window.move_mouse_away();
        std::thread::sleep(Duration::from_secs(3));
        window.until(stop.picture, &format!("{PANEL} return {}", stop.must), &[]);
        window.shot(&format!("tour-{}", stop.picture));
    }
}
