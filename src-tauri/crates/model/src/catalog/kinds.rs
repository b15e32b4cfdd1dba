//! The known kinds, one line each, in the order of the sidebar.

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
    kind(APPS, "DaemonSet", "daemonsets", "DaemonSets"),
    kind(APPS, "StatefulSet", "statefulsets", "StatefulSets"),
    kind(APPS, "ReplicaSet", "replicasets", "ReplicaSets"),
    kind(
        "",
        "ReplicationController",
        "replicationcontrollers",
        "ReplicationControllers",
    ),
    kind(BATCH, "Job", "jobs", "Jobs").by(BY_AGE),
    kind(BATCH, "CronJob", "cronjobs", "CronJobs"),
];

const AUTOSCALING: &str = "autoscaling";
const VPA: &str = "autoscaling.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

const CONFIG: &[Definition] = &[
    kind("", "ConfigMap", "configmaps", "ConfigMaps"),
    kind("", "Secret", "secrets", "Secrets"),
    kind("", "ResourceQuota", "resourcequotas", "ResourceQuotas"),
    kind("", "LimitRange", "limitranges", "LimitRanges"),
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
    ),
    kind(
        "scheduling.k8s.io",
        "PriorityClass",
        "priorityclasses",
        "PriorityClasses",
    ),
    kind(
        "node.k8s.io",
        "RuntimeClass",
        "runtimeclasses",
        "RuntimeClasses",
    ),
    kind("coordination.k8s.io", "Lease", "leases", "Leases"),
    kind(
        ADMISSION,
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        "MutatingWebhooks",
    ),
    kind(
        ADMISSION,
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        "ValidatingWebhooks",
    ),
];

const NETWORKING: &str = "networking.k8s.io";
const GATEWAY: &str = "gateway.networking.k8s.io";

const NETWORK: &[Definition] = &[
    kind("", "Service", "services", "Services"),
    kind("", "Endpoints", "endpoints", "Endpoints"),
    kind(
        "discovery.k8s.io",
        "EndpointSlice",
        "endpointslices",
        "EndpointSlices",
    ),
    kind(NETWORKING, "Ingress", "ingresses", "Ingresses"),
    kind(
        NETWORKING,
        "IngressClass",
        "ingressclasses",
        "IngressClasses",
    ),
    kind(
        NETWORKING,
        "NetworkPolicy",
        "networkpolicies",
        "NetworkPolicies",
    ),
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
    ),
    kind(
        "",
        "PersistentVolume",
        "persistentvolumes",
        "PersistentVolumes",
    ),
    kind(STORED, "StorageClass", "storageclasses", "StorageClasses"),
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
    kind("", "ServiceAccount", "serviceaccounts", "ServiceAccounts"),
    kind(RBAC, "ClusterRole", "clusterroles", "ClusterRoles"),
    kind(RBAC, "Role", "roles", "Roles"),
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
    ),
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
    kind("events.k8s.io", "Event", "events", "Events · events.k8s.io").by(&[("last-seen", false)]),
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
