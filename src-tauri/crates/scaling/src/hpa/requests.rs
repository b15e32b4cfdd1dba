//! What pods request of a resource.
//!
//! Follows `replica_calculator.go` (`calculateRequests`) with component-helpers 0.36.3 `resource/helpers.go` (`PodRequests`).

use smallvec::SmallVec;

use super::amount::Amount;
use super::samples::FEW;
use super::situation::{Amounts, Config, Container, Pod, Version};
use crate::quantity::{Format, Quantity};

/// Requests in thousandths of all pods under the selector, in their order, whatever their state. One pod without the request fails
/// the metric.
pub(crate) fn requests(
    pods: &[&Pod],
    container: &str,
    resource: &str,
    config: &Config,
) -> Result<SmallVec<[i64; FEW]>, String> {
    pods.iter()
        .map(|pod| {
            let of_pod = config.gates.pod_level_resources
                && config.version >= Version::V1_34
                && container.is_empty()
                && pod.requests.keys().any(|name| is_pod_level(name));
            if of_pod {
                pod_request(pod, resource).ok_or_else(|| {
                    format!(
                        "missing pod-level request for {resource} in Pod {}",
                        pod.name
                    )
                })
            } else {
                container_requests(pod, container, resource, config.version)
            }
        })
        .collect()
}

/// The sum over containers and sidecars, or the named one's.
fn container_requests(
    pod: &Pod,
    container: &str,
    resource: &str,
    version: Version,
) -> Result<i64, String> {
    let sidecars = pod.init_containers.iter().filter(|c| c.restart_always);
    let mut sum = 0i64;
    for candidate in pod.containers.iter().chain(sidecars) {
        if container.is_empty() || container == candidate.name {
            let request = candidate.requests.get(resource).ok_or_else(|| {
                format!(
                    "missing request for {resource} in container {} of Pod {}",
                    candidate.name, pod.name
                )
            })?;
            sum = sum.wrapping_add(request.milli());
        }
        if container == candidate.name && version >= Version::V1_35 {
            return Ok(sum);
        }
    }
    if !container.is_empty() && version >= Version::V1_35 {
        return Err(format!(
            "container {container} not found in Pod {}",
            pod.name
        ));
    }
    Ok(sum)
}

/// Resources that a pod can request as a whole.
fn is_pod_level(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory") || resource.starts_with("hugepages-")
}

/// The request of a pod that has requests as a whole: its own for the resource, else what its containers need, init containers
/// included; and its overhead.
fn pod_request(pod: &Pod, resource: &str) -> Option<i64> {
    let own = pod.requests.get(resource);
    let base = match own.filter(|_| is_pod_level(resource)) {
        Some(amount) => Some(quantity(amount)),
        None => containers_need(pod, resource),
    };
    let overhead = pod.overhead.get(resource).map(quantity);
    let total = match (base, overhead) {
        (Some(base), Some(overhead)) => base.plus(overhead),
        (one, other) => one.or(other)?,
    };
    Some(total.controller_milli())
}

/// What the containers of a pod need at most at any time.
fn containers_need(pod: &Pod, resource: &str) -> Option<Quantity> {
    let sum = |sum: Option<Quantity>, more: Option<Quantity>| match (sum, more) {
        (Some(sum), Some(more)) => Some(sum.plus(more)),
        (one, other) => one.or(other),
    };
    let larger = |one: Option<Quantity>, other: Option<Quantity>| match (one, other) {
        (Some(one), Some(other)) => Some(if other.nano() > one.nano() {
            other
        } else {
            one
        }),
        (one, other) => one.or(other),
    };
    let request = |container: &Container| find(&container.requests, resource);
    let mut running = pod.containers.iter().map(request).fold(None, sum);
    let mut sidecars = None;
    let mut starting = None;
    for container in &pod.init_containers {
        let own = request(container);
        let needed = if container.restart_always {
            running = sum(running, own);
            sidecars = sum(sidecars, own);
            sidecars
        } else {
            sum(own, sidecars)
        };
        starting = larger(starting, needed);
    }
    larger(running, starting)
}

fn find(requests: &Amounts, resource: &str) -> Option<Quantity> {
    requests.get(resource).map(quantity)
}

/// An unreadable amount counts as nothing.
fn quantity(amount: &Amount) -> Quantity {
    amount
        .quantity()
        .unwrap_or_else(|| Quantity::from_nano(0, Format::DecimalSi))
}
