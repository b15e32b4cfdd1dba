//! The kinds that are served.

use std::sync::Arc;

use crate::writes::structural::Shape;

/// One resource of the API.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Empty for the core group.
    pub group: Arc<str>,
    /// The version in which objects are kept; of a custom kind, the one it is asked for in.
    pub version: Arc<str>,
    /// `Deployment`.
    pub kind: Arc<str>,
    /// `deployments`.
    pub plural: Arc<str>,
    /// `deployment`.
    pub singular: Arc<str>,
    /// `deploy`.
    pub short_names: Vec<Arc<str>>,
    /// `all`.
    pub categories: Vec<Arc<str>>,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// `status`, `scale`, `log`, …
    pub subresources: Vec<Arc<str>>,
    /// What can be done with it.
    pub verbs: Verbs,
    /// What its definition says; None for a built-in kind.
    pub custom: Option<Arc<Custom>>,
    /// A version of a built-in kind beside `version`, in which it can be asked for too.
    pub older: Option<Arc<str>>,
}

/// What can be done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbs {
    /// Objects that are kept.
    Stored,
    /// Questions that are answered as they are created.
    Review,
    /// Figures that are read.
    Measured,
}

/// What a `CustomResourceDefinition` says of its kind beside names.
#[derive(Clone, Debug, Default)]
pub struct Custom {
    /// Versions that are served, the preferred one first.
    pub versions: Vec<Arc<str>>,
    /// The version in which objects are kept.
    pub storage: Arc<str>,
    /// What is said of each version.
    pub shapes: Vec<Shape>,
    /// Whether the definition was changed, so that kept objects may not be as it says.
    pub revised: bool,
    /// `ScaledObjectList`.
    pub list_kind: Arc<str>,
    /// Fields that can be selected by, `spec.color`.
    pub selectable: Vec<String>,
    /// Its own columns, by version.
    pub columns: Vec<(Arc<str>, Vec<PrinterColumn>)>,
}

/// One of `additionalPrinterColumns`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrinterColumn {
    /// Heading.
    pub name: String,
    /// `string`, `integer`, `number`, `boolean`, `date`.
    pub kind: String,
    /// May be empty.
    pub format: String,
    /// May be empty.
    pub description: String,
    /// 0 is always shown.
    pub priority: i64,
    /// `.status.ready`.
    pub path: String,
}

impl Resource {
    /// `deployments.apps`: what [`crate::store::Key`] holds.
    pub fn key(&self) -> String {
        crate::status::qualified(&self.group, &self.plural)
    }

    /// `apps/v1`, or `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether it can be asked for in this version.
    pub fn serves(&self, version: &str) -> bool {
        match &self.custom {
            Some(custom) => custom.versions.iter().any(|own| **own == *version),
            None => *self.version == *version || self.is_older(version),
        }
    }

    /// Whether that is not how objects are kept, so that they are converted.
    pub fn is_older(&self, version: &str) -> bool {
        self.older.as_deref() == Some(version)
    }

    /// Versions it can be asked for in, the preferred one first.
    pub fn versions(&self) -> Vec<Arc<str>> {
        match &self.custom {
            Some(custom) => custom.versions.clone(),
            None => [Some(&self.version), self.older.as_ref()]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        }
    }

    /// What a custom kind's definition says of this version.
    pub fn shape(&self) -> Option<&Shape> {
        let shapes = &self.custom.as_ref()?.shapes;
        shapes.iter().find(|shape| shape.version == self.version)
    }

    /// The same resource asked for in another version.
    #[must_use]
    pub fn in_version(self: &Arc<Self>, version: &str) -> Arc<Self> {
        if *self.version == *version {
            return Arc::clone(self);
        }
        let mut other = Self {
            version: version.into(),
            ..Self::clone(self)
        };
        if let Some(shape) = other.shape() {
            let subresources = shape.subresources.clone();
            other = Self {
                subresources,
                ..other
            };
        }
        Arc::new(other)
    }

    /// `DeploymentList`.
    pub fn list_kind(&self) -> String {
        match &self.custom {
            Some(custom) => custom.list_kind.to_string(),
            None => format!("{}List", self.kind),
        }
    }
}

/// Built-in kinds: group/version, kind, plural, short names, categories, whether namespaced, subresources; blank-separated.
const BUILT_IN: &[(&str, &str, &str, &str, &str, bool, &str)] = &[
    (
        "v1",
        "Namespace",
        "namespaces",
        "ns",
        "",
        false,
        "status finalize",
    ),
    ("v1", "Node", "nodes", "no", "", false, "status"),
    (
        "v1",
        "Pod",
        "pods",
        "po",
        "all",
        true,
        "status log exec attach portforward eviction binding ephemeralcontainers resize",
    ),
    ("v1", "Service", "services", "svc", "all", true, "status"),
    ("v1", "Endpoints", "endpoints", "ep", "", true, ""),
    ("v1", "Event", "events", "ev", "", true, ""),
    ("v1", "ConfigMap", "configmaps", "cm", "", true, ""),
    ("v1", "Secret", "secrets", "", "", true, ""),
    (
        "v1",
        "ServiceAccount",
        "serviceaccounts",
        "sa",
        "",
        true,
        "token",
    ),
    (
        "v1",
        "ReplicationController",
        "replicationcontrollers",
        "rc",
        "all",
        true,
        "status scale",
    ),
    (
        "v1",
        "ResourceQuota",
        "resourcequotas",
        "quota",
        "",
        true,
        "status",
    ),
    ("v1", "LimitRange", "limitranges", "limits", "", true, ""),
    (
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        "pvc",
        "",
        true,
        "status",
    ),
    (
        "v1",
        "PersistentVolume",
        "persistentvolumes",
        "pv",
        "",
        false,
        "status",
    ),
    (
        "apps/v1",
        "Deployment",
        "deployments",
        "deploy",
        "all",
        true,
        "status scale",
    ),
    (
        "apps/v1",
        "ReplicaSet",
        "replicasets",
        "rs",
        "all",
        true,
        "status scale",
    ),
    (
        "apps/v1",
        "StatefulSet",
        "statefulsets",
        "sts",
        "all",
        true,
        "status scale",
    ),
    (
        "apps/v1",
        "DaemonSet",
        "daemonsets",
        "ds",
        "all",
        true,
        "status",
    ),
    (
        "apps/v1",
        "ControllerRevision",
        "controllerrevisions",
        "",
        "",
        true,
        "",
    ),
    ("batch/v1", "Job", "jobs", "", "all", true, "status"),
    (
        "batch/v1", "CronJob", "cronjobs", "cj", "all", true, "status",
    ),
    (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "hpa",
        "all",
        true,
        "status",
    ),
    (
        "policy/v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "pdb",
        "",
        true,
        "status",
    ),
    (
        "networking.k8s.io/v1",
        "Ingress",
        "ingresses",
        "ing",
        "",
        true,
        "status",
    ),
    (
        "networking.k8s.io/v1",
        "IngressClass",
        "ingressclasses",
        "",
        "",
        false,
        "",
    ),
    (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "networkpolicies",
        "netpol",
        "",
        true,
        "",
    ),
    (
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "endpointslices",
        "",
        "",
        true,
        "",
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "Role",
        "roles",
        "",
        "",
        true,
        "",
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "rolebindings",
        "",
        "",
        true,
        "",
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        "",
        "",
        false,
        "",
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        "",
        "",
        false,
        "",
    ),
    (
        "storage.k8s.io/v1",
        "StorageClass",
        "storageclasses",
        "sc",
        "",
        false,
        "",
    ),
    (
        "scheduling.k8s.io/v1",
        "PriorityClass",
        "priorityclasses",
        "pc",
        "",
        false,
        "",
    ),
    (
        "coordination.k8s.io/v1",
        "Lease",
        "leases",
        "",
        "",
        true,
        "",
    ),
    (
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "crd crds",
        "api-extensions",
        false,
        "status",
    ),
    (
        "apiregistration.k8s.io/v1",
        "APIService",
        "apiservices",
        "",
        "api-extensions",
        false,
        "status",
    ),
    (
        "authentication.k8s.io/v1",
        "SelfSubjectReview",
        "selfsubjectreviews",
        "",
        "",
        false,
        "",
    ),
    (
        "authorization.k8s.io/v1",
        "SelfSubjectAccessReview",
        "selfsubjectaccessreviews",
        "",
        "",
        false,
        "",
    ),
    (
        "authorization.k8s.io/v1",
        "SelfSubjectRulesReview",
        "selfsubjectrulesreviews",
        "",
        "",
        false,
        "",
    ),
    (
        "metrics.k8s.io/v1beta1",
        "NodeMetrics",
        "nodes",
        "",
        "",
        false,
        "",
    ),
    (
        "metrics.k8s.io/v1beta1",
        "PodMetrics",
        "pods",
        "",
        "",
        true,
        "",
    ),
];

fn verbs_of(api_version: &str) -> Verbs {
    match api_version {
        "authentication.k8s.io/v1" | "authorization.k8s.io/v1" => Verbs::Review,
        "metrics.k8s.io/v1beta1" => Verbs::Measured,
        _ => Verbs::Stored,
    }
}

/// The built-in kinds.
pub fn built_in() -> Vec<Arc<Resource>> {
    let words = |text: &str| text.split_whitespace().map(Arc::from).collect();
    let each = BUILT_IN.iter().map(
        |(api_version, kind, plural, short_names, categories, namespaced, subresources)| {
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            Arc::new(Resource {
                group: group.into(),
                version: version.into(),
                kind: (*kind).into(),
                plural: (*plural).into(),
                singular: kind.to_lowercase().into(),
                short_names: words(short_names),
                categories: words(categories),
                namespaced: *namespaced,
                subresources: words(subresources),
                verbs: verbs_of(api_version),
                custom: None,
                older: (*plural == "horizontalpodautoscalers").then(|| "v1".into()),
            })
        },
    );
    each.collect()
}
