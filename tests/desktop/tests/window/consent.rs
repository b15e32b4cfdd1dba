//! Consent: what is asked, what each answer does, and that nothing happens without one.

use std::path::PathBuf;

use desktop::{CountingListener, Home, Kubeconfig, Window, cluster};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::habits::CONTRAST;
use crate::steps::{
    choose_context, confirm_dangers, connect, connected, go_to, press_answer, trust, until_asked,
    until_connected, until_not_asked,
};

/// SHA-256 of `abc` (FIPS 180-2, appendix B.1).
const DIGEST_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const MARKUP: &str = "<img src=x onerror=\"window.hurt=1\">";

/// A context `watched` whose server, program and token file would know.
struct Tripwires {
    listener: CountingListener,
    ran: PathBuf,
    window: Window,
}

impl Tripwires {
    fn open() -> Self {
        let listener = CountingListener::new();
        let home = Home::new();
        let ran = home.path().join("plugin-ran");
        let plugin = home.write(
            "plugin",
            &format!("#!/bin/sh\necho ran >> {}\n", ran.display()),
        );
        std::process::Command::new("chmod")
            .arg("+x")
            .arg(&plugin)
            .status()
            .unwrap();
        let token = home.write("token", "abc");
        let server = format!("https://127.0.0.1:{}", listener.port());
        let ca = cluster().ca_pem().unwrap();
        let kubeconfig = Kubeconfig::new()
            .server("near", &server, &ca)
            .cluster(
                "careless",
                &json!({"server": server, "insecure-skip-tls-verify": true}),
            )
            .way_in("by-file", "near", &json!({"tokenFile": token}))
            .way_in("by-token", "near", &json!({"token": "a-token"}))
            .way_in("careless", "careless", &json!({"token": "a-token"}))
            .way_in(
                "by-plugin",
                "near",
                &json!({"exec": {
                    "apiVersion": "client.authentication.k8s.io/v1", "command": plugin,
                    "args": [MARKUP], "interactiveMode": "Never"}}),
            )
            .write(&home);
        let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
        Self {
            listener,
            ran,
            window,
        }
    }

    fn assert_untouched(&self) {
        assert_eq!(self.listener.count(), 0, "nothing was contacted");
        assert!(!self.ran.exists(), "nothing was run");
    }
}

/// Presses an answer after which nothing is asked.
fn choose_answer(window: &Window, name: &str) {
    press_answer(window, name);
    until_not_asked(window);
}

#[test]
fn looking_shows_digests_and_does_nothing_else() {
    let wires = Tripwires::open();
    let window = &wires.window;
    choose_context(window, "by-file");
    until_asked(window, "by-file");
    let digests = "[...(consent()?.querySelectorAll('[data-digest]') ?? [])].map((one) => one.dataset.digest)";
    assert_eq!(
        window.eval(
            &format!("return {digests}.includes(arguments[0])"),
            &[json!(DIGEST_OF_ABC)]
        ),
        json!(false),
        "none of a file before it was looked at"
    );
    press_answer(window, "Look only");
    window.until(
        "its digest",
        &format!("return {digests}.includes(arguments[0])"),
        &[json!(DIGEST_OF_ABC)],
    );
    window.shot("consent-looked");
    choose_answer(window, "Do not open");
    wires.assert_untouched();
}

#[test]
fn no_and_escape_open_nothing() {
    let wires = Tripwires::open();
    let window = &wires.window;
    choose_context(window, "by-plugin");
    until_asked(window, "by-plugin");
    // The keyboard is where it does no harm.
    window.until(
        "the focus",
        "return nameOf(document.activeElement) === 'Do not open'",
        &[],
    );
    let said = window.eval("return consent().innerText", &[]);
    assert!(said.as_str().unwrap().contains(MARKUP), "{said}");
    window.shot("consent-plugin");
    window.press(&[], Key::Enter);
    until_not_asked(window);
    choose_context(window, "by-plugin");
    until_asked(window, "by-plugin");
    window.press(&[], Key::Escape);
    until_not_asked(window);
    choose_context(window, "by-plugin");
    until_asked(window, "by-plugin");
    choose_answer(window, "Do not open");
    assert_eq!(window.eval("return window.hurt ?? null", &[]), Value::Null);
    assert_eq!(
        window.eval(
            "return contextNamed('by-plugin').innerText.includes('Connecting')",
            &[]
        ),
        false
    );
    wires.assert_untouched();
}

#[test]
fn the_question_fits_the_smallest_window_in_both_themes() {
    let wires = Tripwires::open();
    let window = &wires.window;
    window.resize(900, 560);
    for theme in ["dark", "light"] {
        go_to(window, &format!("Theme: {theme}"));
        for context in ["careless", "by-plugin"] {
            choose_context(window, context);
            until_asked(window, context);
            window.until("the delay's end", "return pressable('Look only')", &[]);
            window.shot(&format!("consent-small-{context}-{theme}"));
            let hidden = "return all('button', '', consent()).filter((button) => {
                const at = button.getBoundingClientRect();
                const there = document.elementFromPoint((at.left + at.right) / 2, (at.top + at.bottom) / 2);
                return ['Do not open', 'Look only', 'Trust and connect'].includes(nameOf(button)) && !button.contains(there);
            }).map(nameOf)";
            assert_eq!(window.eval(hidden, &[]), json!([]), "{context}, {theme}");
            assert_eq!(window.eval(CONTRAST, &[]), json!([]), "{context}, {theme}");
            confirm_dangers(window);
            window.shot(&format!("consent-small-{context}-{theme}-understood"));
            choose_answer(window, "Do not open");
        }
    }
    wires.assert_untouched();
}

#[test]
fn dangers_are_confirmed_one_by_one() {
    let wires = Tripwires::open();
    let window = &wires.window;
    choose_context(window, "careless");
    until_asked(window, "careless");
    window.until("the delay's end", "return pressable('Look only')", &[]);
    let trusts = "return Boolean(pressable('Trust and connect'))";
    assert_eq!(window.eval(trusts, &[]), false);
    // A press of the button all the same does nothing.
    window.eval("one('button', 'Trust and connect').click()", &[]);
    until_asked(window, "careless");
    window.shot("consent-dangers");
    wires.assert_untouched();
    confirm_dangers(window);
    choose_answer(window, "Trust and connect");
    // The listener hangs up on whoever comes.
    window.until(
        "the failure",
        "return contextNamed('careless').querySelector('[role=alert]')",
        &[],
    );
    assert!(wires.listener.count() > 0);
}

#[test]
fn a_click_meant_for_something_else_trusts_nothing() {
    let wires = Tripwires::open();
    let window = &wires.window;
    choose_context(window, "by-token");
    until_asked(window, "by-token");
    window.press(&[], Key::Escape);
    until_not_asked(window);
    // Clicks in every frame from the moment the question is there, until the buttons say that they can be pressed.
    let stood = window
        .promise(
            "const frame = () => new Promise((next) => requestAnimationFrame(next));
             contextNamed('by-token').querySelector('button').click();
             while (!consent()) await frame();
             const began = performance.now();
             let clicks = 0;
             while (!pressable('Trust and connect')) {
               if (!consent()) throw new Error('a click before its time was taken');
               if (performance.now() - began > 15000) throw new Error('it never can be pressed');
               one('button', 'Trust and connect').click();
               one('button', 'Look only')?.click();
               clicks += 1;
               await frame();
             }
             return { ms: performance.now() - began, clicks, looked: one('button', 'Look again') !== null };",
            &[],
        )
        .unwrap();
    assert!(stood["ms"].as_f64().unwrap() > 550.0, "{stood}");
    assert!(stood["clicks"].as_u64().unwrap() > 0, "{stood}");
    assert_eq!(stood["looked"], false, "{stood}");
    wires.assert_untouched();
    // Being left and come back to, the window begins the wait anew.
    let waits = window.promise(
        "dispatchEvent(new Event('focus'));
         await new Promise((next) => requestAnimationFrame(next));
         return !pressable('Trust and connect')",
        &[],
    );
    assert_eq!(waits, Ok(json!(true)));
    choose_answer(window, "Trust and connect");
    window.until(
        "the failure",
        "return contextNamed('by-token').querySelector('[role=alert]')",
        &[],
    );
    assert!(wires.listener.count() > 0);
}

#[test]
fn two_questions_are_asked_one_after_the_other() {
    let wires = Tripwires::open();
    let window = &wires.window;
    window.until(
        "the contexts",
        "return contextNamed('by-token') && contextNamed('by-file')",
        &[],
    );
    window.eval(
        "for (const name of ['by-token', 'by-file']) contextNamed(name).querySelector('button').click()",
        &[],
    );
    window.until_text("1 of 2");
    let first = window.eval("return consent().dataset.question", &[]);
    window.shot("consent-two");
    window.press(&[], Key::Escape);
    window.until(
        "the other question",
        "return consent() && consent().dataset.question !== arguments[0]",
        &[first],
    );
    window.until_no_text("1 of 2");
    window.press(&[], Key::Escape);
    until_not_asked(window);
    wires.assert_untouched();
}

#[test]
fn what_was_agreed_to_is_kept_until_it_is_revoked() {
    let window = connected();
    let home = window.close();
    let path = cluster().kubeconfig().display().to_string();
    let window = Window::open_in(home, &[&path]);
    choose_context(&window, "admin");
    // Not asked again: the question would stand in the way of the table.
    until_connected(&window);
    assert_eq!(window.eval("return consent()", &[]), Value::Null);

    go_to(&window, "What you agreed to");
    window.click("button", "Revoke admin");
    window.until(
        "whether it is meant",
        "return one('button', 'Revoke it')",
        &[],
    );
    window.shot("consents");
    window.click("button", "Revoke it");
    window.until(
        "the cluster closed",
        "return !document.querySelector('[data-cluster=admin]') && /Nothing yet/.test(document.body.innerText)",
        &[],
    );
    window.click("button", "Back to the contexts");
    choose_context(&window, "admin");
    until_asked(&window, "admin");
    trust(&window);
    until_connected(&window);
}

#[test]
fn another_server_is_asked_about_with_the_difference() {
    let listener = CountingListener::new();
    let home = Home::new();
    let ca = cluster().ca_pem().unwrap();
    let of = |server: &str| {
        Kubeconfig::new().server("it", server, &ca).way_in(
            "it",
            "it",
            &json!({"token": cluster().token()}),
        )
    };
    let path = of(&cluster().url()).write(&home).display().to_string();
    let window = Window::open_in(home, &[&path]);
    connect(&window, "it");
    let home = window.close();
    let elsewhere = format!("https://127.0.0.1:{}", listener.port());
    of(&elsewhere).write(&home);
    let window = Window::open_in(home, &[&path]);
    choose_context(&window, "it");
    until_asked(&window, "it");
    let said = window.eval(
        "return { title: nameOf(consent()),
                  changed: [...consent().querySelectorAll('[data-change=changed]')].map((one) => squeezed(one.innerText)) }",
        &[],
    );
    assert_eq!(said["title"], "it has changed", "{said}");
    let changed = said["changed"][0].as_str().unwrap();
    for words in ["before", &cluster().url(), "now", &elsewhere] {
        assert!(changed.contains(words), "{words}: {said}");
    }
    window.shot("consent-changed");
    window.press(&[], Key::Escape);
    until_not_asked(&window);
    assert_eq!(listener.count(), 0, "nothing was contacted");
}
