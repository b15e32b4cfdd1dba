//! What an HPA that was seen tells of its metrics, as its row has it.

use scaling::hpa::amount::Amount as Written;
use scaling::hpa::spec::{MetricSpec, SourceKind, Target};
use scaling::hpa::status::{CurrentValue, MetricStatus};

use super::HpaState;
use crate::rows::Amount;

/// A metric with its target and its last value: what its row has of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredMetric<'a> {
    /// `cpu`, or the name of a custom or external metric.
    pub name: &'a str,
    /// What the controller last saw, of the target's kind; `None` if it saw nothing.
    pub current: Option<Amount>,
    /// What it aims at; `None` if the spec holds none that reads.
    pub target: Option<Amount>,
}

impl HpaState {
    /// Replicas it last asked for; `None` if its status has never held any: as [`crate::HpaRow::asked_for`].
    pub fn asked_for(&self) -> Option<i32> {
        let (current, desired) = (self.status.current_replicas, self.status.desired_replicas);
        let is_told = desired > 0 || current == 0 || self.spec.min_replicas == Some(0);
        is_told.then_some(desired)
    }

    /// Each metric of the spec with the status at its place.
    pub fn measured(&self) -> impl Iterator<Item = MeasuredMetric<'_>> {
        let statuses = &self.status.current_metrics;
        let each = self.spec.metrics.iter().enumerate();
        each.map(move |(index, spec)| measured(spec, statuses.get(index)))
    }
}

fn measured<'a>(spec: &'a MetricSpec, status: Option<&'a MetricStatus>) -> MeasuredMetric<'a> {
    let (name, target, current) = parts(spec, status);
    let quantity = |amount: Option<&Written>| amount.and_then(Written::quantity);
    let target = target.and_then(|target| {
        let average = quantity(target.average_value.as_ref()).map(Amount::AverageValue);
        let utilization = target.average_utilization.map(Amount::Utilization);
        let value = quantity(target.value.as_ref()).map(Amount::Value);
        average.or(utilization).or(value)
    });
    let current = current
        .zip(target)
        .and_then(|(current, target)| match target {
            Amount::Utilization(_) => current.average_utilization.map(Amount::Utilization),
            Amount::AverageValue(_) => {
                quantity(current.average_value.as_ref()).map(Amount::AverageValue)
            }
            Amount::Value(_) => quantity(current.value.as_ref()).map(Amount::Value),
        });
    MeasuredMetric {
        name,
        current,
        target,
    }
}

/// Name, target and value, which each source puts in another place.
type Parts<'a> = (&'a str, Option<&'a Target>, Option<&'a CurrentValue>);

fn parts<'a>(spec: &'a MetricSpec, status: Option<&'a MetricStatus>) -> Parts<'a> {
    macro_rules! parts {
        ($member:ident, $($name:ident).+) => {{
            let asked = spec.$member.as_ref();
            let status = status.and_then(|status| status.$member.as_ref());
            (
                asked.map_or("", |asked| &*asked.$($name).+),
                asked.map(|asked| &asked.target),
                status.map(|status| &status.current),
            )
        }};
    }
    match &spec.kind {
        SourceKind::Object => parts!(object, metric.name),
        SourceKind::Pods => parts!(pods, metric.name),
        SourceKind::External => parts!(external, metric.name),
        SourceKind::Resource => parts!(resource, name),
        SourceKind::ContainerResource => parts!(container_resource, name),
        SourceKind::Other(kind) => (kind, None, None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use crate::fact::{What, decode_seen};
    use crate::row::ObjectRow;

    #[test]
    fn it_is_what_the_row_has() {
        let metric = json!({"name": "m"});
        let spec = json!({"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5, "metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}},
            {"type": "ContainerResource", "containerResource": {"name": "memory", "container": "app",
                "target": {"type": "AverageValue", "averageValue": "100Mi"}}},
            {"type": "External", "external": {"metric": metric, "target": {"type": "Value", "value": "30"}}},
            {"type": "Pods", "pods": {"metric": metric, "target": {"type": "AverageValue", "averageValue": "1500m"}}},
            {"type": "Object", "object": {"metric": metric, "describedObject": {"kind": "Service", "name": "s"},
                "target": {"type": "Value", "value": "7"}}},
            {"type": "New"},
        ]});
        let service = json!({"kind": "Service", "name": "s"});
        let statuses = json!([
            {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 48, "averageValue": "48m"}}},
            {"type": "ContainerResource", "containerResource": {"name": "memory", "container": "app", "current": {"averageValue": "90Mi"}}},
            {"type": "External", "external": {"metric": metric, "current": {"value": "12500m"}}},
            {"type": ""},
            {"type": "Object", "object": {"metric": metric, "describedObject": service, "current": {"value": "3"}}},
        ]);
        for (statuses, current, desired) in [(statuses, 3, 4), (json!([]), 0, 0), (json!([]), 2, 0)]
        {
            let object = json!({"metadata": {"name": "web", "namespace": "shop", "uid": "u"}, "spec": spec,
                "status": {"currentReplicas": current, "desiredReplicas": desired, "currentMetrics": statuses}});
            let json = object.to_string();
            let row =
                decode_seen("autoscaling", "HorizontalPodAutoscaler", json.as_bytes()).unwrap();
            let ObjectRow::Seen(seen) = row else {
                panic!("{row:?}")
            };
            let (What::Hpa(Some(state)), ObjectRow::Hpa(row)) = (&seen.what, &seen.row) else {
                panic!("{seen:?}")
            };
            assert_eq!(state.asked_for(), row.asked_for());
            let told = state.measured();
            let told: Vec<_> = told
                .map(|one| (one.name, one.current, one.target))
                .collect();
            let shown = row.metrics.iter();
            let shown: Vec<_> = shown
                .map(|one| (&*one.name, one.current, one.target))
                .collect();
            assert_eq!(told, shown);
        }
    }
}
