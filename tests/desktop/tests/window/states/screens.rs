//! The screens of a connected cluster: one definition each.

use desktop::Window;
use fantoccini::key::Key;

use super::scene::{FULL, ONE};
use super::walk::{onto_row, tab_to};
use crate::steps::go_to;

/// Goes somewhere by keyboard.
pub(super) type Reach = fn(&Window);

/// One screen. What must be seen is a condition in the page; empty where the screen has no such state.
pub(super) struct Screen {
    pub(super) name: &'static str,
    /// Leads there by keyboard, from wherever.
    pub(super) reach: Reach,
    pub(super) filled: &'static str,
    /// Where nothing belongs to it; how another object of its kind is reached that has nothing.
    pub(super) empty: Option<(Reach, &'static str)>,
    pub(super) loading: &'static str,
    pub(super) forbidden: &'static str,
    pub(super) failed: &'static str,
}

/// Of many objects: reached by the palette.
pub(super) const COLLECTIONS: &[Screen] = &[
    Screen {
        name: "pods",
        reach: |w| go_to(w, "Pods"),
        filled: "rowNamed('one')",
        empty: Some((
            |w| go_to(w, "Pods"),
            "says('No Pods in namespace states-empty')",
        )),
        loading: "says('Receiving Pods')",
        forbidden: "says('lacks the verb list on pods')",
        failed: "says('The Pods have not come yet') && says('the disk is on fire')",
    },
    Screen {
        name: "configmaps",
        reach: |w| go_to(w, "ConfigMaps"),
        filled: "rowNamed('one')",
        empty: Some((
            |w| go_to(w, "Secrets"),
            "says('No Secrets in namespace states-empty')",
        )),
        loading: "says('Receiving ConfigMaps')",
        forbidden: "says('lacks the verb list on configmaps')",
        failed: "says('The ConfigMaps have not come yet') && says('the disk is on fire')",
    },
    Screen {
        name: "beacons",
        reach: |w| go_to(w, "Beacons"),
        filled: "rowNamed('one') && says('red')",
        empty: Some((
            |w| go_to(w, "Beacons"),
            "says('No Beacons in namespace states-empty')",
        )),
        loading: "says('Receiving Beacons')",
        forbidden: "says('lacks the verb list on beacons.states.scalescope.dev')",
        failed: "says('The answer could not be read') && one('button', 'Try again')",
    },
    Screen {
        name: "nodes",
        reach: |w| go_to(w, "Nodes"),
        filled: "rowNamed('node-1')",
        empty: None,
        loading: "says('Receiving Nodes')",
        forbidden: "says('lacks the verb list on nodes')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "node-capacity",
        reach: |w| go_to(w, "Node capacity"),
        filled: "rowNamed('node-1')",
        empty: None,
        loading: "says('Receiving nodes')",
        forbidden: "says('lacks the verb list on ')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "events",
        reach: |w| go_to(w, "Events"),
        filled: "says('Last hour, a bar a minute') && rowsOf(grid()).length > 0",
        empty: Some((
            |w| go_to(w, "Events"),
            "says('No Events in namespace states-empty')",
        )),
        loading: "says('Receiving Events')",
        forbidden: "says('lacks the verb list on events')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "event-groups",
        reach: |w| go_to(w, "Events, grouped"),
        filled: "rowsOf(grid()).length > 0",
        empty: Some((
            |w| go_to(w, "Events, grouped"),
            "says('No groups of events in namespace states-empty')",
        )),
        loading: "says('Receiving groups of events')",
        forbidden: "says('lacks the verb list on events')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "scaling",
        reach: |w| go_to(w, "Scaling"),
        filled: "rowNamed('one')",
        empty: Some((
            |w| go_to(w, "Scaling"),
            "says('No autoscalers in namespace states-empty')",
        )),
        loading: "says('Receiving autoscalers')",
        forbidden: "says('lacks the verb list on horizontalpodautoscalers')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "findings",
        reach: |w| go_to(w, "Findings"),
        filled: "says('The size stays as it is: the HPA controller reports FailedGetScale.')",
        empty: Some((
            |w| go_to(w, "Findings"),
            "says('No findings in namespace states-empty') && says('0 autoscalers examined')",
        )),
        loading: "says('Receiving findings')",
        forbidden: "says('lacks the verb list on horizontalpodautoscalers')",
        failed: "says('The findings have not come yet') && says('the disk is on fire')",
    },
    Screen {
        name: "releases",
        reach: |w| go_to(w, "Helm releases"),
        filled: "rowNamed('one') && says('shop-1.2.3')",
        empty: Some((
            |w| go_to(w, "Helm releases"),
            "says('No Helm releases in namespace states-empty')",
        )),
        loading: "says('Receiving Helm releases')",
        forbidden: "says('lacks the verb list on secrets')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "overview",
        reach: |w| go_to(w, "Overview"),
        filled: "says('checks pass') && says('Every kubelet') && !document.querySelector('main .spinner')",
        empty: None,
        loading: "document.querySelectorAll('main .spinner').length > 2",
        forbidden: "says('lacks the verb list on nodes') && !document.querySelector('main .spinner')",
        failed: "says('the disk is on fire') && !document.querySelector('main .spinner')",
    },
    Screen {
        name: "namespaces",
        reach: |w| {
            go_to(w, "Pods");
            tab_to(
                w,
                "the choice of namespaces",
                "return at.closest('header') && /amespaces|states-/.test(nameOf(at))",
            );
            w.press(&[], Key::Enter);
        },
        filled: "one('listbox', 'Namespaces')?.innerText.includes('states-full')",
        empty: None,
        loading: "",
        forbidden: "says('Your account may not list namespaces')",
        failed: "",
    },
];

/// Of one object: reached by its row.
pub(super) const OBJECTS: &[Screen] = &[
    Screen {
        name: "drawer",
        reach: |w| drawer(w, "Pods", ONE),
        filled: "drawerSays('FACTS') && drawerSays('Scheduled')",
        empty: Some((
            |w| drawer(w, "ConfigMaps", "kube-root-ca.crt"),
            "drawerSays('None kept by the cluster.')",
        )),
        loading: "drawer() && one('status', 'Loading', drawer())",
        forbidden: "",
        failed: "drawerSays('the disk is on fire')",
    },
    Screen {
        name: "drawer-fields",
        reach: |w| tab(w, "Fields"),
        filled: "drawerSays('kubectl') && drawerSays('Apply')",
        empty: None,
        loading: "drawer() && one('status', 'Loading', drawer())",
        forbidden: "",
        failed: "drawerSays('the disk is on fire')",
    },
    Screen {
        name: "drawer-yaml",
        reach: |w| {
            onto_row(w, "Pods", FULL, ONE);
            w.press(&[], 'y');
        },
        filled: "drawerSays('apiVersion: v1')",
        empty: None,
        loading: "drawer() && one('status', 'Loading', drawer())",
        forbidden: "",
        failed: "drawerSays('the disk is on fire')",
    },
    Screen {
        name: "drawer-relations",
        reach: |w| tab(w, "Relations"),
        filled: "drawerSays('Node node-')",
        empty: None,
        loading: "drawerSays('Looking for what this has to do with others')",
        forbidden: "",
        failed: "drawerSays('the disk is on fire')",
    },
    Screen {
        name: "relations",
        reach: |w| {
            onto_row(w, "Deployments", FULL, "web");
            w.press(&[], 'x');
        },
        filled: "document.querySelectorAll('[data-node]').length > 2",
        empty: None,
        loading: "says('Looking for what this has to do with others')",
        forbidden: "says('not looked at')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "scaling-page",
        reach: |w| {
            onto_row(w, "Scaling", FULL, ONE);
            w.press(&[], Key::Enter);
        },
        filled: "one('complementary', 'Details of the moment') && document.querySelector('canvas')",
        empty: Some((
            |w| {
                onto_row(w, "Scaling", FULL, "nothing");
                w.press(&[], Key::Enter);
            },
            "says('FailedGetScale')",
        )),
        loading: "says('Reading the autoscaler and its events')",
        forbidden: "says('lacks the verb list on events')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "release",
        reach: |w| {
            onto_row(w, "Helm releases", FULL, ONE);
            w.press(&[], Key::Enter);
        },
        filled: "says('replicas: 3')",
        empty: Some((
            |w| {
                onto_row(w, "Helm releases", FULL, "plain");
                w.press(&[], Key::Enter);
            },
            "says('The user supplied no values')",
        )),
        loading: "says('Reading the release')",
        forbidden: "says('lacks the verb get on secrets')",
        failed: "says('the disk is on fire')",
    },
    Screen {
        name: "log",
        reach: |w| {
            onto_row(w, "Pods", FULL, ONE);
            w.press(&[], 'l');
        },
        filled: "one('log', 'Log of one')?.innerText.includes('the second line')",
        empty: Some((
            |w| {
                onto_row(w, "Pods", FULL, "silent");
                w.press(&[], 'l');
            },
            "says('Waiting for the first line')",
        )),
        loading: "says('Opening the log')",
        forbidden: "says('lacks the verb get on pods/log')",
        failed: "says('the disk is on fire')",
    },
];

/// Opens the drawer on a row.
pub(super) fn drawer(window: &Window, title: &str, name: &str) {
    onto_row(window, title, FULL, name);
    window.press(&[], 'd');
    window.until("the drawer", "return Boolean(drawer())", &[]);
}

/// Goes to a tab of the pod's drawer.
pub(super) fn tab(window: &Window, title: &str) {
    drawer(window, "Pods", ONE);
    tab_to(
        window,
        title,
        &format!(
            "return at.role === 'tab' && nameOf(at) === '{title}' && Boolean(at.closest('aside'))"
        ),
    );
    window.press(&[], Key::Enter);
}
