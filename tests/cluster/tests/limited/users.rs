//! Accounts of every measure of rights, with something to look at.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_tests::Plane;
use serde_json::{Value, json};

/// The namespace the accounts begin with.
pub(crate) const OWN: &str = "limited-own";
/// A namespace that only some may look into.
pub(crate) const OTHER: &str = "limited-other";

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// May do everything.
    Admin,
    /// Has the cluster role `view` everywhere.
    Viewer,
    /// Has the cluster role `view` in [`OWN`].
    OneNamespace,
    /// May list and watch pods, deployments and events everywhere, but neither namespaces nor anything else.
    NoNamespaces,
    /// May do nothing.
    Nothing,
}

impl User {
    pub(crate) const ALL: [Self; 5] = [
        Self::Admin,
        Self::Viewer,
        Self::OneNamespace,
        Self::NoNamespaces,
        Self::Nothing,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
            Self::OneNamespace => "one-namespace",
            Self::NoNamespaces => "no-namespaces",
            Self::Nothing => "nothing",
        }
    }

    /// A kubeconfig with this account alone, by its token file, towards `server` (else the API server itself).
    pub(crate) async fn kubeconfig(self, plane: &Plane, server: Option<String>) -> PathBuf {
        plane
            .blocking(move |plane| self.write_kubeconfig(plane, server.as_deref()))
            .await
    }

    fn write_kubeconfig(self, plane: &Plane, server: Option<&str>) -> PathBuf {
        prepare(plane);
        let name = self.name();
        let accounts = format!("/api/v1/namespaces/{OWN}/serviceaccounts");
        let wanted = json!({"spec": {"expirationSeconds": 7_200}});
        let granted = plane
            .client()
            .create(&format!("{accounts}/{name}/token"), &wanted)
            .unwrap();
        let token_file = plane.folder().join(format!("limited-{name}.token"));
        std::fs::write(&token_file, granted["status"]["token"].as_str().unwrap()).unwrap();
        let cluster = match (server, plane.authority()) {
            (None, Some(authority)) => {
                let server = format!("https://127.0.0.1:{}", plane.port());
                let authority = STANDARD.encode(authority);
                json!({"server": server, "certificate-authority-data": authority})
            }
            (None, None) => json!({"server": format!("http://127.0.0.1:{}", plane.port())}),
            (Some(server), _) => json!({"server": server}),
        };
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": name,
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": name, "user": {"tokenFile": token_file}}],
            "contexts": [{"name": name, "context": {"cluster": "c", "user": name, "namespace": OWN}}],
        });
        let kind = if server.is_some() {
            "proxied"
        } else {
            "direct"
        };
        let path = plane
            .folder()
            .join(format!("limited-{name}-{kind}.kubeconfig"));
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }
}

fn binding(kind: &str, user: User, role: &str, namespace: Option<&str>) -> Value {
    let mut binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
        "metadata": {"name": format!("limited-{}", user.name())},
        "subjects": [{"kind": "ServiceAccount", "name": user.name(), "namespace": OWN}],
        "roleRef": {"kind": "ClusterRole", "name": role, "apiGroup": "rbac.authorization.k8s.io"},
    });
    if let Some(namespace) = namespace {
        binding["metadata"]["namespace"] = json!(namespace);
    }
    binding
}

/// Makes the accounts, and in each namespace a pod, a deployment and an autoscaler.
fn prepare(plane: &Plane) {
    static PREPARED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut prepared = PREPARED.lock().unwrap();
    if prepared.insert(plane.port()) {
        for namespace in [OWN, OTHER] {
            plane.create_namespace(namespace);
        }
        let mut objects: Vec<Value> = User::ALL
            .into_iter()
            .map(|user| {
                json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": user.name(), "namespace": OWN}})
            })
            .collect();
        objects.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "limited-looker"},
            "rules": [
                {"apiGroups": [""], "resources": ["pods", "events"], "verbs": ["get", "list", "watch"]},
                {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list", "watch"]},
            ],
        }));
        objects.push(binding(
            "ClusterRoleBinding",
            User::Admin,
            "cluster-admin",
            None,
        ));
        objects.push(binding("ClusterRoleBinding", User::Viewer, "view", None));
        objects.push(binding(
            "ClusterRoleBinding",
            User::NoNamespaces,
            "limited-looker",
            None,
        ));
        objects.push(binding(
            "RoleBinding",
            User::OneNamespace,
            "view",
            Some(OWN),
        ));
        for namespace in [OWN, OTHER] {
            objects.push(json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "here", "namespace": namespace},
                "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "example.com/a:1"}]},
            }));
            objects.push(json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": namespace},
                "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": {
                    "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "example.com/a:1"}]},
                }},
            }));
            objects.push(json!({
                "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "namespace": namespace},
                "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 3, "metrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}},
                ]},
            }));
        }
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        plane.apply(&list.to_string()).unwrap();
        for namespace in [OWN, OTHER] {
            plane.wait_running(namespace, "here");
            let log = plane.container_log(namespace, "here", "main");
            log.append(["began"]);
        }
    }
}
