//! Accounts of few rights walk the screens by keyboard: everything works that may, everything else names what is missing.

use control_plane::{Credential, VIEWED_NAMESPACE};
use desktop::{Home, Kubeconfig, Window, cluster, namespace};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::steps::{
    self, apply, choose_context, connected_as, go_to, pod, trust, until_connected, until_row,
};

/// Looks at the screen in both themes.
fn look(window: &Window, name: &str) {
    steps::look(window, &format!("limited-{name}"));
}

/// Waits until the sidebar marks a kind, and says why when asked.
fn until_marked(window: &Window, title: &str, why: &str) {
    window.until(
        &format!("a mark on {title}"),
        "const link = all('button', '', one('navigation', 'Kinds'))
           .find((e) => squeezed(e.querySelector('.title')?.textContent) === arguments[0]);
         return link && squeezed(link.textContent).endsWith('cannot list') && link.title === arguments[1]",
        &[json!(title), json!(why)],
    );
}

/// Waits until the filter has left one row: what is chosen before may be another.
fn until_filtered(window: &Window) {
    window.until("one row", "return rowsOf(grid()).length === 1", &[]);
}

/// The page that names a missing right, with the line to check it.
fn until_lacking(window: &Window, sentence: &str, command: &str) {
    window.until(
        sentence,
        "const alert = all('alert', '').find((e) => squeezed(e.innerText).includes(arguments[0]));
         return alert && squeezed(alert.querySelector('code')?.textContent) === arguments[1]",
        &[json!(sentence), json!(command)],
    );
}

#[test]
fn who_has_one_namespace_walks_through_it() {
    apply(&pod(VIEWED_NAMESPACE, "limited-pod", json!({})));
    let window = connected_as(Credential::Viewer);
    until_row(&window, "limited-pod");
    until_marked(
        &window,
        "Nodes",
        "Your account lacks the verb list on nodes.",
    );
    until_marked(
        &window,
        "Namespaces",
        "Your account lacks the verb list on namespaces.",
    );
    look(&window, "one-namespace");
    // What is marked opens all the same, and says what is missing.
    go_to(&window, "Secrets");
    until_lacking(
        &window,
        &format!("Your account lacks the verb list on secrets in namespace {VIEWED_NAMESPACE}."),
        &format!("kubectl auth can-i list secrets -n {VIEWED_NAMESPACE}"),
    );
    look(&window, "secrets");
    go_to(&window, "Nodes");
    until_lacking(
        &window,
        "Your account lacks the verb list on nodes.",
        "kubectl auth can-i list nodes",
    );
    // What may be seen is all there: drawer, YAML and log by their keys.
    go_to(&window, "Pods");
    until_row(&window, "limited-pod");
    window.press(&[], '/');
    window.type_text("limited-pod");
    until_filtered(&window);
    window.press(&[], Key::Enter);
    window.press(&[], Key::Down);
    window.press(&[], 'd');
    window.until(
        "the drawer",
        "return drawer() && one('tab', 'YAML', drawer())",
        &[],
    );
    window.press(&[], Key::Escape);
    window.press(&[], 'y');
    window.until(
        "the YAML",
        "return squeezed(drawer()?.innerText).includes('apiVersion: v1')",
        &[],
    );
    // The first closes what is narrower: the filter, then the drawer.
    window.press(&[], Key::Escape);
    window.press(&[], Key::Escape);
    window.press(&[], Key::Home);
    window.press(&[], 'l');
    window.until("the log", "return one('log', 'Log of limited-pod')", &[]);
    look(&window, "one-namespace-log");
}

#[test]
fn who_may_list_nothing_is_told_so_and_may_name_a_namespace() {
    let window = connected_as(Credential::Nobody);
    window.until_text("Your account may list nothing here");
    until_marked(
        &window,
        "Pods",
        "Your account lacks the verb list on pods in namespace default.",
    );
    look(&window, "nothing");
    window.click("button", "All namespaces");
    window.until_text("Your account may not list namespaces");
    window.type_text(VIEWED_NAMESPACE);
    window.press(&[], Key::Enter);
    window.press(&[], Key::Escape);
    until_lacking(
        &window,
        &format!("Your account lacks the verb list on pods in namespace {VIEWED_NAMESPACE}."),
        &format!("kubectl auth can-i list pods -n {VIEWED_NAMESPACE}"),
    );
    for kind in ["Deployments", "Scaling", "Events"] {
        go_to(&window, kind);
        window.until_text("Your account may list nothing here");
    }
    look(&window, "nothing-named");
    assert!(
        !window.printed().contains("panicked"),
        "{}",
        window.printed()
    );
}

/// May list pods of the namespace, and nothing else: no logs, no events.
fn looker(space: &str) -> Window {
    let rules =
        json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]);
    let object = |kind: &str, rest: Value| {
        let mut object = json!({"metadata": {"name": "looker", "namespace": space}, "kind": kind});
        for (key, value) in rest.as_object().into_iter().flatten() {
            object[key] = value.clone();
        }
        apply(&object);
    };
    let rbac = "rbac.authorization.k8s.io";
    object("ServiceAccount", json!({"apiVersion": "v1"}));
    object(
        "Role",
        json!({"apiVersion": format!("{rbac}/v1"), "rules": rules}),
    );
    object(
        "RoleBinding",
        json!({
            "apiVersion": format!("{rbac}/v1"),
            "subjects": [{"kind": "ServiceAccount", "name": "looker", "namespace": space}],
            "roleRef": {"kind": "Role", "name": "looker", "apiGroup": rbac},
        }),
    );
    let token = cluster()
        .kubectl(&["create", "token", "looker", "-n", space, "--duration=1h"])
        .unwrap();
    let home = Home::new();
    let kubeconfig = Kubeconfig::new()
        .server("here", &cluster().url(), &cluster().ca_pem().unwrap())
        .way_in("looker", "here", &json!({"token": token.trim()}))
        .write(&home);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    choose_context(&window, "looker");
    trust(&window);
    until_connected(&window);
    window
}

#[test]
fn an_action_without_its_right_says_which() {
    let space = namespace("limited-looker");
    apply(&pod(space, "watched", json!({})));
    let window = looker(space);
    window.click("button", "All namespaces");
    window.until_text("Your account may not list namespaces");
    window.type_text(space);
    window.press(&[], Key::Enter);
    window.press(&[], Key::Escape);
    until_row(&window, "watched");
    let missing = format!("Your account lacks the verb get on pods/log in namespace {space}.");
    window.press(&[], '/');
    window.type_text("watched");
    until_filtered(&window);
    window.press(&[], Key::Enter);
    window.press(&[], Key::Down);
    window.press(&[], 'd');
    window.until(
        "a log button that says what is missing",
        "const logs = one('button', 'Logs*', drawer() ?? document.createElement('p'));
         return logs?.disabled && logs.title === arguments[0]",
        &[json!(missing)],
    );
    window.until(
        "events that say what is missing",
        "return squeezed(drawer()?.innerText).includes(arguments[0])",
        &[json!(format!(
            "Your account lacks the verb list on events in namespace {space}."
        ))],
    );
    look(&window, "no-logs");
    // The first closes what is narrower: the filter, then the drawer.
    window.press(&[], Key::Escape);
    window.press(&[], Key::Escape);
    window.press(&[], Key::Home);
    window.press(&[], 'l');
    window.until_text(&missing);
    assert_eq!(
        window.eval("return all('log', '').length", &[]),
        0,
        "no log is opened"
    );
}
