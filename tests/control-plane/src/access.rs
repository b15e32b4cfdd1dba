//! Who may do what: static tokens, a client certificate, and kubeconfigs for each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The one namespace that [`Credential::Viewer`] may look at.
pub const VIEWED_NAMESPACE: &str = "viewed";

pub(crate) const ADMIN_TOKEN: &str = "admin-token-of-a-test";

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A token that may do everything.
    Admin,
    /// A client certificate that may do everything, as data in the kubeconfig.
    Certificate,
    /// The same client certificate, as paths of files.
    CertificateFiles,
    /// A token with the cluster role `view` in [`VIEWED_NAMESPACE`], and nothing else.
    Viewer,
    /// A token with the cluster role `view` in all namespaces.
    Reader,
    /// A token that may read what `view` reads in all namespaces, but may not list the namespaces.
    NoNamespaces,
    /// A valid token that may do nothing.
    Nobody,
    /// A token that the API server does not know.
    Wrong,
}

impl Credential {
    /// All of them, in the order of contexts of a kubeconfig that holds all.
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::Certificate,
        Self::CertificateFiles,
        Self::Viewer,
        Self::Nobody,
        Self::Wrong,
        Self::Reader,
        Self::NoNamespaces,
    ];

    /// Those who differ in what they may do, from everything to nothing.
    pub const BY_RIGHTS: [Self; 5] = [
        Self::Admin,
        Self::Reader,
        Self::NoNamespaces,
        Self::Viewer,
        Self::Nobody,
    ];

    /// Name of its context, user and file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Certificate => "certificate",
            Self::CertificateFiles => "certificate-files",
            Self::Viewer => "viewer",
            Self::Reader => "reader",
            Self::NoNamespaces => "no-namespaces",
            Self::Nobody => "nobody",
            Self::Wrong => "wrong",
        }
    }

    /// Its bearer token, `None` for the certificates.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Admin => Some(ADMIN_TOKEN),
            Self::Viewer => Some("viewer-token-of-a-test"),
            Self::Reader => Some("reader-token-of-a-test"),
            Self::NoNamespaces => Some("no-namespaces-token-of-a-test"),
            Self::Nobody => Some("nobody-token-of-a-test"),
            Self::Wrong => Some("unknown-token-of-a-test"),
            Self::Certificate | Self::CertificateFiles => None,
        }
    }
}

/// Rows of `--token-auth-file`: token, user, uid, groups.
pub(crate) fn token_file() -> String {
    let known = [
        (Credential::Admin, "system:masters"),
        (Credential::Viewer, ""),
        (Credential::Reader, ""),
        (Credential::NoNamespaces, ""),
        (Credential::Nobody, ""),
    ];
    let row = |(credential, groups): (Credential, &str)| {
        credential
            .token()
            .map(|token| format!("{token},{0},{0},\"{groups}\"\n", credential.name()))
    };
    known.into_iter().filter_map(row).collect()
}

/// What the viewer may see.
pub fn viewer_binding() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "viewer"},
        "subjects": [{"kind": "User", "name": Credential::Viewer.name(), "apiGroup": "rbac.authorization.k8s.io"}],
        "roleRef": {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"},
    })
}

/// The cluster role and the bindings of those who may read everywhere: each with its collection's path.
pub(crate) fn readers() -> [(&'static str, Value); 3] {
    const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    let binding = |credential: Credential, role: &str| {
        json!({
            "metadata": {"name": credential.name()},
            "subjects": [{"kind": "User", "name": credential.name(), "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"kind": "ClusterRole", "name": role, "apiGroup": "rbac.authorization.k8s.io"},
        })
    };
    let reading = |groups: &[&str], resources: &[&str]| json!({"apiGroups": groups, "resources": resources, "verbs": ["get", "list", "watch"]});
    let role = json!({
        "metadata": {"name": Credential::NoNamespaces.name()},
        "rules": [
            reading(&["", "events.k8s.io"], &[
                "pods", "pods/log", "services", "endpoints", "configmaps", "persistentvolumeclaims",
                "replicationcontrollers", "resourcequotas", "limitranges", "serviceaccounts", "events",
            ]),
            reading(&["apps", "batch", "autoscaling", "networking.k8s.io", "policy", "keda.sh", "metrics.k8s.io"], &["*"]),
        ],
    });
    [
        (ROLES, role),
        (BINDINGS, binding(Credential::Reader, "view")),
        (
            BINDINGS,
            binding(Credential::NoNamespaces, Credential::NoNamespaces.name()),
        ),
    ]
}

/// As metrics-server installs it: whoever may look at pods may see what they use.
pub(crate) fn metrics_reader() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {
            "name": "system:aggregated-metrics-reader",
            "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"},
        },
        "rules": [{"apiGroups": ["metrics.k8s.io"], "resources": ["pods", "nodes"], "verbs": ["get", "list", "watch"]}],
    })
}

/// PEM texts and file paths that a kubeconfig is made of.
pub(crate) struct Material {
    pub(crate) ca: String,
    pub(crate) ca_path: String,
    pub(crate) certificate: String,
    pub(crate) certificate_path: String,
    pub(crate) key: String,
    pub(crate) key_path: String,
}

/// A kubeconfig (JSON, which is YAML) with one context for each of `credentials`; the first is current.
pub(crate) fn kubeconfig(material: &Material, server: &str, credentials: &[Credential]) -> String {
    let user = |credential: Credential| match credential {
        Credential::Certificate => json!({
            "client-certificate-data": STANDARD.encode(&material.certificate),
            "client-key-data": STANDARD.encode(&material.key),
        }),
        Credential::CertificateFiles => {
            json!({"client-certificate": material.certificate_path, "client-key": material.key_path})
        }
        _ => json!({"token": credential.token()}),
    };
    let names = credentials.iter().copied();
    let by_files = !credentials.is_empty()
        && credentials
            .iter()
            .all(|one| *one == Credential::CertificateFiles);
    let cluster = if by_files {
        json!({"server": server, "certificate-authority": material.ca_path})
    } else {
        json!({"server": server, "certificate-authority-data": STANDARD.encode(&material.ca)})
    };
    let context = |credential: Credential| {
        let mut context = json!({"cluster": "control-plane", "user": credential.name()});
        if credential == Credential::Viewer {
            context["namespace"] = json!(VIEWED_NAMESPACE);
        }
        context
    };
    let config = json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": "control-plane", "cluster": cluster}],
        "users": names.clone().map(|one| json!({"name": one.name(), "user": user(one)})).collect::<Vec<_>>(),
        "contexts": names.map(|one| json!({"name": one.name(), "context": context(one)})).collect::<Vec<_>>(),
        "current-context": credentials.first().map(|one| one.name()),
    });
    format!("{config:#}")
}
