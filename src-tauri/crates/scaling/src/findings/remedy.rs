//! How what a finding advises is written, and where upstream documents it.

/// What to write, by the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Where it is written; empty where there is nothing to write.
    pub place: &'static str,
    /// YAML, each value an example; empty where there is nothing to write.
    pub yaml: &'static str,
    /// Upstream's page about it.
    pub doc: &'static str,
}

/// What to write against the finding of this id; `None` where it depends on what is there.
pub fn remedy(id: &str) -> Option<Remedy> {
    let remedy = |place, yaml, doc| Some(Remedy { place, yaml, doc });
    match id {
        "asked-above-max" => remedy(
            "the HPA; a ScaledObject calls it maxReplicaCount",
            "spec:\n  maxReplicas: 20 # what load asks for, and room above it\n",
            HPA,
        ),
        "behavior-empty" => remedy(
            "the HPA; of a ScaledObject below advanced.horizontalPodAutoscalerConfig",
            "spec:\n  behavior:\n    scaleDown:\n      stabilizationWindowSeconds: 300\n",
            HPA,
        ),
        "cron-windows-overlap" => remedy(
            "the ScaledObject, in place of the windows that overlap",
            "spec:\n  triggers:\n    - type: cron\n      metadata:\n        timezone: Europe/Oslo\n        start: 0 8 * * *\n        end: 0 18 * * *\n        desiredReplicas: \"6\" # the sum that was meant\n",
            CRON,
        ),
        "cron-never-closes" => remedy(
            "the ScaledObject, in place of the cron trigger",
            "spec:\n  minReplicaCount: 2\n",
            CRON,
        ),
        "missing-request" => remedy(
            "the workload, in every container, sidecars included",
            "resources:\n  requests:\n    cpu: 100m\n    memory: 128Mi\n",
            "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        ),
        "job-condition-outlives-jobs" => remedy(
            "a CronJob in place of the ScaledJob, if one run at a time of day was meant",
            "apiVersion: batch/v1\nkind: CronJob\nspec:\n  schedule: 0 8 * * *\n  jobTemplate:\n    spec:\n      template: {} # that of jobTargetRef\n",
            "https://keda.sh/docs/2.21/concepts/scaling-jobs/",
        ),
        "min-equals-max" => remedy(
            "the HPA; a ScaledObject calls them minReplicaCount and maxReplicaCount",
            "spec:\n  minReplicas: 2\n  maxReplicas: 10\n",
            HPA,
        ),
        "oscillation" => remedy(
            "the HPA; of a ScaledObject below advanced.horizontalPodAutoscalerConfig",
            "spec:\n  behavior:\n    scaleDown:\n      stabilizationWindowSeconds: 600\n",
            HPA,
        ),
        "paused-forgotten" => remedy(
            "the ScaledObject or ScaledJob: null removes the annotation in a merge patch",
            "metadata:\n  annotations:\n    autoscaling.keda.sh/paused: null\n    autoscaling.keda.sh/paused-replicas: null\n",
            "https://keda.sh/docs/2.21/concepts/scaling-deployments/",
        ),
        "replicas-written-elsewhere" => remedy(
            "the manifest of the workload: null removes the field in a merge patch",
            "spec:\n  replicas: null\n",
            HPA,
        ),
        "target-above-limits" => remedy(
            "the workload, in the container whose usage is the target",
            "resources:\n  limits:\n    cpu: \"2\" # above the target's share of the request\n",
            "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        ),
        "vpa-same-resource" => remedy(
            "the VerticalPodAutoscaler: it leaves the HPA's resource alone",
            "spec:\n  resourcePolicy:\n    containerPolicies:\n      - containerName: \"*\"\n        controlledResources: [memory]\n",
            HPA,
        ),
        "fallback-active" | "keda-failing" => remedy("", "", SCALED_OBJECT),
        "keda-absent" => remedy("", "", "https://keda.sh/docs/2.21/deploy/"),
        "metrics-api-absent" | "metrics-api-failing" => remedy(
            "",
            "",
            "https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/",
        ),
        "hpa-unable" | "two-autoscalers" | "utilization-edge" => remedy("", "", HPA),
        _ => None,
    }
}

const HPA: &str = "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/";
const CRON: &str = "https://keda.sh/docs/2.21/scalers/cron/";
const SCALED_OBJECT: &str = "https://keda.sh/docs/2.21/reference/scaledobject-spec/";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings;

    #[test]
    fn what_is_written_is_of_a_check_and_has_a_place() {
        let mut written = 0;
        for check in findings::all() {
            let Some(Remedy { place, yaml, doc }) = remedy(check.id()) else {
                continue;
            };
            assert_eq!(place.is_empty(), yaml.is_empty(), "{}", check.id());
            assert!(yaml.is_empty() || yaml.ends_with('\n'), "{}", check.id());
            assert!(doc.starts_with("https://"), "{}", check.id());
            written += usize::from(!yaml.is_empty());
        }
        assert_eq!(written, 12);
        assert_eq!(remedy("keda-unknown-zone"), None);
    }
}
