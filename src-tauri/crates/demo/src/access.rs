//! Who may do what: accounts by token, rights by the RBAC objects of the world.
//!
//! Follows Kubernetes 1.36.3 `plugin/pkg/auth/authorizer/rbac` (`RBACAuthorizer.RuleAllows`, `validation.DefaultRuleResolver`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::World;

const GROUP: &str = "rbac.authorization.k8s.io";
/// How the token of a service account begins here.
const SERVICE_ACCOUNT: &str = "demo:";

/// Accounts. Without any, whoever asks may do everything.
#[derive(Clone, Debug, Default)]
pub struct Access {
    tokens: BTreeMap<String, User>,
}

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `system:serviceaccount:shop:default`
    pub name: String,
    /// `system:authenticated` is one of everybody's.
    pub groups: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) verb: String,
    pub(crate) group: String,
    /// With its subresource: `pods/log`.
    pub(crate) resource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Of what is no resource; empty for one.
    pub(crate) path: String,
}

impl Access {
    /// From now on only who is known may ask; this token is this user's.
    pub fn admit(&mut self, token: &str, name: &str, groups: &[&str]) {
        let user = User::new(name, groups.iter().map(|group| (*group).to_owned()));
        self.tokens.insert(token.to_owned(), user);
    }

    /// Whether everybody may do everything.
    pub(crate) fn is_open(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Whose token that is.
    pub(crate) fn user(&self, token: &str) -> Option<User> {
        let account = || {
            let mut parts = token.strip_prefix(SERVICE_ACCOUNT)?.split(':');
            let (namespace, name) = (parts.next()?, parts.next()?);
            let groups = [
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
            ];
            let name = format!("system:serviceaccount:{namespace}:{name}");
            Some(User::new(&name, groups.into_iter()))
        };
        self.tokens.get(token).cloned().or_else(account)
    }
}

/// A token of a service account; `further` makes it another one.
pub(crate) fn token_of(namespace: &str, name: &str, further: &str) -> String {
    format!("{SERVICE_ACCOUNT}{namespace}:{name}:{further}")
}

impl User {
    fn new(name: &str, groups: impl Iterator<Item = String>) -> Self {
        let mut groups: Vec<String> = groups.collect();
        groups.push("system:authenticated".to_owned());
        Self {
            name: name.to_owned(),
            groups,
        }
    }

    /// Whether one of the rules that bind it allows that.
    pub(crate) fn may(&self, world: &World, wish: &Wish) -> bool {
        let rules = self.rules(world, &wish.namespace);
        rules.iter().any(|rule| allows(rule, wish))
    }

    /// Rules everywhere and in a namespace, if one is named.
    pub(crate) fn rules(&self, world: &World, namespace: &str) -> Vec<Value> {
        if self.groups.iter().any(|group| group == "system:masters") {
            return everything();
        }
        let mut rules = for_everybody();
        let mut bindings: Vec<(&Value, &str)> = Vec::new();
        let (everywhere, within) = (kept("clusterrolebindings"), kept("rolebindings"));
        let everywhere = world.store.list(&everywhere, "", None);
        bindings.extend(everywhere.map(|(_, binding)| (&**binding, "")));
        let prefix = format!("{namespace}/");
        if !namespace.is_empty() {
            let here = world.store.list(&within, &prefix, None);
            bindings.extend(here.map(|(_, binding)| (&**binding, namespace)));
        }
        for (binding, home) in bindings {
            let mut subjects = list(&binding["subjects"]);
            if !subjects.any(|subject| self.is(subject, home)) {
                continue;
            }
            let role = &binding["roleRef"];
            let name = role["name"].as_str().unwrap_or_default();
            let role = if role["kind"] == "Role" {
                world.get(&kept("roles"), home, name)
            } else {
                world.get(&kept("clusterroles"), "", name)
            };
            rules.extend(role.iter().flat_map(|role| list(&role["rules"]).cloned()));
        }
        rules
    }

    fn is(&self, subject: &Value, home: &str) -> bool {
        let name = subject["name"].as_str().unwrap_or_default();
        match subject["kind"].as_str() {
            Some("User") => self.name == name,
            Some("Group") => self.groups.iter().any(|group| group == name),
            Some("ServiceAccount") => {
                let home = subject["namespace"].as_str().unwrap_or(home);
                self.name == format!("system:serviceaccount:{home}:{name}")
            }
            _ => false,
        }
    }
}

fn allows(rule: &Value, wish: &Wish) -> bool {
    let has = |field: &str, wanted: &str| list(&rule[field]).any(|one| one == "*" || one == wanted);
    if !has("verbs", &wish.verb) {
        return false;
    }
    if !wish.path.is_empty() {
        return list(&rule["nonResourceURLs"])
            .filter_map(Value::as_str)
            .any(|url| {
                url == wish.path
                    || url
                        .strip_suffix('*')
                        .is_some_and(|root| wish.path.starts_with(root))
            });
    }
    let part = wish.resource.split_once('/').map(|(_, part)| part);
    let named = list(&rule["resourceNames"]).count() == 0
        || list(&rule["resourceNames"]).any(|name| *name == wish.name);
    let resource = has("resources", &wish.resource)
        || part.is_some_and(|part| has("resources", &format!("*/{part}")));
    has("apiGroups", &wish.group) && resource && named
}

fn everything() -> Vec<Value> {
    vec![
        json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}),
        json!({"verbs": ["*"], "nonResourceURLs": ["*"]}),
    ]
}

/// `system:basic-user` and `system:discovery` (rbac/bootstrappolicy/policy.go, `ClusterRoles`).
fn for_everybody() -> Vec<Value> {
    vec![
        json!({"verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
            "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]}),
        json!({"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]}),
        json!({"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez",
            "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]}),
    ]
}

/// The cluster roles `cluster-admin` and `view` as every cluster has them, of the kinds served here.
pub fn cluster_roles() -> [Value; 2] {
    let role = |name: &str, rules: Value| json!({"apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules});
    let reading = |group: &str, resources: &[&str]| json!({"verbs": ["get", "list", "watch"], "apiGroups": [group], "resources": resources});
    let view = json!([
        reading(
            "",
            &[
                "configmaps",
                "endpoints",
                "persistentvolumeclaims",
                "persistentvolumeclaims/status",
                "pods",
                "replicationcontrollers",
                "replicationcontrollers/scale",
                "serviceaccounts",
                "services",
                "services/status",
                "bindings",
                "events",
                "limitranges",
                "namespaces/status",
                "pods/log",
                "pods/status",
                "replicationcontrollers/status",
                "resourcequotas",
                "resourcequotas/status",
                "namespaces",
            ],
        ),
        reading("discovery.k8s.io", &["endpointslices"]),
        reading(
            "apps",
            &[
                "controllerrevisions",
                "daemonsets",
                "daemonsets/status",
                "deployments",
                "deployments/scale",
                "deployments/status",
                "replicasets",
                "replicasets/scale",
                "replicasets/status",
                "statefulsets",
                "statefulsets/scale",
                "statefulsets/status",
            ],
        ),
        reading(
            "autoscaling",
            &[
                "horizontalpodautoscalers",
                "horizontalpodautoscalers/status"
            ]
        ),
        reading(
            "batch",
            &["cronjobs", "cronjobs/status", "jobs", "jobs/status"]
        ),
        reading(
            "policy",
            &["poddisruptionbudgets", "poddisruptionbudgets/status"]
        ),
        reading(
            "networking.k8s.io",
            &["ingresses", "ingresses/status", "networkpolicies"]
        ),
        reading("metrics.k8s.io", &["pods", "nodes"]),
    ]);
    [
        role("cluster-admin", json!(everything())),
        role("view", view),
    ]
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn kept(plural: &str) -> String {
    format!("{plural}.{GROUP}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::Timestamp;

    use super::*;
    use crate::writes::{self, Writer};

    #[test]
    fn rights_are_those_of_the_bindings() {
        let mut world = World::new(1, Timestamp::UNIX_EPOCH);
        let put = |world: &mut World, plural: &str, object: Value| {
            let resource = world.resource(GROUP, plural).unwrap();
            writes::create(world, &resource, object, Writer::named("test")).unwrap();
        };
        let [_, view] = cluster_roles();
        put(&mut world, "clusterroles", view);
        let binding = json!({"metadata": {"name": "b", "namespace": "shop"}, "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "ServiceAccount", "name": "looker", "namespace": "home"}]});
        put(&mut world, "rolebindings", binding);
        let user = Access::default()
            .user(&token_of("home", "looker", "1"))
            .unwrap();
        for (verb, resource, namespace, allowed) in [
            ("list", "pods", "shop", true),
            ("get", "pods/log", "shop", true),
            ("get", "pods/exec", "shop", false),
            ("delete", "pods", "shop", false),
            ("list", "secrets", "shop", false),
            ("list", "pods", "web", false),
            ("list", "pods", "", false),
        ] {
            let wish = Wish {
                verb: verb.to_owned(),
                resource: resource.to_owned(),
                namespace: namespace.to_owned(),
                ..Wish::default()
            };
            assert_eq!(user.may(&world, &wish), allowed, "{wish:?}");
        }
        for (path, allowed) in [
            ("/version", true),
            ("/apis/apps/v1", true),
            ("/metrics", false),
        ] {
            let wish = Wish {
                verb: "get".to_owned(),
                path: path.to_owned(),
                ..Wish::default()
            };
            assert_eq!(user.may(&world, &wish), allowed, "{path}");
        }
    }
}
