//! The start page: what it shows, and that it contacts nobody and runs nothing.

use std::path::Path;

use desktop::{CountingListener, Home, Kubeconfig, Window, cluster};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{
    choose_context, connect, press_answer, trust, until_asked, until_connected, until_not_asked,
};

/// Contexts of every sort, all leading to `port` of this machine; `plugin` is a program.
fn odd_contexts(port: u16, plugin: &Path) -> Kubeconfig {
    let server = format!("https://127.0.0.1:{port}");
    Kubeconfig::new()
        .cluster("near", &json!({"server": server, "insecure-skip-tls-verify": true}))
        .cluster("plain", &json!({"server": format!("http://127.0.0.1:{}", port)}))
        .cluster("proxied", &json!({"server": server, "proxy-url": "http://127.0.0.1:9"}))
        .cluster("device-ca", &json!({"server": server, "certificate-authority": "/dev/zero"}))
        // Beside the kubeconfig, made where it is needed.
        .cluster("pipe-ca", &json!({"server": server, "certificate-authority": "a-pipe"}))
        .way_in("by-token", "near", &json!({"token": "a-token"}))
        .way_in("by-plugin", "near", &json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": plugin, "interactiveMode": "Never"}}))
        .way_in("by-provider", "near", &json!({"auth-provider": {"name": "gcp", "config": {
            "cmd-path": plugin, "cmd-args": "", "expiry-key": "{.e}", "token-key": "{.t}"}}}))
        .way_in("by-token-file", "near", &json!({"tokenFile": "/proc/self/mem"}))
        .way_in("over-plain-http", "plain", &json!({"token": "a-token"}))
        .way_in("through-a-proxy", "proxied", &json!({"token": "a-token"}))
        .way_in("with-a-pipe", "pipe-ca", &json!({"token": "a-token"}))
        .way_in("with-a-device", "device-ca", &json!({"token": "a-token"}))
        .context("without-a-cluster", "no-such-cluster", "by-token")
        .context("without-a-user", "near", "no-such-user")
        .context("<b>markup</b> & \u{202e}backwards\u{1b}[31m", "near", "by-token")
        .current("by-token")
}

#[test]
#[allow(clippy::too_many_lines)] // one window for all of them
fn contexts_of_every_sort_are_shown_and_nothing_is_contacted() {
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
    std::process::Command::new("mkfifo")
        .arg(home.path().join("a-pipe"))
        .status()
        .unwrap();
    let kubeconfig = odd_contexts(listener.port(), &plugin).write(&home);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    window.until(
        "14 contexts",
        "return all('listitem', '', one('list', 'Contexts')).length >= 10",
        &[],
    );

    let said = |name: &str| {
        let text = window.eval(
            "return document.querySelector(`[data-context=${CSS.escape(arguments[0])}]`)?.innerText ?? ''",
            &[json!(name)],
        );
        text.as_str().unwrap().to_owned()
    };
    for (name, words) in [
        ("by-token", "token"),
        ("by-plugin", "program plugin"),
        ("by-provider", "broken"),
        ("by-token-file", "broken"),
        ("with-a-device", "broken"),
        ("through-a-proxy", "token"),
        ("without-a-cluster", "broken"),
        ("without-a-user", "broken"),
    ] {
        assert!(said(name).contains(words), "{name}: {}", said(name));
    }
    // A broken entry says why, in a sentence of its own.
    for name in ["by-provider", "without-a-cluster", "without-a-user"] {
        assert!(
            said(name).lines().any(|line| line.ends_with('.')),
            "{name}: {}",
            said(name)
        );
    }
    assert!(
        said("by-token").contains("not checked"),
        "says that certificates are not checked: {}",
        said("by-token")
    );
    let page = window.text();
    assert!(page.contains("<b>markup</b>"), "{page}");
    assert!(
        !page.contains('\u{202e}') && !page.contains('\u{1b}'),
        "invisible characters are made visible"
    );
    assert!(!page.contains("a-token"), "no credential on the page");
    window.shot("start-odd-contexts");

    // Choosing what is broken does nothing.
    for name in [
        "by-provider",
        "by-token-file",
        "with-a-device",
        "without-a-cluster",
        "without-a-user",
    ] {
        choose_context(&window, name);
    }
    assert_eq!(window.eval("return consent()", &[]), Value::Null);
    // Choosing what can be opened asks, and does nothing else.
    for name in [
        "by-plugin",
        "over-plain-http",
        "through-a-proxy",
        "with-a-pipe",
    ] {
        choose_context(&window, name);
        until_asked(&window, name);
        window.press(&[], Key::Escape);
        until_not_asked(&window);
    }
    // An authority that is a pipe is found out by looking, before anything is contacted.
    choose_context(&window, "with-a-pipe");
    until_asked(&window, "with-a-pipe");
    press_answer(&window, "Look only");
    window.until(
        "what forbids it",
        "return squeezed(one('alert', '', consent() ?? document.body)?.textContent).includes('a-pipe')",
        &[],
    );
    assert_eq!(
        window.eval("return pressable('Trust and connect')", &[]),
        Value::Null
    );
    window.press(&[], Key::Escape);
    until_not_asked(&window);
    assert_eq!(listener.count(), 0, "nothing was contacted");
    assert!(!ran.exists(), "no plugin ran");

    // The listener would have known.
    choose_context(&window, "by-token");
    trust(&window);
    window.until("an error", "return one('alert', '')", &[]);
    assert!(listener.count() > 0);
}

#[test]
fn no_kubeconfig_at_all_says_what_to_do() {
    let window = Window::open_in(Home::new(), &[]);
    // The demo cluster opens by itself; the start page is behind it.
    window.until("the demo cluster", "return one('region', 'Demo')", &[]);
    window.click("button", "Contexts");
    window.until_text("No kubeconfig was found");
    window.until_text("KUBECONFIG");
    window.shot("start-no-kubeconfig");
}

#[test]
fn a_list_of_kubeconfigs_is_grouped_and_filtered() {
    let home = Home::new();
    let text = std::fs::read_to_string(cluster().kubeconfig()).unwrap();
    let own = home.write("clusters/own.kubeconfig", &text);
    let mut many = Kubeconfig::new().cluster("far", &json!({"server": "https://192.0.2.1:6443"}));
    for number in 0..40 {
        let name = format!("far-{number:02}");
        many = many.way_in(&name, "far", &json!({"token": "a-token"}));
    }
    // It names a context that the first file has too: the first counts.
    let many = many.context("admin", "far", "far-00").write(&home);
    let missing = home.path().join("missing");
    let home = home.with_kubeconfigs(&[own.clone(), missing, many.clone()]);
    let window = Window::open_in(home, &[]);
    window.until(
        "the merged list",
        "return one('heading', 'KUBECONFIG')",
        &[],
    );
    window.until_text("from the environment");
    // The first file's name stands over its only context, the other's over all the rest.
    window.until(
        "a heading for each file",
        "const found = [...document.querySelectorAll('.file')].map((one) => one.textContent);
         return JSON.stringify(found) === JSON.stringify(arguments[0])",
        &[json!([own, many])],
    );
    window.shot("start-several");

    window.press(&[], '/');
    // Each word may stand anywhere, in the paths too.
    window.type_text("kubeconfig FAR-3");
    window.until_text("10 of 41");
    let names =
        "return [...document.querySelectorAll('[data-context]')].map((one) => one.dataset.context)";
    let expected: Vec<String> = (30..40).map(|number| format!("far-{number}")).collect();
    assert_eq!(
        window.until("the contexts found", names, &[]),
        json!(expected)
    );
    window.press(&[], Key::Escape);
    window.type_text("admin");
    window.until_text("1 of 41");
    window.press(&[], Key::Down);
    window.press(&[], Key::Enter);
    trust(&window);
    until_connected(&window);
}

#[test]
fn a_file_that_is_mended_is_read_by_itself() {
    let home = Home::new();
    let path = home.write("clusters/kubeconfig", "kind: Config\ncontexts: {");
    let window = Window::open_in(home.clone(), &[&path.display().to_string()]);
    window.until("an error", "return one('alert', '')", &[]);
    let text = std::fs::read_to_string(cluster().kubeconfig()).unwrap();
    home.write("clusters/kubeconfig", &text);
    connect(&window, "admin");
}

#[test]
fn the_usual_place_is_found() {
    let home = Home::new();
    let text = std::fs::read_to_string(cluster().kubeconfig()).unwrap();
    home.write(".kube/config", &text);
    let window = Window::open_in(home, &[]);
    window.until_text("the usual place");
    connect(&window, "admin");
}

#[test]
fn malformed_files_each_say_what_is_wrong() {
    let deep = format!(
        "apiVersion: v1\nkind: Config\nusers: {}\n",
        "[".repeat(100_000)
    );
    for (name, text, words) in [
        (
            "yaml",
            "apiVersion: v1\nkind: Config\nclusters: [\nsecret-token-in-a-broken-file",
            "malformed.yaml",
        ),
        ("list", "- 1\n- 2\n", "wrong kind"),
        (
            "pod",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
            "not a kubeconfig",
        ),
        ("deep", deep.as_str(), "malformed.yaml"),
        ("nul", "apiVersion: v1\0\n", "malformed.yaml"),
    ] {
        let home = Home::new();
        let path = home.write("malformed.yaml", text);
        let window = Window::open_in(home, &[&path.display().to_string()]);
        window.until("the problem", "return one('alert', '')", &[]);
        let said = window.text();
        assert!(said.contains(words), "{name}: {said}");
        assert!(
            !said.contains("secret-token"),
            "{name}: the file is not quoted: {said}"
        );
        assert!(
            ["Correct the file", "Choose a", "Save it as"]
                .iter()
                .any(|what| said.contains(what)),
            "{name}: what to do: {said}"
        );
        if name == "yaml" {
            window.shot("start-malformed");
        }
    }
}
