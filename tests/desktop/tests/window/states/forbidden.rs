//! Accounts that may not: each screen names the right that is missing.

use control_plane::Credential;
use desktop::{Home, Kubeconfig, Window, cluster};
use serde_json::{Value, json};

use super::scene::{self, FULL, ONE};
use super::screens::{COLLECTIONS, OBJECTS, drawer};
use super::walk::{self, Walk};
use crate::steps::apply;

#[test]
fn every_screen_says_what_the_account_lacks() {
    scene::set();
    let window = Window::open(&cluster().kubeconfig_of(Credential::Nobody));
    walk::connect(&window);
    let walk = Walk::through(&window, "forbidden");
    for screen in COLLECTIONS
        .iter()
        .filter(|screen| !screen.forbidden.is_empty())
    {
        walk.to(screen, screen.forbidden);
    }
    walk.end();
}

/// A window of an account that may list what leads to the screens of one object, and nothing of these.
fn lister() -> Window {
    let named = |kind: &str, api: &str, rest: Value| {
        let mut object = json!({"apiVersion": api, "kind": kind, "metadata": {"name": "lister", "namespace": FULL}});
        for (key, value) in rest.as_object().into_iter().flatten() {
            object[key] = value.clone();
        }
        apply(&object);
    };
    let group = "rbac.authorization.k8s.io";
    let rbac = "rbac.authorization.k8s.io/v1";
    named("ServiceAccount", "v1", json!({}));
    named(
        "Role",
        rbac,
        json!({"rules": [{"apiGroups": ["", "apps", "autoscaling"], "verbs": ["list", "watch"],
            "resources": ["pods", "secrets", "deployments", "horizontalpodautoscalers"]}]}),
    );
    named(
        "RoleBinding",
        rbac,
        json!({"subjects": [{"kind": "ServiceAccount", "name": "lister", "namespace": FULL}],
            "roleRef": {"kind": "Role", "name": "lister", "apiGroup": group}}),
    );
    let token = cluster()
        .kubectl(&["create", "token", "lister", "-n", FULL, "--duration=1h"])
        .unwrap();
    let home = Home::new();
    let kubeconfig = Kubeconfig::new()
        .server("here", &cluster().url(), &cluster().ca_pem().unwrap())
        .user("lister", &json!({"token": token.trim()}))
        .context_in("lister", "here", "lister", FULL)
        .write(&home);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    walk::connect(&window);
    window
}

#[test]
fn every_screen_of_an_object_says_what_the_account_lacks() {
    scene::set();
    let window = lister();
    let walk = Walk::through(&window, "forbidden");
    drawer(&window, "Pods", ONE);
    walk.here("drawer-get", "drawerSays('lacks the verb get on pods')");
    for screen in OBJECTS.iter().filter(|screen| !screen.forbidden.is_empty()) {
        walk.to(screen, screen.forbidden);
    }
    walk.end();
}
