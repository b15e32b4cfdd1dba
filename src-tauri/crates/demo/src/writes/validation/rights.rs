//! What roles and their bindings may not say (kubernetes, `rbac/validation`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, text};

pub(super) fn role(namespaced: bool, object: &Value, problems: &mut Problems) {
    let rules = Place::root("rules");
    for (index, rule) in items(object, "rules").iter().enumerate() {
        let at = rules.at(index);
        let none = |field: &str| items(rule, field).is_empty();
        if none("verbs") {
            let why = "verbs must contain at least one value";
            problems.required(at.field("verbs"), why);
        }
        if !none("nonResourceURLs") {
            let place = at.field("nonResourceURLs");
            let given = &rule["nonResourceURLs"];
            if namespaced {
                let why = "namespaced rules cannot apply to non-resource URLs";
                problems.invalid(place, given, why);
            }
            if !none("apiGroups") || !none("resources") || !none("resourceNames") {
                let why = "rules cannot apply to both regular resources and non-resource URLs";
                problems.invalid(place, given, why);
            }
            continue;
        }
        if none("apiGroups") {
            let why = "resource rules must supply at least one api group";
            problems.required(at.field("apiGroups"), why);
        }
        if none("resources") {
            let why = "resource rules must supply at least one resource";
            problems.required(at.field("resources"), why);
        }
    }
}

pub(super) fn binding(namespaced: bool, object: &Value, problems: &mut Problems) {
    let (at, role) = (Place::root("roleRef"), &object["roleRef"]);
    if role["apiGroup"] != "rbac.authorization.k8s.io" {
        let group = &role["apiGroup"];
        problems.one_of(at.field("apiGroup"), group, &["rbac.authorization.k8s.io"]);
    }
    let kinds: &[&str] = if namespaced {
        &["Role", "ClusterRole"]
    } else {
        &["ClusterRole"]
    };
    problems.one_of(at.field("kind"), &role["kind"], kinds);
    if text(&role["name"]).is_empty() {
        problems.required(at.field("name"), "");
    }
    let subjects = Place::root("subjects");
    for (index, subject) in items(object, "subjects").iter().enumerate() {
        let at = subjects.at(index);
        if text(&subject["name"]).is_empty() {
            problems.required(at.field("name"), "");
        }
        problems.one_of(
            at.field("kind"),
            &subject["kind"],
            &["ServiceAccount", "User", "Group"],
        );
    }
}
