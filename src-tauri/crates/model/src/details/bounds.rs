//! What containers, pods and nodes ask for and may use of CPU and memory, as figures.

use serde_json::Value;

use super::read::{line, list};
use crate::measured::quantity;

/// Requests and limits of one container, of all together, or of a node; `None` where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Name of the container; empty for all together.
    pub name: String,
    /// Cores.
    pub cpu: Bound,
    /// Bytes.
    pub memory: Bound,
}

/// A request and a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bound {
    /// What is reserved.
    pub request: Option<f64>,
    /// The most that may be used; of a node, what it offers pods.
    pub limit: Option<f64>,
}

/// First of all together, then of each container that keeps running.
pub fn bounds(object: &Value) -> Vec<Bounds> {
    if object["kind"] == "Node" {
        let offered = &object["status"]["allocatable"];
        let of = |resource: &str| Bound {
            request: None,
            limit: quantity(&offered[resource]),
        };
        return vec![Bounds {
            name: String::new(),
            cpu: of("cpu"),
            memory: of("memory"),
        }];
    }
    let spec = [
        &object["spec"]["template"]["spec"],
        &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    ]
    .into_iter()
    .find(|spec| spec.is_object())
    .unwrap_or(&object["spec"]);
    let sidecars = list(&spec["initContainers"]).filter(|c| c["restartPolicy"] == "Always");
    let each: Vec<Bounds> = list(&spec["containers"])
        .chain(sidecars)
        .map(|container| {
            let of = |resource: &str| {
                let limit = quantity(&container["resources"]["limits"][resource]);
                Bound {
                    // A limit without a request is a request too: the API server's default.
                    request: quantity(&container["resources"]["requests"][resource]).or(limit),
                    limit,
                }
            };
            Bounds {
                name: line(&container["name"]),
                cpu: of("cpu"),
                memory: of("memory"),
            }
        })
        .collect();
    let all = Bounds {
        name: String::new(),
        cpu: together(each.iter().map(|bounds| bounds.cpu)),
        memory: together(each.iter().map(|bounds| bounds.memory)),
    };
    std::iter::once(all).chain(each).collect()
}

/// All requests there are; a limit only where every one has one.
fn together(each: impl Iterator<Item = Bound> + Clone) -> Bound {
    let requests: Vec<f64> = each.clone().filter_map(|bound| bound.request).collect();
    let limits: Option<Vec<f64>> = each.map(|bound| bound.limit).collect();
    Bound {
        request: (!requests.is_empty()).then(|| requests.iter().sum()),
        limit: limits
            .filter(|limits| !limits.is_empty())
            .map(|limits| limits.iter().sum()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn containers_add_up() {
        let pod = json!({"kind": "Pod", "spec": {"initContainers": [{"name": "setup", "resources": {"requests": {"cpu": "8"}}}],
            "containers": [{"name": "a", "resources": {"requests": {"cpu": "250m"}, "limits": {"cpu": "1", "memory": "1Ki"}}},
                {"name": "b", "resources": {"limits": {"memory": "1Ki"}}}]}});
        let told = bounds(&pod);
        assert_eq!(
            told.iter().map(|b| &*b.name).collect::<Vec<_>>(),
            ["", "a", "b"]
        );
        let bound = |request, limit| Bound { request, limit };
        assert_eq!(told[0].cpu, bound(Some(0.25), None));
        assert_eq!(told[0].memory, bound(Some(2048.0), Some(2048.0)));
        assert_eq!(told[2].cpu, bound(None, None));
        let node =
            json!({"kind": "Node", "status": {"allocatable": {"cpu": "4", "memory": "8Gi"}}});
        assert_eq!(bounds(&node)[0].cpu, bound(None, Some(4.0)));
    }
}
