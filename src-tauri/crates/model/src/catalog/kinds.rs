//! The known kinds, one line each, in the order of the sidebar.

use super::extras as x;
use super::{Definition, Section, kind};

/// Sections in their order, kinds in theirs.
pub(super) static SECTIONS: &[(Section, &[Definition])] = &[
    (Section::Workloads, WORKLOADS),
    (Section::Config, CONFIG),
    (Section::Network, NETWORK),
    (Section::Storage, STORAGE),
    (Section::Single, SINGLE),
    (Section::AccessControl, ACCESS),
    (Section::Other, OTHER),
    (Section::Custom, CUSTOM),
];

/// The youngest first.
const BY_AGE: &[(&str, bool)] = &[("age", false)];

const APPS: &str = "apps";
const BATCH: &str = "batch";

const WORKLOADS: &[Definition] = &[
    kind("", "Pod", "pods", "Pods"),
    kind(APPS, "Deployment", "deployments", "Deployments"),
    kind(APPS, "DaemonSet", "daemonsets", "DaemonSets")
        .with(&[x::UPDATE_STRATEGY, x::SERVICE_ACCOUNT]),
    kind(APPS, "StatefulSet", "statefulsets", "StatefulSets")
        .figures(&["ready"])
        .with(&[x::SERVICE_NAME, x::UPDATE_STRATEGY, x::SERVICE_ACCOUNT]),
    kind(APPS, "ReplicaSet", "replicasets", "ReplicaSets"),
    kind(
        "",
        "ReplicationController",
        "replicationcontrollers",
        "ReplicationControllers",
    ),
    kind(BATCH, "Job", "jobs", "Jobs")
        .figures(&["completions", "duration"])
        .with(&[x::DURATION, x::JOB_FAILED, x::JOB_ACTIVE])
        .by(BY_AGE),
    kind(BATCH, "CronJob", "cronjobs", "CronJobs").with(&[
        x::LAST_SCHEDULE,
        x::LAST_SUCCESS,
        x::CONCURRENCY,
    ]),
];

const AUTOSCALING: &str = "autoscaling";
const VPA: &str = "autoscaling.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

const CONFIG: &[Definition] = &[
    kind("", "ConfigMap", "configmaps", "ConfigMaps"),
    kind("", "Secret", "secrets", "Secrets"),
    kind("", "ResourceQuota", "resourcequotas", "ResourceQuotas").with(&[x::SCOPES]),
    kind("", "LimitRange", "limitranges", "LimitRanges").with(&[x::LIMITS]),
    kind(
        AUTOSCALING,
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "HPAs",
    ),
    kind(
        VPA,
        "VerticalPodAutoscaler",
        "verticalpodautoscalers",
        "VPAs",
    ),
    kind(
        VPA,
        "VerticalPodAutoscalerCheckpoint",
        "verticalpodautoscalercheckpoints",
        "VPA checkpoints",
    ),
    kind(
        "policy",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "PodDisruptionBudgets",
    )
    .figures(&["min-available", "max-unavailable"])
    .with(&[x::HEALTHY, x::SELECTOR]),
    kind(
        "scheduling.k8s.io",
        "PriorityClass",
        "priorityclasses",
        "PriorityClasses",
    )
    .with(&[x::DESCRIPTION]),
    kind(
        "node.k8s.io",
        "RuntimeClass",
        "runtimeclasses",
        "RuntimeClasses",
    ),
    kind("coordination.k8s.io", "Lease", "leases", "Leases").with(&[x::RENEWED]),
    kind(
        ADMISSION,
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        "MutatingWebhooks",
    )
    .with(&[x::FAILURE_POLICY, x::WEBHOOK_SERVICE]),
    kind(
        ADMISSION,
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        "ValidatingWebhooks",
    )
    .with(&[x::FAILURE_POLICY, x::WEBHOOK_SERVICE]),
];

const NETWORKING: &str = "networking.k8s.io";
const GATEWAY: &str = "gateway.networking.k8s.io";

const NETWORK: &[Definition] = &[
    kind("", "Service", "services", "Services").with(&[x::AFFINITY, x::TRAFFIC_POLICY]),
    kind("", "Endpoints", "endpoints", "Endpoints"),
    kind(
        "discovery.k8s.io",
        "EndpointSlice",
        "endpointslices",
        "EndpointSlices",
    ),
    kind(NETWORKING, "Ingress", "ingresses", "Ingresses").with(&[x::RULES]),
    kind(
        NETWORKING,
        "IngressClass",
        "ingressclasses",
        "IngressClasses",
    )
    .with(&[x::DEFAULT_CLASS]),
    kind(
        NETWORKING,
        "NetworkPolicy",
        "networkpolicies",
        "NetworkPolicies",
    )
    .with(&[x::POLICY_TYPES]),
    kind(
        "policy.networking.k8s.io",
        "AdminNetworkPolicy",
        "adminnetworkpolicies",
        "AdminNetworkPolicies",
    ),
    kind(
        "policy.networking.k8s.io",
        "BaselineAdminNetworkPolicy",
        "baselineadminnetworkpolicies",
        "BaselineAdminNetworkPolicies",
    ),
    kind(GATEWAY, "Gateway", "gateways", "Gateways"),
    kind(GATEWAY, "GatewayClass", "gatewayclasses", "GatewayClasses"),
    kind(GATEWAY, "HTTPRoute", "httproutes", "HTTPRoutes"),
    kind(GATEWAY, "GRPCRoute", "grpcroutes", "GRPCRoutes"),
    kind(GATEWAY, "TLSRoute", "tlsroutes", "TLSRoutes"),
    kind(GATEWAY, "TCPRoute", "tcproutes", "TCPRoutes"),
    kind(GATEWAY, "UDPRoute", "udproutes", "UDPRoutes"),
    kind(
        GATEWAY,
        "ReferenceGrant",
        "referencegrants",
        "ReferenceGrants",
    ),
    kind(
        GATEWAY,
        "BackendTLSPolicy",
        "backendtlspolicies",
        "BackendTLSPolicies",
    ),
    kind(NETWORKING, "ServiceCIDR", "servicecidrs", "ServiceCIDRs"),
    kind(NETWORKING, "IPAddress", "ipaddresses", "IPAddresses"),
];

const STORED: &str = "storage.k8s.io";
const SNAPSHOT: &str = "snapshot.storage.k8s.io";

const STORAGE: &[Definition] = &[
    kind(
        "",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        "PersistentVolumeClaims",
    )
    .figures(&["capacity"])
    .with(&[x::REQUESTED]),
    kind(
        "",
        "PersistentVolume",
        "persistentvolumes",
        "PersistentVolumes",
    )
    .figures(&["capacity"]),
    kind(STORED, "StorageClass", "storageclasses", "StorageClasses")
        .with(&[x::DEFAULT_CLASS, x::PARAMETERS]),
    kind(
        STORED,
        "VolumeAttachment",
        "volumeattachments",
        "VolumeAttachments",
    ),
    kind(
        STORED,
        "VolumeAttributesClass",
        "volumeattributesclasses",
        "VolumeAttributesClasses",
    ),
    kind(
        SNAPSHOT,
        "VolumeSnapshot",
        "volumesnapshots",
        "VolumeSnapshots",
    ),
    kind(
        SNAPSHOT,
        "VolumeSnapshotContent",
        "volumesnapshotcontents",
        "VolumeSnapshotContents",
    ),
    kind(
        SNAPSHOT,
        "VolumeSnapshotClass",
        "volumesnapshotclasses",
        "VolumeSnapshotClasses",
    ),
    kind(STORED, "CSIDriver", "csidrivers", "CSIDrivers"),
    kind(STORED, "CSINode", "csinodes", "CSINodes"),
    kind(
        STORED,
        "CSIStorageCapacity",
        "csistoragecapacities",
        "CSIStorageCapacities",
    ),
];

const SINGLE: &[Definition] = &[
    kind("", "Node", "nodes", "Nodes"),
    kind("", "Namespace", "namespaces", "Namespaces"),
    kind("", "Event", "events", "Events").by(&[("last-seen", false)]),
];

const RBAC: &str = "rbac.authorization.k8s.io";

const ACCESS: &[Definition] = &[
    kind("", "ServiceAccount", "serviceaccounts", "ServiceAccounts").with(&[x::PULL_SECRETS]),
    kind(RBAC, "ClusterRole", "clusterroles", "ClusterRoles").with(&[x::RULE_COUNT, x::AGGREGATED]),
    kind(RBAC, "Role", "roles", "Roles").with(&[x::RULE_COUNT]),
    kind(
        RBAC,
        "ClusterRoleBinding",
        "clusterrolebindings",
        "ClusterRoleBindings",
    ),
    kind(RBAC, "RoleBinding", "rolebindings", "RoleBindings"),
    kind(
        "certificates.k8s.io",
        "CertificateSigningRequest",
        "certificatesigningrequests",
        "CertificateSigningRequests",
    )
    .by(BY_AGE),
];

const RESOURCE: &str = "resource.k8s.io";
const FLOW: &str = "flowcontrol.apiserver.k8s.io";

const OTHER: &[Definition] = &[
    kind(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "CustomResourceDefinitions",
    )
    .with(&[
        x::CRD_KIND,
        x::CRD_GROUP,
        x::CRD_VERSIONS,
        x::CRD_SCOPE,
        x::CRD_SHORT_NAMES,
        x::CONDITIONS,
    ]),
    kind(
        "apiregistration.k8s.io",
        "APIService",
        "apiservices",
        "APIServices",
    ),
    kind(
        ADMISSION,
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        "ValidatingAdmissionPolicies",
    ),
    kind(
        ADMISSION,
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        "ValidatingAdmissionPolicyBindings",
    ),
    kind(
        ADMISSION,
        "MutatingAdmissionPolicy",
        "mutatingadmissionpolicies",
        "MutatingAdmissionPolicies",
    ),
    kind(
        ADMISSION,
        "MutatingAdmissionPolicyBinding",
        "mutatingadmissionpolicybindings",
        "MutatingAdmissionPolicyBindings",
    ),
    kind(RESOURCE, "DeviceClass", "deviceclasses", "DeviceClasses"),
    kind(
        RESOURCE,
        "ResourceClaim",
        "resourceclaims",
        "ResourceClaims",
    ),
    kind(
        RESOURCE,
        "ResourceClaimTemplate",
        "resourceclaimtemplates",
        "ResourceClaimTemplates",
    ),
    kind(
        RESOURCE,
        "ResourceSlice",
        "resourceslices",
        "ResourceSlices",
    ),
    kind(FLOW, "FlowSchema", "flowschemas", "FlowSchemas"),
    kind(
        FLOW,
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations",
        "PriorityLevelConfigurations",
    ),
    kind(
        APPS,
        "ControllerRevision",
        "controllerrevisions",
        "ControllerRevisions",
    ),
    kind("", "PodTemplate", "podtemplates", "PodTemplates"),
    kind(
        "",
        "ComponentStatus",
        "componentstatuses",
        "ComponentStatuses",
    ),
    kind("metrics.k8s.io", "PodMetrics", "pods", "PodMetrics"),
    kind("metrics.k8s.io", "NodeMetrics", "nodes", "NodeMetrics"),
    kind("events.k8s.io", "Event", "events", "Events · events.k8s.io")
        .with(&[x::LAST_SEEN, x::FIRST_SEEN])
        .by(&[("last-seen", false)]),
];

const KEDA: &str = "keda.sh";

const CUSTOM: &[Definition] = &[
    kind(KEDA, "ScaledObject", "scaledobjects", "ScaledObjects"),
    kind(KEDA, "ScaledJob", "scaledjobs", "ScaledJobs"),
    kind(
        KEDA,
        "TriggerAuthentication",
        "triggerauthentications",
        "TriggerAuthentications",
    ),
    kind(
        KEDA,
        "ClusterTriggerAuthentication",
        "clustertriggerauthentications",
        "ClusterTriggerAuthentications",
    ),
];
