//! What pods ask for and may use, by resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::quantity::Quantity;
use crate::share;
use crate::slim;
use crate::text;

/// Amounts by resource name (`cpu`, `memory`, `nvidia.com/gpu`), in billionths of the resource's unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Amounts(BTreeMap<Arc<str>, i128>);

/// What a pod holds of its node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PodResources {
    /// What the scheduler reserves.
    pub requests: Amounts,
    /// What it may use at most; a resource without a limit is absent.
    pub limits: Amounts,
}

impl Amounts {
    /// Of one resource, in billionths; 0 where it is not named.
    pub fn nano(&self, resource: &str) -> i128 {
        self.0.get(resource).copied().unwrap_or_default()
    }

    /// Of one resource, in billionths; `None` where it is not named.
    pub fn get(&self, resource: &str) -> Option<i128> {
        self.0.get(resource).copied()
    }

    /// Each resource with its amount in billionths, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, i128)> {
        self.0.iter().map(|(name, nano)| (name, *nano))
    }

    /// Whether no resource is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Upstream's `addResourceList`.
    pub fn add(&mut self, other: &Amounts) {
        for (name, nano) in &other.0 {
            let sum = self.0.entry(Arc::clone(name)).or_default();
            *sum = sum.saturating_add(*nano);
        }
    }

    /// Upstream's `maxResourceList`.
    fn raise(&mut self, other: &Amounts) {
        for (name, nano) in &other.0 {
            let most = self.0.entry(Arc::clone(name)).or_insert(*nano);
            *most = (*most).max(*nano);
        }
    }

    fn raised(mut self, other: &Amounts) -> Self {
        self.raise(other);
        self
    }
}

impl From<&BTreeMap<String, slim::Quantity>> for Amounts {
    /// What is no quantity counts as absent.
    fn from(list: &BTreeMap<String, slim::Quantity>) -> Self {
        let each = list.iter().filter_map(|(name, quantity)| {
            let quantity = Quantity::parse(std::str::from_utf8(&quantity.string).ok()?)?;
            Some((share::text(&text::visible(name)), quantity.nano()))
        });
        Self(each.collect())
    }
}

impl FromIterator<(Arc<str>, i128)> for Amounts {
    fn from_iter<T: IntoIterator<Item = (Arc<str>, i128)>>(list: T) -> Self {
        Self(list.into_iter().collect())
    }
}

/// Requests and limits of a pod as the scheduler and `kubectl describe node` count them:
/// component-helpers/resource/helpers.go, `PodRequests` and `PodLimits` with `UseStatusResources`.
pub(crate) fn of_pod(spec: &slim::PodSpec, status: &slim::PodStatus) -> PodResources {
    let infeasible = status
        .conditions
        .iter()
        .find(|c| c.r#type == b"PodResizePending")
        .is_some_and(|c| c.reason == b"Infeasible");
    let statuses = || {
        let all = status.container_statuses.iter();
        all.chain(&status.init_container_statuses)
    };
    let sums = |which: Which| {
        // The last of several statuses of one name counts, as in Go's map.
        let effective = |container: &slim::Container| {
            let of_spec = which.of(container.resources.as_ref());
            let found = statuses().rfind(|s| s.name == container.name);
            let Some(found) = found.filter(|s| s.resources.is_some()) else {
                return of_spec;
            };
            let actuated = which.of(found.resources.as_ref());
            let actuated = match which {
                Which::Requests => actuated.raised(&Amounts::from(&found.allocated_resources)),
                Which::Limits => actuated,
            };
            if infeasible {
                actuated
            } else {
                of_spec.raised(&actuated)
            }
        };
        let mut sum = Amounts::default();
        for container in &spec.containers {
            sum.add(&effective(container));
        }
        let (mut sidecars, mut most) = (Amounts::default(), Amounts::default());
        for container in &spec.init_containers {
            if container.restart_policy == b"Always" {
                let its = effective(container);
                sum.add(&its);
                sidecars.add(&its);
                most.raise(&sidecars);
            } else {
                let mut its = which.of(container.resources.as_ref());
                its.add(&sidecars);
                most.raise(&its);
            }
        }
        sum.raise(&most);
        let of_pod = which.of(spec.resources.as_ref());
        for (name, nano) in of_pod.iter().filter(|(name, _)| is_pod_level(name)) {
            sum.0.insert(Arc::clone(name), nano);
        }
        sum
    };
    let (mut requests, mut limits) = (sums(Which::Requests), sums(Which::Limits));
    let overhead = Amounts::from(&spec.overhead);
    requests.add(&overhead);
    for (name, nano) in overhead.iter() {
        if let Some(limit) = limits.0.get_mut(name).filter(|limit| **limit != 0) {
            *limit = limit.saturating_add(nano);
        }
    }
    PodResources { requests, limits }
}

/// `IsSupportedPodLevelResource`.
fn is_pod_level(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory") || resource.starts_with("hugepages-")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Requests,
    Limits,
}

impl Which {
    fn of(self, resources: Option<&slim::ResourceRequirements>) -> Amounts {
        resources
            .map(|resources| match self {
                Which::Requests => Amounts::from(&resources.requests),
                Which::Limits => Amounts::from(&resources.limits),
            })
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{Kind, ObjectRow, decode_json};

    fn summed(pod: &str) -> String {
        let json = format!(r#"{{"metadata":{{"name":"p"}},{pod}}}"#);
        let ObjectRow::Pod(row) = decode_json(Kind::Pods, json.as_bytes()).unwrap() else {
            unreachable!("a pod was decoded");
        };
        let words = |amounts: &super::Amounts| {
            let each = amounts
                .iter()
                .map(|(name, nano)| format!("{name}={}", nano / 1_000_000));
            each.collect::<Vec<_>>().join(" ")
        };
        format!(
            "{} | {}",
            words(&row.resources.requests),
            words(&row.resources.limits)
        )
    }

    #[test]
    fn pods_are_counted_as_the_scheduler_counts() {
        for (case, pod, wanted) in [
            (
                "nothing asked",
                r#""spec":{"containers":[{"name":"a"}]}"#,
                " | ",
            ),
            (
                "containers add up",
                r#""spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"250m","memory":"1"},"limits":{"cpu":1}}},{"name":"b","resources":{"requests":{"cpu":"0.5"}}}]}"#,
                "cpu=750 memory=1000 | cpu=1000",
            ),
            (
                "the largest init container counts where it is more",
                r#""spec":{"initContainers":[{"name":"i","resources":{"requests":{"cpu":"2"}}},{"name":"j","resources":{"requests":{"cpu":"1"}}}],"containers":[{"name":"a","resources":{"requests":{"cpu":"250m"}}}]}"#,
                "cpu=2000 | ",
            ),
            (
                "sidecars add to the containers and to the init containers after them",
                r#""spec":{"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"100m"}}},{"name":"i","resources":{"requests":{"cpu":"1"}}}],"containers":[{"name":"a","resources":{"requests":{"cpu":"250m"}}}]}"#,
                "cpu=1100 | ",
            ),
            (
                "overhead adds to requests, and to limits that are there",
                r#""spec":{"overhead":{"cpu":"50m","memory":"8"},"containers":[{"name":"a","resources":{"requests":{"cpu":"250m"},"limits":{"cpu":"1"}}}]}"#,
                "cpu=300 memory=8000 | cpu=1050",
            ),
            (
                "what the pod asks as a whole takes the place of the sum",
                r#""spec":{"resources":{"requests":{"cpu":"3","ephemeral-storage":"9"},"limits":{"memory":"7"}},"containers":[{"name":"a","resources":{"requests":{"cpu":"250m","memory":"2"}}}]}"#,
                "cpu=3000 memory=2000 | memory=7000",
            ),
            (
                "while a resize is under way the larger counts",
                r#""spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]},"status":{"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"3"},"resources":{"requests":{"cpu":"2"}}}]}"#,
                "cpu=3000 | ",
            ),
            (
                "a resize that cannot be does not count",
                r#""spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"9"}}}]},"status":{"conditions":[{"type":"PodResizePending","status":"True","reason":"Infeasible"}],"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"3"},"resources":{"requests":{"cpu":"2"}}}]}"#,
                "cpu=3000 | ",
            ),
            (
                "nonsense counts as absent",
                r#""spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"much","memory":null}}}]}"#,
                " | ",
            ),
        ] {
            assert_eq!(summed(pod), wanted, "{case}");
        }
    }
}
