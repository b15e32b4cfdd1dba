//! What stands before a cluster, and what is laid over one: the start page, the question, the palette, the keys.

use std::net::TcpListener;

use cluster_tests::Answer;
use control_plane::Credential;
use desktop::{Home, Kubeconfig, Window, cluster};
use fantoccini::key::Key;
use serde_json::json;

use super::gate::Gate;
use super::walk::{self, Walk, agree, tab_to};
use crate::steps::go_to;

fn until_on_a_context(window: &Window) {
    window.until(
        "the keyboard on a context",
        "return Boolean(document.activeElement?.closest('[data-context]'))",
        &[],
    );
}

/// Closes what is laid over the window: its end comes after the key.
fn close(window: &Window) {
    window.press(&[], Key::Escape);
    window.until(
        "nothing over the window",
        "return !document.querySelector('dialog[open]')",
        &[],
    );
}

#[test]
fn the_start_page_in_every_state() {
    let window = Window::open_in(Home::new(), &[]);
    window.until("the demo cluster", "return one('region', 'Demo')", &[]);
    window.click("button", "Contexts");
    window.until_text("No kubeconfig was found");
    let walk = Walk::through(&window, "empty");
    tab_to(&window, "a button", "return at !== document.body");
    walk.here("start", "says('No kubeconfig was found')");
    walk.end();
    drop(window);

    let home = Home::new();
    let broken = home.write("broken", "kind: Config\ncontexts: {");
    let window = Window::open_in(home, &[&broken.display().to_string()]);
    let walk = Walk::through(&window, "failed");
    tab_to(&window, "a button", "return at !== document.body");
    walk.here("start", "one('alert', '')");
    walk.end();
    drop(window);

    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let home = Home::new();
    let ca = cluster().ca_pem().unwrap();
    let token = json!({"token": "not-a-token-of-this-cluster"});
    let kubeconfig = Kubeconfig::new()
        .server("away", &format!("https://127.0.0.1:{nobody}"), &ca)
        .server("right", &cluster().url(), &ca)
        .way_in("unreachable", "away", &token)
        .way_in("unauthorized", "right", &token)
        .write(&home);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    until_on_a_context(&window);
    let walk = Walk::through(&window, "filled");
    walk.here(
        "start",
        "contextNamed('unreachable') && contextNamed('unauthorized')",
    );
    walk.end();
    let walk = Walk::through(&window, "failed");
    window.press(&[], Key::Enter);
    agree(&window);
    walk.here("start-unreachable", "says('refused the connection')");
    walk.end();
    let walk = Walk::through(&window, "forbidden");
    window.press(&[], Key::Down);
    window.press(&[], Key::Enter);
    agree(&window);
    walk.here("start", "says('does not accept the credentials')");
    walk.end();
}

#[test]
fn connecting_and_the_question_in_every_state() {
    let gate = Gate::open();
    gate.hold(|_| true);
    let window = &gate.window;
    until_on_a_context(window);
    window.press(&[], Key::Enter);
    let walk = Walk::through(window, "filled");
    walk.here(
        "question",
        "consent() && document.querySelectorAll('[data-danger]').length > 0",
    );
    walk.end();
    let walk = Walk::through(window, "loading");
    agree(window);
    walk.here(
        "start",
        "contextNamed('admin').innerText.includes('onnecting')",
    );
    // Escape stops it.
    window.press(&[], Key::Escape);
    window.until(
        "no more connecting",
        "return !contextNamed('admin').innerText.includes('onnecting')",
        &[],
    );
    walk.end();
    gate.release();

    // Discovery fails: what leads to kinds says so.
    let failure = Answer::status(500, "InternalError", "the disk is on fire");
    gate.spoil(failure, |request| {
        matches!(request.path.as_str(), "/api" | "/apis")
    });
    window.press(&[], Key::Enter);
    crate::steps::until_connected(window);
    let walk = Walk::through(window, "failed");
    walk.here(
        "kinds",
        "says('Not all kinds could be read') && says('the disk is on fire')",
    );
    window.press(&[Key::Shift], ':');
    window.until(
        "the prompt",
        "return document.activeElement === one('textbox', 'Kind, then namespaces')",
        &[],
    );
    window.type_text("nosuch");
    window.press(&[], Key::Enter);
    walk.here("prompt", "says('This cluster has no kind “nosuch”.')");
    window.press(&[], Key::Escape);
    walk.end();

    let home = Home::new();
    let kubeconfig = Kubeconfig::new()
        .server("here", &cluster().url(), &cluster().ca_pem().unwrap())
        .way_in("device", "here", &json!({"tokenFile": "/dev/zero"}))
        .write(&home);
    drop(gate);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    until_on_a_context(&window);
    window.press(&[], Key::Enter);
    let walk = Walk::through(&window, "failed");
    walk.here("start-refused", "says('is a device, not a file')");
    walk.end();
}

#[test]
fn what_is_laid_over_a_cluster() {
    let window = Window::open(&cluster().kubeconfig_of(Credential::Admin));
    walk::connect(&window);
    let walk = Walk::through(&window, "filled");
    window.press(&[Key::Control], 'k');
    walk.here("palette", "all('option', '').length > 10");
    window.type_text("zzqqxx");
    walk.here("palette-nothing", "says('Nothing fits “zzqqxx”.')");
    close(&window);
    window.press(&[], '?');
    walk.here("keys", "one('dialog', 'Keys')");
    close(&window);
    window.press(&[Key::Shift], ':');
    window.type_text("deploy");
    walk.here("prompt", "says('goes to Deployments (apps)')");
    close(&window);
    for menu in ["Columns", "Views"] {
        go_to(&window, "Pods");
        tab_to(&window, menu, &format!("return nameOf(at) === '{menu}'"));
        window.press(&[], Key::Enter);
        walk.here(
            &menu.to_lowercase(),
            &format!("one('button', '{menu}').ariaExpanded === 'true'"),
        );
        close(&window);
    }
    go_to(&window, "What you agreed to");
    walk.here("consents", "says('admin')");
    go_to(&window, "Contexts");
    until_on_a_context(&window);
    tab_to(
        &window,
        "the context's settings",
        "return at.matches('button.settings')",
    );
    window.press(&[], Key::Enter);
    walk.here("context-settings", "one('dialog', 'Settings of admin')");
    close(&window);
    walk.end();
}
